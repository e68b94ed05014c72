//! `openapi`: schemas of a repository's own kinds, with the merge keys of their lists (kyaml: `openapi.SetSchema`).
//!
//! The first kustomization that has one decides for the whole build, and kustomize then forgets its own schemas, unless it has used them.

use std::sync::Arc;

use seatrial_model::{Finding, Level, Node, SourceFile, Span};
use seatrial_yaml::Dialect;
use serde_json::{Map, Value};

use crate::findings::ids;
use crate::load::files::Files;
use crate::objects::definitions::{Definitions, Shape};

/// The schemas that kustomize brings along.
const BUILT_IN_VERSION: &str = "v1.21.2";
/// Schemas in schemas are followed this deep.
const DEEPEST: usize = 64;

/// What an `openapi` asks for.
pub(crate) enum OpenApi<'a> {
    /// A file, named here.
    File(&'a Node),
    /// What is built in.
    BuiltIn,
}

/// Reads the field; what is wrong with it is a finding.
pub(crate) fn read<'a>(field: &'a Node, findings: &mut Vec<Finding>) -> Option<OpenApi<'a>> {
    let text = |name: &str| field.get(name).map(|n| (n, n.as_str().unwrap_or_default()));
    let mut refuse = |span: Span, message: String| {
        findings.push(Finding::new(ids::KUSTOMIZE, span, message).with_field("openapi"));
        None
    };
    match (text("path"), text("version")) {
        (Some((path, _)), Some((version, _))) => {
            let message = "`openapi` has either a `path` or a `version`, not both".to_owned();
            let span = version.span();
            debug_assert!(path.span() != span);
            refuse(span, message)
        }
        (Some((path, _)), None) => Some(OpenApi::File(path)),
        (None, Some((_, "" | BUILT_IN_VERSION))) => Some(OpenApi::BuiltIn),
        (None, Some((node, other))) => {
            refuse(node.span(), format!("kustomize has no schemas of the version `{other}`: only `{BUILT_IN_VERSION}`"))
        }
        (None, None) => None,
    }
}

/// The definitions of a schema file; `named` is where a kustomization names it.
pub(crate) fn definitions(
    file: &Arc<SourceFile>,
    named: Span,
    files: &Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Definitions> {
    let swagger = value_of(file, files, findings)?;
    let Some(swagger) = swagger.as_object() else {
        let message = format!("`{}` is not an OpenAPI document: a mapping with `definitions`", file.path());
        findings
            .push(Finding::new(ids::KUSTOMIZE, Span::start_of(file.id()), message).with_related(named, "named here"));
        return None;
    };
    let mut definitions = Definitions::default();
    for (name, schema) in swagger.get("definitions").and_then(Value::as_object).into_iter().flatten() {
        definitions.by_name.insert(name.clone(), shape_of(schema, DEEPEST));
        for kind in schema.get("x-kubernetes-group-version-kind").and_then(Value::as_array).into_iter().flatten() {
            definitions.by_kind.extend(type_of(kind).map(|kind| (kind, name.clone())));
        }
    }
    if let Some(paths) = swagger.get("paths").and_then(Value::as_object) {
        add_scopes(paths, &mut definitions);
    }
    Some(definitions)
}

/// JSON, which is read as such because such files are large, or YAML.
pub(crate) fn value_of(file: &Arc<SourceFile>, files: &Files<'_>, findings: &mut Vec<Finding>) -> Option<Value> {
    if file.text().starts_with('{')
        && let Ok(value) = serde_json::from_str(file.text())
    {
        return Some(value);
    }
    let before = findings.len();
    let parsed = files.documents_of(file, Dialect::Kubectl, findings);
    let broken = findings.iter().skip(before).any(|finding| finding.level == Level::Error);
    parsed.documents.first().filter(|_| !broken).map(|document| document.node.to_json())
}

fn shape_of(schema: &Value, depth: usize) -> Shape {
    if depth == 0 {
        return Shape::default();
    }
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    // What stands beside a reference counts for nothing.
    if let Some(reference) = text("$ref") {
        let name = reference.rsplit('/').next().unwrap_or(reference).replace("~1", "/").replace("~0", "~");
        return Shape { reference: Some(name), ..Shape::default() };
    }
    let below = |schema: &Value| Box::new(shape_of(schema, depth - 1));
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten().map(|(name, field)| (name.clone(), *below(field)));
    let merges = text("x-kubernetes-patch-strategy").is_some_and(|s| s.split(',').any(|s| s == "merge"));
    Shape {
        reference: None,
        fields: fields.collect(),
        rest: schema.get("additionalProperties").filter(|s| s.is_object()).map(below),
        merge_keys: merges.then(|| merge_keys_of(schema)),
        items: schema.get("items").filter(|s| s.is_object() && text("type") == Some("array")).map(below),
    }
}

fn merge_keys_of(schema: &Value) -> Vec<String> {
    if let Some(keys) = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array) {
        return keys.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    schema.get("x-kubernetes-patch-merge-key").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
}

fn type_of(kind: &Value) -> Option<(String, String)> {
    let text = |name: &str| kind.get(name).and_then(Value::as_str);
    let version = text("version")?;
    let api_version = match text("group") {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        _ => version.to_owned(),
    };
    Some((api_version, text("kind")?.to_owned()))
}

/// A kind has a namespace when any of its paths has one.
fn add_scopes(paths: &Map<String, Value>, definitions: &mut Definitions) {
    for (path, item) in paths {
        let kind = item.get("get").and_then(|get| get.get("x-kubernetes-group-version-kind")).and_then(type_of);
        let Some(kind) = kind else { continue };
        *definitions.scopes.entry(kind).or_insert(false) |= path.contains("namespaces/{namespace}");
    }
}
