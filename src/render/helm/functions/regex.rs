//! `regexMatch` and its relatives (sprig: `regex.go`).

use seatrial_golang::quote::{can_backquote, quote};
use seatrial_golang::regexp::{Expression, in_words_of_go, quote_meta};
use seatrial_gotemplate::{Context, Data, Element, Failure, Function, List, Text, TextBuilder, Type, Value};

use crate::cluster::world;

use Type::{Int, Text as Str};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("regexMatch", &[Str, Str], |context, arguments| {
        Ok(Value::bool(compiled(context, arguments).is_ok_and(|regex| regex.is_match(&text(arguments, 1)))))
    }),
    Function::new("mustRegexMatch", &[Str, Str], |context, arguments| {
        Ok(Value::bool(compiled(context, arguments)?.is_match(&text(arguments, 1))))
    }),
    Function::new("regexFindAll", &[Str, Str, Int], |context, arguments| {
        find_all(or_panic(context, arguments)?, arguments)
    }),
    Function::new("mustRegexFindAll", &[Str, Str, Int], |context, arguments| {
        find_all(compiled(context, arguments)?, arguments)
    }),
    Function::new("regexFind", &[Str, Str], |context, arguments| Ok(find(&or_panic(context, arguments)?, arguments))),
    Function::new("mustRegexFind", &[Str, Str], |context, arguments| {
        Ok(find(&compiled(context, arguments)?, arguments))
    }),
    Function::new("regexReplaceAll", &[Str, Str, Str], |context, arguments| {
        let regex = or_panic(context, arguments)?;
        replace(context, &regex, arguments)
    }),
    Function::new("mustRegexReplaceAll", &[Str, Str, Str], |context, arguments| {
        let regex = compiled(context, arguments)?;
        replace(context, &regex, arguments)
    }),
    Function::new("regexReplaceAllLiteral", &[Str, Str, Str], |context, arguments| {
        let regex = or_panic(context, arguments)?;
        replace_literally(context, &regex, arguments)
    }),
    Function::new("mustRegexReplaceAllLiteral", &[Str, Str, Str], |context, arguments| {
        let regex = compiled(context, arguments)?;
        replace_literally(context, &regex, arguments)
    }),
    Function::new("regexSplit", &[Str, Str, Int], |context, arguments| {
        Ok(split(&or_panic(context, arguments)?, arguments))
    }),
    Function::new("mustRegexSplit", &[Str, Str, Int], |context, arguments| {
        Ok(split(&compiled(context, arguments)?, arguments))
    }),
    Function::new("regexQuoteMeta", &[Str], |_, arguments| Ok(Value::text(quote_meta(&text(arguments, 0))))),
];

fn text(arguments: &[Value], index: usize) -> Text {
    arguments.get(index).and_then(Value::as_text).cloned().unwrap_or_default()
}

fn count(arguments: &[Value]) -> i64 {
    arguments.get(2).and_then(Value::as_int).unwrap_or_default()
}

/// The expression of the first argument, and the work of matching it against the second paid for.
fn compiled(context: &mut Context<'_>, arguments: &[Value]) -> Result<Expression, Failure> {
    let pattern = text(arguments, 0);
    context.spend(8 + (pattern.len() + text(arguments, 1).len()) as u64 / 8)?;
    world::expression(context, &pattern)
        .map_err(|error| format!("error parsing regexp: {}", in_words_of_go(&error, &pattern)).into())
}

/// The same with the words of `MustCompile`.
fn or_panic(context: &mut Context<'_>, arguments: &[Value]) -> Result<Expression, Failure> {
    compiled(context, arguments).map_err(|failure| {
        if failure.is_limit {
            return failure;
        }
        let pattern = text(arguments, 0);
        let quoted = if can_backquote(pattern.bytes()) { format!("`{}`", pattern.as_str()) } else { quote(&pattern) };
        failure.context(&format!("regexp: Compile({quoted}): "))
    })
}

#[allow(clippy::needless_pass_by_value, reason = "it was made for this")]
fn find_all(regex: Expression, arguments: &[Value]) -> Result<Value, Failure> {
    let given = text(arguments, 1);
    let found: Vec<_> = regex.find(&given, count(arguments)).into_iter().map(|range| given.slice(range)).collect();
    if found.is_empty() {
        return Ok(Data::List(List::nil(Element::Text)).into());
    }
    Ok(Value::texts(found))
}

fn find(regex: &Expression, arguments: &[Value]) -> Value {
    let given = text(arguments, 1);
    regex.find(&given, 1).pop().map_or_else(|| Value::text(""), |range| Value::text(given.slice(range)))
}

fn split(regex: &Expression, arguments: &[Value]) -> Value {
    let given = text(arguments, 1);
    if count(arguments) == 0 {
        return Data::List(List::nil(Element::Text)).into();
    }
    Value::texts(regex.split(&given, count(arguments)).into_iter().map(|range| given.slice(range)))
}

fn replace(context: &mut Context<'_>, regex: &Expression, arguments: &[Value]) -> Result<Value, Failure> {
    let (given, template) = (text(arguments, 1), text(arguments, 2));
    let marks = arguments[2].known_marks();
    let mut out = TextBuilder::new();
    let mut from = 0;
    for (range, by) in regex.replacements(&given, &template) {
        context.spend_bytes(by.len() as u64)?;
        out.push_slice(&given, from..range.start, &arguments[1].marks);
        out.push_str(&by, &marks.union(&arguments[1].marks));
        from = range.end;
    }
    out.push_slice(&given, from..given.len(), &arguments[1].marks);
    Ok(Value::text(out.finish()))
}

fn replace_literally(context: &mut Context<'_>, regex: &Expression, arguments: &[Value]) -> Result<Value, Failure> {
    let (given, by) = (text(arguments, 1), text(arguments, 2));
    let mut out = TextBuilder::new();
    let mut from = 0;
    for range in regex.find(&given, -1) {
        context.spend_bytes(by.len() as u64)?;
        out.push_slice(&given, from..range.start, &arguments[1].marks);
        out.push(&by, &arguments[2].marks);
        from = range.end;
    }
    out.push_slice(&given, from..given.len(), &arguments[1].marks);
    Ok(Value::text(out.finish()))
}
