//! The walk over a value and its schema.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use seatrial_kubernetes::{Schema, Type};
use seatrial_model::{Entries, Entry, Fit, Node, Span, Value, json_pointer};

use crate::{Problem, Violation, is_substitution, limits, nearest, scalar};

/// Levels of nesting that are looked at. The parser gives fewer; no object is that deep on purpose.
const DEEPEST: usize = 512;

/// Unknown fields of one document for which a near name is looked for: beyond it, it is no slip of the pen.
const MOST_SUGGESTIONS: usize = 100;

/// Everything in `node` that does not fit `schema`, in document order.
///
/// What decides is whether an API server with `fieldValidation=Strict` and server-side apply would refuse it. So null fits every
/// field and counts as absent, fields below a `status` may be missing (the server ignores them when an object is written), and a field whose misspelling was reported is not reported as missing as well.
#[must_use]
pub fn validate(schema: &Schema, node: &Node) -> Vec<Violation> {
    walk(schema, node, Text::AsItIs)
}

/// The same of what Flux has still to fill in: a text with a substitution may become anything.
#[must_use]
pub fn validate_before_substitution(schema: &Schema, node: &Node) -> Vec<Violation> {
    walk(schema, node, Text::MayBeFilledIn)
}

fn walk(schema: &Schema, node: &Node, text: Text) -> Vec<Violation> {
    let place = node.entries().first().map_or(node.span(), |e| e.key.span);
    let mut walk = Walk { path: Vec::new(), found: Vec::new(), suggestions: MOST_SUGGESTIONS, text };
    walk.value(schema, node, place);
    walk.found
}

/// What a text is when it is applied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    AsItIs,
    MayBeFilledIn,
}

/// One step from the root to a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

struct Walk<'a> {
    path: Vec<Step<'a>>,
    found: Vec<Violation>,
    /// How many more times a near name is looked for.
    suggestions: usize,
    text: Text,
}

/// What unknown fields of one object were probably meant to be.
#[derive(Default)]
struct Meant<'s> {
    /// Declared fields that are not set, once somebody asked.
    unset: Option<Vec<&'s str>>,
    names: Vec<&'s str>,
}

impl<'a> Walk<'a> {
    /// `place` is where people look for this value: its key, or the first key of a list's item.
    fn value(&mut self, schema: &Schema, node: &'a Node, place: Span) {
        if node.is_null() || schema.value_type() == Type::Any {
            return;
        }
        if self.may_be_anything(node.as_str()) {
            return;
        }
        if self.path.len() >= DEEPEST {
            return self.report(node.span(), Problem::Invalid(format!("is nested deeper than {DEEPEST} levels")));
        }
        match (schema.value_type(), node.value()) {
            (Type::Object, Value::Mapping(entries)) => self.object_once(schema, entries, place),
            (Type::Array, Value::Sequence(items)) => {
                if let Some(problem) = limits::problem(schema, node) {
                    self.report(place, problem);
                }
                self.list(schema, items);
            }
            (Type::Object | Type::Array, _) => self.report(node.span(), scalar::wrong_type(schema, node)),
            _ => {
                if let Some(problem) = scalar::problem(schema, node).or_else(|| limits::problem(schema, node)) {
                    self.report(node.span(), problem);
                }
            }
        }
    }

    /// What many trees share and fits a schema once need not be looked at again.
    fn object_once(&mut self, schema: &Schema, entries: &'a Entries, place: Span) {
        let Some(known) = entries.known() else { return self.object(schema, entries, place) };
        let fit = self.fit(schema);
        if known.fits(fit) {
            return;
        }
        let before = self.found.len();
        self.object(schema, entries, place);
        if self.found.len() == before && !self.is_in_status() {
            known.note_fit(fit);
        }
    }

    fn fit(&self, schema: &Schema) -> Fit {
        let (place, release) = schema.identity();
        let (major, minor) = release.map_or((0, 0), |release| release.numbers());
        [place, usize::from(release.is_some()) + 2 * self.text as usize, ((major as usize) << 16) + minor as usize]
    }

    fn object(&mut self, schema: &Schema, entries: &'a [Entry], place: Span) {
        if let Some(values) = schema.additional() {
            for entry in entries {
                self.under(Step::Field(&entry.key.text), |walk| walk.value(&values, &entry.value, entry.key.span));
            }
            return;
        }
        let start = self.found.len();
        let mut meant = Meant::default();
        for entry in entries {
            let name = &*entry.key.text;
            self.under(Step::Field(name), |walk| match schema.property(name) {
                Some(field) => match field.since() {
                    Some(since) => {
                        walk.report(entry.key.span, Problem::LaterField { name: name.to_owned(), since });
                    }
                    None => walk.value(&field, &entry.value, entry.key.span),
                },
                None if schema.preserves_unknown() || walk.may_be_anything(Some(name)) => {}
                None => {
                    let suggestion = walk.suggestion(schema, entries, name, &mut meant);
                    walk.report(entry.key.span, Problem::UnknownField { name: name.to_owned(), suggestion });
                }
            });
        }
        if self.is_in_status() {
            return;
        }
        let inside = self.found.len();
        for name in schema.required() {
            if !is_set(entries, name) && !meant.names.contains(&name) {
                self.report(null_at(entries, name).unwrap_or(place), Problem::MissingField { name: name.to_owned() });
            }
        }
        // What the object lacks is said at its key, so before what is wrong inside it.
        let lacking = self.found.len() - inside;
        self.found[start..].rotate_right(lacking);
    }

    fn suggestion<'s>(
        &mut self,
        schema: &'s Schema,
        entries: &[Entry],
        name: &str,
        meant: &mut Meant<'s>,
    ) -> Option<String> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        let unset = || {
            let set: HashSet<&str> = entries.iter().filter(|e| !e.value.is_null()).map(|e| &*e.key.text).collect();
            schema.property_names().into_iter().filter(|field| !set.contains(field)).collect()
        };
        let candidates: &Vec<&str> = meant.unset.get_or_insert_with(unset);
        if let Some(found) = nearest(name, candidates.iter().copied()) {
            meant.names.push(found);
            return Some(found.to_owned());
        }
        // The name that is near may be set as well, by an overlay or a transformer of kustomize.
        nearest(name, schema.property_names()).map(str::to_owned)
    }

    fn list(&mut self, schema: &Schema, items: &'a [Node]) {
        let is_map = schema.list_type() == Some("map");
        if is_map && items.len() > 1 {
            self.duplicates(&schema.list_map_keys(), items);
        }
        let Some(item_schema) = schema.items() else { return };
        for (index, item) in items.iter().enumerate() {
            let place = item.entries().first().map_or(item.span(), |e| e.key.span);
            self.under(Step::Item(index), |walk| {
                // Null fits everywhere else, but has no key to be found by.
                if item.is_null() && is_map {
                    walk.report(item.span(), scalar::wrong_type(&item_schema, item));
                }
                walk.value(&item_schema, item, place);
            });
        }
    }

    /// Items that the keys of a list do not tell apart. Items without a key are left to the server, which may have a default.
    fn duplicates(&mut self, keys: &[&str], items: &'a [Node]) {
        let mut seen: HashMap<Vec<&str>, Span> = HashMap::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let Some(values) = keys.iter().map(|key| key_value(item, key)).collect::<Option<Vec<_>>>() else {
                continue;
            };
            let place = keys.first().and_then(|key| item.get(key)).map_or(item.span(), Node::span);
            let Some(first) = seen.get(&values).copied() else {
                seen.insert(values, place);
                continue;
            };
            let pairs: Vec<String> = keys.iter().zip(&values).map(|(key, value)| format!("{key}: {value}")).collect();
            let problem = Problem::DuplicateItem { keys: pairs.join(", "), first };
            self.under(Step::Item(index), |walk| walk.report(place, problem));
        }
    }

    fn may_be_anything(&self, text: Option<&str>) -> bool {
        self.text == Text::MayBeFilledIn && text.is_some_and(is_substitution)
    }

    fn is_in_status(&self) -> bool {
        self.path.iter().any(|step| matches!(step, Step::Field("status")))
    }

    fn under(&mut self, step: Step<'a>, visit: impl FnOnce(&mut Self)) {
        self.path.push(step);
        visit(self);
        self.path.pop();
    }

    fn report(&mut self, span: Span, problem: Problem) {
        let numbered: Vec<String> = self.path.iter().map(|step| step.segment()).collect();
        let pointer = json_pointer(numbered.iter().map(String::as_str));
        self.found.push(Violation { pointer, path: dotted(&self.path), span, problem });
    }
}

impl Step<'_> {
    fn segment(self) -> String {
        match self {
            Step::Field(name) => name.to_owned(),
            Step::Item(index) => index.to_string(),
        }
    }
}

/// `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`.
fn dotted(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        let plain =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '$'));
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Item(index) => write!(text, "[{index}]"),
            Step::Field(name) if !plain(name) => write!(text, "[{name:?}]"),
            Step::Field(name) if text.is_empty() => write!(text, "{name}"),
            Step::Field(name) => write!(text, ".{name}"),
        };
    }
    text
}

fn is_set(entries: &[Entry], name: &str) -> bool {
    entries.iter().any(|e| e.key.text == *name && !e.value.is_null())
}

/// Where null is written for a field, which is as good as nothing.
fn null_at(entries: &[Entry], name: &str) -> Option<Span> {
    let entry = entries.iter().find(|e| e.key.text == *name)?;
    Some(if entry.value.origin().over.is_some() { entry.value.span() } else { entry.key.span })
}

/// The value of a key of a list; `protocol` is TCP where it is not given, as the server has it everywhere.
fn key_value<'n>(item: &'n Node, key: &str) -> Option<&'n str> {
    match item.get(key) {
        Some(value) if !value.is_null() => value.scalar_text(),
        _ => (key == "protocol" && item.is_mapping()).then_some("TCP"),
    }
}

#[cfg(test)]
mod tests;
