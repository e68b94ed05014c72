//! Flags of `init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Below the flags of `init`.
pub(super) const WORDS: &str = "\
A file that is there is never changed. With --ci, a configuration that is there
is kept, and the CI's file is added.

Example: seatrial init --ci github && seatrial validate";

/// Flags of `init`.
#[derive(Clone, Debug, Args)]
pub(crate) struct InitArgs {
    /// Also write what runs Seatrial on pull requests: github, azure or jenkins.
    #[arg(long, value_name = "CI", hide_possible_values = true)]
    pub(crate) ci: Option<CiFile>,

    /// Print what would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Configuration file, seatrial.yaml at the root of the repository by default.
    #[arg(long, value_name = "FILE", env = "SEATRIAL_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// A CI that a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiFile {
    /// A workflow of GitHub Actions.
    Github,
    /// A pipeline of Azure Pipelines.
    Azure,
    /// A Jenkinsfile.
    Jenkins,
}
