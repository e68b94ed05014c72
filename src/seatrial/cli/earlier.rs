//! Flags that name a report of an earlier run.

use std::path::PathBuf;

use clap::Args;

use super::RunArgs;

/// What is told below the flags of `run` besides: the help of a command fits one screen.
pub(super) const OF_RUN: &str = "Also: --check-images, --baseline FILE (a report), --events FILE; see README";

/// The same of `test`.
pub(super) const OF_TEST: &str = "Also: --baseline FILE, --failed-from FILE (reports), --events FILE; see README";

/// Flags of `run`.
#[derive(Clone, Debug, Args)]
pub(crate) struct WholeArgs {
    #[command(flatten)]
    pub(crate) trial: RunArgs,

    #[command(flatten)]
    pub(crate) earlier: BaselineArgs,
}

/// Flags of `test`.
#[derive(Clone, Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) trial: RunArgs,

    #[command(flatten)]
    pub(crate) earlier: BaselineArgs,

    /// Run only tests that did not pass in this JSON report.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) failed_from: Option<PathBuf>,
}

/// What tests are compared with.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineArgs {
    /// Compare tests with this JSON report.
    #[arg(long, value_name = "FILE", env = "SEATRIAL_BASELINE", hide = true)]
    pub(crate) baseline: Option<PathBuf>,
}
