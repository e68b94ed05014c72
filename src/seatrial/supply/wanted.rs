//! What is asked for, of whom, and in which order.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use seatrial_model::{Needed, NeededKind};
use seatrial_registry::host_of;
use seatrial_tree::{Artifact, Key, NotFetched};

/// Something that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Wanted {
    /// A chart, or an artifact of manifests: its address and the version, as they are written.
    Artifact(Key),
    /// Whether there is an image, by its full name with tag or digest.
    Image(String),
}

/// What came of an artifact.
pub(super) type Outcome = Result<Arc<Artifact>, NotFetched>;

/// What was asked for, and what came of it.
pub(super) enum Came {
    Artifact(Key, Outcome),
    Image(String, Result<String, NotFetched>),
}

/// Hosts in turn: where nobody answers is known before much is asked there.
pub(super) fn one_of_each_host_first(wanted: impl Iterator<Item = Wanted>) -> Vec<Wanted> {
    let mut of_host: HashMap<String, usize> = HashMap::new();
    let mut turns: Vec<(usize, Wanted)> = wanted
        .map(|wanted| {
            let count = of_host.entry(wanted.host()).or_default();
            *count += 1;
            (*count, wanted)
        })
        .collect();
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, wanted)| wanted).collect()
}

impl Wanted {
    /// The host that has it.
    pub(super) fn host(&self) -> String {
        match self {
            Wanted::Artifact((_, url, _)) => host_of(url),
            Wanted::Image(name) => host_of(name),
        }
    }

    /// That nothing came of it.
    pub(super) fn failed(self, why: NotFetched) -> Came {
        match self {
            Wanted::Artifact(key) => Came::Artifact(key, Err(why)),
            Wanted::Image(name) => Came::Image(name, Err(why)),
        }
    }
}

/// What a rendering wants of what is needed.
pub(crate) fn wanted<'a>(needed: impl IntoIterator<Item = &'a Needed>) -> BTreeSet<Wanted> {
    let is_fetchable = |needed: &&Needed| match needed.kind {
        NeededKind::Chart => ["oci://", "https://", "http://"].iter().any(|scheme| needed.url.starts_with(scheme)),
        NeededKind::Source => needed.url.starts_with("oci://"),
        NeededKind::Base => false,
    };
    let fetchable = needed.into_iter().filter(is_fetchable);
    fetchable.map(|needed| Wanted::Artifact((needed.kind, needed.url.clone(), needed.version.clone()))).collect()
}
