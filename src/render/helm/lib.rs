//! Helm: values that are given in several places, merged as Helm merges them, and set by lines as `--set` takes them; charts, and what Helm
//! renders of them. Each value keeps where it came from, and what it replaced.
//!
//! Beside `ids` and `major`, which all of them use, the folders stand in this order, and each uses only those before it: `go_yaml`, `values`,
//! `cluster`, `chart`, `times`, `functions`, `objects`, `render`, `release`.
//!
//! Not here: where values are given and charts are found (`render/flux`), template texts as such (`formats/gotemplate`).

pub mod chart;
mod cluster;
pub mod functions;
mod go_yaml;
pub mod ids;
mod major;
pub mod objects;
mod release;
pub mod render;
mod times;
mod values;

pub use cluster::chance::Chance;
pub use cluster::lookup::Resources;
pub use cluster::served::{Served, is_definition, served_by};
pub use cluster::world;
pub use go_yaml::taken::is_refused;
pub use ids::CATALOG;
pub use major::Major;
pub use release::installed::{Change, Install, Installed, Setting, Steering, named, placed};
pub use release::lint::lint;
pub use release::placed::{Printed, read_printed};
pub use values::composed::Values;
pub use values::given::escaped;
pub use values::origins::{INTEGER, Origins};
pub use values::set::{SetError, Typing};
