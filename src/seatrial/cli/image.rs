//! Flags of `image policy`.

use std::path::PathBuf;

use clap::{ArgAction, ArgGroup, Args, Subcommand, ValueEnum};
use jiff::Timestamp;

/// Below the flags of `image policy`.
const WORDS: &str = "\
Exit codes: 0 a tag wins, 1 no tag wins, 2 wrong command line or policy.

Example: az acr repository show-tags --name shop --repository web |
  seatrial image policy --policy clusters/dev/images.yaml:web";

/// One of the four says how tags are compared.
const USAGE: &str = "\
seatrial image policy --policy <FILE[:NAME]> [OPTIONS]
       seatrial image policy --semver <RANGE> | --alphabetical <ORDER> |
                             --numerical <ORDER> [OPTIONS]";

/// Flags of `image`.
#[derive(Clone, Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    pub(crate) command: ImageCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Say which tag an image policy of Flux selects from a list, and why not the others.
    #[command(after_help = WORDS, override_usage = USAGE)]
    Policy(PolicyArgs),
}

/// Flags of `image policy`.
#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("choice").required(true).args(["policy", "semver", "alphabetical", "numerical"]))]
pub(crate) struct PolicyArgs {
    /// ImagePolicy, or ResourceSetInputProvider, in a YAML file; its name, where the file holds several.
    #[arg(long, value_name = "FILE[:NAME]", conflicts_with_all = ["filter", "extract"])]
    pub(crate) policy: Option<String>,

    /// The highest version in a range, as in `>=1.0.0 <2.0.0`.
    #[arg(long, value_name = "RANGE")]
    pub(crate) semver: Option<String>,

    /// The last tag in the alphabet (asc), or the first (desc).
    #[arg(long, value_name = "ORDER", ignore_case = true, hide_possible_values = true)]
    pub(crate) alphabetical: Option<Order>,

    /// The largest number (asc), or the smallest (desc).
    #[arg(long, value_name = "ORDER", ignore_case = true, hide_possible_values = true)]
    pub(crate) numerical: Option<Order>,

    /// Only tags that match a regular expression in Go's syntax.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) filter: Option<String>,

    /// What of a tag is compared, as in `$version` or `$1`.
    #[arg(long, value_name = "EXPR", requires = "filter")]
    pub(crate) extract: Option<String>,

    /// Whether the schedule of a ResourceSetInputProvider is open at a time, as in `2026-01-05T10:00:00Z`.
    #[arg(long, value_name = "TIME", requires = "policy")]
    pub(crate) at: Option<Timestamp>,

    /// Tags, one per line or as JSON of a registry's client; - is standard input, the default.
    #[arg(long, value_name = "FILE")]
    pub(crate) tags: Option<PathBuf>,

    /// Format: text or json.
    #[arg(long, short, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) output: DecisionFormat,

    /// List all tags, not only the nearest ones.
    #[arg(long, short, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    /// The last one.
    Asc,
    /// The first one.
    Desc,
}

impl Order {
    /// As a policy writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Order::Asc => "asc",
            Order::Desc => "desc",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecisionFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
