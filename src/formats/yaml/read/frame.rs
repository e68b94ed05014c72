//! Collections that are open while a document is read, and what the parser's styles are called here.

use granit_parser::ScalarStyle;
use seatrial_model::{Comments, Key, Node, Style, Text};

/// A collection that is not closed yet.
pub(crate) struct Frame {
    pub(crate) shape: Shape,
    /// Index of its first child in `nodes` or `entries`.
    pub(crate) first: usize,
    pub(crate) style: Style,
    pub(crate) tag: Option<Text>,
    pub(crate) start: usize,
    pub(crate) column: usize,
    pub(crate) comments: Comments,
    pub(crate) anchor: usize,
    pub(crate) size: Size,
}

pub(crate) enum Shape {
    Sequence,
    Mapping { key: Option<(Key, Comments)>, merges: bool },
}

/// How large a node is once its aliases are written out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) height: usize,
}

/// A document of nothing but comments.
pub(crate) fn is_nothing(node: &Node) -> bool {
    node.is_null() && node.scalar_text() == Some("") && node.tag().is_none()
}

pub(crate) fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

/// Collections may be nested this deep; it also bounds the recursion of everyone who walks a node.
pub(crate) const MAX_DEPTH: usize = 500;
