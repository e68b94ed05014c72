//! Functions that cut and join texts: `trim`, `trunc`, `substr`, `indent`, `quote`, `join`, `cat`, … What made the bytes is kept.

use seatrial_golang::quote::quote_bytes;
use seatrial_gotemplate::{Context, Data, Failure, Function, Marks, Text, TextBuilder, Type, Value};

use super::argument::{Writer, cut, int, is_raw, printed, size, text, texts};
use super::places::places;

const ANY: Type = Type::Any;
const INT: Type = Type::Int;
const TEXT: Type = Type::Text;
type Answer = Result<Value, Failure>;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("trim", &[TEXT], |_, arguments| Ok(trimmed(&arguments[0], char::is_whitespace))),
    Function::new("trimAll", &[TEXT, TEXT], trim_all),
    Function::new("trimall", &[TEXT, TEXT], trim_all),
    Function::new("trimSuffix", &[TEXT, TEXT], |_, arguments| {
        let (whole, end) = (text(arguments, 1), text(arguments, 0));
        let length = whole.bytes().strip_suffix(end.bytes()).map_or(whole.bytes().len(), <[u8]>::len);
        Ok(part(&arguments[1], 0, length))
    }),
    Function::new("trimPrefix", &[TEXT, TEXT], |_, arguments| {
        let (whole, start) = (text(arguments, 1), text(arguments, 0));
        let from = if whole.bytes().starts_with(start.bytes()) { start.bytes().len() } else { 0 };
        Ok(part(&arguments[1], from, whole.bytes().len()))
    }),
    Function::new("trunc", &[INT, TEXT], trunc),
    Function::new("substr", &[INT, INT, TEXT], substr),
    Function::new("repeat", &[INT, TEXT], repeat),
    Function::new("contains", &[TEXT, TEXT], |_, arguments| {
        Ok(Value::bool(!places(&text(arguments, 1), &text(arguments, 0)).is_empty()))
    }),
    Function::new("hasPrefix", &[TEXT, TEXT], |_, arguments| {
        Ok(Value::bool(text(arguments, 1).bytes().starts_with(text(arguments, 0).bytes())))
    }),
    Function::new("hasSuffix", &[TEXT, TEXT], |_, arguments| {
        Ok(Value::bool(text(arguments, 1).bytes().ends_with(text(arguments, 0).bytes())))
    }),
    Function::variadic("quote", &[], ANY, quote),
    Function::variadic("squote", &[], ANY, squote),
    Function::variadic("cat", &[], ANY, cat),
    Function::new("indent", &[INT, TEXT], |cx, arguments| indented(cx, "", arguments)),
    Function::new("nindent", &[INT, TEXT], |cx, arguments| indented(cx, "\n", arguments)),
    Function::new("plural", &[TEXT, TEXT, INT], |_, arguments| {
        Ok(arguments[usize::from(int(arguments, 2) != 1)].clone())
    }),
    Function::new("join", &[TEXT, ANY], join),
];

/// A part of a text by its bytes, with the marks of the whole.
fn part(value: &Value, from: usize, to: usize) -> Value {
    let whole = value.as_text().cloned().unwrap_or_default();
    Value::text(cut(&whole, from, to)).with_marks(value.marks.clone())
}

fn trimmed(value: &Value, is_off: impl Fn(char) -> bool) -> Value {
    let whole = value.as_str().unwrap_or_default();
    let from = whole.len() - whole.trim_start_matches(&is_off).len();
    let length = whole[from..].trim_end_matches(&is_off).len();
    let whole = value.as_text().cloned().unwrap_or_default();
    Value::text(whole.slice(from..from + length)).with_marks(value.marks.clone())
}

fn trim_all(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let set = text(arguments, 0);
    Ok(trimmed(&arguments[1], |c| set.contains(c)))
}

fn trunc(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let (count, length) = (int(arguments, 0), text(arguments, 1).bytes().len());
    let many = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if many >= length {
        return Ok(arguments[1].clone());
    }
    Ok(if count < 0 { part(&arguments[1], length - many, length) } else { part(&arguments[1], 0, many) })
}

fn substr(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let (start, end, length) = (int(arguments, 0), int(arguments, 1), text(arguments, 2).bytes().len());
    let out_of_range = |what: String| Err(format!("runtime error: slice bounds out of range {what}").into());
    let end_index = size(end).filter(|end| *end <= length);
    let Some(from) = size(start) else {
        return match end_index {
            Some(end) => Ok(part(&arguments[2], 0, end)),
            None if end < 0 => out_of_range(format!("[:{end}]")),
            None => out_of_range(format!("[:{end}] with length {length}")),
        };
    };
    let to = end_index.unwrap_or(length);
    if from > to {
        return out_of_range(format!("[{from}:{to}]"));
    }
    Ok(part(&arguments[2], from, to))
}

/// A count of repetitions, paid for.
fn times(cx: &mut Context<'_>, count: i64, length: usize) -> Result<usize, Failure> {
    let Some(times) = size(count) else { return Err("strings: negative Repeat count".into()) };
    cx.spend_bytes((length as u64).saturating_mul(times as u64))?;
    Ok(if length == 0 { 0 } else { times })
}

fn repeat(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let one = text(arguments, 1);
    let mut writer = Writer::default();
    for _ in 0..times(cx, int(arguments, 0), one.len())? {
        writer.push(&one, &arguments[1].marks);
    }
    Ok(writer.finish())
}

/// What is printed of each argument that is not nil, put together by `write`, with spaces between.
fn spaced(
    cx: &mut Context<'_>,
    arguments: &[Value],
    mut write: impl FnMut(&mut Context<'_>, &mut Writer, &Value) -> Result<(), Failure>,
) -> Answer {
    let mut writer = Writer::default();
    for (at, argument) in arguments.iter().filter(|argument| !argument.is_nil()).enumerate() {
        if at > 0 {
            writer.push_str(" ", &Marks::NONE);
        }
        write(cx, &mut writer, argument)?;
    }
    Ok(writer.finish())
}

fn quote(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    spaced(cx, arguments, |cx, writer, argument| {
        let shown = printed(cx, argument)?;
        cx.spend_bytes(shown.len() as u64)?;
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        if !shown.bytes().iter().all(is_plain) {
            let marks = argument.known_marks();
            writer.push_str(&quote_bytes(shown.bytes()), &marks);
            return Ok(());
        }
        enclosed(writer, '"', &shown, &argument.marks);
        Ok(())
    })
}

fn squote(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    spaced(cx, arguments, |cx, writer, argument| {
        let shown = cx.print(argument)?;
        cx.spend_bytes(shown.len() as u64)?;
        enclosed(writer, '\'', &shown, &argument.marks);
        Ok(())
    })
}

fn enclosed(writer: &mut Writer, mark: char, shown: &Text, marks: &Marks) {
    let mark = mark.to_string();
    writer.push_str(&mark, marks);
    writer.push(shown, marks);
    writer.push_str(&mark, marks);
}

fn cat(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    spaced(cx, arguments, |cx, writer, argument| {
        let shown = cx.print(argument)?;
        cx.spend_bytes(shown.len() as u64)?;
        writer.push(&shown, &argument.marks);
        Ok(())
    })
}

/// The lines of a text behind spaces; `before` comes first.
fn indented(cx: &mut Context<'_>, before: &str, arguments: &[Value]) -> Answer {
    let (whole, marks) = (text(arguments, 1), &arguments[1].marks);
    let lines = whole.as_bytes().iter().filter(|byte| **byte == b'\n').count() + 1;
    let spaces = " ".repeat(times(cx, int(arguments, 0), 1)?);
    cx.spend_bytes((spaces.len() as u64).saturating_mul(lines as u64).saturating_add(whole.len() as u64))?;
    if is_raw(&whole) {
        let mut writer = Writer::default();
        writer.push_str(before, &Marks::NONE);
        let pad: Vec<u8> = format!("\n{spaces}").into_bytes();
        let rows: Vec<&[u8]> = whole.bytes().split(|byte| *byte == b'\n').collect();
        writer.push_str(&spaces, &Marks::NONE);
        writer.push(&Text::from_bytes(&rows.join(pad.as_slice())), marks);
        return Ok(writer.finish());
    }
    let length = before.len() + spaces.len() * lines + whole.len();
    let mut builder = TextBuilder::with_room(length, 2 * lines + whole.pieces().len());
    builder.push_str(before, &Marks::NONE);
    builder.push_lines(&whole, &spaces, marks);
    Ok(Value::text(builder.finish()))
}

fn join(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let separator = text(arguments, 0);
    let parts = texts(cx, &arguments[1])?;
    let parts: Vec<(&Text, &Marks)> = parts
        .iter()
        .filter_map(|part| if let Data::Text(text) = &part.data { Some((text, &part.marks)) } else { None })
        .collect();
    let length: usize = parts.iter().map(|(text, _)| text.len() + separator.len()).sum();
    cx.spend_bytes(length as u64)?;
    let mut writer = Writer::default();
    for (at, (part, marks)) in parts.into_iter().enumerate() {
        if at > 0 {
            writer.push(&separator, &arguments[0].marks);
        }
        writer.push(part, if marks.is_empty() { &arguments[1].marks } else { marks });
    }
    Ok(writer.finish())
}
