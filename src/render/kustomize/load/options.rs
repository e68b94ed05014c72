//! How a tree is built: what may be read, what stands in for other repositories, and what becomes of charts.

use seatrial_helm::Chance;

use crate::load::chart_options::HelmCharts;
use crate::load::remote::Checkout;

/// What may be loaded from outside a kustomization's own directory (kustomize: `--load-restrictor`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadRestriction {
    /// Files must lie below the directory of the kustomization that names them.
    #[default]
    RootOnly,
    /// Files may lie anywhere in the tree, as Flux allows.
    None,
}

/// How to build.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What may be loaded.
    pub load_restriction: LoadRestriction,
    /// Copies of other repositories in the tree, which stand in for remote bases. Nothing is ever fetched.
    pub checkouts: Vec<Checkout>,
    /// What becomes of charts.
    pub charts: HelmCharts,
    /// Of what charts make what is random, and the time that it is for them.
    pub chance: Chance,
}
