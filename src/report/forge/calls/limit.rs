//! Rate limits in headers: GitHub and Azure DevOps use the same ones.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use seatrial_transport::{retry_after, wait_until};

/// Whether an answer is a rate limit, and how long it asks to wait (docs.github.com: "Rate limits for the REST API"): `Retry-After`, else,
/// with nothing remaining, the time of the reset, else nothing is said. `says_so`: the body names a limit as the reason.
#[allow(clippy::option_option, reason = "not limited, limited without a word, limited for so long")]
pub(crate) fn limit(status: StatusCode, headers: &HeaderMap, says_so: bool) -> Option<Option<Duration>> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let used_up = number("x-ratelimit-remaining") == Some(0);
    let asked = retry_after(headers);
    let is_limit = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => asked.is_some() || used_up || says_so,
        _ => false,
    };
    if !is_limit {
        return None;
    }
    Some(asked.or_else(|| if used_up { wait_until(number("x-ratelimit-reset")?, headers) } else { None }))
}
