//! Functions that execute templates: `include` and `tpl` (helm: `pkg/engine/engine.go`).

use seatrial_golang::quote::quote_bytes;
use seatrial_gotemplate::{Context, Failure, Function, Marks, Text, TextBuilder, Type, Value};

use super::argument::text;
use super::replace::replaced;
use crate::cluster::world::World;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("include", &[Type::Text, Type::Any], include).passing(),
    Function::new("tpl", &[Type::Text, Type::Any], tpl).passing(),
];

/// Notes that a template is included, unless it includes itself too often.
fn enter(cx: &mut Context<'_>, name: &str) -> bool {
    cx.world::<World>().is_none_or(|world| world.included.enter(name))
}

/// The template that was entered last is done.
fn leave(cx: &mut Context<'_>, name: &str) {
    if let Some(world) = cx.world::<World>() {
        world.included.leave(name);
    }
}

fn include(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = text(arguments, 0);
    if !enter(cx, &name) {
        let why = "unable to execute template";
        return Err(format!("rendering template has a nested reference name: {}: {why}", &*name).into());
    }
    let result = cx.execute(&name, arguments[1].clone());
    leave(cx, &name);
    result.map(Value::text).map_err(|failure| named_by(failure, &arguments[0]))
}

/// A template that does not exist is the fault of whoever named it: the template, or a value.
fn named_by(mut failure: Failure, name: &Value) -> Failure {
    let marks = name.known_marks();
    if failure.is_of_template && failure.cause.is_none() && !marks.is_empty() {
        (failure.is_of_template, failure.marks) = (false, marks);
    }
    failure
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
    let result = Value::text(told(&arguments[0], &result));
    if !result.as_str().is_some_and(|result| result.contains("<no value>")) {
        return Ok(result);
    }
    replaced(cx, &result, &"<no value>".into(), &Value::text(""))
}

/// What a text made: a part that other values printed is theirs, not the text's.
fn told(template: &Value, result: &Text) -> Text {
    let of_text = template.known_marks();
    if of_text.is_empty() {
        return result.clone();
    }
    let mut builder = TextBuilder::new();
    let mut from = 0;
    for piece in result.pieces() {
        let others =
            Marks::of(piece.marks.as_slice().iter().copied().filter(|mark| !of_text.as_slice().contains(mark)));
        let marks = if others.is_empty() { &piece.marks } else { &others };
        builder.push_placed(&result[from..piece.end], piece.place, marks);
        from = piece.end;
    }
    if from == 0 { result.clone() } else { builder.finish() }
}
