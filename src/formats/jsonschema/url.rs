//! URLs as far as references between schemas need them (Go: `net/url`).

/// The parts of a URL, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Url {
    scheme: String,
    /// What follows the scheme where it does not begin with a slash: `uuid:…` of `urn:uuid:…`.
    opaque: String,
    authority: Option<String>,
    path: String,
    query: Option<String>,
}

/// The scheme of a URL; empty of a relative one.
pub(crate) fn scheme(url: &str) -> String {
    Url::parse(url).map(|url| url.scheme).unwrap_or_default()
}

/// Why a URL cannot be parsed, in Go's words.
pub(crate) fn wrong_with(url: &str) -> Option<String> {
    Url::parse(url).err()
}

/// A reference, taken from a base.
pub(crate) fn joined(base: &str, reference: &str) -> Result<String, String> {
    let wrong = |url: &str, why: String| format!("error in parsing {}: {why}", seatrial_golang::quote::quote(url));
    let base_url = Url::parse(base).map_err(|why| wrong(base, why))?;
    let reference_url = Url::parse(reference).map_err(|why| wrong(reference, why))?;
    Ok(base_url.resolve(reference_url).written())
}

impl Url {
    fn parse(text: &str) -> Result<Url, String> {
        let whole = || seatrial_golang::quote::quote(text);
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err(format!("parse {}: net/url: invalid control character in URL", whole()));
        }
        let mut url = Url::default();
        let mut rest = text;
        if let Some(end) = scheme_end(text).map_err(|why| format!("parse {}: {why}", whole()))? {
            url.scheme = text.get(..end).unwrap_or_default().to_ascii_lowercase();
            rest = text.get(end + 1..).unwrap_or_default();
        }
        if let Some((before, query)) = rest.split_once('?') {
            (rest, url.query) = (before, Some(query.to_owned()));
        }
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err(format!("parse {}: first path segment in URL cannot contain colon", whole()));
            }
        }
        if let Some(after) = rest.strip_prefix("//").filter(|after| !after.starts_with("//")) {
            let end = after.find('/').unwrap_or(after.len());
            let authority = after.get(..end).unwrap_or_default();
            check_host(authority).map_err(|why| format!("parse {}: {why}", whole()))?;
            url.authority = Some(authority.to_owned());
            rest = after.get(end..).unwrap_or_default();
        }
        crate::pointer::decoded(rest).map_err(|why| format!("parse {}: {why}", whole()))?;
        rest.clone_into(&mut url.path);
        Ok(url)
    }

    fn resolve(&self, reference: Url) -> Url {
        if !reference.scheme.is_empty() || reference.authority.is_some() {
            let scheme = if reference.scheme.is_empty() { self.scheme.clone() } else { reference.scheme.clone() };
            let path = without_dots(&reference.path);
            return Url { scheme, path, ..reference };
        }
        let (scheme, authority) = (self.scheme.clone(), self.authority.clone());
        if !self.opaque.is_empty() {
            let query =
                if reference.path.is_empty() && reference.query.is_none() { &self.query } else { &reference.query };
            return Url { scheme, opaque: self.opaque.clone(), query: query.clone(), ..Url::default() };
        }
        if reference.path.is_empty() {
            let query = reference.query.or_else(|| self.query.clone());
            return Url { scheme, authority, path: without_dots(&self.path), query, opaque: String::new() };
        }
        let path = match reference.path.starts_with('/') {
            true => reference.path,
            false => {
                let end = self.path.rfind('/').map_or(0, |slash| slash + 1);
                format!("{}{}", self.path.get(..end).unwrap_or_default(), reference.path)
            }
        };
        Url { scheme, authority, path: without_dots(&path), query: reference.query, opaque: String::new() }
    }

    fn written(&self) -> String {
        let scheme = if self.scheme.is_empty() { String::new() } else { format!("{}:", self.scheme) };
        let authority = self.authority.as_ref().map_or_else(String::new, |authority| format!("//{authority}"));
        let query = self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let rest = if self.opaque.is_empty() { &self.path } else { &self.opaque };
        format!("{scheme}{authority}{rest}{query}")
    }
}

fn scheme_end(text: &str) -> Result<Option<usize>, &'static str> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme"),
            ':' => return Ok(Some(at)),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// What Go refuses of a host and its port.
fn check_host(authority: &str) -> Result<(), String> {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(c) = host.chars().find(|c| c.is_ascii() && " \"<>\\^`{|}".contains(*c)) {
        return Err(format!("invalid character {} in host name", seatrial_golang::quote::quote(&c.to_string())));
    }
    let behind = host.rsplit_once(']').map_or(host, |(_, port)| port);
    let port = behind.find(':').map_or("", |at| behind.get(at + 1..).unwrap_or_default());
    match port.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(format!("invalid port {} after host", seatrial_golang::quote::quote(&format!(":{port}")))),
    }
}

/// A path without `.` and `..`, beginning with a slash.
fn without_dots(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let mut parts: Vec<&str> = Vec::new();
    let mut ends_in_directory = false;
    for part in path.trim_start_matches('/').split('/') {
        ends_in_directory = matches!(part, "." | "..");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let end = if ends_in_directory && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn references_are_taken_from_their_base() {
        let cases = [
            ("file:///values.schema.json", "other.json", "file:///other.json"),
            ("file:///values.schema.json", "", "file:///values.schema.json"),
            ("file:///values.schema.json", "../../etc/passwd", "file:///etc/passwd"),
            ("https://example.com/a/b.json", "c.json", "https://example.com/a/c.json"),
            ("https://example.com/a/b.json", "/c.json?x", "https://example.com/c.json?x"),
            ("https://example.com", "c.json", "https://example.com/c.json"),
            ("https://example.com/a", "//example.org/x", "https://example.org/x"),
            ("urn:uuid:1", "", "urn:uuid:1"),
            ("file:///a", "urn:x:y", "urn:x:y"),
        ];
        for (base, reference, expected) in cases {
            assert_eq!(joined(base, reference).as_deref(), Ok(expected), "{base} {reference}");
        }
        assert!(joined("file:///a", ":x").is_err());
    }
}
