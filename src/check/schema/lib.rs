//! Values against structural schemas, decided as an API server with strict field validation would. Pure: no list of kinds, no files.

mod limits;
mod quantity;
mod scalar;
mod substitution;
mod validate;
mod violation;

pub use seatrial_model::{edits, nearest};
pub use substitution::is_substitution;
pub use validate::{validate, validate_before_substitution};
pub use violation::{Problem, Violation};
