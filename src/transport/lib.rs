//! The one HTTP client: roots, CA bundle, proxy, time-outs, redirects, retry by method, errors without secrets.

use std::time::Duration;

/// How to reach the network. Read from flags and environment by the binary.
#[derive(Clone, Debug, Default)]
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

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Transport(());

/// Whether a request may be sent again after it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It may not have been received, or receiving it twice is harmless: connection errors, 429, 5xx.
    Idempotent,
    /// Sending it twice would do it twice: only 429 and refused connections.
    Once,
}

/// A request failed; the text names host and cause and never a header, a query or a credential.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The settings are wrong.
    #[error("{0}")]
    Settings(String),
    /// No connection.
    #[error("cannot reach {address}: {cause}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// The innermost cause.
        cause: String,
    },
    /// No answer in time.
    #[error("{address} did not answer within {}", humane(*.after))]
    TimedOut {
        /// Host and port.
        address: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke after the request was sent: it may have been carried out.
    #[error("{address} closed the connection: {cause}")]
    Closed {
        /// Host and port.
        address: String,
        /// The innermost cause.
        cause: String,
    },
}

fn humane(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

impl Transport {
    /// Builds the client.
    ///
    /// # Errors
    /// [`TransportError::Settings`] for an unreadable CA bundle or proxy address.
    pub fn new(_settings: &Settings) -> Result<Transport, TransportError> {
        todo!()
    }

    /// The client for one that builds requests itself.
    #[must_use]
    pub fn client(&self) -> &reqwest::Client {
        todo!()
    }

    /// The settings it was built from.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        todo!()
    }

    /// TLS with this transport's roots, and further ones in PEM: for clients that are not reqwest.
    ///
    /// # Errors
    /// [`TransportError::Settings`] for roots that cannot be read.
    pub fn root_store(&self, _more: Option<&[u8]>) -> Result<rustls::RootCertStore, TransportError> {
        todo!()
    }

    /// Sends a request within `deadline`, again where `retry` allows: `Retry-After` honoured, else exponential with jitter of a given seed.
    ///
    /// # Errors
    /// See [`TransportError`]. An HTTP error status is an answer, not an error.
    pub async fn send(
        &self,
        _request: reqwest::Request,
        _retry: Retry,
        _deadline: Duration,
    ) -> Result<reqwest::Response, TransportError> {
        todo!()
    }
}
