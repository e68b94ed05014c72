//! Addresses that a reader may click, without a character that could end an attribute or a link.

/// The address of a file's line: `{path}` and `{line}` of a template filled in.
pub(crate) fn file_address(template: &str, path: &str, line: usize) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        let kept = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
        push_byte(&mut encoded, byte, kept);
    }
    template.replace("{line}", &line.to_string()).replace("{path}", &encoded)
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
    fn a_path_is_encoded_in_the_address_of_a_line() {
        assert_eq!(
            file_address("https://github.com/o/r/blob/abc/{path}#L{line}", "a b/#ü.yaml", 7),
            "https://github.com/o/r/blob/abc/a%20b/%23%C3%BC.yaml#L7"
        );
    }
}
