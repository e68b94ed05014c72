//! Requests taken apart: path, query, verb. Nothing is looked up in the store here.

use std::sync::Arc;

use http::{HeaderMap, Method, header};

use crate::refusal::Refusal;
use crate::resource::{Resource, Resources};

/// The query of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Takes a query string apart.
    pub(crate) fn parse(text: &str) -> Query {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Query(
            pairs
                .map(|pair| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(key, Plus::IsSpace), decode(value, Plus::IsSpace))
                })
                .collect(),
        )
    }

    /// The first value of a key; empty when it is absent.
    pub(crate) fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(k, _)| k == key).map_or("", |(_, value)| value)
    }

    /// Whether a key is `true` or `1`.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        matches!(self.get(key), "true" | "1")
    }
}

/// Whether `+` means a space: in queries, not in paths.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    IsSpace,
    IsPlus,
}

fn decode(text: &str, plus: Plus) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        let decoded = match byte {
            b'%' => {
                let mut ahead = rest.clone();
                digit(ahead.next()).zip(digit(ahead.next())).map(|(high, low)| {
                    rest = ahead;
                    u8::try_from(high * 16 + low).unwrap_or(b'%')
                })
            }
            b'+' if plus == Plus::IsSpace => Some(b' '),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/version`.
    Version,
    /// `/api`.
    CoreVersions,
    /// `/apis`.
    Groups,
    /// `/api/v1`, `/apis/GROUP/VERSION`.
    Resources(String, String),
    /// `/openapi/v3`, or one document of it: `apis/apps/v1`.
    OpenApi(String),
    /// Objects.
    Objects(Place),
}

/// Which objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Their resource.
    pub(crate) resource: Arc<Resource>,
    /// The namespace; empty for cluster-scoped ones and for all namespaces.
    pub(crate) namespace: String,
    /// The name; empty for the collection.
    pub(crate) name: String,
    /// `log`, `proxy`; any other is not simulated.
    pub(crate) subresource: Option<String>,
    /// What follows a `proxy` subresource, with its slash; as it was sent.
    pub(crate) rest: String,
}

impl Route {
    /// What a path means.
    ///
    /// # Errors
    /// 404 for paths that no API server has or that name no resource.
    pub(crate) fn parse(path: &str, resources: &Resources) -> Result<Route, Refusal> {
        let segments: Vec<String> = path.split('/').skip(1).map(|s| decode(s, Plus::IsPlus)).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let segments = segments.strip_suffix(&[""]).filter(|_| !path.contains("/proxy/")).unwrap_or(&segments);
        match segments {
            ["version"] => Ok(Route::Version),
            ["api"] => Ok(Route::CoreVersions),
            ["apis"] => Ok(Route::Groups),
            ["openapi", "v3", rest @ ..] => Ok(Route::OpenApi(rest.join("/"))),
            ["api", version] => Ok(Route::Resources(String::new(), (*version).to_owned())),
            ["apis", group, version] => Ok(Route::Resources((*group).to_owned(), (*version).to_owned())),
            ["api", version, rest @ ..] => objects(path, ("", version), rest, resources),
            ["apis", group, version, rest @ ..] => objects(path, (group, version), rest, resources),
            _ => Err(Refusal::no_such_resource()),
        }
    }
}

fn objects(path: &str, api: (&str, &str), segments: &[&str], resources: &Resources) -> Result<Route, Refusal> {
    let find = |plural: &str| resources.find(api.0, api.1, plural).ok_or_else(Refusal::no_such_resource);
    // `namespaces/shop/status` is a part of the namespace, `namespaces/shop/pods` what lies in it.
    let (resource, namespace, rest) = match segments {
        ["namespaces", _, "status" | "finalize", ..] => (find("namespaces")?, "", segments.get(1..)),
        ["namespaces", namespace, plural, ..] => (find(plural)?, *namespace, segments.get(3..)),
        [plural, ..] => (find(plural)?, "", segments.get(1..)),
        [] => return Err(Refusal::no_such_resource()),
    };
    if !namespace.is_empty() && !resource.namespaced {
        return Err(Refusal::no_such_resource());
    }
    let rest = rest.unwrap_or_default();
    let (name, subresource) = (rest.first().copied().unwrap_or(""), rest.get(1).map(|s| (*s).to_owned()));
    if resource.namespaced && namespace.is_empty() && !name.is_empty() {
        return Err(Refusal::no_such_resource());
    }
    let is_proxy = subresource.as_deref() == Some("proxy");
    if rest.len() > 2 && !is_proxy {
        return Err(Refusal::no_such_resource());
    }
    let behind = path.split_once("/proxy").map_or("", |(_, behind)| behind).to_owned();
    Ok(Route::Objects(Place {
        resource,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        subresource,
        rest: if is_proxy { behind } else { String::new() },
    }))
}

/// The text of a header; empty when it is absent.
pub(crate) fn header_text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// The verb that RBAC knows a request by.
pub(crate) fn verb(method: &Method, place: &Place, query: &Query) -> &'static str {
    let collection = place.name.is_empty();
    match *method {
        Method::GET | Method::HEAD if query.is_true("watch") && place.subresource.is_none() => "watch",
        Method::GET | Method::HEAD if collection => "list",
        Method::GET | Method::HEAD => "get",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE if collection => "deletecollection",
        _ => "delete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_kubernetes::Minor;

    fn place(path: &str) -> Place {
        match Route::parse(path, &Resources::of(Minor::DEFAULT)) {
            Ok(Route::Objects(place)) => place,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn takes_paths_of_objects_apart() {
        let cases = [
            ("/api/v1/pods", ("pods", "", "", None, "")),
            ("/api/v1/namespaces", ("namespaces", "", "", None, "")),
            ("/api/v1/namespaces/shop", ("namespaces", "", "shop", None, "")),
            ("/api/v1/namespaces/shop/status", ("namespaces", "", "shop", Some("status"), "")),
            ("/api/v1/namespaces/shop/pods/web-1/log", ("pods", "shop", "web-1", Some("log"), "")),
            ("/apis/apps/v1/namespaces/shop/deployments/", ("deployments", "shop", "", None, "")),
            (
                "/api/v1/namespaces/shop/services/http:web:80/proxy/a/b",
                ("services", "shop", "http:web:80", Some("proxy"), "/a/b"),
            ),
            ("/api/v1/namespaces/shop/services/web/proxy", ("services", "shop", "web", Some("proxy"), "")),
            (
                "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aadmin",
                ("clusterroles", "", "system:admin", None, ""),
            ),
        ];
        for (path, (plural, namespace, name, subresource, rest)) in cases {
            let place = place(path);
            let found = (place.resource.plural.as_str(), place.namespace.as_str(), place.name.as_str());
            assert_eq!(found, (plural, namespace, name), "{path}");
            assert_eq!((place.subresource.as_deref(), place.rest.as_str()), (subresource, rest), "{path}");
        }
    }

    #[test]
    fn unknown_paths_are_not_found() {
        for path in [
            "/",
            "/nope",
            "/api/v1/widgets",
            "/api/v1/namespaces/shop/nodes",
            "/api/v1/pods/web",
            "/apis/apps/v1/namespaces/a/deployments/b/c/d",
        ] {
            assert!(Route::parse(path, &Resources::of(Minor::DEFAULT)).is_err(), "{path}");
        }
    }

    #[test]
    fn decodes_queries() {
        let query = Query::parse("labelSelector=a%3Db%2Cc+in+%28d%29&watch=1&x&%zz=%4");
        assert_eq!(query.get("labelSelector"), "a=b,c in (d)");
        assert!(query.is_true("watch") && !query.is_true("x"));
        assert_eq!(query.get("%zz"), "%4");
    }
}
