//! The one HTTP client: roots, CA bundle, proxy, time-outs, redirects, retry by method, errors without secrets.
//!
//! Nothing here reads an environment variable: the binary passes [`Settings`] in.

#![allow(clippy::disallowed_methods, reason = "the rim: this crate waits, and an HTTP date needs the clock")]

mod cause;
mod error;
mod no_proxy;
mod proxy;
mod retry;
mod roots;
mod settings;
mod transport;

pub use cause::innermost;
pub use error::TransportError;
pub use proxy::Proxies;
pub use retry::{Backoff, Retry, retry_after};
pub use settings::Settings;
pub use transport::{CONNECT_TIMEOUT, Redirects, Transport, USER_AGENT};
