//! What helm-controller changes in what a chart made: `postRenderers`, which are kustomize; `commonMetadata`; and the labels by which it knows
//! its objects (helm-controller: `internal/postrender`).

use std::collections::HashMap;

use seatrial_kustomize::Builder;
use seatrial_model::{
    Entry, Finding, Level, Manifest, Node,
    ids::{DUPLICATE_OBJECT, INVALID_OBJECT},
};

use crate::kustomizations::fields::{as_text, set_common_metadata};
use crate::kustomizations::version::Version;
use crate::objects::applied::{OF_RELEASES, set_owner_labels};
use crate::objects::flux_object::{items, namespace, text};

/// Fields that a post-renderer may have.
const FIELDS: [&str; 4] = ["patches", "patchesStrategicMerge", "patchesJson6902", "images"];

/// What of a chart's objects goes through the post-renderers, and with what else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// Hooks do not.
    WithoutHooks,
    /// All of them do, together.
    Combined,
    /// Hooks do, and all others do.
    Separate,
}

impl Strategy {
    /// `spec.postRenderStrategy`, else what is the default of that version of Flux.
    pub(crate) fn of(release: &Manifest, version: Version) -> Strategy {
        match text(release, &["postRenderStrategy"]) {
            Some("nohooks") => Strategy::WithoutHooks,
            Some("combined") => Strategy::Combined,
            Some("separate") => Strategy::Separate,
            _ if version.post_renders_hooks() => Strategy::Combined,
            _ => Strategy::WithoutHooks,
        }
    }
}

/// The post-renderers of a release.
pub(crate) struct PostRenderers<'a> {
    pub(crate) release: &'a Manifest,
    pub(crate) strategy: Strategy,
    pub(crate) builder: &'a Builder,
}

impl PostRenderers<'_> {
    /// Changes what the templates of a chart made.
    pub(crate) fn change(&self, all: Vec<Manifest>, findings: &mut Vec<Finding>) -> Vec<Manifest> {
        if self.strategy == Strategy::Combined {
            return self.stream(all, findings);
        }
        let (hooks, others): (Vec<Manifest>, Vec<Manifest>) = all.into_iter().partition(is_hook);
        let mut changed = self.stream(others, findings);
        match self.strategy {
            Strategy::Separate => changed.extend(self.stream(hooks, findings)),
            Strategy::WithoutHooks | Strategy::Combined => changed.extend(hooks),
        }
        changed
    }

    /// One stream goes through all of them, one after the other.
    fn stream(&self, mut stream: Vec<Manifest>, findings: &mut Vec<Finding>) -> Vec<Manifest> {
        let is_built = |renderer: &&Node| renderer.get("kustomize").is_some();
        let renderers = items(self.release, &["postRenderers"]);
        if !renderers.iter().any(|renderer| is_built(&renderer)) {
            findings.extend(twice(&stream));
        }
        findings.extend(stream.iter().filter_map(without_name));
        for kustomize in renderers.iter().filter_map(|renderer| renderer.get("kustomize")) {
            let rendered = self.builder.transform(stream, fields(kustomize), kustomize.span());
            stream = rendered.manifests;
            findings.extend(rendered.findings);
        }
        for manifest in &mut stream {
            set_common_metadata(self.release, manifest);
            set_labels(self.release, manifest);
        }
        stream
    }
}

/// The labels by which helm-controller knows its objects.
pub(crate) fn set_labels(release: &Manifest, manifest: &mut Manifest) {
    set_owner_labels(&mut manifest.node, &OF_RELEASES, &release.id.name, namespace(release));
}

/// Hooks that are there twice, or beside an object of that name: kustomize refuses them, and puts the labels onto nothing. Two objects that are not
/// hooks are wrong with Helm alone. A hook is sent together with what it is beside since Flux 2.8, and is a warning.
fn twice(stream: &[Manifest]) -> Vec<Finding> {
    let mut known: HashMap<(&str, &str, &str, &str, &str), &Manifest> = HashMap::new();
    let mut findings = Vec::new();
    for manifest in stream {
        let id = &manifest.id;
        let namespace = id.namespace.as_deref().unwrap_or("default");
        let first = known.entry((&id.group, &manifest.version, &id.kind, namespace, &id.name)).or_insert(manifest);
        if std::ptr::eq(*first, manifest) || !(is_hook(first) || is_hook(manifest)) {
            continue;
        }
        let message = format!("the chart prints `{}` twice, and helm-controller refuses that", id.kind_and_name());
        let finding = Finding::new(DUPLICATE_OBJECT, manifest.name_span(), message).with_object(id);
        let finding = finding.with_related(first.name_span(), "it is first printed here");
        findings.push(match is_hook(manifest) != is_hook(first) {
            true => finding
                .with_level(Level::Warning)
                .with_help("`postRenderStrategy: separate` keeps hooks apart from all others"),
            false => finding,
        });
    }
    findings
}

/// An object that the server would name: kustomize refuses it.
fn without_name(manifest: &Manifest) -> Option<Finding> {
    let generated = manifest.node.at(&["metadata", "generateName"])?;
    manifest.node.at(&["metadata", "name"]).is_none().then_some(())?;
    let message = format!("helm-controller refuses `{}`, which has no `name`", manifest.id.kind_and_name());
    let finding = Finding::new(INVALID_OBJECT, generated.span(), message).with_object(&manifest.id);
    Some(finding.with_help("give it a `name`: kustomize puts the labels of the release onto it, and takes no other"))
}

fn fields(kustomize: &Node) -> Vec<Entry> {
    let entries = FIELDS.into_iter().filter_map(|field| kustomize.entry(field));
    let entry = |entry: &Entry| {
        let is_text = &*entry.key.text == "patchesStrategicMerge";
        let items = entry.value.items().iter().map(|item| match is_text {
            true => as_text(item),
            false => with_text(item),
        });
        Entry { key: entry.key.clone(), value: Node::sequence(items.collect(), entry.value.span()) }
    };
    entries.map(entry).collect()
}

/// Before v2, JSON patches were lists.
fn with_text(item: &Node) -> Node {
    let mut item = item.clone();
    if let Some(patch) = item.get("patch").filter(|patch| patch.scalar_text().is_none()) {
        let patch = as_text(patch);
        item.set("patch", patch);
    }
    item
}

fn is_hook(manifest: &Manifest) -> bool {
    manifest.node.at(&["metadata", "annotations", "helm.sh/hook"]).is_some()
}
