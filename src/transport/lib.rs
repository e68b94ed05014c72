//! The one HTTP client: roots, CA bundle, proxy, time-outs, redirects, retry by method, errors without secrets.
//!
//! Nothing here reads an environment variable: the binary passes [`Settings`] in.

mod barred;
mod cause;
mod error;
mod no_proxy;
mod proxy;
mod random;
mod redirect;
mod retry;
mod roots;
mod settings;
mod tls_stream;
mod transport;

pub use barred::is_barred;
pub use cause::{innermost, is_tls};
pub use error::TransportError;
pub use proxy::Proxies;
pub use random::random_bytes;
pub use redirect::{Origin, Redirects, Unfollowed, shown_origin};
pub use retry::{Backoff, Retry, retry_after, wait_until};
pub use roots::only_roots;
pub use settings::{Private, Settings};
pub use transport::{CONNECT_TIMEOUT, Transport, USER_AGENT};
