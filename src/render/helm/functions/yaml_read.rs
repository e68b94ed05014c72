//! `fromYaml` and `fromYamlArray`: YAML as `sigs.k8s.io/yaml` reads it, every value knowing the values that its text shows. Broken YAML
//! is refused in go-yaml's words.

use std::collections::BTreeMap;
use std::rc::Rc;

use seatrial_gotemplate::{Context, Data, Failure, Function, Map, MapKind, Text, Type, Value};
use seatrial_model::{Node, ScalarKind, Sources, Value as Content, ids};
use seatrial_yaml::{Dialect, is_true, parse};

use super::json_read::{as_list, as_map, is_list, is_map};
use crate::go_yaml::{Refusal, first_document};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("fromYaml", &[Type::Text], |context, arguments| {
        let read = read(context, &arguments[0].as_text().cloned().unwrap_or_default(), Value::empty_map())?;
        Ok(as_map(read.and_then(|value| is_map(value, BEFORE))))
    }),
    Function::new("fromYamlArray", &[Type::Text], |context, arguments| {
        let read = read(context, &arguments[0].as_text().cloned().unwrap_or_default(), Value::list(Vec::new()))?;
        Ok(as_list(read.and_then(|value| is_list(value, BEFORE))))
    }),
];

const BEFORE: &str = "error unmarshaling JSON: while decoding JSON: ";

/// The first document of a text, or what Go leaves where there is nothing. The outer error is the end of the budget.
fn read(context: &mut Context<'_>, text: &Text, nothing: Value) -> Result<Result<Value, String>, Failure> {
    context.spend(text.len() as u64 / 4)?;
    let file = Sources::new().add("values.yaml", text.as_str().to_owned());
    let mut parsed = parse(&file, Dialect::Kubectl);
    let is_broken = parsed.findings.iter().any(|finding| finding.rule == ids::PARSE_ERROR);
    // Go reads one document and does not look at what is behind it.
    if let Some(first) = is_broken.then(|| first_document(text)).flatten() {
        parsed = parse(&Sources::new().add("values.yaml", first.to_owned()), Dialect::Kubectl);
    }
    let first = parsed.documents.first();
    let broken = parsed.findings.iter().find(|finding| finding.rule == ids::PARSE_ERROR);
    if let Some(finding) = broken.filter(|finding| first.is_none_or(|d| finding.primary.span.start <= d.span.start)) {
        return Ok(Err(Refusal::of_first_document(&file).said(finding)));
    }
    let Some(document) = first.filter(|document| !document.node.is_null()) else { return Ok(Ok(nothing)) };
    let value = value(&document.node, text);
    if let Some(number) = infinite(&value) {
        let number = seatrial_golang::float_format::format(number, 'g', None);
        return Ok(Err(format!("error converting YAML to JSON: json: unsupported value: {number}")));
    }
    Ok(Ok(value))
}

fn value(node: &Node, text: &Text) -> Value {
    let marks = text.piece_at(node.span().start as usize).map(|piece| piece.marks.clone()).unwrap_or_default();
    let made = match node.value() {
        Content::Scalar(written) => scalar(written, node.kind()),
        Content::Sequence(items) => Value::list(items.iter().map(|item| value(item, text)).collect()),
        Content::Mapping(entries) => {
            let pair = |entry: &seatrial_model::Entry| (Rc::from(&*entry.key.text), value(&entry.value, text));
            Value::map(Map::of(MapKind::Any, entries.iter().map(pair).collect::<BTreeMap<_, _>>()))
        }
    };
    made.with_marks(marks)
}

/// A number that JSON does not have.
fn infinite(value: &Value) -> Option<f64> {
    match &value.data {
        Data::Float(number) => Some(*number).filter(|number| !number.is_finite()),
        Data::List(list) => list.items().iter().find_map(infinite),
        Data::Map(map) => map.entries().values().find_map(infinite),
        _ => None,
    }
}

fn scalar(written: &str, kind: ScalarKind) -> Value {
    match kind {
        ScalarKind::Null => Value::nil(),
        ScalarKind::Bool => Value::bool(is_true(written)),
        ScalarKind::Integer | ScalarKind::Float => Value::float(seatrial_yaml::number(written).unwrap_or(f64::NAN)),
        ScalarKind::String | ScalarKind::Timestamp => Value::text(written),
    }
}
