//! Calls to the forges' REST APIs: deadlines, what may be sent again, bodies that have an end. What is the same for all of them.
//!
//! Not here: which calls there are (`github`, `azure_repos`), and what is done with them (`sticky`).

mod answer;
mod api;
mod body;
mod dialect;
mod limit;

use std::time::Duration;

use seatrial_model::Secret;
use url::Url;

pub(crate) use answer::{Answer, Failure, Received};
pub(crate) use api::{Api, Call, Repeat};
pub(crate) use body::{Incoming, Kind};
pub(crate) use dialect::Dialect;
pub(crate) use limit::limit;

/// Characters of a server's message that are repeated.
pub(crate) const LONGEST_MESSAGE: usize = 200;

/// How long a forge is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For one answer.
    pub attempt: Duration,
    /// For one delivery with all its calls and waits; a rate limit that lasts longer is a refusal.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { attempt: Duration::from_secs(10), whole: Duration::from_secs(60) }
    }
}

/// An API base without what is not a part of it: credentials, query, fragment. `None` for what is not HTTP.
pub(crate) fn api_base(address: &str) -> Option<Url> {
    let mut url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())?;
    // Both fail only for addresses without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// A token as it can be sent: a secret that was read from a file often ends in a newline.
pub(crate) fn sendable(token: &Secret) -> Option<&str> {
    let token = token.expose().trim();
    (!token.is_empty() && token.chars().all(|c| c.is_ascii_graphic())).then_some(token)
}

/// A server's reason, which is not trusted: one line, bounded.
pub(crate) fn one_line(reason: &str) -> String {
    let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_MESSAGE).collect();
    line.trim().trim_end_matches('.').to_owned()
}

/// A reason as an aside; empty for none.
pub(crate) fn in_brackets(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" ({message})") }
}
