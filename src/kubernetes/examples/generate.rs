//! Writes `data/<minor>.bin` from the OpenAPI descriptions that Kubernetes publishes; the format stands in `embedded.rs`.
//!
//! The description of a release is `api/openapi-spec/swagger.json` of the Go module `k8s.io/kubernetes`. For each release:
//!
//! ```sh
//! dir=$(go mod download -json k8s.io/kubernetes@v1.35.4 | jq -r .Dir)
//! cargo run -p seatrial-kubernetes --example generate -- 1.35.4=$dir/api/openapi-spec/swagger.json
//! ```
//!
//! Several `RELEASE=FILE` may be given at once. With `--check` in front nothing is written: the exit code says whether every file
//! is byte for byte what would be written.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a generator reads and writes files")]

mod packed;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use packed::packed;

/// Prefix of a reference to a definition.
const REFERENCE: &str = "#/definitions/";

/// Definitions that stand for any value: their Go types have an `UnmarshalJSON` of their own that keeps whatever is there.
const ANYTHING: &[&str] = &[
    "io.k8s.apimachinery.pkg.runtime.RawExtension",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
];

/// Definitions that stand for any mapping.
const ANY_OBJECT: &[&str] =
    &["io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "io.k8s.apimachinery.pkg.apis.meta.v1.Patch"];

/// A quantity is published as a string; the API server takes numbers too (`resource.Quantity.UnmarshalJSON`).
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/// Fields that are published as required although the API server takes an object without them: it has a default for them, or
/// their zero value is valid (asked of a 1.35.4 server, field by field). By definition (its last name) and field.
const NOT_REQUIRED: &[(&str, &str)] = &[
    ("ControllerRevision", "revision"),
    ("CSIDriver", "spec"),
    ("CSINode", "spec"),
    ("CSINodeSpec", "drivers"),
    ("CustomResourceDefinitionVersion", "served"),
    ("CustomResourceDefinitionVersion", "storage"),
    ("EndpointSlice", "endpoints"),
    ("Event", "involvedObject"),
    ("ForZone", "name"),
    ("HTTPHeader", "value"),
    ("ISCSIPersistentVolumeSource", "lun"),
    ("ISCSIVolumeSource", "lun"),
    ("LimitRangeSpec", "limits"),
    ("NetworkPolicySpec", "podSelector"),
    ("PodFailurePolicy", "rules"),
    ("PodFailurePolicyOnPodConditionsPattern", "status"),
    ("PreferredSchedulingTerm", "preference"),
    ("PriorityClass", "value"),
    ("ResourceClaimTemplateSpec", "spec"),
    ("ResourcePool", "generation"),
    ("RoleRef", "apiGroup"),
    ("ScaleIOPersistentVolumeSource", "secretRef"),
    ("ScaleIOVolumeSource", "secretRef"),
    ("SleepAction", "seconds"),
    ("Sysctl", "value"),
    ("TokenRequest", "audience"),
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.first().is_some_and(|a| a == "--check");
    if check {
        arguments.remove(0);
    }
    if arguments.is_empty() {
        return Err("usage: generate [--check] RELEASE=SWAGGER.JSON …".into());
    }
    let mut stale = false;
    for argument in &arguments {
        let (release, file) = argument.split_once('=').ok_or("an argument is RELEASE=FILE, as 1.35.4=swagger.json")?;
        let minor = release.rsplit_once('.').ok_or("a release is 1.MINOR.PATCH")?.0;
        let data = encode(release, &serde_json::from_slice(&std::fs::read(file)?)?)?;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(format!("{minor}.bin"));
        if check {
            let same = std::fs::read(&path)? == data;
            stale |= !same;
            println!("{}: {}", path.display(), if same { "up to date" } else { "differs" });
        } else {
            std::fs::write(&path, &data)?;
            println!("{}: {} bytes", path.display(), data.len());
        }
    }
    Ok(if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The bytes of one minor's file.
fn encode(release: &str, swagger: &Value) -> Result<Vec<u8>, Box<dyn Error>> {
    let definitions = swagger["definitions"].as_object().ok_or("the description has no definitions")?;
    let mut packages: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (name, definition) in definitions {
        let (package, _) = name.rsplit_once('.').ok_or("a definition without a package")?;
        packages.entry(package.to_owned()).or_default().insert(name.clone(), rewritten(name, definition));
    }
    let index = json!({
        "source": format!("k8s.io/kubernetes v{release}"),
        "kinds": kinds(swagger)?,
        "schemas": schemas(definitions),
    });
    packed(&packages, index)
}

/// A definition without its prose, and as the API server really reads it.
fn rewritten(name: &str, definition: &Value) -> Value {
    if ANYTHING.contains(&name) {
        return json!({ "x-kubernetes-preserve-unknown-fields": true });
    }
    if ANY_OBJECT.contains(&name) {
        return json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    }
    if name == QUANTITY {
        return json!({ "type": "string", "format": "quantity" });
    }
    let mut slim = slim(definition);
    let last = name.rsplit('.').next().unwrap_or(name);
    if let Some(required) = slim.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|field| !NOT_REQUIRED.iter().any(|(d, f)| *d == last && field == f));
    }
    slim
}

/// A schema with only the keywords that are looked at.
fn slim(schema: &Value) -> Value {
    const KEPT: &[&str] = &[
        "$ref",
        "type",
        "format",
        "required",
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-patch-merge-key",
        "x-kubernetes-patch-strategy",
        "x-kubernetes-preserve-unknown-fields",
    ];
    let Some(all) = schema.as_object() else { return schema.clone() };
    let mut kept = Map::new();
    for (keyword, value) in all {
        match keyword.as_str() {
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                kept.insert(keyword.clone(), fields.map(|(name, field)| (name.clone(), slim(field))).collect());
            }
            "items" | "additionalProperties" => {
                kept.insert(keyword.clone(), slim(value));
            }
            "$ref" => {
                let target = value.as_str().unwrap_or_default().trim_start_matches(REFERENCE);
                kept.insert(keyword.clone(), target.into());
            }
            _ if KEPT.contains(&keyword.as_str()) => {
                kept.insert(keyword.clone(), value.clone());
            }
            _ => {}
        }
    }
    Value::Object(kept)
}

/// `group/version/kind` → definition, for every kind that has a schema.
fn schemas(definitions: &Map<String, Value>) -> Value {
    let mut schemas = Map::new();
    for (name, definition) in definitions {
        for kind in definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
            schemas.insert(group_version_kind(kind), name.as_str().into());
        }
    }
    schemas.into()
}

fn group_version_kind(kind: &Value) -> String {
    let part = |name| kind[name].as_str().unwrap_or_default();
    format!("{}/{}/{}", part("group"), part("version"), part("kind"))
}

/// `[group, version, kind, plural, namespaced, has a status subresource]` of every kind whose objects have a URL.
fn kinds(swagger: &Value) -> Result<Value, Box<dyn Error>> {
    let mut kinds: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut namespaced = BTreeSet::new();
    let mut with_status = BTreeSet::new();
    for (path, operations) in swagger["paths"].as_object().ok_or("the description has no paths")? {
        let Some(resource) = Resource::of(path) else { continue };
        let id = (resource.group_version.to_owned(), resource.plural.to_owned());
        if resource.namespaced {
            namespaced.insert(id.clone());
        }
        match resource.subresource {
            Some("status") => _ = with_status.insert(id),
            Some(_) => {}
            None => {
                let operations = operations.as_object().into_iter().flatten().map(|(_, operation)| operation);
                let kind = operations.map(|o| &o["x-kubernetes-group-version-kind"]).find(|kind| kind.is_object());
                if let Some(kind) = kind {
                    kinds.insert(id, group_version_kind(kind));
                }
            }
        }
    }
    let mut rows: Vec<Value> = Vec::new();
    for (id, kind) in &kinds {
        let parts: Vec<&str> = kind.split('/').collect();
        let [group, version, kind] = parts.as_slice() else { return Err("a kind without a version".into()) };
        rows.push(json!([group, version, kind, id.1, namespaced.contains(id), with_status.contains(id)]));
    }
    rows.sort_by_key(|row| (0..3).map(|i| row[i].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>());
    Ok(rows.into())
}

/// What a path of the API addresses.
struct Resource<'a> {
    group_version: &'a str,
    plural: &'a str,
    namespaced: bool,
    subresource: Option<&'a str>,
}

impl<'a> Resource<'a> {
    /// `/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status`; `None` for discovery, watches and proxies.
    fn of(path: &'a str) -> Option<Resource<'a>> {
        let depth = if path.starts_with("/apis/") { 4 } else { 3 };
        let (split, _) = path.match_indices('/').nth(depth - 1)?;
        let (group_version, rest) = path.split_at(split);
        let mut parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        let namespaced = parts.starts_with(&["namespaces", "{namespace}"]);
        if namespaced {
            parts.drain(..2);
        }
        match parts.as_slice() {
            ["watch", ..] => None,
            [plural] | [plural, "{name}"] => Some(Resource { group_version, plural, namespaced, subresource: None }),
            [plural, "{name}", sub] => Some(Resource { group_version, plural, namespaced, subresource: Some(sub) }),
            _ => None,
        }
    }
}
