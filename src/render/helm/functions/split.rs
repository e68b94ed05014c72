//! Texts cut at a separator: `split`, `splitn`.

use std::rc::Rc;

use seatrial_gotemplate::{Context, Failure, Function, Map, MapKind, Text, Type, Value};

use super::argument::{int, pay_for, text};

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
    separator: &str,
    whole: &Text,
    most: Option<usize>,
) -> Result<Vec<Text>, Failure> {
    let most = most.unwrap_or(usize::MAX);
    cx.spend(whole.len() as u64 / 8)?;
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    if separator.is_empty() {
        pay_for(cx, whole.len().min(most) as u64)?;
        let mut starts: Vec<usize> = whole.char_indices().map(|(at, _)| at).take(most).collect();
        starts.push(whole.len());
        parts.extend(starts.windows(2).map(|pair| whole.slice(pair[0]..pair[1])));
        return Ok(parts);
    }
    let mut from = 0;
    pay_for(cx, whole.match_indices(separator).take(most - 1).count() as u64)?;
    for (at, found) in whole.match_indices(separator).take(most - 1) {
        parts.push(whole.slice(from..at));
        from = at + found.len();
    }
    parts.push(whole.slice(from..whole.len()));
    Ok(parts)
}

/// A `map[string]string` of `_0`, `_1`, …
fn numbered(parts: Vec<Text>, whole: &Value) -> Value {
    let value = |part: Text| Value::text(part).with_marks(whole.marks.clone());
    let entries = parts.into_iter().enumerate().map(|(at, part)| (Rc::from(format!("_{at}")), value(part)));
    Value::map(Map::of(MapKind::Texts, entries.collect()))
}
