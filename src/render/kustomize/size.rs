//! How large values are: counted as they would be walked and printed, however much of their memory they share.

use seatrial_model::{Node, Value};

/// The deepest nesting of values; the parser reads no deeper one either.
pub(crate) const DEEPEST: usize = 500;

/// How much a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// The value itself and all that lie in it.
    pub(crate) values: usize,
    /// Bytes of text: keys, scalars, and what they are indented by.
    pub(crate) bytes: usize,
    /// Levels of nesting; a scalar is one.
    pub(crate) depth: usize,
}

impl Size {
    /// The size of a value that stands at the top.
    pub(crate) fn of(node: &Node) -> Size {
        let mut size = Size::default();
        size.count(node, 1);
        size
    }

    /// A scalar of so many bytes.
    pub(crate) fn scalar(bytes: usize) -> Size {
        Size { values: 1, bytes, depth: 1 }
    }

    /// The same of values that are set over others: where both come from is noted with each.
    pub(crate) fn set(self) -> Size {
        Size { values: self.values.saturating_mul(2), ..self }
    }

    /// Containers without content, one in the other.
    pub(crate) fn containers(values: usize) -> Size {
        Size { values, bytes: 0, depth: 0 }
    }

    /// Both together.
    pub(crate) fn and(self, other: Size) -> Size {
        let depth = self.depth.max(other.depth);
        Size { values: self.values + other.values, bytes: self.bytes + other.bytes, depth }
    }

    /// What it is more than another.
    pub(crate) fn since(self, other: Size) -> Size {
        let (values, bytes) = (self.values.saturating_sub(other.values), self.bytes.saturating_sub(other.bytes));
        Size { values, bytes, depth: self.depth }
    }

    fn count(&mut self, node: &Node, level: usize) {
        self.values += 1;
        self.depth = self.depth.max(level);
        match node.value() {
            Value::Scalar(text) => self.bytes += text.len(),
            Value::Sequence(items) => {
                self.bytes += items.len() * 2 * level;
                items.iter().for_each(|item| self.count(item, level + 1));
            }
            Value::Mapping(entries) => {
                for entry in entries.iter() {
                    self.bytes += entry.key.text.len() + 2 * level;
                    self.count(&entry.value, level + 1);
                }
            }
        }
    }
}
