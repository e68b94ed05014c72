//! The parts of a layout (Go: `nextStdChunk`).

/// What stands for a part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Offset(Offset),
    /// Digits of the second's fraction, all of them.
    Fraction(usize),
    /// Digits of the second's fraction, without zeros at the end.
    ShortFraction(usize),
}

/// How the distance from Greenwich is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// UTC itself is `Z`.
    pub(super) has_z: bool,
    pub(super) has_colon: bool,
    pub(super) has_minutes: bool,
    pub(super) has_seconds: bool,
}

/// What stands before the next part, the part and how it is written, and what follows.
pub(super) fn next(layout: &str) -> Option<(&str, Chunk, &str, &str)> {
    let bytes = layout.as_bytes();
    for at in 0..bytes.len() {
        let Some((chunk, skipped, length)) = part(bytes.get(at..).unwrap_or_default()) else { continue };
        let start = at + skipped;
        return Some((&layout[..start], chunk, &layout[start..start + length], &layout[start + length..]));
    }
    None
}

/// The part at the start, how many bytes before it are none of it, and its length.
fn part(rest: &[u8]) -> Option<(Chunk, usize, usize)> {
    let plain = |chunk, length| Some((chunk, 0, length));
    let is_lower = |at: usize| rest.get(at).is_some_and(u8::is_ascii_lowercase);
    match rest {
        [b'J', b'a', b'n', b'u', b'a', b'r', b'y', ..] => plain(Chunk::LongMonth, 7),
        [b'J', b'a', b'n', ..] if !is_lower(3) => plain(Chunk::Month, 3),
        [b'M', b'o', b'n', b'd', b'a', b'y', ..] => plain(Chunk::LongWeekDay, 6),
        [b'M', b'o', b'n', ..] if !is_lower(3) => plain(Chunk::WeekDay, 3),
        [b'M', b'S', b'T', ..] => plain(Chunk::ZoneName, 3),
        [b'0', b'1', ..] => plain(Chunk::ZeroMonth, 2),
        [b'0', b'2', ..] => plain(Chunk::ZeroDay, 2),
        [b'0', b'3', ..] => plain(Chunk::ZeroHour12, 2),
        [b'0', b'4', ..] => plain(Chunk::ZeroMinute, 2),
        [b'0', b'5', ..] => plain(Chunk::ZeroSecond, 2),
        [b'0', b'6', ..] => plain(Chunk::Year, 2),
        [b'0', b'0', b'2', ..] => plain(Chunk::ZeroYearDay, 3),
        [b'1', b'5', ..] => plain(Chunk::Hour, 2),
        [b'1', ..] => plain(Chunk::NumMonth, 1),
        [b'2', b'0', b'0', b'6', ..] => plain(Chunk::LongYear, 4),
        [b'2', ..] => plain(Chunk::Day, 1),
        [b'_', b'2', b'0', b'0', b'6', ..] => Some((Chunk::LongYear, 1, 4)),
        [b'_', b'2', ..] => plain(Chunk::UnderDay, 2),
        [b'_', b'_', b'2', ..] => plain(Chunk::UnderYearDay, 3),
        [b'3', ..] => plain(Chunk::Hour12, 1),
        [b'4', ..] => plain(Chunk::Minute, 1),
        [b'5', ..] => plain(Chunk::Second, 1),
        [b'P', b'M', ..] => plain(Chunk::UpperPm, 2),
        [b'p', b'm', ..] => plain(Chunk::LowerPm, 2),
        [b'-' | b'Z', b'0', b'7', ..] => Some(offset(rest)),
        [b'.' | b',', digit @ (b'0' | b'9'), ..] => {
            let count = rest.iter().skip(1).take_while(|b| *b == digit).count();
            // More digits behind them make it something else.
            if rest.get(count + 1).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let chunk = if *digit == b'0' { Chunk::Fraction(count) } else { Chunk::ShortFraction(count) };
            plain(chunk, count + 1)
        }
        _ => None,
    }
}

fn offset(rest: &[u8]) -> (Chunk, usize, usize) {
    let has_z = rest.first() == Some(&b'Z');
    let behind = rest.get(1..).unwrap_or_default();
    let (has_colon, has_minutes, has_seconds, length) = if behind.starts_with(b"070000") {
        (false, true, true, 7)
    } else if behind.starts_with(b"07:00:00") {
        (true, true, true, 9)
    } else if behind.starts_with(b"0700") {
        (false, true, false, 5)
    } else if behind.starts_with(b"07:00") {
        (true, true, false, 6)
    } else {
        (false, false, false, 3)
    };
    (Chunk::Offset(Offset { has_z, has_colon, has_minutes, has_seconds }), 0, length)
}
