//! Why the program ends without a report.

use seatrial_ci::{Host, LogCommands, error_at};
use seatrial_model::{EXIT_BROKEN, EXIT_USAGE, Masker, shown_on_one_line};

use crate::config::ConfigProblem;
use crate::process::secrets::{environment, masker_of};

/// Ends the program with a message on standard error.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The command line is wrong; a sentence.
    Usage(String),
    /// The configuration is wrong.
    Config(Vec<ConfigProblem>),
    /// We or the infrastructure failed; a sentence.
    Broken(String),
}

impl Stop {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Stop::Usage(_) | Stop::Config(_) => EXIT_USAGE,
            Stop::Broken(_) => EXIT_BROKEN,
        }
    }

    /// What is printed on standard error, with a final newline.
    pub(crate) fn message(&self) -> String {
        let text = match self {
            Stop::Usage(sentence) | Stop::Broken(sentence) => format!("error: {}\n", shown_on_one_line(sentence)),
            Stop::Config(problems) => {
                let each: Vec<String> = problems.iter().map(|problem| format!("{problem}\n")).collect();
                each.join("\n")
            }
        };
        own_masker().mask(&text).into_owned()
    }

    /// Log commands that put a wrong configuration on its lines, so that the pull request shows them; empty for everything else.
    pub(crate) fn annotations(&self, host: Host) -> LogCommands {
        let Stop::Config(problems) = self else { return LogCommands::default() };
        let masker = own_masker();
        let each = problems.iter().map(|problem| {
            error_at(host, &problem.path, problem.place.unwrap_or((1, 1)), "config", &masker.mask(&problem.message))
        });
        each.collect()
    }
}

/// What the program is given of secrets; the session that knew more has ended.
fn own_masker() -> Masker {
    masker_of(&environment())
}
