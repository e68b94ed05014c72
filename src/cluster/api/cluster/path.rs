//! Parts of a URL path from names that others chose: nothing in them leads to another object.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a segment as it is: letters, digits and a name's usual characters.
const IN_A_SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'@');

/// What stands in a path with query as it is: what can be seen, but for what no address may hold.
const IN_A_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// One segment, everything else than a name's usual characters percent-encoded; `None` for what no server can be asked for.
pub(crate) fn segment(name: &str) -> Option<String> {
    if name.is_empty() || name == "." || name == ".." {
        return None;
    }
    Some(utf8_percent_encode(name, IN_A_SEGMENT).to_string())
}

/// Whether a path with query stays below the service that is asked through the API server's proxy, however its dots and slashes are written.
#[must_use]
pub fn stays_below(path: &str) -> bool {
    let route = path.split(['?', '#']).next().unwrap_or_default();
    let plain = route.to_ascii_lowercase().replace("%2e", ".").replace("%5c", "\\").replace("%2f", "/");
    !plain.split(['/', '\\']).any(|part| part == "..")
}

/// A path with query below a service, without its leading slash; `None` when it climbs out of it.
pub(crate) fn below(path: &str) -> Option<String> {
    if !stays_below(path) {
        return None;
    }
    let path = path.trim_start_matches('/');
    let path = path.split('#').next().unwrap_or_default();
    Some(utf8_percent_encode(path, IN_A_QUERY).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(segment("system:node").as_deref(), Some("system:node"));
        assert_eq!(segment("a/../../secrets?x#y").as_deref(), Some("a%2F..%2F..%2Fsecrets%3Fx%23y"));
        assert_eq!(segment(".."), None);
        assert_eq!(segment(""), None);
    }

    #[test]
    fn a_path_stays_below_its_service() {
        assert_eq!(below("/healthz?full=1&x=a b").as_deref(), Some("healthz?full=1&x=a%20b"));
        assert_eq!(below("/a..b/%C3%BC/...").as_deref(), Some("a..b/%C3%BC/..."));
        assert_eq!(below("/").as_deref(), Some(""));
        for climbing in ["/../x", "/a/../../x", "/%2e%2E/x", "/a/%2e./x", "/..%2f..%2fx", "/..", "..\\x"] {
            assert_eq!(below(climbing), None, "{climbing}");
        }
    }
}
