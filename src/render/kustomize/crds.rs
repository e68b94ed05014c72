//! `crds`: OpenAPI definitions of a repository's own kinds, whose fields say that they are labels, annotations or names
//! (kustomize: `internal/accumulator/loadconfigfromcrds.go`).

use std::sync::Arc;

use seatrial_model::{Finding, SourceFile, Span, ids};
use serde_json::{Map, Value};

use crate::field_spec::{Conflict, FieldSpec, merge_one};
use crate::name_reference_specs::NameReference;
use crate::open_api::value_of;
use crate::resource::Gvk;
use crate::transformer_config::TransformerConfig;

/// Definitions in definitions are followed this deep.
const DEEPEST: usize = 32;

/// What a file of definitions adds; `named` is where a kustomization names it.
pub(crate) fn read(file: &Arc<SourceFile>, named: Span, findings: &mut Vec<Finding>) -> Option<TransformerConfig> {
    let value = value_of(file, findings)?;
    let mut refuse = |message: String| {
        let finding = Finding::new(ids::KUSTOMIZE, Span::start_of(file.id()), message).with_field("crds");
        findings.push(finding.with_related(named, "named here"));
        None
    };
    let Some(definitions) = value.as_object().filter(|d| d.values().all(|v| v.is_object() || v.is_null())) else {
        let message = format!("`{}` holds no OpenAPI definitions: a mapping of type names to schemas", file.path());
        if value.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition") {
            return refuse(format!("{message}; a CustomResourceDefinition belongs under `resources`"));
        }
        return refuse(message);
    };
    match config_of(definitions) {
        Ok(config) => Some(config),
        Err(conflict) => {
            findings.push(conflict.finding(named).with_field("crds"));
            None
        }
    }
}

fn config_of(definitions: &Map<String, Value>) -> Result<TransformerConfig, Box<Conflict>> {
    let mut config = TransformerConfig::default();
    for (name, definition) in definitions {
        let looks_like_a_kind = properties_of(definition)
            .is_some_and(|p| ["kind", "apiVersion", "metadata"].iter().all(|key| p.contains_key(*key)));
        if !looks_like_a_kind {
            continue;
        }
        let kind = name.rsplit('.').next().unwrap_or(name);
        Reader { definitions, kind, config: &mut config }.take(name, &mut Vec::new())?;
    }
    config.sort();
    Ok(config)
}

/// Go's JSON decoder ignores the case of `Schema`.
fn properties_of(definition: &Value) -> Option<&Map<String, Value>> {
    let schema = definition.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case("schema"))?.1;
    schema.get("properties")?.as_object()
}

struct Reader<'a> {
    definitions: &'a Map<String, Value>,
    kind: &'a str,
    config: &'a mut TransformerConfig,
}

impl<'a> Reader<'a> {
    fn take(&mut self, name: &str, path: &mut Vec<&'a str>) -> Result<(), Box<Conflict>> {
        let definitions = self.definitions;
        let Some(properties) = definitions.get(name).and_then(properties_of).filter(|_| path.len() < DEEPEST) else {
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
        let extension = |name: &str| {
            let map = schema.as_object()?;
            map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
        };
        let spec = FieldSpec::new("", "", self.kind, &path.join("/"), false);
        let marks = [
            ("x-kubernetes-annotation", &mut self.config.common_annotations),
            ("x-kubernetes-label-selector", &mut self.config.common_labels),
            ("x-kubernetes-identity", &mut self.config.name_prefix),
        ];
        for (mark, specs) in marks {
            if extension(mark).is_some() {
                merge_one(specs, &spec)?;
            }
        }
        let (version, kind) =
            (extension("x-kubernetes-object-ref-api-version"), extension("x-kubernetes-object-ref-kind"));
        if let (Some(version), Some(kind)) = (version, kind) {
            let key = extension("x-kubernetes-object-ref-name-key").unwrap_or("name");
            let field = FieldSpec::new("", "", self.kind, &format!("{}/{key}", path.join("/")), false);
            let target = Gvk { group: "".into(), version: version.into(), kind: kind.into() };
            self.config.add_name_reference(&NameReference { target, referrers: vec![field] })?;
        }
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.take(reference, path),
            None => Ok(()),
        }
    }
}
