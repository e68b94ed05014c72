//! The parsed template. Trees are shared by threads.
//!
//! Each text has one [`Arena`], in which parts that belong together lie next to each other; names are stretches of the text. So it takes few
//! allocations to read a text, and few to let it go.

use std::marker::PhantomData;
use std::ops::Index;
use std::sync::Arc;

use crate::syntax::builtin::Builtin;
use crate::texts::text::Place;

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
        self.source.arena.is_blank(self.root, &self.source.text)
    }
}

/// The text that was parsed.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) number: u32,
    pub(crate) text: Arc<str>,
    pub(crate) arena: Arena,
}

impl Source {
    /// `NAME:LINE:COLUMN`, as Go counts them: the column in bytes, from zero.
    pub(crate) fn location(&self, pos: u32) -> String {
        let before = &self.text.as_bytes()[..pos as usize];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        let column = before.iter().rposition(|b| *b == b'\n').map_or(before.len(), |at| before.len() - at - 1);
        format!("{}:{line}:{column}", self.name)
    }

    pub(crate) fn place(&self, extent: Extent, is_literal: bool) -> Place {
        Place { source: self.number, start: extent.start, end: extent.end, is_literal }
    }

    /// The part of the text that an extent names.
    pub(crate) fn word(&self, extent: Extent) -> &str {
        extent.of(&self.text)
    }

    /// The string that an operand is, if it is a string.
    pub(crate) fn constant(&self, operand: &Operand) -> Option<&str> {
        match operand.kind {
            OperandKind::Text(written) => Some(self.word(written.inside())),
            OperandKind::Constant(constant) => Some(&self.arena.constants[constant].text),
            _ => None,
        }
    }
}

/// A stretch of the text: its first byte, and the byte behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Extent {
    pub(crate) fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// A string without its quotes.
    pub(crate) fn inside(self) -> Self {
        Self { start: self.start + 1, end: self.end - 1 }
    }
}

/// The names in fields: of `.a.b`, `a` and `b`.
pub(crate) fn names(fields: &str) -> impl DoubleEndedIterator<Item = &str> {
    let fields = fields.strip_prefix('.');
    fields.into_iter().flat_map(|fields| fields.split('.'))
}

/// Parts that lie next to each other in a row of an arena.
#[derive(Debug)]
pub(crate) struct Run<T> {
    from: u32,
    to: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Run<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Run<T> {}

impl<T> Run<T> {
    pub(crate) fn is_empty(self) -> bool {
        self.from == self.to
    }

    pub(crate) fn len(self) -> usize {
        (self.to - self.from) as usize
    }
}

/// All parts of one kind in the trees of a text.
#[derive(Debug)]
pub(crate) struct Row<T>(Vec<T>);

impl<T> Default for Row<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a text is shorter than 4 GB, and has fewer parts than bytes")]
impl<T> Row<T> {
    pub(crate) fn with_room(room: usize) -> Self {
        Self(Vec::with_capacity(room))
    }

    /// Adds a part, and returns its number in the row.
    pub(crate) fn push(&mut self, part: T) -> u32 {
        self.0.push(part);
        self.0.len() as u32 - 1
    }

    /// Moves the parts from `since` on from the stack to the end of the row.
    pub(crate) fn take(&mut self, stack: &mut Vec<T>, since: usize) -> Run<T> {
        let from = self.0.len() as u32;
        self.0.extend(stack.drain(since..));
        Run { from, to: self.0.len() as u32, of: PhantomData }
    }
}

impl<T> Index<Run<T>> for Row<T> {
    type Output = [T];

    fn index(&self, run: Run<T>) -> &[T] {
        &self.0[run.from as usize..run.to as usize]
    }
}

impl<T> Index<u32> for Row<T> {
    type Output = T;

    fn index(&self, at: u32) -> &T {
        &self.0[at as usize]
    }
}

/// The rows for all parts of the trees of a text.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    pub(crate) nodes: Row<Node>,
    pub(crate) branches: Row<Branch>,
    pub(crate) arms: Row<Arm>,
    pub(crate) ranges: Row<Range>,
    pub(crate) calls: Row<Call>,
    /// Pipelines in parentheses.
    pub(crate) pipes: Row<Pipe>,
    pub(crate) declared: Row<Extent>,
    pub(crate) commands: Row<Command>,
    pub(crate) operands: Row<Operand>,
    /// Operands that fields are taken of: `(f)` in `(f).a`.
    pub(crate) inner: Row<Operand>,
    pub(crate) numbers: Row<Number>,
    pub(crate) constants: Row<Constant>,
}

impl Arena {
    /// Whether any pipeline declares or assigns a variable.
    pub(crate) fn declares(&self) -> bool {
        !self.declared.0.is_empty()
    }

    /// Whether there is nothing but space in a block of the text.
    pub(crate) fn is_blank(&self, block: Block, text: &str) -> bool {
        self.nodes[block].iter().all(|node| match node {
            Node::Text(extent) => extent.of(text).trim().is_empty(),
            _ => false,
        })
    }
}

pub(crate) type Block = Run<Node>;

/// A part of a block. A number says where in the row for its kind the part lies.
#[derive(Debug)]
pub(crate) enum Node {
    /// Text outside of actions, without what is trimmed.
    Text(Extent),
    Action {
        extent: Extent,
        pipe: Pipe,
    },
    Branch(u32),
    Range(u32),
    Template(u32),
    Break,
    Continue,
}

/// `if` and `with`, with all their `else if`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) is_with: bool,
    pub(crate) arms: Run<Arm>,
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
    pub(crate) declared: Run<Extent>,
    pub(crate) commands: Run<Command>,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: u32,
    /// Never empty: the first says what to do.
    pub(crate) arguments: Run<Operand>,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) pos: u32,
    pub(crate) kind: OperandKind,
}

/// What an operand is. A number says where in the row for its kind the rest of it lies. Fields are stretches of text like `.a.b`; behind a
/// variable they may be empty.
#[derive(Debug)]
pub(crate) enum OperandKind {
    Bool(bool),
    Dot,
    Nil,
    Number(u32),
    /// A string that means exactly what its quotes enclose.
    Text(Extent),
    Constant(u32),
    Field(Extent),
    Variable {
        name: Extent,
        fields: Extent,
    },
    Chain {
        inner: u32,
        fields: Extent,
    },
    Function {
        name: Extent,
        target: Target,
    },
    Pipe(u32),
}

/// What an identifier calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Builtin(Builtin),
    /// One of the functions that were given.
    Given(u16),
}

/// A string that means something other than what its quotes enclose.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) written: Extent,
    pub(crate) text: Box<str>,
    /// The bytes, where they are not UTF-8.
    pub(crate) raw: Option<Box<[u8]>>,
}

/// A number, as a value of each type that it can have.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) written: Extent,
    pub(crate) int: Option<i64>,
    pub(crate) unsigned: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) is_complex: bool,
}

impl Number {
    pub(crate) fn new(written: Extent) -> Self {
        Self { written, int: None, unsigned: None, float: None, is_complex: false }
    }
}
