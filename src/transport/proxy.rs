//! Which proxy a request goes through.

use url::Url;

use crate::no_proxy::NoProxy;
use crate::{Settings, TransportError};

/// The proxies of the settings and the hosts that go without.
#[derive(Clone, Debug)]
pub struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    direct: NoProxy,
}

impl Proxies {
    /// Reads the proxies of `settings`.
    ///
    /// # Errors
    /// [`TransportError::Settings`] for an address that is none, or a scheme other than `http` and `https`.
    pub fn new(settings: &Settings) -> Result<Proxies, TransportError> {
        Ok(Proxies {
            http: settings.http_proxy.as_deref().map_or(Ok(None), |text| parse(text, "HTTP_PROXY"))?,
            https: settings.https_proxy.as_deref().map_or(Ok(None), |text| parse(text, "HTTPS_PROXY"))?,
            direct: NoProxy::parse(settings.no_proxy.as_deref().unwrap_or_default()),
        })
    }

    /// The same rules with `proxy` in the place of both: a kubeconfig's `proxy-url`. It is used whatever `NO_PROXY` says, as kubectl does.
    ///
    /// # Errors
    /// [`TransportError::Settings`] as for [`Proxies::new`].
    pub fn only(proxy: &str, named: &str) -> Result<Proxies, TransportError> {
        let proxy = parse(proxy, named)?;
        Ok(Proxies { http: proxy.clone(), https: proxy, direct: NoProxy::default() })
    }

    /// The proxy for a destination, with its credentials; `None` when it is reached directly.
    #[must_use]
    pub fn of(&self, destination: &Url) -> Option<&Url> {
        let proxy = match destination.scheme() {
            "http" => self.http.as_ref()?,
            "https" => self.https.as_ref()?,
            _ => return None,
        };
        let port = destination.port_or_known_default().unwrap_or(443);
        if self.direct.covers(destination.host_str()?, port) {
            return None;
        }
        Some(proxy)
    }

    /// The proxies' own hosts.
    pub(crate) fn hosts(&self) -> Vec<String> {
        [&self.http, &self.https].into_iter().flatten().filter_map(Url::host_str).map(str::to_owned).collect()
    }
}

fn parse(text: &str, named: &str) -> Result<Option<Url>, TransportError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    // `proxy:3128` is common; without a scheme it means HTTP, as for curl and Go.
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let wrong = |what: &str| {
        TransportError::Settings(format!("`{named}` {what}: it must have the form `http://[USER:PASSWORD@]HOST:PORT`"))
    };
    let url = Url::parse(&full).map_err(|_| wrong("is not an address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(&format!("has the scheme `{}`, which is not supported", url.scheme())));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("names no host"));
    }
    Ok(Some(url))
}

/// `host:port` of an address, without anything else that it holds.
pub(crate) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(https: &str, no_proxy: &str) -> Settings {
        let https_proxy = Some(https.to_owned());
        Settings { https_proxy, no_proxy: Some(no_proxy.to_owned()), ..Settings::default() }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a test address")
    }

    #[test]
    fn takes_the_proxy_of_the_scheme_unless_the_host_goes_without() {
        let proxies = Proxies::new(&settings("proxy:3128", ".internal")).expect("fine settings");
        let of = |to: &str| proxies.of(&url(to)).map(Url::to_string);
        assert_eq!(of("https://api.github.com/x").as_deref(), Some("http://proxy:3128/"));
        assert_eq!(of("https://git.internal/x"), None);
        assert_eq!(of("http://api.github.com/x"), None);
        assert_eq!(of("https://127.0.0.1:6443/"), None);
    }

    #[test]
    fn says_what_is_wrong_with_a_proxy_without_its_password() {
        for bad in ["socks5://bob:hunter2@proxy:1080", "http://bob:hunter2@:x", "http://"] {
            let error = Proxies::new(&settings(bad, "")).expect_err("a wrong proxy").to_string();
            assert!(error.starts_with("`HTTPS_PROXY` ") && !error.contains("hunter2"), "{error}");
        }
        assert!(Proxies::new(&settings(" ", "")).expect("an empty one is none").https.is_none());
    }
}
