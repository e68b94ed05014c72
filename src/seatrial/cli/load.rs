//! Flags of what is read: what a path is, and which files a kustomization may load.

use clap::{Args, ValueEnum};
use seatrial_kustomize::LoadRestriction;

/// How a path is read that may be several things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PathKind {
    /// A Helm chart, whatever else lies there.
    Helm,
}

/// How paths are read.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PathArgs {
    /// Read PATH as a Helm chart (helm), even where it has a kustomization.
    #[arg(long = "as", value_name = "WHAT", hide_possible_values = true)]
    pub(crate) path_kind: Option<PathKind>,
}

/// What kustomizations may read.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LoadArgs {
    /// Load restrictor: rootOnly or none.
    #[arg(long, value_name = "WHICH", env = "SEATRIAL_LOAD_RESTRICTOR", hide_possible_values = true)]
    load_restrictor: Option<Restrictor>,
}

impl LoadArgs {
    /// What is said of it.
    pub(crate) fn load_restriction(self) -> Option<LoadRestriction> {
        self.load_restrictor.map(|restrictor| match restrictor {
            Restrictor::RootOnly => LoadRestriction::RootOnly,
            Restrictor::None => LoadRestriction::None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Restrictor {
    /// As kustomize.
    #[value(name = "rootOnly", alias = "LoadRestrictionsRootOnly")]
    RootOnly,
    /// As Flux.
    #[value(name = "none", alias = "LoadRestrictionsNone")]
    None,
}
