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
}

/// Proxy addresses may hold credentials: only whether they are set is shown.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("ca_bundle", &self.ca_bundle.is_some())
            .field("https_proxy", &self.https_proxy.is_some())
            .field("http_proxy", &self.http_proxy.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}
