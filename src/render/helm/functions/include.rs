//! Functions that execute templates: `include` and `tpl` (helm: `pkg/engine/engine.go`).

use seatrial_golang::quote::quote_bytes;
use seatrial_gotemplate::{Context, Failure, Function, Marks, Place, Text, TextBuilder, Type, Value};

use super::argument::text;
use super::included::{enter, leave};
use super::replace::replaced;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("include", &[Type::Text, Type::Any], include).passing(),
    Function::new("tpl", &[Type::Text, Type::Any], tpl).passing(),
];

fn include(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = text(arguments, 0);
    if !enter(cx, &name) {
        let why = "unable to execute template";
        return Err(format!("rendering template has a nested reference name: {}: {why}", &*name).into());
    }
    let result = cx.execute(&name, arguments[1].clone());
    leave(cx, &name);
    Ok(Value::text(result?))
}

/// What `tpl` executes has the name that Helm gives to the set of all templates.
fn tpl(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let template = text(arguments, 0);
    let result = cx.execute_text("gotpl", &arguments[0], arguments[1].clone());
    let result = result.map_err(|failure| {
        let what =
            if failure.cause.is_some() { "error during tpl function execution for" } else { "cannot parse template" };
        failure.context(&format!("{what} {}: ", quote_bytes(template.bytes())))
    })?;
    let result = Value::text(told(cx, &arguments[0], &result));
    if !result.as_str().is_some_and(|result| result.contains("<no value>")) {
        return Ok(result);
    }
    replaced(cx, &result, &"<no value>".into(), &Value::text(""))
}

/// The number that the engine gives to texts which are executed.
const EXECUTED: u32 = u32::MAX;

/// What a text made, told by where that text is from: it has no place of its own in the chart.
fn told(cx: &Context<'_>, template: &Value, result: &Text) -> Text {
    let source = template.as_text().cloned().unwrap_or_default();
    let mut builder = TextBuilder::new();
    let mut from = 0;
    for piece in result.pieces() {
        let string = &result[from..piece.end];
        from = piece.end;
        let Some(place) = piece.place.filter(|place| place.source == EXECUTED) else {
            builder.push_placed(string, piece.place, &piece.marks);
            continue;
        };
        // A value may have kept a place in another text that was executed before.
        let range = place.start as usize..place.end as usize;
        let part = if source.get(range.clone()).is_some() { source.slice(range) } else { Text::default() };
        if !place.is_literal || part.as_str() != string {
            let known = if part.pieces().is_empty() { template.marks.clone() } else { part.marks() };
            builder.push_placed(string, cx.place(), if piece.marks.is_empty() { &known } else { &piece.marks });
            continue;
        }
        push_part(&mut builder, cx.place(), &part, &template.marks);
    }
    if from == 0 { result.clone() } else { builder.finish() }
}

/// A part of the text itself: what is known of it, or else the action that executes it and the marks of the whole.
fn push_part(builder: &mut TextBuilder, action: Option<Place>, part: &Text, marks: &Marks) {
    let mut from = 0;
    for piece in part.pieces() {
        let known = if piece.marks.is_empty() && piece.place.is_none() { marks } else { &piece.marks };
        builder.push_placed(&part[from..piece.end], piece.place.or(action), known);
        from = piece.end;
    }
    builder.push_placed(&part[from..], action, marks);
}
