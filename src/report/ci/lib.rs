//! Environment variables → where we run and for which pull request; annotation dialects, each with its own escape. Reads no file and no environment itself.

mod annotations;
mod context;
mod earlier_run;
mod forge_target;
mod github_actions;
mod log_commands;
mod neutralised;
mod step_output;
mod unsupported;

pub use annotations::{annotations, error_at};
pub use context::{CiContext, Host, PullRequestContext, Trust};
pub use earlier_run::EarlierRun;
pub use forge_target::{ForgeKind, ForgeTarget};
pub use log_commands::LogCommands;
pub use neutralised::{neutralised, neutralised_json, neutralised_painted};
pub use step_output::step_output;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod obeyed;
#[cfg(test)]
mod runner;
