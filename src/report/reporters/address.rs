//! Addresses that a reader may click, without a character that could end an attribute or a link.

/// A path as a relative URI (RFC 3986): what is not an unreserved character or a slash is percent-encoded.
pub(crate) fn relative(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        let kept = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
        push_byte(&mut encoded, byte, kept);
    }
    encoded
}

/// The address of a file's line: `{path}` and `{line}` of a template filled in.
pub(crate) fn file_address(template: &str, path: &str, line: usize) -> String {
    template.replace("{line}", &line.to_string()).replace("{path}", &relative(path))
}

/// An address, percent-encoded where it has to be; `None` unless it is one of the web.
pub(crate) fn clickable(address: &str) -> Option<String> {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    if !lower.starts_with("https://") && !lower.starts_with("http://") {
        return None;
    }
    let mut encoded = String::new();
    for byte in address.bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~:/?#@$*+,;=%&".contains(&byte);
        push_byte(&mut encoded, byte, kept);
    }
    Some(encoded)
}

fn push_byte(out: &mut String, byte: u8, kept: bool) {
    if kept {
        out.push(char::from(byte));
    } else {
        out.push_str(&format!("%{byte:02X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_clicked_and_nothing_ends_an_attribute() {
        assert_eq!(clickable("javascript:alert(1)"), None);
        assert_eq!(
            clickable("https://a.example/?x=1&y=\"<'>"),
            Some("https://a.example/?x=1&y=%22%3C%27%3E".to_owned())
        );
    }

    #[test]
    fn a_path_is_a_relative_uri() {
        let table = [
            ("deploy/base/web.yaml", "deploy/base/web.yaml"),
            ("a b/#1?.yaml", "a%20b/%231%3F.yaml"),
            ("ü/100%.yaml", "%C3%BC/100%25.yaml"),
            ("c:/x", "c%3A/x"),
        ];
        for (path, expected) in table {
            assert_eq!(relative(path), expected);
        }
    }

    #[test]
    fn a_path_is_encoded_in_the_address_of_a_line() {
        assert_eq!(
            file_address("https://github.com/o/r/blob/abc/{path}#L{line}", "a b/#ü.yaml", 7),
            "https://github.com/o/r/blob/abc/a%20b/%23%C3%BC.yaml#L7"
        );
    }
}
