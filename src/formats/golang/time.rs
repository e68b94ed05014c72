//! Points in time as Go's `time.Time` has them: in a zone, read and written by layouts (`Mon Jan 2 15:04:05 MST 2006`).
//!
//! Not here: the clock.

mod chunk;
mod format;
mod parse;
mod zone;

pub use parse::{parse, parse_rfc3339};
pub use zone::Zone;

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// A point in time and the zone that it is shown in.
#[derive(Clone, Debug)]
pub struct Time {
    /// Nanoseconds since 1970.
    pub nanoseconds: i128,
    /// Where it is shown.
    pub zone: Zone,
}

/// What a calendar and a clock show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// From 1.
    pub month: u32,
    /// From 1.
    pub day: u32,
    /// From 0.
    pub hour: u32,
    /// From 0.
    pub minute: u32,
    /// From 0.
    pub second: u32,
    /// Within the second.
    pub nanosecond: u32,
    /// From 0, which is Sunday.
    pub weekday: u32,
    /// From 1.
    pub year_day: u32,
    /// Seconds east of Greenwich.
    pub offset: i64,
    /// What the zone calls itself then; may be empty.
    pub zone: String,
}

/// The names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The names of the days, from Sunday.
pub const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Time {
    /// The zero value: the first day of the year 1.
    #[must_use]
    pub fn zero() -> Time {
        Time { nanoseconds: -62_135_596_800 * SECOND, zone: Zone::utc() }
    }

    /// So many seconds after 1970 began.
    #[must_use]
    pub fn unix(seconds: i64) -> Time {
        Time { nanoseconds: i128::from(seconds) * SECOND, zone: Zone::utc() }
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        i64::try_from(self.nanoseconds.div_euclid(SECOND)).unwrap_or_default()
    }

    /// The same point elsewhere.
    #[must_use]
    pub fn in_zone(&self, zone: Zone) -> Time {
        Time { nanoseconds: self.nanoseconds, zone }
    }

    /// So many nanoseconds later.
    #[must_use]
    pub fn plus(&self, nanoseconds: i64) -> Time {
        Time { nanoseconds: self.nanoseconds + i128::from(nanoseconds), zone: self.zone.clone() }
    }

    /// So many years, months and days later, by the calendar (`AddDate`).
    #[must_use]
    pub fn plus_date(&self, years: i64, months: i64, days: i64) -> Time {
        let civil = self.civil();
        let month = civil.year.saturating_add(years).saturating_mul(12) + i64::from(civil.month) - 1;
        let month = month.saturating_add(months).clamp(-12 * 1_000_000, 12 * 1_000_000);
        let of_year = u32::try_from(month.rem_euclid(12)).unwrap_or_default() + 1;
        let first = days_since_1970(month.div_euclid(12), of_year, 1);
        let target = first.saturating_add(days).clamp(-400_000_000, 400_000_000) + i64::from(civil.day) - 1;
        let before = days_since_1970(civil.year, civil.month, civil.day);
        let zone = self.zone.clone();
        Time { nanoseconds: self.nanoseconds + i128::from(target - before) * 86_400 * SECOND, zone }
    }

    /// What calendar and clock show in the zone.
    #[must_use]
    pub fn civil(&self) -> Civil {
        let (offset, zone) = self.zone.at(self.seconds());
        let local = self.nanoseconds + i128::from(offset) * SECOND;
        let seconds = i64::try_from(local.div_euclid(SECOND)).unwrap_or_default();
        let nanosecond = u32::try_from(local.rem_euclid(SECOND)).unwrap_or_default();
        let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = date(days);
        let part = |value: i64| u32::try_from(value).unwrap_or_default();
        Civil {
            year,
            month,
            day,
            hour: part(of_day / 3600),
            minute: part(of_day / 60 % 60),
            second: part(of_day % 60),
            nanosecond,
            weekday: part((days + 4).rem_euclid(7)),
            year_day: part(days - days_since_1970(year, 1, 1) + 1),
            offset,
            zone,
        }
    }

    /// The text of a layout.
    #[must_use]
    pub fn format(&self, layout: &str) -> String {
        format::format(&self.civil(), layout)
    }

    /// The difference to another, as far as a duration reaches.
    #[must_use]
    pub fn since(&self, earlier: &Time) -> i64 {
        let difference = self.nanoseconds - earlier.nanoseconds;
        i64::try_from(difference.clamp(i64::MIN.into(), i64::MAX.into())).unwrap_or_default()
    }
}

/// Days since 1970 of a date.
pub(crate) fn days_since_1970(year: i64, month: u32, day: u32) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, i64::from(month) + 9) } else { (year, i64::from(month) - 3) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of so many days since 1970.
fn date(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let part = |value: i64| u32::try_from(value).unwrap_or_default();
    (era * 400 + year + i64::from(month <= 2), part(month), part(day))
}

/// The days of a month.
pub(crate) fn days_in(month: u32, year: i64) -> u32 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests;
