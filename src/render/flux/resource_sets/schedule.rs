//! When flux-operator lets a `ResourceSetInputProvider` ask for its inputs (`internal/schedule`): at the times of its schedules, each for as
//! long as its window is. Times are seconds since 1970; there is no clock here.

use seatrial_golang::cron::{Schedule, Zone};

/// One entry of `spec.schedule`.
#[derive(Clone, Debug)]
pub struct Window {
    /// When it opens.
    pub schedule: Schedule,
    /// The zone in which that is meant.
    pub zone: Zone,
    /// How long it stays open; 0 for no window, which is never closed.
    pub seconds: i64,
}

/// `spec.schedule`; without entries, nothing is ever closed.
#[derive(Clone, Debug, Default)]
pub struct Schedules {
    /// The entries.
    pub windows: Vec<Window>,
    /// How many seconds a reconciliation may take: it must end before the window closes.
    pub timeout: i64,
}

impl Schedules {
    /// Whether a reconciliation may begin.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.windows.is_empty() || self.windows.iter().any(|window| window.closes(now, self.timeout).is_some())
    }

    /// When the last of the windows that are open now closes; `None` where none is open, or one is never closed.
    #[must_use]
    pub fn open_until(&self, now: i64) -> Option<i64> {
        let until: Vec<i64> = self.windows.iter().filter_map(|window| window.closes(now, self.timeout)).collect();
        until.into_iter().max().filter(|until| *until != i64::MAX)
    }

    /// When the next of its schedules is due; `None` where none is in five years.
    #[must_use]
    pub fn next(&self, now: i64) -> Option<i64> {
        self.windows.iter().filter_map(|window| window.schedule.next(now, &window.zone)).min()
    }
}

impl Window {
    /// From when on nothing begins any more, where something may begin now.
    fn closes(&self, now: i64, timeout: i64) -> Option<i64> {
        if self.seconds == 0 {
            return Some(i64::MAX);
        }
        let opened = self.schedule.last(now, &self.zone)?;
        let closes = opened.checked_add(self.seconds)?.checked_sub(timeout)?;
        (now < closes).then_some(closes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    /// A Monday, at midnight in Greenwich.
    const MONDAY: i64 = 1_767_571_200;

    fn window(cron: &str, zone: &str, seconds: i64) -> Window {
        let schedule = Schedule::parse(cron).expect("a schedule");
        Window { schedule, zone: Zone::named(zone).expect("a zone"), seconds }
    }

    #[test]
    fn a_window_is_open_as_long_as_a_reconciliation_fits_in() {
        let office = window("0 10 * * 1-4", "Europe/London", 6 * HOUR);
        let schedules = Schedules { windows: vec![office], timeout: 300 };
        for (hours, is_open) in [(9, false), (10, true), (15, true), (16, false), (24 + 12, true), (4 * 24 + 12, false)]
        {
            assert_eq!(schedules.is_open(MONDAY + hours * HOUR), is_open, "{hours}");
        }
        let closes = MONDAY + 16 * HOUR - 300;
        assert_eq!(schedules.open_until(MONDAY + 11 * HOUR), Some(closes));
        assert!(schedules.is_open(closes - 1) && !schedules.is_open(closes));
        assert_eq!(schedules.next(MONDAY), Some(MONDAY + 10 * HOUR));
        // From Thursday to Monday.
        assert_eq!(schedules.next(MONDAY + (3 * 24 + 11) * HOUR), Some(MONDAY + (7 * 24 + 10) * HOUR));
    }

    #[test]
    fn without_a_window_nothing_is_closed() {
        assert!(Schedules::default().is_open(MONDAY));
        assert_eq!(Schedules::default().next(MONDAY), None);
        let windows = vec![window("0 10 * * 5", "", 3 * HOUR), window("0 3 * * *", "", 0)];
        let schedules = Schedules { windows, timeout: 300 };
        assert!(schedules.is_open(MONDAY));
        assert_eq!(schedules.open_until(MONDAY), None);
        assert_eq!(schedules.next(MONDAY), Some(MONDAY + 3 * HOUR));
    }
}
