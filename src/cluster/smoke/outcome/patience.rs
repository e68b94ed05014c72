//! How long a test asks again.

use seatrial_model::counted;
use std::time::Duration;

use tokio::time::Instant;

/// One attempt takes no longer: whoever needs more is not answering.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(10);

/// Attempts come close together at first, since what was just deployed is often a moment late.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The attempts of one test.
pub(crate) struct Patience {
    begun: Instant,
    limit: Duration,
    pause: Duration,
    attempts: u32,
}

impl Patience {
    /// Begins now and lasts for `limit`.
    pub(crate) fn begin(limit: Duration) -> Patience {
        Patience { begun: Instant::now(), limit, pause: FIRST_PAUSE, attempts: 0 }
    }

    /// Begins an attempt; how long it may take.
    pub(crate) fn attempt(&mut self) -> Duration {
        self.attempts += 1;
        // What is left may be nothing after a late wake-up: a moment is needed to ask at all.
        self.left().clamp(Duration::from_millis(100), LONGEST_ATTEMPT)
    }

    /// Waits for the next attempt; `false` when the time is up.
    pub(crate) async fn pause(&mut self) -> bool {
        if self.left() <= self.pause {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        true
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// `14 attempts in 30 s`.
    pub(crate) fn summary(&self) -> String {
        format!("{} in {}", counted(self.attempts, "attempt"), seconds(self.begun.elapsed()))
    }

    fn left(&self) -> Duration {
        self.limit.saturating_sub(self.begun.elapsed())
    }
}

/// `30 s`, `0.4 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(2) {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} s", duration.as_secs_f64().round())
}
