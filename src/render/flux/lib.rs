//! Flux, natively: what its controllers would apply, from a cluster's root.
//!
//! A walk builds the Kustomizations that it finds as kustomize-controller builds them, and follows what they apply, until nothing is new. What
//! is not in Git is unknown, not empty; what is not checked out is needed, and said. What charts and ResourceSets make is walked like all else.
//!
//! The folders stand in this order, and each uses only those before it: `objects`, `patterns`, `variables`, `sources`, `kustomizations`,
//! `release`, `image_policy`, `resource_sets`, `checks`, `walk`.
//!
//! Not here: fetching of sources, how Helm reads values (`render/helm`), templates of charts, what objects mean (`check`).

mod checks;
pub mod image_policy;
mod kustomizations;
mod objects;
mod patterns;
mod release;
mod resource_sets;
mod sources;
mod variables;
mod walk;

pub use kustomizations::version::Version;
pub use objects::applied::mark_as_applied;
pub use objects::ids::own::{CATALOG, UNKNOWN_EXTENSION};
pub use release::{ChartPlace, ChartReference, Release};
pub use resource_sets::{input_provider, schedule, tag_filter};
pub use sources::asked::tell_here;
pub use sources::repositories::{Directory, Repositories, SourceName};
pub use sources::view::Repository;
pub use variables::substitution;
pub use walk::{Cluster, Walked, render, walk};
