//! Values against structural schemas, decided as an API server with strict field validation would. Pure: no list of kinds, no files.

mod nearest;
mod quantity;
mod scalar;
mod validate;
mod violation;

pub use nearest::{edits, nearest};
pub use validate::validate;
pub use violation::{Problem, Violation};
