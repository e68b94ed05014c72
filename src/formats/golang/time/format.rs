//! Times → texts (Go: `Time.AppendFormat`).

use std::fmt::Write as _;

use super::chunk::{Chunk, Offset, next};
use super::{Civil, DAYS, MONTHS};

pub(super) fn format(time: &Civil, layout: &str) -> String {
    let mut out = String::new();
    let mut rest = layout;
    while let Some((before, chunk, written, behind)) = next(rest) {
        out.push_str(before);
        put(&mut out, time, chunk, written);
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn name(names: &[&'static str], index: u32) -> &'static str {
    names.get(index as usize).copied().unwrap_or_default()
}

fn put(out: &mut String, time: &Civil, chunk: Chunk, written: &str) {
    let twelve = if time.hour.is_multiple_of(12) { 12 } else { time.hour % 12 };
    // Writing to a string cannot fail.
    let _ = match chunk {
        Chunk::LongMonth => write!(out, "{}", name(&MONTHS, time.month - 1)),
        Chunk::Month => write!(out, "{:.3}", name(&MONTHS, time.month - 1)),
        Chunk::NumMonth => write!(out, "{}", time.month),
        Chunk::ZeroMonth => write!(out, "{:02}", time.month),
        Chunk::LongWeekDay => write!(out, "{}", name(&DAYS, time.weekday)),
        Chunk::WeekDay => write!(out, "{:.3}", name(&DAYS, time.weekday)),
        Chunk::Day => write!(out, "{}", time.day),
        Chunk::UnderDay => write!(out, "{:2}", time.day),
        Chunk::ZeroDay => write!(out, "{:02}", time.day),
        Chunk::UnderYearDay => write!(out, "{:3}", time.year_day),
        Chunk::ZeroYearDay => write!(out, "{:03}", time.year_day),
        Chunk::Hour => write!(out, "{:02}", time.hour),
        Chunk::Hour12 => write!(out, "{twelve}"),
        Chunk::ZeroHour12 => write!(out, "{twelve:02}"),
        Chunk::Minute => write!(out, "{}", time.minute),
        Chunk::ZeroMinute => write!(out, "{:02}", time.minute),
        Chunk::Second => write!(out, "{}", time.second),
        Chunk::ZeroSecond => write!(out, "{:02}", time.second),
        Chunk::LongYear if time.year < 0 => write!(out, "-{:04}", time.year.unsigned_abs()),
        Chunk::LongYear => write!(out, "{:04}", time.year),
        Chunk::Year => write!(out, "{:02}", time.year.unsigned_abs() % 100),
        Chunk::UpperPm => write!(out, "{}", if time.hour >= 12 { "PM" } else { "AM" }),
        Chunk::LowerPm => write!(out, "{}", if time.hour >= 12 { "pm" } else { "am" }),
        Chunk::ZoneName if time.zone.is_empty() => {
            let (sign, minutes) = signed_minutes(time.offset);
            write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
        }
        Chunk::ZoneName => write!(out, "{}", time.zone),
        Chunk::Offset(style) => {
            put_offset(out, time.offset, style);
            Ok(())
        }
        Chunk::Fraction(digits) | Chunk::ShortFraction(digits) => {
            let nine = format!("{:09}", time.nanosecond);
            let mut fraction = nine.get(..digits.min(9)).unwrap_or(&nine);
            if matches!(chunk, Chunk::ShortFraction(_)) {
                fraction = fraction.trim_end_matches('0');
                if fraction.is_empty() {
                    return;
                }
            }
            write!(out, "{}{fraction}", &written[..1])
        }
    };
}

fn signed_minutes(offset: i64) -> (char, i64) {
    let minutes = offset / 60;
    if minutes < 0 { ('-', -minutes) } else { ('+', minutes) }
}

fn put_offset(out: &mut String, offset: i64, style: Offset) {
    if style.has_z && offset == 0 {
        return out.push('Z');
    }
    let (sign, minutes) = signed_minutes(offset);
    let colon = if style.has_colon { ":" } else { "" };
    let _ = write!(out, "{sign}{:02}", minutes / 60);
    if style.has_minutes {
        let _ = write!(out, "{colon}{:02}", minutes % 60);
    }
    if style.has_seconds {
        let _ = write!(out, "{colon}{:02}", (offset % 60).abs());
    }
}
