//! What later steps of a CI get to know of a run: names and values.
//!
//! How a host takes them is `seatrial_ci`'s.

use std::path::Path;

use seatrial_ci::{Host, environment_matrix};
use seatrial_model::{Level, Report, Target, TestOutcome, TestResult};

use crate::cli::{Output, ReportFormat};

/// Name and value of an output.
pub(crate) type StepOutput = (&'static str, String);

/// The outputs of a run. Each name is one word, so that every host takes it.
pub(crate) fn outputs(host: Host, report: &Report, written: &[Output], directory: &Path) -> Vec<StepOutput> {
    let file = |format| file_of(format, written, directory);
    let told = report.by_mistake();
    let tests = || report.environments.iter().flat_map(|environment| &environment.tests);
    vec![
        ("verdict", report.verdict.as_str().to_owned()),
        ("report", file(ReportFormat::Json)),
        ("junit", file(ReportFormat::Junit)),
        ("sarif", file(ReportFormat::Sarif)),
        ("html", file(ReportFormat::Html)),
        ("errors", told.count(Level::Error).to_string()),
        ("warnings", told.count(Level::Warning).to_string()),
        ("notes", told.count(Level::Note).to_string()),
        ("tests", tests().filter(|test| has_run(test)).count().to_string()),
        ("failures", tests().filter(|test| has_failed(test)).count().to_string()),
        ("routine", (!report.routine().is_empty()).to_string()),
        ("url", address(report)),
        ("environments", environment_matrix(host, report)),
    ]
}

/// The path of a report in a format; empty where none was asked for.
fn file_of(format: ReportFormat, written: &[Output], directory: &Path) -> String {
    let file = written.iter().filter(|output| output.format == format).find_map(|output| output.file.as_ref());
    file.map(|file| directory.join(file).display().to_string()).unwrap_or_default()
}

fn has_run(test: &TestResult) -> bool {
    !matches!(test.outcome, TestOutcome::Unaffected | TestOutcome::Skipped)
}

fn has_failed(test: &TestResult) -> bool {
    matches!(test.outcome, TestOutcome::Failed | TestOutcome::Broken)
}

/// Where the first environment that was deployed to a real cluster can be looked at; empty where none can.
fn address(report: &Report) -> String {
    let mut targets = report.environments.iter().filter_map(|environment| environment.target.as_ref());
    targets.find_map(Target::address).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_where_the_run_was_started() {
        let written: Vec<Output> =
            ["json=out/report.json", "sarif=/tmp/a.sarif"].map(|text| text.parse().expect("an output")).to_vec();
        let outputs = outputs(Host::Local, &Report::new("run", "0"), &written, Path::new("/w"));
        let value = |name: &str| outputs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("report"), Some("/w/out/report.json"));
        assert_eq!(value("sarif"), Some("/tmp/a.sarif"));
        assert_eq!((value("html"), value("verdict"), value("errors")), (Some(""), Some("passed"), Some("0")));
    }
}
