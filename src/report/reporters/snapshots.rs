//! What the samples look like in every format. Read them as a user would before accepting a change.

use crate::samples::{all, green, many_failures};
use crate::{
    Detail, TerminalOptions, diff_markdown, diff_stat, diff_terminal, headline, html_files, junit, markdown, sarif,
    status_description, terminal,
};

/// The budget of a comment.
const COMMENT: usize = 60_000;

/// Samples that are looked at as pages and in code scanning, too: between them they have every part.
const ON_PAGES: [&str; 7] =
    ["green", "image-missing", "compared-all", "broken-and-failed", "altered", "cases-failed", "dangerous"];

const PLAIN: TerminalOptions = TerminalOptions { color: false, width: 80, detail: Detail::Everything };

#[test]
fn samples_look_as_they_should_on_a_terminal() {
    for (name, report) in all() {
        insta::assert_snapshot!(format!("terminal-{name}"), terminal(&report, PLAIN));
    }
}

#[test]
fn samples_look_as_they_should_in_a_comment() {
    for (name, report) in all() {
        insta::assert_snapshot!(format!("markdown-{name}"), markdown(&report, COMMENT));
    }
}

#[test]
fn samples_look_as_they_should_in_junit() {
    for (name, report) in all() {
        insta::assert_snapshot!(format!("junit-{name}"), junit(&report, Some("/out")));
    }
}

#[test]
fn samples_look_as_they_should_in_code_scanning() {
    for (name, report) in all().into_iter().filter(|(name, _)| ON_PAGES.contains(name)) {
        insta::assert_snapshot!(format!("sarif-{name}"), sarif(&report, seatrial_model::ids::CATALOG));
    }
}

#[test]
fn samples_look_as_they_should_on_a_page() {
    for (name, report) in all().into_iter().filter(|(name, _)| ON_PAGES.contains(name)) {
        let [(_, page), _] = html_files(&report);
        insta::assert_snapshot!(format!("html-{name}"), page);
    }
}

#[test]
fn differences_look_as_they_should() {
    for (name, report) in all().into_iter().filter(|(_, report)| report.environments.iter().any(|e| e.diff.is_some())) {
        insta::assert_snapshot!(format!("diff-terminal-{name}"), diff_terminal(&report, PLAIN));
        insta::assert_snapshot!(format!("diff-markdown-{name}"), diff_markdown(&report, COMMENT));
        insta::assert_snapshot!(format!("diff-stat-{name}"), diff_stat(&report, PLAIN));
    }
}

#[test]
fn samples_have_a_status_description() {
    let told = all().into_iter().map(|(name, report)| {
        let description = status_description(&report).replace(&report.digest(), "DIGEST");
        format!("{name}: {description}")
    });
    insta::assert_snapshot!("status-descriptions", told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_change_that_affects_no_environment_says_so() {
    let mut report = green();
    for environment in &mut report.environments {
        environment.changed = Some(false);
    }
    assert!(headline(&report).starts_with("Passed, no environment affected: 13 objects in 2 environments"));
    report.environments[0].changed = None;
    assert!(headline(&report).starts_with("Passed: 13 objects in 2 environments"));
}

#[test]
fn samples_have_a_headline() {
    let lines: Vec<String> = all().iter().map(|(name, report)| format!("{name}: {}", headline(report))).collect();
    insta::assert_snapshot!("headlines", lines.join("\n"));
}

#[test]
fn a_report_of_300_failures_begins_with_what_matters() {
    let text = markdown(&many_failures(300), COMMENT);
    let top: Vec<&str> = text.lines().take(60).collect();
    insta::assert_snapshot!("markdown-300-failures-top", top.join("\n"));
}

#[test]
fn colours_and_quiet_change_no_word() {
    for (_, report) in all() {
        let colored = terminal(&report, TerminalOptions { color: true, ..PLAIN });
        let mut plain = String::new();
        for (nth, piece) in colored.split("\u{1b}[").enumerate() {
            plain.push_str(if nth == 0 { piece } else { piece.split_once('m').map_or("", |(_, rest)| rest) });
        }
        assert_eq!(plain, terminal(&report, PLAIN));
        let quiet = terminal(&report, TerminalOptions { detail: Detail::Verdict, ..PLAIN });
        assert!(quiet.lines().all(|line| plain.lines().any(|other| other == line)), "{quiet}");
    }
}
