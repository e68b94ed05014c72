//! What the binary tells the client about the network.

use std::fmt;

/// How to reach the network. Read from flags and environment by the binary.
#[derive(Clone, Default)]
pub struct Settings {
    /// PEM of further roots to trust.
    pub ca_bundle: Option<Vec<u8>>,
    /// `HTTPS_PROXY`, with credentials or without.
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`.
    pub http_proxy: Option<String>,
    /// `NO_PROXY`: comma-separated hosts, suffixes and CIDRs.
    pub no_proxy: Option<String>,
    /// Which hosts may be loopback or private.
    pub private: Private,
}

/// Which hosts may be loopback or private. Link-local and metadata addresses are never asked, whatever is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Private {
    /// All: who names them has the say.
    #[default]
    Allowed,
    /// These alone, as `host` or `host:port`: who names the others may not reach what only this machine reaches.
    Only(Vec<String>),
}

impl Private {
    /// Whether a host may be loopback or private.
    pub(crate) fn has(&self, host: &str) -> bool {
        let bare = |named: &str| named.rsplit_once(':').map_or(named, |(bare, _)| bare).to_ascii_lowercase();
        match self {
            Private::Allowed => true,
            Private::Only(hosts) => hosts.iter().any(|named| named.eq_ignore_ascii_case(host) || bare(named) == host),
        }
    }
}

/// Proxy addresses may hold credentials: only whether they are set is shown.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("ca_bundle", &self.ca_bundle.is_some())
            .field("https_proxy", &self.https_proxy.is_some())
            .field("http_proxy", &self.http_proxy.is_some())
            .field("no_proxy", &self.no_proxy)
            .field("private", &self.private)
            .finish()
    }
}
