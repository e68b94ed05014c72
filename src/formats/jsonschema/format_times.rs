//! Dates, times and durations among the formats.

use crate::formats::{Verdict, character, said};

pub(crate) fn duration(text: &str) -> Verdict {
    let Some(text) = text.strip_prefix('P') else { return said("must start with P") };
    if text.is_empty() {
        return said("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        if weeks.is_empty() {
            return said("no number in week");
        }
        return if weeks.bytes().all(|byte| byte.is_ascii_digit()) { Ok(()) } else { said("invalid week") };
    }
    const ALL: [&str; 2] = ["YMD", "HMS"];
    for (at, part) in text.split('T').enumerate() {
        if at != 0 && part.is_empty() {
            return said("no time elements");
        }
        let Some(all) = ALL.get(at) else { return said("more than one T") };
        elements(part, all)?;
    }
    Ok(())
}

fn elements(part: &str, all: &str) -> Verdict {
    let (mut rest, mut units) = (part, all);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return said("missing number");
        }
        rest = &rest[digits..];
        let Some(unit) = rest.chars().next() else { return said("missing unit") };
        let Some(found) = units.find(unit) else {
            return Err(match all.contains(unit) {
                true => format!("unit {} out of order", character(unit)),
                false => format!("invalid unit {}", character(unit)),
            });
        };
        units = &units[found + 1..];
        rest = &rest[unit.len_utf8()..];
    }
    Ok(())
}

pub(crate) fn date(text: &str) -> Verdict {
    seatrial_golang::time::parse("2006-01-02", text).map(|_| ())
}

fn two_numbers(text: &str) -> Option<i64> {
    text.parse().ok()
}

pub(crate) fn time(text: &str) -> Verdict {
    let bytes = text.as_bytes();
    if bytes.len() < 9 {
        return said("less than 9 characters long");
    }
    if bytes[2] != b':' || bytes[5] != b':' {
        return said("missing colon in correct place");
    }
    let mut numbers = Vec::new();
    for part in text.get(..8).unwrap_or_default().splitn(3, ':') {
        match two_numbers(part) {
            None => return said("invalid hour/min/sec"),
            Some(number) if number < 0 => return said("non-positive hour/min/sec"),
            Some(number) => numbers.push(number),
        }
    }
    let [hour, minute, second] = numbers[..] else { return said("missing hour/min/sec") };
    if hour > 23 || minute > 59 || second > 60 {
        return said("hour/min/sec out of range");
    }
    let mut rest = text.get(8..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return said("no digits in second fraction");
        }
        rest = &fraction[digits..];
    }
    let (hour, minute) = if matches!(rest, "z" | "Z") { (hour, minute) } else { in_utc(rest, hour, minute)? };
    if second >= 60 && (hour != 23 || minute != 59) {
        return said("invalid leap second");
    }
    Ok(())
}

/// Hour and minute without the offset that is written behind them.
fn in_utc(offset: &str, hour: i64, minute: i64) -> Result<(i64, i64), String> {
    let wrong = |message: &str| Err(message.to_owned());
    if offset.len() != 6 {
        return wrong("offset must be 6 characters long");
    }
    let (sign, rest) = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(rest), _) => (-1, rest),
        (_, Some(rest)) => (1, rest),
        _ => return wrong("offset must begin with plus/minus"),
    };
    if rest.as_bytes().get(2) != Some(&b':') {
        return wrong("missing colon in offset in correct place");
    }
    let (Some(hours), Some(minutes)) = (two_numbers(&rest[..2]), two_numbers(&rest[3..])) else {
        return wrong("invalid hour/min in offset");
    };
    if hours < 0 || minutes < 0 {
        return wrong("non-positive hour/min in offset");
    }
    if hours > 23 || minutes > 59 {
        return wrong("hour/min in offset out of range");
    }
    let all = (hour * 60 + minute) + sign * (hours * 60 + minutes);
    let all = if all < 0 { all + 24 * 60 } else { all };
    Ok((all / 60, all % 60))
}

pub(crate) fn date_time(text: &str) -> Verdict {
    if text.len() < 20 {
        return said("less than 20 characters long");
    }
    let (Some(day), Some(mark), Some(rest)) = (text.get(..10), text.get(10..11), text.get(11..)) else {
        return said("11th character must be t or T");
    };
    if !mark.eq_ignore_ascii_case("t") {
        return said("11th character must be t or T");
    }
    date(day).map_err(|why| format!("invalid date element: {why}"))?;
    time(rest).map_err(|why| format!("invalid time element: {why}"))
}

pub(crate) fn period(text: &str) -> Verdict {
    let Some((start, end)) = text.split_once('/') else { return said("missing slash") };
    let is_duration = |part: &str| part.starts_with('P');
    if is_duration(start) {
        duration(start).map_err(|why| format!("invalid start duration: {why}"))?;
        return date_time(end).map_err(|why| format!("invalid end date-time: {why}"));
    }
    date_time(start).map_err(|why| format!("invalid start date-time: {why}"))?;
    match is_duration(end) {
        true => duration(end).map_err(|why| format!("invalid end duration: {why}")),
        false => date_time(end).map_err(|why| format!("invalid end date-time: {why}")),
    }
}
