//! Parts of texts put in the place of others: `replace`.

use seatrial_gotemplate::{Context, Failure, Function, Text, Type, Value};

use super::argument::{Writer, text};
use super::places::places;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] =
    &[Function::new("replace", &[Type::Text, Type::Text, Type::Text], |cx, arguments| {
        replaced(cx, &arguments[2], &text(arguments, 0), &arguments[1])
    })];

/// The text with another in the place of each `old`; of an empty one, before each character and at the end.
pub(crate) fn replaced(cx: &mut Context<'_>, value: &Value, old: &Text, new: &Value) -> Result<Value, Failure> {
    let source = value.as_text().cloned().unwrap_or_default();
    let replacement = new.as_text().cloned().unwrap_or_default();
    let found = places(&source, old);
    cx.spend_bytes((found.len() as u64).saturating_mul(replacement.len() as u64).saturating_add(source.len() as u64))?;
    let mut writer = Writer::default();
    let mut from = 0;
    for at in found {
        writer.push_slice(&source, from, at, &value.marks);
        writer.push(&replacement, &new.marks);
        from = at + old.bytes().len();
    }
    writer.push_slice(&source, from, source.bytes().len(), &value.marks);
    Ok(writer.finish())
}
