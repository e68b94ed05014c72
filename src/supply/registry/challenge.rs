//! What a registry that answers 401 asks for (RFC 9110, 11.6.1; distribution: token authentication specification).

use std::collections::HashMap;

use http::{HeaderMap, header};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A token that is got elsewhere.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
    /// User and password with each request.
    Basic,
}

/// The challenge of an answer; a token is preferred. `None` where nothing that we know is asked for.
pub(crate) fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let all: Vec<(String, HashMap<String, String>)> = headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(read)
        .collect();
    let bearer = all.iter().find_map(|(scheme, parameters)| {
        let realm = parameters.get("realm").filter(|_| scheme == "bearer")?.clone();
        let get = |name: &str| parameters.get(name).cloned();
        Some(Challenge::Bearer { realm, service: get("service"), scope: get("scope") })
    });
    bearer.or_else(|| all.iter().any(|(scheme, _)| scheme == "basic").then_some(Challenge::Basic))
}

/// Schemes in small letters with their parameters. A header may have several of them.
fn read(text: &str) -> Vec<(String, HashMap<String, String>)> {
    let mut all: Vec<(String, HashMap<String, String>)> = Vec::new();
    for item in items(text) {
        let (head, value) = item.split_once('=').unwrap_or((&item, ""));
        let (scheme, name) = match head.trim().split_once(' ') {
            Some((scheme, name)) => (Some(scheme), name.trim()),
            None if value.is_empty() => (Some(head.trim()), ""),
            None => (None, head.trim()),
        };
        if let Some(scheme) = scheme {
            all.push((scheme.to_ascii_lowercase(), HashMap::new()));
        }
        if let Some((_, parameters)) = all.last_mut().filter(|_| !name.is_empty()) {
            let value = value.trim();
            let unquoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            parameters.insert(name.to_ascii_lowercase(), unquoted.replace("\\\"", "\""));
        }
    }
    all
}

/// What stands between commas that are not in quotes.
fn items(text: &str) -> Vec<String> {
    let (mut items, mut current, mut is_quoted, mut is_escaped) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        match c {
            ',' if !is_quoted => items.push(std::mem::take(&mut current)),
            _ => {
                is_quoted ^= c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                current.push(c);
            }
        }
    }
    items.push(current);
    items.retain(|item| !item.trim().is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_as_registries_write_it() {
        let of = |texts: &[&str]| {
            let headers = texts.iter().map(|text| (header::WWW_AUTHENTICATE, text.parse().expect("a header")));
            challenge(&headers.collect())
        };
        let bearer = |realm: &str, service: Option<&str>, scope: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            Some(Challenge::Bearer { realm: realm.to_owned(), service: owned(service), scope: owned(scope) })
        };
        assert_eq!(
            of(&["Bearer realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:a/b:pull\""]),
            bearer("https://ghcr.io/token", Some("ghcr.io"), Some("repository:a/b:pull"))
        );
        assert_eq!(
            of(&["bearer realm=\"https://a/token\", scope=\"repository:a:pull,push\""]),
            bearer("https://a/token", None, Some("repository:a:pull,push"))
        );
        assert_eq!(of(&["Basic realm=\"x\"", "Bearer realm=https://a/t"]), bearer("https://a/t", None, None));
        assert_eq!(of(&["Basic realm=\"x\", Bearer realm=\"https://a/t\""]), bearer("https://a/t", None, None));
        assert_eq!(of(&["Basic realm=\"x\""]), Some(Challenge::Basic));
        assert_eq!(of(&["Basic"]), Some(Challenge::Basic));
        assert_eq!(of(&["Bearer service=\"x\""]), None);
        assert_eq!(of(&["Negotiate", ""]), None);
        assert_eq!(of(&[]), None);
    }
}
