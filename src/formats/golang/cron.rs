//! Schedules as `github.com/robfig/cron/v3` reads them (`parser.go`, `ParseStandard`): five fields, or a word such as `@daily`.
//!
//! Not here: the clock. When a schedule is due is told for a time that is given, in a zone that is given.

mod times;

pub use times::{Schedule, Zone};

use crate::duration;

/// What is wrong with a schedule, as a predicate: `must have five fields …`.
#[must_use]
pub fn wrong_with(text: &str) -> Option<String> {
    read(text).err()
}

/// A schedule as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Spec {
    /// Bits of the values of each field, and whether the days of the month and of the week are all of them.
    Fields { bits: [u64; 5], any_day: bool, any_weekday: bool },
    /// So many nanoseconds after the last time.
    Every(i64),
}

/// The error is a predicate.
fn read(text: &str) -> Result<Spec, String> {
    if let Some(name) = text.strip_prefix('@') {
        return descriptor(name);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(format!(
            "must have five fields (minute, hour, day of the month, month, day of the week), not {}",
            fields.len()
        ));
    };
    let mut bits = [0; 5];
    let mut any = [false; 5];
    for (at, (text, field)) in [minute, hour, day, month, weekday].into_iter().zip(&FIELDS).enumerate() {
        let (of_field, is_any) = field.read(text)?;
        if let (Some(bits), Some(any)) = (bits.get_mut(at), any.get_mut(at)) {
            (*bits, *any) = (of_field, is_any);
        }
    }
    let [_, _, any_day, _, any_weekday] = any;
    Ok(Spec::Fields { bits, any_day, any_weekday })
}

fn descriptor(name: &str) -> Result<Spec, String> {
    if let Some(text) = name.strip_prefix("every ")
        && let Some(delay) = duration::parse(text)
    {
        return Ok(Spec::Every(delay));
    }
    read(match name {
        "yearly" | "annually" => "0 0 1 1 *",
        "monthly" => "0 0 1 * *",
        "weekly" => "0 0 * * 0",
        "daily" | "midnight" => "0 0 * * *",
        "hourly" => "0 * * * *",
        _ => {
            return Err(
                "must be `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` or `@every` with a duration".to_owned()
            );
        }
    })
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
    /// The bits of its values, and whether one of the list is `*`.
    fn read(&self, text: &str) -> Result<(u64, bool), String> {
        let (mut bits, mut is_any) = (0, false);
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let Some((of_part, any)) = self.takes(part) else {
                let Field { name, least, most, .. } = self;
                return Err(format!(
                    "must have {name} between {least} and {most}, a range, a list or `*`, not `{text}`"
                ));
            };
            bits |= of_part;
            is_any |= any;
        }
        Ok((bits, is_any))
    }

    /// One of a list: `*`, `5`, `1-5`, each with a step (`getRange`).
    fn takes(&self, part: &str) -> Option<(u64, bool)> {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step: u32 = step.map_or(Some(1), |step| step.parse().ok())?;
        let (low, high) = range.split_once('-').map_or((range, None), |(low, high)| (low, Some(high)));
        let (start, end) = match (low, high) {
            ("*" | "?", _) => (self.least, self.most),
            (_, Some(high)) => (self.number(low)?, self.number(high)?),
            (_, None) if part.contains('/') => (self.number(low)?, self.most),
            (_, None) => (self.number(low)?, self.number(low)?),
        };
        if !(self.least <= start && start <= end && end <= self.most && step > 0) {
            return None;
        }
        let bits = (start..=end).step_by(usize::try_from(step).ok()?).fold(0, |bits, value| bits | 1_u64 << value);
        // With a step, it is not all of them any more.
        Some((bits, matches!(low, "*" | "?") && step == 1))
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
