//! Dates and times as go-yaml version 3 recognises them, and how they look once kustomize has printed them.

use std::fmt::Write as _;

/// A recognised date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    /// Minutes east of Greenwich.
    offset: i32,
}

/// Reads `2001-1-2`, `2001-1-2 3:4:5.6` or `2001-1-2T3:4:5.6Z` (or `t`, or `+01:00` for `Z`). Go: `time.Parse` with the four layouts of go-yaml's `resolve.go`.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    // Most numbers end here.
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let mut reader = Reader(text.as_bytes());
    let mut t =
        Timestamp { year: reader.year()?, month: 0, day: 0, hour: 0, minute: 0, second: 0, nanosecond: 0, offset: 0 };
    reader.expect(b'-')?;
    t.month = reader.short(1, 12)?;
    reader.expect(b'-')?;
    t.day = reader.short(1, days_in(t.month, t.year))?;
    let Some(separator) = reader.next() else { return Some(t) };
    if separator == b' ' {
        // Go takes any number of spaces for the one in its layout.
        while reader.expect(b' ').is_some() {}
    }
    t.hour = reader.short(0, 23)?;
    reader.expect(b':')?;
    t.minute = reader.short(0, 59)?;
    reader.expect(b':')?;
    t.second = reader.short(0, 59)?;
    t.nanosecond = reader.fraction();
    match separator {
        b'T' | b't' => t.offset = reader.zone()?,
        b' ' => {}
        _ => return None,
    }
    reader.0.is_empty().then_some(t)
}

impl Timestamp {
    /// As RFC 3339, the fraction without trailing zeros. Go: `time.RFC3339Nano`.
    pub(crate) fn rfc3339(self) -> String {
        let Timestamp { year, month, day, hour, minute, second, nanosecond, offset } = self;
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if nanosecond > 0 {
            let fraction = format!(".{nanosecond:09}");
            text.push_str(fraction.trim_end_matches('0'));
        }
        if offset == 0 {
            text.push('Z');
            return text;
        }
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.unsigned_abs();
        // Writing to a string cannot fail.
        let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        text
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.0.first().filter(|b| **b == byte)?;
        self.next().map(|_| ())
    }

    fn digit(&mut self) -> Option<u32> {
        let digit = self.0.first().filter(|b| b.is_ascii_digit())?;
        self.0 = self.0.get(1..)?;
        Some(u32::from(digit - b'0'))
    }

    fn year(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |year, _| Some(year * 10 + self.digit()?))
    }

    /// One or two digits within bounds.
    fn short(&mut self, min: u32, max: u32) -> Option<u32> {
        let first = self.digit()?;
        let value = self.digit().map_or(first, |second| first * 10 + second);
        (min..=max).contains(&value).then_some(value)
    }

    /// Nanoseconds of `.123` or `,123`; digits past the ninth are dropped.
    fn fraction(&mut self) -> u32 {
        let [b'.' | b',', b'0'..=b'9', ..] = self.0 else { return 0 };
        self.next();
        let mut nanoseconds = 0;
        let mut unit = 100_000_000;
        while let Some(digit) = self.digit() {
            nanoseconds += digit * unit;
            unit /= 10;
        }
        nanoseconds
    }

    /// Minutes east of `Z` or `±hh:mm`.
    fn zone(&mut self) -> Option<i32> {
        let sign = match self.next()? {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = i32::try_from(self.digit()? * 10 + self.digit()?).ok().filter(|h| *h <= 24)?;
        self.expect(b':')?;
        let minutes = i32::try_from(self.digit()? * 10 + self.digit()?).ok().filter(|m| *m < 60)?;
        Some(sign * (hours * 60 + minutes))
    }
}
