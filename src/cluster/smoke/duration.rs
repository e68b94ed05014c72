//! Durations as Go writes them: `30s`, `1m30s`, `1.5h`.

use std::time::Duration;

/// Units with their length in seconds (Go: `time.ParseDuration`).
const UNITS: [(&str, f64); 7] =
    [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// Longer ones are a mistake.
const LONGEST: f64 = 366.0 * 24.0 * 3600.0;

/// Parses a duration that is longer than nothing.
///
/// # Errors
/// A sentence that names the text and shows what is wanted.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration; write `30s`, `10m` or `1h30m`");
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        let behind = &rest[digits..];
        let length = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (_, factor) = UNITS.iter().find(|(unit, _)| *unit == &behind[..length]).ok_or_else(wrong)?;
        seconds += number * factor;
        rest = &behind[length..];
    }
    if seconds <= 0.0 || seconds > LONGEST {
        return Err(wrong());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations_as_go_does() {
        let read = ["30s", "1m30s", "1.5h", "250ms"].map(|text| parse_duration(text).expect("valid").as_millis());
        assert_eq!(read, [30_000, 90_000, 5_400_000, 250]);
    }

    #[test]
    fn refuses_what_is_none_and_shows_what_is_wanted() {
        for text in ["", "soon", "30", "s", "-1s", "0s", "1d", "1..5s", "99999999h", "1sm"] {
            assert!(parse_duration(text).expect_err(text).contains("write `30s`"), "{text}");
        }
    }
}
