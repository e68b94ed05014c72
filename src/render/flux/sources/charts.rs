//! Charts of a repository, read for releases.

use std::sync::Arc;

use seatrial_helm::chart::Loaded;
use seatrial_model::{Finding, OnceMap, Span};
use seatrial_tree::{TreePath, file_name};

use crate::objects::ids;

/// Charts by their places: each is read once, for all releases of all environments.
#[derive(Debug, Default)]
pub(crate) struct Charts(pub(crate) OnceMap<TreePath, Arc<Loaded>>);

impl Charts {
    /// The places of those that were read.
    pub(crate) fn places(&self) -> Vec<TreePath> {
        self.0.keys()
    }

    /// The chart at a place, read once.
    pub(crate) fn at(&self, place: &TreePath, asked: Span) -> Arc<Loaded> {
        self.0.get(place, || Arc::new(load(place, asked)))
    }
}

fn load(at: &TreePath, asked: Span) -> Loaded {
    let name = file_name(&at.path);
    Loaded::at(&at.tree, &at.path, name, || asked).unwrap_or_else(|error| {
        let finding = Finding::new(ids::MISSING_CHART, asked, format!("the chart `{}` {error}", at.path));
        Loaded { chart: None, findings: vec![finding] }
    })
}
