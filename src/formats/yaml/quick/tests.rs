//! The quick reader against the parser: what it does not refuse has the same events, and nothing is wrong with it.

use std::borrow::Cow;

use granit_parser::{Event, Parser, Placement};
use proptest::prelude::*;

use crate::quick;
use crate::read::parse::options;
use crate::text::event::Spot;

/// What the builder sees of an event.
fn seen(event: &Event<'_>, spot: &Spot) -> String {
    let column = match event {
        Event::Comment(_, placement) if *placement != Placement::Right => spot.column,
        Event::SequenceStart(..) | Event::MappingStart(..) => spot.column,
        _ => 0,
    };
    let event = match event {
        Event::Comment(text, Placement::Last) => format!("{:?}", Event::Comment(text.clone(), Placement::Free)),
        Event::Scalar(value, ..) => format!("{event:?} {}", matches!(value, Cow::Owned(_))),
        _ => format!("{event:?}"),
    };
    format!("{event} {:?} {column} {:?}", spot.range, spot.tag)
}

/// The events that the parser finds, without those of the stream; or its error.
fn parsed(text: &str) -> Result<Vec<String>, String> {
    let mut events = Vec::new();
    for event in Parser::new_from_str_with_options(text, options()) {
        match event {
            Ok((Event::StreamStart | Event::StreamEnd, _)) => {}
            Ok((event, span)) => events.push(seen(&event, &span.into())),
            Err(error) => return Err(format!("{error}")),
        }
    }
    Ok(events)
}

fn quickly(text: &str) -> Option<Vec<String>> {
    Some(quick::read(text)?.events(text).map(|(event, spot)| seen(&event, &spot)).collect())
}

#[track_caller]
fn assert_same(text: &str) {
    if let Some(events) = quickly(text) {
        assert_eq!(Ok(events), parsed(text), "{text}");
    }
}

#[test]
fn reads_what_most_files_are_made_of() {
    let texts = [
        "",
        "# only\n\n  # comments",
        "a: 1\n",
        "a: 1 # one\nb:   two words  # two\n'c': \"d\"\n\"e f\": 'it''s' # it\n",
        "a:\n  b:\n    c: d\n  e: f\ng: h",
        "a:\n- 1\n- b: 2\n  c: 3\n-   - x\n    - y\nd:\n  - 1\n",
        "- a: 1\n  b:\n  - c\n- - d\n",
        "---\na: 1\n---\n# nothing\n---\n\n---  \nb:\n",
        "# head\n\n# above\na: # beside\n  # inside\n  b: 1\n  # foot\n\n# far\nc:\n# of nothing\n\nd:\n# last",
        "a: [] # none\nb: {}\nc: [1, two words, \"x, y\", [z], {k: v, 'q': []}, http://a/b:1]\né: {ü: []}\n",
        "a: |\n  one\n   two\n\n  three\n\n\nb: >-\n\n  folded\n  text\n\n   more\n  end\nc: |+\n  kept\n\n# d\ne: 1\n",
        "a:\n- |\n  one\n- >+\n  two\n\n",
        "a: one\n  two\n\n  three # end\nb:\n- one\n  two\n",
        "a: \"x\\n\\ty\\\\ \\\"z\\\"\"\n",
        "a: |-\n  the last line",
        "a: 'one \n  two''s\n\n\t three' # four\nb: \"one\\t \n two\n \"\n",
        "a: \"one\\\n  two \\\n\n\n three\\n\n \\ four\\\n\"\n",
        "a:\n  {}\nb:\n  # c\n  [d] # e\nf:\n  g\n  h\ni:\n  'j'\n",
        "url: http://x:80/#y\ntime: 12:30\nflag: --x=y\nminus: -1\n",
        "a: |\n  \ttab\n# \ttab\nb: 'a\tb'\n",
        "a:\n  \n  b: 1\n   \n",
    ];
    for text in texts {
        assert!(quick::read(text).is_some(), "{text}");
        assert_same(text);
    }
}

#[test]
fn leaves_to_the_parser_what_is_rare_or_wrong() {
    let texts = [
        "- \"r\nu\\",
        "-  \"\\",
        "a: &x 1\n",
        "a: *x\n",
        "a: !!str 1\n",
        "? a\n",
        "%YAML 1.2\n",
        "a: 1\n...\n",
        "a:\t1\n",
        "\ta: 1\n",
        "a: 1\r\n",
        "\u{feff}a: 1\n",
        "a: \u{2029}\n",
        "a: \u{9f}\n",
        "a: \u{ffff}\n",
        "a: \u{7f}\n",
        "a: \u{85}\n",
        "a: \u{1}\n",
        "a: b: c\n",
        "\"b\n  c\": d\n",
        "a:\n  |\n  b\n",
        "a: \"b\n--- c\"\n",
        "a: [\"b\n  c\"]\n",
        "a: [b,\n  c]\n",
        "a: 1\n  b: 2\n",
        "  a: 1\n b: 2\n",
        "a: 1\n- b\n",
        "- a\nb: 1\n",
        "a\n",
        "\"a\"\n",
        "a: |2\n   b\n",
        "a: \"x\\u0041\"\n",
        "a : 1\n",
        "a: [b: c]\n",
        "{a: 1}\n",
        "a: \"b\"c\n",
        "a: [b]#c\n",
        "-\n  a\n",
        "- # c\n  a\n",
        "--- a\n",
        "a: @b\n",
        "a: `b\n",
        "a: %b\n",
        "a: -\n",
        "a: - b\n",
        "a: |\nb: 1\n",
        "a: |\n\tb\n",
        "{\"a\": 1}\n",
        "a: {b: }\n",
        "a: [?]\n",
        "a: 'b\n",
    ];
    for text in texts {
        assert!(quick::read(text).is_none(), "{text:?}");
    }
}

#[test]
fn a_long_line_of_brackets_takes_no_longer_for_each_of_them() {
    let text = format!("é: [{}[]]\n", "[], ".repeat(200_000));
    assert!(quick::read(&text).is_some());
}

/// Pieces of lines in any order, so that nearly anything comes up, right or wrong.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => Just("\n"), 4 => Just(" "), 4 => Just("  "), 4 => Just("- "), 4 => Just("a: "), 3 => Just("b:"), 3 => Just("word"),
        2 => Just("# c"), 2 => Just("'q'"), 2 => Just("\"q\""), 2 => Just("[]"), 1 => Just("{a: b}"), 1 => Just("[a, 'b']"),
        2 => Just("|"), 1 => Just(">-"), 1 => Just("|+"), 1 => Just("---\n"), 1 => Just(":"), 1 => Just("#"), 1 => Just("\\"),
        1 => Just("\""), 1 => Just("'"), 1 => Just("\t"), 1 => Just(","), 1 => Just("["), 1 => Just("]"), 1 => Just("{"),
        1 => Just("}"), 1 => Just("-"), 1 => Just("?"), 1 => Just("&x "), 1 => Just("é"), 1 => Just("\\n"), 1 => Just("..."),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Lines that are right by themselves, indented by chance.
fn any_lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => Just("a: 1"), 2 => Just("b: two words # c"), 4 => Just("c:"), 1 => Just("d: # c"), 3 => Just("- x"), 3 => Just("- e: 1"),
        2 => Just("- f:"), 1 => Just("- - y"), 3 => Just("# comment"), 3 => Just(""), 1 => Just("---"), 2 => Just("g: |"),
        1 => Just("h: >"), 1 => Just("i: |-"), 1 => Just("- |+"), 2 => Just("text"), 1 => Just("j: [a, {b: c}] # d"), 1 => Just("k: \"q\""),
        1 => Just("'l': 'q''r'"), 1 => Just("o: 'p"), 1 => Just("q'"), 1 => Just("{}"), 1 => Just("- \"r"), 1 => Just("s\" # t"), 1 => Just("u\\"), 1 => Just("- \"m\": []"), 1 => Just("two words # end"), 1 => Just("- n # c"),
    ];
    let indented = (0..5_usize, line, 0..3_usize)
        .prop_map(|(indent, line, blanks)| format!("{}{line}{}\n", " ".repeat(indent), " ".repeat(blanks / 2)));
    (proptest::collection::vec(indented, 0..12), any::<bool>()).prop_map(|(lines, is_cut)| {
        let text = lines.concat();
        if is_cut { text.trim_end_matches('\n').to_owned() } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_parser_about_any_text(text in any_text()) {
        assert_same(&text);
    }

    #[test]
    fn agrees_with_the_parser_about_any_lines(text in any_lines()) {
        assert_same(&text);
    }
}
