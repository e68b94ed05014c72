//! A scalar with its style, as go-yaml version 3 writes it where lines may be of any length (go-yaml: `emitterc.go`, `encode.go`).
//!
//! Version 2, which prints kustomize's own output, differs in tabs and in spaces at the ends: that is in `scalar_style.rs`.

use std::iter::repeat_n;

use seatrial_model::{Node, ScalarKind, Style};

use super::explicit_tag;
use crate::scalar_style::{is_break, is_printable};
use crate::writer::double_quoted;
use crate::{Dialect, plain_kind};

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

/// What a text allows (go-yaml: `yaml_emitter_analyze_scalar`).
struct Analysis {
    multiline: bool,
    plain: bool,
    plain_in_flow: bool,
    single_quoted: bool,
    block: bool,
}

impl Analysis {
    fn of(text: &str) -> Analysis {
        let (mut indicators, mut flow_indicators) = (text.starts_with("---") || text.starts_with("..."), false);
        let (mut multiline, mut special, mut tab) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        // What stands before the first character counts as white space.
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let blank_after = chars.peek().is_none_or(|next| is_blank(*next));
            indicators |= match (before, c) {
                (None, c) if INDICATORS.contains(c) => true,
                (None, '?' | '-') | (_, ':') => blank_after,
                (Some(before), '#') => is_blank(before) || is_break(before) || before == '\0',
                _ => false,
            };
            flow_indicators |= matches!(c, '?' | ':') || (before.is_some() && matches!(c, ',' | '[' | ']' | '{' | '}'));
            tab |= c == '\t';
            special |= c != '\t' && !is_printable(c);
            multiline |= is_break(c);
            break_space |= c == ' ' && before.is_some_and(is_break);
            space_break |= is_break(c) && before == Some(' ');
            before = Some(c);
        }
        let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
        let plain = !(edge(text.chars().next()) || edge(before) || break_space || space_break || tab || special)
            && !(multiline || indicators);
        Analysis {
            multiline,
            plain,
            plain_in_flow: plain && !flow_indicators && !text.is_empty(),
            single_quoted: !(break_space || space_break || tab || special),
            block: !(text.is_empty() || before == Some(' ') || space_break || special),
        }
    }
}

/// What means something at the start of a plain scalar.
const INDICATORS: &str = "#,[]{}&*!|>'\"%@`";

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn single_quoted(text: &str, indent: usize) -> String {
    let mut out = String::from("'");
    let mut in_breaks = false;
    for c in text.chars() {
        if is_break(c) {
            // A line end alone would be a space.
            if !in_breaks && c == '\n' {
                out.push('\n');
            }
            out.push(c);
            in_breaks = true;
            continue;
        }
        // Spaces do not end the line ends, as libyaml has it; nothing with a space there gets here.
        if std::mem::take(&mut in_breaks) {
            out.extend(repeat_n(' ', indent));
        }
        if c == '\'' {
            out.push('\'');
        }
        out.push(c);
    }
    out.push('\'');
    out
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
    let mut out = header('|', text);
    let mut in_breaks = true;
    for c in text.chars() {
        if std::mem::replace(&mut in_breaks, is_break(c)) && !is_break(c) {
            out.extend(repeat_n(' ', indent));
        }
        out.push(c);
    }
    ended(out, in_breaks)
}

/// Without a width nothing is folded. A line break is written twice behind a line that is not indented, unless the first line of all is.
fn folded(text: &str, indent: usize) -> String {
    let mut out = header('>', text);
    let doubles = text.chars().find(|c| !is_break(*c)).is_some_and(|c| !is_blank(c) && c != '\0');
    let (mut in_breaks, mut indented) = (true, true);
    for c in text.chars() {
        if is_break(c) {
            if !in_breaks && !indented && doubles && c == '\n' {
                out.push('\n');
            }
            out.push(c);
            in_breaks = true;
            continue;
        }
        if std::mem::take(&mut in_breaks) {
            out.extend(repeat_n(' ', indent));
            indented = is_blank(c);
        }
        out.push(c);
    }
    ended(out, in_breaks)
}

/// What follows begins on a line of its own.
fn ended(mut block: String, has_end: bool) -> String {
    if !has_end {
        block.push('\n');
    }
    block
}
