//! Addresses that a reader may click, without a character that could end an attribute or a link.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a path as it is (RFC 3986): unreserved characters, and the slash.
const IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What stands in an address as it is: also what separates its parts, and what is encoded already. Brackets and quotes could end a link.
const IN_AN_ADDRESS: &AsciiSet = &IN_A_PATH
    .remove(b':')
    .remove(b'?')
    .remove(b'#')
    .remove(b'@')
    .remove(b'$')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%')
    .remove(b'&');

/// A path as a relative URI: what is not an unreserved character or a slash is percent-encoded.
pub(crate) fn relative(path: &str) -> String {
    utf8_percent_encode(path, IN_A_PATH).to_string()
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
    Some(utf8_percent_encode(address, IN_AN_ADDRESS).to_string())
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
