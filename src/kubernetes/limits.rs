//! What limits a value beside its type and format: what a CustomResourceDefinition says and Kubernetes' own description does not.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

use crate::flux::Release;

/// What limits a value.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// The values that are allowed; all, where there is none.
    pub allowed: Vec<String>,
    /// A regular expression that a text must match somewhere.
    pub pattern: Option<String>,
    /// The least number.
    pub minimum: Option<f64>,
    /// The greatest number.
    pub maximum: Option<f64>,
    /// The fewest characters.
    pub min_length: Option<usize>,
    /// The most characters.
    pub max_length: Option<usize>,
    /// The fewest items of a list.
    pub min_items: Option<usize>,
    /// The most items of a list.
    pub max_items: Option<usize>,
    /// Rules in CEL (`x-kubernetes-validations`). They are kept, and nobody evaluates them yet.
    pub validations: Vec<Validation>,
    /// The minor of Flux that brought the field.
    pub(crate) since: Option<Release>,
    /// The minors of Flux that brought some of the values.
    pub(crate) later: BTreeMap<String, Release>,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

/// A rule in CEL.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Validation {
    /// The expression.
    pub rule: String,
    /// What the API server says where it is false.
    #[serde(default)]
    pub message: Option<String>,
}

impl Limits {
    /// Whether a text matches the pattern. What cannot be told counts as matching.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        let compiled = self.compiled.get_or_init(|| Regex::new(pattern).ok());
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}
