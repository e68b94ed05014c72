//! How large values are: counted as they would be walked and printed, however much of their memory they share.

use seatrial_model::{Node, Value};

/// The deepest nesting of values; the parser reads no deeper one either.
pub(crate) const DEEPEST: usize = 500;

/// Bytes of indentation of each level.
const INDENT: usize = 2;

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
        let Measure { values, bytes, lines, depth } = Measure::of(node);
        Size { values, bytes: bytes + INDENT * lines, depth: depth + 1 }
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
}

/// A value's size wherever it stands: what indentation costs grows with each level.
#[derive(Clone, Copy, Default)]
struct Measure {
    values: usize,
    /// Bytes where the value itself is not indented.
    bytes: usize,
    /// Lines, which are indented.
    lines: usize,
    /// Levels below it.
    depth: usize,
}

impl Measure {
    fn of(node: &Node) -> Measure {
        match node.value() {
            Value::Scalar(text) => Measure { values: 1, bytes: text.len(), ..Measure::default() },
            Value::Sequence(items) => Measure::around(items.iter().map(|item| (0, item))),
            Value::Mapping(entries) => {
                let measure = || Measure::around(entries.iter().map(|entry| (entry.key.text.len(), &entry.value)));
                let Some(known) = entries.known() else { return measure() };
                let [values, bytes, lines, depth] = known.size(|| {
                    let Measure { values, bytes, lines, depth } = measure();
                    [values, bytes, lines, depth]
                });
                Measure { values, bytes, lines, depth }
            }
        }
    }

    /// Of a container with these values, each behind a key of so many bytes.
    fn around<'a>(content: impl Iterator<Item = (usize, &'a Node)>) -> Measure {
        let own = Measure { values: 1, ..Measure::default() };
        content.fold(own, |all, (key, node)| {
            let below = Measure::of(node);
            Measure {
                values: all.values + below.values,
                bytes: all.bytes + key + below.bytes + INDENT * below.lines,
                lines: all.lines + 1 + below.lines,
                depth: all.depth.max(below.depth + 1),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;
    use seatrial_yaml::{Dialect, parse};

    use super::*;

    #[test]
    fn counts_what_is_printed_at_its_level() {
        let cases = [
            ("a", (1, 1, 1)),
            ("a: b", (2, 2 + 2, 2)),
            ("[a, b]", (3, 2 + 2 * 2, 2)),
            ("a: {b: [c, d]}", (5, 4 + 2 + 4 + 2 * 6, 4)),
            ("- a: {b: c}\n- []", (5, 3 + 2 * 2 + 4 + 6, 4)),
        ];
        for (text, (values, bytes, depth)) in cases {
            let file = Sources::new().add("a.yaml", text.to_owned());
            let node = parse(&file, Dialect::Kustomize).documents[0].node.clone();
            for _ in 0..2 {
                assert_eq!(Size::of(&node), Size { values, bytes, depth }, "{text}");
            }
        }
    }
}
