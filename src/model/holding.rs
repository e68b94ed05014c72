//! What a shared environment holds when the run is over.

use serde::{Deserialize, Serialize};

use crate::{Change, ObjectId};

/// Whose state an environment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// The base's state, as far as it is rendered.
    Base,
    /// The base's state but for the objects that are named, or what the pull request applied until it stopped.
    Mixture,
    /// The pull request's state: nothing was put back.
    PullRequest,
    /// What it held before: it was not this pull request's.
    Others,
}

/// What an environment holds after the run, and how it came to that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holding {
    /// Whose state.
    pub state: Holds,
    /// The same as a sentence: `dev holds the state of its base a1b2c3d again: 3 configured, 1 deleted`.
    pub sentence: String,
    /// What was done to which object to put it back, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What could not be put back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_put_back: Vec<NotPutBack>,
}

/// An object that is not as the base has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotPutBack {
    /// The object.
    pub object: ObjectId,
    /// Why it was not put back; a sentence that names the object.
    pub because: String,
}
