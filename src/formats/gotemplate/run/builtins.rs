//! The functions that every template of Go has.

use crate::print::format;
use crate::run::call::{Parameter, assigned, is_assignable};
use crate::run::compare;
use crate::run::escape;
use crate::syntax::builtin::Builtin;
use crate::texts::text::Text;
use crate::values::context::Context;
use crate::values::error::Failure;
use crate::values::function::{Function, Type};
use crate::values::held::{Held, as_slice, element, entry};
use crate::values::list::List;
use crate::values::object::{Object, ObjectKind};
use crate::values::value::{Data, IntKind, Value};

type Done = Result<Held, Failure>;

impl Builtin {
    /// How many arguments there must be.
    pub(crate) fn fixed(self) -> usize {
        match self {
            Self::Html | Self::Js | Self::Print | Self::Println | Self::UrlQuery => 0,
            Self::Ge | Self::Gt | Self::Le | Self::Lt | Self::Ne => 2,
            _ => 1,
        }
    }

    pub(crate) fn is_variadic(self) -> bool {
        !matches!(self, Self::Len | Self::Not | Self::Ge | Self::Gt | Self::Le | Self::Lt | Self::Ne)
    }

    pub(crate) fn parameter(self, index: usize) -> Parameter {
        match self {
            Self::Printf if index == 0 => Some(Type::Text),
            Self::Html | Self::Js | Self::Print | Self::Printf | Self::Println | Self::UrlQuery => Some(Type::Any),
            _ => None,
        }
    }

    /// Whether the result is (of) an argument.
    pub(crate) fn is_passing(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Index | Self::Not | Self::Call)
    }

    pub(crate) fn run(self, cx: &mut Context<'_>, arguments: &[Held], callee: Option<String>) -> Done {
        let truth = |is_true| Held::from(Value::bool(is_true));
        let values = || arguments.iter().map(|argument| argument.value.clone()).collect::<Vec<_>>();
        let nothing = Value::nil();
        let first = arguments.first().map_or(&nothing, |held| &held.value);
        let second = arguments.get(1).map_or(&nothing, |held| &held.value);
        match self {
            // Both are evaluated where they are called.
            Self::And | Self::Or => Ok(Held::nothing()),
            Self::Not => Ok(truth(!first.is_true())),
            Self::Eq => compare::eq(first, arguments[1..].iter().map(|held| &held.value)).map(truth),
            Self::Ne => compare::eq(first, [second].into_iter()).map(|equal| truth(!equal)),
            Self::Lt => compare::lt(first, second).map(truth),
            Self::Le => compare::le(first, second).map(truth),
            Self::Gt => compare::le(first, second).map(|less| truth(!less)),
            Self::Ge => compare::lt(first, second).map(|less| truth(!less)),
            Self::Len => arguments.first().map_or_else(|| Err("len of nil".into()), length),
            Self::Index => index(arguments),
            Self::Slice => slice(arguments),
            Self::Call => call(cx, arguments, &callee.unwrap_or_else(|| called_by_value(first))),
            Self::Print => text(cx, format::sprint_within(&values(), cx.budget.bytes)?),
            Self::Println => text(cx, format::sprintln_within(&values(), cx.budget.bytes)?),
            Self::Printf => {
                let values = values();
                let format = values[0].as_text().cloned().unwrap_or_default();
                let format = with_marks(format, &values[0]);
                Ok(Value::text(cx.printf(&format, &values[1..])?).into())
            }
            Self::Html => text(cx, escape::html(&joined(cx, values())?)),
            Self::Js => text(cx, escape::js(&joined(cx, values())?)),
            Self::UrlQuery => text(cx, escape::url_query(&joined(cx, values())?)),
        }
    }
}

/// The marks of the value as pieces of its text.
fn with_marks(text: Text, value: &Value) -> Text {
    if value.marks.is_empty() || !text.pieces().is_empty() || text.raw().is_some() {
        return text;
    }
    let mut builder = crate::texts::builder::TextBuilder::new();
    builder.push(&text, &value.marks);
    builder.finish()
}

fn text(cx: &mut Context<'_>, text: impl Into<Text>) -> Done {
    let text = text.into();
    cx.spend_bytes(text.len() as u64)?;
    Ok(Value::text(text).into())
}

/// What `html` and its like print: as an action would, and several as `print`.
fn joined(cx: &Context<'_>, values: Vec<Value>) -> Result<Text, Failure> {
    if let [only] = values.as_slice()
        && let Data::Text(text) = &only.data
    {
        return Ok(text.clone());
    }
    let shown = |value: Value| match &value.data {
        Data::Nil => Value::text("<no value>"),
        // Pointers are looked through, as an action does.
        Data::Object(object) if object.kind() == ObjectKind::Pointer => Value::text(Object::printed(&**object)),
        _ => value,
    };
    let shown: Vec<Value> = values.into_iter().map(shown).collect();
    format::sprint_within(&shown, cx.budget.bytes)
}

/// `Value.String` of Go's reflection.
fn called_by_value(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => format!("<{} Value>", value.type_name()),
    }
}

/// Go's reflection panics, and the panic is the message.
const NO_VALUE: &str = "reflect: call of reflect.Value.Type on zero Value";

fn length(item: &Held) -> Done {
    let value = &item.value;
    if item.is_nothing() {
        return Err(NO_VALUE.into());
    }
    let count = match &value.data {
        Data::Nil | Data::NilPointer(_) => return Err("len of nil pointer".into()),
        Data::Text(text) => text.bytes().len(),
        Data::Bytes(bytes) => bytes.len(),
        Data::Map(map) => map.len(),
        Data::Object(object) if object.kind() == ObjectKind::Map => object.items().len(),
        _ => match as_slice(value) {
            Some(list) => list.items().len(),
            None => return Err(format!("len of type {}", pointed(value)).into()),
        },
    };
    Ok(Value::int(i64::try_from(count).unwrap_or(i64::MAX)).into())
}

/// The type, or that of what a pointer points at.
fn pointed(value: &Value) -> String {
    let name = value.type_name();
    name.strip_prefix('*').unwrap_or(&name).to_owned()
}

/// The argument as an index up to and with `most`.
fn position(index: &Value, most: usize) -> Result<usize, Failure> {
    match &index.data {
        Data::Int { value, .. } => match usize::try_from(*value) {
            Ok(at) if at <= most => Ok(at),
            _ => Err(format!("index out of range: {value}").into()),
        },
        Data::Nil => Err("cannot index slice/array with nil".into()),
        _ => Err(format!("cannot index slice/array with type {}", index.type_name()).into()),
    }
}

fn index(arguments: &[Held]) -> Done {
    let Some((item, indexes)) = arguments.split_first() else { return Ok(Held::nothing()) };
    let mut item = item.clone().unboxed();
    if item.is_nothing() {
        return Err("index of untyped nil".into());
    }
    for index in indexes {
        let mut next = index_one(&item, &index.value)?;
        if next.value.marks.is_empty() && !next.value.is_nil() {
            next.value.marks = item.value.marks.clone();
        }
        item = next;
    }
    Ok(item)
}

fn index_one(item: &Held, index: &Value) -> Done {
    let value = &item.value;
    match &value.data {
        Data::Nil | Data::NilPointer(_) => return Err("index of nil pointer".into()),
        Data::Text(text) => return byte(text.bytes(), index, "string"),
        Data::Bytes(bytes) => return byte(bytes, index, "slice"),
        Data::Map(map) => return Ok(entry(map, key(index)?)),
        Data::Object(object) if object.kind() == ObjectKind::Map => {
            return Ok(object.field(key(index)?).unwrap_or_else(Value::nil).into());
        }
        _ => {}
    }
    let Some(list) = as_slice(value) else {
        return Err(format!("can't index item of type {}", pointed(value)).into());
    };
    let at = position(index, list.items().len())?;
    let Some(found) = list.items().get(at) else { return Err("reflect: slice index out of range".into()) };
    Ok(element(found.clone(), list.element()))
}

fn byte(bytes: &[u8], index: &Value, kind: &str) -> Done {
    match bytes.get(position(index, bytes.len())?) {
        Some(byte) => Ok(Value::int_of(IntKind::Uint8, i64::from(*byte)).into()),
        None => Err(format!("reflect: {kind} index out of range").into()),
    }
}

fn key(index: &Value) -> Result<&str, Failure> {
    match &index.data {
        Data::Text(text) => Ok(text),
        Data::Nil => Err("value is nil; should be of type string".into()),
        _ => Err(format!("value has type {}; should be string", index.type_name()).into()),
    }
}

fn slice(arguments: &[Held]) -> Done {
    let Some((item, indexes)) = arguments.split_first() else { return Ok(Held::nothing()) };
    let value = &item.value;
    let list = if let Data::Bytes(_) = &value.data { None } else { as_slice(value) };
    let length = match (&value.data, &list) {
        (Data::Nil, _) => return Err("slice of untyped nil".into()),
        (Data::NilPointer(_), _) => return Err("slice of nil pointer".into()),
        _ if indexes.len() > 3 => return Err(format!("too many slice indexes: {}", indexes.len()).into()),
        (Data::Text(_), _) if indexes.len() == 3 => return Err("cannot 3-index slice a string".into()),
        (Data::Text(text), _) => text.bytes().len(),
        (Data::Bytes(bytes), _) => bytes.len(),
        (_, Some(list)) => list.items().len(),
        _ => return Err(format!("can't slice item of type {}", pointed(value)).into()),
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        // Go looks into interfaces in `index`, but not here.
        if index.is_boxed {
            return Err("cannot index slice/array with type interface {}".into());
        }
        *bound = position(&index.value, length)?;
    }
    let [from, to, most] = bounds;
    for (low, high) in [(from, to), (to, most)] {
        if low > high {
            return Err(format!("invalid slice index: {low} > {high}").into());
        }
    }
    let part: Value = match (&value.data, list) {
        (Data::Text(text), _) if text.raw().is_none() && text.is_char_boundary(from) && text.is_char_boundary(to) => {
            Value::text(text.slice(from..to))
        }
        (Data::Text(text), _) => Value::text(Text::from_bytes(&text.bytes()[from..to])),
        (Data::Bytes(bytes), _) => Data::Bytes(bytes[from..to].into()).into(),
        (_, Some(list)) => Data::List(List::of(list.element(), list.items()[from..to].to_vec())).into(),
        _ => Value::nil(),
    };
    Ok(part.into())
}

/// `call f a b`
fn call(cx: &mut Context<'_>, arguments: &[Held], name: &str) -> Done {
    let Some((called, arguments)) = arguments.split_first() else { return Ok(Held::nothing()) };
    let function: Function = match &called.value.data {
        Data::Nil => return Err("call of nil".into()),
        Data::Function(function) => *function,
        _ => return Err(format!("non-function {name} of type {}", called.value.type_name()).into()),
    };
    let (want, got) = (function.params.len(), arguments.len());
    if function.rest.is_some() && got < want {
        return Err(format!("wrong number of args for {name}: got {got} want at least {want}").into());
    }
    if function.rest.is_none() && got != want {
        return Err(format!("wrong number of args for {name}: got {got} want {want}").into());
    }
    let mut values = Vec::with_capacity(got);
    for (index, argument) in arguments.iter().enumerate() {
        let wanted = function.params.get(index).copied().or(function.rest).unwrap_or(Type::Any);
        let value = prepared(&argument.value, wanted);
        values.push(value.map_err(|failure| failure.context(&format!("arg {index}: ")))?);
    }
    Ok(Held::boxed((function.call)(cx, &values)?))
}

/// The value for a parameter; integers of all types fit each other.
fn prepared(value: &Value, wanted: Type) -> Result<Value, Failure> {
    let to = match wanted {
        Type::Int => Some(IntKind::Int),
        Type::Int64 => Some(IntKind::Int64),
        Type::Uint32 => Some(IntKind::Uint32),
        _ => None,
    };
    if let (Some(kind), Data::Int { value: bits, .. }) = (to, &value.data) {
        return Ok(Value::int_of(kind, *bits).with_marks(value.marks.clone()));
    }
    if is_assignable(value, wanted) {
        return Ok(assigned(value.clone().into(), wanted).value);
    }
    if value.is_nil() {
        return Err(format!("value is nil; should be of type {}", wanted.name()).into());
    }
    Err(format!("value has type {}; should be {}", value.type_name(), wanted.name()).into())
}
