//! Functions over lists: `list`, `first`, `append`, `uniq`, `has`, `slice`, `concat`, … Those with `must` say the same when they fail, as a panic
//! of the others is an error all the same.

use std::borrow::Cow;

use seatrial_gotemplate::{Context, Data, Element, Failure, Function, List, Type, Value};

use super::argument::{NIL_POINTER, elements, int, pay_for, printed, size, text, texts};
use super::convert::to_int;
use super::equal::{Seen, are_equal};
use super::flow::is_empty;

const ANY: Type = Type::Any;
type Answer = Result<Value, Failure>;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], ANY, list).passing(),
    Function::variadic("tuple", &[], ANY, list).passing(),
    Function::new("first", &[ANY], first).passing(),
    Function::new("mustFirst", &[ANY], first).passing(),
    Function::new("last", &[ANY], last).passing(),
    Function::new("mustLast", &[ANY], last).passing(),
    Function::new("rest", &[ANY], rest).passing(),
    Function::new("mustRest", &[ANY], rest).passing(),
    Function::new("initial", &[ANY], initial).passing(),
    Function::new("mustInitial", &[ANY], initial).passing(),
    Function::new("append", &[ANY, ANY], append).passing(),
    Function::new("push", &[ANY, ANY], append).passing(),
    Function::new("mustAppend", &[ANY, ANY], append).passing(),
    Function::new("mustPush", &[ANY, ANY], append).passing(),
    Function::new("prepend", &[ANY, ANY], prepend).passing(),
    Function::new("mustPrepend", &[ANY, ANY], prepend).passing(),
    Function::new("reverse", &[ANY], reverse).passing(),
    Function::new("mustReverse", &[ANY], reverse).passing(),
    Function::new("compact", &[ANY], compact).passing(),
    Function::new("mustCompact", &[ANY], compact).passing(),
    Function::new("uniq", &[ANY], uniq).passing(),
    Function::new("mustUniq", &[ANY], uniq).passing(),
    Function::variadic("without", &[ANY], ANY, without).passing(),
    Function::variadic("mustWithout", &[ANY], ANY, without).passing(),
    Function::new("has", &[ANY, ANY], has),
    Function::new("mustHas", &[ANY, ANY], has),
    Function::variadic("slice", &[ANY], ANY, slice).passing(),
    Function::variadic("mustSlice", &[ANY], ANY, slice).passing(),
    Function::variadic("concat", &[], ANY, concat).passing(),
    Function::new("chunk", &[Type::Int, ANY], chunk).passing(),
    Function::new("mustChunk", &[Type::Int, ANY], chunk).passing(),
    Function::new("sortAlpha", &[ANY], sort_alpha),
    Function::new("toStrings", &[ANY], |cx, arguments| list_of(Element::Text, texts(cx, &arguments[0])?)),
    Function::new("splitList", &[Type::Text, Type::Text], split_list),
];

/// The elements, or what Go says of a value that has none; `what` says what was tried with it.
fn items<'v>(cx: &mut Context<'_>, value: &'v Value, what: &str) -> Result<Cow<'v, [Value]>, Failure> {
    let Some(items) = elements(value) else {
        let because = if value.is_nil() { NIL_POINTER.to_owned() } else { format!("{what} {}", value.kind_name()) };
        return Err(because.into());
    };
    cx.spend(items.len() as u64)?;
    Ok(items)
}

fn list_of(element: Element, items: Vec<Value>) -> Answer {
    Ok(Data::List(List::of(element, items)).into())
}

/// A nil `[]interface {}`.
fn nil_list() -> Value {
    Data::List(List::nil(Element::Any)).into()
}

fn list(_: &mut Context<'_>, arguments: &[Value]) -> Answer {
    Ok(Value::list(arguments.to_vec()))
}

fn first(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    Ok(items(cx, &arguments[0], "Cannot find first on type")?.first().cloned().unwrap_or_else(Value::nil))
}

fn last(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    Ok(items(cx, &arguments[0], "Cannot find last on type")?.last().cloned().unwrap_or_else(Value::nil))
}

fn rest(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot find rest on type")?;
    Ok(items.split_first().map_or_else(nil_list, |(_, rest)| Value::list(rest.to_vec())))
}

fn initial(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot find initial on type")?;
    Ok(items.split_last().map_or_else(nil_list, |(_, initial)| Value::list(initial.to_vec())))
}

fn append(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut all = items(cx, &arguments[0], "Cannot push on type")?.into_owned();
    all.push(arguments[1].clone());
    Ok(Value::list(all))
}

fn prepend(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot prepend on type")?;
    Ok(Value::list(std::iter::once(&arguments[1]).chain(items.iter()).cloned().collect()))
}

fn reverse(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot find reverse on type")?;
    Ok(Value::list(items.iter().rev().cloned().collect()))
}

fn compact(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot compact on type")?;
    Ok(Value::list(items.iter().filter(|item| !is_empty(item)).cloned().collect()))
}

fn uniq(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot find uniq on type")?;
    let (mut seen, mut unique) = (Seen::default(), Vec::new());
    for item in items.iter() {
        if seen.add(cx, item)? {
            unique.push(item.clone());
        }
    }
    Ok(Value::list(unique))
}

fn without(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "Cannot find without on type")?;
    let mut omitted = Seen::default();
    for item in &arguments[1..] {
        omitted.add(cx, item)?;
    }
    let mut kept = Vec::new();
    for item in items.iter() {
        if !omitted.has(cx, item)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn has(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    if arguments[1].is_nil() {
        return Ok(Value::bool(false));
    }
    let items = items(cx, &arguments[1], "Cannot find has on type")?;
    for item in items.iter() {
        if are_equal(cx, &arguments[0], item)? {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

fn slice(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let items = items(cx, &arguments[0], "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::nil());
    }
    let bound =
        |at: usize, default: usize| arguments.get(at).map_or(Some(default), |i| usize::try_from(to_int(i)).ok());
    // Go's array may have room for more than the slice has.
    let room = arguments[0].as_list().map_or(0, List::room);
    let items: Cow<'_, [Value]> = match bound(2, 0) {
        Some(to) if to > items.len() && to <= items.len() + room => {
            let mut more = items.into_owned();
            more.resize(to, Value::nil());
            more.into()
        }
        _ => items,
    };
    let part = bound(1, 0).zip(bound(2, items.len())).and_then(|(from, to)| items.get(from..to));
    let part = part.ok_or("reflect.Value.Slice: slice index out of bounds")?;
    match &arguments[0].data {
        Data::Bytes(bytes) => {
            let from = bound(1, 0).unwrap_or_default();
            Ok(Data::Bytes(bytes[from..from + part.len()].into()).into())
        }
        Data::List(list) => list_of(list.element(), part.to_vec()),
        _ => Ok(Value::list(part.to_vec())),
    }
}

fn concat(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut all = Vec::new();
    for argument in arguments {
        if elements(argument).is_none() && !argument.is_nil() {
            return Err(format!("Cannot concat type {} as list", argument.kind_name()).into());
        }
        let items = items(cx, argument, "")?;
        pay_for(cx, items.len() as u64)?;
        all.extend_from_slice(&items);
    }
    Ok(if all.is_empty() { nil_list() } else { Value::list(all) })
}

/// Go's arithmetic in floats, with all that it does to a size that is not positive.
fn chunk(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    const OUT_OF_RANGE: &str = "runtime error: makeslice: len out of range";
    let items = items(cx, &arguments[1], "Cannot chunk type")?;
    #[allow(clippy::cast_precision_loss, reason = "as in Go")]
    let (count, length) = (items.len() as f64, int(arguments, 0) as f64);
    let chunks = ((count - 1.0) / length).floor() + 1.0;
    if !(0.0..9e18).contains(&chunks) {
        return Err(OUT_OF_RANGE.into());
    }
    if chunks == 0.0 {
        return list_of(Element::Other("[]interface {}"), Vec::new());
    }
    let last = match (count % length).floor() {
        0.0 => length,
        rest => rest,
    };
    if last < 0.0 || (length < 0.0 && chunks > 1.0) {
        return Err(OUT_OF_RANGE.into());
    }
    let width = size(int(arguments, 0)).filter(|width| *width > 0).unwrap_or(items.len().max(1));
    let parts = items.chunks(width).map(|part| Value::list(part.to_vec())).collect();
    list_of(Element::Other("[]interface {}"), parts)
}

fn sort_alpha(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let mut sorted = match elements(&arguments[0]) {
        Some(_) => texts(cx, &arguments[0])?,
        None => vec![Value::text(printed(cx, &arguments[0])?)],
    };
    sorted.sort_by(|a, b| a.as_text().map(|text| text.bytes()).cmp(&b.as_text().map(|text| text.bytes())));
    list_of(Element::Text, sorted)
}

fn split_list(cx: &mut Context<'_>, arguments: &[Value]) -> Answer {
    let (separator, whole) = (text(arguments, 0), text(arguments, 1));
    let parts = super::split::parts(cx, &separator, &whole, None)?;
    let marks = &arguments[1].marks;
    list_of(Element::Text, parts.into_iter().map(|part| Value::text(part).with_marks(marks.clone())).collect())
}
