//! Registries of charts and artifacts, asked over HTTP: by the OCI distribution specification, and by `index.yaml` as Helm's repositories serve it.
//!
//! Not here: which hosts may be asked and with which credentials, where what was fetched is kept, and what it means.

mod address;
mod answer;
mod challenge;
mod choice;
mod entries;
mod error;
mod hosts;
mod index;
mod manifest;
mod oci;
mod registries;

pub use address::{host_of, is_host};
pub use error::FetchError;
pub use hosts::{HostSettings, Login};
pub use registries::{Artifact, Registries};
