//! `patches`, `patchesStrategicMerge` and `patchesJson6902` applied (kustomize: `PatchTransformer` and its two predecessors).

use std::sync::Arc;

use seatrial_model::{Built, Finding, Level, Node, Span};

use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::nearly_selected::nearly_selected;
use crate::gather::selector::Selector;
use crate::gather::unfinished::{self, has_errors_since};
use crate::json_patch::error::JsonPatchError;
use crate::json_patch::patch::JsonPatch;
use crate::load::files::Files;
use crate::merge::directive::{DIRECTIVE, MergeError};
use crate::merge::strategic::merge;
use crate::objects::id::Id;
use crate::objects::resource::Resource;
use crate::objects::schemas::Schemas;
use crate::patch::secrets;
use crate::patch::source::{Blanks, Patch, read_patch, read_path_or_text};
use crate::patch::target::no_target;
use crate::values::budget::Budget;
use crate::values::metadata;
use crate::values::shared::spread;
use crate::values::size::Size;

/// What a patch may change besides fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Allowed {
    name: bool,
    kind: bool,
}

/// Applies the entries of `patchesStrategicMerge`.
pub(crate) fn apply_strategic_merges(
    items: &[Node],
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut nothing = !items.is_empty();
    for item in items {
        if resources.budget.is_exceeded() {
            return;
        }
        let before = findings.len();
        let patch = read_path_or_text(item, dir, files, findings);
        if has_errors_since(findings, before) {
            unfinished::perhaps_any(item.span(), resources);
        }
        nothing &= patch.as_ref().is_some_and(Patch::is_empty);
        patch.iter().for_each(|patch| secrets::note(patch, None, resources, files));
        match patch {
            Some(Patch::StrategicMerge(patches)) => {
                for patch in &patches {
                    apply_by_identity(patch, Allowed::default(), &files.schemas, resources, findings);
                }
            }
            Some(Patch::Json(_)) => {
                let message = "this is a JSON patch, which belongs in `patches` with a `target`";
                findings.push(Finding::new(ids::KUSTOMIZE, item.span(), message));
            }
            None => {}
        }
    }
    // kustomize counts them all together.
    if let Some(first) = items.first().filter(|_| nothing) {
        findings.push(empty(first.span(), "patchesStrategicMerge"));
    }
}

/// Nothing but comments, say (kustomize: `patch appears to be empty`; `patches` takes such a patch for none).
fn empty(span: Span, field: &'static str) -> Finding {
    Finding::new(ids::KUSTOMIZE, span, "the patch is empty").with_field(field).with_help("remove it")
}

/// Reads an entry; what it is for is not finished where that fails.
fn read(
    entry: &Node,
    blanks: Blanks,
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Patch> {
    let before = findings.len();
    let patch = read_patch(entry, blanks, dir, files, findings);
    if has_errors_since(findings, before) {
        unfinished::those_selected(entry.get("target"), entry.span(), resources);
    }
    patch
}

/// Applies an entry of `patches`.
pub(crate) fn apply_patch(
    entry: &Node,
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(patch) = read(entry, Blanks::Cut, dir, resources, files, findings) else { return };
    secrets::note(&patch, entry.get("target"), resources, files);
    let option = |name| entry.at(&["options", name]).and_then(Node::as_bool) == Some(true);
    let allowed = Allowed { name: option("allowNameChange"), kind: option("allowKindChange") };
    files.built_in_schemas_used = true;
    match (&patch, entry.get("target")) {
        (Patch::StrategicMerge(patches), None) => {
            for patch in patches {
                apply_by_identity(patch, allowed, &files.schemas, resources, findings);
            }
        }
        (Patch::StrategicMerge(patches), Some(target)) => {
            apply_to_target(patches, target, allowed, &files.schemas, resources, findings);
        }
        (Patch::Json(patch), Some(target)) => apply_json(patch, target, Past::Kept, resources, findings),
        (Patch::Json(patch), None) if patch.is_empty() => {}
        (Patch::Json(_), None) => findings.push(without_target(entry, "patches")),
    }
}

/// Applies an entry of `patchesJson6902`, which names its object and is a JSON patch only.
pub(crate) fn apply_json_patch(
    entry: &Node,
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(patch) = read(entry, Blanks::Kept, dir, resources, files, findings) else { return };
    secrets::note(&patch, entry.get("target"), resources, files);
    let Some(target) = entry.get("target") else {
        findings.push(without_target(entry, "patchesJson6902"));
        return;
    };
    if target.get("name").and_then(Node::as_str).is_none_or(str::is_empty) {
        let message = "the target of a JSON patch must have a `name` here";
        findings.push(Finding::new(ids::KUSTOMIZE, target.span(), message).with_field("patchesJson6902"));
        return;
    }
    match &patch {
        patch if patch.is_empty() => findings.push(empty(text_of(entry), "patchesJson6902")),
        Patch::Json(patch) => apply_json(patch, target, Past::Forgotten, resources, findings),
        Patch::StrategicMerge(_) => {
            let message = "this is not a JSON patch, which is a list of operations";
            findings.push(Finding::new(ids::KUSTOMIZE, text_of(entry), message).with_field("patchesJson6902"));
        }
    }
}

/// Whether the name that a JSON patch changes is remembered, so that references follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    Kept,
    Forgotten,
}

fn text_of(entry: &Node) -> Span {
    entry.get("path").or_else(|| entry.get("patch")).unwrap_or(entry).span()
}

fn without_target(entry: &Node, field: &'static str) -> Finding {
    Finding::new(ids::KUSTOMIZE, text_of(entry), "a JSON patch must have a `target`").with_field(field)
}

/// The object that the patch itself names.
fn apply_by_identity(
    patch: &Node,
    allowed: Allowed,
    schemas: &Schemas,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let wanted = Id::with_scopes(patch, schemas.scopes().as_deref());
    let found = resources.with_id(&wanted, patch.span()).to_vec();
    match found.as_slice() {
        [] => {
            let finding = no_target(patch, &wanted, resources);
            findings.extend(resources.absent(finding));
            unfinished::those_like(&wanted, patch.span(), resources);
        }
        [position] => merge_into(*position, patch, allowed, schemas, resources, findings),
        several => {
            let message = format!("`{}` matches {} objects", wanted.describe(), several.len());
            let finding = Finding::new(ids::PATCH_TARGET, patch.span(), message);
            let places = several.iter().filter_map(|p| resources.resources().get(*p)).map(Resource::name_span);
            findings.push(places.fold(finding, |f, span| f.with_related(span, "one of them")));
            unfinished::those_like(&wanted, patch.span(), resources);
        }
    }
}

/// Every object that the target selects.
fn apply_to_target(
    patches: &[Node],
    target: &Node,
    allowed: Allowed,
    schemas: &Schemas,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let (patch, more) = match patches {
        [] => return,
        [patch, more @ ..] => (patch, more),
    };
    if let Some(second) = more.first() {
        let message = "a patch with a `target` must contain one object, not several";
        findings.push(Finding::new(ids::KUSTOMIZE, second.span(), message).with_related(target.span(), "the target"));
        unfinished::those_selected(Some(target), second.span(), resources);
        return;
    }
    // The identity of the patch counts for nothing; its maps are written back as kustomize does.
    let mut patch = patch.clone();
    metadata::rewrite(&mut patch, "labels");
    metadata::rewrite(&mut patch, "annotations");
    // From the last on, as an object that the patch deletes moves those behind it.
    for position in select(target, resources, findings).into_iter().rev() {
        let api_version = resources.resources().get(position).and_then(|r| r.node().get("apiVersion")).cloned();
        let mut own = patch.clone();
        if let Some(api_version) = api_version {
            own.set("apiVersion", api_version);
        }
        merge_into(position, &own, allowed, schemas, resources, findings);
    }
    if allowed != Allowed::default() {
        resources.drop_duplicates(findings);
    }
}

fn select(target: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) -> Vec<usize> {
    let Some(selector) = Selector::read(target, findings) else {
        unfinished::perhaps_any(target.span(), resources);
        return Vec::new();
    };
    let mut selected = selector.candidates(resources, target.span());
    if !resources.budget.look_at(selected.len(), target.span()) {
        return Vec::new();
    }
    selected.retain(|position| resources.resources().get(*position).is_some_and(|r| selector.matches(r)));
    if selected.is_empty() {
        // kustomize says nothing of it, and overlays of repositories that build well patch what only some bases have: an error would be
        // a false alarm there, however near another name is.
        let message = "the target of this patch selects nothing, so the patch changes nothing";
        let finding = Finding::new(ids::PATCH_TARGET, target.span(), message).with_level(Level::Warning);
        let finding = nearly_selected(finding, target, resources);
        findings.extend(resources.absent(finding));
    }
    selected
}

fn merge_into(
    position: usize,
    patch: &Node,
    allowed: Allowed,
    schemas: &Schemas,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let Some(resource) = resources.resources().get(position) else { return };
    if let Some(directive) = patch.get(DIRECTIVE).filter(|d| d.scalar_text() == Some("replace")) {
        findings.push(replaces_nothing(directive));
        return;
    }
    let size = Size::of(patch);
    if !resources.budget.look_at(resource.values + size.values, patch.span()) {
        return;
    }
    match merge(resource.node(), patch, schemas) {
        Ok(None) => drop(resources.resources_mut().remove(position)),
        Ok(Some(merged)) => {
            let (size, before) = (Size::of(&merged), Size::of(resource.node()));
            let budget = Arc::clone(&resources.budget);
            if budget.grow(size.since(before), patch.span()) {
                resources.change(position, |resource| {
                    take(resource, merged, allowed, &budget);
                    resource.values = size.values;
                });
            }
        }
        Err(error) => {
            findings.push(unmergeable(&error, resource));
            resources.budget.find(1, error.span);
            resources.change(position, |resource| resource.built = Built::InPart);
        }
    }
}

/// The replaced object is another one than the one that kustomize keeps (kustomize: `Resource.ApplyFilter`).
fn replaces_nothing(directive: &Node) -> Finding {
    let message = "a patch with `$patch: replace` at its top changes nothing";
    Finding::new(ids::KUSTOMIZE, directive.span(), message)
        .with_level(Level::Warning)
        .with_help("write the directive into the field that is to be replaced")
}

/// The merged object, with the identity that it had unless the patch may change it (kustomize: `Resource.ApplySmPatch`).
fn take(resource: &mut Resource, mut merged: Node, allowed: Allowed, budget: &Budget) {
    if allowed != Allowed::default() {
        resource.store_previous_id();
    }
    let old = resource.node().clone();
    if let Some(kind) = old.get("kind").filter(|_| !allowed.kind) {
        merged.set("kind", kind.clone());
    }
    if !merged.get("metadata").is_some_and(Node::is_mapping) {
        merged.set("metadata", Node::mapping(Vec::new(), old.origin()));
    }
    if let Some(metadata) = merged.get_mut("metadata") {
        let was = |key| old.at(&["metadata", key]).filter(|n| n.scalar_text().is_some_and(|t| !t.is_empty()));
        if let Some(name) = was("name").filter(|_| !allowed.name) {
            metadata.set("name", name.clone());
        }
        match was("namespace").filter(|n| !n.is_null()) {
            Some(namespace) => metadata.set("namespace", namespace.clone()),
            None => drop(metadata.remove("namespace")),
        }
    }
    spread(&old, &mut merged, &mut resource.shared, budget);
    resource.edit(|node| *node = merged);
}

fn unmergeable(error: &MergeError, resource: &Resource) -> Finding {
    let message = format!("the patch does not fit `{}`: {}", resource.id().describe(), error.message);
    let finding = Finding::new(ids::KUSTOMIZE, error.span, message).with_object(&resource.object_id());
    match error.other {
        Some(span) => finding.with_related(span, "the object has this"),
        None => finding,
    }
}

fn apply_json(patch: &JsonPatch, target: &Node, past: Past, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    let budget = Arc::clone(&resources.budget);
    for position in select(target, resources, findings) {
        let values = resources.resources().get(position).map_or(0, |resource| resource.values);
        if !budget.look_at(values + patch.operations(), target.span()) {
            return;
        }
        resources.change(position, |resource| match apply_json_to(patch, past, resource, &budget) {
            // The build ends, and says so itself.
            Err(error) if !budget.is_exceeded() => {
                findings.push(not_applied(error.span, &error.message, resource));
                budget.find(1, error.span);
                resource.built = Built::InPart;
            }
            _ => {}
        });
    }
}

fn apply_json_to(
    patch: &JsonPatch,
    past: Past,
    resource: &mut Resource,
    budget: &Budget,
) -> Result<(), JsonPatchError> {
    if past == Past::Kept || resource.has_a_past() {
        resource.edit(open_annotations);
    }
    let mut patched = patch.apply(resource.node(), budget)?;
    if patched.at(&["metadata", "annotations"]).is_some_and(|a| !a.is_mapping()) {
        open_annotations(&mut patched);
    }
    resource.shared.clear();
    if past == Past::Kept {
        resource.store_previous_id();
    }
    resource.edit(|node| *node = patched);
    Ok(())
}

/// kustomize keeps an object's past in its annotations, so that they are there even where none is written; empty ones go at the end.
fn open_annotations(node: &mut Node) {
    let origin = node.origin();
    let Some(metadata) = node.get_mut("metadata").filter(|m| m.is_mapping()) else { return };
    if !metadata.get("annotations").is_some_and(Node::is_mapping) {
        metadata.set("annotations", Node::mapping(Vec::new(), origin));
    }
}

fn not_applied(span: Span, message: &str, resource: &Resource) -> Finding {
    let message = format!("the patch does not fit `{}`: {message}", resource.id().describe());
    Finding::new(ids::KUSTOMIZE, span, message)
        .with_related(resource.name_span(), "the object")
        .with_object(&resource.object_id())
}
