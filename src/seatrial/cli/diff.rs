//! Flags of `diff`.

use clap::{Args, ValueEnum};
use seatrial_kubernetes::Minor;

use super::{CommonArgs, LoadArgs, SourceArgs, kubernetes_help};

/// Below the flags of `diff`.
pub(super) const WORDS: &str = "\
BASE and HEAD are two commits, or two files or directories of manifests,
kustomizations or charts; - is standard input. Without HEAD the working copy is
compared; without BASE, what it is compared with is found as in `validate`.

Example: KUBECTL_EXTERNAL_DIFF=\"seatrial diff --exit-code\" kubectl diff -f web.yaml";

/// Flags of `diff`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DiffArgs {
    /// What to compare with: a commit, a file, a directory or -.
    #[arg(value_name = "BASE")]
    pub(crate) before: Option<String>,

    /// What to look at, the working copy by default.
    #[arg(value_name = "HEAD")]
    pub(crate) after: Option<String>,

    #[command(flatten)]
    pub(crate) common: CommonArgs,

    #[command(flatten)]
    pub(crate) source: SourceArgs,

    #[command(flatten)]
    pub(crate) load: LoadArgs,

    /// The Kubernetes minor whose schemas match lists, where no configuration says it.
    #[arg(long, value_name = "MINOR", env = "SEATRIAL_KUBERNETES", value_parser = Minor::parse, help = kubernetes_help())]
    pub(crate) kubernetes: Option<Minor>,

    /// Format: terminal, unified, markdown, html or json.
    #[arg(long, value_name = "FORMAT", default_value = "terminal", hide_possible_values = true)]
    pub(crate) format: DiffFormat,

    /// Print only the counts.
    #[arg(long)]
    pub(crate) stat: bool,

    /// Exit with 1 where something differs.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Objects and fields, with the lines that set them.
    Terminal,
    /// The documents that differ, as `diff -u` shows them.
    Unified,
    /// As in a comment.
    Markdown,
    /// A page for a browser.
    Html,
    /// As the environments of the JSON report have it.
    Json,
}
