//! How the GitHub runner reads a line of a log, retold from its behaviour (actions/runner: `ActionCommand.cs`), and what must hold against it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use seatrial_model::{Level, Location, Report, ReportedFinding, ReportedLabel};

use crate::{Host, annotations, neutralised};

/// A command as the runner understands it.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

/// The lines that the runner would obey.
fn commands(log: &str) -> Vec<Command> {
    log.split(['\n', '\r']).filter_map(|line| current(line).or_else(|| legacy(line))).collect()
}

/// `::name key=value,key=value::data`, behind blanks.
fn current(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    Some(command(head, data, |text| {
        text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    }))
}

/// `##[name key=value;key=value]data`, anywhere in a line; `##vso[` of Azure Pipelines alike.
fn legacy(line: &str) -> Option<Command> {
    let at = ["##[", "##vso["].iter().filter_map(|mark| Some(line.find(mark)? + mark.len())).min()?;
    let (head, data) = line.get(at..)?.split_once(']')?;
    Some(command(head, data, str::to_owned))
}

fn command(head: &str, data: &str, unescaped: impl Fn(&str) -> String) -> Command {
    let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
    let pairs = rest.split(',').filter_map(|pair| pair.split_once('='));
    let properties = pairs.map(|(key, value)| (key.to_owned(), unescaped(value))).collect();
    Command { name: name.to_owned(), properties, data: unescaped(data) }
}

fn hostile() -> impl Strategy<Value = String> {
    let triggers = [
        "::",
        ":",
        "error",
        "set-env name=a",
        "##[",
        "##",
        "#",
        "[",
        "]",
        "vso[",
        "VSO[",
        " ",
        "\t",
        "\n",
        "\r",
        "\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "%0A",
        "%",
        ",",
        "=",
        "text",
    ];
    prop::collection::vec(prop::sample::select(triggers.to_vec()), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_in_a_neutralised_text_is_obeyed(text in hostile()) {
        let safe = neutralised(Host::GitHubActions, &text);
        prop_assert_eq!(commands(&safe), vec![]);
        // What the runner's culture-aware search passes over does not help either.
        let seen: String = safe.chars().filter(|c| !matches!(c, '\u{ad}' | '\u{200b}')).collect();
        prop_assert_eq!(commands(&seen), vec![]);
        prop_assert_eq!(safe.replace('_', ""), text.replace('_', ""), "only underscores are added");
    }

    #[test]
    fn an_annotation_is_one_command_and_says_what_the_finding_says(path in hostile(), message in hostile()) {
        let path = format!("a{path}");
        let mut report = Report::new("run", "0");
        report.findings = vec![finding(&path, &message)];
        let obeyed = commands(&annotations(Host::GitHubActions, &report));
        prop_assert_eq!(obeyed.len(), 1);
        prop_assert_eq!(&obeyed[0].name, "error");
        prop_assert_eq!(&obeyed[0].properties["file"], &path.replace('\t', " "));
        prop_assert_eq!(&obeyed[0].data, &message.replace('\t', " "));
    }
}

fn finding(path: &str, message: &str) -> ReportedFinding {
    let location =
        Location { path: path.to_owned(), line: 1, column: 1, end_line: 1, end_column: 1, excerpt: Vec::new() };
    ReportedFinding {
        rule: "schema".to_owned(),
        level: Level::Error,
        message: message.to_owned(),
        primary: ReportedLabel { location, text: String::new() },
        related: Vec::new(),
        object: None,
        field: None,
        help: None,
        notes: Vec::new(),
        evidence: Vec::new(),
        fingerprint: String::new(),
        age: seatrial_model::Age::New,
        stage: None,
        environments: Vec::new(),
    }
}
