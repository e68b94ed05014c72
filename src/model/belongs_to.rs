//! What a file belongs to: the repository that is judged, or something that it asks for.

use std::sync::Arc;

use crate::Span;

/// What a file belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BelongsTo {
    /// The repository that is judged: its working copy, or a commit of it.
    #[default]
    Repository,
    /// A checkout of another repository, outside of this one.
    Checkout {
        /// Its name in the configuration.
        name: Arc<str>,
        /// The line of this repository that asks for it.
        asked: Span,
    },
    /// A packed chart: its files are edited elsewhere.
    Chart {
        /// The name of its archive.
        name: Arc<str>,
        /// The line of this repository that asks for it.
        asked: Span,
    },
}

impl BelongsTo {
    /// The name of what it is, where it is not this repository.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            BelongsTo::Repository => None,
            BelongsTo::Checkout { name, .. } | BelongsTo::Chart { name, .. } => Some(name),
        }
    }

    /// The line of this repository that asks for it, where it is another one: the last resort of who has to name a line.
    #[must_use]
    pub fn asked(&self) -> Option<Span> {
        match self {
            BelongsTo::Repository => None,
            BelongsTo::Checkout { asked, .. } | BelongsTo::Chart { asked, .. } => Some(*asked),
        }
    }
}
