//! The functions that Helm gives to templates: those of sprig that Helm has, and its own. One file for each theme, whose `FUNCTIONS` are
//! joined here.
//!
//! Not here: Go's own functions (`formats/gotemplate`), what is rendered with them.

use seatrial_gotemplate::{Function, Templates};

mod argument;
mod casing;
mod convert;
mod decimal;
mod dicts;
mod equal;
mod flow;
mod include;
mod included;
mod letters;
mod lists;
mod math;
mod mergo;
mod named;
mod places;
mod ranges;
mod replace;
mod split;
mod strings;
mod words;

pub use flow::chart_message;
pub(crate) use included::Included;
pub use named::VALUES;

/// All lists: a later one wins.
const LISTS: &[&[Function]] = &[
    casing::FUNCTIONS,
    convert::FUNCTIONS,
    dicts::FUNCTIONS,
    equal::FUNCTIONS,
    flow::FUNCTIONS,
    include::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    mergo::FUNCTIONS,
    ranges::FUNCTIONS,
    replace::FUNCTIONS,
    split::FUNCTIONS,
    strings::FUNCTIONS,
    words::FUNCTIONS,
];

/// All functions.
#[must_use]
pub fn all() -> Vec<Function> {
    LISTS.concat()
}

/// An empty set of templates as Helm has it: with its functions, its methods, and its name.
#[must_use]
pub fn templates() -> Templates {
    named::with_methods(Templates::new(&all()).with_name("gotpl"))
}
