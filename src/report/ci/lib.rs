//! Environment variables → where we run and for which pull request; annotation dialects, each with its own escape. Reads no file and no environment itself.

mod annotations;
mod azure_commands;
mod azure_pipelines;
mod context;
mod earlier_run;
mod forge_target;
mod github_actions;
mod host;
mod jenkins;
mod log_commands;
mod matrix;
mod neutralised;
mod other;
mod pull_request_url;
mod step_output;
mod variables;

pub use annotations::{annotation_message, annotations, error_at};
pub use context::{CallerSays, CiContext, Ended, PullRequestContext, Summary, Trust};
pub use earlier_run::EarlierRun;
pub use forge_target::{ForgeKind, ForgeTarget};
pub use host::{Depth, Host, MissingToken};
pub use log_commands::LogCommands;
pub use matrix::environment_matrix;
pub use neutralised::{begins_command, holds_commands, neutralised, neutralised_json, neutralised_painted};
pub use step_output::{output_commands, step_output, summary_command};

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod obeyed;
#[cfg(test)]
mod runner;
#[cfg(test)]
mod strange;
