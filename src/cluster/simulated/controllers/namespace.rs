//! Namespaces: the default ServiceAccount of a new one, the content of one that is deleted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::conditions::{self, Condition};
use super::due::Due;
use super::ownership::is_deleted;
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::removal;
use crate::world::store::Key;

/// How long a namespace is Terminating at least, so that waits see it.
const TERMINATING: i64 = 80;

/// The cluster speaks no TLS: what it publishes as its certificate is none.
const NO_CERTIFICATE: &str = "the simulated cluster has no certificate\n";

/// Completes new namespaces and empties those that go.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys("namespaces") {
        let Some(namespace) = world.store.get(&key).map(|n| Value::clone(n)) else { continue };
        if is_deleted(&namespace) {
            empty(world, &key, &namespace, now, due);
            continue;
        }
        let account = Key::new("serviceaccounts", &key.name, "default");
        if world.store.get(&account).is_none() {
            let object = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {}});
            world.insert(&account, object, Author::CONTROLLER, now);
        }
        let certificate = Key::new("configmaps", &key.name, "kube-root-ca.crt");
        if world.store.get(&certificate).is_none() {
            let about =
                "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints";
            let object = json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"annotations": {"kubernetes.io/description": about}}, "data": {"ca.crt": NO_CERTIFICATE},
            });
            world.insert(&certificate, object, Author::CONTROLLER, now);
        }
    }
}

fn empty(world: &mut World, key: &Key, namespace: &Value, now: Moment, due: &mut Due) {
    let content: Vec<(Key, bool)> = world
        .store
        .all()
        .filter(|(content, _)| content.namespace == key.name)
        .map(|(content, object)| (content.clone(), is_deleted(object)))
        .collect();
    for (content, is_going) in &content {
        if !is_going {
            removal::mark_deleted(world, content, None, now);
        }
    }
    let ends = world.termination_began(&key.name, now).after(TERMINATING);
    if ends > now {
        due.at(ends);
        return;
    }
    tell_what_remains(world, key, now);
    let has_finalizers = !json::items(namespace, "/metadata/finalizers").is_empty();
    let is_empty = !world.store.all().any(|(content, _)| content.namespace == key.name);
    if is_empty && !has_finalizers {
        world.store.remove(key);
        world.forget_termination(&key.name);
    }
}

/// Conditions of a namespace that cannot go yet.
fn tell_what_remains(world: &mut World, key: &Key, now: Moment) {
    let (mut resources, mut finalizers) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for (content, object) in world.store.all().filter(|(content, _)| content.namespace == key.name) {
        *resources.entry(content.resource.clone()).or_default() += 1;
        for finalizer in json::items(object, "/metadata/finalizers").iter().filter_map(Value::as_str) {
            *finalizers.entry(finalizer.to_owned()).or_default() += 1;
        }
    }
    if resources.is_empty() {
        return;
    }
    let list = |of: &BTreeMap<String, usize>, what: &str| {
        let each = of.iter().map(|(name, number)| format!("{name} {what} {number} resource instances"));
        each.collect::<Vec<_>>().join(", ")
    };
    let remaining = format!("Some resources are remaining: {}", list(&resources, "has"));
    let held = format!("Some content in the namespace has finalizers remaining: {}", list(&finalizers, "in"));
    let gone = "All content successfully removed".to_owned();
    let rows = [
        ("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        ("NamespaceContentRemaining", "True", "SomeResourcesRemain", remaining.as_str()),
        match finalizers.is_empty() {
            true => ("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", gone.as_str()),
            false => ("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", held.as_str()),
        },
    ];
    world.update(key, Author::CONTROLLER_STATUS, now, |namespace| {
        for (kind, status, reason, message) in rows {
            conditions::set(namespace, &Condition { kind, status, reason, message }, None, now);
        }
    });
}
