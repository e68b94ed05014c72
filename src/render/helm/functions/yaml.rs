//! `toYaml` and its relatives: a value as YAML, of which each line knows the values that it shows.

use std::rc::Rc;

use seatrial_gotemplate::{Context, Data, Failure, Function, Map, Marks, Text, TextBuilder, Type, Value};
use seatrial_yaml::{Printer, Printing, behind_json, is_key_readable, key_order};

use super::json;
use crate::functions::json::or_nothing;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("toYaml", &[Type::Any], |context, arguments| or_nothing(to_yaml(context, &arguments[0]))),
    Function::new("mustToYaml", &[Type::Any], |context, arguments| Ok(Value::text(to_yaml(context, &arguments[0])?))),
    Function::new("toYamlPretty", &[Type::Any], |context, arguments| {
        or_nothing(printed(context, &arguments[0], Printing::Version3))
    }),
];

/// The value as `sigs.k8s.io/yaml` prints it, without the last newline.
///
/// # Errors
/// It cannot be printed, or the budget is spent.
pub fn to_yaml(context: &mut Context<'_>, value: &Value) -> Result<Text, Failure> {
    printed(context, value, Printing::Version2)
}

fn printed(context: &mut Context<'_>, value: &Value, printing: Printing) -> Result<Text, Failure> {
    let mut walk = Walk { context, printer: Printer::new(printing), printing, ends: Vec::with_capacity(16), paid: 0 };
    walk.value(value, 0)?;
    walk.pay()?;
    let Walk { printer, ends, .. } = walk;
    let text = printer.finish();
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let mut builder = TextBuilder::with_room(text.len(), ends.len() + 1);
    let mut from = 0;
    for (end, marks) in ends {
        let end = end.min(text.len());
        builder.push_str(&text[from..end], &marks);
        from = end;
    }
    builder.push_str(&text[from..], &Marks::NONE);
    Ok(builder.finish())
}

struct Walk<'w, 'c> {
    context: &'w mut Context<'c>,
    printer: Printer,
    printing: Printing,
    /// Up to which byte which values are shown.
    ends: Vec<(usize, Marks)>,
    /// For how many bytes the budget has paid.
    paid: usize,
}

impl Walk<'_, '_> {
    /// Pays for what was printed since: a value that holds another many times may be longer than any memory.
    fn pay(&mut self) -> Result<(), Failure> {
        let printed = self.printer.len();
        self.context.spend_bytes((printed - std::mem::replace(&mut self.paid, printed)) as u64)
    }

    fn shown(&mut self, marks: &Marks) {
        self.context.use_marks(marks);
        match self.ends.last_mut() {
            Some((end, last)) if last == marks => *end = self.printer.len(),
            _ => self.ends.push((self.printer.len(), marks.clone())),
        }
    }

    fn value(&mut self, value: &Value, depth: u32) -> Result<(), Failure> {
        self.context.spend(1)?;
        self.pay()?;
        if depth > json::DEEPEST {
            return Err(json::cycle(value));
        }
        let marks = value.known_marks();
        match &value.data {
            Data::Nil | Data::NilPointer(_) => self.printer.plain("null"),
            Data::Bool(truth) => self.printer.plain(if *truth { "true" } else { "false" }),
            Data::Int { .. } => self.printer.plain(&json::integer(value)),
            Data::Float(float) => self.float(*float)?,
            Data::Text(text) => self.string(text)?,
            Data::Bytes(bytes) if self.printing == Printing::Version2 => self.printer.string(&json::base64(bytes)),
            Data::Bytes(bytes) => {
                let bytes = bytes.iter().map(|byte| Value::int(i64::from(*byte))).collect::<Vec<_>>();
                return self.list(&bytes, &marks, depth);
            }
            Data::List(list) if list.is_nil() && self.printing == Printing::Version2 => self.printer.plain("null"),
            Data::List(list) => return self.list(list.items(), &marks, depth),
            Data::Map(map) if map.is_nil() && self.printing == Printing::Version2 => self.printer.plain("null"),
            Data::Map(map) => return self.map(map, &marks, depth),
            Data::Object(object) => {
                return match object.ordered().filter(|_| self.printing == Printing::Version3) {
                    Some(fields) => self.fields(&fields, &marks, depth),
                    None => self.value(&object.plain().with_marks(marks), depth + 1),
                };
            }
            Data::Function(_) => return Err(json::unsupported(value)),
        }
        self.shown(&marks);
        Ok(())
    }

    fn float(&mut self, float: f64) -> Result<(), Failure> {
        if !float.is_finite() && self.printing == Printing::Version2 {
            return Err(json::not_a_number(float));
        }
        self.printer.float(float);
        Ok(())
    }

    fn string(&mut self, text: &Text) -> Result<(), Failure> {
        if self.printing == Printing::Version3 {
            self.printer.string(text);
            return Ok(());
        }
        let text = behind_json(text).ok_or("yaml: control characters are not allowed")?;
        self.printer.string(&text);
        Ok(())
    }

    fn list(&mut self, items: &[Value], marks: &Marks, depth: u32) -> Result<(), Failure> {
        if items.is_empty() {
            self.printer.empty_list();
            self.shown(marks);
            return Ok(());
        }
        self.shown(marks);
        let level = self.printer.open_list();
        for item in items {
            self.printer.item();
            self.value(item, depth + 1)?;
        }
        self.printer.close(level);
        Ok(())
    }

    /// A struct, whose fields go-yaml writes in small letters.
    fn fields(&mut self, fields: &[(&str, Value)], marks: &Marks, depth: u32) -> Result<(), Failure> {
        self.shown(marks);
        let level = self.printer.open_map();
        for (name, value) in fields {
            self.printer.key(&name.to_lowercase());
            self.value(value, depth + 1)?;
        }
        self.printer.close(level);
        Ok(())
    }

    fn map(&mut self, map: &Map, marks: &Marks, depth: u32) -> Result<(), Failure> {
        if map.is_empty() {
            self.printer.empty_map();
            self.shown(marks);
            return Ok(());
        }
        self.shown(marks);
        let level = self.printer.open_map();
        let entries = map.entries();
        // Of keys without numbers the order is that of the map, up to letters that come behind all else.
        if entries.keys().is_sorted_by(|one, other| key_order(one, other).is_le()) {
            for (key, value) in &*entries {
                self.entry(key, value, depth)?;
            }
        } else {
            for (key, value) in merged(entries.iter().collect()) {
                self.entry(key, value, depth)?;
            }
        }
        self.printer.close(level);
        Ok(())
    }

    fn entry(&mut self, key: &str, value: &Value, depth: u32) -> Result<(), Failure> {
        if self.printing == Printing::Version2 && !(is_key_readable(key) && behind_json(key).as_deref() == Some(key)) {
            return Err("yaml: a key cannot be read back".into());
        }
        self.printer.key(key);
        self.value(value, depth + 1)
    }
}

/// A sort that does not mind an order that contradicts itself.
fn merged<'m>(mut entries: Vec<(&'m Rc<str>, &'m Value)>) -> Vec<(&'m Rc<str>, &'m Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let behind = merged(entries.split_off(entries.len() / 2));
    let (mut ones, mut others) = (merged(entries).into_iter().peekable(), behind.into_iter().peekable());
    let mut all = Vec::with_capacity(ones.len() + others.len());
    while let (Some(one), Some(other)) = (ones.peek(), others.peek()) {
        let next = if key_order(other.0, one.0).is_lt() { others.next() } else { ones.next() };
        all.extend(next);
    }
    all.extend(ones);
    all.extend(others);
    all
}
