//! A scalar with its style, as go-yaml version 3 writes it where lines may be of any length (go-yaml: `emitterc.go`, `encode.go`).
//!
//! Version 2, which prints kustomize's own output, differs in tabs and in spaces at the ends: that is in `scalars/style.rs`.

use std::iter::repeat_n;

use seatrial_model::{Node, ScalarKind, Style};

use super::explicit_tag;
use crate::print::writer::double_quoted;
use crate::scalars::style::{Analysis, is_break};
use crate::scalars::typing::Dialect;
use crate::scalars::typing::plain_kind;

/// Where a scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Block,
    Flow,
    Key,
}

/// The scalar of a node; `indent` is that of the collection around it.
pub(crate) fn scalar(node: &Node, indent: usize, place: Place) -> String {
    let text = node.scalar_text().unwrap_or_default();
    let tag = explicit_tag(node).map(|tag| format!("{tag} ")).unwrap_or_default();
    let indent = indent + 2;
    let written = match style(node, text, !tag.is_empty(), place) {
        Style::Literal => literal(text, indent),
        Style::Folded => folded(text, indent),
        Style::Plain | Style::Flow => text.to_owned(),
        Style::SingleQuoted => single_quoted(text, indent),
        Style::DoubleQuoted => double_quoted(text),
    };
    tag + &written
}

/// The style that a scalar gets in the end (go-yaml: `encoder.node`, `yaml_emitter_select_scalar_style`).
fn style(node: &Node, text: &str, has_tag: bool, place: Place) -> Style {
    let would_change = node.kind() == ScalarKind::String && plain_kind(text, Dialect::Kustomize) != ScalarKind::String;
    let wanted = match node.style() {
        Style::Plain | Style::Flow if text.contains('\n') => Style::Literal,
        Style::Plain | Style::Flow if would_change => Style::DoubleQuoted,
        style => style,
    };
    let allows = Analysis::of(text);
    if place == Place::Key && allows.multiline {
        return Style::DoubleQuoted;
    }
    let quoted = if allows.single_quoted { Style::SingleQuoted } else { Style::DoubleQuoted };
    match wanted {
        Style::Plain | Style::Flow if text.is_empty() && (has_tag || place != Place::Block) => quoted,
        Style::Plain | Style::Flow if place == Place::Flow && !allows.plain_in_flow => quoted,
        Style::Plain | Style::Flow if place != Place::Flow && !allows.plain => quoted,
        Style::Plain | Style::Flow => Style::Plain,
        Style::SingleQuoted => quoted,
        Style::Literal | Style::Folded if allows.block && place == Place::Block => wanted,
        Style::Literal | Style::Folded | Style::DoubleQuoted => Style::DoubleQuoted,
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Text on lines that are all indented, character by character.
struct Lines {
    out: String,
    indent: usize,
    /// The last character was a line end, or none is there yet.
    in_breaks: bool,
}

impl Lines {
    /// A line end, written twice where one alone would be read as a space.
    fn end(&mut self, c: char, doubles: bool) {
        if doubles && !self.in_breaks && c == '\n' {
            self.out.push('\n');
        }
        self.out.push(c);
        self.in_breaks = true;
    }

    /// Any other character; whether a line begins with it.
    fn put(&mut self, c: char) -> bool {
        let begins = std::mem::take(&mut self.in_breaks);
        if begins {
            self.out.extend(repeat_n(' ', self.indent));
        }
        self.out.push(c);
        begins
    }

    /// What follows a block begins on a line of its own.
    fn ended(mut self) -> String {
        if !self.in_breaks {
            self.out.push('\n');
        }
        self.out
    }
}

fn single_quoted(text: &str, indent: usize) -> String {
    let mut lines = Lines { out: String::from("'"), indent, in_breaks: false };
    for c in text.chars() {
        if is_break(c) {
            lines.end(c, true);
            continue;
        }
        // Spaces do not end the line ends, as libyaml has it; nothing with a space there gets here.
        lines.put(c);
        if c == '\'' {
            lines.put(c);
        }
    }
    lines.out.push('\'');
    lines.out
}

/// `|`, with what it needs to keep the ends of the text (go-yaml: `yaml_emitter_write_block_scalar_hints`).
fn header(sign: char, text: &str) -> String {
    let hint = if text.starts_with(|c| c == ' ' || is_break(c)) { "2" } else { "" };
    let mut backwards = text.chars().rev();
    let chomping = match (backwards.next().is_some_and(is_break), backwards.next()) {
        (false, _) => "-",
        (true, None) => "+",
        (true, Some(c)) if is_break(c) => "+",
        (true, Some(_)) => "",
    };
    format!("{sign}{hint}{chomping}\n")
}

fn literal(text: &str, indent: usize) -> String {
    let mut lines = Lines { out: header('|', text), indent, in_breaks: true };
    for c in text.chars() {
        if is_break(c) {
            lines.end(c, false);
        } else {
            lines.put(c);
        }
    }
    lines.ended()
}

/// Without a width nothing is folded. A line break is written twice behind a line that is not indented, unless the first line of all is.
fn folded(text: &str, indent: usize) -> String {
    let doubles = text.chars().find(|c| !is_break(*c)).is_some_and(|c| !is_blank(c) && c != '\0');
    let mut lines = Lines { out: header('>', text), indent, in_breaks: true };
    let mut indented = true;
    for c in text.chars() {
        if is_break(c) {
            lines.end(c, doubles && !indented);
        } else if lines.put(c) {
            indented = is_blank(c);
        }
    }
    lines.ended()
}
