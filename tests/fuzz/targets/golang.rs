//! Whatever is read as Go reads it ends, without a panic: expressions and templates, versions and ranges, numbers, durations, schedules.
//!
//! An input is up to three texts, each on a line of its own, the last one with all that follows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seatrial_golang::regexp::Expression;
use seatrial_golang::semver::{Constraints, Fit, Version};
use seatrial_golang::{cron, duration, float};

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (one, other, rest) = (next(&mut lines), next(&mut lines), next(&mut lines));
    if let Ok(expression) = Expression::new(one) {
        let extracted = expression.extract(rest, other);
        assert_eq!(extracted.is_some(), expression.is_match(rest), "{one:?} on {rest:?}");
    }
    let version = Version::parse(other);
    if let Ok(version) = &version {
        let again = Version::parse_strictly(&version.to_string()).expect("what is written is a version");
        assert!(version.precedence(&again).is_eq(), "{other:?}");
    }
    if let (Ok(version), Ok(range)) = (&version, Constraints::parse(one)) {
        assert_eq!(range.has(version), range.fit(version) == Fit::Inside, "{one:?} and {other:?}");
    }
    if let Some(value) = float::parse(one).filter(|value| value.is_finite()) {
        assert_eq!(float::parse(&float::general(value)), Some(value), "{one:?}");
        assert_eq!(float::parse(&float::json(value)), Some(value), "{one:?}");
    }
    let _ = (duration::parse(one), cron::wrong_with(one));
});

fn next<'a>(lines: &mut impl Iterator<Item = &'a str>) -> &'a str {
    lines.next().unwrap_or_default()
}
