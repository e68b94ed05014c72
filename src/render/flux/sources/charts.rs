//! Charts of a repository, read for releases.

use std::sync::Arc;

use seatrial_helm::chart::Loaded;
use seatrial_model::{Finding, OnceMap, Sources, Span};
use seatrial_tree::{Artifact, TreePath, file_name};

use crate::objects::ids;

/// Charts by their places: each is read once, for all releases of all environments.
#[derive(Debug, Default)]
pub(crate) struct Charts {
    pub(crate) here: OnceMap<TreePath, Arc<Loaded>>,
    /// By name and digest.
    fetched: OnceMap<(String, String), Arc<Loaded>>,
}

impl Charts {
    /// The places of those that were read.
    pub(crate) fn places(&self) -> Vec<TreePath> {
        self.here.keys()
    }

    /// The chart at a place, read once.
    pub(crate) fn at(&self, place: &TreePath, asked: Span) -> Arc<Loaded> {
        self.here.get(place, || Arc::new(load(place, asked)))
    }

    /// A chart that was fetched, read once. Its files belong to a chart of this name, and are told at the line that asks for it.
    pub(crate) fn of(&self, artifact: &Artifact, name: &str, asked: Span, sources: &Arc<Sources>) -> Arc<Loaded> {
        let load = || Arc::new(Loaded::fetched(artifact, name, asked, sources, ids::NOT_FETCHED));
        self.fetched.get(&(name.to_owned(), artifact.digest.clone()), load)
    }
}

fn load(at: &TreePath, asked: Span) -> Loaded {
    let name = file_name(&at.path);
    Loaded::at(&at.tree, &at.path, name, || asked).unwrap_or_else(|error| {
        let finding = Finding::new(ids::MISSING_CHART, asked, format!("the chart `{}` {error}", at.path));
        Loaded { chart: None, findings: vec![finding] }
    })
}
