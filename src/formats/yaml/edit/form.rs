//! How a new value may look: the forms of a scalar, best first, and collections in brackets or on lines of their own.

use seatrial_model::{Node, ScalarKind, Style, Value};

use crate::print::emit::emit;
use crate::print::writer::double_quoted;
use crate::scalars::style::{Analysis, Written, written};

/// A scalar on one line, best form first; `like` is the style of the one that it replaces.
pub(crate) fn on_one_line(value: &Node, like: Style, in_flow: bool) -> Vec<String> {
    let text = value.scalar_text().unwrap_or_default();
    if !matches!(value.kind(), ScalarKind::String | ScalarKind::Timestamp) {
        return vec![if text.is_empty() { "null" } else { text }.to_owned()];
    }
    let analysis = Analysis::of(text);
    let mut forms = Vec::new();
    let plain = !text.is_empty() && written(text).in_block(&analysis) == Written::Plain;
    if plain && !(in_flow && text.contains([',', '[', ']', '{', '}', '?'])) {
        forms.push(text.to_owned());
    }
    let single = (!analysis.multiline && Written::SingleQuoted.in_block(&analysis) == Written::SingleQuoted)
        .then(|| format!("'{}'", text.replace('\'', "''")));
    let double = double_quoted(text);
    // Escapes are what double quotes are bad at.
    let quoted: Vec<String> = match single {
        Some(single) if like == Style::SingleQuoted || double.contains('\\') => vec![single, double],
        single => std::iter::once(double).chain(single).collect(),
    };
    match like {
        Style::SingleQuoted | Style::DoubleQuoted => forms.splice(0..0, quoted),
        _ => forms.splice(forms.len().., quoted),
    };
    forms
}

/// A text as a block below a line that is indented by `indent`: the header, and the lines without line ends.
pub(crate) fn as_block(text: &str, folded: bool) -> Option<(String, Vec<String>)> {
    let analysis = Analysis::of(text);
    if text.trim_matches('\n').is_empty()
        || Written::Literal.in_block(&analysis) != Written::Literal
        || text.contains('\r')
    {
        return None;
    }
    let hint = if text.starts_with([' ', '\t', '\n']) { "2" } else { "" };
    let chomp = match text.len() - text.trim_end_matches('\n').len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    if text.ends_with('\n') {
        lines.pop();
    }
    if folded {
        if text.trim_end_matches('\n').contains('\n') {
            return None;
        }
        return Some((format!(">{hint}{chomp}"), lines));
    }
    Some((format!("|{hint}{chomp}"), lines))
}

/// A value in brackets where it is a collection; strings in double quotes when `quoted`.
pub(crate) fn in_brackets(value: &Node, like: Style) -> String {
    match value.value() {
        Value::Scalar(_) => on_one_line(value, like, true).into_iter().next().unwrap_or_default(),
        Value::Sequence(items) => {
            let items: Vec<String> = items.iter().map(|item| in_brackets(item, like)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Mapping(entries) => {
            let pair = |e: &seatrial_model::Entry| {
                format!("{}: {}", key(&e.key.text, like, true), in_brackets(&e.value, like))
            };
            format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A collection on lines of its own, without indentation.
pub(crate) fn on_lines(value: &Node) -> Vec<String> {
    emit(value).lines().map(str::to_owned).collect()
}

/// A key, quoted like its neighbours.
pub(crate) fn key(text: &str, like: Style, in_flow: bool) -> String {
    let node = Node::string(text, seatrial_model::Span::start_of(seatrial_model::FileId(0)));
    let forms = on_one_line(&node, like, in_flow);
    forms.into_iter().find(|form| !(text == "<<" && form == text)).unwrap_or_default()
}
