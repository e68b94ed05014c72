//! Version 1. A field may be added where a reader that does not know it is not misled, and then has a default; none is removed or renamed.

mod change;
mod diff;
mod finding;
mod report;
mod stage;
mod test;

pub(crate) use change::{Action, Alteration, Change, Holding, Object};
pub(crate) use diff::Diff;
pub(crate) use finding::{Evidence, FailOn, Finding, Listing, Location};
pub(crate) use report::Report;
pub(crate) use stage::{Comparison, Stage, StageOutcome};
pub(crate) use test::Test;
