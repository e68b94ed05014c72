//! The whole simulated cluster: objects, resources, what was specified, and the state of running containers. One lock holds it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

use seatrial_kubernetes::Minor;
use serde_json::json;

use crate::author::Author;
use crate::clock::Moment;
use crate::controllers::Kubelet;
use crate::resource::Resources;
use crate::specification::Specification;
use crate::store::{Key, Store};

/// The node that every pod runs on.
pub(crate) const NODE: &str = "simulated";

/// Everything.
#[derive(Debug)]
pub(crate) struct World {
    /// The objects.
    pub(crate) store: Store,
    /// What is served.
    pub(crate) resources: Resources,
    /// What was specified.
    pub(crate) specification: Specification,
    /// Running containers.
    pub(crate) kubelet: Kubelet,
    terminating: BTreeMap<String, Moment>,
    sequence: u64,
}

impl World {
    /// A cluster with the namespaces and the node that every cluster has.
    pub(crate) fn new(specification: Specification, minor: Minor, now: Moment) -> World {
        let mut world = World {
            store: Store::new(),
            resources: Resources::of(minor),
            specification,
            kubelet: Kubelet::default(),
            terminating: BTreeMap::new(),
            sequence: 0,
        };
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            world.insert(&Key::new("namespaces", "", name), object, Author::SERVER, now);
        }
        let node = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux"}},
            "status": {
                "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady",
                    "message": "kubelet is posting ready status", "lastTransitionTime": now.text()}],
                "nodeInfo": {"kubeletVersion": format!("v{minor}.0"), "operatingSystem": "linux"},
            },
        });
        world.insert(&Key::new("nodes", "", NODE), node, Author::SERVER, now);
        world
    }

    /// Whether Deployments and ReplicaSets count the pods that are going: since 1.35.
    pub(crate) fn counts_terminating(&self) -> bool {
        self.resources.minor.number() >= 35
    }

    /// When a namespace began to go: its deletion time is in whole seconds only.
    pub(crate) fn termination_began(&mut self, namespace: &str, now: Moment) -> Moment {
        *self.terminating.entry(namespace.to_owned()).or_insert(now)
    }

    /// Forgets a namespace that is gone: the name may come again.
    pub(crate) fn forget_termination(&mut self, namespace: &str) {
        self.terminating.remove(namespace);
    }

    /// The number after the last one given out.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// An identity in the form of a UUID. The same requests in the same order give the same ones.
    pub(crate) fn new_uid(&mut self) -> String {
        let (high, low) = (hash(&("high", self.next_number())), hash(&("low", self.sequence)));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48 & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }

    /// Five characters as Kubernetes appends to generated names.
    pub(crate) fn new_suffix(&mut self) -> String {
        let number = hash(&("suffix", self.next_number()));
        safe_encode(number, 5)
    }
}

/// Letters and digits that make no words (apimachinery: `util/rand`).
pub(crate) fn safe_encode(number: u64, length: usize) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let base = ALPHABET.len() as u64;
    let digits = std::iter::successors(Some(number), |n| Some(n / base)).take(length);
    digits.map(|n| ALPHABET.get((n % base) as usize).copied().map_or('x', char::from)).collect()
}

/// A hash that is the same on every machine.
pub(crate) fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_look_like_uuids_and_differ() {
        let mut world = World::new(Specification::default(), Minor::DEFAULT, Moment(0));
        let (a, b) = (world.new_uid(), world.new_uid());
        assert_ne!(a, b);
        let lengths: Vec<usize> = a.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{a}");
        assert_eq!(world.new_suffix().len(), 5);
    }

    #[test]
    fn a_new_cluster_has_its_namespaces_and_a_node() {
        let world = World::new(Specification::default(), Minor::DEFAULT, Moment(0));
        let namespaces: Vec<&str> = world.store.list("namespaces", None).map(|(key, _)| key.name.as_str()).collect();
        assert_eq!(namespaces, ["default", "kube-node-lease", "kube-public", "kube-system"]);
        assert!(world.store.get(&Key::new("nodes", "", NODE)).is_some());
    }
}
