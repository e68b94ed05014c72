//! Functions that choose a value, tell what a value is, or fail: `default`, `coalesce`, `ternary`, `required`, `fail`, `kindOf`.

use seatrial_gotemplate::{Context, Failure, Function, Type, Value};

use super::argument::text;
use crate::cluster::world::World;

const ANY: Type = Type::Any;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("default", &[ANY], ANY, |_, arguments| {
        let given = arguments.get(1).filter(|given| !is_empty(given));
        Ok(given.unwrap_or(&arguments[0]).clone())
    })
    .passing(),
    Function::new("empty", &[ANY], |_, arguments| Ok(Value::bool(is_empty(&arguments[0])))).passing(),
    Function::variadic("coalesce", &[], ANY, |_, arguments| {
        Ok(arguments.iter().find(|argument| !is_empty(argument)).cloned().unwrap_or_else(Value::nil))
    })
    .passing(),
    Function::variadic("all", &[], ANY, |_, arguments| Ok(Value::bool(!arguments.iter().any(is_empty)))).passing(),
    Function::variadic("any", &[], ANY, |_, arguments| Ok(Value::bool(!arguments.iter().all(is_empty)))).passing(),
    Function::new("ternary", &[ANY, ANY, Type::Bool], |_, arguments| {
        Ok(arguments[usize::from(!arguments[2].is_true())].clone())
    })
    .passing(),
    Function::new("required", &[Type::Text, ANY], required).passing(),
    Function::new("fail", &[Type::Text], |cx, arguments| {
        if is_lint(cx) { Ok(Value::text("")) } else { Err(refusal(&text(arguments, 0))) }
    }),
    Function::new("hello", &[], |_, _| Ok(Value::text("Hello!"))),
    Function::new("typeOf", &[ANY], |_, arguments| Ok(Value::text(&*arguments[0].type_name()))).passing(),
    Function::new("typeIs", &[Type::Text, ANY], |_, arguments| {
        Ok(Value::bool(arguments[1].type_name() == *text(arguments, 0)))
    })
    .passing(),
    Function::new("typeIsLike", &[Type::Text, ANY], |_, arguments| {
        let (name, wanted) = (arguments[1].type_name(), text(arguments, 0));
        Ok(Value::bool(name == *wanted || name.strip_prefix('*') == Some(&*wanted)))
    })
    .passing(),
    Function::new("kindOf", &[ANY], |_, arguments| Ok(Value::text(arguments[0].kind_name()))).passing(),
    Function::new("kindIs", &[Type::Text, ANY], |_, arguments| {
        Ok(Value::bool(arguments[1].kind_name() == &*text(arguments, 0)))
    })
    .passing(),
];

/// Whether a chart refuses nothing now.
fn is_lint(cx: &mut Context<'_>) -> bool {
    cx.world::<World>().is_some_and(|world| world.is_lint)
}

/// What sprig calls empty.
pub(crate) fn is_empty(value: &Value) -> bool {
    !value.is_true()
}

fn required(cx: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let given = &arguments[1];
    if !given.is_nil() && given.as_str() != Some("") {
        return Ok(given.clone());
    }
    if is_lint(cx) { Ok(Value::text("")) } else { Err(refusal(&text(arguments, 0))) }
}

const START: &str = "HELM_ERR_START";
const END: &str = "HELM_ERR_END";

/// A chart's own message, marked as Helm marks it, to be found in that of the whole chain of templates.
fn refusal(message: &str) -> Failure {
    format!("{START}{message}{END}").into()
}

/// What a chart itself says by `fail` or `required`, if that is in the message of an error.
#[must_use]
pub fn chart_message(message: &str) -> Option<&str> {
    let (_, behind) = message.split_once(START)?;
    Some(behind.rsplit_once(END)?.0)
}
