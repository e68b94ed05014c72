//! Images of what was rendered: which are asked for, and what is said of those that no registry has.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_kubernetes::ImageReference;
use seatrial_model::{Age, Finding, Level, Manifest, Node, ObjectId, Sources, Stage};
use seatrial_rules::{Pod, of_part, tell};

use crate::catalog::IMAGE_NOT_FOUND;
use crate::judge::examine::Found;
use crate::supply::{Images, Wanted};

/// An image that a container of an object has.
struct Used<'a> {
    image: &'a str,
    node: &'a Node,
    manifest: &'a Manifest,
    container: &'a str,
}

/// The images of the pods of all objects.
fn used(manifests: &[Manifest]) -> Vec<Used<'_>> {
    let readable = |manifest: &&Manifest| !manifest.is_sops_encrypted();
    let pods = manifests.iter().filter(readable).filter_map(Pod::of);
    let each = pods.flat_map(|pod| {
        pod.containers().filter_map(move |container| {
            let node = container.node.get("image")?;
            let image = node.as_str().filter(|image| is_asked_for(image))?;
            let container = container.node.get("name").and_then(Node::as_str).unwrap_or_default();
            Some(Used { image, node, manifest: pod.manifest, container })
        })
    });
    each.collect()
}

/// What is filled in later, or replaced by a tool that knows it, is nobody's image yet.
fn is_asked_for(image: &str) -> bool {
    !image.is_empty() && image.trim() == image && !image.contains("://") && !image.contains("${")
}

/// What is to be asked for.
pub(super) fn wanted(manifests: &[Manifest]) -> BTreeSet<Wanted> {
    used(manifests).iter().map(|used| Wanted::Image(ImageReference::parse(used.image).pulled())).collect()
}

/// What is said of the images, once they were asked for. What the base has, too, is already there.
pub(super) fn findings(head: &[Manifest], base: Option<&[Manifest]>, images: &Images, sources: &Sources) -> Vec<Found> {
    let before: BTreeSet<&str> = used(base.unwrap_or_default()).iter().map(|used| used.image).collect();
    let mut told: BTreeSet<(&str, &ObjectId)> = BTreeSet::new();
    // What could not be asked is told once, at the first image that it is about.
    let mut unasked: BTreeMap<&str, Finding> = BTreeMap::new();
    let mut found = Vec::new();
    for used in used(head) {
        let reference = ImageReference::parse(used.image);
        let Some(Err(not_fetched)) = images.get(&reference.pulled()) else { continue };
        if !told.insert((used.image, &used.manifest.id)) {
            continue;
        }
        let Used { image, container, node, manifest } = used;
        if !not_fetched.is_absent {
            let message = format!("the image `{image}` could not be checked: {}", not_fetched.why);
            let finding = Finding::new(IMAGE_NOT_FOUND, node.span(), message).with_level(Level::Note);
            unasked.entry(&not_fetched.why).or_insert(finding.with_object(&manifest.id));
            continue;
        }
        let message = format!(
            "container `{container}` of {} has the image `{image}`, which is not there: {}",
            manifest.id, not_fetched.why
        );
        let mut finding =
            tell(Finding::new(IMAGE_NOT_FOUND, node.span(), message).with_object(&manifest.id), Some(node), manifest);
        let part = reference.digest.or(reference.tag).unwrap_or(reference.repository);
        if let Some(span) = of_part(node, part, sources) {
            finding.primary.span = span;
        }
        let age = if before.contains(image) { Age::AlreadyThere } else { Age::New };
        found.push(Found { finding, stage: Stage::Validate, age, is_danger: false });
    }
    let notes = unasked.into_values();
    found.extend(notes.map(|finding| Found { finding, stage: Stage::Validate, age: Age::New, is_danger: false }));
    found
}
