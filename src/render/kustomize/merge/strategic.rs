//! Strategic merge of a patch into an object, as kustomize merges (kyaml: `yaml/merge2`, `yaml/walk`).
//!
//! Differs from kubectl's merge where kustomize differs: patched list items come first, lists without a known merge key are
//! replaced, `$setElementOrder` and `$deleteFromPrimitiveList` are unknown.

use seatrial_model::{Entry, Node, Origin, Question, ScalarKind, SetBy, Style, Value};
use seatrial_yaml::{Dialect, plain_kind};

use crate::merge::directive::directive_of_list;
use crate::merge::directive::{DIRECTIVE, Directive, MergeError, directive_of_mapping, without_directive};
use crate::merge::list;
use crate::objects::schemas::{MergeSchema, Schemas};

/// Merges `patch` into `dest`; `None` when the patch deletes it.
pub(crate) fn merge(dest: &Node, patch: &Node, schemas: &Schemas) -> Result<Option<Node>, MergeError> {
    walk(Some(dest), Some(patch), Place { schemas, schema: None })
}

/// Where the walk stands: what all kinds are like, and what this place is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    schemas: &'a Schemas,
    schema: Option<MergeSchema<'a>>,
}

impl<'a> Place<'a> {
    /// An object where nothing is known says itself what it is, also in the middle of another (kyaml: `Walker.GetSchema`).
    fn known(self, dest: Option<&Node>, patch: Option<&Node>) -> Place<'a> {
        let own = || [dest, patch].into_iter().flatten().find_map(|node| self.schemas.of_node(node));
        Place { schema: self.schema.or_else(own), ..self }
    }

    fn field(self, name: &str) -> Place<'a> {
        Place { schema: self.schema.and_then(|s| s.field(name)), ..self }
    }

    pub(crate) fn items(self) -> Place<'a> {
        Place { schema: self.schema.and_then(MergeSchema::items), ..self }
    }
}

/// One step of the walk: either side may be missing. `None` means that nothing is left.
pub(crate) fn walk(dest: Option<&Node>, patch: Option<&Node>, place: Place<'_>) -> Result<Option<Node>, MergeError> {
    if let Some(dest) = dest.filter(|dest| patch.is_none() && is_known_to_stay(dest)) {
        return Ok(Some(dest.clone()));
    }
    let (of_dest, of_patch) = (dest.filter(|n| !n.is_null()), patch.filter(|n| !n.is_null()));
    let Some(shape) = of_dest.or(of_patch) else { return Ok(keep_null(dest, patch)) };
    if let (Some(d), Some(p)) = (of_dest, of_patch) {
        same_shape(d, p)?;
    }
    match shape.value() {
        Value::Mapping(_) => walk_mapping(dest, patch, place.known(dest, patch)),
        Value::Sequence(_) => walk_sequence(dest, patch, place),
        Value::Scalar(_) => Ok(match patch {
            Some(p) if p.is_null() => None,
            Some(p) => Some(patched(p, dest)),
            None => dest.cloned(),
        }),
    }
}

/// A null that is written stays where the patch says nothing; an empty value goes (kyaml: `MakePersistentNullNode`).
fn keep_null(dest: Option<&Node>, patch: Option<&Node>) -> Option<Node> {
    let written = dest.filter(|d| d.scalar_text().is_some_and(|t| !t.is_empty()));
    written.filter(|_| patch.is_none()).cloned()
}

fn same_shape(dest: &Node, patch: &Node) -> Result<(), MergeError> {
    let same = match dest.value() {
        Value::Mapping(_) => patch.is_mapping(),
        Value::Sequence(_) => patch.is_sequence(),
        Value::Scalar(_) => patch.scalar_text().is_some(),
    };
    if same {
        return Ok(());
    }
    let message = format!("the patch sets {} where the object has {}", patch.describe(), dest.describe());
    Err(MergeError { span: patch.span(), other: Some(dest.span()), message })
}

fn walk_mapping(dest: Option<&Node>, patch: Option<&Node>, place: Place<'_>) -> Result<Option<Node>, MergeError> {
    let Some(dest) = dest.filter(|d| !d.is_null()) else {
        return patch.map_or(Ok(None), |p| fresh(p, place));
    };
    match patch {
        None => untouched(dest, place).map(Some),
        Some(patch) if patch.is_null() => Ok(None),
        Some(patch) => match directive_of_mapping(patch)? {
            Directive::Delete => Ok(None),
            Directive::Replace => Ok(fresh(&without_directive(patch), place)?.map(|n| over(n, dest))),
            Directive::Merge => merge_entries(dest, &without_directive(patch), place).map(Some),
        },
    }
}

/// Whether it is a scalar that stays as it is, or remembers that all of it does.
fn is_known_to_stay(node: &Node) -> bool {
    let remembers = match node.value() {
        Value::Mapping(entries) => entries.known().is_some(),
        Value::Scalar(_) | Value::Sequence(_) => true,
    };
    remembers && stays(node)
}

/// Whether what a patch says nothing of stays as it is, whatever kind it is of. Lists may be merged with themselves by keys that hang on that.
fn stays(node: &Node) -> bool {
    match node.value() {
        Value::Scalar(text) if node.is_null() => !text.is_empty() && !node.has_past(),
        Value::Scalar(text) => {
            let is_text = node.kind() == ScalarKind::String || node.has_past();
            !(is_text && node.style() == Style::Plain && is_odd(text))
        }
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => {
            entries.answer(Question::StaysUnmerged, || entries.iter().all(|entry| stays(&entry.value)))
        }
    }
}

/// A mapping of which the patch says nothing: what stays as it is stays shared.
fn untouched(dest: &Node, place: Place<'_>) -> Result<Node, MergeError> {
    let mut changed: Option<Vec<Entry>> = None;
    for (at, entry) in dest.entries().iter().enumerate() {
        let value = walk(Some(&entry.value), None, place.field(&entry.key.text))?;
        let value = value.map(|value| in_quotes_where_odd(value, dest));
        if value.as_ref().is_some_and(|value| value.is_same(&entry.value)) {
            changed.iter_mut().for_each(|changed| changed.push(entry.clone()));
            continue;
        }
        let changed = changed.get_or_insert_with(|| dest.entries().iter().take(at).cloned().collect());
        changed.extend(value.map(|value| Entry { key: entry.key.clone(), value }));
    }
    let mut node = dest.clone();
    changed.into_iter().for_each(|entries| node.set_entries(entries));
    Ok(node)
}

fn merge_entries(dest: &Node, patch: &Node, place: Place<'_>) -> Result<Node, MergeError> {
    let mut entries: Vec<Entry> = Vec::with_capacity(dest.entries().len() + patch.entries().len());
    for entry in dest.entries() {
        let key = &*entry.key.text;
        let new = patch.get(key);
        if new.is_none() && is_known_to_stay(&entry.value) {
            entries.push(entry.clone());
            continue;
        }
        let Some(value) = walk(Some(&entry.value), new, place.field(key))? else { continue };
        let value = if new.is_some() { in_style_of(value, &entry.value) } else { in_quotes_where_odd(value, dest) };
        entries.push(Entry { key: entry.key.clone(), value });
    }
    for entry in patch.entries() {
        let key = &*entry.key.text;
        if dest.entry(key).is_some() {
            continue;
        }
        if let Some(value) = walk(None, Some(&entry.value), place.field(key))? {
            entries.push(Entry { key: entry.key.clone(), value });
        }
    }
    let mut merged = dest.clone();
    merged.set_entries(entries);
    Ok(merged)
}

/// What a patch adds where the object has nothing: nulls and directives go, merged lists lose their doubles.
pub(crate) fn fresh(patch: &Node, place: Place<'_>) -> Result<Option<Node>, MergeError> {
    if patch.is_null() {
        return Ok(None);
    }
    match patch.value() {
        Value::Scalar(_) => Ok(Some(patched(patch, None))),
        Value::Sequence(_) => walk_sequence(None, Some(patch), place),
        Value::Mapping(_) => {
            if directive_of_mapping(patch)? == Directive::Delete {
                return Ok(None);
            }
            let place = place.known(None, Some(patch));
            let mut entries = Vec::with_capacity(patch.entries().len());
            for entry in patch.entries().iter().filter(|e| e.key.text != *DIRECTIVE) {
                if let Some(value) = fresh(&entry.value, place.field(&entry.key.text))? {
                    entries.push(Entry { key: entry.key.clone(), value });
                }
            }
            let mut node = patch.clone();
            node.set_entries(entries);
            node.set_over(SetBy::Patch, None);
            Ok(Some(node))
        }
    }
}

fn walk_sequence(dest: Option<&Node>, patch: Option<&Node>, place: Place<'_>) -> Result<Option<Node>, MergeError> {
    let Some(keys) = place.schema.and_then(MergeSchema::merge_keys) else {
        return Ok(match patch {
            Some(p) if p.is_null() => None,
            Some(p) => Some(patched(p, dest)),
            None => dest.cloned(),
        });
    };
    let items = place.items();
    let dest = dest.filter(|d| !d.is_null());
    let Some(patch) = patch else {
        return dest.map(|d| list::merge_items(d, None, keys, items)).transpose();
    };
    if patch.is_null() {
        return Ok(None);
    }
    // Where the object has nothing, the patch's items are merged with themselves.
    match directive_of_list(patch)? {
        (Directive::Delete, _) => Ok(None),
        (Directive::Replace, rest) => list::merge_items(&rest, Some(&rest), keys, items).map(Some),
        (Directive::Merge, rest) => list::merge_items(dest.unwrap_or(&rest), Some(&rest), keys, items).map(Some),
    }
}

/// A scalar keeps the style of the one it replaces, and a quoted style makes a string of any value (kyaml: `FieldSetter`).
fn in_style_of(mut value: Node, old: &Node) -> Node {
    if old.scalar_text().is_none() || value.scalar_text().is_none() {
        return value;
    }
    if !matches!(old.style(), Style::Plain | Style::Flow) {
        value.set_kind(ScalarKind::String);
    }
    value.set_style(old.style());
    value
}

/// A string that an earlier patch put in a plain one's place gets quotes if it would read as something else, and so does what a
/// replacement created, which has no type yet (kyaml: `FieldSetter`, `IsYaml1_1NonString`).
fn in_quotes_where_odd(mut value: Node, parent: &Node) -> Node {
    let is_text = value.kind() == ScalarKind::String || is_created_by_replacement(&value, parent);
    let text = value.scalar_text().filter(|_| is_text && value.style() == Style::Plain).unwrap_or_default();
    if is_odd(text) {
        value.set_kind(ScalarKind::String);
        value.set_style(Style::DoubleQuoted);
    }
    value
}

/// Whether a plain text would read as something else than a string.
fn is_odd(text: &str) -> bool {
    let is_enclosed = |open, close| text.starts_with(open) && text.ends_with(close);
    let is_block = || text.starts_with("- ") || text.contains(": ") || text.ends_with(':');
    let is_collection = || is_block() || is_enclosed('{', '}') || is_enclosed('[', ']');
    !text.is_empty()
        && !text.contains('\n')
        && (plain_kind(text, Dialect::Kubectl) != ScalarKind::String || is_collection())
}

/// What came as a part of something that was copied keeps its type.
fn is_created_by_replacement(value: &Node, parent: &Node) -> bool {
    let Some(over) = value.origin().over.filter(|over| over.before.is_none()) else { return false };
    let came_with_parent = || {
        let same = parent.origin().over.is_some_and(|above| above.by == over.by);
        same && parent.span() != value.span()
    };
    matches!(over.by, SetBy::Replacement(_)) && !came_with_parent()
}

/// The patch's node with its origin recorded, down to the leaves.
pub(crate) fn patched(patch: &Node, before: Option<&Node>) -> Node {
    patched_over(patch, before.map(Node::origin))
}

/// The same, over a value of which only the origin is known.
pub(crate) fn patched_over(patch: &Node, before: Option<Origin>) -> Node {
    let mut node = patch.clone();
    let by = Node::null(Origin::over(patch.span(), SetBy::Patch, None));
    mark(&mut node, &by);
    if before.is_some() {
        node.set_over(SetBy::Patch, before);
    }
    node
}

fn over(mut node: Node, before: &Node) -> Node {
    let by = |origin: Origin| Origin::over(node.span(), SetBy::Patch, Some(origin));
    let origin = by(before.origin());
    node.set_origin(origin);
    node
}

fn mark(node: &mut Node, by: &Node) {
    for entry in node.entries_mut() {
        mark(&mut entry.value, by);
    }
    for item in node.items_mut() {
        mark(item, by);
    }
    node.share_over(by);
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;
    use seatrial_yaml::parse;

    use super::*;

    fn node(text: &str) -> Node {
        let file = Sources::new().add("a.yaml", text.to_owned());
        parse(&file, Dialect::Kustomize).documents.remove(0).node
    }

    #[test]
    fn what_a_patch_says_nothing_of_stays_shared() {
        let object = node(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, labels: { app: web } }\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    spec:\n      containers:\n      - { name: web, resources: { limits: { memory: 1Gi } }, env: [{ name: A, value: 'yes' }] }\n      - { name: proxy, image: proxy, ports: [{ containerPort: 80 }] }\n",
        );
        let patch = node(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, image: web }] } } }\n",
        );
        let merged = merge(&object, &patch, &Schemas::default()).expect("it fits").expect("it is there");
        let containers =
            |object: &Node| object.at(&["spec", "template", "spec", "containers"]).expect("they are").clone();
        let is_same =
            |one: Option<&Node>, other: Option<&Node>| one.zip(other).is_some_and(|(one, other)| one.is_same(other));
        for path in [&["metadata", "labels"][..], &["spec", "selector"]] {
            assert!(is_same(merged.at(path), object.at(path)), "{path:?}");
        }
        let (before, after) = (containers(&object), containers(&merged));
        let [web, proxy] = after.items() else { panic!("two containers") };
        assert_eq!(web.get("image").and_then(Node::as_str), Some("web"));
        for key in ["resources", "env"] {
            assert!(is_same(web.get(key), before.items()[0].get(key)), "{key}");
        }
        assert!(is_same(Some(proxy), before.items().get(1)));
    }

    #[test]
    fn a_patch_that_says_nothing_still_quotes_and_drops_what_it_dropped() {
        let object = node("a: { empty: , none: null, deep: { also: } }\nb: { word: off }\nc: 1\n");
        let merged = merge(&object, &node("c: 2\n"), &Schemas::default()).expect("it fits").expect("it is there");
        let expected = serde_json::json!({ "a": { "none": null, "deep": {} }, "b": { "word": "off" }, "c": 2 });
        assert_eq!(merged.to_json(), expected);
        let style = |node: &Node| node.at(&["b", "word"]).map(Node::style);
        assert_eq!((style(&object), style(&merged)), (Some(Style::Plain), Some(Style::DoubleQuoted)));
    }
}
