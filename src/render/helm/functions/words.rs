//! Functions over words and letters: `upper`, `title`, `initials`, `wrap`, `abbrev`, `nospace`, `swapcase`, … Those that sprig takes from goutils
//! see bytes where others see characters, and so do these.

use seatrial_golang::unicode::{is_digit, is_letter};
use seatrial_gotemplate::{Context, Failure, Function, Text, Type, Value};

use super::argument::{Writer, cut, int, size, text};
use super::letters::{is_lower, is_title, is_upper, to_lower, to_title, to_upper};

const INT: Type = Type::Int;
const TEXT: Type = Type::Text;
type Answer = Result<Value, Failure>;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("upper", &[TEXT], |_, arguments| mapped(arguments, to_upper)),
    Function::new("lower", &[TEXT], |_, arguments| mapped(arguments, to_lower)),
    Function::new("title", &[TEXT], title),
    Function::new("untitle", &[TEXT], untitle),
    Function::new("swapcase", &[TEXT], swapcase),
    Function::new("nospace", &[TEXT], nospace),
    Function::new("initials", &[TEXT], initials),
    Function::new("abbrev", &[INT, TEXT], |_, arguments| {
        let (width, whole) = (int(arguments, 0), text(arguments, 1));
        Ok(if width < 4 { arguments[1].clone() } else { abbreviated(arguments, &whole, 0, width) })
    }),
    Function::new("abbrevboth", &[INT, INT, TEXT], |_, arguments| {
        let (left, right, whole) = (int(arguments, 0), int(arguments, 1), text(arguments, 2));
        let is_too_narrow = right < 4 || (left > 0 && right < 7);
        Ok(if is_too_narrow { arguments[2].clone() } else { abbreviated(arguments, &whole, left, right) })
    }),
    Function::new("wrap", &[INT, TEXT], |cx, arguments| {
        wrapped(cx, &text(arguments, 1), int(arguments, 0), &Text::default(), LongWords::Stay)
    }),
    Function::new("wrapWith", &[INT, TEXT, TEXT], |cx, arguments| {
        wrapped(cx, &text(arguments, 2), int(arguments, 0), &text(arguments, 1), LongWords::Break)
    }),
];

/// The characters as Go sees them: a byte that belongs to none is one, too.
fn characters(text: &Text) -> impl Iterator<Item = char> {
    let chunks = text.bytes().utf8_chunks();
    chunks.flat_map(|chunk| chunk.valid().chars().chain(std::iter::repeat_n('\u{fffd}', chunk.invalid().len())))
}

fn mapped(arguments: &[Value], map: fn(char) -> char) -> Answer {
    Ok(Value::text(characters(&text(arguments, 0)).map(map).collect::<String>()))
}

/// `strings.Title`: what is a word, is Go's own idea.
fn title(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut before = ' ';
    let letter = |c: char| {
        let titled = if separates(before) { to_title(c) } else { c };
        before = c;
        titled
    };
    Ok(Value::text(characters(&text(arguments, 0)).map(letter).collect::<String>()))
}

fn separates(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_alphanumeric() && c != '_';
    }
    !is_letter(c) && !is_digit(c) && c.is_whitespace()
}

fn untitle(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut begins = true;
    let letter = |c: char| {
        if c.is_whitespace() {
            begins = true;
            return c;
        }
        if std::mem::take(&mut begins) { to_lower(c) } else { c }
    };
    Ok(Value::text(characters(&text(arguments, 0)).map(letter).collect::<String>()))
}

fn swapcase(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut begins = true;
    let letter = |c: char| {
        if is_upper(c) || is_title(c) {
            begins = false;
            to_lower(c)
        } else if is_lower(c) {
            if std::mem::take(&mut begins) { to_title(c) } else { to_upper(c) }
        } else {
            begins = c.is_whitespace();
            c
        }
    };
    Ok(Value::text(characters(&text(arguments, 0)).map(letter).collect::<String>()))
}

/// A byte as goutils takes it for a character.
fn is_space(byte: u8) -> bool {
    char::from(byte).is_whitespace()
}

fn nospace(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let whole = text(arguments, 0);
    if !whole.bytes().iter().any(|byte| is_space(*byte)) {
        return Ok(arguments[0].clone());
    }
    let kept = whole.bytes().iter().filter(|byte| !is_space(**byte));
    Ok(Value::text(kept.map(|byte| char::from(*byte)).collect::<String>()))
}

fn initials(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut begins = true;
    let mut initials = String::new();
    for byte in text(arguments, 0).bytes() {
        if is_space(*byte) {
            begins = true;
        } else if std::mem::take(&mut begins) {
            initials.push(char::from(*byte));
        }
    }
    Ok(Value::text(initials))
}

/// `goutils.AbbreviateFull`; the text is the last argument.
fn abbreviated(arguments: &[Value], whole: &Text, offset: i64, width: i64) -> Value {
    let whole_value = || arguments.last().cloned().unwrap_or_else(|| Value::text(""));
    let length = whole.bytes().len();
    let Some(width) = size(width).filter(|width| *width < length) else { return whole_value() };
    let marks = whole_value().known_marks();
    let mut writer = Writer::default();
    // Where the middle begins: not so late that less than the width is left.
    let offset = size(offset).unwrap_or_default().min(length - (width - 3));
    if offset <= 4 {
        writer.push(&cut(whole, 0, width - 3), &marks);
        writer.push_str("...", &marks);
    } else if width < 7 {
        return Value::text("");
    } else if offset + width - 3 < length {
        let rest = cut(whole, offset, length);
        writer.push_str("...", &marks);
        match width - 3 {
            narrow if narrow >= rest.bytes().len() => writer.push(&rest, &marks),
            narrow => {
                writer.push(&cut(&rest, 0, narrow - 3), &marks);
                writer.push_str("...", &marks);
            }
        }
    } else {
        writer.push_str("...", &marks);
        writer.push(&cut(whole, length - (width - 3), length), &marks);
    }
    writer.finish()
}

/// What is done with a word that is longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongWords {
    Stay,
    Break,
}

/// `goutils.WrapCustom`
fn wrapped(cx: &mut Context<'_>, whole: &Text, width: i64, separator: &Text, long: LongWords) -> Answer {
    let width = size(width).unwrap_or_default().max(1);
    let (bytes, length) = (whole.bytes(), whole.bytes().len());
    let separator = if separator.is_empty() { b"\n".as_slice() } else { separator.bytes() };
    cx.spend_bytes((length as u64).saturating_add((length / width) as u64 * separator.len() as u64))?;
    let mut lines = Vec::new();
    let mut offset = 0;
    while length - offset > width {
        if bytes[offset] == b' ' {
            offset += 1;
            continue;
        }
        let space = bytes[offset..=offset + width].iter().rposition(|byte| *byte == b' ');
        let beyond = || bytes[offset + width..].iter().position(|byte| *byte == b' ').map(|at| at + width);
        let (end, next) = match (space, long) {
            (Some(at), _) => (offset + at, offset + at + 1),
            (None, LongWords::Break) => (offset + width, offset + width),
            (None, LongWords::Stay) => match beyond() {
                Some(at) => (offset + at, offset + at + 1),
                None => break,
            },
        };
        lines.extend_from_slice(&bytes[offset..end]);
        lines.extend_from_slice(separator);
        offset = next;
    }
    lines.extend_from_slice(&bytes[offset..]);
    Ok(Value::text(Text::from_bytes(&lines)))
}
