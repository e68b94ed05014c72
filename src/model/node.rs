//! A value of a YAML tree: compact, persistent, with origin, style and comments. Parsing and printing live in `formats/yaml`,
//! changing it in `edit`, JSON and equality in `json`.
//!
//! Containers own their children together and share them, so a clone is a reference count and a change copies only the path to it.

mod edit;
mod entries;
mod json;
mod known;

use std::sync::Arc;

pub use entries::Entries;
pub use json::json_pointer;
pub use known::{Derivation, Fit, Known, Question, Shaped};

use crate::{Origin, Override, Span, Text};

/// One value.
#[derive(Clone, Debug)]
pub struct Node {
    value: Value,
    span: Span,
    kind: ScalarKind,
    style: Style,
    extra: Option<Arc<Extra>>,
}

/// What most nodes do not have, kept out of line.
#[derive(Clone, Debug, Default)]
struct Extra {
    comments: Comments,
    over: Option<Arc<Override>>,
    tag: Option<Text>,
}

/// The three shapes of a node.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar: its text, decoded (quotes and escapes gone), otherwise as written.
    Scalar(Text),
    /// A sequence.
    Sequence(Arc<[Node]>),
    /// A mapping, in the order written.
    Mapping(Entries),
}

/// What a scalar means in the dialect it was parsed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarKind {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean; the text is as written (`true`, `yes` in the YAML 1.1 dialect).
    Bool,
    /// An integer; the text is as written (`0x1F`, `1_000`).
    Integer,
    /// A floating-point number; the text is as written.
    Float,
    /// A date or a time; printed as written, a string in JSON.
    Timestamp,
    /// A string.
    String,
}

/// How a node was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// A plain scalar, or a block container.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// `[…]` or `{…}`
    Flow,
}

/// Comments beside a node, without `#`-stripping: each text starts with `#`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Lines above the node.
    pub head: Vec<Text>,
    /// Behind the node on its line.
    pub line: Option<Text>,
    /// Lines below the node, before the next one.
    pub foot: Vec<Text>,
}

impl Comments {
    /// No comment at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.line.is_none() && self.foot.is_empty()
    }
}

/// A key of a mapping. Kubernetes knows string keys only; other kinds keep the text as written.
#[derive(Clone, Debug)]
pub struct Key {
    /// The text, decoded.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
    /// What it would mean as a value (`1:`, `true:`): printing must quote by it.
    pub kind: ScalarKind,
    /// How it was written.
    pub style: Style,
}

/// One pair of a mapping. Comments above and beside an entry hang on its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

impl Key {
    /// A plain string key.
    #[must_use]
    pub fn new(text: impl Into<Text>, span: Span) -> Key {
        Key { text: text.into(), span, kind: ScalarKind::String, style: Style::Plain }
    }
}

impl Entry {
    /// A pair with a plain string key whose place is the value's.
    #[must_use]
    pub fn new(key: impl Into<Text>, value: Node) -> Entry {
        Entry { key: Key::new(key, value.span), value }
    }
}

impl Node {
    /// A node of any shape; `kind` counts for scalars only.
    #[must_use]
    pub fn new(value: Value, kind: ScalarKind, style: Style, origin: Origin) -> Node {
        let extra = origin.over.map(|over| Arc::new(Extra { over: Some(over), ..Extra::default() }));
        Node { value, span: origin.span, kind, style, extra }
    }

    /// A scalar.
    #[must_use]
    pub fn scalar(text: impl Into<Text>, kind: ScalarKind, style: Style, origin: impl Into<Origin>) -> Node {
        Node::new(Value::Scalar(text.into()), kind, style, origin.into())
    }

    /// A plain string scalar; the emitter quotes it where it must.
    #[must_use]
    pub fn string(text: impl Into<Text>, origin: impl Into<Origin>) -> Node {
        Node::scalar(text, ScalarKind::String, Style::Plain, origin)
    }

    /// A null.
    #[must_use]
    pub fn null(origin: impl Into<Origin>) -> Node {
        Node::scalar(Text::from_static("null"), ScalarKind::Null, Style::Plain, origin)
    }

    /// A block sequence.
    #[must_use]
    pub fn sequence(items: Vec<Node>, origin: impl Into<Origin>) -> Node {
        Node::new(Value::Sequence(items.into()), ScalarKind::Null, Style::Plain, origin.into())
    }

    /// A block mapping. Keys must be unique; whoever builds it sees to that.
    #[must_use]
    pub fn mapping(entries: Vec<Entry>, origin: impl Into<Origin>) -> Node {
        Node::new(Value::Mapping(entries.into()), ScalarKind::Null, Style::Plain, origin.into())
    }

    /// The shape and content.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What a scalar means; meaningless for containers.
    #[must_use]
    pub fn kind(&self) -> ScalarKind {
        self.kind
    }

    /// How it was written.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// The source bytes that set this value last.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The span and the chain behind it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin { span: self.span, over: self.extra.as_ref().and_then(|e| e.over.clone()) }
    }

    /// Whether it was set over something, or by anything but its own text.
    #[must_use]
    pub fn has_past(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.over.is_some())
    }

    /// Comments beside it, when there are any.
    #[must_use]
    pub fn comments(&self) -> Option<&Comments> {
        self.extra.as_ref().map(|e| &e.comments).filter(|c| !c.is_empty())
    }

    /// An explicit tag (`!!str`, `!custom`), as written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.extra.as_ref().and_then(|e| e.tag.as_deref())
    }

    /// The text of a scalar of any kind, as written (decoded).
    #[must_use]
    pub fn scalar_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string scalar; `None` for numbers, booleans, null and containers. Timestamps count as strings.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.kind {
            ScalarKind::String | ScalarKind::Timestamp => self.scalar_text(),
            _ => None,
        }
    }

    /// The value of a boolean scalar.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        let text = self.scalar_text().filter(|_| self.kind == ScalarKind::Bool)?;
        Some(matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "y"))
    }

    /// The value of an integer scalar that fits (`0x1F`, `0o17`, `017`, `0b11`, `1_000` as Go's `ParseInt` with base 0).
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let text = self.scalar_text().filter(|_| self.kind == ScalarKind::Integer)?;
        json::parse_integer(text).and_then(|n| i64::try_from(n).ok())
    }

    /// A null scalar.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Scalar(_)) && self.kind == ScalarKind::Null
    }

    /// A mapping.
    #[must_use]
    pub fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }

    /// A sequence.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        matches!(self.value, Value::Sequence(_))
    }

    /// What it is, in a sentence: `a mapping`, `a string`, `null`.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match (&self.value, self.kind) {
            (Value::Mapping(_), _) => "a mapping",
            (Value::Sequence(_), _) => "a list",
            (_, ScalarKind::Null) => "null",
            (_, ScalarKind::Bool) => "a boolean",
            (_, ScalarKind::Integer) => "an integer",
            (_, ScalarKind::Float) => "a number",
            (_, ScalarKind::String | ScalarKind::Timestamp) => "a string",
        }
    }

    /// Whether both are the very same value in memory, in the same place: whoever has one need not look at the other.
    #[must_use]
    pub fn is_same(&self, other: &Node) -> bool {
        let is_same_value = match (&self.value, &other.value) {
            (Value::Scalar(one), Value::Scalar(other)) => one.is_same(other),
            (Value::Sequence(one), Value::Sequence(other)) => Arc::ptr_eq(one, other),
            (Value::Mapping(one), Value::Mapping(other)) => one.is_same(other),
            _ => false,
        };
        let is_same_extra = match (&self.extra, &other.extra) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        is_same_value
            && is_same_extra
            && self.span == other.span
            && self.kind == other.kind
            && self.style == other.style
    }

    /// Pairs of a mapping; empty for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// Items of a sequence; empty for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The pair of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.get(entries.position(key)?),
            _ => None,
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// The value at a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_small() {
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
        assert!(size_of::<Entry>() <= 88, "{}", size_of::<Entry>());
    }
}
