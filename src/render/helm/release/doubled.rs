//! Objects that a chart prints twice.

use std::collections::HashMap;

use seatrial_kubernetes::{Scope, scope};
use seatrial_model::{Finding, Manifest, ObjectId, ReleaseRole, ids};

use crate::release::installed::Install;

impl Install<'_> {
    /// That objects are printed twice: Helm 3 cannot install such a release, and with Helm 4 one of the two is lost. A hook may have the name of
    /// an object, and the definitions in `crds/` are other files.
    pub(crate) fn doubled(&self, manifests: &[Manifest]) -> Vec<Finding> {
        let is_tracked = |manifest: &&Manifest| {
            manifest.release.as_ref().is_some_and(|p| matches!(p.role, ReleaseRole::Tracked { .. }))
        };
        let mut known: HashMap<ObjectId, &Manifest> = HashMap::new();
        let mut findings = Vec::new();
        for manifest in manifests.iter().filter(is_tracked) {
            let mut id = manifest.id.clone();
            if id.namespace.is_none() && scope(self.minor, &id.group, &id.kind) == Some(Scope::Namespaced) {
                id.namespace = Some(self.namespace.to_owned());
            }
            if let Some(first) = known.get(&id) {
                let finding =
                    Finding::new(ids::DUPLICATE_OBJECT, manifest.name_span(), format!("the chart prints {id} twice"));
                findings.push(finding.with_related(first.name_span(), "it is printed here, too").with_object(&id));
            } else {
                known.insert(id, manifest);
            }
        }
        findings
    }
}
