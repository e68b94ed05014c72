//! The parsed template. Trees are shared by threads: what they hold is `Arc`.

use std::fmt;
use std::sync::Arc;

use crate::builtins::Builtin;
use crate::{Function, Place};

/// One template of a text.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Arc<str>,
    pub(crate) source: Arc<Source>,
    pub(crate) root: Block,
}

impl Tree {
    /// Whether there is nothing but space in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.root.iter().all(|node| match node {
            Node::Text { start, end } => self.source.text[*start as usize..*end as usize].trim().is_empty(),
            _ => false,
        })
    }
}

/// The text that was parsed.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) number: u32,
    pub(crate) text: Arc<str>,
}

impl Source {
    /// `NAME:LINE:COLUMN`, as Go counts them: the column in bytes, from zero.
    pub(crate) fn location(&self, pos: u32) -> String {
        let before = &self.text.as_bytes()[..pos as usize];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        let column = before.iter().rposition(|b| *b == b'\n').map_or(before.len(), |at| before.len() - at - 1);
        format!("{}:{line}:{column}", self.name)
    }

    pub(crate) fn place(&self, extent: (u32, u32), is_literal: bool) -> Place {
        Place { source: self.number, start: extent.0, end: extent.1, is_literal }
    }
}

pub(crate) type Block = Vec<Node>;

/// First byte of an action, and the byte behind it.
pub(crate) type Extent = (u32, u32);

#[derive(Debug)]
pub(crate) enum Node {
    /// Text outside of actions, without what is trimmed.
    Text {
        start: u32,
        end: u32,
    },
    Action {
        extent: Extent,
        pipe: Pipe,
    },
    Branch(Box<Branch>),
    Range(Box<Range>),
    Template(Box<Call>),
    Break,
    Continue,
}

/// `if` and `with`, with all their `else if`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) is_with: bool,
    pub(crate) arms: Vec<Arm>,
    pub(crate) otherwise: Option<Block>,
}

#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) extent: Extent,
    pub(crate) pipe: Pipe,
    pub(crate) body: Block,
}

#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) extent: Extent,
    pub(crate) pipe: Pipe,
    pub(crate) body: Block,
    pub(crate) otherwise: Option<Block>,
}

/// `{{template "name" pipeline}}`
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) pos: u32,
    pub(crate) extent: Extent,
    pub(crate) name: Arc<str>,
    pub(crate) pipe: Option<Pipe>,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: u32,
    pub(crate) is_assign: bool,
    pub(crate) declared: Vec<Arc<str>>,
    pub(crate) commands: Vec<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: u32,
    /// Never empty: the first says what to do.
    pub(crate) arguments: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) pos: u32,
    pub(crate) kind: OperandKind,
}

#[derive(Debug)]
pub(crate) enum OperandKind {
    Bool(bool),
    Dot,
    Nil,
    Number(Box<Number>),
    Text(Box<Constant>),
    Field(Vec<Arc<str>>),
    Variable(Arc<str>, Vec<Arc<str>>),
    Chain(Box<Operand>, Vec<Arc<str>>),
    Function(Arc<str>, Target),
    Pipe(Box<Pipe>),
}

/// What an identifier calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Builtin(Builtin),
    Given(Function),
}

/// A string, as written and as meant.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) written: Arc<str>,
    pub(crate) text: Arc<str>,
    /// Where the bytes are not UTF-8.
    pub(crate) raw: Option<Arc<[u8]>>,
}

/// A number: all types that it can have.
#[derive(Debug, Default)]
pub(crate) struct Number {
    pub(crate) written: String,
    pub(crate) int: Option<i64>,
    pub(crate) unsigned: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) is_complex: bool,
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.declared.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name)?;
        }
        if !self.declared.is_empty() {
            f.write_str(if self.is_assign { " = " } else { " := " })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            command.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, argument) in self.arguments.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match &argument.kind {
                OperandKind::Pipe(pipe) => write!(f, "({pipe})")?,
                _ => argument.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |f: &mut fmt::Formatter<'_>, names: &[Arc<str>]| {
            names.iter().try_for_each(|name| f.write_str(".").and_then(|()| f.write_str(name)))
        };
        match &self.kind {
            OperandKind::Bool(value) => write!(f, "{value}"),
            OperandKind::Dot => f.write_str("."),
            OperandKind::Nil => f.write_str("nil"),
            OperandKind::Number(number) => f.write_str(&number.written),
            OperandKind::Text(constant) => f.write_str(&constant.written),
            OperandKind::Field(names) => fields(f, names),
            OperandKind::Variable(name, names) => f.write_str(name).and_then(|()| fields(f, names)),
            OperandKind::Chain(inner, names) => {
                match &inner.kind {
                    OperandKind::Pipe(pipe) => write!(f, "({pipe})")?,
                    _ => inner.fmt(f)?,
                }
                fields(f, names)
            }
            OperandKind::Function(name, _) => f.write_str(name),
            OperandKind::Pipe(pipe) => pipe.fmt(f),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{template {}", seatrial_golang::quote::quote(&self.name))?;
        if let Some(pipe) = &self.pipe {
            write!(f, " {pipe}")?;
        }
        f.write_str("}}")
    }
}
