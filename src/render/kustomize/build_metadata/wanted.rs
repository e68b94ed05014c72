//! What the `buildMetadata` of the root asks for.

use std::sync::Arc;

use seatrial_model::{Finding, Level, Node, Span, nearest_of_few};

use crate::build_metadata::annotations::{FIELD, ORIGIN, TRANSFORMATIONS};
use crate::build_metadata::notes;
use crate::fields::spec::FieldSpec;
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::kustomization::file::Kustomization;
use crate::objects::resource::Resource;
use crate::transform::labels;
use crate::values::budget::Budget;

/// The label that says who manages an object (kustomize: `konfig.ManagedbyLabelKey`).
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// The kustomize whose behaviour this is; kubectl and Flux name theirs.
const MANAGER: &str = "kustomize-v5.8.1";

/// What may be asked for (kustomize: `types.BuildMetadataOptions`).
const OPTIONS: [&str; 3] = ["originAnnotations", "transformerAnnotations", "managedByLabel"];

/// Finds what nobody knows in `buildMetadata`; kustomize reads past it.
pub(crate) fn check(kustomization: &Kustomization, findings: &mut Vec<Finding>) {
    for item in kustomization.items(FIELD) {
        let option = item.as_str().unwrap_or_default();
        if OPTIONS.contains(&option) {
            continue;
        }
        let message = format!("`{FIELD}` has no option `{option}`: kustomize ignores it");
        let finding = Finding::new(ids::KUSTOMIZE, item.span(), message).with_level(Level::Warning).with_field(FIELD);
        findings.push(match nearest_of_few(option, OPTIONS) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding.with_help(format!("it may be `{}`", OPTIONS.join("`, `"))),
        });
    }
}

/// What the root asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    origin: bool,
    transformations: bool,
    managed_by: Option<Span>,
}

impl Wanted {
    pub(crate) fn by(root: &Kustomization) -> Wanted {
        let item = |option: &str| root.items(FIELD).iter().find(|i| i.as_str() == Some(option));
        Wanted {
            origin: item("originAnnotations").is_some(),
            transformations: item("transformerAnnotations").is_some(),
            managed_by: item("managedByLabel").map(Node::span),
        }
    }

    /// Labels objects as kustomize's where that is asked for.
    pub(crate) fn label(
        self,
        resources: Vec<Resource>,
        budget: &Arc<Budget>,
        findings: &mut Vec<Finding>,
    ) -> Vec<Resource> {
        let Some(place) = self.managed_by else { return resources };
        let pairs = notes::mapping([(MANAGED_BY, MANAGER.to_owned())], place);
        let specs = [FieldSpec::new("", "", "", "metadata/labels", true)];
        let mut all = Accumulator::under(budget);
        *all.resources_mut() = resources;
        labels::set_pairs(&mut all, FIELD, &pairs, &specs, findings);
        std::mem::take(all.resources_mut())
    }

    /// Removes the annotations that are not asked for, whoever wrote them.
    pub(crate) fn strip(self, object: &mut Node) {
        for (wanted, key) in [(self.origin, ORIGIN), (self.transformations, TRANSFORMATIONS)] {
            if wanted || object.at(&["metadata", "annotations", key]).is_none() {
                continue;
            }
            if let Some(annotations) = object.get_mut("metadata").and_then(|m| m.get_mut("annotations")) {
                annotations.remove(key);
            }
        }
    }
}
