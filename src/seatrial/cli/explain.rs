//! Flags of `explain`.

use clap::Args;

/// Flags of `explain`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Id of a rule, as findings show it in brackets.
    #[arg(value_name = "RULE", required_unless_present = "list")]
    pub(crate) rule: Option<String>,

    /// Print all rules as a Markdown table.
    #[arg(long, conflicts_with = "rule")]
    pub(crate) list: bool,
}
