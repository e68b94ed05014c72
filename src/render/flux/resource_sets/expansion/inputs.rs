//! The input sets of a ResourceSet: its own, and those of static providers; flat, or each with each.

use std::collections::HashSet;

use seatrial_gotemplate::{Map, Value};
use seatrial_helm::{INTEGER, Origins};
use seatrial_kubernetes::LabelSelector;
use seatrial_model::{Entry, Finding, Manifest, Node, ObjectId, ScalarKind};

use crate::objects::flux_object::full_name;
use crate::objects::flux_object::{items, namespace, spec, text};
use crate::objects::found::Objects;
use crate::objects::ids;

/// As many permutations flux-operator takes.
const MOST_PERMUTATIONS: usize = 10_000;

/// What stands for the `id` of an input set, which the operator makes of what only the cluster knows.
const UNKNOWN_ID: &str = "${id}";

const PROVIDER: &str = "ResourceSetInputProvider";

/// What a template is executed with.
pub(super) type InputSet = Map;

/// All input sets.
pub(super) struct Inputs {
    pub(super) sets: Vec<InputSet>,
    /// Why there may be more.
    pub(super) unknown: Option<String>,
}

/// Why nothing is rendered.
pub(super) enum Refused {
    Unknown(String),
    Wrong(Box<Finding>),
}

/// The input sets that one object gives.
struct Given<'a> {
    by: &'a Manifest,
    sets: Vec<Map>,
}

/// The providers that a set names.
pub(crate) fn providers_of(set: &Manifest) -> impl Iterator<Item = ObjectId> {
    let named = items(set, &["inputsFrom"]).iter().filter_map(|entry| entry.get("name").and_then(Node::scalar_text));
    let of = (set.id.group.clone(), namespace(set).to_owned());
    named.map(move |name| ObjectId::new(&of.0, PROVIDER, Some(&of.1), name))
}

/// Whether all providers were found that a set names. Which ones a selector means is only known when all is found.
pub(crate) fn is_all_there(set: &Manifest, objects: &Objects) -> bool {
    let has_selector = items(set, &["inputsFrom"]).iter().any(|entry| entry.get("selector").is_some());
    !has_selector && providers_of(set).all(|id| objects.get(&id).is_some())
}

/// The input sets of a ResourceSet.
pub(super) fn of(set: &Manifest, objects: &Objects, origins: &mut Origins) -> Result<Inputs, Refused> {
    let mut given: Vec<Given<'_>> = Vec::new();
    let own: Vec<Map> = items(set, &["inputs"]).iter().map(|input| origins.map(&typed(input))).collect();
    if !own.is_empty() {
        given.push(Given { by: set, sets: own });
    }
    let mut unknown = None;
    for provider in selected(set, objects) {
        match provider {
            Ok(provider) if text(provider, &["type"]) == Some("Static") => {
                let values = spec(provider, &["defaultValues"]).map_or_else(Map::new, |node| origins.map(&typed(node)));
                given.push(Given { by: provider, sets: vec![values] });
            }
            Ok(provider) => {
                let why = format!("what `{}` exports, only the cluster knows", provider.id.name);
                unknown.get_or_insert(why);
            }
            Err(id) => {
                unknown.get_or_insert(format!("its provider `{}` is not in Git", full_name(&id)));
            }
        }
    }
    let is_permuted = text(set, &["inputStrategy", "name"]) == Some("Permute");
    let has_none = items(set, &["inputs"]).is_empty() && items(set, &["inputsFrom"]).is_empty();
    let sets = match unknown {
        _ if has_none => vec![Map::new()],
        Some(why) if is_permuted || given.is_empty() => return Err(Refused::Unknown(why)),
        _ if is_permuted => permuted(set, &given)?,
        _ => given.iter().flat_map(|given| given.sets.iter().map(|input| with_built_in(input, given.by))).collect(),
    };
    Ok(Inputs { sets, unknown })
}

/// The same with integers that stay integers, as Kubernetes reads JSON.
fn typed(node: &Node) -> Node {
    let mut node = node.clone();
    if node.kind() == ScalarKind::Integer
        && let Some(number) = node.to_json().as_i64()
    {
        let mut integer = Node::scalar(number.to_string(), ScalarKind::Integer, node.style(), node.origin());
        integer.set_tag(INTEGER.into());
        return integer;
    }
    if node.is_sequence() {
        node.set_items(node.items().iter().map(typed).collect());
    }
    if node.is_mapping() {
        let entries = node.entries().iter().map(|entry| Entry { key: entry.key.clone(), value: typed(&entry.value) });
        node.set_entries(entries.collect());
    }
    node
}

/// The providers that a set names or selects, in its order, each once; or what is not there.
fn selected<'a>(set: &Manifest, objects: &'a Objects) -> Vec<Result<&'a Manifest, ObjectId>> {
    let mut all: Vec<Result<&Manifest, ObjectId>> = Vec::new();
    let mut known = HashSet::new();
    for entry in items(set, &["inputsFrom"]) {
        if let Some(name) = entry.get("name").and_then(Node::scalar_text) {
            let id = ObjectId::new(&set.id.group, PROVIDER, Some(namespace(set)), name);
            if known.insert(id.clone()) {
                all.push(objects.get(&id).ok_or(id));
            }
        }
        let Some(selector) = entry.get("selector") else { continue };
        let is_meant = |one: &&Manifest| {
            let is_one = one.id.kind == PROVIDER && one.id.group == set.id.group;
            is_one && one.id.namespace == set.id.namespace && matches(selector, one)
        };
        let mut meant: Vec<&Manifest> = objects.all().iter().filter(is_meant).collect();
        meant.sort_by(|one, other| one.id.name.cmp(&other.id.name));
        all.extend(meant.into_iter().filter(|one| known.insert(one.id.clone())).map(Ok));
    }
    all
}

/// Whether a selector of labels selects an object.
fn matches(selector: &Node, object: &Manifest) -> bool {
    let label = |key: &str| object.node.at(&["metadata", "labels", key]).and_then(Node::scalar_text);
    LabelSelector::of_node(selector).is_some_and(|selector| selector.matches(&label))
}

/// A set with what the operator adds to it: who gives it, and an `id`.
fn with_built_in(input: &Map, by: &Manifest) -> Map {
    let set: Map = input.snapshot().into_iter().collect();
    let version = format!("{}/{}", by.id.group, by.version);
    let provider = [
        ("apiVersion", version.as_str()),
        ("kind", by.id.kind.as_str()),
        ("name", by.id.name.as_str()),
        ("namespace", namespace(by)),
    ];
    let provider: Map = provider.into_iter().map(|(key, text)| (key, Value::text(text))).collect();
    set.insert("provider", Value::map(provider));
    // A static provider's own `id` does not count either.
    set.insert("id", Value::text(UNKNOWN_ID));
    set
}

/// Each set of an object with each of the others, under the names of the objects.
fn permuted(of: &Manifest, given: &[Given<'_>]) -> Result<Vec<Map>, Refused> {
    let number = given.iter().try_fold(1_usize, |all, one| all.checked_mul(one.sets.len()));
    if number.is_none_or(|number| number > MOST_PERMUTATIONS) {
        let place = spec(of, &["inputStrategy"]).map_or(of.span, Node::span);
        let message = format!("the inputs have more than {MOST_PERMUTATIONS} permutations: flux-operator refuses them");
        return Err(Refused::Wrong(Box::new(Finding::new(ids::RESOURCE_SET, place, message).with_object(&of.id))));
    }
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = vec![Map::new()];
    for one in given {
        let name = normalized(&one.by.id.name);
        let next = all.iter().flat_map(|before| {
            one.sets.iter().map(|input| {
                let set: Map = before.snapshot().into_iter().collect();
                set.insert(name.as_str(), Value::map(with_built_in(input, one.by)));
                set
            })
        });
        all = next.collect();
    }
    all.iter().for_each(|set| set.insert("id", Value::text(UNKNOWN_ID)));
    Ok(all)
}

/// The name of an object as templates can write it.
fn normalized(name: &str) -> String {
    let lower = name.to_lowercase();
    let kept: String = lower
        .chars()
        .map(|c| if c.is_ascii_punctuation() || c.is_whitespace() { '_' } else { c })
        .filter(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'))
        .collect();
    kept.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::flux_object::has_variable;

    #[test]
    fn names_become_words_that_templates_can_write() {
        assert_eq!(
            ["my-rset", "Git  Tag.v1", "--a__b--", "é-x"].map(normalized),
            ["my_rset", "git_tag_v1", "a_b", "x"]
        );
        assert!(has_variable(UNKNOWN_ID));
    }
}
