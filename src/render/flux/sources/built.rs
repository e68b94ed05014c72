//! What a Kustomization is built with and where, and what came of it.

use std::sync::Arc;

use seatrial_model::{Finding, Level, Manifest, Needed, Node, NodeState, ObjectId};

use crate::objects::flux_object::full_name;
use crate::objects::found::Objects;
use crate::sources::composed::Artifacts;
use crate::sources::repositories::{Bootstrap, Repositories};
use crate::sources::view::View;
use crate::variables::substitution::Strictness;

/// What a unit is built with.
pub(crate) struct Surroundings<'a> {
    pub(crate) repositories: &'a Repositories,
    pub(crate) bootstrap: Option<&'a Bootstrap>,
    pub(crate) objects: &'a Objects,
    pub(crate) artifacts: &'a Artifacts,
    pub(crate) supplied: &'a [(String, Node)],
    pub(crate) strictness: Strictness,
    /// Level of a variable without a value.
    pub(crate) unset: Level,
}

/// What came of a Kustomization.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) state: NodeState,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) needed: Vec<Needed>,
    /// The directory that was built.
    pub(crate) directory: Option<String>,
}

impl Built {
    /// Nothing was built; the state says why.
    pub(crate) fn nothing(state: NodeState) -> Built {
        Built { state, manifests: Vec::new(), findings: Vec::new(), needed: Vec::new(), directory: None }
    }

    /// The same, with what is to be said about it.
    pub(crate) fn with(self, finding: Finding) -> Built {
        Built { findings: vec![finding], ..self }
    }
}

/// A directory of a source.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) view: Arc<View>,
    pub(crate) dir: String,
    /// The artifact that was composed for it.
    pub(crate) artifact: Option<ObjectId>,
}

impl Located {
    /// What tells it from the others.
    pub(crate) fn name(&self) -> String {
        match &self.artifact {
            Some(id) => format!("{}:{}", full_name(id), self.dir),
            None => match self.view.tree.belongs_to().name() {
                Some(name) => format!("{name}:{}", self.dir),
                None => self.dir.clone(),
            },
        }
    }
}
