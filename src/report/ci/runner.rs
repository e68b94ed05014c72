//! What must hold against the hosts' own reading of a log.

use proptest::prelude::*;
use seatrial_model::{Level, Location, Report, ReportedFinding, ReportedLabel, shown_on_one_line};

use crate::obeyed::{obeyed, raw_character, without_colours};
use crate::{Host, annotations, neutralised, neutralised_json, neutralised_painted};

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
        "\u{202e}",
        "\u{1b}[1m",
        "\u{1b}[",
        "\u{9b}",
        "teamcity[",
        "%0A",
        "%5D",
        "%AZP25",
        ";",
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
        let safe = neutralised(&text);
        prop_assert_eq!(obeyed(&safe), vec![]);
        prop_assert_eq!(raw_character(&safe), None);
        prop_assert_eq!(&neutralised(&safe), &safe, "what is safe stays as it is");
        prop_assert_eq!(safe.matches('\n').count(), text.matches('\n').count(), "lines stay lines");
    }

    #[test]
    fn nothing_in_a_painted_text_is_obeyed_but_its_colours(text in hostile()) {
        let safe = neutralised_painted(&text);
        prop_assert_eq!(obeyed(&safe), vec![]);
        prop_assert_eq!(raw_character(&without_colours(&safe)), None);
        prop_assert_eq!(&neutralised_painted(&safe), &safe, "what is safe stays as it is");
    }

    #[test]
    fn json_says_the_same_and_nothing_in_it_is_obeyed(key in hostile(), value in hostile()) {
        let value = serde_json::json!({ key: [value, 1, true] });
        let safe = neutralised_json(&format!("{value:#}\n"));
        prop_assert_eq!(obeyed(&safe), vec![]);
        prop_assert_eq!(raw_character(&safe), None);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).expect("JSON"), value);
    }

    #[test]
    fn an_annotation_is_one_command_and_says_what_the_finding_says(path in hostile(), message in hostile()) {
        let path = format!("a{path}");
        let mut report = Report::new("run", "0");
        report.findings = vec![finding(&path, &message)];
        let hosts = [(Host::GitHubActions, "error", "file"), (Host::AzurePipelines, "task.logissue", "sourcepath")];
        for (host, name, file) in hosts {
            let log = annotations(host, &report).to_string();
            let commands = obeyed(&log);
            prop_assert_eq!(commands.len(), 1);
            prop_assert_eq!(raw_character(&log), None);
            prop_assert_eq!(&commands[0].name, name);
            let shown = |text: &str| text.split('\n').map(shown_but_tabs).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(commands[0].properties[file].replace('_', ""), shown(&path).replace('_', ""));
            prop_assert_eq!(commands[0].data.replace('_', ""), shown(&message).replace('_', ""));
            let rest = log.strip_prefix("##vso[task.logissue ").unwrap_or(&log);
            prop_assert!(!rest.contains("##[") && !rest.contains("##vso["), "no command of another host is in ours");
        }
    }
}

fn shown_but_tabs(line: &str) -> String {
    line.split('\r').map(|part| shown_on_one_line(&part.replace('\t', " ")).into_owned()).collect::<Vec<_>>().join("\r")
}

fn finding(path: &str, message: &str) -> ReportedFinding {
    let location = Location {
        belongs_to: None,
        path: path.to_owned(),
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
        excerpt: Vec::new(),
    };
    ReportedFinding {
        rule: "schema".to_owned(),
        level: Level::Error,
        message: message.to_owned(),
        primary: ReportedLabel { location, text: String::new() },
        related: Vec::new(),
        object: None,
        field: None,
        help: None,
        fix: None,
        notes: Vec::new(),
        evidence: Vec::new(),
        fingerprint: String::new(),
        age: seatrial_model::Age::New,
        stage: None,
        is_danger: false,
        environments: Vec::new(),
    }
}
