//! Integers and floats, as Go's `fmt` prints them.

use seatrial_golang::float_format;
use seatrial_golang::quote::{quote_rune, quote_rune_to_ascii};
use seatrial_golang::unicode::is_print;

use crate::print::printer::Printer;
use crate::values::value::{IntKind, Value};

impl Printer {
    pub(crate) fn integer(&mut self, value: &Value, kind: IntKind, bits: i64, verb: char) {
        let is_negative = kind.is_signed() && bits < 0;
        let size = if is_negative { bits.unsigned_abs() } else { bits.cast_unsigned() };
        match verb {
            'v' if self.flags.sharp_v && !kind.is_signed() => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                self.whole(false, size, 16, 'v');
                self.flags.sharp = sharp;
            }
            'v' | 'd' => self.whole(is_negative, size, 10, verb),
            'b' => self.whole(is_negative, size, 2, verb),
            'o' | 'O' => self.whole(is_negative, size, 8, verb),
            'x' | 'X' => self.whole(is_negative, size, 16, verb),
            'c' => self.padded(&code(bits).and_then(char::from_u32).unwrap_or('\u{fffd}').to_string()),
            'q' => {
                let code = code(bits).unwrap_or(0xfffd);
                self.padded(&if self.flags.plus { quote_rune_to_ascii(code) } else { quote_rune(code) });
            }
            'U' => self.code_point(bits.cast_unsigned()),
            _ => self.bad_verb(value, verb),
        }
    }

    pub(crate) fn unsigned(&mut self, size: u64, base: u32, verb: char) {
        self.whole(false, size, base, verb);
    }

    fn whole(&mut self, is_negative: bool, size: u64, base: u32, verb: char) {
        let flags = self.flags;
        let width = flags.width.unwrap_or(0);
        let digits = match (flags.precision, flags.width) {
            (Some(0), _) if size == 0 => {
                let zero = std::mem::take(&mut self.flags.zero);
                self.padding(width);
                self.flags.zero = zero;
                return;
            }
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => {
                let sign = usize::from(is_negative || flags.plus || flags.space);
                width.saturating_sub(sign)
            }
            _ => 0,
        };
        let shown = match base {
            2 => format!("{size:b}"),
            8 => format!("{size:o}"),
            16 if verb == 'X' => format!("{size:X}"),
            16 => format!("{size:x}"),
            _ => size.to_string(),
        };
        let zeros = digits.saturating_sub(shown.len());
        if !self.fits_number(zeros) {
            return;
        }
        let mut out = String::with_capacity(zeros + shown.len() + 3);
        if is_negative {
            out.push('-');
        } else if flags.plus {
            out.push('+');
        } else if flags.space {
            out.push(' ');
        }
        if verb == 'O' {
            out.push_str("0o");
        }
        if flags.sharp {
            match base {
                2 => out.push_str("0b"),
                8 if zeros == 0 && !shown.starts_with('0') => out.push('0'),
                16 => out.push_str(if verb == 'X' { "0X" } else { "0x" }),
                _ => {}
            }
        }
        out.extend(std::iter::repeat_n('0', zeros));
        out.push_str(&shown);
        self.padded_with_spaces(&out);
    }

    /// `%U`
    fn code_point(&mut self, code: u64) {
        let digits = self.flags.precision.unwrap_or(4).max(4);
        if !self.fits_number(digits) {
            return;
        }
        let shown = format!("{code:X}");
        let mut out = "U+".to_owned();
        out.extend(std::iter::repeat_n('0', digits.saturating_sub(shown.len())));
        out.push_str(&shown);
        let character = u32::try_from(code).ok().and_then(char::from_u32).filter(|c| self.flags.sharp && is_print(*c));
        if let Some(character) = character {
            out.push_str(&format!(" '{character}'"));
        }
        self.padded_with_spaces(&out);
    }

    pub(crate) fn float(&mut self, value: &Value, float: f64, verb: char) {
        let (format, precision) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = self.flags.precision.or(precision);
        if !self.fits_number(precision.unwrap_or(0)) {
            return;
        }
        let shown = float_format::format(float, format, precision);
        let (sign, digits) = match shown.split_at_checked(1) {
            Some((sign @ ("-" | "+"), digits)) => (sign.to_owned(), digits.to_owned()),
            _ => ("+".to_owned(), shown),
        };
        let sign = if self.flags.space && sign == "+" && !self.flags.plus { " ".to_owned() } else { sign };
        if digits.starts_with(['I', 'N']) {
            // These do not look like numbers, and are not padded with zeros.
            let is_bare = digits.starts_with('N') && !self.flags.space && !self.flags.plus;
            let is_plain = sign == "+" && !self.flags.plus;
            let shown =
                if is_bare || (is_plain && digits.starts_with('N')) { digits } else { format!("{sign}{digits}") };
            return self.padded_with_spaces(&shown);
        }
        let digits = if self.flags.sharp && format != 'b' { with_point(&digits, format, precision) } else { digits };
        if !self.flags.plus && sign == "+" {
            return self.padded(&digits);
        }
        let missing = self.flags.width.map_or(0, |width| width.saturating_sub(digits.len() + 1));
        if self.flags.zero && !self.flags.minus && missing > 0 {
            self.write(&sign);
            self.padding(missing);
            return self.write(&digits);
        }
        self.padded(&format!("{sign}{digits}"));
    }
}

/// The number of a character; `None` for what is too large for one.
fn code(bits: i64) -> Option<u32> {
    u32::try_from(bits).ok().filter(|code| *code <= 0x10_ffff)
}

/// `#`: there is always a point, and zeros behind it are kept.
fn with_point(shown: &str, format: char, precision: Option<usize>) -> String {
    let mut missing: i64 = match format {
        'g' | 'G' | 'x' => precision.map_or(6, |p| i64::try_from(p).unwrap_or(i64::MAX)),
        _ => 0,
    };
    let is_hexadecimal = matches!(format, 'x' | 'X');
    let exponent = shown.find(|c| matches!(c, 'p' | 'P') || (!is_hexadecimal && matches!(c, 'e' | 'E')));
    let (digits, tail) = shown.split_at(exponent.unwrap_or(shown.len()));
    let mut saw_digit = false;
    for c in digits.chars().filter(|c| *c != '.') {
        saw_digit |= c != '0';
        if saw_digit {
            missing -= 1;
        }
    }
    let mut out = digits.to_owned();
    if !digits.contains('.') {
        if digits == "0" {
            missing -= 1;
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', usize::try_from(missing).unwrap_or(0)));
    out.push_str(tail);
    out
}
