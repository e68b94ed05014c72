//! A structural schema, as Kubernetes publishes it, cheap to clone; references are followed on access.

/// JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A mapping.
    Object,
    /// A list.
    Array,
    /// A string.
    String,
    /// An integer.
    Integer,
    /// Any number.
    Number,
    /// A boolean.
    Boolean,
    /// An integer or a string (`IntOrString`, `Quantity`).
    IntOrString,
    /// Anything.
    Any,
}

/// A schema node.
#[derive(Clone, Debug)]
pub struct Schema(());

impl Schema {
    /// The type of the value.
    #[must_use]
    pub fn value_type(&self) -> Type {
        Type::Any
    }

    /// Format: `int32`, `date-time`, `byte`, `quantity`.
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        None
    }

    /// The schema of a declared field.
    #[must_use]
    pub fn property(&self, _name: &str) -> Option<Schema> {
        None
    }

    /// Names of the declared fields, sorted.
    #[must_use]
    pub fn property_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Names of required fields.
    #[must_use]
    pub fn required(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The schema of values under any key (`map[string]T`); `None` for an object with declared fields only.
    #[must_use]
    pub fn additional(&self) -> Option<Schema> {
        None
    }

    /// Whether fields that are not declared are kept (`x-kubernetes-preserve-unknown-fields`, or an object without any declaration).
    #[must_use]
    pub fn preserves_unknown(&self) -> bool {
        true
    }

    /// The schema of a list's items.
    #[must_use]
    pub fn items(&self) -> Option<Schema> {
        None
    }

    /// `x-kubernetes-list-type`: `atomic`, `set` or `map`.
    #[must_use]
    pub fn list_type(&self) -> Option<&str> {
        None
    }

    /// `x-kubernetes-list-map-keys`.
    #[must_use]
    pub fn list_map_keys(&self) -> Vec<&str> {
        Vec::new()
    }

    /// `x-kubernetes-patch-merge-key`.
    #[must_use]
    pub fn patch_merge_key(&self) -> Option<&str> {
        None
    }

    /// `x-kubernetes-patch-strategy`: `merge`, `replace`, `retainKeys`, split at commas.
    #[must_use]
    pub fn patch_strategies(&self) -> Vec<&str> {
        Vec::new()
    }
}
