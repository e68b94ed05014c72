//! Calls: number and types of arguments are checked as Go's reflection checks them.

use crate::run::exec::{At, Exec, State};
use crate::syntax::builtin::Builtin;
use crate::syntax::node::{Operand, OperandKind};
use crate::texts::marks::Marks;
use crate::texts::text::Text;
use crate::values::context::Context;
use crate::values::error::Failure;
use crate::values::function::{Function, Type};
use crate::values::held::Held;
use crate::values::list::{Element, List};
use crate::values::map::{Map, MapKind};
use crate::values::value::{Data, IntKind, Value};

/// What is called.
pub(crate) enum Callee<'f> {
    Builtin(Builtin),
    Given(&'f Function),
    /// A method and what it is called on.
    Method(&'f Function, Value),
}

/// The type of a parameter: `None` is a `reflect.Value`, which can be anything.
pub(crate) type Parameter = Option<Type>;

impl Callee<'_> {
    fn parameters(&self) -> (usize, bool) {
        match self {
            Self::Builtin(builtin) => (builtin.fixed(), builtin.is_variadic()),
            Self::Given(function) | Self::Method(function, _) => (function.params.len(), function.rest.is_some()),
        }
    }

    fn parameter(&self, index: usize) -> Parameter {
        match self {
            Self::Builtin(builtin) => builtin.parameter(index),
            Self::Given(function) | Self::Method(function, _) => {
                function.params.get(index).copied().or(function.rest).or(Some(Type::Any))
            }
        }
    }

    fn is_passing(&self) -> bool {
        match self {
            Self::Builtin(builtin) => builtin.is_passing(),
            Self::Given(function) | Self::Method(function, _) => function.is_passing,
        }
    }
}

/// Whether nil can stand for a value of the type.
fn can_be_nil(parameter: Parameter) -> bool {
    match parameter {
        None => true,
        Some(Type::Object(name)) => name.starts_with('*'),
        Some(parameter) => {
            matches!(parameter, Type::Any | Type::List | Type::Map | Type::Texts | Type::TextMap | Type::Bytes)
        }
    }
}

/// The zero value of a type that can be nil.
fn zero(parameter: Parameter) -> Held {
    let list = |element| Held::from(Value::from(Data::List(List::nil(element))));
    match parameter {
        Some(Type::List) => list(Element::Any),
        Some(Type::Texts) => list(Element::Text),
        Some(Type::Bytes) => Value::from(Data::Bytes([].into())).into(),
        Some(Type::Map) => Value::map(Map::nil(MapKind::Any)).into(),
        Some(Type::TextMap) => Value::map(Map::nil(MapKind::Texts)).into(),
        Some(Type::Object(name)) => Value::from(Data::NilPointer(name)).into(),
        Some(Type::Any) => Held::boxed(Value::nil()),
        _ => Held::nothing(),
    }
}

/// Whether Go assigns a value of this type to the parameter.
pub(crate) fn is_assignable(value: &Value, parameter: Type) -> bool {
    match (parameter, &value.data) {
        (Type::Any, _) | (Type::Text, Data::Text(_)) | (Type::Float, Data::Float(_)) => true,
        (Type::Bool, Data::Bool(_)) | (Type::Bytes, Data::Bytes(_)) => true,
        (Type::Int, Data::Int { kind, .. }) => *kind == IntKind::Int,
        (Type::Int64, Data::Int { kind, .. }) => *kind == IntKind::Int64,
        (Type::Uint32, Data::Int { kind, .. }) => *kind == IntKind::Uint32,
        (Type::List, Data::List(list)) => list.element() == Element::Any,
        (Type::Texts, Data::List(list)) => list.element() == Element::Text,
        (Type::Map, Data::Map(map)) => map.kind() != MapKind::Texts,
        (Type::TextMap, Data::Map(map)) => map.kind() == MapKind::Texts,
        (Type::Object(name), Data::Object(object)) => {
            object.type_name() == name || object.type_name().strip_prefix('*') == Some(name)
        }
        (Type::Object(name), Data::NilPointer(pointer)) => *pointer == name,
        _ => false,
    }
}

/// The steps that a function takes at least which looks at the whole argument.
fn weight(value: &Value) -> u64 {
    let size = match &value.data {
        Data::Text(text) => text.len() / 256,
        Data::Bytes(bytes) => bytes.len() / 256,
        Data::List(list) => list.items().len() / 16,
        Data::Map(map) => map.len() / 16,
        _ => 0,
    };
    size as u64
}

/// The value with the type of the parameter: a named map becomes a plain one, and stays the same map.
pub(crate) fn assigned(mut held: Held, parameter: Type) -> Held {
    if let (Type::Map, Data::Map(map)) = (parameter, &held.value.data)
        && map.kind() != MapKind::Any
    {
        held.value.data = Data::Map(map.with_kind(MapKind::Any));
    }
    held
}

/// The marks that the result of a call takes from the arguments: none where it knows itself where it is from.
fn marks_for<'v>(result: &Result<Held, Failure>, arguments: impl Iterator<Item = &'v Value>) -> Marks {
    let knows = |value: &Value| !value.marks.is_empty() || value.as_text().is_some_and(|t| !t.pieces().is_empty());
    if result.as_ref().is_ok_and(|held| knows(&held.value)) {
        return Marks::NONE;
    }
    arguments.fold(Marks::NONE, |all, value| all.union(&value.known_marks()))
}

impl<'t> State<'t> {
    #[allow(clippy::too_many_arguments, reason = "what Go's evalCall has")]
    pub(crate) fn call(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        callee: &Callee<'_>,
        node: At<'t>,
        name: &str,
        arguments: &'t [Operand],
        last: Option<Held>,
    ) -> Exec<Held> {
        self.step(cx)?;
        let given = arguments.len() + usize::from(last.is_some());
        let (fixed, is_variadic) = callee.parameters();
        if is_variadic && given < fixed {
            let got = arguments.len();
            return self.fault(format!("wrong number of args for {name}: want at least {fixed} got {got}"));
        }
        if !is_variadic && given != fixed {
            return self.fault(format!("wrong number of args for {name}: want {fixed} got {given}"));
        }
        if let Callee::Builtin(builtin @ (Builtin::And | Builtin::Or)) = callee {
            return self.and_or(cx, dot, *builtin == Builtin::Or, arguments, last);
        }
        let is_passing = callee.is_passing();
        let (result, all) = match callee {
            Callee::Builtin(builtin) => {
                let builtin = *builtin;
                let mut held = Vec::with_capacity(given);
                self.arguments(cx, dot, callee, arguments, last, &mut |argument| held.push(argument))?;
                self.account(cx, is_passing, || held.iter().map(|argument| &argument.value))?;
                let called = arguments.first().filter(|_| builtin == Builtin::Call);
                let called = called.map(|first| self.tree.source.show(first).to_string());
                let result = builtin.run(cx, &held, called);
                let all = marks_for(&result, held.iter().map(|argument| &argument.value));
                (result, all)
            }
            Callee::Given(function) => {
                let mut values = Vec::with_capacity(given);
                self.arguments(cx, dot, callee, arguments, last, &mut |argument| values.push(argument.value))?;
                self.account(cx, is_passing, || values.iter())?;
                // Go's static type is not known; it matters for nil alone.
                let boxed = |value: Value| Held { is_boxed: value.is_nil(), value };
                let result = (function.call)(cx, &values).map(boxed);
                let all = marks_for(&result, values.iter());
                (result, all)
            }
            Callee::Method(function, receiver) => {
                let mut values = Vec::with_capacity(given + 1);
                values.push(receiver.clone());
                self.arguments(cx, dot, callee, arguments, last, &mut |argument| values.push(argument.value))?;
                self.account(cx, is_passing, || values[1..].iter())?;
                let result = (function.call)(cx, &values).map(Held::from);
                let all = marks_for(&result, values[1..].iter());
                (result, all)
            }
        };
        match result {
            Ok(mut result) => {
                if !all.is_empty() {
                    result.value.marks = all;
                }
                Ok(result)
            }
            Err(failure) => Err(self.failed_call(node, name, failure, all)),
        }
    }

    /// The arguments, each as a value of its parameter's type.
    #[allow(clippy::too_many_arguments, reason = "what a call has, and where its arguments go")]
    fn arguments(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        callee: &Callee<'_>,
        arguments: &'t [Operand],
        last: Option<Held>,
        take: &mut impl FnMut(Held),
    ) -> Exec<()> {
        for (index, argument) in arguments.iter().enumerate() {
            take(self.argument(cx, dot, Some(callee.parameter(index)), argument)?);
        }
        if let Some(last) = last {
            take(self.validated(last, callee.parameter(arguments.len()))?);
        }
        Ok(())
    }

    /// Takes the arguments from the budget, and notes that they are read.
    fn account<'v, I: Iterator<Item = &'v Value>>(
        &self,
        cx: &mut Context<'_>,
        is_passing: bool,
        values: impl Fn() -> I,
    ) -> Exec<()> {
        cx.spend(values().map(weight).sum()).map_err(|failure| self.failure(failure))?;
        let reads = if is_passing { &mut cx.reads.passed } else { &mut cx.reads.used };
        values().for_each(|value| reads.add(&value.marks));
        Ok(())
    }

    fn failed_call(
        &mut self,
        node: At<'t>,
        name: &str,
        mut failure: Failure,
        all: Marks,
    ) -> Box<crate::values::error::ExecError> {
        self.at = node;
        let reason = failure.message.clone();
        if failure.marks.is_empty() && !failure.is_of_template {
            failure.marks = all;
        }
        let has_cause = failure.cause.is_some();
        let mut error = self.failure(failure.context(&format!("error calling {name}: ")));
        if !has_cause {
            error.reason = reason;
        }
        error
    }

    /// The first that decides, or the last. What is behind it is not evaluated.
    fn and_or(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        is_or: bool,
        arguments: &'t [Operand],
        last: Option<Held>,
    ) -> Exec<Held> {
        let mut value = Held::nothing();
        for argument in arguments {
            value = self.argument(cx, dot, Some(None), argument)?;
            cx.reads.passed.add(&value.value.marks);
            if value.value.is_true() == is_or {
                return Ok(value);
            }
        }
        match last {
            Some(last) => self.validated(last, None),
            None => Ok(value),
        }
    }

    /// The value, as a value of the parameter's type.
    fn validated(&self, held: Held, parameter: Parameter) -> Exec<Held> {
        if held.is_nothing() {
            if can_be_nil(parameter) {
                return Ok(zero(parameter));
            }
            let wanted = parameter.map_or("reflect.Value", Type::name);
            return self.fail(format!("invalid value; expected {wanted}"), &held.value.marks);
        }
        let Some(wanted) = parameter else { return Ok(held) };
        if wanted == Type::Any {
            return Ok(held);
        }
        if held.is_nil_interface() || !is_assignable(&held.value, wanted) {
            let got = if held.is_nil_interface() { held.type_name() } else { held.value.type_name() };
            let message = format!("wrong type for value; expected {}; got {got}", wanted.name());
            return self.fail(message, &held.value.marks);
        }
        Ok(assigned(held.unboxed(), wanted))
    }

    /// An argument. `wanted` is `None` where any type will do, as before a field.
    pub(crate) fn argument(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        wanted: Option<Parameter>,
        operand: &'t Operand,
    ) -> Exec<Held> {
        self.at = At::Operand(operand);
        let value = match operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil => {
                let parameter = wanted.unwrap_or_default();
                if can_be_nil(parameter) {
                    return Ok(zero(parameter));
                }
                let name = parameter.map_or("reflect.Value", Type::name);
                return self.fail(format!("cannot assign nil to {name}"), &Marks::NONE);
            }
            OperandKind::Field(fields) => self.fields(cx, dot, dot.clone(), operand, fields, &[], None)?,
            OperandKind::Variable { name, fields } => {
                let value = self.variable(self.word(name))?;
                self.fields(cx, dot, value, operand, fields, &[], None)?
            }
            OperandKind::Pipe(pipe) => self.pipeline(cx, dot, &self.arena().pipes[pipe])?,
            OperandKind::Function { name, target } => {
                let callee = Callee::of(target, cx);
                self.call(cx, dot, &callee, At::Operand(operand), self.word(name), &[], None)?
            }
            OperandKind::Chain { inner, fields } => self.chain(cx, dot, operand, inner, fields, &[], None)?,
            _ => return self.literal_argument(wanted.unwrap_or_default(), operand),
        };
        match wanted {
            Some(parameter) => self.validated(value, parameter),
            None => Ok(value),
        }
    }

    /// The string that an operand is, if it is one.
    fn constant(&self, operand: &Operand) -> Option<Value> {
        if let OperandKind::Constant(constant) = operand.kind
            && let Some(raw) = &self.arena().constants[constant].raw
        {
            return Some(Value::text(Text::from_bytes(raw)));
        }
        self.tree.source.constant(operand).map(Value::text)
    }

    /// A bool, number, or string, where this is wanted.
    pub(crate) fn literal_argument(&self, wanted: Parameter, operand: &'t Operand) -> Exec<Held> {
        let operand_shown = || self.tree.source.show(operand);
        let expected = |what: &str| self.fail(format!("expected {what}; found {}", operand_shown()), &Marks::NONE);
        let number = match operand.kind {
            OperandKind::Number(number) => Some(&self.arena().numbers[number]),
            _ => None,
        };
        let truth = if let OperandKind::Bool(value) = operand.kind { Some(value) } else { None };
        match wanted {
            None | Some(Type::Any) => {
                if let Some(number) = number {
                    return self.ideal(number);
                }
                match truth.map(Value::bool).or_else(|| self.constant(operand)) {
                    Some(value) => Ok(value.into()),
                    None => {
                        let shown = operand_shown();
                        let message = format!("can't handle assignment of {shown} to empty interface argument");
                        self.fail(message, &Marks::NONE)
                    }
                }
            }
            Some(Type::Bool) => truth.map_or_else(|| expected("bool"), |value| Ok(Value::bool(value).into())),
            Some(Type::Text) => self.constant(operand).map_or_else(|| expected("string"), |value| Ok(value.into())),
            Some(Type::Float) => match number.and_then(|number| number.float) {
                Some(float) => Ok(Value::float(float).into()),
                None => expected("float"),
            },
            Some(kind @ (Type::Int | Type::Int64)) => match number.and_then(|number| number.int) {
                Some(int) => {
                    let kind = if kind == Type::Int { IntKind::Int } else { IntKind::Int64 };
                    Ok(Value::int_of(kind, int).into())
                }
                None => expected("integer"),
            },
            Some(Type::Uint32) => match number.and_then(|number| number.unsigned) {
                Some(value) => Ok(Value::int_of(IntKind::Uint32, (value & 0xffff_ffff).cast_signed()).into()),
                None => expected("unsigned integer"),
            },
            Some(other) => {
                let message = format!("can't handle {} for arg of type {}", operand_shown(), other.name());
                self.fail(message, &Marks::NONE)
            }
        }
    }
}
