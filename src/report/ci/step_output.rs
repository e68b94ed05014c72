//! What is handed to the host beside the log: outputs for later steps, and a summary.

use crate::azure_commands::command;
use crate::{Host, LogCommands};

/// A step output in the dialect of the host's output file: `name<<random\nvalue\nrandom\n`; where the value holds that delimiter, one made
/// from it is taken that the value does not hold (CVE-2022-35954). Empty where
/// the host has no such file.
#[must_use]
pub fn step_output(host: Host, name: &str, value: &str, random: &str) -> String {
    match host {
        Host::GitHubActions => {
            let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
            let delimiter = delimiter(value, random);
            format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
        }
        Host::AzurePipelines | Host::Jenkins | Host::Other | Host::Local => String::new(),
    }
}

/// Step outputs as log commands, where the host takes them from the log: `$(trial.verdict)` behind a step with the name `trial`.
#[must_use]
pub fn output_commands(host: Host, outputs: &[(&str, &str)]) -> LogCommands {
    match host {
        Host::AzurePipelines => {
            let set = |(name, value): &(&str, &str)| {
                command("task.setvariable", &[("variable", name), ("isOutput", "true")], value)
            };
            LogCommands::new(outputs.iter().map(set).collect())
        }
        Host::GitHubActions | Host::Jenkins | Host::Other | Host::Local => LogCommands::default(),
    }
}

/// Shows a file as a summary of the run. It must be there: where it is not, the command fails the step.
#[must_use]
pub fn summary_command(host: Host, path: &str) -> LogCommands {
    match host {
        Host::AzurePipelines => LogCommands::new(command("task.uploadsummary", &[], path)),
        Host::GitHubActions | Host::Jenkins | Host::Other | Host::Local => LogCommands::default(),
    }
}

fn delimiter(value: &str, random: &str) -> String {
    let random: String = random.chars().filter(char::is_ascii_alphanumeric).collect();
    let first = format!("seatrial-{random}");
    let mut delimiter = first.clone();
    let mut tries = 0_u32;
    while value.contains(&delimiter) {
        tries += 1;
        delimiter = format!("{first}-{tries}");
    }
    delimiter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_between_two_delimiters() {
        assert_eq!(
            step_output(Host::GitHubActions, "verdict", "passed", "4f2a"),
            "verdict<<seatrial-4f2a\npassed\nseatrial-4f2a\n"
        );
    }

    #[test]
    fn a_value_that_holds_the_delimiter_cannot_end_itself() {
        let value = "a\nseatrial-4f2a\nother=b\nseatrial-4f2a-1";
        let written = step_output(Host::GitHubActions, "report", value, "4f2a");
        assert_eq!(written, format!("report<<seatrial-4f2a-2\n{value}\nseatrial-4f2a-2\n"));
    }

    #[test]
    fn a_name_cannot_hold_a_second_assignment() {
        let written = step_output(Host::GitHubActions, "a=b\nc<<d", "v", "0");
        assert!(written.starts_with("abcd<<seatrial-0\n"), "{written}");
    }

    #[test]
    fn a_local_run_has_no_outputs() {
        assert_eq!(step_output(Host::Local, "verdict", "passed", "4f2a"), "");
    }
    #[test]
    fn azure_pipelines_takes_outputs_and_summary_from_the_log() {
        assert_eq!(
            output_commands(Host::AzurePipelines, &[("verdict", "passed"), ("report", "/w/a;b.json")]).as_str(),
            "##vso[task.setvariable variable=verdict;isOutput=true]passed\n\
             ##vso[task.setvariable variable=report;isOutput=true]/w/a;b.json\n"
        );
        assert_eq!(summary_command(Host::AzurePipelines, "/t/a.md").as_str(), "##vso[task.uploadsummary]/t/a.md\n");
        for host in [Host::GitHubActions, Host::Jenkins, Host::Other, Host::Local] {
            assert_eq!(output_commands(host, &[("verdict", "passed")]), LogCommands::default());
            assert_eq!(summary_command(host, "/t/a.md"), LogCommands::default());
        }
    }
}
