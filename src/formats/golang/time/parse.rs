//! Texts → times (Go: `time.Parse`), with Go's words for what does not fit.

use super::chunk::{Chunk, Offset, next};
use super::{DAYS, MONTHS, SECOND, Time, Zone, days_in, days_since_1970};
use crate::quote::quote;

/// Reads a text by a layout. What names no zone is in UTC.
///
/// # Errors
/// Go's message.
pub fn parse(layout: &str, text: &str) -> Result<Time, String> {
    let mut reader = Reader { rest: text, found: Found::default() };
    let mut left = layout;
    let cannot = |value: &str, element: &str| {
        let (text, layout) = (quote(text), quote(layout));
        format!("parsing time {text} as {layout}: cannot parse {} as {}", quote(value), quote(element))
    };
    loop {
        let part = next(left);
        let before = part.map_or(left, |(before, ..)| before);
        if reader.skip(before).is_none() {
            return Err(cannot(reader.rest, before));
        }
        let Some((_, chunk, written, behind)) = part else { break };
        left = behind;
        let hold = reader.rest;
        match reader.take(chunk, behind) {
            Ok(()) => {}
            Err(Wrong::Range(what)) => return Err(format!("parsing time {}: {what} out of range", quote(text))),
            Err(Wrong::Form) => return Err(cannot(hold, written)),
        }
    }
    if !reader.rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quote(text), quote(reader.rest)));
    }
    reader.found.time().map_err(|what| format!("parsing time {}: {what}", quote(text)))
}

/// Reads what RFC 3339 describes.
///
/// # Errors
/// Go's message.
pub fn parse_rfc3339(text: &str) -> Result<Time, String> {
    parse("2006-01-02T15:04:05Z07:00", text)
}

enum Wrong {
    Form,
    Range(&'static str),
}

impl From<()> for Wrong {
    fn from((): ()) -> Self {
        Wrong::Form
    }
}

#[derive(Default)]
struct Found {
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
    year_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    is_pm: bool,
    is_am: bool,
    is_utc: bool,
    offset: Option<i64>,
    zone: String,
}

impl Found {
    fn time(self) -> Result<Time, &'static str> {
        let hour = match self.hour {
            hour if self.is_pm && hour < 12 => hour + 12,
            12 if self.is_am => 0,
            hour => hour,
        };
        let (month, day) = self.date()?;
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let days = days_since_1970(self.year, month, day);
        let seconds = days * 86_400 + i64::from(hour * 3600 + self.minute * 60 + self.second);
        let local = i128::from(seconds) * SECOND + i128::from(self.nanosecond);
        let fixed = |name: &str, offset: i64| Time {
            nanoseconds: local - i128::from(offset) * SECOND,
            zone: Zone::fixed(name, offset),
        };
        let utc = Time { nanoseconds: local, zone: Zone::utc() };
        Ok(match (self.is_utc, self.offset, self.zone.as_str()) {
            (true, ..) | (false, None, "" | "UTC") | (false, Some(0), "" | "UTC") => utc,
            (false, Some(offset), name) => fixed(name, offset),
            (false, None, name) => {
                let hours = name.strip_prefix("GMT").and_then(|hours| hours.parse::<i64>().ok());
                // Go does not move the time then.
                let zone = Zone::fixed(name, hours.unwrap_or_default() * 3600);
                Time { nanoseconds: local, zone }
            }
        })
    }

    fn date(&self) -> Result<(u32, u32), &'static str> {
        let Some(year_day) = self.year_day else { return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1))) };
        let mut left = year_day;
        for month in 1..=12 {
            let days = days_in(month, self.year);
            if left <= days && left > 0 {
                if self.month.is_some_and(|m| m != month) {
                    return Err("day-of-year does not match month");
                }
                if self.day.is_some_and(|d| d != left) {
                    return Err("day-of-year does not match day");
                }
                return Ok((month, left));
            }
            left = left.saturating_sub(days);
        }
        Err("day-of-year out of range")
    }
}

struct Reader<'t> {
    rest: &'t str,
    found: Found,
}

impl<'t> Reader<'t> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.rest.as_bytes().get(at).copied()
    }

    fn is_digit(&self, at: usize) -> bool {
        self.byte(at).is_some_and(|b| b.is_ascii_digit())
    }

    fn drop(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    fn chars(&mut self, count: usize) -> Result<&'t str, Wrong> {
        let taken = self.rest.get(..count).ok_or(Wrong::Form)?;
        self.drop(count);
        Ok(taken)
    }

    /// Text of the layout; one blank stands for any number of them.
    fn skip(&mut self, text: &str) -> Option<()> {
        let mut text = text;
        while let Some(next) = text.chars().next() {
            if next == ' ' {
                if !self.rest.is_empty() && !self.rest.starts_with(' ') {
                    return None;
                }
                text = text.trim_start_matches(' ');
                self.rest = self.rest.trim_start_matches(' ');
                continue;
            }
            self.rest = self.rest.strip_prefix(next)?;
            text = &text[next.len_utf8()..];
        }
        Some(())
    }

    /// One or two digits, or exactly two.
    fn number(&mut self, needs_two: bool) -> Result<u32, Wrong> {
        if !self.is_digit(0) {
            return Err(Wrong::Form);
        }
        if !self.is_digit(1) {
            return if needs_two { Err(Wrong::Form) } else { Ok(self.digits(1)) };
        }
        Ok(self.digits(2))
    }

    fn digits(&mut self, count: usize) -> u32 {
        let value = self.rest.get(..count).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        self.drop(count);
        value
    }

    fn within(value: u32, range: std::ops::Range<u32>, what: &'static str) -> Result<u32, Wrong> {
        if range.contains(&value) { Ok(value) } else { Err(Wrong::Range(what)) }
    }

    fn name(&mut self, names: &[&str], length: Option<usize>) -> Result<u32, Wrong> {
        for (name, index) in names.iter().zip(0_u32..) {
            let name = &name[..length.unwrap_or(name.len())];
            if self.rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                self.drop(name.len());
                return Ok(index);
            }
        }
        Err(Wrong::Form)
    }

    /// The fraction behind a point or comma, which stands at the start.
    fn fraction(&mut self, digits: usize) {
        let text = self.rest.get(1..=digits).unwrap_or_default();
        let nine: String = text.chars().chain(std::iter::repeat('0')).take(9).collect();
        self.found.nanosecond = nine.parse().unwrap_or_default();
        self.drop(digits + 1);
    }

    fn take(&mut self, chunk: Chunk, behind: &str) -> Result<(), Wrong> {
        match chunk {
            Chunk::Year => {
                let year: i64 = self.chars(2)?.parse().map_err(|_| Wrong::Form)?;
                self.found.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Chunk::LongYear => {
                if !self.is_digit(0) {
                    return Err(Wrong::Form);
                }
                self.found.year = self.chars(4)?.parse().map_err(|_| Wrong::Form)?;
            }
            Chunk::Month => self.found.month = Some(self.name(&MONTHS, Some(3))? + 1),
            Chunk::LongMonth => self.found.month = Some(self.name(&MONTHS, None)? + 1),
            Chunk::NumMonth | Chunk::ZeroMonth => {
                let month = self.number(chunk == Chunk::ZeroMonth)?;
                self.found.month = Some(Self::within(month, 1..13, "month")?);
            }
            Chunk::WeekDay => drop(self.name(&DAYS, Some(3))?),
            Chunk::LongWeekDay => drop(self.name(&DAYS, None)?),
            Chunk::Day | Chunk::UnderDay | Chunk::ZeroDay => {
                if chunk == Chunk::UnderDay {
                    self.rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
                }
                self.found.day = Some(self.number(chunk == Chunk::ZeroDay)?);
            }
            Chunk::UnderYearDay | Chunk::ZeroYearDay => {
                for _ in 0..2 {
                    if chunk == Chunk::UnderYearDay {
                        self.rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
                    }
                }
                let count = (0..3).take_while(|at| self.is_digit(*at)).count();
                if count == 0 || (chunk == Chunk::ZeroYearDay && count != 3) {
                    return Err(Wrong::Form);
                }
                self.found.year_day = Some(self.digits(count));
            }
            _ => return self.clock(chunk, behind),
        }
        Ok(())
    }

    fn clock(&mut self, chunk: Chunk, behind: &str) -> Result<(), Wrong> {
        match chunk {
            Chunk::Hour => self.found.hour = Self::within(self.number(false)?, 0..24, "hour")?,
            Chunk::Hour12 | Chunk::ZeroHour12 => {
                self.found.hour = Self::within(self.number(chunk == Chunk::ZeroHour12)?, 0..13, "hour")?;
            }
            Chunk::Minute | Chunk::ZeroMinute => {
                self.found.minute = Self::within(self.number(chunk == Chunk::ZeroMinute)?, 0..60, "minute")?;
            }
            Chunk::Second | Chunk::ZeroSecond => {
                self.found.second = Self::within(self.number(chunk == Chunk::ZeroSecond)?, 0..60, "second")?;
                let follows = matches!(next(behind), Some((_, Chunk::Fraction(_) | Chunk::ShortFraction(_), ..)));
                // The text may have a fraction of a second that the layout does not mention.
                if matches!(self.byte(0), Some(b'.' | b',')) && self.is_digit(1) && !follows {
                    self.fraction((1..).take_while(|at| self.is_digit(*at)).count());
                }
            }
            Chunk::UpperPm | Chunk::LowerPm => match (self.chars(2)?, chunk) {
                ("PM", Chunk::UpperPm) | ("pm", Chunk::LowerPm) => self.found.is_pm = true,
                ("AM", Chunk::UpperPm) | ("am", Chunk::LowerPm) => self.found.is_am = true,
                _ => return Err(Wrong::Form),
            },
            Chunk::Offset(style) => self.offset(style)?,
            Chunk::ZoneName => {
                if let Some(rest) = self.rest.strip_prefix("UTC") {
                    (self.rest, self.found.is_utc) = (rest, true);
                    return Ok(());
                }
                let length = zone_length(self.rest).ok_or(Wrong::Form)?;
                self.found.zone = self.chars(length)?.to_owned();
            }
            Chunk::Fraction(digits) => {
                let has_all = matches!(self.byte(0), Some(b'.' | b',')) && (1..=digits).all(|at| self.is_digit(at));
                if !has_all {
                    return Err(Wrong::Form);
                }
                self.fraction(digits);
            }
            Chunk::ShortFraction(_) if matches!(self.byte(0), Some(b'.' | b',')) && self.is_digit(1) => {
                self.fraction((1..).take_while(|at| self.is_digit(*at)).count());
            }
            _ => {}
        }
        Ok(())
    }

    fn offset(&mut self, style: Offset) -> Result<(), Wrong> {
        if style.has_z
            && let Some(rest) = self.rest.strip_prefix('Z')
        {
            (self.rest, self.found.is_utc) = (rest, true);
            return Ok(());
        }
        let sign = match self.chars(1)? {
            "+" => 1,
            "-" => -1,
            _ => return Err(Wrong::Form),
        };
        let mut parts = [0_u32; 3];
        let count = 1 + usize::from(style.has_minutes) + usize::from(style.has_seconds);
        for (at, part) in parts.iter_mut().enumerate().take(count) {
            if at > 0 && style.has_colon && self.chars(1)? != ":" {
                return Err(Wrong::Form);
            }
            *part = self.number(true)?;
        }
        let [hours, minutes, seconds] = parts;
        Self::within(hours, 0..25, "time zone offset hour")?;
        Self::within(minutes, 0..61, "time zone offset minute")?;
        Self::within(seconds, 0..61, "time zone offset second")?;
        self.found.offset = Some(sign * i64::from(hours * 3600 + minutes * 60 + seconds));
        Ok(())
    }
}

/// How long the name of a zone is (Go: `parseTimeZone`).
fn zone_length(text: &str) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix("GMT") {
        return Some(3 + signed_length(rest));
    }
    if text.starts_with(['+', '-']) {
        return Some(signed_length(text)).filter(|length| *length > 0);
    }
    match text.bytes().take(6).take_while(u8::is_ascii_uppercase).count() {
        5 if text.as_bytes().get(4) == Some(&b'T') => Some(5),
        4 if text.as_bytes().get(3) == Some(&b'T') || text.starts_with("WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// The length of an offset in hours, such as `+5` or `-11`; 0 if there is none.
fn signed_length(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(['+', '-']) else { return 0 };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    match digits[..count].parse::<u32>() {
        Ok(hours) if hours < 24 => count + 1,
        _ => 0,
    }
}
