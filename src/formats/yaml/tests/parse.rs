//! What a file is read as: `testdata/parse/*.yaml`, with the outline of the nodes and the findings beside each. Hostile input is made here.
#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use std::fmt::Write as _;
use std::fs::{read_dir, read_to_string};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seatrial_model::{Comments, Encoding, Node, SourceFile, Sources, Span, Style, Value, ids};
use seatrial_yaml::{Dialect, Parsed, parse};

fn file(text: impl Into<String>) -> Arc<SourceFile> {
    Sources::new().add("case.yaml", text.into())
}

fn parsed(text: impl Into<String>) -> Parsed {
    parse(&file(text), Dialect::Kustomize)
}

/// The one thing that is wrong.
fn problem(text: impl Into<String>) -> String {
    let parsed = parsed(text);
    let [finding] = parsed.findings.as_slice() else { panic!("one finding: {:?}", parsed.findings) };
    assert_eq!(finding.rule, ids::PARSE_ERROR);
    finding.message.clone()
}

fn place(file: &SourceFile, span: Span) -> String {
    let (line, column) = file.line_column(span.start);
    format!("{line}:{column}")
}

fn outline(node: &Node, key: &str, depth: usize, file: &SourceFile, out: &mut String) {
    let written = &file.text()[node.span().start as usize..node.span().end as usize];
    let _ = write!(out, "{:depth$}{key} {} ", "", place(file, node.span()), depth = depth * 2);
    let _ = match node.value() {
        Value::Scalar(text) => write!(out, "{:?} {:?} {text:?} from {written:?}", node.kind(), node.style()),
        Value::Sequence(items) => write!(out, "list of {} {:?}", items.len(), node.style()),
        Value::Mapping(entries) => write!(out, "mapping of {} {:?}", entries.len(), node.style()),
    };
    if let Some(tag) = node.tag() {
        let _ = write!(out, " tag {tag}");
    }
    if let Some(Comments { head, line, foot }) = node.comments() {
        let _ = write!(out, " head {head:?} line {line:?} foot {foot:?}");
    }
    out.push('\n');
    for item in node.items() {
        outline(item, "-", depth + 1, file, out);
    }
    for entry in node.entries() {
        let key = format!("{:?} {}", entry.key.text, place(file, entry.key.span));
        outline(&entry.value, &key, depth + 1, file, out);
    }
}

#[test]
fn reads_nodes_comments_places_and_problems_of_every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/parse");
    let mut count = 0;
    for entry in read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let file = file(read_to_string(&path).expect("there"));
        let parsed = parse(&file, Dialect::Kustomize);
        let mut out = String::new();
        for document in &parsed.documents {
            let _ = writeln!(out, "document {}..{}", document.span.start, document.span.end);
            outline(&document.node, "root", 1, &file, &mut out);
        }
        for finding in &parsed.findings {
            let span = finding.primary.span;
            let marked = &file.text()[span.start as usize..span.end as usize];
            let _ = writeln!(out, "{} {} {marked:?}: {}", finding.rule.as_str(), place(&file, span), finding.message);
            for related in &finding.related {
                let _ = writeln!(out, "  {} {}", place(&file, related.span), related.text);
            }
            if let Some(help) = &finding.help {
                let _ = writeln!(out, "  {help}");
            }
        }
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, out);
        });
        count += 1;
    }
    assert!(count > 30);
}

/// Every scalar that is written on one line without escapes says in its span what it says in its text.
fn spans_hold(node: &Node, file: &SourceFile) -> usize {
    let written = &file.text()[node.span().start as usize..node.span().end as usize];
    let below: usize = node.items().iter().map(|item| spans_hold(item, file)).sum();
    let below = below + node.entries().iter().map(|e| spans_hold(&e.value, file)).sum::<usize>();
    for entry in node.entries() {
        let key = &file.text()[entry.key.span.start as usize..entry.key.span.end as usize];
        assert_eq!(entry.key.text, key.trim_matches(['"', '\'']));
    }
    let Some(text) = node.scalar_text() else { return below };
    match node.style() {
        Style::Plain => assert_eq!(text, written),
        Style::SingleQuoted => assert_eq!(text, written.trim_matches('\'')),
        Style::DoubleQuoted => assert_eq!(text, written.trim_matches('"')),
        Style::Literal | Style::Folded => assert!(written.starts_with(['|', '>']), "{written}"),
        Style::Flow => panic!("no scalar is a flow"),
    }
    below + 1
}

#[test]
fn spans_are_the_bytes_that_are_written() {
    let file = file(include_str!("../testdata/deployment.yaml"));
    let parsed = parse(&file, Dialect::Kustomize);
    assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
    let scalars: usize = parsed.documents.iter().map(|d| spans_hold(&d.node, &file)).sum();
    assert!(scalars > 20, "{scalars}");
}

#[test]
fn nesting_of_any_depth_is_a_finding() {
    let flow = "[".repeat(100_000);
    let braces = "{a: ".repeat(100_000);
    let dashes = "- ".repeat(100_000);
    let mut steps = String::new();
    for depth in 0..3_000 {
        let _ = writeln!(steps, "{}a:", " ".repeat(depth));
    }
    for text in [flow, braces, dashes, steps] {
        let message = problem(format!("{text}\n"));
        assert!(message.contains("deeper than 500"), "{message}");
    }
}

#[test]
fn nesting_by_aliases_is_bounded_too() {
    let mut text = "- &a0 x\n".to_owned();
    for i in 1..100_000 {
        let _ = writeln!(text, "- &a{i} [*a{}]", i - 1);
    }
    assert!(problem(text).contains("deeper than 500"));
}

#[test]
fn a_hundred_thousand_unclosed_brackets_do_not_hide_the_next_document() {
    let parsed = parsed(format!("{}\n---\na: 1\n", "[".repeat(100_000)));
    assert_eq!((parsed.documents.len(), parsed.findings.len()), (1, 1));
}

#[test]
fn an_alias_bomb_is_one_finding_and_the_next_document_is_read() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let aliases = vec![format!("*a{}", i - 1); 9].join(", ");
        let _ = writeln!(text, "a{i}: &a{i} [{aliases}]");
    }
    text.push_str("---\nb: 1\n");
    let parsed = parsed(text);
    assert_eq!(parsed.documents.len(), 1);
    let [finding] = parsed.findings.as_slice() else { panic!("one finding: {:?}", parsed.findings) };
    assert!(finding.message.contains("aliases"), "{}", finding.message);
}

#[test]
fn aliases_of_one_long_text_are_bounded() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 1000].join(", "));
    assert!(problem(text).contains("aliases"));
}

#[test]
fn an_alias_has_the_place_of_its_anchor() {
    let file = file("a: &x {b: 1}\nc: *x\n");
    let parsed = parse(&file, Dialect::Kustomize);
    let value = parsed.documents[0].node.at(&["c", "b"]).expect("is there");
    assert_eq!(place(&file, value.span()), "1:11");
}

/// Generous for a debug build on a busy machine, and far below what anything quadratic would take.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn large_scalars_and_flat_files_take_linear_time() {
    let long = "x".repeat(3_000_000);
    let words = "word ".repeat(500_000);
    let lines = "  line\n".repeat(300_000);
    let mut keys = String::new();
    for i in 0..50_000 {
        let _ = writeln!(keys, "k{i}: {i}");
    }
    let json = format!("[{}]", vec!["{\"a\": 1}"; 50_000].join(", "));
    let comments = "# c\n".repeat(200_000);
    let cases = [
        format!("a: {long}\n"),
        format!("a: \"{long}\"\n"),
        format!("a: {words}\n"),
        format!("a: |\n{lines}"),
        format!("a: >\n{lines}"),
        format!("a: '\n{lines}'\n"),
        keys,
        json,
        format!("{comments}a: 1\n"),
        format!("a: 1\n{comments}"),
        "- a\n".repeat(100_000),
        "---\na: b: c\n".repeat(50_000),
        "%YAML 2.0\n---\n".repeat(50_000),
        "---\n- \ta: 1\n".repeat(50_000),
    ];
    for text in cases {
        let start: String = text.chars().take(20).collect();
        let begun = Instant::now();
        let parsed = parsed(text);
        assert!(!parsed.documents.is_empty() || !parsed.findings.is_empty(), "{start}");
        assert!(begun.elapsed() < SOON, "{start}: {:?}", begun.elapsed());
    }
}

#[test]
fn many_equal_keys_are_found_in_linear_time() {
    let parsed = parsed("a: 1\n".repeat(20_000));
    assert_eq!(parsed.findings.len(), 1001);
    let last = parsed.findings.last().expect("there are some");
    assert!(last.message.ends_with("and 18998 more problems in this file are not listed"), "{}", last.message);
    assert_eq!(parsed.documents[0].node.entries().len(), 1);
}

#[test]
fn of_a_utf_16_file_only_the_first_document_is_read() {
    let text = "\u{feff}a: ü\n---\nb: 1\n---\nc: 1\n";
    let file = Sources::new().add_encoded("a.yaml", text.to_owned(), Encoding::Utf16LittleEndian);
    let parsed = parse(&file, Dialect::Kustomize);
    assert_eq!(parsed.documents.len(), 1);
    let [finding] = parsed.findings.as_slice() else { panic!("one finding: {:?}", parsed.findings) };
    assert!(finding.message.ends_with("2 more are lost"), "{}", finding.message);
    let bytes = Encoding::Utf16LittleEndian.encode(text);
    let value = parsed.documents[0].node.get("a").expect("is there").span();
    assert_eq!(bytes[file.file_range(value)], Encoding::Utf16LittleEndian.encode("ü"));
}

#[test]
fn every_document_may_begin_with_a_byte_order_mark() {
    let file = file("\u{feff}a: 1\n---\n\u{feff}b: 2\n---\r\n\u{feff}c: 3\n");
    let parsed = parse(&file, Dialect::Kustomize);
    assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
    assert_eq!(parsed.documents.len(), 3);
    let value = parsed.documents[1].node.get("b").expect("is there");
    assert_eq!(&file.text()[value.span().start as usize..value.span().end as usize], "2");
}

#[test]
fn an_empty_file_and_one_of_comments_hold_nothing() {
    for text in ["", "\n\n", "# nothing\n", "---\n", "---\n---\n# x\n", "\u{feff}"] {
        let parsed = parsed(text);
        assert_eq!((parsed.documents.len(), parsed.findings.len()), (0, 0), "{text:?}");
    }
}
