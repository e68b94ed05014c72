//! Schedules of CronJobs, as the API server takes them (`k8s.io/kubernetes` `pkg/apis/batch/validation/validation.go`
//! `validateScheduleFormat`).
//!
//! Not here: how a schedule is read (`formats/golang`).

use seatrial_golang::cron;

use crate::syntax::Wrong;

/// What is wrong with a schedule.
pub(crate) fn schedule(text: &str) -> Wrong {
    if text.contains("TZ") {
        return Some("must not set a time zone; use `timeZone`".to_owned());
    }
    cron::wrong_with(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_taken_and_refused_as_the_api_server_does() {
        let good = [
            "0 3 * * *",
            "*/5 * * * *",
            "0 0 1 jan MON-fri",
            "1,2,,3 0-23/2 ? * 0",
            "5/15 * * * *",
            "@daily",
            "@every 1h30m",
            "@every 1.5s",
            "0   3 * * *",
        ];
        let bad = [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "1-2-3 * * * *",
            "@dayly",
            "@every",
            "@every soon",
            "TZ=UTC 0 3 * * *",
            "*/5/5 * * * *",
        ];
        assert_eq!(good.into_iter().filter(|text| schedule(text).is_some()).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(bad.into_iter().filter(|text| schedule(text).is_none()).collect::<Vec<_>>(), [""; 0]);
    }
}
