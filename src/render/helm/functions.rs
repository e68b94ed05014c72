//! The functions that Helm gives to templates: those of sprig that Helm has, and its own. One file for each theme, whose `FUNCTIONS` are
//! joined here.
//!
//! Not here: Go's own functions (`formats/gotemplate`), what is rendered with them.

use seatrial_gotemplate::Function;

mod argument;
mod flow;
mod include;
mod replace;
mod world;

pub use flow::chart_message;
pub use world::World;

/// All lists: a later one wins.
const LISTS: &[&[Function]] = &[
    flow::FUNCTIONS,
    include::FUNCTIONS,
    replace::FUNCTIONS,
];

/// All functions.
#[must_use]
pub fn all() -> Vec<Function> {
    LISTS.concat()
}
