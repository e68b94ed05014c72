//! Redirects of a service that is asked through the API server: where the next request goes. Pure.

use reqwest::Url;

/// Followed at most this often.
pub(crate) const MOST: u32 = 10;

/// A host that is nobody's (RFC 6761): what a service says of itself is resolved against it.
const SERVICE: &str = "http://service.invalid";

/// Where a redirect of a service leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    /// To this path with query, within the service.
    Within(String),
    /// Out of the service.
    Elsewhere(Url),
    /// To another service, through the API server.
    AnotherService,
    /// Nowhere that could be asked.
    Nowhere,
}

/// Where `location` leads from the path `asked` of a service. The API server writes its own proxy path before the service's (apimachinery:
/// `pkg/util/proxy/transport.go` `rewriteURL`).
pub(crate) fn leads(location: &str, namespace: &str, service: &str, asked: &str) -> Leads {
    let base = Url::parse(&format!("{SERVICE}{asked}"));
    let Ok(target) = base.and_then(|base| base.join(location)) else { return Leads::Nowhere };
    let inside = Url::parse(SERVICE).is_ok_and(|own| own.origin() == target.origin());
    let prefix = format!("/api/v1/namespaces/{namespace}/services/");
    let path = match target.path().strip_prefix(&prefix).map(|rest| within(rest, service)) {
        Some(Some("")) => "/",
        Some(Some(path)) => path,
        None if inside => target.path(),
        Some(None) if inside => return Leads::AnotherService,
        _ => return Leads::Elsewhere(target),
    };
    let query = target.query().map_or_else(String::new, |query| format!("?{query}"));
    Leads::Within(format!("{path}{query}"))
}

/// The path behind `[SCHEME:]SERVICE[:PORT]/proxy`; `None` where that is another service.
fn within<'a>(rest: &'a str, service: &str) -> Option<&'a str> {
    let (named, rest) = rest.split_once('/')?;
    let path = rest.strip_prefix("proxy").filter(|path| path.is_empty() || path.starts_with('/'))?;
    let parts: Vec<&str> = named.split(':').collect();
    let name = match parts[..] {
        [name] | [name, _] | [_, name, _] => name,
        _ => return None,
    };
    (name == service).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_the_service() {
        let proxied = "/api/v1/namespaces/shop/services/web:http/proxy";
        let within = |path: &str| Leads::Within(path.to_owned());
        let table = [
            ("/login", within("/login")),
            ("/login?back=https://shop.example/", within("/login?back=https://shop.example/")),
            ("next?x=1#top", within("/a/next?x=1")),
            ("?x=1", within("/a/b?x=1")),
            (&format!("{proxied}/login?x=1"), within("/login?x=1")),
            (&format!("https://10.0.0.1:6443{proxied}/login"), within("/login")),
            (&format!("{}/", proxied.replace("web:http", "https:web:443")), within("/")),
            (proxied, within("/")),
            (&format!("{proxied}?x"), within("/?x")),
            // What climbs is clamped, as browsers do it; what only servers decode is refused when it is asked (`stays_below`).
            ("../../../../secrets", within("/secrets")),
            (&format!("{proxied}/../../../../secrets"), within("/api/v1/namespaces/secrets")),
            ("/..%2f..%2fsecrets", within("/..%2f..%2fsecrets")),
            ("/api/v1/namespaces/kube-system/secrets", within("/api/v1/namespaces/kube-system/secrets")),
        ];
        for (location, path) in table {
            assert_eq!(leads(location, "shop", "web", "/a/b?c=/d"), path, "{location}");
        }
    }

    #[test]
    fn what_leads_out_of_it_is_named() {
        let other = "/api/v1/namespaces/shop/services/other";
        let table = [
            ("https://login.example/", "https://login.example/"),
            ("//evil.example/", "http://evil.example/"),
            ("/\\evil.example/", "http://evil.example/"),
            ("https:evil.example", "https://evil.example/"),
            ("gopher://127.0.0.1/_x", "gopher://127.0.0.1/_x"),
            ("mailto:bob@example.com", "mailto:bob@example.com"),
            (&format!("https://10.0.0.1{other}/proxy"), "https://10.0.0.1/api/v1/namespaces/shop/services/other/proxy"),
        ];
        for (location, to) in table {
            let to = Leads::Elsewhere(to.parse().expect("a test address"));
            assert_eq!(leads(location, "shop", "web", "/a/b?c=/d"), to, "{location}");
        }
        let climbing = "/api/v1/namespaces/shop/services/web/proxy/%2e%2e/%2E%2E/x".to_owned();
        let others = [format!("{other}/proxy/web"), format!("{other}:web/proxy/x"), format!("{other}/web/proxy/x")];
        for location in others.into_iter().chain([climbing]) {
            assert_eq!(leads(&location, "shop", "web", "/a/b"), Leads::AnotherService, "{location}");
        }
        assert_eq!(leads("http://[", "shop", "web", "/"), Leads::Nowhere);
    }
}
