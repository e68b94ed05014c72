//! What does not fit, and where.

use seatrial_kubernetes::flux::Release;
use seatrial_model::Span;

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A field that the schema does not declare; the nearest declared name.
    UnknownField {
        /// Its name.
        name: String,
        /// `did you mean`.
        suggestion: Option<String>,
    },
    /// A field that the version of Flux does not have yet.
    LaterField {
        /// Its name.
        name: String,
        /// The first minor that has it.
        since: Release,
    },
    /// A value of an enumeration that the version of Flux does not have yet.
    LaterValue {
        /// The value.
        value: String,
        /// The first minor that has it.
        since: Release,
    },
    /// A value of another type.
    WrongType {
        /// `an integer`.
        expected: String,
        /// `a string`.
        found: String,
    },
    /// A required field that is absent.
    MissingField {
        /// Its name.
        name: String,
    },
    /// Two items of a list whose keys must be unique (`x-kubernetes-list-type: map`); the place is the second one.
    DuplicateItem {
        /// The keys, as written: `name: web`, `port: 80, protocol: TCP`.
        keys: String,
        /// Where the first one stands.
        first: Span,
    },
    /// A value that its format does not allow; the predicate of a sentence about it: `must be between 0 and 5`.
    Invalid(String),
}

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer of the value (of the field itself, for an unknown one; of the object, for a missing one).
    pub pointer: String,
    /// Dotted path for people: `spec.template.spec.containers[0].image`, `metadata.labels["a.b/c"]`; empty for the whole object.
    pub path: String,
    /// The place: the key, for an unknown field; the key of the object that lacks it, for a missing one; the value otherwise.
    pub span: Span,
    /// What is wrong.
    pub problem: Problem,
}
