//! `buildMetadata`: what of a build is written into its objects: where each comes from, who transformed it, that kustomize made it
//! (kustomize: `target/kusttarget.go`, `resource/origin.go`, `krusty/kustomizer.go`).
//!
//! The root's field counts for the whole build, and a base's for nothing. As soon as the root's names anything, every object carries both
//! annotations while it is built, where patches see them; at the end those go that nobody asked for.
//!
//! Not here: the YAML in the annotations (`notes`), and remote bases, which are not fetched and so have no `repo` and `ref`.

use std::sync::Arc;

use seatrial_model::{Entry, Finding, Level, Node, Origin, SetBy, Span};
use seatrial_yaml::emit_unfolded;

use crate::build_metadata::notes;
use crate::fields::spec::FieldSpec;
use crate::findings::ids;
use crate::findings::nearest;
use crate::gather::accumulator::Accumulator;
use crate::kustomization::file::Kustomization;
use crate::objects::resource::Resource;
use crate::transform::labels;
use crate::values::budget::Budget;
use crate::values::metadata;
use crate::values::shared::Shared;
use crate::values::size::Size;

/// Where an object comes from (kustomize: `OriginAnnotationKey`).
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// Who transformed it (kustomize: `TransformerAnnotationKey`).
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
/// The label that says who manages an object (kustomize: `konfig.ManagedbyLabelKey`).
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The kustomize whose behaviour this is; kubectl and Flux name theirs.
const MANAGER: &str = "kustomize-v5.8.1";
/// The field.
const FIELD: &str = "buildMetadata";
/// About as long are the lines of a note.
const BYTES_OF_A_LINE: usize = 32;
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
        findings.push(match nearest::nearest(option, OPTIONS) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding.with_help(format!("it may be `{}`", OPTIONS.join("`, `"))),
        });
    }
}

/// The way from the root of the build to the kustomization that is read (kustomize: `KustTarget.origin`).
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    /// Where the root asks for metadata.
    place: Span,
    /// The directory, from the root's.
    dir: String,
}

impl Trail {
    /// The beginning, where the root asks for anything.
    pub(crate) fn begin(root: &Kustomization) -> Option<Trail> {
        let place = root.items(FIELD).first()?.span();
        Some(Trail { place, dir: String::new() })
    }

    /// The way on into a directory.
    pub(crate) fn below(&self, path: &str) -> Trail {
        Trail { place: self.place, dir: joined(&self.dir, path) }
    }

    /// The directory that it led to.
    pub(crate) fn dir(&self) -> &str {
        &self.dir
    }

    /// Writes the file of an object into it; other annotations stay as they are (kustomize: `ResMap.AnnotateAll`).
    pub(crate) fn mark_file(&self, path: &str, resource: &mut Resource) {
        let text = emit_unfolded(&notes::mapping([("path", joined(&self.dir, path))], self.place));
        resource.edit(|node| annotate(node, ORIGIN, text, self.place));
    }

    /// A generator or transformer that a field of the kustomization stands for.
    pub(crate) fn built_in(&self, kustomization: &Kustomization, kind: &str) -> Step {
        let configured_in = joined(&self.dir, kustomization.file_name());
        Step::new(&configured_in, [("apiVersion", "builtin"), ("kind", kind)], self.place)
    }
}

/// A generator or a transformer, as objects note it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    place: Span,
    /// The YAML of a `resource.Origin`.
    text: String,
}

impl Step {
    fn new<const N: usize>(configured_in: &str, by: [(&str, &str); N], place: Span) -> Step {
        let mut origin = notes::mapping([("configuredIn", configured_in.to_owned())], place);
        origin.set("configuredBy", notes::mapping(by.map(|(key, value)| (key, value.to_owned())), place));
        Step { place, text: emit_unfolded(&origin) }
    }

    /// A plugin whose configuration knows its origin (kustomize: `OriginFromCustomPlugin`).
    pub(crate) fn of_plugin(plugin: &Resource) -> Option<Step> {
        let origin = plugin.node().at(&["metadata", "annotations", ORIGIN])?;
        let read = notes::origin(origin.scalar_text().unwrap_or_default()).ok()?;
        let path = read.get("path").and_then(Node::as_str).unwrap_or_default();
        let text = |key: &str| plugin.node().get(key).and_then(Node::scalar_text).unwrap_or_default();
        let name = plugin.node().at(&["metadata", "name"]).and_then(Node::scalar_text).unwrap_or_default();
        let by = [
            ("apiVersion", text("apiVersion")),
            ("kind", text("kind")),
            ("name", name),
            ("namespace", plugin.namespace()),
        ];
        Some(Step::new(path, by, origin.span()))
    }

    /// Writes into an object that this made it.
    pub(crate) fn mark_generated(&self, resource: &mut Resource) {
        if resource.annotation(ORIGIN).is_none() {
            self.set(resource, ORIGIN, self.text.clone());
        }
    }

    /// Writes into all objects that this may have changed them, so many times (kustomize: `ResMap.AddTransformerAnnotation`).
    pub(crate) fn mark_transformed(&self, times: usize, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
        let budget = Arc::clone(&resources.budget);
        let item = Size { bytes: self.text.len(), ..Size::default() };
        for position in 0..resources.resources().len() {
            resources.change(position, |resource| {
                for _ in 0..times {
                    // The whole note is written anew each time.
                    let lines = resource.annotation(TRANSFORMATIONS).map_or(1, |note| 1 + note.len() / BYTES_OF_A_LINE);
                    if !(budget.look_at(lines, self.place) && budget.grow(item, self.place)) {
                        return;
                    }
                    self.mark_one(resource, findings);
                }
            });
            if budget.is_exceeded() {
                return;
            }
        }
    }

    /// An object without an origin counts as made by whoever comes past first.
    fn mark_one(&self, resource: &mut Resource, findings: &mut Vec<Finding>) {
        if read_annotation(resource, ORIGIN, notes::checked, findings).is_none() {
            self.set(resource, ORIGIN, self.text.clone());
            return;
        }
        let before = read_annotation(resource, TRANSFORMATIONS, notes::transformations, findings).unwrap_or_default();
        self.set(resource, TRANSFORMATIONS, format!("{before}{}", notes::as_item(&self.text)));
    }

    /// kustomize writes all annotations anew, as strings that no other place shares (kyaml: `setMapInMetadata`).
    fn set(&self, resource: &mut Resource, key: &str, text: String) {
        let shared = std::mem::take(&mut resource.shared);
        resource.edit(|node| {
            annotate(node, key, text, self.place);
            metadata::rewrite(node, "annotations");
            unshare(node, &shared);
        });
        resource.shared = shared;
    }
}

/// Makes annotations values of their own, where they are one with values elsewhere (see `values/shared`).
fn unshare(object: &mut Node, shared: &Shared) {
    let is_shared = |e: &Entry| shared.contains(&e.value.origin());
    let annotations = object.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    if shared.is_empty() || !annotations.iter().any(is_shared) {
        return;
    }
    let annotations = object.get_mut("metadata").and_then(|m| m.get_mut("annotations"));
    for entry in annotations.map(Node::entries_mut).unwrap_or_default().iter_mut().filter(|e| is_shared(e)) {
        let origin = entry.value.origin();
        if let Some(by) = origin.over.as_ref().map(|over| over.by.clone()) {
            entry.value.set_origin(Origin::over(origin.span, by, Some(origin)));
        }
    }
}

/// The origin that an object had before another was merged into it (kustomize: `resWrangler.appendReplaceOrMerge`).
pub(crate) fn keep_origin(old: &Node, merged: &mut Node) {
    let Some(origin) = old.at(&["metadata", "annotations", ORIGIN]) else { return };
    if let Some(annotations) = merged.get_mut("metadata").and_then(|m| m.get_mut("annotations")) {
        annotations.set(ORIGIN, origin.clone());
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

/// Sets an annotation; the map is made where there is none.
fn annotate(object: &mut Node, key: &str, text: String, place: Span) {
    let origin = Origin::over(place, SetBy::Field(FIELD), None);
    let Some(metadata) = object.get_mut("metadata") else { return };
    if metadata.get("annotations").is_none_or(Node::is_null) {
        metadata.set("annotations", Node::mapping(Vec::new(), origin.clone()));
    }
    if let Some(annotations) = metadata.get_mut("annotations") {
        annotations.set(key, Node::string(text, origin));
    }
}

/// What an annotation notes. One that a file or a patch brought may be none of kustomize's, at which it fails.
fn read_annotation(
    resource: &Resource,
    key: &str,
    read: impl Fn(&str) -> Result<String, String>,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let annotation = resource.node().at(&["metadata", "annotations", key])?;
    let text = annotation.scalar_text().unwrap_or_default();
    if annotation.origin().over.is_some_and(|over| over.by == SetBy::Field(FIELD)) {
        return Some(text.to_owned());
    }
    match read(text) {
        Ok(text) => Some(text),
        Err(why) => {
            let message = format!("`{}` cannot have the annotation `{key}`: {why}", resource.id().describe());
            let finding = Finding::new(ids::KUSTOMIZE, annotation.span(), message).with_object(&resource.object_id());
            findings.push(finding.with_help(format!("leave it to `{FIELD}`")));
            None
        }
    }
}

/// Paths joined by their texts alone (Go: `filepath.Join`).
fn joined(dir: &str, path: &str) -> String {
    let is_absolute = dir.starts_with('/') || (dir.is_empty() && path.starts_with('/'));
    let mut segments: Vec<&str> = Vec::new();
    for segment in dir.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => drop(segments.pop()),
            ".." if is_absolute => {}
            _ => segments.push(segment),
        }
    }
    let text = segments.join("/");
    match (is_absolute, text.is_empty()) {
        (true, _) => format!("/{text}"),
        (false, true) => ".".to_owned(),
        (false, false) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_are_joined_as_go_joins_them() {
        let cases = [
            ("", "a.yaml", "a.yaml"),
            ("", "../base/", "../base"),
            ("../mid", "../base", "../base"),
            ("../../x", "../../../y", "../../../../y"),
            ("a/b", "../..", "."),
            (".", "./a", "a"),
            ("", "/a/../../b", "/b"),
        ];
        for (dir, path, expected) in cases {
            assert_eq!(joined(dir, path), expected, "{dir} {path}");
        }
    }
}
