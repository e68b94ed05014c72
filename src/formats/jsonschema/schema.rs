//! A compiled schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_golang::regexp::Expression;

use crate::decimal::Decimal;
use crate::draft::Draft;
use crate::json::{Json, Place, Type};
use crate::pointer::encoded;

/// A schema that is compiled and can be shared.
#[derive(Debug)]
pub struct Schema {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: usize,
    pub(crate) unknown: Vec<Unknown>,
    /// The schema as it was read.
    pub(crate) document: Option<Arc<Json>>,
}

/// A part of a schema of which nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why.
    pub kind: UnknownKind,
    /// What is referred to.
    pub url: String,
    /// Where that is said.
    pub at: Place,
}

/// Why nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownKind {
    /// It would have to be fetched.
    Remote,
    /// It is a file of the machine that Helm runs on.
    File,
    /// `$schema` names a metaschema that would have to be fetched.
    Metaschema,
}

/// Why a schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Helm's words.
    pub message: String,
    /// Where it is wrong.
    pub at: Place,
    /// Whether it is only too much to be checked here.
    pub is_limit: bool,
}

/// One schema. What it refers to are numbers of others.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) url: Arc<str>,
    pub(crate) pointer: String,
    /// Whether it lies elsewhere.
    pub(crate) is_unknown: bool,
    /// Where it is referred to.
    pub(crate) asked: Option<Place>,
    pub(crate) resource: usize,
    pub(crate) draft: Draft,
    pub(crate) rules: Rules,
    /// Of a resource.
    pub(crate) dynamic_anchors: BTreeMap<String, usize>,
    pub(crate) all_properties_evaluated: bool,
    pub(crate) all_items_evaluated: bool,
    pub(crate) items_evaluated: usize,
}

/// `true`, `false`, or a schema.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Additional {
    Any(bool),
    Of(usize),
}

/// What a `dependencies` asks for.
#[derive(Debug)]
pub(crate) enum Dependency {
    Names(Vec<Arc<str>>),
    Schema(usize),
}

/// What `items` says before draft 2020-12.
#[derive(Debug)]
pub(crate) enum Items {
    All(usize),
    Each(Vec<usize>),
}

/// What a value must fit.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) boolean: Option<bool>,
    pub(crate) reference: Option<usize>,
    pub(crate) recursive_reference: Option<usize>,
    pub(crate) recursive_anchor: bool,
    /// With the anchor that it names.
    pub(crate) dynamic_reference: Option<(usize, String)>,
    pub(crate) dynamic_anchor: String,
    pub(crate) types: Vec<Type>,
    pub(crate) choices: Option<Vec<Json>>,
    pub(crate) constant: Option<Json>,
    pub(crate) not: Option<usize>,
    pub(crate) all_of: Vec<usize>,
    pub(crate) any_of: Vec<usize>,
    pub(crate) one_of: Vec<usize>,
    pub(crate) condition: Option<usize>,
    pub(crate) then: Option<usize>,
    pub(crate) otherwise: Option<usize>,
    pub(crate) format: Option<String>,

    pub(crate) most_properties: Option<i64>,
    pub(crate) least_properties: Option<i64>,
    pub(crate) required: Vec<Arc<str>>,
    pub(crate) property_names: Option<usize>,
    pub(crate) properties: BTreeMap<Arc<str>, usize>,
    pub(crate) pattern_properties: Vec<(Arc<Expression>, usize)>,
    pub(crate) additional_properties: Option<Additional>,
    pub(crate) dependencies: BTreeMap<Arc<str>, Dependency>,
    pub(crate) dependent_required: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    pub(crate) dependent_schemas: BTreeMap<Arc<str>, usize>,
    pub(crate) unevaluated_properties: Option<usize>,

    pub(crate) least_items: Option<i64>,
    pub(crate) most_items: Option<i64>,
    pub(crate) unique_items: bool,
    pub(crate) contains: Option<usize>,
    pub(crate) least_contains: Option<i64>,
    pub(crate) most_contains: Option<i64>,
    pub(crate) items: Option<Items>,
    pub(crate) additional_items: Option<Additional>,
    pub(crate) prefix_items: Vec<usize>,
    pub(crate) further_items: Option<usize>,
    pub(crate) unevaluated_items: Option<usize>,

    pub(crate) least_length: Option<i64>,
    pub(crate) most_length: Option<i64>,
    pub(crate) pattern: Option<(String, Arc<Expression>)>,

    pub(crate) maximum: Option<Decimal>,
    pub(crate) minimum: Option<Decimal>,
    pub(crate) below: Option<Decimal>,
    pub(crate) above: Option<Decimal>,
    pub(crate) multiple_of: Option<Decimal>,
}

impl Node {
    /// Where it lies: URL, `#`, pointer.
    pub(crate) fn location(&self) -> String {
        format!("{}#{}", self.url, encoded(&self.pointer))
    }
}

impl Schema {
    /// The parts of which nothing is known, because nothing is fetched. What hangs on them is not called wrong.
    #[must_use]
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }

    /// Names that the schema knows for members of the object that one of its parts, by its pointer, is about.
    #[must_use]
    pub fn known_names(&self, pointer: &str) -> Vec<&str> {
        let map = self.at(pointer).and_then(|part| part.get("properties")).and_then(Json::as_map);
        map.map(|map| map.keys().map(AsRef::as_ref).collect()).unwrap_or_default()
    }

    /// Where a part of the schema stands in its text.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Option<Place> {
        self.at(pointer).map(|part| part.at)
    }

    fn at(&self, pointer: &str) -> Option<&Json> {
        crate::roots::value_at(self.document.as_ref()?, pointer)
    }
}
