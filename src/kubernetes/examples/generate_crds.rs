//! Writes `data/flux.bin` and `data/flux-sources.tsv` from the CustomResourceDefinitions that Flux' controllers publish; the format stands in
//! `embedded.rs`.
//!
//! A directory for each minor of Flux holds the CustomResourceDefinitions of its controllers: the files of `config/crd/bases` where the Go
//! module of the controller can be had, else what controller-gen (`sigs.k8s.io/controller-tools`) makes of the module of its API
//! (`controller-gen crd paths=./... output:crd:dir=crds/2.9`); and `sources`: rows of minor, module and version, split by tabs. Which version of
//! a controller a minor of Flux has stands in the `go.mod` of that minor of github.com/fluxcd/flux2.
//!
//! ```sh
//! cargo run -p seatrial-kubernetes --example generate_crds -- 0.41=crds/0.41 2.0=crds/2.0 … 2.9=crds/2.9
//! ```
//!
//! The minors are given from the oldest to the newest. A version of a kind has the schema of the newest minor that serves it; what older ones
//! lack is marked with the minor that brought it. With `--check` in front nothing is written: the exit code says whether the file is byte for
//! byte what would be written.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a generator reads and writes files")]

mod packed;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use packed::packed;

/// The definition of Kubernetes that `metadata` has: a CustomResourceDefinition says no more of it than that it is an object.
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// Enumerations to which flux-operator adds its own kinds where it installs Flux (`internal/builder/templates.go`): by kind, the list whose
/// items have the field `kind`. Who installed Flux is not known where an object is looked at.
const WITH_OPERATOR: &[(&str, &str)] = &[("Alert", "eventSources"), ("Receiver", "resources")];

/// What it adds.
const OPERATOR_KINDS: [&str; 3] = ["FluxInstance", "ResourceSet", "ResourceSetInputProvider"];

/// One version of one kind, over all the minors that serve it.
#[derive(Default)]
struct Served {
    plural: String,
    namespaced: bool,
    has_status: bool,
    /// Minor and schema, the oldest first.
    schemas: Vec<(String, Value)>,
    /// The first minor in which it is deprecated.
    deprecated: Option<String>,
}

type Kinds = BTreeMap<(String, String, String), Served>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.first().is_some_and(|a| a == "--check");
    if check {
        arguments.remove(0);
    }
    let mut kinds = Kinds::new();
    let mut minors = Vec::new();
    let mut sources = String::from("flux\tmodule\tversion\tlicence\n");
    for argument in &arguments {
        let (minor, directory) = argument.split_once('=').ok_or("usage: generate_crds [--check] MINOR=DIRECTORY …")?;
        minors.push(minor.to_owned());
        for row in std::fs::read_to_string(Path::new(directory).join("sources"))?.lines() {
            sources.push_str(&format!("{row}\tApache-2.0\n"));
        }
        read(minor, Path::new(directory), &mut kinds)?;
    }
    let data = encode(&kinds, &minors)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let path = folder.join("flux.bin");
    if check {
        let is_same = std::fs::read(&path)? == data;
        println!("{}: {}", path.display(), if is_same { "up to date" } else { "differs" });
        return Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    std::fs::write(&path, &data)?;
    std::fs::write(folder.join("flux-sources.tsv"), sources)?;
    println!("{}: {} bytes", path.display(), data.len());
    Ok(ExitCode::SUCCESS)
}

/// Takes in the definitions of one minor.
fn read(minor: &str, directory: &Path, kinds: &mut Kinds) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let definition: Value = serde_saphyr::from_str(&std::fs::read_to_string(&path)?)?;
        let spec = &definition["spec"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for version in spec["versions"].as_array().ok_or("a definition without versions")? {
            if version["served"] != json!(true) {
                continue;
            }
            let id = (text(&spec["group"]), text(&version["name"]), text(&spec["names"]["kind"]));
            let served = kinds.entry(id).or_default();
            served.plural = text(&spec["names"]["plural"]);
            served.namespaced = spec["scope"] == json!("Namespaced");
            served.has_status = version["subresources"]["status"].is_object();
            if version["deprecated"] == json!(true) && served.deprecated.is_none() {
                served.deprecated = Some(minor.to_owned());
            }
            let mut schema = slim(&version["schema"]["openAPIV3Schema"]);
            add_operator_kinds(&text(&spec["names"]["kind"]), &mut schema);
            served.schemas.push((minor.to_owned(), schema));
        }
    }
    Ok(())
}

fn add_operator_kinds(kind: &str, schema: &mut Value) {
    for (_, list) in WITH_OPERATOR.iter().filter(|(known, _)| *known == kind) {
        let place = format!("/properties/spec/properties/{list}/items/properties/kind/x-limits/allowed");
        if let Some(allowed) = schema.pointer_mut(&place).and_then(Value::as_array_mut) {
            allowed.extend(OPERATOR_KINDS.map(Value::from));
        }
    }
}

/// The bytes of the file.
fn encode(kinds: &Kinds, minors: &[String]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packages: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let (mut rows, mut schemas, mut lives) = (Vec::new(), Map::new(), Map::new());
    for ((group, version, kind), served) in kinds {
        let package = format!("{group}/{version}");
        let name = format!("{package}.{kind}");
        let id = format!("{package}/{kind}");
        let (newest, all) = served.schemas.split_last().ok_or("a version that nobody serves")?;
        let mut schema = newest.1.clone();
        let older: Vec<(&str, &Value)> =
            all.iter().chain([newest]).map(|(minor, schema)| (minor.as_str(), schema)).collect();
        mark(&mut schema, &older);
        schema["properties"]["metadata"] = json!({ "$ref": OBJECT_META });
        packages.entry(package).or_default().insert(name.clone(), schema);
        rows.push(json!([group, version, kind, served.plural, served.namespaced, served.has_status]));
        schemas.insert(id.clone(), name.into());
        if let Some((oldest, _)) = older.first() {
            let last = Some(&newest.0).filter(|last| Some(*last) != minors.last());
            lives.insert(id, json!({ "since": oldest, "last": last, "deprecated": served.deprecated }));
        }
    }
    packed(&packages, json!({ "kinds": rows, "schemas": schemas, "lives": lives }))
}

/// Marks what older minors lack: fields, and values of an enumeration. `all` are the schemas of the same place, the oldest first and the
/// newest last, which is `schema` itself.
fn mark(schema: &mut Value, all: &[(&str, &Value)]) {
    let oldest = all.first().map(|(minor, _)| *minor);
    let first_with = |has: &dyn Fn(&Value) -> bool| {
        let minor = all.iter().find(|(_, schema)| has(schema)).map(|(minor, _)| *minor);
        minor.filter(|_| minor != oldest).map(str::to_owned)
    };
    let inside = |key: &str| -> Vec<(&str, &Value)> {
        all.iter().filter_map(|(minor, schema)| Some((*minor, schema.get(key)?))).collect()
    };
    if let Some(values) = schema["x-limits"]["allowed"].as_array().cloned() {
        let has = |value: &Value| {
            let value = value.clone();
            move |schema: &Value| schema["x-limits"]["allowed"].as_array().is_none_or(|all| all.contains(&value))
        };
        let later: Map<String, Value> = values
            .iter()
            .filter_map(|value| Some((value.as_str()?.to_owned(), first_with(&has(value))?.into())))
            .collect();
        if !later.is_empty() {
            schema["x-limits"]["later"] = later.into();
        }
    }
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, field) in fields {
            let since = first_with(&|schema: &Value| schema["properties"].get(name).is_some());
            let field_of: Vec<(&str, &Value)> = inside("properties")
                .into_iter()
                .filter_map(|(minor, fields)| Some((minor, fields.get(name)?)))
                .collect();
            mark(field, &field_of);
            if let Some(since) = since {
                field["x-limits"]["since"] = since.into();
            }
        }
    }
    for key in ["items", "additionalProperties"] {
        let parts = inside(key);
        if let Some(part) = schema.get_mut(key) {
            mark(part, &parts);
        }
    }
}

/// A schema with only the keywords that are looked at. What limits a value stands together under `x-limits`: most have none.
fn slim(schema: &Value) -> Value {
    const KEPT: &[&str] = &[
        "type",
        "format",
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-preserve-unknown-fields",
    ];
    const LIMITS: &[(&str, &str)] = &[
        ("enum", "allowed"),
        ("pattern", "pattern"),
        ("minimum", "minimum"),
        ("maximum", "maximum"),
        ("minLength", "minLength"),
        ("maxLength", "maxLength"),
        ("minItems", "minItems"),
        ("maxItems", "maxItems"),
        ("x-kubernetes-validations", "validations"),
    ];
    let Some(all) = schema.as_object() else { return json!({}) };
    let mut kept = Map::new();
    let mut limits = Map::new();
    for (keyword, value) in all {
        match keyword.as_str() {
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                kept.insert(keyword.clone(), fields.map(|(name, field)| (name.clone(), slim(field))).collect());
            }
            "items" => _ = kept.insert(keyword.clone(), slim(value)),
            "additionalProperties" if *value != json!(false) => _ = kept.insert(keyword.clone(), slim(value)),
            "required" => _ = kept.insert(keyword.clone(), without_defaults(value, &schema["properties"])),
            "x-kubernetes-int-or-string" => {
                kept.insert("type".to_owned(), "string".into());
                kept.insert("format".to_owned(), "int-or-string".into());
            }
            _ if KEPT.contains(&keyword.as_str()) => _ = kept.insert(keyword.clone(), value.clone()),
            _ => {
                if let Some((_, name)) = LIMITS.iter().find(|(published, _)| published == keyword) {
                    limits.insert((*name).to_owned(), value.clone());
                }
            }
        }
    }
    if !limits.is_empty() {
        kept.insert("x-limits".to_owned(), limits.into());
    }
    Value::Object(kept)
}

/// The API server fills in what has a default before it looks for what is required.
fn without_defaults(required: &Value, fields: &Value) -> Value {
    let names = required.as_array().into_iter().flatten();
    names.filter(|name| fields[name.as_str().unwrap_or_default()].get("default").is_none()).cloned().collect()
}
