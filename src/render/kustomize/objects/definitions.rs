//! What one source says of kinds and their fields, as far as merging and namespaces hang on it.

use seatrial_model::QuickMap;

/// A schema, as far as merging needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The definition that stands in its place.
    pub(crate) reference: Option<String>,
    /// The schemas of its fields.
    pub(crate) fields: QuickMap<String, Shape>,
    /// The schema of all other fields.
    pub(crate) rest: Option<Box<Shape>>,
    /// Keys of a merged list; empty for a list merged by value.
    pub(crate) merge_keys: Option<Vec<String>>,
    /// The schema of a list's items.
    pub(crate) items: Option<Box<Shape>>,
}

/// Which kinds have a namespace, by API version and kind.
pub(crate) type Scopes = QuickMap<(String, String), bool>;

/// The definitions of one source.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) by_name: QuickMap<String, Shape>,
    /// Names of the definitions of kinds, by API version and kind.
    pub(crate) by_kind: QuickMap<(String, String), String>,
    pub(crate) scopes: Scopes,
}
