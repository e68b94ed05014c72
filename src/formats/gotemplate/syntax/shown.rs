//! How messages show parts of a tree.

use std::fmt;

use crate::syntax::node::{Arena, Call, Command, Extent, Operand, OperandKind, Pipe, Source};

/// A part of the tree of a text.
pub(crate) struct Shown<'s, T> {
    pub(crate) text: &'s str,
    pub(crate) arena: &'s Arena,
    pub(crate) part: &'s T,
}

impl Source {
    /// A part of the tree, ready to be printed in a message.
    pub(crate) fn show<'s, T>(&'s self, part: &'s T) -> Shown<'s, T> {
        Shown { text: &self.text, arena: &self.arena, part }
    }
}

impl<'s, T> Shown<'s, T> {
    fn other<U>(&self, part: &'s U) -> Shown<'s, U> {
        Shown { text: self.text, arena: self.arena, part }
    }

    fn word(&self, extent: Extent) -> &'s str {
        extent.of(self.text)
    }

    /// In parentheses, if it is a pipeline.
    fn operand(&self, f: &mut fmt::Formatter<'_>, operand: &'s Operand) -> fmt::Result {
        match &operand.kind {
            OperandKind::Pipe(pipe) => write!(f, "({})", self.other(&self.arena.pipes[*pipe])),
            _ => write!(f, "{}", self.other(operand)),
        }
    }
}

impl fmt::Display for Shown<'_, Pipe> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let declared = &self.arena.declared[self.part.declared];
        for (index, name) in declared.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(self.word(*name))?;
        }
        if !declared.is_empty() {
            f.write_str(if self.part.is_assign { " = " } else { " := " })?;
        }
        for (index, command) in self.arena.commands[self.part.commands].iter().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            self.other(command).fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Shown<'_, Command> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, argument) in self.arena.operands[self.part.arguments].iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            self.operand(f, argument)?;
        }
        Ok(())
    }
}

impl fmt::Display for Shown<'_, Operand> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part.kind {
            OperandKind::Bool(value) => write!(f, "{value}"),
            OperandKind::Dot => f.write_str("."),
            OperandKind::Nil => f.write_str("nil"),
            OperandKind::Number(number) => f.write_str(self.word(self.arena.numbers[number].written)),
            OperandKind::Constant(constant) => f.write_str(self.word(self.arena.constants[constant].written)),
            OperandKind::Text(extent) | OperandKind::Field(extent) => f.write_str(self.word(extent)),
            OperandKind::Variable { name, fields } => {
                f.write_str(self.word(name)).and_then(|()| f.write_str(self.word(fields)))
            }
            OperandKind::Chain { inner, fields } => {
                self.operand(f, &self.arena.inner[inner])?;
                f.write_str(self.word(fields))
            }
            OperandKind::Function { name, .. } => f.write_str(self.word(name)),
            OperandKind::Pipe(pipe) => self.other(&self.arena.pipes[pipe]).fmt(f),
        }
    }
}

impl fmt::Display for Shown<'_, Call> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{template {}", seatrial_golang::quote::quote(&self.part.name))?;
        if let Some(pipe) = &self.part.pipe {
            write!(f, " {}", self.other(pipe))?;
        }
        f.write_str("}}")
    }
}
