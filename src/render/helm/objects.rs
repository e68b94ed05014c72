//! What Helm gives to templates and is neither text, number, list nor map: times, the files of a chart, what the cluster can.

mod capabilities;
mod duration;
mod files;
mod moment;
mod named;
mod structure;

pub use capabilities::{Asked, Capabilities, HelmVersion, KubeVersion};
pub(crate) use duration::Duration;
pub use files::{File, Files};
pub(crate) use moment::Moment;
pub(crate) use structure::{Field, Structure};
