//! `crds`: OpenAPI definitions of a repository's own kinds, whose fields say that they are labels, annotations or names
//! (kustomize: `internal/accumulator/loadconfigfromcrds.go`).

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Finding, SourceFile, Span};
use serde_json::{Map, Value};

use crate::fields::config::TransformerConfig;
use crate::fields::name_references::NameReference;
use crate::fields::spec::{Conflict, FieldSpec, merge_one};
use crate::findings::ids;
use crate::load::files::Files;
use crate::load::open_api::value_of;
use crate::objects::gvk::Gvk;

/// Definitions in definitions are followed this deep.
const DEEPEST: usize = 64;
/// The fields that the definitions of one file mark, counted once per path that leads to them.
const MOST_FIELDS: usize = 2000;

/// What a file of definitions adds; `named` is where a kustomization names it.
pub(crate) fn read(
    file: &Arc<SourceFile>,
    named: Span,
    files: &Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<TransformerConfig> {
    let value = value_of(file, files, findings)?;
    let mut refuse = |message: String| {
        let finding = Finding::new(ids::KUSTOMIZE, Span::start_of(file.id()), message).with_field("crds");
        findings.push(finding.with_related(named, "named here"));
        None
    };
    let Some(definitions) = value.as_object().filter(|d| d.values().all(|v| v.is_object() || v.is_null())) else {
        let message =
            format!("`{}` is not a file of OpenAPI definitions, a mapping of type names to schemas", file.path());
        if value.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition") {
            return refuse(format!("{message}; a CustomResourceDefinition belongs under `resources`"));
        }
        return refuse(message);
    };
    let kinds = kinds_of(definitions);
    let mut extent = Extent { definitions, measured: HashMap::new() };
    if let Err(reason) = extent.check(&kinds) {
        return refuse(format!("`{}` cannot be read: {reason}", file.path()));
    }
    let marks = extent.measured;
    match config_of(definitions, &kinds, &marks) {
        Ok(config) => Some(config),
        Err(conflict) => {
            findings.push(conflict.finding(named).with_field("crds"));
            None
        }
    }
}

/// The definitions that look like kinds of objects.
fn kinds_of(definitions: &Map<String, Value>) -> Vec<&str> {
    let is_kind = |definition: &Value| {
        properties_of(definition)
            .is_some_and(|p| ["kind", "apiVersion", "metadata"].iter().all(|key| p.contains_key(*key)))
    };
    definitions.iter().filter(|(_, definition)| is_kind(definition)).map(|(name, _)| name.as_str()).collect()
}

fn config_of<'a>(
    definitions: &'a Map<String, Value>,
    kinds: &[&'a str],
    marks: &HashMap<&str, Measured>,
) -> Result<TransformerConfig, Box<Conflict>> {
    let mut config = TransformerConfig::default();
    for name in kinds {
        let kind = name.rsplit('.').next().unwrap_or(name);
        Reader { definitions, marks, kind, config: &mut config }.take(name, &mut Vec::new())?;
    }
    config.sort();
    Ok(config)
}

/// What is known of a definition.
#[derive(Clone, Copy)]
enum Measured {
    /// It is being walked: whoever comes here again walks in a circle.
    Open,
    /// So many fields are marked in it and in what it refers to, which is so deep.
    Done { fields: usize, height: usize },
}

/// How much the definitions make, found out before it is made.
struct Extent<'a> {
    definitions: &'a Map<String, Value>,
    measured: HashMap<&'a str, Measured>,
}

impl<'a> Extent<'a> {
    /// Whether it is bounded; the error is a clause.
    fn check(&mut self, kinds: &[&'a str]) -> Result<(), String> {
        let mut all: usize = 0;
        for kind in kinds {
            let (fields, _) = self.measure(kind, 0)?;
            all = all.saturating_add(fields);
        }
        if all > MOST_FIELDS {
            return Err(format!("its definitions mark {all} fields; at most {MOST_FIELDS} are supported"));
        }
        Ok(())
    }

    /// The marked fields below a definition, and its height.
    fn measure(&mut self, name: &'a str, depth: usize) -> Result<(usize, usize), String> {
        match self.measured.get(name) {
            Some(Measured::Open) => {
                return Err(format!("`{name}` refers to itself, and kustomize would never finish"));
            }
            Some(Measured::Done { height, .. }) if depth + height > DEEPEST => return Err(too_deep(name)),
            Some(Measured::Done { fields, height }) => return Ok((*fields, *height)),
            None if depth > DEEPEST => return Err(too_deep(name)),
            None => {}
        }
        let Some(properties) = self.definitions.get(name).and_then(properties_of) else { return Ok((0, 0)) };
        self.measured.insert(name, Measured::Open);
        let (mut fields, mut height): (usize, usize) = (0, 0);
        for schema in properties.values() {
            fields = fields.saturating_add(usize::from(is_marked(schema)));
            let Some(reference) = reference_of(schema) else { continue };
            let (more, below) = self.measure(reference, depth + 1)?;
            fields = fields.saturating_add(more);
            height = height.max(below + 1);
        }
        self.measured.insert(name, Measured::Done { fields, height });
        Ok((fields, height))
    }
}

fn too_deep(name: &str) -> String {
    format!("the chain of definitions through `{name}` is longer than {DEEPEST}")
}

/// Go's JSON decoder ignores the case of `Schema`.
fn properties_of(definition: &Value) -> Option<&Map<String, Value>> {
    let schema = definition.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case("schema"))?.1;
    schema.get("properties")?.as_object()
}

fn reference_of(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// The text of an extension, whose name Go's JSON decoder reads in any case.
fn extension<'a>(schema: &'a Value, name: &str) -> Option<&'a str> {
    let map = schema.as_object()?;
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
}

fn is_marked(schema: &Value) -> bool {
    [ANNOTATION, LABEL_SELECTOR, IDENTITY, REFERENCE_KIND].iter().any(|mark| extension(schema, mark).is_some())
}

const ANNOTATION: &str = "x-kubernetes-annotation";
const LABEL_SELECTOR: &str = "x-kubernetes-label-selector";
const IDENTITY: &str = "x-kubernetes-identity";
const REFERENCE_VERSION: &str = "x-kubernetes-object-ref-api-version";
const REFERENCE_KIND: &str = "x-kubernetes-object-ref-kind";
const REFERENCE_KEY: &str = "x-kubernetes-object-ref-name-key";

struct Reader<'a> {
    definitions: &'a Map<String, Value>,
    marks: &'a HashMap<&'a str, Measured>,
    kind: &'a str,
    config: &'a mut TransformerConfig,
}

impl<'a> Reader<'a> {
    fn take(&mut self, name: &str, path: &mut Vec<&'a str>) -> Result<(), Box<Conflict>> {
        let definitions = self.definitions;
        // Most definitions lead to nothing that is marked.
        let is_marked = matches!(self.marks.get(name), Some(Measured::Done { fields: 1.., .. }));
        let Some(properties) = definitions.get(name).and_then(properties_of).filter(|_| is_marked) else {
            return Ok(());
        };
        for (property, schema) in properties {
            path.push(property);
            self.take_property(schema, path)?;
            path.pop();
        }
        Ok(())
    }

    fn take_property(&mut self, schema: &'a Value, path: &mut Vec<&'a str>) -> Result<(), Box<Conflict>> {
        let spec = FieldSpec::new("", "", self.kind, &path.join("/"), false);
        let marks = [
            (ANNOTATION, &mut self.config.common_annotations),
            (LABEL_SELECTOR, &mut self.config.common_labels),
            (IDENTITY, &mut self.config.name_prefix),
        ];
        for (mark, specs) in marks {
            if extension(schema, mark).is_some() {
                merge_one(specs, &spec)?;
            }
        }
        let (version, kind) = (extension(schema, REFERENCE_VERSION), extension(schema, REFERENCE_KIND));
        if let (Some(version), Some(kind)) = (version, kind) {
            let key = extension(schema, REFERENCE_KEY).unwrap_or("name");
            let field = FieldSpec::new("", "", self.kind, &format!("{}/{key}", path.join("/")), false);
            let target = Gvk { group: "".into(), version: version.into(), kind: kind.into() };
            self.config.add_name_reference(&NameReference { target, referrers: vec![field] })?;
        }
        match reference_of(schema) {
            Some(reference) => self.take(reference, path),
            None => Ok(()),
        }
    }
}
