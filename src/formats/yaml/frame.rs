//! Collections that are open while a document is read.

use seatrial_model::{Comments, Key, Style, Text};

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
