//! The whole simulated cluster: objects, resources, what was specified, and the state of running containers. One lock holds it.

pub(crate) mod admission;
pub(crate) mod author;
mod beginning;
pub(crate) mod pod_run;
pub(crate) mod removal;
pub(crate) mod shared;
pub(crate) mod store;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

use seatrial_kubernetes::Minor;

use crate::clock::Moment;
use crate::resource::Resources;
use crate::specification::Specification;
use crate::world::pod_run::Kubelet;
use crate::world::store::Store;

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
    /// One without a single object.
    pub(crate) fn empty(specification: Specification, minor: Minor) -> World {
        World {
            store: Store::new(),
            resources: Resources::of(minor),
            specification,
            kubelet: Kubelet::default(),
            terminating: BTreeMap::new(),
            sequence: 0,
        }
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
