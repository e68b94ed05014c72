//! The findings as log commands that put them on the lines of the diff.
//!
//! Sources: GitHub's page "Workflow commands for GitHub Actions"; escapes as actions/runner `ActionCommand.cs` undoes them. The agent of Azure
//! Pipelines: `TaskCommandExtension.cs` and `ExecutionContext.cs`.

use std::fmt::Write as _;

use seatrial_model::{Age, Level, Report, ReportedFinding, counted};

use crate::azure_commands;
use crate::log_commands::escaped;
use crate::{Host, LogCommands};

/// GitHub shows this many annotations of a level per step, Azure Pipelines as many issues of a kind; both drop the rest in silence.
const MOST_PER_LEVEL: usize = 10;

/// Log commands that put the report's findings on the lines of the diff, or into the list of the run's issues; empty where the host has none.
#[must_use]
pub fn annotations(host: Host, report: &Report) -> LogCommands {
    let report = &report.by_mistake();
    match host {
        Host::GitHubActions => {
            let levels = [Level::Error, Level::Warning, Level::Note];
            LogCommands::new(levels.map(|level| of_level(report, level, "GitHub", command)).concat())
        }
        // Azure Pipelines has no issue type for a note.
        Host::AzurePipelines => {
            let levels = [Level::Error, Level::Warning];
            LogCommands::new(levels.map(|level| of_level(report, level, "Azure Pipelines", issue)).concat())
        }
        Host::Jenkins | Host::Other | Host::Local => LogCommands::default(),
    }
}

/// A log command that puts an error on a line that no finding tells of: of a configuration that cannot be read. Line and column are
/// counted from 1; empty where the host has no annotations.
#[must_use]
pub fn error_at(host: Host, path: &str, (line, column): (usize, usize), title: &str, message: &str) -> LogCommands {
    match host {
        Host::GitHubActions => {
            let (path, title) = (property(path), property(title));
            let message = data(message);
            LogCommands::new(format!("::error file={path},line={line},col={column},title={title}::{message}\n"))
        }
        Host::AzurePipelines => {
            let (line, column) = (line.to_string(), column.to_string());
            let place = [("sourcepath", path), ("linenumber", &line), ("columnnumber", &column), ("code", title)];
            let properties = [&[("type", "error")], &place[..]].concat();
            LogCommands::new(azure_commands::command("task.logissue", &properties, message))
        }
        Host::Jenkins | Host::Other | Host::Local => LogCommands::default(),
    }
}

fn of_level(report: &Report, level: Level, host: &str, command: impl Fn(&ReportedFinding) -> String) -> String {
    let is_shown =
        |f: &&ReportedFinding| f.level == level && report.is_listed(f) && !f.primary.location.path.is_empty();
    let placed = || report.findings.iter().filter(is_shown);
    let mut lines = String::new();
    for finding in placed().take(MOST_PER_LEVEL) {
        lines.push_str(&command(finding));
    }
    let more = placed().count().saturating_sub(MOST_PER_LEVEL);
    if more > 0 {
        let _ = writeln!(
            lines,
            "{} not annotated: {host} shows {MOST_PER_LEVEL} per step; the report has all",
            counted(more, &format!("more {}", level.as_str()))
        );
    }
    lines
}

fn command(finding: &ReportedFinding) -> String {
    let name = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = &finding.primary.location;
    let mut properties = vec![format!("file={}", property(&place.path)), format!("line={}", place.line)];
    properties.push(format!("endLine={}", place.end_line.max(place.line)));
    // Columns of a place that spans lines are refused by the checks API.
    if place.end_line <= place.line {
        properties.push(format!("col={}", place.column));
        properties.push(format!("endColumn={}", place.end_column.max(place.column)));
    }
    properties.push(format!("title={}", property(&format!("seatrial: {}", finding.rule))));
    format!("::{name} {}::{}\n", properties.join(","), data(&annotation_message(finding)))
}

/// An issue of Azure Pipelines, which has one line of its file and no end.
fn issue(finding: &ReportedFinding) -> String {
    let kind = if finding.level == Level::Error { "error" } else { "warning" };
    let place = &finding.primary.location;
    let (line, column) = (place.line.to_string(), place.column.to_string());
    let properties = [
        ("type", kind),
        ("sourcepath", &place.path),
        ("linenumber", &line),
        ("columnnumber", &column),
        ("code", &finding.rule),
    ];
    azure_commands::command("task.logissue", &properties, &annotation_message(finding))
}

/// What an annotation says of a finding, in lines: unescaped, as the finding has it.
#[must_use]
pub fn annotation_message(finding: &ReportedFinding) -> String {
    let before = if finding.age == Age::AlreadyThere { "already there: " } else { "" };
    let mut message = format!("{before}{}", finding.message);
    if !finding.primary.text.is_empty() {
        let _ = write!(message, ": {}", finding.primary.text);
    }
    if !finding.environments.is_empty() {
        let _ = write!(message, "\nin {}", finding.environments.join(", "));
    }
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    message
}

/// The text behind the second `::`.
fn data(text: &str) -> String {
    escaped(text, |_| "%25")
}

/// The value of a property: `,` and `:` would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_model::{Location, ReportedLabel};

    fn finding(path: &str, level: Level, message: &str) -> ReportedFinding {
        let location = Location {
            belongs_to: None,
            path: path.to_owned(),
            line: 9,
            column: 3,
            end_line: 9,
            end_column: 11,
            excerpt: Vec::new(),
        };
        ReportedFinding {
            rule: "schema".to_owned(),
            level,
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
            age: Age::New,
            stage: None,
            is_danger: false,
            environments: vec!["dev".to_owned()],
        }
    }

    fn annotated(findings: Vec<ReportedFinding>) -> String {
        on(Host::GitHubActions, findings)
    }

    fn on(host: Host, findings: Vec<ReportedFinding>) -> String {
        let mut report = Report::new("run", "0");
        report.findings = findings;
        annotations(host, &report).to_string()
    }

    #[test]
    fn puts_a_finding_on_its_line() {
        assert_eq!(
            annotated(vec![finding("deploy/web.yaml", Level::Error, "no field `replicaz`")]),
            "::error file=deploy/web.yaml,line=9,endLine=9,col=3,endColumn=11,title=seatrial%3A schema\
             ::no field `replicaz`%0Ain dev\n"
        );
    }

    #[test]
    fn an_error_at_a_line_is_escaped_like_a_finding() {
        let message = "unknown key `x`\n100%\u{1b}\u{202e} ##vso[task.complete]";
        let at = |host| error_at(host, "a,b.yaml", (2, 1), "config", message).to_string();
        assert_eq!(
            at(Host::GitHubActions),
            "::error file=a%2Cb.yaml,line=2,col=1,title=config\
             ::unknown key `x`%0A100%25\\u{1b}\\u{202e} ##_vso[task.complete]\n"
        );
        assert_eq!(
            at(Host::AzurePipelines),
            "##vso[task.logissue type=error;sourcepath=a,b.yaml;linenumber=2;columnnumber=1;code=config]\
             unknown key `x`%0A100%\\u{1b}\\u{202e} ##_vso[task.complete]\n"
        );
        for host in [Host::Jenkins, Host::Other, Host::Local] {
            assert_eq!(at(host), "");
        }
    }

    #[test]
    fn columns_are_left_out_where_a_place_spans_lines() {
        let mut spanning = finding("a.yaml", Level::Note, "x");
        spanning.primary.location.end_line = 12;
        let line = annotated(vec![spanning]);
        assert!(line.starts_with("::notice file=a.yaml,line=9,endLine=12,title="), "{line}");
    }

    #[test]
    fn no_text_of_a_finding_ends_a_property_or_starts_a_second_command() {
        let hostile = "a,line=1::b\r\n::set-env name=x::y\n%0A\u{1b}[31m";
        let line = annotated(vec![finding(hostile, Level::Warning, hostile)]);
        assert_eq!(
            line,
            "::warning file=a%2Cline=1%3A%3Ab%0D%0A%3A%3Aset-env name=x%3A%3Ay%0A%250A\\u{1b}[31m,line=9,endLine=9,col=3,\
             endColumn=11,title=seatrial%3A schema::a,line=1::b%0D%0A::set-env name=x::y%0A%250A\\u{1b}[31m%0Ain dev\n"
        );
    }

    #[test]
    fn counts_what_the_host_would_drop() {
        let mut findings = vec![finding("a.yaml", Level::Warning, "w")];
        findings.extend((0..13).map(|i| finding("a.yaml", Level::Error, &format!("e{i}"))));
        let text = annotated(findings);
        assert_eq!(text.lines().filter(|l| l.starts_with("::error ")).count(), 10);
        assert_eq!(text.lines().filter(|l| l.starts_with("::warning ")).count(), 1);
        let note = "3 more errors not annotated: GitHub shows 10 per step; the report has all";
        assert_eq!(text.lines().nth(10), Some(note));
    }

    #[test]
    fn a_finding_without_a_file_and_a_local_run_annotate_nothing() {
        assert_eq!(annotated(vec![finding("", Level::Error, "x")]), "");
        let mut report = Report::new("run", "0");
        report.findings = vec![finding("a.yaml", Level::Error, "x")];
        assert_eq!(annotations(Host::Local, &report), LogCommands::default());
    }
    #[test]
    fn azure_pipelines_lists_errors_and_warnings_with_their_places() {
        let mut findings = vec![finding("a.yaml", Level::Warning, "w"), finding("a.yaml", Level::Note, "n")];
        findings.extend((0..11).map(|i| finding("a;b].yaml", Level::Error, &format!("e{i}"))));
        let text = on(Host::AzurePipelines, findings);
        assert_eq!(
            text.lines().next(),
            Some(
                "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.yaml;linenumber=9;columnnumber=3;code=schema]e0%0Ain dev"
            )
        );
        let note = "1 more error not annotated: Azure Pipelines shows 10 per step; the report has all";
        assert_eq!(text.lines().nth(10), Some(note));
        assert!(text.ends_with("columnnumber=3;code=schema]w%0Ain dev\n"), "{text}");
    }
}
