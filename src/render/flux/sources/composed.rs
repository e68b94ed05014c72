//! The artifacts of a walk, each with the files that it is composed of.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Manifest, NodeState, ObjectId};

use crate::sources::view::View;

/// What the artifacts of a walk are.
#[derive(Debug, Default)]
pub(crate) struct Artifacts {
    made: HashMap<ObjectId, Result<Arc<View>, NodeState>>,
    /// Whether there may be artifacts whose names are not known.
    pub(crate) has_more: bool,
}

impl Artifacts {
    pub(crate) fn get(&self, id: &ObjectId) -> Option<&Result<Arc<View>, NodeState>> {
        self.made.get(id)
    }

    pub(crate) fn add(&mut self, made: &Made) {
        self.made.entry(made.manifest.id.clone()).or_insert_with(|| made.view.clone());
    }
}

/// An ExternalArtifact.
#[derive(Debug)]
pub(crate) struct Made {
    /// The object that the generator makes.
    pub(crate) manifest: Manifest,
    /// What it is composed of.
    pub(crate) from: String,
    /// Its files, or why there are none.
    pub(crate) view: Result<Arc<View>, NodeState>,
}
