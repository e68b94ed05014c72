//! Parts of a URL path from names that others chose: nothing in them leads to another object.

/// One segment, everything else than a name's usual characters percent-encoded; `None` for what no server can be asked for.
pub(crate) fn segment(name: &str) -> Option<String> {
    if name.is_empty() || name == "." || name == ".." {
        return None;
    }
    Some(encode(name, |byte| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte)))
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
    Some(encode(path, |byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)))
}

fn encode(text: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
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
