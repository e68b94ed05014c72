//! Where a value stands: in a block, or inside of brackets.

use seatrial_model::{Node, Style};

/// Where kustomize's first print puts a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Block,
    /// Somewhere inside of `[…]` or `{…}`.
    Flow,
}

impl Place {
    /// The place of what is inside of a node that stands here.
    pub(crate) fn inside_of(self, node: &Node) -> Place {
        if node.style() == Style::Flow { Place::Flow } else { self }
    }
}
