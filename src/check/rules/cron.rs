//! Schedules of CronJobs, as the API server reads them (`github.com/robfig/cron/v3` `parser.go` `ParseStandard`;
//! `k8s.io/kubernetes` `pkg/apis/batch/validation/validation.go` `validateScheduleFormat`).

use seatrial_golang::duration;

use crate::syntax::Wrong;

/// What is wrong with a schedule.
pub(crate) fn schedule(text: &str) -> Wrong {
    if text.contains("TZ") {
        return Some("must not set a time zone; use `timeZone`".to_owned());
    }
    if let Some(name) = text.strip_prefix('@') {
        return descriptor(name);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!(
            "must have five fields (minute, hour, day of the month, month, day of the week), not {}",
            fields.len()
        ));
    }
    fields.iter().zip(FIELDS).find_map(|(text, field)| field.wrong(text))
}

fn descriptor(name: &str) -> Wrong {
    const NAMES: [&str; 7] = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
    let is_interval = name.strip_prefix("every ").is_some_and(|text| duration::parse(text).is_some());
    if NAMES.contains(&name) || is_interval {
        return None;
    }
    Some("must be `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` or `@every` with a duration".to_owned())
}

struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "a minute", least: 0, most: 59, names: &[] },
    Field { name: "an hour", least: 0, most: 23, names: &[] },
    Field { name: "a day of the month", least: 1, most: 31, names: &[] },
    Field {
        name: "a month",
        least: 1,
        most: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Field { name: "a day of the week", least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

impl Field {
    fn wrong(&self, text: &str) -> Wrong {
        let fits = |part: &str| self.takes(part).is_some();
        if text.split(',').filter(|part| !part.is_empty()).all(fits) {
            return None;
        }
        let Field { name, least, most, .. } = self;
        Some(format!("must have {name} between {least} and {most}, a range, a list or `*`, not `{text}`"))
    }

    /// One of a list: `*`, `5`, `1-5`, each with a step (`getRange`).
    fn takes(&self, part: &str) -> Option<()> {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step: u32 = step.map_or(Some(1), |step| step.parse().ok())?;
        let (low, high) = range.split_once('-').map_or((range, None), |(low, high)| (low, Some(high)));
        let (start, end) = match (low, high) {
            ("*" | "?", _) => (self.least, self.most),
            (_, Some(high)) => (self.number(low)?, self.number(high)?),
            (_, None) if part.contains('/') => (self.number(low)?, self.most),
            (_, None) => (self.number(low)?, self.number(low)?),
        };
        (self.least <= start && start <= end && end <= self.most && step > 0).then_some(())
    }

    fn number(&self, text: &str) -> Option<u32> {
        let lower = text.to_ascii_lowercase();
        let named = self.names.iter().position(|name| *name == lower).and_then(|at| u32::try_from(at).ok());
        named.map(|at| at + self.least).or_else(|| text.parse().ok())
    }
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
