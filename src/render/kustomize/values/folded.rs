//! What becomes of folded scalars (`>`) on kustomize's way through text: go-yaml v3 writes them so that some read differently.
//!
//! A line break before a more indented line is written twice, and both are kept when the text is read again (go-yaml: `emitterc.go`
//! `yaml_emitter_write_folded_scalar`). Whoever compares with kustomize sees the extra line.

use seatrial_model::{Node, Question, Style, Value};

/// Rereads every folded scalar of an object that is printed. By then its annotations have been written anew, as plain strings
/// (kustomize: `RemoveBuildAnnotations`).
pub(crate) fn reread_printed(object: &mut Node) {
    if !has_folded(object) {
        return;
    }
    for entry in object.entries_mut() {
        if entry.key.text != "metadata" {
            reread(&mut entry.value);
            continue;
        }
        for entry in entry.value.entries_mut().iter_mut().filter(|e| e.key.text != "annotations") {
            reread(&mut entry.value);
        }
    }
}

/// Rereads every folded scalar.
pub(crate) fn reread(node: &mut Node) {
    if !has_folded(node) {
        return;
    }
    for entry in node.entries_mut() {
        reread(&mut entry.value);
    }
    for item in node.items_mut() {
        reread(item);
    }
    let Some(text) = folded_text(node) else { return };
    let again = reread_text(text);
    if again != text {
        let mut changed = Node::scalar(again, node.kind(), node.style(), node.origin());
        changed.set_comments(node.comments().cloned().unwrap_or_default());
        *node = changed;
    }
}

fn folded_text(node: &Node) -> Option<&str> {
    node.scalar_text().filter(|t| node.style() == Style::Folded && t.contains('\n'))
}

fn has_folded(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(entries) => entries.answer(Question::HasFolded, || entries.iter().any(|e| has_folded(&e.value))),
        Value::Sequence(items) => items.iter().any(has_folded),
        Value::Scalar(_) => folded_text(node).is_some(),
    }
}

/// What go-yaml writes as an escape; characters past the basic plane are among it.
fn is_escaped(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || c == '\u{feff}' || c > '\u{fffd}'
}

fn is_blank(character: Option<char>) -> bool {
    matches!(character, Some(' ' | '\t'))
}

fn reread_text(text: &str) -> String {
    // Such text is not written as a block, but quoted.
    let quoted = text.ends_with(' ') || text.contains(" \n") || text.chars().any(is_escaped);
    let start = text.trim_start_matches('\n');
    if quoted || start.is_empty() {
        return text.to_owned();
    }
    let doubles = !is_blank(start.chars().next());
    let mut result = text.get(..text.len() - start.len()).unwrap_or_default().to_owned();
    let mut rest = start;
    while let Some(end) = rest.find('\n') {
        let (line, below) = rest.split_at(end);
        let next = below.trim_start_matches('\n');
        let breaks = below.len() - next.len();
        let indented = is_blank(line.chars().next());
        let written = breaks + usize::from(doubles && !indented);
        let read = if next.is_empty() {
            if breaks == 1 { 1 } else { written }
        } else if indented || is_blank(next.chars().next()) {
            written
        } else {
            written - 1
        };
        result.push_str(line);
        result.push_str(if read == 0 { " " } else { "" });
        result.push_str(&"\n".repeat(read));
        rest = next;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::reread_text;

    #[test]
    fn a_break_before_a_more_indented_line_is_doubled_and_no_other() {
        let cases = [
            ("a\nb", "a\nb"),
            ("a\n\nb\n", "a\n\nb\n"),
            ("a(\n  b\n)", "a(\n\n  b\n)"),
            ("a\n\n  b\n  c\nd", "a\n\n\n  b\n  c\nd"),
            ("a \n  b", "a \n  b"),
        ];
        for (text, expected) in cases {
            assert_eq!(reread_text(text), expected, "{text:?}");
        }
    }
}
