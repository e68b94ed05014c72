//! Rate limits: the primary one by the hour, with its headers on every answer, and the secondary one on writing.

use super::Answer;

const HOUR: u64 = 60 * 60;
const MINUTE: u64 = 60;

/// How much a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in an hour.
    pub hourly: u64,
    /// Requests in a minute that write.
    pub writes_a_minute: usize,
    /// With which status more is refused: GitHub says that it may be 403 or 429.
    pub status: u16,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { hourly: 5000, writes_a_minute: 80, status: 403 }
    }
}

/// What one token did.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    /// When the hour began.
    since: u64,
    used: u64,
    /// When it wrote, within the last minute.
    writes: Vec<u64>,
}

impl Usage {
    /// Counts a request, or refuses it. `whose` is how GitHub names the token's owner.
    pub(super) fn count(&mut self, limits: &Limits, now: u64, writes: bool, whose: &str) -> Result<(), Answer> {
        self.begin_hour(now);
        if self.used >= limits.hourly {
            return Err(Answer::error(limits.status, &format!("API rate limit exceeded for {whose}.")));
        }
        self.used += 1;
        self.writes.retain(|at| at + MINUTE > now);
        if !writes {
            return Ok(());
        }
        if let Some(first) = self.writes.first().filter(|_| self.writes.len() >= limits.writes_a_minute) {
            let sentence = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
            let wait = first + MINUTE - now;
            return Err(Answer::error(limits.status, sentence).with_header("retry-after", wait.to_string()));
        }
        self.writes.push(now);
        Ok(())
    }

    /// A request that found nothing new costs nothing.
    pub(super) fn give_back(&mut self) {
        self.used = self.used.saturating_sub(1);
    }

    fn begin_hour(&mut self, now: u64) {
        if now >= self.since + HOUR {
            *self = Usage { since: now, used: 0, writes: std::mem::take(&mut self.writes) };
        }
    }

    /// What is left, for the headers and for `GET /rate_limit`.
    pub(super) fn standing(&mut self, limits: &Limits, now: u64) -> Standing {
        self.begin_hour(now);
        Standing { limit: limits.hourly, used: self.used, reset: self.since + HOUR }
    }
}

/// Where a token stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    limit: u64,
    used: u64,
    reset: u64,
}

impl Standing {
    pub(super) fn headers(self, answer: Answer, resource: &str) -> Answer {
        answer
            .with_header("x-ratelimit-limit", self.limit.to_string())
            .with_header("x-ratelimit-remaining", self.remaining().to_string())
            .with_header("x-ratelimit-used", self.used.to_string())
            .with_header("x-ratelimit-reset", self.reset.to_string())
            .with_header("x-ratelimit-resource", resource)
    }

    pub(super) fn json(self) -> serde_json::Value {
        serde_json::json!({ "limit": self.limit, "used": self.used, "remaining": self.remaining(), "reset": self.reset })
    }

    fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}
