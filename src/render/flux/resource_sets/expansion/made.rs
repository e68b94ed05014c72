//! What templates of a ResourceSet printed, as its objects: each once, with what all of them get, without those that are switched off.

use std::collections::HashMap;

use seatrial_gotemplate::{Place, Text};
use seatrial_helm::Printed;
use seatrial_kustomize::BUDGET_EXCEEDED;
use seatrial_model::ids::DUPLICATE_KEY;
use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, Owner};
use seatrial_yaml::{Dialect, Document, parse};

use super::Rendering;
use super::template::Template;
use crate::kustomizations::fields::set_common_metadata;
use crate::objects::flux_object::{COPY_FROM, RECONCILE, namespace};
use crate::objects::ids;

/// Objects that one set may have.
const MOST_OBJECTS: usize = 10_000;

/// The objects of a set.
#[derive(Debug, Default)]
pub(super) struct Made {
    manifests: Vec<Manifest>,
    /// With the step that each is in.
    known: HashMap<(ObjectId, String), usize>,
    /// Whether it has more than it may have.
    is_full: bool,
}

impl Made {
    /// Whether nothing more is taken in.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(super) fn into_manifests(self) -> Vec<Manifest> {
        self.manifests
    }
}

impl Rendering<'_> {
    /// Takes in what a template printed.
    pub(super) fn take(&mut self, template: &Template, text: &Text) {
        let file = self.sources.add("<ResourceSet>", text.to_string());
        let parsed = parse(&file, Dialect::Kubectl);
        let span = |place: Place| template.span(place);
        let printed = Printed { text, origins: &self.origins, span: &span, otherwise: template.place };
        let mut findings = Vec::new();
        for mut finding in parsed.findings.into_iter().map(|finding| printed.tell(finding)) {
            if finding.rule == DUPLICATE_KEY {
                // The last one counts, as for kubectl.
                finding.level = Level::Warning;
            } else {
                finding.message = format!("the template prints YAML that cannot be read: {}", finding.message);
            }
            findings.push(finding);
        }
        let documents = parsed.documents.into_iter().map(|mut document| {
            printed.place(&mut document.node);
            Document { span: document.node.span(), ..document }
        });
        let (manifests, wrong) = seatrial_manifests::objects(documents.collect());
        findings.extend(wrong);
        let is_broken = findings.iter().any(|finding| finding.level == Level::Error);
        findings.into_iter().for_each(|finding| self.wrong(finding));
        if is_broken {
            return;
        }
        manifests.into_iter().for_each(|manifest| self.add(manifest));
    }

    fn add(&mut self, mut manifest: Manifest) {
        let annotation = |name: &str| manifest.node.at(&["metadata", "annotations", name]).and_then(Node::scalar_text);
        if annotation(RECONCILE).is_some_and(|value| value.eq_ignore_ascii_case("disabled")) {
            return;
        }
        let copied = annotation(COPY_FROM).map(str::to_owned);
        let key = (manifest.id.clone(), manifest.version.clone());
        match self.made.known.get(&key) {
            _ if self.made.is_full => return,
            Some(step) if *step != self.step => {
                let message = format!("{} is in two steps: flux-operator refuses the set", manifest.id);
                self.wrong(Finding::new(ids::RESOURCE_SET, manifest.span, message));
                return;
            }
            Some(_) => return,
            None => self.made.known.insert(key, self.step),
        };
        if self.made.manifests.len() >= MOST_OBJECTS {
            self.made.is_full = true;
            let message = format!("a ResourceSet may have {MOST_OBJECTS} objects here, and this one has more");
            self.wrong(Finding::new(BUDGET_EXCEEDED, manifest.span, message));
            return;
        }
        if let Some(from) = copied {
            self.copy(&from, &mut manifest);
        }
        set_common_metadata(self.set, &mut manifest);
        manifest.owner = Some(Owner(self.set.id.clone()));
        self.made.manifests.push(manifest);
    }

    /// The data of another ConfigMap or Secret, where that is in Git.
    fn copy(&self, from: &str, manifest: &mut Manifest) {
        let (namespace, name) = from.split_once('/').unwrap_or((namespace(self.set), from));
        let id = ObjectId::new("", &manifest.id.kind, Some(namespace), name);
        let Some(original) = self.objects.get(&id) else { return };
        for field in ["type", "data", "stringData", "binaryData"] {
            if let Some(value) = original.node.get(field).filter(|value| !value.is_null()) {
                manifest.node.set(field, value.clone());
            }
        }
    }
}
