//! Objects against the embedded schemas, in the words of the API server: of server-side apply (structured-merge-diff: `typed/validate.go`)
//! and of its strict decoder. Written apart from `check/schema`, which speaks to people: the cluster is a second opinion.

use seatrial_kubernetes::{Schema, Type};
use serde_json::Value;

use crate::fields::field_set::{Dotted, Relation, Step, key_step, relation};
use crate::refusal::FieldError;
use crate::resource::Resource;

/// Nesting that is looked into; the body limit keeps real objects far below.
const DEEPEST: usize = 120;

/// A value that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// As apply prints it: `.spec.template.spec.containers[name="web"].image`.
    typed_path: String,
    /// As the decoder prints it: `spec.template.spec.containers[0].image`.
    path: String,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Undeclared,
    Missing,
    /// Items of a list that are the same by their keys; only apply minds.
    Duplicate(String),
    /// In apply's words; Go's name of what was found, and of what was wanted.
    Type {
        sentence: String,
        found: &'static str,
        wanted: &'static str,
    },
}

/// Everything in an object that does not fit its schema.
pub(crate) fn misfits(object: &Value, schema: &Schema) -> Vec<Misfit> {
    let mut found = vec![];
    walk(object, schema, &Place::default(), &mut found);
    found
}

/// The error of a server-side apply, when fields are not declared or have another type.
pub(crate) fn apply_error(resource: &Resource, object: &Value, misfits: &[Misfit]) -> Option<String> {
    let sentences = misfits.iter().filter_map(|misfit| match &misfit.problem {
        Problem::Undeclared => Some(format!("{}: field not declared in schema", misfit.typed_path)),
        Problem::Type { sentence, .. } => Some(format!("{}: {sentence}", misfit.typed_path)),
        Problem::Duplicate(key) => Some(format!("{}: duplicate entries for key {key}", misfit.typed_path)),
        Problem::Missing => None,
    });
    let sentences: Vec<String> = sentences.collect();
    let list = match sentences.as_slice() {
        [] => return None,
        [one] => one.clone(),
        many => format!("errors:\n  {}", many.join("\n  ")),
    };
    let (namespace, name) =
        (crate::json::text(object, "/metadata/namespace"), crate::json::text(object, "/metadata/name"));
    let group_version =
        if resource.group.is_empty() { format!("/{}", resource.version) } else { resource.api_version() };
    let kind = &resource.kind;
    Some(format!("failed to create typed patch object ({namespace}/{name}; {group_version}, Kind={kind}): {list}"))
}

/// The error of decoding a body, when a value has another type.
pub(crate) fn decode_error(resource: &Resource, misfits: &[Misfit]) -> Option<String> {
    let (kind, version) = (&resource.kind, &resource.version);
    misfits.iter().find_map(|misfit| match &misfit.problem {
        Problem::Type { found, wanted, .. } => Some(format!(
            "{kind} in version \"{version}\" cannot be handled as a {kind}: json: cannot unmarshal {found} into Go struct field {kind}.{} of type {wanted}",
            misfit.path
        )),
        _ => None,
    })
}

/// The error of strict decoding, when fields are not declared.
pub(crate) fn strict_error(resource: &Resource, misfits: &[Misfit]) -> Option<String> {
    let unknown = unknown_fields(misfits);
    let (kind, version) = (&resource.kind, &resource.version);
    let list = unknown.join(", ");
    let prefix = format!("{kind} in version \"{version}\" cannot be handled as a {kind}");
    (!unknown.is_empty()).then(|| format!("{prefix}: strict decoding error: {list}"))
}

/// `unknown field "spec.replicaz"`, for warnings and strict errors.
pub(crate) fn unknown_fields(misfits: &[Misfit]) -> Vec<String> {
    let undeclared = misfits.iter().filter(|misfit| misfit.problem == Problem::Undeclared);
    undeclared.map(|misfit| format!("unknown field \"{}\"", misfit.path)).collect()
}

/// Required fields that are absent.
pub(crate) fn missing_fields(misfits: &[Misfit]) -> Vec<FieldError> {
    let missing = misfits.iter().filter(|misfit| misfit.problem == Problem::Missing);
    missing.map(|misfit| FieldError::required(misfit.path.as_str(), "")).collect()
}

/// Removes fields that are not declared, as a decoder that is not strict does.
pub(crate) fn prune(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(map) if !schema.preserves_unknown() => {
            let additional = schema.additional();
            map.retain(|key, _| additional.is_some() || schema.property(key).is_some());
            for (key, child) in map.iter_mut() {
                if let Some(below) = schema.property(key).or_else(|| additional.clone()) {
                    prune(child, &below);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.items() {
                items.iter_mut().for_each(|item| prune(item, &schema));
            }
        }
        _ => {}
    }
}

/// Where the walk is, in both spellings.
#[derive(Clone, Default)]
struct Place {
    typed: String,
    plain: String,
    depth: usize,
}

impl Place {
    fn field(&self, name: &str) -> Place {
        let dot = if self.plain.is_empty() { "" } else { "." };
        Place {
            typed: format!("{}.{name}", self.typed),
            plain: format!("{}{dot}{name}", self.plain),
            depth: self.depth + 1,
        }
    }

    fn item(&self, index: usize, item: &Value, relation: &Relation) -> Place {
        let typed = match relation {
            Relation::ListMap(keys) => Dotted(&[key_step(item, keys)]).to_string(),
            _ => format!("[{index}]"),
        };
        Place {
            typed: format!("{}{typed}", self.typed),
            plain: format!("{}[{index}]", self.plain),
            depth: self.depth + 1,
        }
    }

    fn misfit(&self, problem: Problem) -> Misfit {
        Misfit { typed_path: self.typed.clone(), path: self.plain.clone(), problem }
    }
}

/// The first key that two items of a list have.
fn duplicate(items: &[Value], relation: &Relation) -> Option<String> {
    let step = |item: &Value| match relation {
        Relation::ListMap(keys) => Some(key_step(item, keys)),
        Relation::ListSet => Some(Step::Item(item.to_string())),
        _ => None,
    };
    let mut seen = std::collections::BTreeSet::new();
    let twice = items.iter().filter_map(step).find(|step| !seen.insert(step.clone()))?;
    Some(Dotted(&[twice]).to_string())
}

fn walk(value: &Value, schema: &Schema, place: &Place, found: &mut Vec<Misfit>) {
    if value.is_null() || place.depth > DEEPEST {
        return;
    }
    if let Some(problem) = type_problem(value, schema) {
        found.push(place.misfit(problem));
        return;
    }
    match value {
        Value::Object(map) => {
            let additional = schema.additional();
            for (key, child) in map {
                match schema.property(key).or_else(|| additional.clone()) {
                    Some(below) => walk(child, &below, &place.field(key), found),
                    None if schema.preserves_unknown() => {}
                    None => found.push(place.field(key).misfit(Problem::Undeclared)),
                }
            }
            let absent = |name: &&str| map.get(*name).is_none_or(Value::is_null);
            for name in schema.required().into_iter().filter(absent) {
                found.push(place.field(name).misfit(Problem::Missing));
            }
        }
        Value::Array(items) => {
            let Some(item_schema) = schema.items() else { return };
            let relation = relation(Some(schema), "", value);
            if let Some(key) = duplicate(items, &relation) {
                found.push(place.misfit(Problem::Duplicate(key)));
            }
            for (index, item) in items.iter().enumerate() {
                walk(item, &item_schema, &place.item(index, item, &relation), found);
            }
        }
        _ => {}
    }
}

fn type_problem(value: &Value, schema: &Schema) -> Option<Problem> {
    let is_scalar = !value.is_object() && !value.is_array();
    let (fits, sentence, wanted) = match schema.value_type() {
        Type::Any => return None,
        Type::Object => {
            (value.is_object(), format!("expected map, got {}", go_pointer(value)), "map[string]interface {}")
        }
        Type::Array => (value.is_array(), format!("expected list, got {}", go_pointer(value)), "[]interface {}"),
        Type::String => (value.is_string(), format!("expected string, got {}", go_syntax(value)), "string"),
        Type::Integer | Type::Number => {
            let wanted = if schema.format() == Some("int32") { "int32" } else { "int64" };
            (value.is_number(), format!("expected numeric (int or float), got {}", go_type(value)), wanted)
        }
        Type::Boolean => (value.is_boolean(), format!("expected boolean, got {}", go_pointer(value)), "bool"),
        Type::IntOrString => {
            (is_scalar, format!("expected any scalar, got {}", go_pointer(value)), "intstr.IntOrString")
        }
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    (!fits).then_some(Problem::Type { sentence, found, wanted })
}

/// Go's `%T`.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(n) if n.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// Go's `%#v` of the wrapper that apply holds values in: it does reach users like this.
fn go_syntax(value: &Value) -> String {
    format!("&value.valueUnstructured{{Value:{value}}}")
}

/// Go's `%v` of the same.
fn go_pointer(value: &Value) -> String {
    match value {
        Value::String(text) => format!("&{{{text}}}"),
        other => format!("&{{{other}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_kubernetes::Minor;
    use serde_json::json;

    fn deployment(container: &Value, replicas: &Value) -> (Resource, Value) {
        let resource = Resource {
            group: "apps".into(),
            version: "v1".into(),
            kind: "Deployment".into(),
            plural: "deployments".into(),
            ..Resource::default()
        };
        let object = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {
            "replicas": replicas, "selector": {}, "template": {"spec": {"containers": [container]}},
        }});
        (resource, object)
    }

    #[test]
    fn speaks_the_words_of_apply_and_of_the_decoder() {
        let (resource, object) =
            deployment(&json!({"name": "web", "imagee": "x", "tty": "yes", "image": 1}), &json!("two"));
        let schema = resource.schema(Minor::DEFAULT).expect("is embedded");
        let misfits = misfits(&object, &schema);
        let container = ".spec.template.spec.containers[name=\"web\"]";
        let expected = format!(
            "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:\n  \
             .spec.replicas: expected numeric (int or float), got string\n  \
             {container}.image: expected string, got &value.valueUnstructured{{Value:1}}\n  \
             {container}.imagee: field not declared in schema\n  \
             {container}.tty: expected boolean, got &{{yes}}"
        );
        assert_eq!(apply_error(&resource, &object, &misfits), Some(expected));
        assert_eq!(
            strict_error(&resource, &misfits).as_deref(),
            Some(
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.template.spec.containers[0].imagee\""
            )
        );
    }

    #[test]
    fn finds_required_fields_and_prunes_undeclared_ones() {
        let (resource, mut object) = deployment(&json!({"image": "x", "imagee": "y"}), &json!(1));
        let schema = resource.schema(Minor::DEFAULT).expect("is embedded");
        let missing = missing_fields(&misfits(&object, &schema));
        assert_eq!(missing, [FieldError::required("spec.template.spec.containers[0].name", "")]);
        prune(&mut object, &schema);
        assert_eq!(object.pointer("/spec/template/spec/containers/0"), Some(&json!({"image": "x"})));
    }
}
