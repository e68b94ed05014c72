//! What a change may destroy or open: rules over two renderings of an environment, one file each, one list, and a test that walks it.
//!
//! To add one: a file with a unit struct that implements [`Danger`] and its id with summary and page, a line in [`DANGERS`], and
//! `testdata/dangers/<id>/*.yaml` with its cases (how they are written stands in `dangers/cases.rs`). What is left alone is never a danger.

mod crd_moved;
mod crd_version_dropped;
mod data_deleted;
mod image;
mod image_tag_mutable;
mod image_version;
mod immutable_field;
mod object_deleted;
mod place;
mod pods;
mod privilege_added;
mod probe_removed;
mod rbac_widened;
mod resources_removed;
mod route_changed;
mod scaled_to_zero;
mod selector_orphaned;
mod transition;

use seatrial_model::{Built, Finding, Level, Rendered, RuleId};

pub use transition::{Side, Transition};

use crate::{Context, Diff};

/// One kind of danger. It sees both sides whole.
pub trait Danger: Sync {
    /// Its id; its cases are in a folder of that name.
    fn id(&self) -> RuleId;

    /// Adds what it finds. Every finding has its primary location in what was rendered of the head, or of the base where the head has nothing.
    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>);
}

/// Every danger, what loses most first.
pub static DANGERS: &[&dyn Danger] = &[
    &data_deleted::DataDeleted,
    &crd_moved::CrdMoved,
    &object_deleted::ObjectDeleted,
    &immutable_field::ImmutableField,
    &crd_version_dropped::CrdVersionDropped,
    &rbac_widened::RbacWidened,
    &privilege_added::PrivilegeAdded,
    &scaled_to_zero::ScaledToZero,
    &selector_orphaned::SelectorOrphaned,
    &route_changed::RouteChanged,
    &image_version::ImageVersion,
    &image_tag_mutable::ImageTagMutable,
    &probe_removed::ProbeRemoved,
    &resources_removed::ResourcesRemoved,
];

/// The ids of all dangers.
pub fn catalog() -> impl Iterator<Item = RuleId> {
    DANGERS.iter().map(|danger| danger.id())
}

/// What is dangerous about the differences between two renderings; nothing where these were not compared.
#[must_use]
pub fn dangers(diff: &Diff, base: &Rendered, head: &Rendered, context: Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    if diff.not_compared.is_some() || (diff.objects.is_empty() && diff.unchanged == 0) {
        return findings;
    }
    let transition = Transition::new(diff, base, head, context.minor);
    for danger in DANGERS {
        danger.check(&transition, &mut findings);
    }
    for finding in &mut findings {
        if is_in_doubt(finding, &transition) {
            finding.level = Level::Note;
        }
    }
    findings
}

/// Of an object that was built in part, or of another version of its chart, nobody knows what it will be.
fn is_in_doubt(finding: &Finding, transition: &Transition<'_>) -> bool {
    let Some(id) = &finding.object else { return false };
    let sides = [&transition.base, &transition.head];
    sides.iter().filter_map(|side| side.get(id)).any(|manifest| manifest.built != Built::Whole)
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod matrix;
