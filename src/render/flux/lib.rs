//! Flux, natively: what its controllers would apply, from a cluster's root.
//!
//! A walk builds the Kustomizations that it finds as kustomize-controller builds them, and follows what they apply, until nothing is new. What
//! is not in Git is unknown, not empty; what is not checked out is needed, and said. What charts and ResourceSets make is walked like all else.
//!
//! Not here: fetching of sources, how Helm reads values (`render/helm`), templates of charts, what objects mean (`check`).

mod applied;
mod artifact_copy;
mod artifacts;
mod asked;
mod azure;
mod bootstrapped;
mod dependencies;
mod doublestar;
mod flux_object;
mod ids;
pub mod image_policy;
mod implied;
mod includes;
mod inherited;
pub mod input_provider;
mod kustomization;
mod markers;
mod objects;
mod owners;
mod path_pattern;
mod references;
mod release;
mod remote_bases;
mod resource_set;
pub mod schedule;
mod source_ignore;
mod sources;
mod substitute_from;
mod substituted;
pub mod substitution;
pub mod tag_filter;
mod unit;
mod variables;
mod version;
mod view;
mod walk;

pub use applied::mark_as_applied;
pub use asked::tell_here;
pub use ids::own::{CATALOG, UNKNOWN_EXTENSION};
pub use release::{ChartPlace, ChartReference, Release};
pub use sources::{Directory, Repositories, SourceName};
pub use version::Version;
pub use view::Repository;
pub use walk::{Cluster, Walked, render, walk};
