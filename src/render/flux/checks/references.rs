//! What objects of Flux refer to, beside sources of Kustomizations and `dependsOn`: repositories of image policies, providers and sources of
//! alerts, resources of receivers, health checks.
//!
//! A cluster may hold what is not in Git: only what nobody but Flux's own objects would make is an error, and only where all of them are seen.

mod access;
mod health;

use std::collections::HashSet;

use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, nearest_of_few};

use crate::objects::flux_object::{FluxKind, has_variable, items, namespace, spec};
use crate::objects::flux_object::{full_name, is_suspended};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::objects::told::at_its_text;
use crate::release::{Made, Release};
use crate::sources::composed::Artifacts;
use crate::sources::repositories::{Bootstrap, Place, Repositories};

pub(crate) use health::checked;

/// What a walk has found, and whether it has found all.
pub(crate) struct Known<'a> {
    pub(crate) objects: &'a Objects,
    pub(crate) repositories: &'a Repositories,
    pub(crate) bootstrap: Option<&'a Bootstrap>,
    pub(crate) artifacts: &'a Artifacts,
    pub(crate) releases: &'a [Release],
    pub(crate) is_complete: bool,
}

/// Kinds that alerts and receivers name, and their groups.
const GROUPS: [(&str, &str); 13] = [
    ("GitRepository", "source.toolkit.fluxcd.io"),
    ("OCIRepository", "source.toolkit.fluxcd.io"),
    ("Bucket", "source.toolkit.fluxcd.io"),
    ("HelmRepository", "source.toolkit.fluxcd.io"),
    ("ExternalArtifact", "source.toolkit.fluxcd.io"),
    ("ArtifactGenerator", "source.extensions.fluxcd.io"),
    ("Kustomization", "kustomize.toolkit.fluxcd.io"),
    ("HelmRelease", "helm.toolkit.fluxcd.io"),
    ("ImageRepository", "image.toolkit.fluxcd.io"),
    ("ImagePolicy", "image.toolkit.fluxcd.io"),
    ("ImageUpdateAutomation", "image.toolkit.fluxcd.io"),
    ("ResourceSet", "fluxcd.controlplane.io"),
    ("ResourceSetInputProvider", "fluxcd.controlplane.io"),
];

/// What does not exist of that which objects refer to.
pub(crate) fn check(known: &Known<'_>) -> Vec<Finding> {
    let made = Made::of(known.objects);
    let mut findings = Vec::new();
    let implied = known.objects.implied().filter(|manifest| !known.objects.is_applied(&manifest.id));
    for manifest in known.objects.all().iter().chain(implied) {
        let before = findings.len();
        match manifest.id.kind.as_str() {
            "Kustomization" if FluxKind::of(&manifest.id) == Some(FluxKind::Kustomization) => {
                health::check(manifest, known, &mut findings);
            }
            kind if FluxKind::of(&manifest.id) == Some(FluxKind::Image) => known.image(kind, manifest, &mut findings),
            kind if FluxKind::of(&manifest.id) == Some(FluxKind::Notification) => {
                known.notification(kind, manifest, &made, &mut findings);
            }
            "ResourceSet" => known.inputs(manifest, &mut findings),
            _ => {}
        }
        for finding in findings.iter_mut().skip(before) {
            finding.object.get_or_insert_with(|| manifest.id.clone());
            if is_suspended(manifest) {
                finding.level = Level::Note;
            }
        }
    }
    // A line that many namespaces have is wrong once.
    let mut told = HashSet::new();
    findings.retain(|finding| told.insert(finding.primary.span));
    findings
}

/// The source of an automation: a GitRepository, unless it says otherwise.
pub(crate) fn automation_source(automation: &Manifest) -> Option<ObjectId> {
    let reference = spec(automation, &["sourceRef"])?;
    let field = |name: &str| reference.get(name).and_then(Node::scalar_text).filter(|text| !text.is_empty());
    let kind = field("kind").unwrap_or("GitRepository");
    let namespace = field("namespace").unwrap_or(namespace(automation));
    let name = field("name").filter(|name| !has_variable(name) && !has_variable(namespace))?;
    Some(ObjectId::new("source.toolkit.fluxcd.io", kind, Some(namespace), name))
}

impl Known<'_> {
    fn image(&self, kind: &str, manifest: &Manifest, findings: &mut Vec<Finding>) {
        match kind {
            "ImagePolicy" => {
                let Some(reference) = spec(manifest, &["imageRepositoryRef"]) else { return };
                let Some(id) = self.named("ImageRepository", reference, manifest) else { return };
                match self.objects.get(&id) {
                    Some(repository) => findings.extend(access::check(manifest, reference, repository, self.objects)),
                    None => findings.push(self.missing(&id, name_of(reference), Level::Error)),
                }
            }
            "ImageUpdateAutomation" => {
                let Some(id) = automation_source(manifest) else { return };
                let place = self.repositories.find(&id, self.objects.get(&id), self.bootstrap);
                if matches!(place, Place::Nowhere)
                    && let Some(reference) = spec(manifest, &["sourceRef"])
                {
                    findings.push(self.missing(&id, name_of(reference), Level::Error));
                }
            }
            _ => {}
        }
    }

    fn notification(&self, kind: &str, manifest: &Manifest, made: &Made<'_>, findings: &mut Vec<Finding>) {
        if let Some(reference) = spec(manifest, &["providerRef"]).filter(|_| kind == "Alert") {
            let name = reference.get("name").and_then(Node::scalar_text).filter(|name| !has_variable(name));
            let id = name.map(|name| ObjectId::new(&manifest.id.group, "Provider", Some(namespace(manifest)), name));
            let missing = id.filter(|id| self.objects.get(id).is_none());
            findings.extend(missing.map(|id| self.missing(&id, name_of(reference), Level::Error)));
        }
        let listed = match kind {
            "Alert" => items(manifest, &["eventSources"]),
            "Receiver" => items(manifest, &["resources"]),
            _ => &[],
        };
        for entry in listed {
            if kind == "Receiver" && is_wildcard(entry) && entry.get("matchLabels").is_none_or(Node::is_null) {
                let message = "`*` stands for all objects with certain labels, and `matchLabels` is missing";
                findings.push(at_its_text(ids::MISSING_REFERENCE, name_of(entry), message));
                continue;
            }
            let missing = self.listed(entry, manifest).filter(|id| !self.is_there(id));
            findings.extend(missing.map(|id| self.missing(&id, name_of(entry), Level::Warning)));
        }
        for field in ["secretRef", "certSecretRef", "proxySecretRef"] {
            findings.extend(spec(manifest, &[field]).and_then(|reference| self.secret(reference, manifest, made)));
        }
    }

    /// The providers that a ResourceSet takes its inputs from.
    fn inputs(&self, manifest: &Manifest, findings: &mut Vec<Finding>) {
        for entry in items(manifest, &["inputsFrom"]) {
            let kind = entry.get("kind").and_then(Node::scalar_text).unwrap_or("ResourceSetInputProvider");
            let missing = self.named(kind, entry, manifest).filter(|id| self.objects.get(id).is_none());
            findings.extend(missing.map(|id| self.missing(&id, name_of(entry), Level::Error)));
        }
    }

    /// The object that an entry of `eventSources` or `resources` names; `None` for all of a kind, and for kinds that others make.
    fn listed(&self, entry: &Node, of: &Manifest) -> Option<ObjectId> {
        let kind = entry.get("kind")?.scalar_text()?;
        let (_, group) = GROUPS.iter().find(|(known, _)| *known == kind)?;
        let version = entry.get("apiVersion").and_then(Node::scalar_text).unwrap_or_default();
        let is_group = version.is_empty() || version.split('/').next() == Some(group);
        let id = self.named(kind, entry, of).filter(|_| is_group && !is_wildcard(entry))?;
        Some(ObjectId { group: (*group).to_owned(), ..id })
    }

    /// The object that a reference names, in its own namespace or that of who refers to it.
    fn named(&self, kind: &str, reference: &Node, of: &Manifest) -> Option<ObjectId> {
        let field = |name: &str| reference.get(name).and_then(Node::scalar_text).filter(|text| !text.is_empty());
        let namespace = field("namespace").unwrap_or(namespace(of));
        let name = field("name").filter(|name| !has_variable(name) && !has_variable(namespace))?;
        Some(ObjectId::new(&of.id.group, kind, Some(namespace), name))
    }

    /// Whether an object of Flux is applied, made by a controller or by the bootstrap, which gives one name to its source and Kustomization.
    fn is_there(&self, id: &ObjectId) -> bool {
        let is_bootstrap = self.bootstrap.is_some_and(|Bootstrap { source, .. }| {
            let is_alike = FluxKind::of(id) == Some(FluxKind::Kustomization) && source.name == id.name;
            *source == *id || (is_alike && source.namespace == id.namespace)
        });
        is_bootstrap
            || self.objects.get(id).is_some()
            || self.artifacts.get(id).is_some()
            || self.repositories.is_mapped(id)
    }

    /// Whether a bootstrap that is not in Git may make it: it makes a source, and Kustomizations that read from it.
    fn may_be_bootstrapped(&self, id: &ObjectId) -> bool {
        let outside = self.bootstrap.filter(|bootstrap| self.objects.get(&bootstrap.source).is_none());
        let is_its_kind = matches!(FluxKind::of(id), Some(FluxKind::Kustomization | FluxKind::Source));
        is_its_kind && outside.is_some_and(|bootstrap| bootstrap.source.namespace == id.namespace)
    }

    /// That something does not exist; a note where it may.
    fn missing(&self, id: &ObjectId, name: &Node, level: Level) -> Finding {
        let message = format!("there is no {} `{}`", id.kind, full_name(id));
        let has_more = id.kind == "ExternalArtifact" && self.artifacts.has_more;
        let is_certain = self.is_complete && !self.may_be_bootstrapped(id) && !has_more;
        let level = if is_certain { level } else { Level::Note };
        let finding = at_its_text(ids::MISSING_REFERENCE, name, &message).with_level(level);
        if let Some(alike) = self.objects.named(&id.name).find(|o| o.id.kind == id.kind && o.id.group == id.group) {
            return finding.with_related(alike.span, "this one has another namespace");
        }
        match nearest_of_few(&id.name, self.objects.names_of(&id.kind)) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        }
    }

    fn secret(&self, reference: &Node, of: &Manifest, made: &Made<'_>) -> Option<Finding> {
        let name = reference.get("name")?.scalar_text().filter(|name| !name.is_empty() && !has_variable(name))?;
        let id = ObjectId::new("", "Secret", Some(namespace(of)), name);
        if self.objects.get(&id).is_some() || made.has(&id) {
            return None;
        }
        let message = format!("Secret `{}` is not in Git", full_name(&id));
        let finding = at_its_text(ids::MISSING_REFERENCE, name_of(reference), &message).with_level(Level::Note);
        let near = nearest_of_few(name, self.objects.names_of("Secret"));
        Some(match near {
            Some(near) => finding.with_help(format!("where nobody makes it in the cluster, did you mean `{near}`?")),
            None => finding,
        })
    }
}

fn is_wildcard(entry: &Node) -> bool {
    entry.get("name").and_then(Node::scalar_text) == Some("*")
}

fn name_of(reference: &Node) -> &Node {
    reference.get("name").unwrap_or(reference)
}
