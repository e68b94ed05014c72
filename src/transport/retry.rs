//! When a request is sent again, and how long is waited before.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Whether a request may be sent again after it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It may not have been received, or receiving it twice is harmless: connection errors, 429, 5xx.
    Idempotent,
    /// Sending it twice would do it twice: only 429 and refused connections.
    Once,
}

/// A server that limits us and asks for no wait, or for one that is over, is not asked again sooner.
const SHORTEST_ASKED: Duration = Duration::from_secs(1);

/// Longer waits are as good as this one: nobody's patience lasts a day.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);

/// At most this many attempts, whatever the deadline allows.
pub(crate) const ATTEMPTS: u32 = 5;

impl Retry {
    /// Whether an answer of this status is worth another attempt. 501 and 505 will say the same again; a 403 with `Retry-After` is
    /// GitHub's secondary rate limit (docs.github.com: "Rate limits for the REST API").
    pub(crate) fn again_after_status(self, status: StatusCode, headers: &HeaderMap) -> bool {
        let limited = status == StatusCode::TOO_MANY_REQUESTS
            || (status == StatusCode::FORBIDDEN && headers.contains_key(header::RETRY_AFTER));
        let failed = status.is_server_error()
            && status != StatusCode::NOT_IMPLEMENTED
            && status != StatusCode::HTTP_VERSION_NOT_SUPPORTED;
        limited || (failed && self == Retry::Idempotent)
    }
}

/// How long a server asks to wait: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). A date is compared with the server's own
/// `Date` where there is one, so that a wrong clock here does no harm. At most a day: it can be added to any time.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the rim: a date in an answer is compared with the clock")]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(LONGEST_ASKED, Duration::from_secs).min(LONGEST_ASKED));
    }
    let until = http_date(value)?;
    let now = headers.get(header::DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
    let now = now.or_else(|| Timestamp::try_from(SystemTime::now()).ok())?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO).min(LONGEST_ASKED))
}

/// How long a server asks to wait by naming a time in seconds since the epoch, read against its own `Date`: nothing where that is past.
#[must_use]
pub fn wait_until(epoch_seconds: u64, headers: &HeaderMap) -> Option<Duration> {
    let now = http_date(headers.get(header::DATE)?.to_str().ok()?)?.as_second();
    let wait = epoch_seconds.saturating_sub(u64::try_from(now).unwrap_or(0));
    Some(Duration::from_secs(wait).min(LONGEST_ASKED))
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Waits between attempts: exponential from 250 ms, with jitter from a seed, so that jobs started together do not stay together.
#[derive(Clone, Debug)]
pub struct Backoff {
    state: u64,
    failures: u32,
}

impl Backoff {
    /// A series of waits that only the seed decides.
    #[must_use]
    pub fn new(seed: u64) -> Backoff {
        Backoff { state: seed, failures: 0 }
    }

    /// The next wait: between half and the whole of 250 ms, 500 ms, 1 s, 2 s, then 4 s.
    pub fn next_wait(&mut self) -> Duration {
        let whole = 250_u64 << self.failures.min(4);
        self.failures += 1;
        let half = whole / 2;
        Duration::from_millis(half + self.random() % (half + 1))
    }

    /// The next wait where a server may have asked for one: a little longer than it asks, since it asks others, too; but never shorter than our
    /// own, and at least a second. A wait of nothing, or until a time that is past, would be a flood of requests.
    pub fn next_wait_asked(&mut self, asked: Option<Duration>) -> Duration {
        let own = self.next_wait();
        asked.map_or(own, |asked| (asked.clamp(SHORTEST_ASKED, LONGEST_ASKED) + own / 8).max(own))
    }

    /// How often it was asked.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// splitmix64 (Steele, Lea, Flood 2014): enough to spread waits, and no dependency.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let each = pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().expect("a test header")));
        each.collect()
    }

    #[test]
    fn reads_retry_after_in_seconds_and_as_a_date() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        let table = [
            (vec![("retry-after", "7")], Some(7)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:50:00 GMT"), date], Some(23)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT"), date], Some(0)),
            (vec![("retry-after", "0")], Some(0)),
            (vec![("retry-after", "18446744073709551615")], Some(86_400)),
            (vec![("retry-after", "99999999999999999999999999")], Some(86_400)),
            (vec![("retry-after", "Thu, 30 Dec 9999 20:00:00 GMT"), date], Some(86_400)),
            (vec![("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"), date], None),
            (vec![("retry-after", "Fri, 01 Jan 10000 00:00:00 GMT"), date], None),
            (vec![("retry-after", "Mon, 01 Jan 99999999999 00:00:00 GMT")], None),
            (vec![("retry-after", "")], None),
            (vec![("retry-after", "+5")], None),
            (vec![("retry-after", "5.5")], None),
            (vec![("retry-after", "soon")], None),
            (vec![("retry-after", "-1")], None),
            (vec![], None),
        ];
        for (pairs, seconds) in table {
            assert_eq!(retry_after(&headers(&pairs)), seconds.map(Duration::from_secs), "{pairs:?}");
        }
    }

    #[test]
    fn reads_a_time_against_the_servers_own_clock() {
        let date = headers(&[("date", "Sun, 29 Nov 2026 00:00:00 GMT")]);
        let wait = |seconds| wait_until(seconds, &date).map(|wait| wait.as_secs());
        assert_eq!([wait(1_795_910_442), wait(0), wait(u64::MAX)], [Some(42), Some(0), Some(86_400)]);
        assert_eq!(wait_until(1, &HeaderMap::new()), None);
    }

    #[test]
    fn retries_by_method_and_status() {
        // status, Retry-After sent?, again when idempotent, again when not
        let table = [
            (200, false, false, false),
            (404, false, false, false),
            (403, false, false, false),
            (403, true, true, true),
            (429, false, true, true),
            (500, false, true, false),
            (501, false, false, false),
            (503, true, true, false),
        ];
        for (status, asked, idempotent, once) in table {
            let sent = if asked { headers(&[("retry-after", "1")]) } else { HeaderMap::new() };
            let status = StatusCode::from_u16(status).expect("a status");
            let again = [Retry::Idempotent, Retry::Once].map(|retry| retry.again_after_status(status, &sent));
            assert_eq!(again, [idempotent, once], "{status}");
        }
    }

    #[test]
    fn a_server_cannot_ask_for_less_than_our_own_wait_or_for_ever() {
        for asked in [Duration::ZERO, Duration::from_millis(1)] {
            let mut backoff = Backoff::new(7);
            let waits: Vec<Duration> = (0..6).map(|_| backoff.next_wait_asked(Some(asked))).collect();
            assert!(waits.iter().all(|wait| *wait >= Duration::from_secs(1)), "{waits:?}");
            assert!(waits[5] >= Duration::from_secs(2), "{waits:?}");
        }
        let mut backoff = Backoff::new(7);
        let nine = Duration::from_secs(9);
        assert!((nine..nine + Duration::from_secs(1)).contains(&backoff.next_wait_asked(Some(nine))));
        assert!(backoff.next_wait_asked(Some(Duration::MAX)) < LONGEST_ASKED + Duration::from_secs(1));
        assert!(backoff.next_wait_asked(None) < Duration::from_secs(2));
    }

    #[test]
    fn waits_grow_with_jitter_and_repeat_for_a_seed() {
        let waits = |seed| {
            let mut backoff = Backoff::new(seed);
            (0..7).map(|_| backoff.next_wait().as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(waits(1), waits(1));
        assert_ne!(waits(1), waits(2));
        for (wait, whole) in waits(3).into_iter().zip([250, 500, 1000, 2000, 4000, 4000, 4000]) {
            assert!((whole / 2..=whole).contains(&wait), "{wait} of {whole}");
        }
    }
}
