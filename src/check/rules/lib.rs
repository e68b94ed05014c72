//! Rules over rendered objects: one file per rule, one list, and a test that walks it.
//!
//! To add one: a file with a unit struct that implements [`Rule`] and its id with summary and page, a line in [`RULES`], and
//! `testdata/<id>/*.yaml` with its cases (how they are written stands in `cases.rs`).

mod cron;
mod deprecated_version;
mod fixes;
mod foreign;
mod ids;
mod image_name;
mod ingress_backend;
mod invalid_name;
mod invalid_value;
mod limit_below_request;
mod missing_key;
mod missing_object;
mod namespace_mismatch;
mod objects;
mod probe_port;
mod provenance;
mod quantity;
mod relations;
mod scale_target;
mod schema;
mod selector_mismatch;
mod selects_nothing;
mod served;
mod served_by_flux;
mod shape;
mod shapes;
mod slips;
mod sops;
mod syntax;
mod target_port;
mod unknown_kind;
mod uses;
mod volume_mount;

use std::collections::BTreeMap;

use seatrial_kubernetes::Minor;
use seatrial_kubernetes::flux::Release;
use seatrial_model::{
    Built, Finding, Level, Manifest, NotChecked, ObjectId, QuickMap, QuickSet, RuleId, Sources, Span,
};
use seatrial_schema::is_substitution;

pub use missing_object::ID as MISSING_OBJECT;
pub use objects::{Container, Objects, Pod};
pub use provenance::{of_part, tell};

/// What rules may know beside the objects.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// Its Kubernetes minor.
    pub minor: Minor,
    /// Whether nobody has said which minor it is: what a later one serves is at most a note.
    pub is_assumed: bool,
    /// The version of Flux that reconciles it, where it is known; what hangs on one that is not is at most a warning.
    pub flux: Option<Release>,
    /// The files that its objects came from.
    pub sources: &'a Sources,
    /// What the user chose.
    pub options: Options,
    /// Whether everything of the environment was rendered. Where not, what a rule does not find may still be there, and a rule about
    /// references says no more than a note.
    pub complete: bool,
    /// Whether Flux fills in `${NAME}` before the objects are applied.
    pub substitutes: bool,
    /// Whether what Flux's Kustomizations among the objects apply is among them, too.
    pub walked: bool,
    /// Whether Flux may still patch its own objects before it applies them: whoever reconciles them was not walked, and may add what they lack.
    pub patches: bool,
}

/// What the user may choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether an object without a schema is an error.
    pub strict_schemas: bool,
}

impl<'a> Context<'a> {
    /// A complete environment, with no choice made.
    #[must_use]
    pub fn new(environment: &'a str, minor: Minor, sources: &'a Sources) -> Context<'a> {
        let options = Options::default();
        let (is_assumed, complete, substitutes, walked, patches) = (false, true, false, false, false);
        Context { environment, minor, is_assumed, flux: None, sources, options, complete, substitutes, walked, patches }
    }
}

/// What checking gives.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Kinds that were not validated, with counts.
    pub not_checked: Vec<NotChecked>,
    /// Keys that are misspelt, whatever else is done to their objects.
    slips: QuickSet<Span>,
}

/// One rule. It sees all objects of an environment at once: many rules are about what is between objects.
pub trait Rule: Sync {
    /// Its id; its testdata are in a folder of that name.
    fn id(&self) -> RuleId;

    /// Adds what it finds. Every finding has its primary location in a file of the repository.
    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked);
}

/// Every rule, in the order in which they run.
pub static RULES: &[&dyn Rule] = &[
    &schema::Schema,
    &invalid_name::InvalidName,
    &invalid_value::InvalidValue,
    &selector_mismatch::SelectorMismatch,
    &limit_below_request::LimitBelowRequest,
    &target_port::TargetPort,
    &selects_nothing::SelectsNothing,
    &ingress_backend::IngressBackend,
    &probe_port::ProbePort,
    &image_name::ImageName,
    &volume_mount::VolumeMount,
    &missing_key::MissingKey,
    &namespace_mismatch::NamespaceMismatch,
    &missing_object::MissingObject,
    &unknown_kind::UnknownKind,
    &deprecated_version::DeprecatedVersion,
    &sops::Sops,
];

/// The ids of all rules.
pub fn catalog() -> impl Iterator<Item = RuleId> {
    RULES.iter().map(|rule| rule.id())
}

/// Runs every rule over the objects of one environment.
#[must_use]
pub fn check(manifests: &[Manifest], context: &Context<'_>) -> Checked {
    let objects = Objects::new(manifests);
    let mut checked = Checked::default();
    for rule in RULES {
        rule.check(&objects, context, &mut checked);
    }
    leave_out_what_follows(manifests, &mut checked);
    checked
}

/// What is wrong with an object that was built in part may follow from what could not be applied to it, which is an error of its own; and of
/// an object that the cluster gets in another version, nobody knows whether it is wrong.
fn leave_out_what_follows(manifests: &[Manifest], checked: &mut Checked) {
    let Checked { findings, slips, .. } = checked;
    let in_part = manifests.iter().filter(|manifest| manifest.built != Built::Whole);
    let in_part: QuickMap<&ObjectId, &Manifest> = in_part.map(|manifest| (&manifest.id, manifest)).collect();
    if in_part.is_empty() {
        return;
    }
    findings.retain_mut(|finding| {
        let Some(manifest) = finding.object.as_ref().and_then(|id| in_part.get(id)) else { return true };
        if manifest.built == Built::OfAnotherVersion {
            finding.level = finding.level.min(Level::Note);
            return true;
        }
        // A patch that does not find `spec` is explained by `spce`, not the other way round.
        let is_slip = slips.contains(&finding.primary.span);
        let is_there = || finding.field.as_ref().is_some_and(|f| provenance::value_at(manifest, f).is_some());
        is_slip || (manifest.built == Built::PerhapsInPart && is_there())
    });
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
mod cases;
#[cfg(test)]
mod tests;
