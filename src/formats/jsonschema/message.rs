//! What can be wrong with a value, in the words of github.com/santhosh-tekuri/jsonschema.

use std::sync::Arc;

use seatrial_golang::quote::quote;

use crate::decimal::{Decimal, count_in_english as count};
use crate::json::{Data, Json};

/// What is wrong with a value.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are the keywords; what was found and what is wanted")]
pub enum Kind {
    /// The whole schema.
    Schema,
    /// Several things.
    Group,
    /// What a reference leads to.
    Reference,
    /// Nobody asked what.
    Quiet,
    FalseSchema,
    RefCycle {
        one: String,
        other: String,
        url: String,
    },
    Not,
    AllOf,
    AnyOf,
    /// The two that both fit, or none.
    OneOf(Option<(usize, usize)>),
    Type {
        got: &'static str,
        want: Vec<&'static str>,
    },
    Enum(Vec<Json>),
    Const(Json),
    Format {
        got: Json,
        want: String,
        why: String,
    },
    MinProperties {
        got: i64,
        want: i64,
    },
    MaxProperties {
        got: i64,
        want: i64,
    },
    MinItems {
        got: i64,
        want: i64,
    },
    MaxItems {
        got: i64,
        want: i64,
    },
    AdditionalItems(i64),
    Required(Vec<Arc<str>>),
    Dependency {
        of: Arc<str>,
        missing: Vec<Arc<str>>,
    },
    DependentRequired {
        of: Arc<str>,
        missing: Vec<Arc<str>>,
    },
    AdditionalProperties(Vec<Arc<str>>),
    PropertyNames(Arc<str>),
    UniqueItems(usize, usize),
    Contains,
    MinContains {
        got: Vec<usize>,
        want: i64,
    },
    MaxContains {
        got: Vec<usize>,
        want: i64,
    },
    MinLength {
        got: i64,
        want: i64,
    },
    MaxLength {
        got: i64,
        want: i64,
    },
    Pattern {
        got: Arc<str>,
        want: String,
    },
    Minimum {
        got: Decimal,
        want: Decimal,
    },
    Maximum {
        got: Decimal,
        want: Decimal,
    },
    ExclusiveMinimum {
        got: Decimal,
        want: Decimal,
    },
    ExclusiveMaximum {
        got: Decimal,
        want: Decimal,
    },
    MultipleOf {
        got: Decimal,
        want: Decimal,
    },
}

impl Kind {
    /// The keyword that says so.
    #[must_use]
    pub fn keyword(&self) -> Option<&'static str> {
        Some(match self {
            Kind::Schema | Kind::Group | Kind::Reference | Kind::Quiet | Kind::FalseSchema | Kind::RefCycle { .. } => {
                return None;
            }
            Kind::Not => "not",
            Kind::AllOf => "allOf",
            Kind::AnyOf => "anyOf",
            Kind::OneOf(_) => "oneOf",
            Kind::Type { .. } => "type",
            Kind::Enum(_) => "enum",
            Kind::Const(_) => "const",
            Kind::Format { .. } => "format",
            Kind::MinProperties { .. } => "minProperties",
            Kind::MaxProperties { .. } => "maxProperties",
            Kind::MinItems { .. } => "minItems",
            Kind::MaxItems { .. } => "maxItems",
            Kind::AdditionalItems(_) => "additionalItems",
            Kind::Required(_) => "required",
            Kind::Dependency { .. } => "dependencies",
            Kind::DependentRequired { .. } => "dependentRequired",
            Kind::AdditionalProperties(_) => "additionalProperties",
            Kind::PropertyNames(_) => "propertyNames",
            Kind::UniqueItems(..) => "uniqueItems",
            Kind::Contains => "contains",
            Kind::MinContains { .. } => "minContains",
            Kind::MaxContains { .. } => "maxContains",
            Kind::MinLength { .. } => "minLength",
            Kind::MaxLength { .. } => "maxLength",
            Kind::Pattern { .. } => "pattern",
            Kind::Minimum { .. } => "minimum",
            Kind::Maximum { .. } => "maximum",
            Kind::ExclusiveMinimum { .. } => "exclusiveMinimum",
            Kind::ExclusiveMaximum { .. } => "exclusiveMaximum",
            Kind::MultipleOf { .. } => "multipleOf",
        })
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> String {
        let counts = |name: &str, got: &i64, want: &i64| format!("{name}: got {}, want {}", count(*got), count(*want));
        let sizes = |name: &str, got: &Decimal, want: &Decimal| {
            format!("{name}: got {}, want {}", got.in_english(), want.in_english())
        };
        match self {
            Kind::Schema | Kind::Group | Kind::Reference | Kind::Quiet => "validation failed".to_owned(),
            Kind::FalseSchema => "false schema".to_owned(),
            Kind::RefCycle { one, other, url } => {
                format!("both {one} and {other} resolve to {} causing reference cycle", quote(url))
            }
            Kind::Not => "'not' failed".to_owned(),
            Kind::AllOf => "'allOf' failed".to_owned(),
            Kind::AnyOf => "'anyOf' failed".to_owned(),
            Kind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
            Kind::OneOf(Some((one, other))) => format!("'oneOf' failed, subschemas {one}, {other} matched"),
            Kind::Type { got, want } => format!("got {got}, want {}", want.join(" or ")),
            Kind::Enum(want) => choices(want),
            Kind::Const(want) if is_container(want) => "'const' failed".to_owned(),
            Kind::Const(want) => format!("value must be {}", shown(want)),
            Kind::Format { got, want, why } => format!("{} is not valid {want}: {why}", shown(got)),
            Kind::MinProperties { got, want } => counts("minProperties", got, want),
            Kind::MaxProperties { got, want } => counts("maxProperties", got, want),
            Kind::MinItems { got, want } => counts("minItems", got, want),
            Kind::MaxItems { got, want } => counts("maxItems", got, want),
            Kind::AdditionalItems(further) => format!("last {} additionalItem(s) not allowed", count(*further)),
            Kind::Required(missing) => match missing.as_slice() {
                [one] => format!("missing property {}", quoted(one)),
                all => format!("missing properties {}", list(all)),
            },
            Kind::Dependency { of, missing } | Kind::DependentRequired { of, missing } => {
                format!("properties {} required, if {} exists", list(missing), quoted(of))
            }
            Kind::AdditionalProperties(names) => format!("additional properties {} not allowed", list(names)),
            Kind::PropertyNames(name) => format!("invalid propertyName {}", quoted(name)),
            Kind::UniqueItems(one, other) => {
                format!("items at {} and {} are equal", in_english(*one), in_english(*other))
            }
            Kind::Contains => "no items match contains schema".to_owned(),
            Kind::MinContains { got, want } => contains("min", got, *want),
            Kind::MaxContains { got, want } => contains("max", got, *want),
            Kind::MinLength { got, want } => counts("minLength", got, want),
            Kind::MaxLength { got, want } => counts("maxLength", got, want),
            Kind::Pattern { got, want } => format!("{} does not match pattern {}", quoted(got), quoted(want)),
            Kind::Minimum { got, want } => sizes("minimum", got, want),
            Kind::Maximum { got, want } => sizes("maximum", got, want),
            Kind::ExclusiveMinimum { got, want } => sizes("exclusiveMinimum", got, want),
            Kind::ExclusiveMaximum { got, want } => sizes("exclusiveMaximum", got, want),
            Kind::MultipleOf { got, want } => sizes("multipleOf", got, want),
        }
    }
}

fn in_english(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

fn contains(limit: &str, got: &[usize], want: i64) -> String {
    let start = format!("{limit} {} items required to match contains schema, but", count(want));
    if got.is_empty() && limit == "min" {
        return format!("{start} none matched");
    }
    let places: Vec<String> = got.iter().map(ToString::to_string).collect();
    format!("{start} matched {} items at {}", in_english(got.len()), places.join(" "))
}

fn choices(want: &[Json]) -> String {
    if want.iter().any(is_container) {
        return "'enum' failed".to_owned();
    }
    let all: Vec<String> = want.iter().map(shown).collect();
    match all.as_slice() {
        [one] => format!("value must be {one}"),
        _ => format!("value must be one of {}", all.join(", ")),
    }
}

fn is_container(json: &Json) -> bool {
    matches!(json.data, Data::List(_) | Data::Map(_))
}

/// A value in a message.
fn shown(json: &Json) -> String {
    match &json.data {
        Data::Null => "<nil>".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => number.text.to_string(),
        Data::Text(text) => quoted(text),
        Data::List(_) | Data::Map(_) => "value".to_owned(),
    }
}

/// A text in single quotes.
pub(crate) fn quoted(text: &str) -> String {
    let quoted = quote(text).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", quoted.get(1..quoted.len() - 1).unwrap_or_default())
}

fn list(names: &[Arc<str>]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
