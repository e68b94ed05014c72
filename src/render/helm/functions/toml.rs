//! `toToml`: a value as `github.com/BurntSushi/toml` writes it.

use seatrial_golang::{float, float_format};
use seatrial_gotemplate::{Context, Data, Failure, Function, Map, Marks, Text, TextBuilder, Type, Value};

use super::json;
use crate::times::duration::Duration;
use crate::times::moment::Moment;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("toToml", &[Type::Any], |context, a| match encoded(context, &a[0]) {
        Ok(text) => Ok(Value::text(text)),
        Err(failure) if failure.is_limit || failure.message.starts_with("reflect:") => Err(failure),
        // Helm hands the error out as the text.
        Err(failure) => Ok(Value::text(failure.message)),
    }),
    Function::new("mustToToml", &[Type::Any], |context, a| Ok(Value::text(encoded(context, &a[0])?))),
];

fn encoded(context: &mut Context<'_>, value: &Value) -> Result<Text, Failure> {
    let mut writer = Writer { context, out: TextBuilder::new(), depth: 0, paid: 0 };
    writer.entry(&[], value)?;
    writer.pay()?;
    Ok(writer.out.finish())
}

/// What a value is to TOML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nil,
    Plain,
    List,
    /// A list of tables.
    Tables,
    Table,
}

struct Writer<'w, 'c> {
    context: &'w mut Context<'c>,
    out: TextBuilder,
    /// How deep in a value that is written on one line.
    depth: u32,
    /// For how many bytes the budget has paid.
    paid: usize,
}

/// Objects are what `encoding/json` sees of them, but for times and durations.
fn plain(value: &Value) -> Value {
    match &value.data {
        Data::Object(object) if value.downcast::<Moment>().is_none() && value.downcast::<Duration>().is_none() => {
            object.plain().with_marks(value.marks.clone())
        }
        _ => value.clone(),
    }
}

fn kind(context: &mut Context<'_>, value: &Value) -> Result<Kind, Failure> {
    kind_within(context, value, json::DEEPEST)
}

fn kind_within(context: &mut Context<'_>, value: &Value, depth: u32) -> Result<Kind, Failure> {
    context.spend(1)?;
    let Some(depth) = depth.checked_sub(1) else { return Err(json::cycle(value)) };
    Ok(match &value.data {
        Data::Nil | Data::NilPointer(_) => Kind::Nil,
        Data::List(list) if list.is_nil() => Kind::Nil,
        Data::Map(map) if map.is_nil() => Kind::Nil,
        Data::Map(_) => Kind::Table,
        Data::List(list) => {
            let mut kinds = Vec::with_capacity(list.items().len());
            for item in list.items() {
                kinds.push(kind_within(context, &plain(item), depth)?);
            }
            if kinds.contains(&Kind::Nil) {
                return Err("toml: cannot encode array with nil element".into());
            }
            let all = !kinds.is_empty() && kinds.iter().all(|kind| *kind == Kind::Table);
            if all { Kind::Tables } else { Kind::List }
        }
        Data::Bytes(_) => Kind::List,
        Data::Function(_) => return Err("unsupported type: func".into()),
        _ => Kind::Plain,
    })
}

fn is_table(kind: Kind) -> bool {
    matches!(kind, Kind::Table | Kind::Tables)
}

impl Writer<'_, '_> {
    /// Pays for what was written since: a value that holds another many times may be longer than any memory.
    fn pay(&mut self) -> Result<(), Failure> {
        let written = self.out.as_str().len();
        self.context.spend_bytes((written - std::mem::replace(&mut self.paid, written)) as u64)
    }

    fn put(&mut self, text: &str, marks: &Marks) {
        self.out.push_str(text, marks);
    }

    fn newline(&mut self) {
        if !self.out.as_str().is_empty() {
            self.put("\n", &Marks::NONE);
        }
    }

    fn entry(&mut self, path: &[&str], value: &Value) -> Result<(), Failure> {
        self.context.spend(1)?;
        self.pay()?;
        if path.len() > json::DEEPEST as usize {
            return Err(json::cycle(value));
        }
        let value = plain(value);
        let marks = value.known_marks();
        match (kind(self.context, &value)?, &value.data) {
            (Kind::Nil, _) if path.is_empty() => {
                return Err("reflect: call of reflect.Value.Type on zero Value".into());
            }
            (Kind::Nil, _) => {}
            (Kind::Table, Data::Map(map)) => {
                if path.len() == 1 {
                    self.newline();
                }
                if !path.is_empty() {
                    self.put(&format!("{}[{}]", indent(path), dotted(path)), &marks);
                    self.newline();
                }
                self.table(path, map)?;
            }
            (Kind::Tables, Data::List(list)) => {
                if path.is_empty() {
                    return Err("toml: top-level values must be Go maps or structs".into());
                }
                for item in list.items() {
                    let item = plain(item);
                    self.newline();
                    self.put(&format!("{}[[{}]]", indent(path), dotted(path)), &item.known_marks());
                    self.newline();
                    if let Data::Map(map) = &item.data {
                        self.table(path, map)?;
                    }
                }
            }
            _ => {
                if let Some(key) = path.last() {
                    self.put(&format!("{}{} = ", indent(path), quoted_key(key)), &marks);
                }
                self.element(&value)?;
                if !path.is_empty() {
                    self.newline();
                }
            }
        }
        Ok(())
    }

    /// Entries that are no tables first, then the tables.
    fn table(&mut self, path: &[&str], map: &Map) -> Result<(), Failure> {
        for (key, value) in ordered(self.context, map)? {
            let path: Vec<&str> = path.iter().copied().chain([&*key]).collect();
            self.entry(&path, &value)?;
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), Failure> {
        self.context.spend(1)?;
        self.pay()?;
        let value = plain(value);
        if self.depth > json::DEEPEST {
            return Err(json::cycle(&value));
        }
        let marks = value.known_marks();
        self.context.use_marks(&marks);
        let text = match &value.data {
            Data::Text(text) => quoted(text),
            Data::Bool(truth) => truth.to_string(),
            Data::Int { .. } => json::integer(&value),
            Data::Float(number) => decimal(*number),
            Data::Bytes(bytes) => {
                format!("[{}]", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", "))
            }
            Data::List(list) => return self.array(list.items(), &marks),
            Data::Map(map) => return self.inline(map, &marks),
            Data::Object(object) => match value.downcast::<Moment>() {
                Some(moment) => moment.0.format("2006-01-02T15:04:05.999999999Z07:00"),
                None => quoted(&object.printed()),
            },
            _ => return Err(format!("unexpected type: {}", value.type_name()).into()),
        };
        self.put(&text, &marks);
        Ok(())
    }

    fn array(&mut self, items: &[Value], marks: &Marks) -> Result<(), Failure> {
        self.depth += 1;
        self.put("[", marks);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.put(", ", marks);
            }
            self.element(item)?;
        }
        self.put("]", marks);
        self.depth -= 1;
        Ok(())
    }

    fn inline(&mut self, map: &Map, marks: &Marks) -> Result<(), Failure> {
        self.depth += 1;
        self.put("{", marks);
        let entries = ordered(self.context, map)?;
        let last = entries.len().saturating_sub(1);
        for (at, (key, value)) in entries.iter().enumerate() {
            if kind(self.context, value)? == Kind::Nil {
                continue;
            }
            self.put(&format!("{} = ", quoted_key(key)), &value.known_marks());
            self.element(value)?;
            if at < last {
                self.put(", ", marks);
            }
        }
        self.put("}", marks);
        self.depth -= 1;
        Ok(())
    }
}

/// The entries of a map as they are written: what is not a table first.
fn ordered(context: &mut Context<'_>, map: &Map) -> Result<Vec<(std::rc::Rc<str>, Value)>, Failure> {
    let mut entries = Vec::new();
    for (key, value) in map.snapshot() {
        let value = plain(&value);
        entries.push((is_table(kind(context, &value)?), key, value));
    }
    entries.sort_by_key(|(is_table, ..)| *is_table);
    Ok(entries.into_iter().map(|(_, key, value)| (key, value)).collect())
}

fn indent(path: &[&str]) -> String {
    "  ".repeat(path.len().saturating_sub(1))
}

fn dotted(path: &[&str]) -> String {
    path.iter().map(|key| quoted_key(key)).collect::<Vec<_>>().join(".")
}

fn quoted_key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if is_bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A float, which has a point or an exponent.
fn decimal(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return float::general(number).to_lowercase().trim_start_matches('+').to_owned();
    }
    let text = float_format::format(number, 'g', None);
    if text.contains(['e', '.']) { text } else { text + ".0" }
}
