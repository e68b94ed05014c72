//! The drafts of JSON Schema: what tells them apart, and where schemas lie within schemas.

use crate::json::{Data, Json};
use crate::pointer::{joined, split};

/// A draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Draft {
    Four,
    Six,
    Seven,
    Of2019,
    Of2020,
}

/// Where in a keyword schemas lie.
#[derive(Clone, Copy)]
enum Within {
    Itself,
    Items,
    Values,
}

use Within::{Items, Itself, Values};

/// Keywords with schemas, and the first draft that has them.
const SUBSCHEMAS: [(Draft, &str, Within); 22] = [
    (Draft::Four, "definitions", Values),
    (Draft::Four, "not", Itself),
    (Draft::Four, "allOf", Items),
    (Draft::Four, "anyOf", Items),
    (Draft::Four, "oneOf", Items),
    (Draft::Four, "properties", Values),
    (Draft::Four, "additionalProperties", Itself),
    (Draft::Four, "patternProperties", Values),
    (Draft::Four, "items", Itself),
    (Draft::Four, "items", Items),
    (Draft::Four, "additionalItems", Itself),
    (Draft::Four, "dependencies", Values),
    (Draft::Six, "propertyNames", Itself),
    (Draft::Six, "contains", Itself),
    (Draft::Seven, "if", Itself),
    (Draft::Seven, "then", Itself),
    (Draft::Seven, "else", Itself),
    (Draft::Of2019, "$defs", Values),
    (Draft::Of2019, "dependentSchemas", Values),
    (Draft::Of2019, "unevaluatedProperties", Itself),
    (Draft::Of2019, "unevaluatedItems", Itself),
    (Draft::Of2019, "contentSchema", Itself),
];

impl Draft {
    pub(crate) const ALL: [Draft; 5] = [Draft::Four, Draft::Six, Draft::Seven, Draft::Of2019, Draft::Of2020];

    /// The URL of its metaschema.
    pub(crate) fn url(self) -> &'static str {
        match self {
            Draft::Four => "http://json-schema.org/draft-04/schema",
            Draft::Six => "http://json-schema.org/draft-06/schema",
            Draft::Seven => "http://json-schema.org/draft-07/schema",
            Draft::Of2019 => "https://json-schema.org/draft/2019-09/schema",
            Draft::Of2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The draft that a `$schema` names.
    pub(crate) fn named(url: &str) -> Option<Draft> {
        let (url, fragment) = split(url);
        if !fragment.is_empty() {
            return None;
        }
        let rest = |url: &str| {
            let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
            rest.to_owned()
        };
        match rest(url).as_str() {
            "json-schema.org/schema" => Some(Draft::Of2020),
            named => Draft::ALL.into_iter().find(|draft| rest(draft.url()) == named),
        }
    }

    /// The keyword that names a schema.
    pub(crate) fn id_keyword(self) -> &'static str {
        if self == Draft::Four { "id" } else { "$id" }
    }

    /// The URL that a schema gives itself, without its fragment; empty of none.
    pub(crate) fn id(self, schema: &Json) -> &str {
        if self < Draft::Of2019 && schema.get("$ref").is_some() {
            return "";
        }
        schema.text_of(self.id_keyword()).map_or("", |id| split(id).0)
    }

    /// The schemas in a schema, with their pointers.
    pub(crate) fn subschemas<'j>(self, schema: &'j Json, pointer: &str) -> Vec<(String, &'j Json)> {
        let mut all = Vec::new();
        for (since, keyword, within) in SUBSCHEMAS {
            let Some(inner) = schema.get(keyword).filter(|_| self >= since) else { continue };
            push(&mut all, joined(pointer, keyword), inner, within);
        }
        if let Some(inner) = schema.get("prefixItems").filter(|_| self >= Draft::Of2020) {
            push(&mut all, joined(pointer, "prefixItems"), inner, Items);
        }
        all
    }
}

fn push<'j>(all: &mut Vec<(String, &'j Json)>, pointer: String, inner: &'j Json, within: Within) {
    match (within, &inner.data) {
        (Itself, _) => all.push((pointer, inner)),
        (Items, Data::List(items)) => {
            all.extend(items.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item)));
        }
        (Values, Data::Map(map)) => all.extend(map.iter().map(|(name, value)| (joined(&pointer, name), value))),
        _ => {}
    }
}
