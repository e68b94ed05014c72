//! Rules over rendered objects: one file per rule, one list, and a test that walks it.

use seatrial_kubernetes::Minor;
use seatrial_model::{Finding, Manifest, NotChecked};

/// What rules may know beside the objects.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The Kubernetes minor of the environment.
    pub minor: Minor,
}

/// What checking gives.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Kinds that were not validated, with counts.
    pub not_checked: Vec<NotChecked>,
}

/// Runs every rule over the objects of one environment.
#[must_use]
pub fn check(_manifests: &[Manifest], _context: &Context) -> Checked {
    Checked::default()
}
