//! What a HelmRelease takes its values from: `valuesFrom`, in order, then `values`.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_model::{
    Built, Finding, Level, Manifest, Node, ObjectId, Origin, Span, Text, nearest_of_few, without_hash_suffix,
};

use super::Surroundings;
use super::compose::{Step, compose};
use super::text::{Reading, of_text, read_text};
use crate::objects::flux_object::{FluxKind, has_variable, is_filled_in_cluster, items, namespace, spec};
use crate::objects::found::Objects;
use crate::objects::ids;

/// Where values are looked for without `valuesKey`.
const DEFAULT_KEY: &str = "values.yaml";

/// The way out where a value is taken for several.
const TAKEN_LITERALLY: &str =
    "a comma begins another value, and `{` a list: `literal: true` takes the text as it stands";

/// The values of a release.
pub(crate) struct Composed {
    pub(crate) values: Node,
    pub(crate) has_unknown: bool,
    /// Objects that were not found.
    pub(crate) lacking: Vec<ObjectId>,
}

/// What stands under a key of a ConfigMap or Secret.
enum Found {
    Text(Node),
    /// There is something, or may be, and only the cluster knows it.
    Unknown,
    /// Nothing, and that is not a mistake.
    Nothing,
}

/// An entry of `valuesFrom`.
struct Reference<'a> {
    node: &'a Node,
    id: ObjectId,
    key: &'a str,
    path: Option<&'a str>,
    is_optional: bool,
    is_literal: bool,
}

/// The values of a release, and what is wrong with what they come from.
pub(crate) fn of(manifest: &Manifest, around: &Surroundings<'_>, findings: &mut Vec<Finding>) -> Composed {
    let mut reader =
        Reader { around, findings: Vec::new(), steps: Vec::new(), has_unknown: false, lacking: Vec::new() };
    let references: Vec<Reference<'_>> = references(manifest).collect();
    for (at, reference) in references.iter().enumerate() {
        reader.take(at, reference);
    }
    let Reader { findings: found, steps, has_unknown, lacking, .. } = reader;
    findings.extend(found);
    let own = spec(manifest, &["values"]);
    let only: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
    let (values, refused) = compose(own, &only, own.map_or(manifest.span, Node::span));
    for (at, error) in refused {
        let Some((reference, Step::Set { path, value, origin, .. })) = steps.get(at) else { continue };
        let Some(reference) = references.get(*reference) else { continue };
        let span = reference.node.get("targetPath").map_or(reference.node.span(), Node::span);
        let finding = Finding::new(ids::RELEASE_VALUES, span, format!("`{path}` cannot be set: {error}"));
        let finding = finding.with_related(origin.span, "the value that would be set");
        let finding = if value.contains([',', '{']) { finding.with_help(TAKEN_LITERALLY) } else { finding };
        // What is not known may change what the path leads through.
        findings.push(if has_unknown { finding.with_level(Level::Note) } else { finding });
    }
    Composed { values, has_unknown, lacking }
}

/// Of a release whose values would be too many, together with those of the releases before it.
pub(crate) fn too_many(manifest: &Manifest, findings: &mut Vec<Finding>) -> Composed {
    let place = spec(manifest, &["valuesFrom"]).map_or(manifest.span, Node::span);
    let message = "the values of all releases are more than 32 MiB: those of this one are not read";
    findings.push(Finding::new(ids::RELEASE_VALUES, place, message));
    Composed { values: Node::mapping(Vec::new(), place), has_unknown: true, lacking: Vec::new() }
}

/// Whether some of its values may be brought by somebody who is not rendered yet.
pub(crate) fn are_awaited(manifest: &Manifest, around: &Surroundings<'_>) -> bool {
    let is_awaited = |id: &ObjectId| {
        let is_known = around.objects.get(id).is_some() || around.made.has(id) || around.may_be_there(id);
        !is_known && !has_variable(&id.name)
    };
    references(manifest).any(|reference| is_awaited(&reference.id))
}

/// Where the values are written that a HelmRelease takes from other objects, and no other one takes from there.
pub(crate) fn own_places(objects: &Objects) -> HashMap<ObjectId, Vec<Span>> {
    let releases = objects.all().iter().filter(|object| FluxKind::of(&object.id) == Some(FluxKind::HelmRelease));
    let mut taken: HashMap<Span, Vec<&ObjectId>> = HashMap::new();
    for release in releases {
        for place in places(release, objects) {
            taken.entry(place).or_default().push(&release.id);
        }
    }
    let mut own: HashMap<ObjectId, Vec<Span>> = HashMap::new();
    for (place, by) in taken {
        if let [only] = by.as_slice() {
            own.entry((*only).clone()).or_default().push(place);
        }
    }
    own
}

/// Where the values that a release takes from other objects are written.
fn places(manifest: &Manifest, objects: &Objects) -> Vec<Span> {
    let place = |reference: Reference<'_>| Some(of_text(value_of(objects.get(&reference.id)?, reference.key)?.0).span);
    references(manifest).filter_map(place).collect()
}

/// About how many bytes are read and merged for the values of a release.
pub(crate) fn cost(manifest: &Manifest, around: &Surroundings<'_>) -> usize {
    let references = items(manifest, &["valuesFrom"]);
    let own = if references.is_empty() { 0 } else { spec(manifest, &["values"]).map_or(0, size) };
    let of = |node: &Node| {
        let Some(reference) = reference(node, manifest) else { return 0 };
        let object = around.objects.get(&reference.id);
        let text = object.and_then(|object| value_of(object, reference.key)).and_then(|(value, _)| value.scalar_text());
        own + text.map_or(0, str::len)
    };
    references.iter().map(of).sum()
}

fn size(node: &Node) -> usize {
    let scalar = node.scalar_text().map_or(0, str::len);
    let entries: usize = node.entries().iter().map(|entry| entry.key.text.len() + size(&entry.value)).sum();
    1 + scalar + entries + node.items().iter().map(size).sum::<usize>()
}

/// The entries of `valuesFrom`, except those that the schema knows to be mistakes.
fn references(manifest: &Manifest) -> impl Iterator<Item = Reference<'_>> {
    items(manifest, &["valuesFrom"]).iter().filter_map(|node| reference(node, manifest))
}

fn reference<'a>(node: &'a Node, manifest: &Manifest) -> Option<Reference<'a>> {
    let text = |field: &str| node.get(field).and_then(Node::scalar_text).filter(|text| !text.is_empty());
    let is_true = |field: &str| node.get(field).and_then(Node::as_bool) == Some(true);
    let namespace = Some(namespace(manifest)).filter(|namespace| !namespace.is_empty());
    // Other kinds are a mistake that the schema knows.
    let kind = text("kind").filter(|kind| matches!(*kind, "ConfigMap" | "Secret"))?;
    Some(Reference {
        node,
        id: ObjectId::new("", kind, namespace, text("name")?),
        key: text("valuesKey").unwrap_or(DEFAULT_KEY),
        path: text("targetPath"),
        is_optional: is_true("optional"),
        is_literal: is_true("literal"),
    })
}

struct Reader<'a> {
    around: &'a Surroundings<'a>,
    findings: Vec<Finding>,
    /// With the position of the reference that each is from.
    steps: Vec<(usize, Step)>,
    has_unknown: bool,
    lacking: Vec<ObjectId>,
}

impl Reader<'_> {
    fn take(&mut self, at: usize, reference: &Reference<'_>) {
        match self.find(reference) {
            Found::Nothing => {}
            Found::Unknown => match reference.path {
                Some(path) => {
                    let value = placeholder(reference);
                    let origin = Origin::from(reference.node.span());
                    self.steps.push((at, Step::Set { path: path.to_owned(), value, literal: true, origin }));
                }
                None => self.has_unknown = true,
            },
            Found::Text(scalar) => match reference.path {
                Some(path) => {
                    let value = scalar.scalar_text().unwrap_or_default().to_owned();
                    let (literal, origin) = (reference.is_literal, scalar.origin());
                    self.steps.push((at, Step::Set { path: path.to_owned(), value, literal, origin }));
                }
                None => self.merge(at, reference, &scalar),
            },
        }
    }

    fn merge(&mut self, at: usize, reference: &Reference<'_>, scalar: &Node) {
        let sources = self.around.repositories.own.tree().sources();
        let Some(file) = sources.get(of_text(scalar).span.file) else {
            self.has_unknown = true;
            return;
        };
        match read_text(scalar, &file) {
            Reading::Values(values) => self.steps.push((at, Step::Merge(values))),
            Reading::Wrong(finding) => {
                self.has_unknown = true;
                // A variable that is not filled in may be what makes it wrong.
                if scalar.scalar_text().is_some_and(has_variable) {
                    return;
                }
                let name = &reference.id.name;
                let text = format!("they are `{}` of {} `{name}`, read here", reference.key, reference.id.kind);
                let is_flat = finding.message.contains("a string");
                let finding = finding.with_related(name_of(reference), text).with_object(&reference.id);
                let help = "name the value that it is with `targetPath`";
                self.findings.push(if is_flat { finding.with_help(help) } else { finding });
            }
        }
    }

    fn find(&mut self, reference: &Reference<'_>) -> Found {
        let id = &reference.id;
        if has_variable(&id.name) || has_variable(reference.key) || id.namespace.as_deref().is_some_and(has_variable) {
            return Found::Unknown;
        }
        let Some(object) = self.around.objects.get(id) else {
            self.lacking.push(id.clone());
            if !reference.is_optional && !self.around.made.has(id) && !self.around.may_be_there(id) {
                self.findings.push(self.not_in_git(reference));
            }
            return Found::Unknown;
        };
        let Some(value) = value_of(object, reference.key) else {
            return if is_filled_in_cluster(object) { Found::Unknown } else { self.no_key(reference, object) };
        };
        if object.is_sops_encrypted() {
            return Found::Unknown;
        }
        let is_encoded = value.1;
        let text = value.0.scalar_text().unwrap_or_default();
        if !is_encoded {
            return Found::Text(value.0.clone());
        }
        let bytes: String = text.split_whitespace().collect();
        match STANDARD.decode(bytes).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(decoded) => Found::Text(Node::string(Text::from(decoded), value.0.origin())),
            None => Found::Unknown,
        }
    }

    fn no_key(&mut self, reference: &Reference<'_>, object: &Manifest) -> Found {
        if reference.is_optional {
            return Found::Nothing;
        }
        let keys = keys_of(object);
        let message = format!("{} `{}` has no key `{}`", reference.id.kind, reference.id.name, reference.key);
        let span = reference.node.get("valuesKey").map_or_else(|| name_of(reference), Node::span);
        let place = object.node.entry("data").map_or(object.span, |entry| entry.key.span);
        let finding = Finding::new(ids::MISSING_VALUES, span, message).with_related(place, there_are(&keys));
        let finding = match nearest_of_few(reference.key, keys.iter().copied()) {
            Some(near) => {
                let key = ["data", "stringData", "binaryData"].iter().find_map(|f| object.node.get(f)?.entry(near));
                let finding = finding.with_help(format!("did you mean `{near}`?"));
                key.into_iter().fold(finding, |f, entry| f.with_related(entry.key.span, "this name is similar"))
            }
            None if reference.node.get("valuesKey").is_none() => finding.with_help("say which one with `valuesKey`"),
            None => finding,
        };
        // Others may add to it in the cluster.
        let is_whole = object.built == Built::Whole && !crate::objects::shared::is_shared(object);
        self.findings.push(if is_whole { finding } else { finding.with_level(Level::Note) });
        Found::Unknown
    }

    fn not_in_git(&self, reference: &Reference<'_>) -> Finding {
        let id = &reference.id;
        let message = format!("{} `{}` is not in Git: its values are unknown", id.kind, id.name);
        let finding = Finding::new(ids::MISSING_VALUES, name_of(reference), message).with_level(Level::Note);
        let alike = self.around.objects.all().iter().filter(|object| object.id.kind == id.kind);
        let same_place: Vec<&Manifest> = alike.filter(|object| object.id.namespace == id.namespace).collect();
        let generated = same_place
            .iter()
            .find(|object| object.id.name != id.name && without_hash_suffix(&object.id.name) == id.name);
        if let Some(generated) = generated {
            let text = format!("its name here is `{}`: a hash of its content is added", generated.id.name);
            let help = "set `disableNameSuffixHash: true`, or tell kustomize with `configurations` that `spec/valuesFrom/name` refers to it";
            return finding.with_related(generated.span, text).with_help(help);
        }
        let names = same_place.iter().map(|object| object.id.name.as_str());
        let Some(near) = nearest_of_few(&id.name, names) else { return finding };
        let place =
            same_place.iter().find(|object| object.id.name == near).and_then(|o| o.node.at(&["metadata", "name"]));
        let finding = finding.with_help(format!("did you mean `{near}`?"));
        place.into_iter().fold(finding, |finding, name| finding.with_related(name.span(), "this name is similar"))
    }
}

fn name_of(reference: &Reference<'_>) -> Span {
    reference.node.get("name").map_or(reference.node.span(), Node::span)
}

/// A value, and whether it is in Base64.
fn value_of<'a>(object: &'a Manifest, key: &str) -> Option<(&'a Node, bool)> {
    let is_secret = object.id.kind == "Secret";
    let plain = object.node.at(&["stringData", key]).filter(|_| is_secret);
    plain.map(|value| (value, false)).or_else(|| object.node.at(&["data", key]).map(|value| (value, is_secret)))
}

fn keys_of(object: &Manifest) -> Vec<&str> {
    let fields: &[&str] = if object.id.kind == "Secret" { &["data", "stringData"] } else { &["data"] };
    let entries = fields.iter().filter_map(|field| object.node.get(field)).flat_map(Node::entries);
    entries.map(|entry| &*entry.key.text).collect()
}

fn there_are(keys: &[&str]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = keys.iter().take(MOST).map(|key| format!("`{key}`")).collect();
    match (shown.len(), keys.len()) {
        (0, _) => "it has no keys".to_owned(),
        (shown_ones, all) if all > shown_ones => {
            format!("its keys are {} and {} more", shown.join(", "), all - shown_ones)
        }
        _ => format!("its keys are {}", shown.join(", ")),
    }
}

/// A text that stands for a value that only the cluster knows, like a variable that is not filled in.
fn placeholder(reference: &Reference<'_>) -> String {
    let name = format!("{}_{}_{}", reference.id.kind, reference.id.name, reference.key);
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("${{{name}}}")
}
