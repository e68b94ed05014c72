//! Schedules as `github.com/robfig/cron/v3` reads them (`parser.go`, `ParseStandard`): five fields, or a word such as `@daily`.
//!
//! Not here: time zones, and when a schedule is due.

use crate::duration;

/// What is wrong with a schedule, as a predicate: `must have five fields …`.
#[must_use]
pub fn wrong_with(text: &str) -> Option<String> {
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

fn descriptor(name: &str) -> Option<String> {
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
    fn wrong(&self, text: &str) -> Option<String> {
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
    use super::wrong_with;

    #[test]
    fn says_which_field_is_wrong() {
        for (text, words) in [
            ("* * * *", "five fields"),
            ("60 * * * *", "a minute between 0 and 59"),
            ("* * * * 7", "a day of the week between 0 and 6"),
            ("@dayly", "`@hourly`"),
            ("@every soon", "`@every` with a duration"),
        ] {
            assert!(wrong_with(text).is_some_and(|wrong| wrong.contains(words)), "{text}");
        }
        for text in ["0 3 * * *", "*/5 * * * *", "0 0 1 jan MON-fri", "@daily", "@every 1h30m"] {
            assert_eq!(wrong_with(text), None, "{text}");
        }
    }
}
