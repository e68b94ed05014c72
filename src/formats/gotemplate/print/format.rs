//! Go's `fmt` over our values: `Sprint`, `Sprintln`, and the directives of `Sprintf`. How a value is printed is in `printer`.

use crate::print::printer::{Flags, Printer};
use crate::texts::text::Text;
use crate::values::error::Failure;
use crate::values::value::{Data, Value};

/// How long a message may become.
pub(crate) const MESSAGE: u64 = 16 << 20;

/// A width or precision that is greater is not one.
const LARGEST: i64 = 1_000_000;

/// What `fmt.Sprint(value)` makes: `%v`. What is longer than 16 MB is cut: [`Context::print`](crate::values::context::Context::print) fails instead.
#[must_use]
pub fn print(value: &Value) -> String {
    if let Data::Text(text) = &value.data {
        return text.as_str().to_owned();
    }
    let mut printer = Printer::new(MESSAGE);
    printer.argument(value, 'v');
    printer.finish_cut().as_str().to_owned()
}

pub(crate) fn print_within(value: &Value, bytes: u64) -> Result<Text, Failure> {
    let mut printer = Printer::new(bytes);
    printer.argument(value, 'v');
    printer.finish()
}

pub(crate) fn sprint_within(values: &[Value], bytes: u64) -> Result<Text, Failure> {
    let mut printer = Printer::new(bytes);
    let mut was_text = true;
    for value in values {
        let is_text = matches!(value.data, Data::Text(_));
        // Between two operands when neither is a string.
        if !is_text && !was_text {
            printer.write(" ");
        }
        printer.argument(value, 'v');
        was_text = is_text;
    }
    printer.finish()
}

pub(crate) fn sprintln_within(values: &[Value], bytes: u64) -> Result<Text, Failure> {
    let mut printer = Printer::new(bytes);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            printer.write(" ");
        }
        printer.argument(value, 'v');
    }
    printer.write("\n");
    printer.finish()
}

pub(crate) fn printf_within(format: &Text, arguments: &[Value], bytes: u64) -> Result<Text, Failure> {
    let mut directives = Directives {
        printer: Printer::new(bytes),
        format,
        arguments,
        at: 0,
        next: 0,
        is_reordered: false,
        is_good: true,
        is_behind_index: false,
    };
    directives.all();
    directives.printer.finish()
}

/// A format that is being worked through.
struct Directives<'a> {
    printer: Printer,
    format: &'a Text,
    arguments: &'a [Value],
    /// The byte of the format that is next.
    at: usize,
    /// The argument that is next.
    next: usize,
    is_reordered: bool,
    /// Whether the index of an argument was one.
    is_good: bool,
    is_behind_index: bool,
}

impl Directives<'_> {
    fn byte(&self) -> Option<u8> {
        self.format.as_str().as_bytes().get(self.at).copied()
    }

    fn all(&mut self) {
        while !self.printer.is_full() {
            self.is_good = true;
            let rest = &self.format.as_str()[self.at..];
            let literal = rest.find('%').unwrap_or(rest.len());
            self.printer.push(self.format, self.at..self.at + literal);
            self.at += literal;
            if self.byte().is_none() {
                break;
            }
            self.at += 1;
            if !self.directive() {
                break;
            }
        }
        self.extra();
    }

    /// One directive behind its `%`; whether there may be more.
    fn directive(&mut self) -> bool {
        let mut flags = Flags::default();
        while let Some(byte) = self.byte() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                b'a'..=b'z' if self.next < self.arguments.len() => {
                    self.at += 1;
                    self.print(flags, byte.into());
                    return true;
                }
                _ => break,
            }
            self.at += 1;
        }
        self.index();
        self.width(&mut flags);
        self.precision(&mut flags);
        if !self.is_behind_index {
            self.index();
        }
        let Some(verb) = self.format.as_str()[self.at..].chars().next() else {
            self.printer.write("%!(NOVERB)");
            return false;
        };
        self.at += verb.len_utf8();
        if verb == '%' {
            self.printer.write("%");
        } else if !self.is_good {
            self.printer.write(&format!("%!{verb}(BADINDEX)"));
        } else if self.next >= self.arguments.len() {
            self.printer.write(&format!("%!{verb}(MISSING)"));
        } else {
            self.print(flags, verb);
        }
        true
    }

    fn print(&mut self, mut flags: Flags, verb: char) {
        if verb == 'v' || verb == 'w' {
            (flags.sharp_v, flags.sharp) = (flags.sharp, false);
            (flags.plus_v, flags.plus) = (flags.plus, false);
        }
        self.printer.flags = flags;
        self.printer.argument(&self.arguments[self.next], verb);
        self.next += 1;
    }

    /// `[3]`
    fn index(&mut self) {
        self.is_behind_index = false;
        let rest = &self.format.as_str()[self.at..];
        if !rest.starts_with('[') {
            return;
        }
        self.is_reordered = true;
        let Some(close) = rest.find(']').filter(|_| rest.len() >= 3) else {
            self.is_good = false;
            self.at += 1;
            return;
        };
        let inside = &rest[1..close];
        self.at += close + 1;
        let is_number = !inside.is_empty() && inside.bytes().all(|b| b.is_ascii_digit());
        let number = if is_number { inside.parse::<i64>().ok().filter(|n| *n <= 10 * LARGEST) } else { None };
        match number.and_then(|n| usize::try_from(n - 1).ok()).filter(|n| *n < self.arguments.len()) {
            Some(next) => {
                self.next = next;
                self.is_behind_index = true;
            }
            None => {
                self.is_good = false;
                self.is_behind_index = number.is_some();
            }
        }
    }

    fn width(&mut self, flags: &mut Flags) {
        if self.byte() == Some(b'*') {
            self.at += 1;
            let width = self.number_argument();
            if width.is_none() {
                self.printer.write("%!(BADWIDTH)");
            }
            if width.is_some_and(|w| w < 0) {
                flags.minus = true;
                flags.zero = false;
            }
            flags.width = width.map(|w| usize::try_from(w.unsigned_abs()).unwrap_or_default());
            self.is_behind_index = false;
            return;
        }
        flags.width = self.number();
        if self.is_behind_index && flags.width.is_some() {
            self.is_good = false;
        }
    }

    fn precision(&mut self, flags: &mut Flags) {
        if self.byte() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.is_behind_index {
            self.is_good = false;
        }
        self.index();
        if self.byte() == Some(b'*') {
            self.at += 1;
            let precision = self.number_argument().and_then(|p| usize::try_from(p).ok());
            if precision.is_none() {
                self.printer.write("%!(BADPREC)");
            }
            flags.precision = precision;
            self.is_behind_index = false;
            return;
        }
        flags.precision = Some(self.number().unwrap_or(0));
    }

    /// A number in the format. One that is far too large takes the rest of the format with it.
    fn number(&mut self) -> Option<usize> {
        let mut number: Option<i64> = None;
        while let Some(byte @ b'0'..=b'9') = self.byte() {
            let before = number.unwrap_or(0);
            if before > LARGEST {
                self.at = self.format.len();
                return None;
            }
            number = Some(before * 10 + i64::from(byte - b'0'));
            self.at += 1;
        }
        usize::try_from(number?).ok()
    }

    /// The next argument as a width or precision.
    fn number_argument(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        let Data::Int { kind, value } = &argument.data else { return None };
        let fits = (kind.is_signed() || *value >= 0) && value.unsigned_abs() <= LARGEST.unsigned_abs();
        fits.then_some(*value)
    }

    /// Arguments that nothing asked for.
    fn extra(&mut self) {
        if self.is_reordered || self.next >= self.arguments.len() {
            return;
        }
        self.printer.flags = Flags::default();
        self.printer.write("%!(EXTRA ");
        for (index, argument) in self.arguments[self.next..].iter().enumerate() {
            if index > 0 {
                self.printer.write(", ");
            }
            if !argument.is_nil() {
                self.printer.write(&argument.type_name());
                self.printer.write("=");
            }
            self.printer.argument(argument, 'v');
        }
        self.printer.write(")");
    }
}
