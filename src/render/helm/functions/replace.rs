//! Parts of texts put in the place of others: `replace`.

use seatrial_gotemplate::{Context, Failure, Function, Type, Value};

use super::argument::{Writer, text};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[Function::new("replace", &[Type::Text, Type::Text, Type::Text], replace)];

fn replace(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (old, new, source) = (text(arguments, 0), text(arguments, 1), text(arguments, 2));
    let places = if old.is_empty() { source.chars().count() + 1 } else { source.matches(&*old).count() };
    cx.spend_bytes((places as u64).saturating_mul(new.len() as u64).saturating_add(source.len() as u64))?;
    Ok(replaced(&arguments[2], &old, &arguments[1]))
}

/// The text with another in the place of each `old`; of an empty one, before each character and at the end.
pub(crate) fn replaced(value: &Value, old: &str, new: &Value) -> Value {
    let (source, replacement) =
        (value.as_text().cloned().unwrap_or_default(), new.as_text().cloned().unwrap_or_default());
    let mut writer = Writer::default();
    let mut from = 0;
    for (at, found) in source.match_indices(old) {
        writer.push_slice(&source, from, at, &value.marks);
        writer.push(&replacement, &new.marks);
        from = at + found.len();
    }
    writer.push_slice(&source, from, source.len(), &value.marks);
    writer.finish()
}
