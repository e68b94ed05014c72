//! What names, keys and texts may look like to the API server. Each function gives the predicate of a sentence about a text that is wrong.
//!
//! Sources are functions of `k8s.io/apimachinery` `pkg/util/validation/validation.go` unless another is named.

use std::net::IpAddr;

/// What is wrong with a text, as a predicate: `must have at most 63 characters`.
pub(crate) type Wrong = Option<String>;

fn wrong(predicate: &str) -> Wrong {
    Some(predicate.to_owned())
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// Letters and digits of a kind, with others between them.
fn is_framed(text: &str, edge: fn(char) -> bool, between: &[char]) -> bool {
    !text.is_empty()
        && text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(|c| edge(c) || between.contains(&c))
}

/// `IsDNS1123Label`.
pub(crate) fn dns_label(text: &str) -> Wrong {
    if text.len() > 63 {
        return wrong("must have at most 63 characters");
    }
    if is_framed(text, is_lower, &['-']) {
        return None;
    }
    wrong("must consist of lower-case letters, digits and `-`, and begin and end with a letter or digit")
}

/// `IsDNS1035Label`.
pub(crate) fn dns_1035_label(text: &str) -> Wrong {
    if text.len() > 63 {
        return wrong("must have at most 63 characters");
    }
    if is_framed(text, is_lower, &['-']) && text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    wrong("must consist of lower-case letters, digits and `-`, begin with a letter, and end with a letter or digit")
}

/// `IsDNS1123Subdomain`.
pub(crate) fn dns_subdomain(text: &str) -> Wrong {
    if text.len() > 253 {
        return wrong("must have at most 253 characters");
    }
    if text.split('.').all(|part| is_framed(part, is_lower, &['-'])) {
        return None;
    }
    wrong("must consist of lower-case letters, digits, `-` and `.`, and begin and end with a letter or digit")
}

/// `k8s.io/apimachinery` `pkg/api/validation/path/name.go` `IsValidPathSegmentName`.
pub(crate) fn path_segment(text: &str) -> Wrong {
    match text {
        "." | ".." => wrong("must not be `.` or `..`"),
        _ if text.contains(['/', '%']) => wrong("must not contain `/` or `%`"),
        _ => None,
    }
}

fn is_name_part(text: &str) -> bool {
    text.len() <= 63 && is_framed(text, |c| c.is_ascii_alphanumeric(), &['-', '_', '.'])
}

/// `IsQualifiedName`: keys of labels.
pub(crate) fn qualified_name(text: &str) -> Wrong {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    if prefix.is_some_and(|prefix| dns_subdomain(prefix).is_some()) || name.contains('/') {
        return wrong("must be a name, or a DNS subdomain, one `/` and a name, such as `example.com/name`");
    }
    if is_name_part(name) {
        return None;
    }
    wrong(
        "must have a name of at most 63 letters, digits, `-`, `_` and `.` that begins and ends with a letter or digit",
    )
}

/// Keys of annotations, which may have capitals in their prefix (`k8s.io/apimachinery` `pkg/api/validation/objectmeta.go`
/// `ValidateAnnotations`).
pub(crate) fn annotation_key(text: &str) -> Wrong {
    qualified_name(&text.to_ascii_lowercase())
}

/// `IsValidLabelValue`.
pub(crate) fn label_value(text: &str) -> Wrong {
    if text.is_empty() || is_name_part(text) {
        return None;
    }
    if text.len() > 63 {
        return wrong("must have at most 63 characters");
    }
    wrong("must consist of letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit")
}

/// `IsValidPortName`, an `IANA_SVC_NAME`.
pub(crate) fn port_name(text: &str) -> Wrong {
    if text.len() > 15 {
        return wrong("must have at most 15 characters");
    }
    let has_letter = text.contains(|c: char| c.is_ascii_lowercase());
    if has_letter && is_framed(text, is_lower, &['-']) && !text.contains("--") {
        return None;
    }
    wrong("must consist of lower-case letters, digits and single `-` between them, with at least one letter")
}

/// `IsConfigMapKey`.
pub(crate) fn config_key(text: &str) -> Wrong {
    if text.len() > 253 {
        return wrong("must have at most 253 characters");
    }
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !fits {
        return wrong("must consist of letters, digits, `-`, `_` and `.`");
    }
    if text == "." || text.starts_with("..") { wrong("must not be `.` or begin with `..`") } else { None }
}

/// `IsRelaxedEnvVarName`.
pub(crate) fn variable_name(text: &str) -> Wrong {
    let fits = text.chars().all(|c| matches!(c, ' '..='~') && c != '=');
    if fits { None } else { wrong("must consist of printable ASCII characters other than `=`") }
}

/// Texts of `intstr.IntOrString` that count as a share: `IsValidPercent`.
pub(crate) fn percent(text: &str) -> Wrong {
    let digits = text.strip_suffix('%').unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    wrong("must be a number or a percentage such as `25%`")
}

/// `IsValidIPForLegacyField`, which takes leading zeros.
pub(crate) fn ip(text: &str) -> Wrong {
    let bare = text.split('.').map(|part| part.trim_start_matches('0')).map(|p| if p.is_empty() { "0" } else { p });
    let is_ip = text.parse::<IpAddr>().is_ok() || bare.collect::<Vec<_>>().join(".").parse::<IpAddr>().is_ok();
    if is_ip { None } else { wrong("must be an IP address such as `10.9.8.7`") }
}

/// `IsValidCIDRForLegacyField`.
pub(crate) fn cidr(text: &str) -> Wrong {
    let parts = text.split_once('/').filter(|(address, _)| ip(address).is_none());
    let most = |address: &str| if address.contains(':') { 128 } else { 32 };
    let is_cidr = parts.is_some_and(|(address, bits)| bits.parse::<u8>().is_ok_and(|bits| bits <= most(address)));
    if is_cidr { None } else { wrong("must be a CIDR range such as `10.9.8.0/24`") }
}

/// A DNS name, or one whose first label is `*` (`IsWildcardDNS1123Subdomain`); never an IP address.
pub(crate) fn host(text: &str) -> Wrong {
    if text.parse::<IpAddr>().is_ok() {
        return wrong("must be a DNS name, not an IP address");
    }
    if text.contains('*') {
        let rest = text.strip_prefix("*.").unwrap_or("*");
        return dns_subdomain(rest).and_then(|_| wrong("must be `*.` followed by a DNS name if it contains `*`"));
    }
    dns_subdomain(text)
}

/// `core/validation` `validateLocalNonReservedPath` and `validateLocalDescendingPath`.
pub(crate) fn path_below(text: &str) -> Wrong {
    if text.starts_with('/') {
        return wrong("must be a relative path");
    }
    if text.split('/').any(|part| part == "..") { wrong("must not contain `..`") } else { None }
}

/// `core/validation` `validateContainerCommon`: an image is any text that does not begin or end with a blank.
pub(crate) fn image(text: &str) -> Wrong {
    if text.trim() == text { None } else { wrong("must not have leading or trailing whitespace") }
}

/// The names of resources that containers may ask for: `core/validation` `validateContainerResourceName`.
pub(crate) fn container_resource(text: &str) -> Wrong {
    if text.contains('/') {
        return qualified_name(text);
    }
    if matches!(text, "cpu" | "memory" | "ephemeral-storage" | "storage") || text.starts_with("hugepages-") {
        return None;
    }
    wrong(
        "must be `cpu`, `memory`, `ephemeral-storage`, `hugepages-…` or a name with a domain such as `example.com/gpu`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_and_refused_as_the_api_server_does() {
        type Case = (fn(&str) -> Wrong, &'static [&'static str], &'static [&'static str]);
        let long = "a".repeat(64);
        let cases: &[Case] = &[
            (dns_label, &["a", "a-1", "1"], &["", "-a", "a-", "A", "a.b", "a_b", "ä"]),
            (dns_1035_label, &["a", "a-1"], &["", "1", "1a", "a-"]),
            (dns_subdomain, &["a.b-c.1"], &["", "a..b", ".a", "a.", "A"]),
            (qualified_name, &["a", "A_b.c", "x.io/A"], &["", "/a", "x.io/", "a/b/c", "X.io/a", "-a", "a b"]),
            (annotation_key, &["X.io/A"], &["a/b/c"]),
            (label_value, &["", "A.b_c-1"], &["-", "a b", "a/b", ".a"]),
            (port_name, &["http", "a-1"], &["", "80", "a--b", "-a", "a-", "HTTP", "abcdefghijklmnop"]),
            (config_key, &["a_B.c-1", ".a"], &["", ".", "..", "..a", "a b", "a/b"]),
            (variable_name, &["A", "a b", "1-!"], &["A=B", "ä", "a\tb"]),
            (percent, &["0%", "100%"], &["", "%", "-1%", "1", "1.5%", "1 %"]),
            (cidr, &["10.0.0.0/8", "010.0.0.1/32", "::/0"], &["10.0.0.0", "10.0.0.0/33", "a/8", "10.0.0.0/-1"]),
            (host, &["a.b", "*.a.b"], &["10.0.0.1", "*", "a.*.b", "*a.b", "A.b"]),
            (path_below, &["a/b", "a..b"], &["/a", "../a", "a/.."]),
            (container_resource, &["cpu", "hugepages-2Mi", "nvidia.com/gpu"], &["cppu", "/gpu"]),
        ];
        for (index, (check, good, bad)) in cases.iter().enumerate() {
            assert_eq!(
                good.iter().copied().filter(|text| check(text).is_some()).collect::<Vec<_>>(),
                [""; 0],
                "case {index}"
            );
            assert_eq!(
                bad.iter().copied().filter(|text| check(text).is_none()).collect::<Vec<_>>(),
                [""; 0],
                "case {index}"
            );
        }
        assert!([dns_label, dns_1035_label, qualified_name, label_value].iter().all(|check| check(&long).is_some()));
    }
}
