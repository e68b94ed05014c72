//! Rules over rendered objects: one file per rule, one list, and a test that walks it.
//!
//! To add one: a file with a unit struct that implements [`Rule`], its id in the model's catalog, a line in [`RULES`], and
//! `testdata/<id>/` with `failing.yaml` and `passing.yaml`, whose comments say what is expected.

mod provenance;
mod schema;
mod served;
mod sops;
mod unknown_kind;

use std::collections::BTreeMap;

use seatrial_kubernetes::Minor;
use seatrial_model::{Finding, Manifest, NotChecked, RuleId};

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

/// One rule. It sees all objects of an environment at once: many rules are about what is between objects.
pub trait Rule: Sync {
    /// Its id, of the model's catalog; its testdata are in a folder of that name.
    fn id(&self) -> RuleId;

    /// Adds what it finds. Every finding has its primary location in a file of the repository.
    fn check(&self, manifests: &[Manifest], context: &Context, checked: &mut Checked);
}

/// Every rule, in the order in which they run.
pub static RULES: &[&dyn Rule] = &[&schema::Schema, &unknown_kind::UnknownKind, &sops::Sops];

/// Runs every rule over the objects of one environment.
#[must_use]
pub fn check(manifests: &[Manifest], context: &Context) -> Checked {
    let mut checked = Checked::default();
    for rule in RULES {
        rule.check(manifests, context, &mut checked);
    }
    checked
}

/// Objects that were not validated, counted by kind (`acme.io/Widget`), each with the first object; sorted by group and kind.
fn not_checked<'a>(
    manifests: impl Iterator<Item = &'a Manifest>,
    because: &str,
) -> impl Iterator<Item = (&'a Manifest, NotChecked)> {
    let mut kinds: BTreeMap<_, (&Manifest, usize)> = BTreeMap::new();
    for manifest in manifests {
        kinds.entry((&*manifest.id.group, &*manifest.id.kind)).or_insert((manifest, 0)).1 += 1;
    }
    kinds.into_iter().map(move |((group, kind), (first, count))| {
        let kind = if group.is_empty() { kind.to_owned() } else { format!("{group}/{kind}") };
        (first, NotChecked { kind, count, because: because.to_owned() })
    })
}

#[cfg(test)]
mod tests;
