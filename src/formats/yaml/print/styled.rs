//! YAML with the styles, comments and order of what was read, as kyaml prints a document (go-yaml version 3, indented by two, lists as deep
//! as their keys): for YAML that stands in a text of an object. Anchors are written out. How a scalar is written is in `styled/scalar.rs`.
//!
//! Not here: kustomize's own output, which has no styles (`emit.rs`). Not imitated: a key of several lines, or of more than 128 bytes.

mod scalar;

use scalar::{Place, scalar};
use seatrial_model::{Entry, Node, ScalarKind, Style, Text, Value};

use crate::scalars::typing::Dialect;
use crate::scalars::typing::plain_kind;

/// Prints a document that was read from `original`, each value in the style that it has.
#[must_use]
pub fn emit_styled(node: &Node, original: &str) -> String {
    let mut writer = Writer { out: String::new(), original };
    if let Value::Scalar(_) = node.value() {
        writer.out.push_str(&scalar(node, 0, Place::Block));
    } else if is_flow(node) {
        writer.out.push_str(&flow(node));
    } else {
        writer.block(node, 0, Start::OnNewLine);
    }
    writer.out
}

/// The tag that a value needs because its text means something else (`!!int http`).
#[must_use]
pub fn explicit_tag(node: &Node) -> Option<&'static str> {
    let text = node.scalar_text()?;
    let kind = node.kind();
    if kind == ScalarKind::String || plain_kind(text, Dialect::Kustomize) == kind {
        return None;
    }
    Some(match kind {
        ScalarKind::Null => "!!null",
        ScalarKind::Bool => "!!bool",
        ScalarKind::Integer => "!!int",
        ScalarKind::Float => "!!float",
        // The look of a date is not looked at.
        ScalarKind::Timestamp | ScalarKind::String => return None,
    })
}

struct Writer<'a> {
    out: String,
    /// Where blank lines between comments are looked up.
    original: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    OnNewLine,
    /// Behind `- `.
    BehindDash,
}

fn is_flow(node: &Node) -> bool {
    let empty = node.entries().is_empty() && node.items().is_empty();
    node.scalar_text().is_none() && (node.style() == Style::Flow || empty)
}

impl Writer<'_> {
    fn indent(&mut self, indent: usize) {
        self.out.push_str(&" ".repeat(indent));
    }

    fn comment(&mut self, line: &str, indent: usize) {
        self.indent(indent);
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Comments above something. A blank line between two of them stays, and so does the one below a comment that belongs to the document
    /// or to what stands directly above it.
    fn head(&mut self, lines: &[Text], indent: usize, below: u32, is_first: bool) {
        let blanks = self.blanks_above(below, lines.len() + 1);
        // The first is of the line above the comments.
        let (touches, blanks) = match blanks.split_first() {
            Some((first, rest)) if blanks.len() > lines.len() => {
                (!first && !is_first && !rest.iter().rev().skip(1).any(|b| *b), rest)
            }
            _ => (self.out.is_empty(), blanks.as_slice()),
        };
        for (position, line) in lines.iter().enumerate() {
            self.comment(line, indent);
            let is_last = position + 1 == lines.len();
            if blanks.get(position) == Some(&true) && (!is_last || touches) {
                self.out.push('\n');
            }
        }
    }

    /// Of so many lines with text above a place, behind which a blank line stands.
    fn blanks_above(&self, place: u32, count: usize) -> Vec<bool> {
        let above = self.original.get(..place as usize).unwrap_or_default();
        let above = above.rsplit_once('\n').map_or("", |(lines, _)| lines);
        let mut blanks = Vec::with_capacity(count);
        let mut blank = false;
        for line in above.split('\n').rev() {
            if blanks.len() == count {
                break;
            }
            if line.trim().is_empty() {
                blank = true;
            } else {
                blanks.push(std::mem::take(&mut blank));
            }
        }
        blanks.reverse();
        blanks
    }

    /// Whether a blank line stands above the comment at the end of the document.
    fn ends_apart(&self) -> bool {
        let mut lines = self.original.trim_end().lines().rev().skip_while(|line| line.starts_with('#'));
        lines.next().is_some_and(|line| line.trim().is_empty())
    }

    fn block(&mut self, node: &Node, indent: usize, start: Start) {
        let mut start = start;
        let (mut after_foot, mut is_first) = (false, true);
        let pairs = node.entries().iter().map(|e| (Some(e), &e.value));
        let mut children = pairs.chain(node.items().iter().map(|item| (None, item))).peekable();
        while let Some((entry, value)) = children.next() {
            if after_foot {
                self.out.push('\n');
            }
            let comments = value.comments().cloned().unwrap_or_default();
            if start == Start::OnNewLine {
                self.head(&comments.head, indent, entry.map_or(value.span(), |e| e.key.span).start, is_first);
                self.indent(indent);
            }
            (start, is_first) = (Start::OnNewLine, false);
            match entry {
                Some(entry) => self.pair(entry, indent),
                None => self.item(value, indent),
            }
            after_foot = !comments.foot.is_empty();
            if after_foot && indent == 0 && children.peek().is_none() && self.ends_apart() {
                self.out.push('\n');
            }
            comments.foot.iter().for_each(|line| self.comment(line, indent));
        }
    }

    fn pair(&mut self, entry: &Entry, indent: usize) {
        let key = Node::scalar(entry.key.text.clone(), entry.key.kind, entry.key.style, entry.key.span);
        self.out.push_str(&scalar(&key, indent, Place::Key));
        self.out.push(':');
        let value = &entry.value;
        if value.scalar_text().is_some() || is_flow(value) {
            self.inline(value, indent, " ");
            return;
        }
        self.line_comment(value);
        self.out.push('\n');
        // A list stands as deep as its key.
        self.block(value, if value.is_sequence() { indent } else { indent + 2 }, Start::OnNewLine);
    }

    fn item(&mut self, item: &Node, indent: usize) {
        self.out.push('-');
        if item.scalar_text().is_some() || is_flow(item) {
            self.inline(item, indent, " ");
            return;
        }
        self.out.push(' ');
        self.block(item, indent + 2, Start::BehindDash);
    }

    fn inline(&mut self, value: &Node, indent: usize, before: &str) {
        let text = if is_flow(value) { flow(value) } else { scalar(value, indent, Place::Block) };
        if !text.is_empty() {
            self.out.push_str(before);
            let is_block = text.starts_with(['|', '>']) && text.contains('\n');
            match text.split_once('\n').filter(|_| is_block) {
                Some((header, rest)) => {
                    self.out.push_str(header);
                    self.line_comment(value);
                    self.out.push('\n');
                    self.out.push_str(rest);
                    return;
                }
                None => self.out.push_str(&text),
            }
        }
        self.line_comment(value);
        self.out.push('\n');
    }

    fn line_comment(&mut self, value: &Node) {
        if let Some(comment) = value.comments().and_then(|c| c.line.as_ref()) {
            self.out.push(' ');
            self.out.push_str(comment);
        }
    }
}

fn flow(node: &Node) -> String {
    match node.value() {
        Value::Scalar(_) => scalar(node, 0, Place::Flow),
        Value::Sequence(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let pair = |entry: &Entry| {
                let key = Node::scalar(entry.key.text.clone(), entry.key.kind, entry.key.style, entry.key.span);
                format!("{}: {}", scalar(&key, 0, Place::Flow), flow(&entry.value))
            };
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}
