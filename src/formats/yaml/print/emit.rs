//! Nodes → YAML, byte for byte as kustomize prints: it turns its result into JSON and prints that with go-yaml version 2.
//!
//! Which style a scalar gets is decided in `scalars/style.rs`, what a number looks like in `scalars/number.rs`. Comments, tags, anchors and written
//! styles are gone after that detour, so they are not printed here either.

use seatrial_model::{Entries, Entry, Key, Node, ScalarKind, Value};

use crate::print::writer::Writer;
use crate::scalars::number;
use crate::scalars::style::{Analysis, Written, is_bare_word, written};
use crate::scalars::timestamp;
use crate::scalars::typing::is_true;

/// A key longer than this many bytes is written with `?`.
const SIMPLE_KEY: usize = 128;

/// Bytes for which there is room before any are printed: most objects have fewer.
const ROOM: usize = 1 << 10;

/// Prints one document as kustomize prints it (keys in the node's order), with a final newline and without `---`.
///
/// Scalars are printed by what they mean: `0x1F` as `31`, `1.50` as `1.5`, a date as the string of its RFC 3339 form.
#[must_use]
pub fn emit(node: &Node) -> String {
    let mut writer = Writer::default().with_room(ROOM);
    value(&mut writer, node, Place::Root);
    writer.finish()
}

/// The same with every plain or quoted scalar on one line, as kyaml prints what kustomize writes into annotations.
#[must_use]
pub fn emit_unfolded(node: &Node) -> String {
    let mut writer = Writer::without_folding();
    value(&mut writer, node, Place::Root);
    writer.finish()
}

/// The same, with the values and keys that `is_escaped` picks on one line in double quotes, and every `#` and `:` in them as an escape. Whoever
/// parses it gets the same values, and whoever reads its lines without parsing them finds no word in it that has one of these.
#[must_use]
pub fn emit_escaping(node: &Node, is_escaped: fn(&str) -> bool) -> String {
    let mut writer = Writer::escaping(is_escaped);
    value(&mut writer, node, Place::Root);
    writer.finish()
}

/// Prints documents with `---` lines between them.
#[must_use]
pub fn emit_all<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> String {
    let mut nodes = nodes.into_iter();
    let mut all = nodes.next().map(emit).unwrap_or_default();
    for node in nodes {
        all.push_str("---\n");
        all.push_str(&emit(node));
    }
    all
}

/// Below what a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Pair,
}

fn value(writer: &mut Writer, node: &Node, place: Place) {
    match node.value() {
        Value::Scalar(text) => scalar(writer, text, node.kind()),
        Value::Sequence(items) if items.is_empty() => writer.indicator("[]"),
        Value::Mapping(entries) if entries.is_empty() => writer.indicator("{}"),
        Value::Sequence(items) => sequence(writer, items, place),
        Value::Mapping(entries) => mapping(writer, entries),
    }
}

fn sequence(writer: &mut Writer, items: &[Node], place: Place) {
    // A list right behind `key:` starts at the column of the key.
    let outer =
        if place == Place::Pair && !writer.at_indentation() { writer.same_level() } else { writer.next_level() };
    for item in items {
        writer.new_line();
        writer.block_indicator("-");
        value(writer, item, Place::Item);
    }
    writer.restore_level(outer);
}

/// What many trees share is printed once, and then its text is repeated: behind its first line's indentation that hangs on nothing else.
fn mapping(writer: &mut Writer, entries: &Entries) {
    let outer = writer.next_level();
    writer.new_line();
    match entries.known().filter(|_| writer.is_usual()) {
        None => pairs(writer, entries),
        Some(known) => match known.printed(writer.indent()) {
            Some(text) => writer.repeat(text),
            None => {
                let (indent, start) = (writer.indent(), writer.len());
                let is_kept = known.is_printed_again() && writer.begin_keeping();
                pairs(writer, entries);
                if is_kept {
                    known.keep_printed(indent, writer.end_keeping(start));
                }
            }
        },
    }
    writer.restore_level(outer);
}

fn pairs(writer: &mut Writer, entries: &[Entry]) {
    for entry in entries {
        writer.new_line();
        key(writer, &entry.key);
        value(writer, &entry.value, Place::Pair);
    }
}

fn key(writer: &mut Writer, key: &Key) {
    if key.text.len() <= SIMPLE_KEY && is_bare_word(&key.text) && !writer.escapes(&key.text) {
        writer.word(&key.text);
        writer.colon();
        return;
    }
    // kustomize prints a key that is the text `<<` bare, and would read it back as a merge key: the one place where we differ.
    let written = if key.text == "<<" { Written::DoubleQuoted } else { written(&key.text) };
    let analysis = Analysis::of(&key.text);
    if writer.escapes(&key.text) && key.text.len() <= SIMPLE_KEY {
        writer.scalar_on_one_line(&key.text, Written::Escaped);
        writer.colon();
        return;
    }
    if !analysis.multiline && key.text.len() <= SIMPLE_KEY {
        writer.scalar_on_one_line(&key.text, written.in_key(&analysis));
        writer.colon();
        return;
    }
    writer.block_indicator("?");
    string(writer, &key.text, written.in_block(&analysis));
    writer.new_line();
    writer.block_indicator(":");
}

fn scalar(writer: &mut Writer, text: &str, kind: ScalarKind) {
    let canonical = match kind {
        ScalarKind::String if is_bare_word(text) && !writer.escapes(text) => return writer.word(text),
        ScalarKind::String => return string(writer, text, style_of(text)),
        ScalarKind::Timestamp => {
            let time = timestamp::parse(text).map_or_else(|| text.to_owned(), |t| t.rfc3339());
            return string(writer, &time, style_of(&time));
        }
        ScalarKind::Null => return writer.word("null"),
        ScalarKind::Bool => return writer.word(if is_true(text) { "true" } else { "false" }),
        ScalarKind::Integer if number::is_decimal(text) => return writer.word(text),
        ScalarKind::Integer => number::integer(text),
        ScalarKind::Float => number::float(text),
    };
    writer.scalar(&canonical, Written::Plain);
}

fn style_of(text: &str) -> Written {
    written(text).in_block(&Analysis::of(text))
}

fn string(writer: &mut Writer, text: &str, style: Written) {
    let style = if writer.escapes(text) { Written::Escaped } else { style };
    writer.scalar(text, style);
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;

    use super::*;
    use crate::Dialect;
    use crate::read::parse::parse;

    #[test]
    fn what_is_printed_again_has_the_same_text_wherever_it_stands() {
        let text = "spec:\n  lists:\n  - - name: a\n      data: |\n        one\n\n    - {b: |2-\n }\n";
        let texts = [
            text.replace("{b: |2-\n }", "b: ''"),
            "a:\n- b: {c: |\n d\n }\n".replace("{c: |\n d\n }", "{c: 'd'}"),
            format!(
                "? {}\n: - x: 1\n    y: |+\n      two\n\n  - '{} e'\nz: {{}}\n",
                "k".repeat(200),
                "long ".repeat(40)
            ),
            "data:\n  block: |\n    one\n    two\nkind: A\n".to_owned(),
            "items:\n- first: |\n    one\n- second:\n    third: [1, {fourth: ' x'}]\n".to_owned(),
        ];
        for text in texts {
            let read = || {
                let file = Sources::new().add("a.yaml", text.clone());
                parse(&file, Dialect::Kustomize).documents[0].node.clone()
            };
            let below = |node: Node| {
                let span = node.span();
                let list = Node::sequence(vec![node.clone(), Node::mapping(vec![Entry::new("b", node)], span)], span);
                Node::mapping(vec![Entry::new("a", list.clone()), Entry::new("c", list)], span)
            };
            let (once, deeper) = (emit(&read()), emit(&below(read())));
            let node = read();
            for _ in 0..3 {
                assert_eq!(emit(&node), once);
                assert_eq!(emit(&below(node.clone())), deeper);
                assert_eq!(emit_unfolded(&node), emit_unfolded(&read()));
            }
            // Whose parts are known, and not the whole.
            let whole = node.clone();
            let whole = Node::mapping(whole.entries().to_vec(), whole.span());
            assert_eq!(emit(&whole), once);
        }
    }

    #[test]
    fn what_is_picked_is_escaped_and_has_the_same_value() {
        let long = format!("{} #!", "k".repeat(200));
        let text = format!("'#!a: \"b\"\\': |\n  one\n  #!two: ü\t\n? '{long}'\n: [\"#!\", '# no']\nplain: a:b\n");
        let read = |text: &str| {
            let file = Sources::new().add("a.yaml", text.to_owned());
            parse(&file, Dialect::Kustomize).documents[0].node.to_json()
        };
        let file = Sources::new().add("a.yaml", text.clone());
        let parsed = parse(&file, Dialect::Kustomize);
        let printed = emit_escaping(&parsed.documents[0].node, |text| text.contains("#!"));
        let expected = "\"\\x23!a\\x3A \\\"b\\\"\\\\\": \"one\\n\\x23!two\\x3A ü\\t\\n\"\n";
        assert!(printed.starts_with(expected), "{printed}");
        assert!(printed.contains("- '# no'\nplain: a:b\n") && !printed.contains("#!"), "{printed}");
        assert_eq!(read(&printed), read(&text));
    }
}
