//! Flags that say what is made of findings.

use clap::{Args, ValueEnum};
use seatrial_model::{FailOn, Listing};
use seatrial_rules::Options;

use crate::cli::variables::boolean;

/// Flags of what is made of findings.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct FindingArgs {
    /// Errors that fail the run: new (those that are not on the base), all or never.
    #[arg(long, value_name = "WHICH", default_value = "new", env = "SEATRIAL_FAIL_ON", hide_possible_values = true)]
    fail_on: FailOnFlag,

    /// Also list findings that the base has.
    #[arg(long, env = "SEATRIAL_ALL", value_parser = boolean)]
    all: bool,

    /// Fail on objects without a known schema.
    #[arg(long, env = "SEATRIAL_STRICT_SCHEMAS", value_parser = boolean)]
    strict_schemas: bool,

    /// Look for the images in their registries.
    #[arg(long, env = "SEATRIAL_CHECK_IMAGES", value_parser = boolean)]
    check_images: bool,
}

impl FindingArgs {
    /// Which findings fail the run.
    pub(crate) fn fail_on(self) -> FailOn {
        match self.fail_on {
            FailOnFlag::New => FailOn::New,
            FailOnFlag::All => FailOn::All,
            FailOnFlag::Never => FailOn::Never,
        }
    }

    /// What the rules are asked to look at strictly.
    pub(crate) fn options(self) -> Options {
        Options { strict_schemas: self.strict_schemas }
    }

    /// Whether registries are asked for the images.
    pub(crate) fn checks_images(self) -> bool {
        self.check_images
    }

    /// Which findings are told in full.
    pub(crate) fn listing(self) -> Listing {
        if self.all { Listing::All } else { Listing::New }
    }
}

/// What is made of the fixes that findings have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixMode {
    /// They are written into the working copy.
    Apply,
    /// They are printed as a patch, instead of the report.
    Patch,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOnFlag {
    /// Errors that the base does not have; without a base, all.
    #[default]
    New,
    /// All errors.
    All,
    /// No finding; what a deployment or a test finds still does.
    Never,
}
