//! A value of a YAML tree: compact, persistent, with origin, style and comments. Parsing and printing live in `formats/yaml`.
//!
//! Containers own one shared slice of their children, so a clone is a reference count and a change copies only the path to it.

use std::sync::Arc;

use crate::{Origin, Override, SetBy, Span, Text};

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
    Mapping(Arc<[Entry]>),
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

    /// A node of a JSON value, every part of it with the same origin.
    #[must_use]
    pub fn from_json(json: &serde_json::Value, origin: &Origin) -> Node {
        let scalar = |text: String, kind| Node::scalar(text, kind, Style::Plain, origin.clone());
        match json {
            serde_json::Value::Null => Node::null(origin.clone()),
            serde_json::Value::Bool(b) => scalar(b.to_string(), ScalarKind::Bool),
            serde_json::Value::Number(n) if n.is_f64() => scalar(n.to_string(), ScalarKind::Float),
            serde_json::Value::Number(n) => scalar(n.to_string(), ScalarKind::Integer),
            serde_json::Value::String(s) => scalar(s.clone(), ScalarKind::String),
            serde_json::Value::Array(items) => {
                Node::sequence(items.iter().map(|i| Node::from_json(i, origin)).collect(), origin.clone())
            }
            serde_json::Value::Object(map) => {
                let entries = map.iter().map(|(k, v)| Entry::new(k.as_str(), Node::from_json(v, origin)));
                Node::mapping(entries.collect(), origin.clone())
            }
        }
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

    /// Puts comments beside it.
    pub fn set_comments(&mut self, comments: Comments) {
        if !comments.is_empty() || self.extra.is_some() {
            self.extra_mut().comments = comments;
        }
    }

    /// Gives it an explicit tag.
    pub fn set_tag(&mut self, tag: Text) {
        self.extra_mut().tag = Some(tag);
    }

    /// Gives it a style.
    pub fn set_style(&mut self, style: Style) {
        self.style = style;
    }

    /// Gives a scalar another meaning, without touching its text.
    pub fn set_kind(&mut self, kind: ScalarKind) {
        self.kind = kind;
    }

    /// Records that this value was set by `by` at its own span over a value that came from `before`.
    pub fn set_over(&mut self, by: SetBy, before: Option<Origin>) {
        self.extra_mut().over = Some(Arc::new(Override { by, before }));
    }

    /// Replaces the origin as a whole.
    pub fn set_origin(&mut self, origin: Origin) {
        self.span = origin.span;
        if origin.over.is_some() || self.extra.is_some() {
            self.extra_mut().over = origin.over;
        }
    }

    fn extra_mut(&mut self) -> &mut Extra {
        Arc::make_mut(self.extra.get_or_insert_with(Arc::default))
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
        parse_integer(text).and_then(|n| i64::try_from(n).ok())
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
        self.entries().iter().find(|e| e.key.text == *key)
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

    /// Pairs to change in place; copies the slice when it is shared.
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.value {
            Value::Mapping(entries) => Arc::make_mut(entries),
            _ => &mut [],
        }
    }

    /// Items to change in place; copies the slice when it is shared.
    pub fn items_mut(&mut self) -> &mut [Node] {
        match &mut self.value {
            Value::Sequence(items) => Arc::make_mut(items),
            _ => &mut [],
        }
    }

    /// The value of a key to change in place. Copies only the slices on the path, and none when the key is absent.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let index = self.entries().iter().position(|e| e.key.text == *key)?;
        self.entries_mut().get_mut(index).map(|e| &mut e.value)
    }

    /// Sets a key: replaces its value, or appends the pair. Does nothing on a node that is no mapping.
    pub fn set(&mut self, key: &str, value: Node) {
        if let Some(old) = self.get_mut(key) {
            *old = value;
            return;
        }
        if let Value::Mapping(entries) = &mut self.value {
            let more = std::iter::once(Entry::new(key, value));
            *entries = entries.iter().cloned().chain(more).collect();
        }
    }

    /// Removes a key and gives its pair back.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let Value::Mapping(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|e| e.key.text == *key)?;
        let mut rest = entries.to_vec();
        let removed = rest.remove(index);
        *entries = rest.into();
        Some(removed)
    }

    /// Replaces all pairs: the node becomes a mapping.
    pub fn set_entries(&mut self, entries: Vec<Entry>) {
        self.value = Value::Mapping(entries.into());
    }

    /// Replaces all items: the node becomes a sequence.
    pub fn set_items(&mut self, items: Vec<Node>) {
        self.value = Value::Sequence(items.into());
    }

    /// As JSON: what the API server would be sent. Mappings keep no order, numbers become numbers, timestamps strings.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Mapping(entries) => {
                Json::Object(entries.iter().map(|e| (e.key.text.to_string(), e.value.to_json())).collect())
            }
            Value::Sequence(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Scalar(text) => match self.kind {
                ScalarKind::Null => Json::Null,
                ScalarKind::Bool => Json::Bool(self.as_bool().unwrap_or_default()),
                ScalarKind::Integer => number(parse_integer(text), text),
                ScalarKind::Float => float(text).map_or_else(|| Json::String(text.to_string()), Json::Number),
                ScalarKind::Timestamp | ScalarKind::String => Json::String(text.to_string()),
            },
        }
    }
}

/// Structural equality of what a cluster would see: JSON equality, without building the JSON. Key order, style, comments and origins do not count.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Mapping(a), Value::Mapping(b)) => {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len() && a.iter().all(|e| other.get(&e.key.text).is_some_and(|v| e.value == *v)))
            }
            (Value::Sequence(a), Value::Sequence(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Scalar(a), Value::Scalar(b)) => {
                (self.kind == other.kind && a == b) || self.to_json() == other.to_json()
            }
            _ => false,
        }
    }
}

/// A JSON pointer (RFC 6901) of path segments: `/spec/template/metadata/labels/app.kubernetes.io~1name`.
#[must_use]
pub fn json_pointer<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    segments.into_iter().fold(String::new(), |mut pointer, segment| {
        pointer.push('/');
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        pointer
    })
}

fn parse_integer(text: &str) -> Option<i128> {
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0o", 8), ("0b", 2)];
    let radix = prefixed.iter().find_map(|(prefix, radix)| lower.strip_prefix(prefix).map(|rest| (rest, *radix)));
    let octal = || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (rest, 8));
    let (body, radix) = radix.or_else(octal).unwrap_or((&lower, 10));
    let magnitude = i128::from_str_radix(body, radix).ok()?;
    Some(if negative { -magnitude } else { magnitude })
}

fn number(parsed: Option<i128>, text: &str) -> serde_json::Value {
    let as_number =
        parsed.and_then(|n| i64::try_from(n).map(Into::into).or_else(|_| u64::try_from(n).map(Into::into)).ok());
    let number = as_number.or_else(|| float(text));
    number.map_or_else(|| serde_json::Value::String(text.to_owned()), serde_json::Value::Number)
}

fn float(text: &str) -> Option<serde_json::Number> {
    let parsed = text.replace('_', "").parse::<f64>().ok()?;
    serde_json::Number::from_f64(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    fn here() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    fn integer(text: &str) -> Node {
        Node::scalar(text, ScalarKind::Integer, Style::Plain, here())
    }

    #[test]
    fn stays_small() {
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
        assert!(size_of::<Entry>() <= 88, "{}", size_of::<Entry>());
    }

    #[test]
    fn a_change_in_a_clone_leaves_the_original_alone() {
        let inner = Node::mapping(vec![Entry::new("replicas", integer("1"))], here());
        let original = Node::mapping(vec![Entry::new("spec", inner)], here());
        let mut copy = original.clone();
        copy.get_mut("spec").expect("is there").set("replicas", integer("3"));
        assert_eq!(original.at(&["spec", "replicas"]).and_then(Node::as_i64), Some(1));
        assert_eq!(copy.at(&["spec", "replicas"]).and_then(Node::as_i64), Some(3));
        assert_ne!(original, copy);
    }

    #[test]
    fn reads_integers_as_go_does() {
        let read = ["0x1F", "0o17", "017", "0b11", "1_000", "-5", "+1"].map(|t| integer(t).as_i64());
        assert_eq!(read, [31, 15, 15, 3, 1000, -5, 1].map(Some));
    }

    #[test]
    fn key_order_and_spelling_of_numbers_do_not_count_for_equality() {
        let a = Node::mapping(vec![Entry::new("a", integer("1_0")), Entry::new("b", integer("2"))], here());
        let b = Node::mapping(vec![Entry::new("b", integer("2")), Entry::new("a", integer("10"))], here());
        assert_eq!(a, b);
    }

    #[test]
    fn set_appends_and_remove_gives_back() {
        let mut node = Node::mapping(vec![], here());
        node.set("a", integer("1"));
        node.set("b", integer("2"));
        assert_eq!(node.to_json(), serde_json::json!({"a": 1, "b": 2}));
        assert_eq!(node.remove("a").and_then(|e| e.value.as_i64()), Some(1));
        assert_eq!(node.to_json(), serde_json::json!({"b": 2}));
    }

    #[test]
    fn escapes_a_json_pointer() {
        assert_eq!(json_pointer(["metadata", "annotations", "a/b~c"]), "/metadata/annotations/a~1b~0c");
    }
}
