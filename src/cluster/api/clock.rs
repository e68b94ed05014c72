//! The present, for time stamps.

use std::time::SystemTime;

use jiff::Timestamp;

/// The present, or the last moment that a time stamp can have when the system's clock is past it.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the rim: expiry of credentials and Leases counts in time of day")]
pub fn now() -> Timestamp {
    of(SystemTime::now())
}

fn of(time: SystemTime) -> Timestamp {
    let last = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_past_the_year_9999_is_a_time_all_the_same() {
        let year = Duration::from_secs(31_556_952);
        assert_eq!(of(SystemTime::UNIX_EPOCH + 9_000 * year), Timestamp::MAX);
        assert_eq!(of(SystemTime::UNIX_EPOCH - 20_000 * year), Timestamp::MIN);
        assert_eq!(of(SystemTime::UNIX_EPOCH + Duration::from_secs(5)).as_second(), 5);
    }
}
