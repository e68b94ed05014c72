//! `configMapGenerator` and `secretGenerator` (kustomize: `internal/generators`, `resmap.AbsorbAll`).

use seatrial_model::{Built, Entry, Finding, Level, Node, Origin, ScalarKind, SetBy, Span, Style, nearest_of_few};

use crate::build_metadata::annotations::keep_origin;
use crate::build_metadata::step::Step;
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::unfinished::has_errors_since;
use crate::generate::generated::Generated;
use crate::generate::key_values::{Pair, read_pairs};
use crate::load::files::Files;
use crate::objects::nearest::{object, point_at};
use crate::objects::resource::{Behavior, NameHash, Resource};
use crate::values::base64::base64_lines;
use crate::values::metadata;
use crate::values::size::Size;

/// Where generators read from.
pub(crate) struct Context<'a> {
    pub(crate) dir: &'a str,
    pub(crate) files: &'a Files<'a>,
    /// `generatorOptions`.
    pub(crate) options: Option<&'a Node>,
    /// What the generated object notes about its origin, where `buildMetadata` asks.
    pub(crate) step: Option<Step>,
}

/// Runs one generator and takes its object in.
pub(crate) fn run(
    what: Generated,
    generator: &Node,
    context: &Context<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let before = findings.len();
    let (pairs, free) = read_pairs(what, generator, context.dir, context.files, resources, findings);
    if resources.budget.is_exceeded() {
        return;
    }
    let Some(name) = generator.get("name").filter(|n| n.as_str().is_some_and(|t| !t.is_empty())) else {
        let message = format!("a generated {} must have a `name`", what.kind());
        findings.push(Finding::new(ids::KUSTOMIZE, generator.span(), message).with_field(what.field()));
        resources.note_unread(generator.span());
        return;
    };
    let behavior = behavior_of(generator, findings);
    let options = Options { own: generator.get("options"), global: context.options };
    let node = make(what, name, generator, &pairs, &options);
    let mut resource = Resource::new(node, generator.span());
    resource.free = free;
    if has_errors_since(findings, before) {
        resource.built = Built::InPart;
    }
    // Labels and annotations, and what the encoding adds.
    let read = pairs.iter().fold(0, |bytes, pair| bytes + pair.key.len() + pair.value.len());
    let rest = resource.written.since(Size { values: pairs.len(), bytes: read, depth: 0 });
    resources.budget.grow(rest, generator.span());
    if !options.is_set("disableNameSuffixHash") {
        resource.hash = NameHash::On;
    }
    if let Some(step) = &context.step {
        step.mark_generated(&mut resource);
    }
    absorb(resource, behavior, name, what, resources, findings);
}

/// A generator's own options over `generatorOptions`.
struct Options<'a> {
    own: Option<&'a Node>,
    global: Option<&'a Node>,
}

impl<'a> Options<'a> {
    fn is_set(&self, name: &str) -> bool {
        self.setting(name).is_some()
    }

    /// The `true` that switches something on.
    fn setting(&self, name: &str) -> Option<&'a Node> {
        let on = |options: Option<&'a Node>| options?.get(name).filter(|n| n.as_bool() == Some(true));
        on(self.own).or_else(|| on(self.global))
    }

    fn map(&self, name: &str) -> Vec<&'a Entry> {
        let entries =
            |options: Option<&'a Node>| options.and_then(|o| o.get(name)).map(Node::entries).unwrap_or_default();
        let own = entries(self.own);
        let more = entries(self.global).iter().filter(|e| own.iter().all(|o| o.key.text != e.key.text));
        own.iter().chain(more).collect()
    }
}

fn behavior_of(generator: &Node, findings: &mut Vec<Finding>) -> Behavior {
    let Some(node) = generator.get("behavior") else { return Behavior::Create };
    match node.as_str().unwrap_or_default() {
        "merge" => Behavior::Merge,
        "replace" => Behavior::Replace,
        "create" | "" => Behavior::Create,
        other => {
            let message = format!("`behavior: {other}` is treated as `create`");
            let finding = Finding::new(ids::KUSTOMIZE, node.span(), message).with_level(Level::Warning);
            let near = nearest_of_few(other, ["create", "merge", "replace"]);
            let help =
                near.map_or("write `create`, `merge` or `replace`".to_owned(), |n| format!("did you mean `{n}`?"));
            findings.push(finding.with_help(help));
            Behavior::Create
        }
    }
}

fn make(what: Generated, name: &Node, generator: &Node, pairs: &[Pair], options: &Options<'_>) -> Node {
    let origin = |span: Span| Origin::over(span, SetBy::Generator(what.field()), None);
    let string = |text: &str, span: Span| Node::string(text, origin(span));
    let copy = |node: &Node| string(node.scalar_text().unwrap_or_default(), node.span());
    let here = generator.span();

    let mut metadata = vec![Entry::new("name", copy(name))];
    let namespace = generator.get("namespace").filter(|n| n.as_str().is_some_and(|t| !t.is_empty()));
    metadata.extend(namespace.map(|n| Entry::new("namespace", copy(n))));
    for key in ["labels", "annotations"] {
        let entries: Vec<Entry> =
            options.map(key).into_iter().map(|e| Entry { key: e.key.clone(), value: copy(&e.value) }).collect();
        if !entries.is_empty() {
            metadata.push(Entry::new(key, Node::mapping(entries, origin(here))));
        }
    }
    let mut entries = vec![
        Entry::new("apiVersion", string("v1", here)),
        Entry::new("kind", string(what.kind(), here)),
        Entry::new("metadata", Node::mapping(metadata, origin(here))),
    ];
    if what == Generated::Secret {
        let own = generator.get("type").filter(|t| t.as_str().is_some_and(|t| !t.is_empty()));
        entries.push(Entry::new("type", own.map_or_else(|| string("Opaque", here), copy)));
    }
    let (mut data, mut binary) = (Vec::new(), Vec::new());
    for pair in pairs {
        let text = std::str::from_utf8(&pair.value).ok().filter(|_| what == Generated::ConfigMap);
        let list = if text.is_some() || what == Generated::Secret { &mut data } else { &mut binary };
        let text = text.map_or_else(|| base64_lines(&pair.value), str::to_owned);
        let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
        list.push(Entry::new(pair.key.as_str(), Node::scalar(text, ScalarKind::String, style, origin(pair.span))));
    }
    if !data.is_empty() || what == Generated::Secret {
        entries.push(Entry::new("data", Node::mapping(data, origin(here))));
    }
    if !binary.is_empty() {
        entries.push(Entry::new("binaryData", Node::mapping(binary, origin(here))));
    }
    if let Some(immutable) = options.setting("immutable") {
        let value = Node::scalar("true", ScalarKind::Bool, Style::Plain, origin(immutable.span()));
        entries.push(Entry::new("immutable", value));
    }
    Node::mapping(entries, origin(here))
}

fn absorb(
    resource: Resource,
    behavior: Behavior,
    name: &Node,
    what: Generated,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let matches = resources.with_id(resource.id(), name.span()).to_vec();
    match (matches.as_slice(), behavior) {
        ([], Behavior::Create) => resources.append(resource, findings),
        ([], _) => {
            let finding = nothing_to_merge_into(&resource, name, what, resources);
            findings.extend(resources.absent(finding));
        }
        ([position, ..], Behavior::Create) => {
            let first = resources.resources().get(*position).map(Resource::name_span);
            let message = format!("`{}` already exists", resource.id().describe());
            let finding = Finding::new(ids::DUPLICATE_OBJECT, name.span(), message)
                .with_help("write `behavior: merge` or `behavior: replace` to change it, or choose another name");
            findings.push(first.into_iter().fold(finding, |f, span| f.with_related(span, "it is first defined here")));
        }
        ([position], _) => {
            let values = resources.resources().get(*position).map_or(0, |old| old.values);
            if !resources.budget.look_at(values, name.span()) {
                return;
            }
            resources.change(*position, |old| *old = succeed(resource, old, behavior));
        }
        (several, _) => {
            let message = format!("`{}` matches {} objects", resource.id().describe(), several.len());
            findings.push(Finding::new(ids::KUSTOMIZE, name.span(), message).with_field(what.field()));
        }
    }
}

fn nothing_to_merge_into(resource: &Resource, name: &Node, what: Generated, resources: &mut Accumulator) -> Finding {
    let id = resource.id();
    let message = format!("there is no `{}` to change", id.describe());
    let finding = Finding::new(ids::KUSTOMIZE, name.span(), message).with_field(what.field());
    let of_name = resources.with_name(&id.name, name.span()).to_vec();
    let all = resources.resources();
    let is_of_kind = |r: &&Resource| r.id().gvk == id.gvk;
    if let Some(other) = of_name.into_iter().filter_map(|at| all.get(at)).find(is_of_kind) {
        let namespace = &other.id().namespace;
        return finding
            .with_related(other.name_span(), format!("it is in the namespace `{namespace}` here"))
            .with_help(format!("write `namespace: {namespace}` in the generator"));
    }
    match object(&id.name, all.iter().filter(is_of_kind)) {
        Some(near) => point_at(finding, near),
        None => finding.with_help("leave out `behavior`, or add the object to the resources"),
    }
}

/// The new object in the old one's place: its name, namespace and history stay, labels and annotations come together
/// (kustomize: `CopyMergeMetaDataFieldsFrom`).
fn succeed(mut new: Resource, old: &Resource, behavior: Behavior) -> Resource {
    new.inherit_history(old);
    new.written = new.written.and(old.written);
    new.free = new.free.and(old.free);
    new.values += old.values;
    if old.hash == NameHash::Off {
        new.hash = NameHash::Off;
    }
    new.edit(|node| {
        for key in ["labels", "annotations"] {
            merge_map(node, old.node(), &["metadata", key]);
            metadata::rewrite(node, key);
        }
        if behavior == Behavior::Merge {
            keep_origin(old.node(), node);
        }
        for key in ["name", "namespace"] {
            let value = old.node().at(&["metadata", key]).cloned();
            if let Some(metadata) = node.get_mut("metadata") {
                match value {
                    Some(value) => metadata.set(key, value),
                    None => drop(metadata.remove(key)),
                }
            }
        }
        if behavior == Behavior::Merge {
            merge_map(node, old.node(), &["data"]);
            merge_map(node, old.node(), &["binaryData"]);
            if node.get("data").is_some_and(|d| d.entries().is_empty()) {
                node.remove("data");
            }
        }
    });
    new
}

/// Old entries first, new ones over them.
fn merge_map(node: &mut Node, old: &Node, path: &[&str]) {
    let Some(old_map) = old.at(path).filter(|m| !m.entries().is_empty()) else { return };
    let mut merged = old_map.clone();
    for entry in node.at(path).map(Node::entries).unwrap_or_default() {
        let mut value = entry.value.clone();
        let before = old_map.get(&entry.key.text).map(Node::origin);
        if let (Some(before), Some(over)) = (before, value.origin().over) {
            value.set_over(over.by.clone(), Some(before));
        }
        merged.set(&entry.key.text, value);
    }
    let Some((last, parents)) = path.split_last() else { return };
    let mut parent = node;
    for key in parents {
        let Some(next) = parent.get_mut(key) else { return };
        parent = next;
    }
    parent.set(last, merged);
}
