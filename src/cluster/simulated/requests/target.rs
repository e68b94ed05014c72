//! What is written, and how.

use std::sync::Arc;

use serde_json::Value;

use crate::clock::Moment;
use crate::fields::apply::OnConflict;
use crate::resource::Resource;
use crate::world::store::Key;

/// What is written to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The resource.
    pub(crate) resource: Arc<Resource>,
    /// The namespace; empty for cluster-scoped resources.
    pub(crate) namespace: String,
    /// The name; empty for the collection.
    pub(crate) name: String,
}

/// What to do about fields that are not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validation {
    /// Drop them.
    Ignore,
    /// Drop them and warn.
    Warn,
    /// Refuse.
    Strict,
}

/// Whether what is asked for is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Yes.
    Stored,
    /// Only answered (`dryRun=All`).
    DryRun,
}

/// How to write.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Stored or not.
    pub(crate) effect: Effect,
    /// `fieldManager`, or the user agent's name.
    pub(crate) manager: String,
    /// `force`.
    pub(crate) on_conflict: OnConflict,
    /// `fieldValidation`.
    pub(crate) validation: Validation,
    /// When.
    pub(crate) now: Moment,
}

/// What was written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The object as it is now, or would be.
    pub(crate) object: Value,
    /// Whether it did not exist before.
    pub(crate) created: bool,
    /// `Warning` headers.
    pub(crate) warnings: Vec<String>,
}

/// A patch by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatchKind {
    /// `application/apply-patch+yaml`.
    Apply,
    /// `application/merge-patch+json`.
    Merge,
    /// `application/strategic-merge-patch+json`.
    Strategic,
}

impl Target {
    /// Where the object lies.
    pub(crate) fn key(&self) -> Key {
        Key::new(&self.resource.qualified(), &self.namespace, &self.name)
    }
}
