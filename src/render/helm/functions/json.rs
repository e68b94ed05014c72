//! `toJson` and its relatives: a value as Go's `encoding/json` writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_golang::{float, float_format};
use seatrial_gotemplate::{Context, Data, Failure, Function, IntKind, Map, Marks, Text, TextBuilder, Type, Value};

/// Go looks for cycles from 1000 levels on. Nothing that deep is meant, and our stack is smaller.
pub(crate) const DEEPEST: u32 = 500;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("toJson", &[Type::Any], |context, arguments| or_nothing(encoded(context, &arguments[0], COMPACT))),
    Function::new("mustToJson", &[Type::Any], |context, arguments| {
        Ok(Value::text(encoded(context, &arguments[0], COMPACT)?))
    }),
    Function::new("toPrettyJson", &[Type::Any], |context, arguments| {
        or_nothing(encoded(context, &arguments[0], PRETTY))
    }),
    Function::new("mustToPrettyJson", &[Type::Any], |context, arguments| {
        Ok(Value::text(encoded(context, &arguments[0], PRETTY)?))
    }),
    Function::new("toRawJson", &[Type::Any], |context, arguments| {
        Ok(Value::text(encoded(context, &arguments[0], RAW)?))
    }),
    Function::new("mustToRawJson", &[Type::Any], |context, arguments| {
        Ok(Value::text(encoded(context, &arguments[0], RAW)?))
    }),
];

/// How JSON looks.
#[derive(Clone, Copy)]
struct Look {
    /// Each entry on a line of its own.
    is_pretty: bool,
    /// `<`, `>` and `&` are escaped.
    escapes_html: bool,
}

const COMPACT: Look = Look { is_pretty: false, escapes_html: true };
const PRETTY: Look = Look { is_pretty: true, escapes_html: true };
const RAW: Look = Look { is_pretty: false, escapes_html: false };

fn encoded(context: &mut Context<'_>, value: &Value, look: Look) -> Result<Text, Failure> {
    let mut walk = Walk { context, out: TextBuilder::new(), look, paid: 0 };
    walk.value(value, 0)?;
    walk.pay()?;
    Ok(walk.out.finish())
}

struct Walk<'w, 'c> {
    context: &'w mut Context<'c>,
    out: TextBuilder,
    look: Look,
    /// For how many bytes the budget has paid.
    paid: usize,
}

impl Walk<'_, '_> {
    /// Pays for what was written since: a value that holds another many times may be longer than any memory.
    fn pay(&mut self) -> Result<(), Failure> {
        let written = self.out.as_str().len();
        self.context.spend_bytes((written - std::mem::replace(&mut self.paid, written)) as u64)
    }

    fn line(&mut self, depth: u32, marks: &Marks) {
        if self.look.is_pretty {
            self.out.push_str(&format!("\n{}", "  ".repeat(depth as usize)), marks);
        }
    }

    fn value(&mut self, value: &Value, depth: u32) -> Result<(), Failure> {
        self.context.spend(1)?;
        self.pay()?;
        if depth > DEEPEST {
            return Err(cycle(value));
        }
        let marks = value.known_marks();
        self.context.use_marks(&marks);
        let text = match &value.data {
            Data::Nil | Data::NilPointer(_) => "null".to_owned(),
            Data::Bool(truth) => truth.to_string(),
            Data::Int { .. } => integer(value),
            Data::Float(float) if !float.is_finite() => return Err(not_a_number(*float)),
            Data::Float(float) => float::json(*float),
            Data::Text(text) => quoted(text.bytes(), self.look.escapes_html),
            Data::Bytes(bytes) => format!("\"{}\"", base64(bytes)),
            Data::List(list) if list.is_nil() => "null".to_owned(),
            Data::Map(map) if map.is_nil() => "null".to_owned(),
            Data::List(list) => return self.list(list.items(), &marks, depth),
            Data::Map(map) => return self.map(map, &marks, depth),
            Data::Object(object) => {
                return match object.ordered() {
                    Some(fields) => self.entries(fields, &marks, depth),
                    None => self.value(&object.plain().with_marks(marks), depth + 1),
                };
            }
            Data::Function(_) => return Err(unsupported(value)),
        };
        self.out.push_str(&text, &marks);
        Ok(())
    }

    fn list(&mut self, items: &[Value], marks: &Marks, depth: u32) -> Result<(), Failure> {
        if items.is_empty() {
            self.out.push_str("[]", marks);
            return Ok(());
        }
        self.out.push_str("[", marks);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push_str(",", marks);
            }
            self.line(depth + 1, marks);
            self.value(item, depth + 1)?;
        }
        self.line(depth, marks);
        self.out.push_str("]", marks);
        Ok(())
    }

    fn map(&mut self, map: &Map, marks: &Marks, depth: u32) -> Result<(), Failure> {
        if map.is_empty() {
            self.out.push_str("{}", marks);
            return Ok(());
        }
        self.entries(map.snapshot(), marks, depth)
    }

    fn entries(&mut self, entries: Vec<(impl AsRef<str>, Value)>, marks: &Marks, depth: u32) -> Result<(), Failure> {
        self.out.push_str("{", marks);
        for (at, (key, value)) in entries.into_iter().enumerate() {
            if at > 0 {
                self.out.push_str(",", marks);
            }
            self.line(depth + 1, marks);
            let colon = if self.look.is_pretty { ": " } else { ":" };
            let key = quoted(key.as_ref().as_bytes(), self.look.escapes_html) + colon;
            self.out.push_str(&key, &value.known_marks());
            self.value(&value, depth + 1)?;
        }
        self.line(depth, marks);
        self.out.push_str("}", marks);
        Ok(())
    }
}

/// The digits of an integer of any type.
pub(crate) fn integer(value: &Value) -> String {
    match &value.data {
        Data::Int { kind: IntKind::Uint64 | IntKind::Uint, value } => value.cast_unsigned().to_string(),
        Data::Int { value, .. } => value.to_string(),
        _ => String::new(),
    }
}

/// Bytes as `encoding/json` writes them.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn not_a_number(float: f64) -> Failure {
    format!("json: unsupported value: {}", float_format::format(float, 'g', None)).into()
}

pub(crate) fn cycle(value: &Value) -> Failure {
    format!("json: unsupported value: encountered a cycle via {}", value.type_name()).into()
}

pub(crate) fn unsupported(value: &Value) -> Failure {
    format!("json: unsupported type: {}", value.type_name()).into()
}

/// A string in JSON; what is not UTF-8 becomes U+FFFD.
pub(crate) fn quoted(bytes: &[u8], escapes_html: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '<' | '>' | '&' if escapes_html => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|_| out.push('\u{fffd}'));
    }
    out.push('"');
    out
}

/// Helm swallows what cannot be printed; the end of the budget is none of that.
pub(crate) fn or_nothing(result: Result<Text, Failure>) -> Result<Value, Failure> {
    match result {
        Ok(text) => Ok(Value::text(text)),
        Err(failure) if failure.is_limit => Err(failure),
        Err(_) => Ok(Value::text("")),
    }
}
