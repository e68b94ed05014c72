//! What does not fit a schema, told at the line of the values that a human edits.

use std::sync::Arc;

use seatrial_gotemplate::{Data, Map, Value};
use seatrial_jsonschema::{Kind, Schema, Violation};
use seatrial_model::{Finding, Level, Node, Span, nearest};

use super::instance::Instance;
use crate::chart::{ChartSchema, Unusable};
use crate::ids;
use crate::major::Major;
use crate::values::origins::Origins;

/// A schema that cannot be used.
pub(crate) fn unusable(file: &ChartSchema, chart: &str, wrong: &Unusable, helm: Major) -> Finding {
    let message = wrong.message(helm);
    if wrong.is_limit {
        let message = format!("the schema of chart `{chart}` is not checked: {message}");
        return Finding::new(ids::UNCHECKED_SCHEMA, file.line(wrong.at), message).with_level(Level::Warning);
    }
    let said = message.split("\n- ").last().unwrap_or(message).trim_start_matches([' ', '-']);
    let last = said.lines().next_back().unwrap_or(said).trim_start_matches([' ', '-']);
    let said = if message.contains("is not valid against metaschema") { last } else { said };
    Finding::new(
        ids::CHART_SCHEMA,
        file.line(wrong.at),
        format!("the schema of chart `{chart}` cannot be used: {said}"),
    )
}

/// What is needed to find the line of a value.
pub(crate) struct Telling<'a> {
    pub(crate) chart: &'a Instance<'a>,
    /// The names of the charts that lead to it.
    pub(crate) path: &'a [Arc<str>],
    pub(crate) file: &'a ChartSchema,
    pub(crate) schema: &'a Schema,
    pub(crate) values: &'a Map,
    /// All values that are given to the release.
    pub(crate) given: &'a Node,
    pub(crate) origins: &'a Origins,
}

impl Telling<'_> {
    /// One part of what is wrong.
    pub(crate) fn tell(&self, part: &Violation) -> Vec<Finding> {
        let name = self.name(&part.path);
        match &part.kind {
            Kind::Required(missing) => {
                let place = self.nearest_given(&part.path);
                let of = name.map_or_else(|| "the values lack".to_owned(), |name| format!("`{name}` lacks"));
                let all = missing.iter().map(|name| (place, format!("{of} `{name}`, which the schema requires")));
                all.map(|(place, message)| self.finding(part, place, message)).collect()
            }
            Kind::AdditionalProperties(names) => names.iter().map(|name| self.additional(part, name)).collect(),
            kind => {
                let what = name.map_or_else(|| "the values".to_owned(), |name| format!("`{name}`"));
                vec![self.finding(part, self.place(&part.path), self.said(part, kind, &what))]
            }
        }
    }

    fn said(&self, part: &Violation, kind: &Kind, what: &str) -> String {
        if let Some(want) = part.wanted_types() {
            let got = self.value(&part.path).map_or("null", |value| type_of(&value));
            let got = if part.path.is_empty() { "a mapping" } else { got };
            let mut all: Vec<&str> = Vec::new();
            for kind in want {
                if !all.contains(&kind) {
                    all.push(kind);
                }
            }
            let want: Vec<&str> = all.into_iter().map(with_article).collect();
            let is = if part.path.is_empty() { "are" } else { "is" };
            return format!("{what} {is} {got}, and the schema wants {}", want.join(" or "));
        }
        match kind {
            Kind::FalseSchema => format!("the schema does not allow {what}"),
            // The value itself may be long, or a secret.
            Kind::Pattern { want, .. } => format!("{what} does not match the pattern `{want}` of the schema"),
            Kind::Format { want, .. } => format!("{what} is not of the format `{want}`, as the schema wants it"),
            Kind::AnyOf | Kind::OneOf(None) => format!("{what} fits none of the choices of the schema"),
            Kind::OneOf(Some(_)) => format!("{what} fits more than one of the choices of the schema"),
            Kind::Not => format!("{what} is what the schema excludes with `not`"),
            kind => format!("{what} does not fit the schema: {}", kind.message()),
        }
    }

    fn additional(&self, part: &Violation, name: &Arc<str>) -> Finding {
        let path: Vec<Arc<str>> = part.path.iter().chain([name]).cloned().collect();
        let shown = self.name(&path).unwrap_or_default();
        let place = self.key(&path).unwrap_or_else(|| self.place(&path));
        let finding = self.finding(part, place, format!("the schema does not know `{shown}`, and allows nothing else"));
        let known = part.schema_pointer().map(|pointer| self.schema.known_names(&pointer)).unwrap_or_default();
        match nearest(name, known) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        }
    }

    fn finding(&self, part: &Violation, place: Span, message: String) -> Finding {
        let finding = Finding::new(ids::VALUES_SCHEMA, place, message);
        let says = part.keyword_pointer().and_then(|pointer| self.schema.place(&pointer));
        match says {
            Some(at) => finding.with_related(self.file.line(at), "the schema says so"),
            None => finding.with_related(self.file.file.start(), "the schema"),
        }
    }

    /// The path of a value among all values; `None` of all of them.
    fn name(&self, path: &[Arc<str>]) -> Option<String> {
        let mut name = String::new();
        for part in self.path.iter().chain(path) {
            if part.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
                name.push_str(&format!("[{part}]"));
                continue;
            }
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(part);
        }
        (!name.is_empty()).then_some(name)
    }

    fn value(&self, path: &[Arc<str>]) -> Option<Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.values.get(first)?, |value, part| match &value.data {
            Data::Map(map) => map.get(part),
            Data::List(list) => list.items().get(part.parse::<usize>().ok()?).cloned(),
            _ => None,
        })
    }

    /// The line of a value: of what is more than a scalar, that of its key.
    fn place(&self, path: &[Arc<str>]) -> Span {
        let Some(value) = self.value(path) else { return self.nearest_given(path) };
        let is_container = matches!(value.data, Data::Map(_) | Data::List(_));
        let key = if is_container || value.is_nil() { self.key(path) } else { None };
        key.or_else(|| self.origin(&value)).unwrap_or_else(|| self.nearest_given(path))
    }

    fn origin(&self, value: &Value) -> Option<Span> {
        self.origins.of(&value.marks).first().map(|origin| origin.span)
    }

    /// The key of a value, where it stands in a mapping that was given, or in the values of the chart.
    fn key(&self, path: &[Arc<str>]) -> Option<Span> {
        let (last, before) = path.split_last()?;
        let span = self.value(path).and_then(|value| self.origin(&value));
        let whole: Vec<Arc<str>> = self.path.iter().chain(before).cloned().collect();
        let of = |node: &Node, path: &[Arc<str>]| {
            let entry = follow(node, path)?.entry(last)?.clone();
            span.is_none_or(|span| entry.value.span() == span).then_some(entry.key.span)
        };
        of(self.given, &whole).or_else(|| of(&self.chart.chart.values, before))
    }

    /// The nearest mapping around something that was given; else that of the chart.
    fn nearest_given(&self, path: &[Arc<str>]) -> Span {
        if self.given.entries().is_empty() {
            let own = (0..=path.len()).rev().find_map(|end| self.of_chart(&path[..end]));
            return own.unwrap_or_else(|| self.chart.chart.values.span());
        }
        let whole: Vec<Arc<str>> = self.path.iter().chain(path).cloned().collect();
        let found = (1..=whole.len()).rev().find_map(|end| {
            let (last, before) = whole[..end].split_last()?;
            let entry = follow(self.given, before)?.entry(last)?.clone();
            entry.value.is_mapping().then_some(entry.key.span)
        });
        found.unwrap_or_else(|| self.given.span())
    }

    /// The key of a mapping in the values of the chart.
    fn of_chart(&self, path: &[Arc<str>]) -> Option<Span> {
        let (last, before) = path.split_last()?;
        follow(&self.chart.chart.values, before)?.entry(last).map(|entry| entry.key.span)
    }
}

fn follow<'n>(node: &'n Node, path: &[Arc<str>]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, part| match node.is_sequence() {
        true => node.items().get(part.parse::<usize>().ok()?),
        false => node.get(part),
    })
}

fn type_of(value: &Value) -> &'static str {
    match &value.data {
        Data::Bool(_) => "a boolean",
        Data::Int { .. } | Data::Float(_) => "a number",
        Data::Text(_) => "a string",
        Data::List(_) => "a list",
        Data::Map(_) => "a mapping",
        _ => "null",
    }
}

fn with_article(kind: &'static str) -> &'static str {
    match kind {
        "boolean" => "a boolean",
        "number" => "a number",
        "integer" => "an integer",
        "string" => "a string",
        "array" => "a list",
        "object" => "a mapping",
        other => other,
    }
}
