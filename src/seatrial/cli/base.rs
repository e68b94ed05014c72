//! What a checkout is compared with: `--base`.

use clap::Args;

/// Flags of what is compared.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaseArgs {
    /// Commit to compare with; else the base is found.
    #[arg(long, value_name = "REV", env = "SEATRIAL_BASE")]
    base: Option<String>,
}

impl BaseArgs {
    /// What the checkout is compared with.
    pub(crate) fn choice(&self) -> BaseChoice<'_> {
        BaseChoice::of(self.base.as_deref())
    }
}

/// What a command compares the checkout with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseChoice<'a> {
    /// `--base`: this revision.
    Revision(&'a str),
    /// The base of the pull request, else the merge base of a local branch and the default branch.
    Found,
    /// Nothing.
    Nothing,
}

impl<'a> BaseChoice<'a> {
    /// What the flag says.
    pub(crate) fn of(flag: Option<&'a str>) -> BaseChoice<'a> {
        flag.map_or(BaseChoice::Found, BaseChoice::Revision)
    }
}
