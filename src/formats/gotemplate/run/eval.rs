//! Pipelines, commands and fields → values.

use seatrial_golang::quote::quote;

use crate::run::call::Callee;
use crate::run::exec::{At, Exec, State};
use crate::syntax::node::{Command, Extent, Number, Operand, OperandKind, Pipe, Target};
use crate::texts::marks::Marks;
use crate::values::context::Context;
use crate::values::error::Missing;
use crate::values::held::{Held, entry};
use crate::values::map::MapKind;
use crate::values::object::ObjectKind;
use crate::values::templates::MissingKey;
use crate::values::value::{Data, Value};

impl<'t> State<'t> {
    pub(crate) fn pipeline(&mut self, cx: &mut Context<'_>, dot: &Held, pipe: &'t Pipe) -> Exec<Held> {
        self.at = At::Pipe(pipe);
        let mut value = None;
        for command in &self.arena().commands[pipe.commands] {
            value = Some(self.command(cx, dot, command, value)?.unboxed());
        }
        let value = value.unwrap_or_else(Held::nothing);
        for name in &self.arena().declared[pipe.declared] {
            let name = self.word(*name);
            if pipe.is_assign {
                self.assign(name, value.clone())?;
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        Ok(value)
    }

    fn not_a_function(&self, arguments: &[Operand], last: Option<&Held>) -> Exec<()> {
        match arguments {
            [_] if last.is_none() => Ok(()),
            [first, ..] => {
                let first = self.tree.source.show(first);
                self.fault(format!("can't give argument to non-function {first}"))
            }
            [] => Ok(()),
        }
    }

    fn command(&mut self, cx: &mut Context<'_>, dot: &Held, command: &'t Command, last: Option<Held>) -> Exec<Held> {
        let arguments = &self.arena().operands[command.arguments];
        let first = &arguments[0];
        match first.kind {
            OperandKind::Field(fields) => {
                self.at = At::Operand(first);
                self.fields(cx, dot, dot.clone(), first, fields, &arguments[1..], last)
            }
            OperandKind::Chain { inner, fields } => self.chain(cx, dot, first, inner, fields, &arguments[1..], last),
            OperandKind::Function { name, target } => {
                self.at = At::Operand(first);
                let (callee, name) = (Callee::of(target, cx), self.word(name));
                self.call(cx, dot, &callee, At::Command(command), name, &arguments[1..], last)
            }
            OperandKind::Pipe(pipe) => {
                self.not_a_function(arguments, last.as_ref())?;
                self.pipeline(cx, dot, &self.arena().pipes[pipe])
            }
            OperandKind::Variable { name, fields } => {
                self.at = At::Operand(first);
                let value = self.variable(self.word(name))?;
                if fields.is_empty() {
                    self.not_a_function(arguments, last.as_ref())?;
                    return Ok(value);
                }
                self.fields(cx, dot, value, first, fields, &arguments[1..], last)
            }
            _ => {
                self.at = At::Operand(first);
                self.not_a_function(arguments, last.as_ref())?;
                match first.kind {
                    OperandKind::Dot => Ok(dot.clone()),
                    OperandKind::Nil => self.fail("nil is not a command", &Marks::NONE),
                    _ => self.literal_argument(None, first),
                }
            }
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Exec<Held> {
        match self.variables.iter().rev().find(|variable| variable.0 == name) {
            Some(variable) => Ok(variable.1.clone()),
            None => self.fault(format!("undefined variable: {name}")),
        }
    }

    /// A number where nothing says which type it should have.
    pub(crate) fn ideal(&self, number: &Number) -> Exec<Held> {
        let written = self.word(number.written);
        if number.is_complex {
            return self.fail(format!("complex numbers are not supported: {written}"), &Marks::NONE);
        }
        let is_hexadecimal = written.len() > 2
            && (written.starts_with("0x") || written.starts_with("0X"))
            && !written.contains(['p', 'P']);
        if let Some(float) = number.float
            && !is_hexadecimal
            && !written.starts_with('\'')
            && written.contains(['.', 'e', 'E', 'p', 'P'])
        {
            return Ok(Value::float(float).into());
        }
        match number.int {
            Some(int) => Ok(Value::int(int).into()),
            None => self.fail(format!("{written} overflows int"), &Marks::NONE),
        }
    }

    /// `(pipeline).a.b`
    #[allow(clippy::too_many_arguments, reason = "what Go's evalChainNode has")]
    pub(crate) fn chain(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        node: &'t Operand,
        inner: u32,
        fields: Extent,
        arguments: &'t [Operand],
        last: Option<Held>,
    ) -> Exec<Held> {
        self.at = At::Operand(node);
        let value = self.argument(cx, dot, None, &self.arena().inner[inner])?;
        self.fields(cx, dot, value, node, fields, arguments, last)
    }

    /// `.a.b.c`: the last may be a method, which then gets the arguments.
    #[allow(clippy::too_many_arguments, reason = "what Go's evalFieldChain has")]
    pub(crate) fn fields(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        receiver: Held,
        node: &'t Operand,
        fields: Extent,
        arguments: &'t [Operand],
        last: Option<Held>,
    ) -> Exec<Held> {
        let mut receiver = receiver;
        let Some(fields) = self.word(fields).strip_prefix('.') else { return Ok(receiver) };
        // The last value on the way that is known to be from somewhere.
        let mut blame = receiver.value.marks.clone();
        let mut rest = fields;
        while let Some(end) = rest.bytes().position(|byte| byte == b'.') {
            let name = &rest[..end];
            rest = &rest[end + 1..];
            cx.reads.passed.add(&receiver.value.marks);
            receiver = self.field(cx, dot, name, node, &[], None, &receiver, &blame)?;
            if !receiver.value.marks.is_empty() {
                blame = receiver.value.marks.clone();
            }
        }
        cx.reads.passed.add(&receiver.value.marks);
        self.field(cx, dot, rest, node, arguments, last, &receiver, &blame)
    }

    #[allow(clippy::too_many_arguments, reason = "what Go's evalField has")]
    fn field(
        &mut self,
        cx: &mut Context<'_>,
        dot: &Held,
        name: &'t str,
        node: &'t Operand,
        arguments: &'t [Operand],
        last: Option<Held>,
        receiver: &Held,
        blame: &Marks,
    ) -> Exec<Held> {
        let missing_key = cx.templates.missing_key;
        if receiver.is_nothing() {
            if missing_key == MissingKey::Error {
                return self.fail(format!("nil data; no entry for key {}", quote(name)), blame);
            }
            return Ok(Held::nothing());
        }
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &receiver.value.data {
            Data::Nil | Data::NilPointer(_) => {
                let message = format!("nil pointer evaluating {}.{name}", receiver.type_name());
                // What no value can be is missing in what the template itself made.
                return if blame.is_empty() { self.fault(message) } else { self.fail(message, blame) };
            }
            Data::Map(map) => {
                if let MapKind::Named(kind) = map.kind()
                    && let Some(method) = cx.templates.method(kind, name)
                {
                    let callee = Callee::Method(method, receiver.value.clone());
                    return self.call(cx, dot, &callee, At::Operand(node), name, arguments, last);
                }
                if has_arguments {
                    return self.fail(format!("{name} is not a method but has arguments"), blame);
                }
                if missing_key != MissingKey::Zero && !map.contains(name) {
                    return match missing_key {
                        MissingKey::Error => self.fail(format!("map has no entry for key {}", quote(name)), blame),
                        _ => Ok(Held::nothing()),
                    };
                }
                let found = entry(map, name);
                if found.value.marks.is_empty() && found.value.is_nil() && !map.contains(name) {
                    cx.missing = Some(Missing { key: name.into(), map: map.clone(), marks: blame.clone() });
                }
                return Ok(found);
            }
            Data::Object(object) => {
                if let Some(method) = object.methods().iter().find(|method| method.name == name) {
                    let callee = Callee::Method(method, receiver.value.clone());
                    return self.call(cx, dot, &callee, At::Operand(node), name, arguments, last);
                }
                let field = object.field(name);
                let is_map = object.kind() == ObjectKind::Map;
                if has_arguments && (is_map || field.is_some()) {
                    let message = if is_map {
                        format!("{name} is not a method but has arguments")
                    } else {
                        format!("{name} has arguments but cannot be invoked as function")
                    };
                    return self.fail(message, blame);
                }
                match field {
                    Some(field) => return Ok(field.into()),
                    None if is_map => return Ok(Held::boxed(Value::nil())),
                    None => {}
                }
            }
            _ => {}
        }
        self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name()), blame)
    }
}

impl<'f> Callee<'f> {
    pub(crate) fn of(target: Target, cx: &Context<'f>) -> Self {
        match target {
            Target::Builtin(builtin) => Self::Builtin(builtin),
            Target::Given(number) => Self::Given(cx.templates.functions.get(number)),
        }
    }
}
