//! Properties that hold for any text, large reports and small budgets: what is fed in never becomes more than text.

mod pages;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use seatrial_model::{Report, Verdict, is_unseen};
use seatrial_published::json;

use crate::plain::one_line;
use crate::samples::{all, filled_with, many_alterations, many_failures};
use crate::{Detail, TerminalOptions, headline, inline, junit, markdown, status_description, terminal};

/// Room enough for every sample.
const AMPLE: usize = 10_000_000;

/// The comment's budget.
const COMMENT: usize = 60_000;

/// Everything that means something to one of the formats or their readers.
const HOSTILE: [&str; 93] = [
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\r\n",
    "\n\n",
    "|",
    "\\",
    "*",
    "_",
    "**",
    "[x](https://evil.example)",
    "![x](https://evil.example/i.png)",
    "<img src=x onerror=1>",
    "<!--",
    "-->",
    "</details>",
    "<details>",
    "</sub>",
    "<https://evil.example>",
    "https://evil.example/?a=1",
    "WWW.evil.example",
    "@octocat",
    "a@b.example",
    "#1",
    "GH-1",
    "o/r#2",
    ":tada:",
    ":100:",
    "$x$",
    "$$",
    "- ",
    "+ ",
    "1. ",
    "> ",
    "# ",
    "---",
    "===",
    "    ",
    "\t",
    "]]>",
    "\u{1b}[31m",
    "\0",
    "\u{202e}",
    "\u{ffff}",
    "ü名",
    "| a | b |\n|---|---|\n",
    "|-|-|",
    "`|`",
    "````",
    "~~~~",
    "~~x~~",
    "[^1]",
    "[^1]: note\n",
    "[a]",
    "[a]: https://evil.example\n",
    "](",
    ")",
    "[x] ",
    "- [ ] ",
    "[!NOTE]",
    "> [!NOTE]\n",
    "<a href=x>",
    "<br>",
    "<script>",
    "<xmp>",
    "<plaintext>",
    "</summary>",
    "<?",
    "<!DOCTYPE x>",
    "<![CDATA[",
    "&",
    "&lt;b&gt;",
    "&#64;octocat",
    "&#x3c;b&#x3e;",
    "&nbsp;",
    "\\`",
    "\\|",
    "\\\\",
    "mailto:a@b.example",
    "xmpp:a@b.example",
    "ftp://evil.example",
    "http:",
    "//evil.example",
    "ww.evil.example",
    "@acme/team",
    "* * *",
    "=",
    "\u{85}",
    "\u{2028}",
    "\u{2066}",
    "\u{feff}",
];

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        1 => "[a-z ]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    // A text of nothing but blanks is left out in places, which is another shape of report.
    prop::collection::vec(piece, 1..8)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("says nothing", |text| one_line(text).chars().any(|c| !c.is_whitespace()))
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options
}

/// The blocks of a document, indented as they are nested; of inlines the links, images and tags.
fn shape(text: &str) -> String {
    let arena = Arena::new();
    let mut shape = String::new();
    describe(parse_document(&arena, text, &options()), 0, &mut shape);
    shape
}

fn describe<'a>(node: &'a AstNode<'a>, depth: usize, shape: &mut String) {
    let data = node.data();
    let name = match &data.value {
        NodeValue::Text(_) | NodeValue::Code(_) | NodeValue::SoftBreak | NodeValue::Escaped => return,
        NodeValue::HtmlInline(html) => format!("html {html}"),
        // What stands in a summary is text; its tags are ours.
        NodeValue::HtmlBlock(html) => {
            let tags = html.literal.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
            format!("html block {}", tags.collect::<Vec<_>>().join(" "))
        }
        NodeValue::Link(_) => "link".to_owned(),
        NodeValue::CodeBlock(_) => "code block".to_owned(),
        NodeValue::List(_) => "list".to_owned(),
        NodeValue::Item(_) => "item".to_owned(),
        NodeValue::Table(table) => format!("table of {}", table.num_columns),
        other => format!("{other:?}"),
    };
    shape.push_str(&format!("{}{name}\n", "  ".repeat(depth)));
    for child in node.children() {
        describe(child, depth + 1, shape);
    }
}

/// Text that is shown as text, not as code: where GitHub's filters look for mentions, references, emoji and addresses.
fn shown_text(text: &str) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options());
    let mut shown = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => shown.push_str(text),
            NodeValue::HtmlBlock(html) => shown.push_str(&html.literal.replace("&#8203;", "\u{200b}")),
            NodeValue::Code(_) => shown.push('\u{fffc}'),
            NodeValue::SoftBreak | NodeValue::Paragraph | NodeValue::Item(_) | NodeValue::TableCell => shown.push(' '),
            _ => {}
        }
    }
    shown
}

fn linked(text: &str) -> Vec<String> {
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options());
    let links = root.descendants().filter_map(|node| match &node.data().value {
        NodeValue::Link(link) => Some(link.url.clone()),
        _ => None,
    });
    links.collect()
}

fn has_pair(text: &str, first: char, second: impl Fn(char) -> bool) -> bool {
    text.chars().zip(text.chars().skip(1)).any(|(a, b)| a == first && second(b))
}

/// The comments on lines.
fn inlines(text: &str) -> Vec<String> {
    let report = filled_with(text);
    assert!(!report.findings.is_empty());
    report.findings.iter().map(inline).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_changes_the_shape_of_a_comment(text in hostile_text()) {
        let told = markdown(&filled_with(&text), AMPLE);
        prop_assert_eq!(shape(&told), shape(&markdown(&filled_with("x"), AMPLE)), "{}", told);
        for (told, expected) in std::iter::zip(inlines(&text), inlines("x")) {
            prop_assert_eq!(shape(&told), shape(&expected), "{}", told);
        }
    }

    #[test]
    fn no_text_is_found_by_the_filters_of_the_forge(text in hostile_text()) {
        let told = [vec![markdown(&filled_with(&text), AMPLE)], inlines(&text)].concat().join("\n\n");
        let shown = shown_text(&told);
        prop_assert!(!has_pair(&shown, '@', char::is_alphanumeric), "mention: {}", shown);
        prop_assert!(!has_pair(&shown, '#', |c| c.is_ascii_digit()), "reference: {}", shown);
        prop_assert!(!shown.contains("://") && !shown.to_lowercase().contains("www."), "address: {}", shown);
        prop_assert!(!shown.contains(":tada:") && !shown.contains(":100:"), "emoji: {}", shown);
        prop_assert!(!has_pair(&shown, '$', |c| c != '\u{200b}' && !c.is_whitespace()), "formula: {}", shown);
    }

    #[test]
    fn links_lead_to_the_repository_and_the_run_alone(text in hostile_text()) {
        for address in linked(&markdown(&filled_with(&text), AMPLE)) {
            let file = "https://github.com/acme/shop/blob/abc1234def5678abc1234def5678abc1234def56/";
            let run = "https://github.com/acme/shop/actions/runs/5678";
            prop_assert!(address.starts_with(file) || address == run, "{}", address);
        }
    }

    #[test]
    fn junit_is_valid_for_any_text(text in hostile_text()) {
        let xml = junit(&filled_with(&text), Some("/out"));
        let document = roxmltree::Document::parse(&xml);
        prop_assert!(document.is_ok(), "{:?}\n{}", document.err(), xml);
    }

    #[test]
    fn no_control_character_reaches_a_terminal(text in hostile_text(), width in 0_usize..200) {
        let told = terminal(&filled_with(&text), TerminalOptions { color: false, width, detail: Detail::Everything });
        prop_assert!(!told.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{:?}", told);
        prop_assert!(!headline(&filled_with(&text)).chars().any(char::is_control));
    }

    #[test]
    fn the_only_escape_sequences_are_our_colours(text in hostile_text()) {
        let filled = filled_with(&text);
        for verdict in [Verdict::Passed, Verdict::Failed, Verdict::Broken] {
            let report = Report { verdict, ..filled.clone() };
            let told = terminal(&report, TerminalOptions { color: true, width: 80, detail: Detail::Everything });
            let ours = ["0", "1", "1;31", "1;32", "1;33", "1;34", "1;36"];
            let told = ours.iter().fold(told, |told, code| told.replace(&format!("\u{1b}[{code}m"), ""));
            prop_assert!(!told.chars().any(|c| c != '\n' && is_unseen(c)), "{:?}", told);
        }
    }

    #[test]
    fn a_headline_fits_a_commit_status(text in "\\PC{0,300}") {
        let report = filled_with(&text);
        prop_assert!(headline(&report).chars().count() <= 140);
        prop_assert!(status_description(&report).chars().count() <= 140);
    }

    #[test]
    fn no_text_clips_away_what_the_change_does_to_its_checks(text in hostile_text()) {
        let told = headline(&filled_with(&text));
        prop_assert!(told.starts_with("Removes 1 test, changes 1 test. Broken"), "{}", told);
    }

    #[test]
    fn a_budget_is_kept_and_every_section_is_whole(budget in 0_usize..40_000, number in 0_usize..60) {
        let told = markdown(&many_failures(number), budget);
        prop_assert!(told.len() <= budget);
        let fences = told.lines().filter(|line| line.trim_start().starts_with("```")).count();
        prop_assert_eq!(fences % 2, 0);
        prop_assert_eq!(told.matches("<details>").count(), told.matches("</details>").count());
        prop_assert_eq!(told.matches("<sub>").count(), told.matches("</sub>").count());
    }
}

/// Each text alone, and before some of the others.
fn some_pairs() -> Vec<String> {
    let mut texts: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    for (at, first) in HOSTILE.iter().enumerate() {
        texts.extend(HOSTILE.iter().cycle().skip(at).take(8).map(|second| format!("{first}{second}")));
    }
    texts.retain(|text| one_line(text).chars().any(|c| !c.is_whitespace()));
    texts
}

/// `tests/doors/comments.py` renders with GitHub's own engine what is written here, where the variable names a file.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test may write for another one")]
fn pairs_of_hostile_texts_do_not_change_the_shape_of_a_comment() {
    let plain = markdown(&filled_with("x"), AMPLE);
    let expected = shape(&plain);
    let mut lines = serde_json::json!({ "text": "x", "comment": plain }).to_string();
    for text in some_pairs() {
        let comment = markdown(&filled_with(&text), AMPLE);
        assert_eq!(shape(&comment), expected, "{text:?}: {comment}");
        lines.push_str(&format!("\n{}", serde_json::json!({ "text": text, "comment": comment })));
    }
    if let Some(file) = std::env::var_os("SEATRIAL_HOSTILE_COMMENTS") {
        std::fs::write(file, lines).expect("written");
    }
}

#[test]
fn a_report_of_300_failures_fits_a_comment_and_names_what_it_leaves_out() {
    let told = markdown(&many_failures(300), COMMENT);
    assert!(told.len() <= COMMENT && told.len() > COMMENT / 2, "{} bytes", told.len());
    assert!(told.starts_with("### ❌ 300 problems"));
    assert!(told.contains("Shortened to fit"));
    let listed = told.lines().filter(|line| line.starts_with("- dev: ")).count();
    let unlisted = told.lines().find_map(|line| line.strip_prefix("- … and ")?.split(' ').next()?.parse().ok());
    assert_eq!(listed + unlisted.unwrap_or(0_usize), 300);
}

#[test]
fn the_smallest_budgets_still_say_the_verdict() {
    let report = many_failures(300);
    assert_eq!(markdown(&report, 30), "### ❌ failed\n");
    assert_eq!(markdown(&report, 3), "");
    assert!(markdown(&report, 400).starts_with("### ❌ 300 problems, the first in dev: "));
}

#[test]
fn what_the_change_does_to_its_checks_is_the_last_to_be_left_out() {
    let altered = Report { alterations: many_alterations(4).alterations, ..many_failures(300) };
    for budget in [COMMENT, 20_000, 5_000, 2_000, 1_000] {
        let told = markdown(&altered, budget);
        let lines: Vec<&str> =
            told.lines().filter(|line| line.starts_with("* ⚠️ The pull request removes the test")).collect();
        assert_eq!(lines.len(), 4, "{budget}: {told}");
        assert!(told.starts_with("### ❌ Removes 4 tests. 300 problems, the first in dev: "), "{told}");
    }
    assert_eq!(markdown(&altered, 50), "### ❌ Removes 4 tests. Failed\n");
}

#[test]
fn a_comment_names_ten_alterations_and_the_log_and_json_all() {
    let report = many_alterations(25);
    let told = markdown(&report, AMPLE);
    assert!(told.starts_with("### ⚠️ Removes 25 tests. Passed: 13 objects"), "{told}");
    assert_eq!(told.matches("* ⚠️ The pull request removes the test").count(), 10);
    assert!(told.contains("* … and 15 more; the JSON report has all of them\n"), "{told}");
    for detail in [Detail::Verdict, Detail::Everything] {
        let log = terminal(&report, TerminalOptions { color: false, width: 80, detail });
        assert_eq!(log.matches("warning: the pull request removes the test `the shop answers").count(), 25, "{log}");
    }
    assert_eq!(json(&report).matches("the shop answers in language").count(), 25);
}

#[test]
fn json_fits_its_published_schema_and_reads_back() {
    let validator = jsonschema::validator_for(&seatrial_published::schema()).expect("the schema is one");
    for (name, report) in all() {
        let text = json(&report);
        let value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}");
        assert_eq!(seatrial_published::read(text.as_bytes()).expect("a report"), report, "{name}");
    }
}

#[test]
fn junit_counts_a_case_per_stage_test_and_finding() {
    for (name, report) in all() {
        let xml = junit(&report, Some("/out"));
        let document = roxmltree::Document::parse(&xml).expect("XML");
        let suites = document.root_element();
        let count = |tag: &str| suites.descendants().filter(|node| node.has_tag_name(tag)).count().to_string();
        assert_eq!(suites.attribute("tests"), Some(count("testcase").as_str()), "{name}");
        assert_eq!(suites.attribute("failures"), Some(count("failure").as_str()), "{name}");
        assert_eq!(suites.attribute("errors"), Some(count("error").as_str()), "{name}");
        assert_eq!(suites.attribute("skipped"), Some(count("skipped").as_str()), "{name}");
    }
}
