//! Comments that wait for the node they belong to.

use seatrial_model::{Comments, Node, Text};

/// Comments read since the last node.
#[derive(Default)]
pub(crate) struct Pending {
    lines: Vec<OwnLine>,
    beside: Option<Text>,
}

/// A comment that stands alone on its line.
struct OwnLine {
    text: Text,
    column: usize,
    /// No blank line between it and what follows.
    touches_next: bool,
    end: usize,
}

impl Pending {
    pub(crate) fn above(&mut self, text: Text, column: usize, touches_next: bool, end: usize) {
        self.lines.push(OwnLine { text, column, touches_next, end });
    }

    /// A comment behind `key:` or `-`, whose node is still to come.
    pub(crate) fn beside(&mut self, text: Text) {
        self.beside = Some(text);
    }

    /// Whether no comment waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.beside.is_none()
    }

    /// Where the last waiting comment ends.
    pub(crate) fn end(&self) -> Option<usize> {
        self.lines.last().map(|line| line.end)
    }

    /// All that waits, for the pair whose key was read.
    pub(crate) fn before_key(&mut self) -> Comments {
        Comments { head: self.take_lines(), line: self.beside.take(), foot: Vec::new() }
    }

    /// All that waits, for a scalar or for an item of a list.
    pub(crate) fn before_value(&mut self) -> Comments {
        self.before_key()
    }

    /// For a collection under a key: what stands on lines of its own belongs to its first child.
    pub(crate) fn before_container(&mut self) -> Comments {
        Comments { head: Vec::new(), line: self.beside.take(), foot: Vec::new() }
    }

    /// What waits at the end of a collection and is still inside it: indented like it, and not merely like the next entry of the outer one.
    pub(crate) fn foot(&mut self, column: usize, outer: Option<usize>) -> Vec<Text> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let deeper = outer.is_none_or(|outer| column > outer);
        let inside = |line: &OwnLine| line.column >= column && (deeper || !line.touches_next);
        let count = self.lines.iter().take_while(|line| inside(line)).count();
        self.lines.drain(..count).map(|line| line.text).collect()
    }

    /// What is left at the end of a document.
    pub(crate) fn foot_of_document(&mut self, root: &mut Node) {
        if self.lines.is_empty() {
            return;
        }
        let mut comments = root.comments().cloned().unwrap_or_default();
        comments.foot.extend(self.take_lines());
        root.set_comments(comments);
    }

    fn take_lines(&mut self) -> Vec<Text> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        self.lines.drain(..).map(|line| line.text).collect()
    }
}
