//! What Helm gives to templates and is neither text, number, list nor map: times, the files of a chart, what the cluster can.

mod capabilities;
mod files;
mod structure;

pub use capabilities::{Asked, Capabilities, HelmVersion, KubeVersion};
pub use files::{File, Files};
pub(crate) use structure::{Field, Structure};
