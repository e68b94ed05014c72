//! `dependsOn`: names that exist, of the right kind, and no cycles.

use std::collections::{HashMap, HashSet};

use seatrial_model::{Finding, Graph, Level, Manifest, Node, ObjectId, Span, group_of};

use crate::objects::flux_object::full_name;
use crate::objects::flux_object::{FluxKind, has_variable, items, namespace};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::objects::told::at_its_text;

/// The object that an entry of `dependsOn` names: one of the same kind, unless it is a ResourceSet that waits.
pub(crate) fn named(entry: &Node, of: &Manifest) -> Option<ObjectId> {
    let field = |name: &str| entry.get(name).and_then(Node::scalar_text).filter(|text| !text.is_empty());
    let namespace = field("namespace").unwrap_or(namespace(of));
    if FluxKind::of(&of.id) == Some(FluxKind::ResourceSet) {
        let group = group_of(field("apiVersion")?);
        return Some(ObjectId::new(group, field("kind")?, field("namespace"), field("name")?));
    }
    Some(ObjectId::new(&of.id.group, &of.id.kind, Some(namespace), field("name")?))
}

/// What is wrong with the dependencies of all Kustomizations and HelmReleases.
pub(crate) fn check(graph: &Graph, objects: &Objects, is_complete: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let all = objects.all().iter().chain(objects.implied().filter(|manifest| !objects.is_applied(&manifest.id)));
    let dependents =
        all.filter(|m| matches!(FluxKind::of(&m.id), Some(FluxKind::Kustomization | FluxKind::HelmRelease)));
    for manifest in dependents {
        for entry in items(manifest, &["dependsOn"]) {
            if let Some(id) = named(entry, manifest).filter(|id| !has_variable(&id.name) && objects.get(id).is_none()) {
                findings.push(missing(manifest, entry, &id, objects, is_complete));
            }
        }
    }
    findings.extend(cycles(graph, objects));
    findings
}

fn missing(manifest: &Manifest, entry: &Node, id: &ObjectId, objects: &Objects, is_complete: bool) -> Finding {
    let message = format!("there is no {} `{}` to wait for", id.kind, full_name(id));
    let name = entry.get("name").unwrap_or(entry);
    let finding = at_its_text(ids::DEPENDENCY, name, &message).with_object(&manifest.id);
    // What is not fetched may have it.
    let finding = if is_complete { finding } else { finding.with_level(Level::Note) };
    let alike = objects.named(&id.name).find(|other| FluxKind::of(&other.id).is_some() && other.id.kind != "Namespace");
    match alike {
        Some(other) if other.id.kind != id.kind => {
            let text = format!("this is a {}, and a {} depends on {}s alone", other.id.kind, id.kind, id.kind);
            finding.with_related(other.span, text)
        }
        Some(other) => finding.with_related(other.span, "this one has another namespace"),
        None => objects.advise(finding, &id.kind, &id.name),
    }
}

/// Each cycle once, with its whole path.
fn cycles(graph: &Graph, objects: &Objects) -> Vec<Finding> {
    let places: HashMap<&ObjectId, usize> = graph.nodes.iter().enumerate().map(|(at, node)| (&node.id, at)).collect();
    let mut findings = Vec::new();
    let mut done: HashSet<usize> = HashSet::new();
    for start in 0..graph.nodes.len() {
        let mut path: Vec<usize> = Vec::new();
        let mut stack: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                if done.contains(&at) {
                    continue;
                }
                path.push(at);
            }
            let dependencies = graph.nodes.get(at).map(|node| node.depends_on.as_slice()).unwrap_or_default();
            let Some(id) = dependencies.get(next) else {
                done.insert(at);
                path.pop();
                continue;
            };
            stack.push((at, next + 1));
            let Some(&to) = places.get(id) else { continue };
            match path.iter().position(|visited| *visited == to) {
                Some(first) => findings.extend(cycle(graph, path.get(first..).unwrap_or_default(), objects)),
                None if !done.contains(&to) => stack.push((to, 0)),
                None => {}
            }
        }
    }
    findings
}

fn cycle(graph: &Graph, circle: &[usize], objects: &Objects) -> Option<Finding> {
    let ids: Vec<&ObjectId> = circle.iter().filter_map(|at| graph.nodes.get(*at)).map(|node| &node.id).collect();
    let names: Vec<String> = ids.iter().chain(ids.first()).map(|id| full_name(id)).collect();
    let message = format!("these {}s wait for each other: `{}`", ids.first()?.kind, names.join("` → `"));
    let mut places =
        ids.iter().zip(ids.iter().skip(1).chain(ids.first())).filter_map(|(id, next)| entry(objects, id, next));
    let first = places.next()?;
    let finding = Finding::new(ids::DEPENDENCY_CYCLE, first, message);
    Some(places.fold(finding, |finding, span| finding.with_related(span, "and this dependency")))
}

/// Where one object says that it depends on another.
fn entry(objects: &Objects, id: &ObjectId, on: &ObjectId) -> Option<Span> {
    let manifest = objects.get(id)?;
    let entry = items(manifest, &["dependsOn"]).iter().find(|entry| named(entry, manifest).as_ref() == Some(on))?;
    Some(entry.get("name").map_or(entry.span(), Node::span))
}
