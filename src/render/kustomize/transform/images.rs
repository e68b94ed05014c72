//! The image transformer (kustomize: `ImageTagTransformer`, `filters/imagetag`).

use std::sync::Arc;

use seatrial_model::{Entry, Finding, Node, Question, SetBy, Text, Value};

use crate::fields::spec::{Created, FieldError, FieldSpec, Leaf};
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::transform::image_reference::{ImageParts, ImagePattern};
use crate::values::budget::Budget;
use crate::values::scalar::{Setter, Tag};

/// Lists whose items have an `image`, at any depth.
const CONTAINER_LISTS: [&str; 2] = ["containers", "initContainers"];

/// An entry of `images`.
struct ImageChange<'a> {
    /// The entry.
    entry: &'a Node,
    pattern: ImagePattern,
    new_name: &'a str,
    new_tag: &'a str,
    digest: &'a str,
    tag_suffix: &'a str,
    setter: Setter,
    /// Who sets the name, where the setter sets another part: the chain of the image names both lines.
    namer: Option<Setter>,
}

/// Applies the entries of `images`, one after the other. Gives back those that no image matched.
pub(crate) fn set_images<'a>(
    resources: &mut Accumulator,
    images: &'a [Node],
    specs: &[FieldSpec],
    findings: &mut Vec<Finding>,
) -> Vec<&'a Node> {
    let changes: Vec<ImageChange<'_>> =
        images.iter().filter_map(|image| read_change(image, &resources.budget, findings)).collect();
    let Some(setter) = changes.first().map(|change| change.setter.clone()) else { return Vec::new() };
    let mut is_used = vec![false; changes.len()];
    let mut keys: Vec<&str> = specs.iter().filter_map(|s| s.path.last()).map(String::as_str).chain(["image"]).collect();
    keys.sort_unstable();
    keys.dedup();
    let budget = Arc::clone(&resources.budget);
    resources.transform(&setter, "images", findings, |resource| {
        if &*resource.id().gvk.kind == "CustomResourceDefinition" {
            return Ok(());
        }
        let gvk = resource.id().gvk.clone();
        let own: Vec<&FieldSpec> = specs.iter().filter(|s| s.selects(&gvk) && s.reaches(resource.node())).collect();
        if own.is_empty() && !has_image(resource.node()) {
            return Ok(());
        }
        check_containers(resource.node())?;
        let is_no_text = |image: &Node| image.scalar_text().is_none();
        if own.iter().any(|spec| spec.reaches_some(resource.node(), &is_no_text)) {
            resource.edit(|node| open_empty_lists(node, &own))?;
        }
        // What the last change made of the images is looked at by the next one.
        let mut known: Option<Vec<Text>> = None;
        for (change, is_used) in changes.iter().zip(&mut is_used) {
            let images = known.get_or_insert_with(|| images_of(resource.node(), &keys));
            if !images.iter().any(|image| change.pattern.is_match(image)) {
                continue;
            }
            *is_used = true;
            if !budget.look_at(resource.values, change.setter.span) {
                return Ok(());
            }
            resource.edit(|node| change.apply_everywhere(node, &own))?;
            known = None;
        }
        Ok(())
    });
    changes.iter().zip(is_used).filter(|(_, is_used)| !is_used).map(|(change, _)| change.entry).collect()
}

/// Says which entries of `images` changed nothing.
pub(crate) fn warn_of_unused(unused: &[&Node], findings: &mut Vec<Finding>) {
    for entry in unused {
        let Some(name) = entry.get("name") else { continue };
        let message = format!(
            "`images` changes nothing here: no container has the image `{}`",
            name.as_str().unwrap_or_default()
        );
        let help =
            "write the name as the containers have it, with its registry and without its tag, or leave the entry out";
        findings.push(Finding::new(ids::UNUSED_IMAGE, name.span(), message).with_field("images").with_help(help));
    }
}

/// A list of containers that is null becomes an empty one, and an image must be text, whatever images are changed
/// (kustomize: `filters/fieldspec` `handleMap`, `imageTagUpdater`).
fn open_empty_lists(node: &mut Node, specs: &[&FieldSpec]) -> Result<(), FieldError> {
    let created = Created::at(node.origin());
    specs.iter().try_for_each(|spec| spec.visit(node, Leaf::Never, &created, &mut |image| must_be_text(image)))
}

fn must_be_text(image: &Node) -> Result<(), FieldError> {
    if image.scalar_text().is_some() {
        return Ok(());
    }
    Err(FieldError { span: image.span(), message: format!("is {}, not an image", image.describe()) })
}

/// The images of all lists of containers, at any depth.
fn check_containers(node: &Node) -> Result<(), FieldError> {
    if is_known_to_have_none(node) {
        return Ok(());
    }
    node.items().iter().try_for_each(check_containers)?;
    for entry in node.entries() {
        check_containers(&entry.value)?;
        if CONTAINER_LISTS.contains(&&*entry.key.text) {
            entry.value.items().iter().filter_map(|c| c.get("image")).try_for_each(must_be_text)?;
        }
    }
    Ok(())
}

/// Every text that could be an image, so that an entry that changes nothing costs nothing.
fn images_of(node: &Node, keys: &[&str]) -> Vec<Text> {
    let mut images = Vec::new();
    collect_images(node, keys, &mut images);
    images
}

fn collect_images(node: &Node, keys: &[&str], images: &mut Vec<Text>) {
    for item in node.items() {
        collect_images(item, keys, images);
    }
    for entry in node.entries() {
        match entry.value.value() {
            Value::Scalar(text) if keys.iter().any(|key| entry.key.text == **key) => {
                images.push(text.clone());
            }
            _ => collect_images(&entry.value, keys, images),
        }
    }
}

fn read_change<'a>(image: &'a Node, budget: &Arc<Budget>, findings: &mut Vec<Finding>) -> Option<ImageChange<'a>> {
    let text = |name| image.get(name).and_then(Node::as_str).unwrap_or_default();
    let place = ["newTag", "digest", "newName", "tagSuffix", "name"].iter().find_map(|name| image.get(name));
    let setter = Setter::field("images", place.unwrap_or(image).span(), budget);
    let namer = image.get("newName").map(Node::span).filter(|span| *span != setter.span);
    match ImagePattern::of(text("name")) {
        Ok(pattern) => Some(ImageChange {
            entry: image,
            pattern,
            new_name: text("newName"),
            new_tag: text("newTag"),
            digest: text("digest"),
            tag_suffix: text("tagSuffix"),
            setter,
            namer: namer.map(|span| Setter::field("images", span, budget)),
        }),
        Err(_) => {
            let span = image.get("name").unwrap_or(image).span();
            let message = format!("the image name `{}` is not a valid regular expression", text("name"));
            findings.push(Finding::new(ids::KUSTOMIZE, span, message).with_field("images"));
            None
        }
    }
}

impl ImageChange<'_> {
    /// First by the names of lists, then by the default fields: what stands in both is changed twice, as kustomize does.
    fn apply_everywhere(&self, node: &mut Node, specs: &[&FieldSpec]) -> Result<(), FieldError> {
        each_container_image(node, &mut |image| self.apply(image));
        let changes = |image: &Node| self.renamed(image).is_some_and(|renamed| image.scalar_text() != Some(&renamed));
        for spec in specs {
            if !spec.reaches_some(node, &changes) {
                continue;
            }
            let set = &mut |image: &mut Node| {
                if let Some(changed) = self.apply(image) {
                    *image = changed;
                }
                Ok(())
            };
            spec.visit(node, Leaf::Never, &Created::by(&self.setter), set)?;
        }
        Ok(())
    }

    /// The image as it is afterwards; `None` when it is another one.
    fn apply(&self, image: &Node) -> Option<Node> {
        let changed = self.renamed(image)?;
        // An image that is set to what it was keeps its own line.
        if image.scalar_text() == Some(&changed) {
            return Some(image.clone());
        }
        let named = self.namer.as_ref().map(|namer| namer.replace(Some(image), changed.as_str(), Tag::Untyped));
        Some(self.setter.replace(Some(named.as_ref().unwrap_or(image)), changed, Tag::Untyped))
    }

    /// Its text then.
    fn renamed(&self, image: &Node) -> Option<String> {
        let text = image.scalar_text().filter(|t| !image.is_null() && self.pattern.is_match(t))?;
        if self.setter.is_spent() {
            return None;
        }
        let mut reference = ImageParts::split(text);
        if !self.new_name.is_empty() {
            reference.name = self.new_name;
        }
        let suffixed = format!("{}{}", reference.tag, self.tag_suffix);
        match (self.new_tag.is_empty(), self.digest.is_empty()) {
            (false, _) => (reference.tag, reference.digest) = (self.new_tag, self.digest),
            (true, false) => (reference.tag, reference.digest) = ("", self.digest),
            (true, true) if !self.tag_suffix.is_empty() => (reference.tag, reference.digest) = (&suffixed, ""),
            (true, true) => {}
        }
        Some(reference.join())
    }
}

/// Whether it remembers that there is nothing in it that an image could be.
fn is_known_to_have_none(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(entries) => entries.known().is_some() && !has_image(node),
        Value::Sequence(_) => false,
        Value::Scalar(_) => true,
    }
}

/// Whether there is anything that an image could be, so that other objects are not copied.
fn has_image(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(entries) => {
            let has =
                |e: &Entry| e.key.text == *"image" || CONTAINER_LISTS.contains(&&*e.key.text) || has_image(&e.value);
            entries.answer(Question::HasImage, || entries.iter().any(has))
        }
        Value::Sequence(items) => items.iter().any(has_image),
        Value::Scalar(_) => false,
    }
}

/// Offers the image of every item of a list of containers, at any depth; what comes back takes its place.
pub(crate) fn each_container_image(node: &mut Node, change: &mut dyn FnMut(&Node) -> Option<Node>) {
    if let Some(changed) = with_images(node, change) {
        *node = changed;
    }
}

/// A value with other images in it; `None` where none is another, so that it stays shared.
fn with_images(node: &Node, change: &mut dyn FnMut(&Node) -> Option<Node>) -> Option<Node> {
    if is_known_to_have_none(node) {
        return None;
    }
    let mut copy: Option<Node> = None;
    for (at, item) in node.items().iter().enumerate() {
        let Some(changed) = with_images(item, change) else { continue };
        if let Some(place) = copy.get_or_insert_with(|| node.clone()).items_mut().get_mut(at) {
            *place = changed;
        }
    }
    for (at, entry) in node.entries().iter().enumerate() {
        let below = with_images(&entry.value, change);
        let changed = match CONTAINER_LISTS.contains(&&*entry.key.text) {
            true => with_images_of_items(below.as_ref().unwrap_or(&entry.value), change).or(below),
            false => below,
        };
        let Some(changed) = changed else { continue };
        if let Some(place) = copy.get_or_insert_with(|| node.clone()).entries_mut().get_mut(at) {
            place.value = changed;
        }
    }
    copy
}

/// A list of containers with other images in them.
fn with_images_of_items(list: &Node, change: &mut dyn FnMut(&Node) -> Option<Node>) -> Option<Node> {
    let mut copy: Option<Node> = None;
    for (at, container) in list.items().iter().enumerate() {
        let Some(image) = container.get("image") else { continue };
        let Some(changed) = change(image).filter(|changed| !changed.is_same(image)) else { continue };
        if let Some(container) = copy.get_or_insert_with(|| list.clone()).items_mut().get_mut(at) {
            container.set("image", changed);
        }
    }
    copy
}

/// The setter of `--image`: the value changes, its line stays.
pub(crate) fn set_on_command_line(image: &Node, text: String) -> Node {
    let setter = Setter::free(SetBy::CommandLine, image.span());
    setter.replace(Some(image), text, Tag::String)
}
