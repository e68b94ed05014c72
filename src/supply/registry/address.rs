//! Addresses of repositories: `oci://HOST/PATH`, and how a host is really asked.

use crate::{FetchError, HostSettings};

/// A repository of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Repository {
    /// The host that it is called by, with its port.
    pub(crate) host: String,
    /// Its name there.
    pub(crate) name: String,
    /// `https://HOST/v2/NAME`, at the host that is asked.
    pub(crate) base: String,
}

/// Reads `oci://HOST[:PORT]/NAME`.
///
/// # Errors
/// [`FetchError::Wrong`] for what is not one (OCI distribution 1.1: `<name>` is small letters, digits and separators).
pub(crate) fn repository(url: &str, settings: impl Fn(&str) -> HostSettings) -> Result<Repository, FetchError> {
    let wrong = || {
        FetchError::Wrong(format!(
            "`{}` is not the address of a repository, such as `oci://registry.example.com/charts/web`",
            url.rsplit('@').next().unwrap_or_default()
        ))
    };
    let rest = url.strip_prefix("oci://").ok_or_else(wrong)?;
    let (host, name) = rest.trim_end_matches('/').split_once('/').ok_or_else(wrong)?;
    let host = host.to_ascii_lowercase();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
    let has_empty = name.split('/').any(|part| part.is_empty() || part == "." || part == "..");
    if !is_host(&host) || !name.chars().all(is_plain) || has_empty {
        return Err(wrong());
    }
    let is_docker_hub = matches!(host.as_str(), "docker.io" | "index.docker.io" | "registry-1.docker.io");
    let (host, name) = match is_docker_hub {
        // Docker Hub: what has no owner is `library`'s, and the API is at another host.
        true if !name.contains('/') => ("docker.io".to_owned(), format!("library/{name}")),
        true => ("docker.io".to_owned(), name.to_owned()),
        false => (host, name.to_owned()),
    };
    let settings = settings(&host);
    let scheme = if settings.plain_http { "http" } else { "https" };
    let asked = if is_docker_hub { "registry-1.docker.io" } else { host.as_str() };
    let base = match settings
        .mirror
        .as_deref()
        .map(|mirror| mirror.trim_end_matches('/').split_once('/').unwrap_or((mirror, "")))
    {
        Some((mirror, "")) => format!("{scheme}://{mirror}/v2/{name}"),
        Some((mirror, prefix)) => format!("{scheme}://{mirror}/v2/{prefix}/{name}"),
        None => format!("{scheme}://{asked}/v2/{name}"),
    };
    Ok(Repository { host, name, base })
}

/// Whether a text is a host, with a port or without, in small letters: no user, no path.
#[must_use]
pub fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._:[]".contains(c))
}

/// Host and port of an address, in small letters; an address may lack its scheme.
#[must_use]
pub fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str, settings: &HostSettings) -> Option<String> {
        repository(url, |_| settings.clone()).ok().map(|repository| repository.base)
    }

    #[test]
    fn a_repository_is_where_its_host_says() {
        let plain = HostSettings::default();
        for (url, expected) in [
            ("oci://ghcr.io/acme/charts/web", Some("https://ghcr.io/v2/acme/charts/web")),
            ("oci://GHCR.io/acme/web/", Some("https://ghcr.io/v2/acme/web")),
            ("oci://127.0.0.1:5000/web", Some("https://127.0.0.1:5000/v2/web")),
            ("oci://docker.io/nginx", Some("https://registry-1.docker.io/v2/library/nginx")),
            ("oci://docker.io/bitnamicharts/redis", Some("https://registry-1.docker.io/v2/bitnamicharts/redis")),
            ("oci://ghcr.io", None),
            ("oci://ghcr.io/", None),
            ("oci://user@ghcr.io/a", None),
            ("oci://ghcr.io/../a", None),
            ("oci://ghcr.io/a//b", None),
            ("oci://ghcr.io/a?b", None),
            ("oci://ghcr.io/A", None),
            ("https://ghcr.io/a", None),
        ] {
            assert_eq!(base(url, &plain).as_deref(), expected, "{url}");
        }
        let mirror = |mirror: &str| HostSettings { mirror: Some(mirror.to_owned()), ..HostSettings::default() };
        assert_eq!(base("oci://ghcr.io/a", &mirror("m.example.com")).as_deref(), Some("https://m.example.com/v2/a"));
        assert_eq!(
            base("oci://ghcr.io/a", &mirror("m.example.com/ghcr/")).as_deref(),
            Some("https://m.example.com/v2/ghcr/a")
        );
        let plain_http = HostSettings { plain_http: true, ..HostSettings::default() };
        assert_eq!(base("oci://a:5000/b", &plain_http).as_deref(), Some("http://a:5000/v2/b"));
    }
}
