//! Texts cut at a separator: `split`, `splitn`.

use std::rc::Rc;

use seatrial_gotemplate::{Context, Failure, Function, Map, MapKind, Text, Type, Value};

use super::argument::{cut, int, pay_for, text};
use super::places::places;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("split", &[Type::Text, Type::Text], |cx, arguments| {
        let parts = parts(cx, &text(arguments, 0), &text(arguments, 1), None)?;
        Ok(numbered(parts, &arguments[1]))
    }),
    Function::new("splitn", &[Type::Text, Type::Int, Type::Text], |cx, arguments| {
        // A negative number asks for all.
        let most = usize::try_from(int(arguments, 1)).ok();
        let parts = parts(cx, &text(arguments, 0), &text(arguments, 2), most)?;
        Ok(numbered(parts, &arguments[2]))
    }),
];

/// `strings.SplitN`; an empty separator cuts behind each character.
pub(crate) fn parts(
    cx: &mut Context<'_>,
    separator: &Text,
    whole: &Text,
    most: Option<usize>,
) -> Result<Vec<Text>, Failure> {
    let most = most.unwrap_or(usize::MAX);
    cx.spend(whole.len() as u64 / 8)?;
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut found = places(whole, separator);
    if separator.is_empty() {
        // The first character has nothing before it, and behind the last is nothing.
        found.pop();
        if found.is_empty() {
            return Ok(Vec::new());
        }
        found.remove(0);
    }
    found.truncate(most - 1);
    pay_for(cx, found.len() as u64 + 1)?;
    let (mut parts, mut from) = (Vec::with_capacity(found.len() + 1), 0);
    for at in found {
        parts.push(cut(whole, from, at));
        from = at + separator.bytes().len();
    }
    parts.push(cut(whole, from, whole.bytes().len()));
    Ok(parts)
}

/// A `map[string]string` of `_0`, `_1`, …
fn numbered(parts: Vec<Text>, whole: &Value) -> Value {
    let value = |part: Text| Value::text(part).with_marks(whole.marks.clone());
    let entries = parts.into_iter().enumerate().map(|(at, part)| (Rc::from(format!("_{at}")), value(part)));
    Value::map(Map::of(MapKind::Texts, entries.collect()))
}
