//! The functions that Helm gives to templates: those of sprig that Helm has, and its own. One file for each theme, whose `FUNCTIONS` are
//! joined here.
//!
//! Not here: Go's own functions (`formats/gotemplate`), what is rendered with them.

use seatrial_gotemplate::{Function, Templates};

use crate::major::Major;

mod argument;
mod casing;
mod certificates;
mod cluster;
mod convert;
mod dates;
mod decimal;
mod der;
mod dicts;
mod durations;
mod encodings;
mod equal;
mod flow;
mod include;
mod json;
mod json_read;
mod keys;
mod letters;
mod lists;
mod math;
mod mergo;
mod named;
mod passwords;
mod paths;
mod places;
mod primes;
mod random;
mod ranges;
mod regex;
mod replace;
mod split;
mod strings;
mod toml;
mod toml_read;
mod urls;
mod versions;
mod words;
mod yaml;
mod yaml_read;

pub use crate::major::VALUES;
pub use flow::chart_message;
pub(crate) use paths::base;
pub use yaml::to_yaml;

/// All lists: a later one wins.
const LISTS: &[&[Function]] = &[
    casing::FUNCTIONS,
    certificates::FUNCTIONS,
    cluster::FUNCTIONS,
    convert::FUNCTIONS,
    dates::FUNCTIONS,
    dicts::FUNCTIONS,
    durations::FUNCTIONS,
    encodings::FUNCTIONS,
    equal::FUNCTIONS,
    flow::FUNCTIONS,
    include::FUNCTIONS,
    json::FUNCTIONS,
    json_read::FUNCTIONS,
    keys::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    mergo::FUNCTIONS,
    passwords::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    ranges::FUNCTIONS,
    regex::FUNCTIONS,
    replace::FUNCTIONS,
    split::FUNCTIONS,
    strings::FUNCTIONS,
    toml::FUNCTIONS,
    toml_read::FUNCTIONS,
    urls::FUNCTIONS,
    versions::FUNCTIONS,
    words::FUNCTIONS,
    yaml::FUNCTIONS,
    yaml_read::FUNCTIONS,
];

/// All functions.
#[must_use]
pub fn all() -> Vec<Function> {
    LISTS.concat()
}

/// An empty set of templates as Helm 4 has it: with its functions, its methods, and its name.
#[must_use]
pub fn templates() -> Templates {
    templates_of(Major::Four)
}

/// The same as a version of Helm has it.
pub(crate) fn templates_of(helm: Major) -> Templates {
    let mut all = all();
    all.retain(|function| helm.has(function.name));
    named::with_methods(Templates::new(&all).with_name("gotpl"))
}
