//! Values held against the schemas of a chart and of those within it (helm: `ValidateAgainstSchema`).

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_golang::float::general;
use seatrial_gotemplate::{Data, Map, Value};
use seatrial_jsonschema::{self as jsonschema, Json, Number, Outcome, Place, Schema, UnknownKind, Violation};
use seatrial_model::{Finding, Level};

use super::instance::{Instance, table};
use super::schema_finding::{Telling, unusable};
use super::{RenderedChart, Request};
use crate::chart::ChartSchema;
use crate::chart::failure::Failure;
use crate::ids;

const START: &str = "jsonschema validation failed with 'file:///values.schema.json#'\n";

/// Holds all values against all schemas. What does not fit is told part by part.
pub(crate) fn check(
    chart: &Instance<'_>,
    values: &Map,
    request: &Request<'_>,
    rendered: &mut RenderedChart,
) -> Result<(), Failure> {
    let mut checks = Vec::new();
    collect(chart, values, &mut Vec::new(), &mut checks);
    let mut said = String::new();
    let mut findings = Vec::new();
    for check in &checks {
        let told = check.run(request, rendered, &mut said);
        findings.extend(told);
    }
    // A part of a schema that several charts share is not checked once.
    seatrial_model::tell_once(&mut findings);
    if said.is_empty() {
        rendered.findings.extend(findings);
        return Ok(());
    }
    let message = format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{said}");
    if let Some(first) = findings.iter_mut().find(|finding| finding.level == Level::Error) {
        *first = first.clone().with_evidence("what Helm says", message.trim_end());
    }
    rendered.findings.extend(findings);
    Err(Failure { message, finding: None })
}

/// A schema, and what must fit it.
struct Check<'c> {
    chart: &'c Instance<'c>,
    /// The names of the charts that lead to it.
    path: Vec<Arc<str>>,
    schema: Arc<ChartSchema>,
    values: Map,
}

/// Those of a chart and of those within it, in Helm's order.
fn collect<'c>(chart: &'c Instance<'c>, values: &Map, path: &mut Vec<Arc<str>>, into: &mut Vec<Check<'c>>) {
    if let Some(schema) = chart.chart.compiled_schema() {
        into.push(Check { chart, path: path.clone(), schema, values: values.clone() });
    }
    for child in &chart.children {
        if let Some(values) = table(values, &child.name) {
            path.push(child.name.as_str().into());
            collect(child, &values, path, into);
            path.pop();
        }
    }
}

impl Check<'_> {
    fn run(&self, request: &Request<'_>, rendered: &RenderedChart, said: &mut String) -> Vec<Finding> {
        let schema = match &self.schema.schema {
            Ok(schema) => schema,
            Err(wrong) => {
                if !wrong.is_limit {
                    said.push_str(&format!("{}:\n{}", self.chart.name, wrong.message(rendered.helm)));
                }
                return vec![unusable(&self.schema, &self.chart.name, wrong, rendered.helm)];
            }
        };
        let mut findings = self.unknown(schema);
        match schema.check(&of_map(&self.values)) {
            Outcome::Valid => {}
            Outcome::TooMuch(_) => {
                let message =
                    format!("the schema of chart `{}` is not checked: it takes too many steps", self.chart.name);
                findings.push(
                    Finding::new(ids::UNCHECKED_SCHEMA, self.schema.file.start(), message).with_level(Level::Warning),
                );
            }
            Outcome::Invalid(violation) => {
                let message = violation.message();
                let message = message.strip_prefix(START).unwrap_or(&message);
                said.push_str(&format!("{}:\n{message}\n", self.chart.name));
                findings.extend(self.tell(schema, &violation, request, rendered));
            }
        }
        findings
    }

    fn tell(
        &self,
        schema: &Schema,
        violation: &Violation,
        request: &Request<'_>,
        rendered: &RenderedChart,
    ) -> Vec<Finding> {
        let telling = Telling {
            chart: self.chart,
            path: &self.path,
            file: &self.schema,
            schema,
            values: &self.values,
            given: request.values,
            origins: &rendered.origins,
        };
        violation.parts().into_iter().flat_map(|part| telling.tell(part)).collect()
    }

    /// What lies elsewhere and is not fetched.
    fn unknown(&self, schema: &Schema) -> Vec<Finding> {
        let told = schema.unknown().iter().map(|unknown| {
            let url = &unknown.url;
            let (what, level) = match unknown.kind {
                UnknownKind::Remote => {
                    (format!("`{url}` is not fetched, and what it describes is not checked"), Level::Note)
                }
                UnknownKind::File => {
                    let path = url.strip_prefix("file://").unwrap_or(url);
                    let what =
                        "Helm takes it from the machine that it runs on, not from the chart: here it is not read";
                    (format!("the schema refers to the file `{path}`; {what}"), Level::Warning)
                }
                UnknownKind::Metaschema => (
                    format!("the metaschema `{url}` is not fetched, and nothing of the schema is checked"),
                    Level::Note,
                ),
            };
            Finding::new(ids::UNCHECKED_SCHEMA, self.schema.line(unknown.at), what).with_level(level)
        });
        told.collect()
    }
}

/// Values as JSON; the place of each is the first of its marks.
fn of_map(map: &Map) -> Json {
    let entries = map.entries();
    let members = entries.iter().map(|(name, value)| (Arc::from(&**name), of_value(value)));
    Json::of(jsonschema::Data::Map(members.collect::<BTreeMap<_, _>>()))
}

fn of_value(value: &Value) -> Json {
    let data = match &value.data {
        Data::Bool(value) => jsonschema::Data::Bool(*value),
        Data::Int { value, .. } => jsonschema::Data::Number(Number::new(&value.to_string())),
        Data::Float(value) => jsonschema::Data::Number(Number::new(&general(*value))),
        Data::Text(text) => jsonschema::Data::Text(text.as_str().into()),
        Data::List(list) => jsonschema::Data::List(list.items().iter().map(of_value).collect()),
        Data::Map(map) => of_map(map).data,
        _ => jsonschema::Data::Null,
    };
    let mark = value.marks.as_slice().first().copied().unwrap_or(u32::MAX);
    Json { data, at: Place { start: mark, end: mark } }
}
