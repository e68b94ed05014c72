//! Redirects of a service that is asked through the API server: where the next request goes. Pure.

/// Followed at most this often.
pub(crate) const MOST: u32 = 10;

/// The path within the service that `location` names; `None` when it leads elsewhere. The API server writes its own proxy path before the
/// service's (apimachinery: `pkg/util/proxy/transport.go` `rewriteURL`).
pub(crate) fn within_service(location: &str, namespace: &str, service: &str, asked: &str) -> Option<String> {
    let (path, absolute) = match location.split_once("://") {
        Some((_, rest)) => (rest.find('/').map_or("/", |at| &rest[at..]), true),
        None => (location, location.starts_with("//")),
    };
    let prefix = format!("/api/v1/namespaces/{namespace}/services/");
    if let Some(rest) = path.strip_prefix(&prefix) {
        let (named, path) = rest.split_once("/proxy").unwrap_or((rest, ""));
        let same = named.split(':').any(|part| part == service);
        return same.then(|| if path.is_empty() { "/".to_owned() } else { path.to_owned() });
    }
    if absolute {
        return None;
    }
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let route = asked.split('?').next().unwrap_or_default();
    let directory = route.rfind('/').map_or("/", |at| &route[..=at]);
    Some(format!("{directory}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_the_service() {
        let proxied = "/api/v1/namespaces/shop/services/web:http/proxy";
        let table = [
            ("/login", Some("/login")),
            ("next?x=1", Some("/a/next?x=1")),
            (&format!("{proxied}/login?x=1"), Some("/login?x=1")),
            (&format!("https://10.0.0.1:6443{proxied}/login"), Some("/login")),
            (proxied, Some("/")),
            ("https://login.example/", None),
            ("//login.example/", None),
            ("/api/v1/namespaces/shop/services/other/proxy/x", None),
        ];
        for (location, path) in table {
            let found = within_service(location, "shop", "web", "/a/b?c=/d");
            assert_eq!(found.as_deref(), path, "{location}");
        }
    }
}
