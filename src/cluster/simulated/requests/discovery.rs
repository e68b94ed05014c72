//! Discovery: which groups, versions and resources are served; in the aggregated form, and each version for itself.

use seatrial_kubernetes::Minor;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::resource::{Resource, Resources};

/// Media type of the aggregated form.
pub(crate) const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const VERBS: [&str; 7] = ["create", "delete", "get", "list", "patch", "update", "watch"];

fn verbs(resource: &Resource) -> &'static [&'static str] {
    if resource.is_stored() { &VERBS } else { &["create"] }
}

/// Which of `/api` and `/apis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// `/api`.
    Core,
    /// `/apis`.
    Named,
}

/// `/version`.
pub(crate) fn version(minor: Minor) -> Value {
    json!({
        "major": "1", "minor": minor.number().to_string(), "gitVersion": format!("v{minor}.0+simulated"),
        "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "", "compiler": "rustc", "platform": "linux/amd64",
    })
}

/// `APIGroupDiscoveryList`.
pub(crate) fn aggregated(resources: &Resources, root: Root) -> Value {
    let groups = resources.groups().into_iter().filter(|(group, _)| group.is_empty() == (root == Root::Core));
    let items = groups.map(|(group, versions)| {
        let versions = versions.iter().map(|(version, resources)| {
            let resources: Vec<Value> = resources.iter().map(|r| aggregated_resource(r)).collect();
            json!({"version": version, "freshness": "Current", "resources": resources})
        });
        let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
        json!({"metadata": metadata, "versions": versions.collect::<Vec<_>>()})
    });
    json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {},
        "items": items.collect::<Vec<_>>(),
    })
}

fn aggregated_resource(resource: &Resource) -> Value {
    let kind =
        |resource: &Resource| json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
    let subresources = subresource(resource)
        .into_iter()
        .map(|name| json!({"subresource": name, "responseKind": kind(resource), "verbs": ["get"]}));
    json!({
        "resource": resource.plural, "responseKind": kind(resource), "singularResource": resource.singular(),
        "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "verbs": verbs(resource), "shortNames": resource.short_names, "categories": resource.categories,
        "subresources": subresources.collect::<Vec<_>>(),
    })
}

/// The subresource that it has; it is only read.
fn subresource(resource: &Resource) -> Option<&'static str> {
    match resource.qualified().as_str() {
        "pods" => Some("log"),
        "services" => Some("proxy"),
        _ => None,
    }
}

/// `/api/v1`, `/apis/GROUP/VERSION`.
///
/// # Errors
/// 404.
pub(crate) fn resource_list(resources: &Resources, group: &str, version: &str) -> Result<Value, Refusal> {
    let groups = resources.groups();
    let found = groups.get(group).and_then(|versions| versions.iter().find(|(v, _)| *v == version));
    let (_, found) = found.ok_or_else(Refusal::no_such_resource)?;
    let mut entries = vec![];
    for resource in found {
        entries.push(json!({
            "name": resource.plural, "singularName": resource.singular(), "namespaced": resource.namespaced,
            "kind": resource.kind, "verbs": verbs(resource), "shortNames": resource.short_names, "categories": resource.categories,
        }));
        if let Some(name) = subresource(resource) {
            entries.push(json!({
                "name": format!("{}/{name}", resource.plural), "singularName": "", "namespaced": resource.namespaced,
                "kind": resource.kind, "verbs": ["get"],
            }));
        }
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Ok(json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": entries}))
}

/// `/openapi/v3`: only what clients ask it for before they write, which is whether the server validates fields.
///
/// # Errors
/// 404.
pub(crate) fn open_api(resources: &Resources, document: &str) -> Result<Value, Refusal> {
    let groups = resources.groups();
    let documents = groups.iter().flat_map(|(group, versions)| {
        versions.iter().map(move |(version, resources)| {
            let root = if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
            (root, resources)
        })
    });
    let mut documents: std::collections::BTreeMap<String, &Vec<&Resource>> = documents.collect();
    if document.is_empty() {
        let paths =
            documents.keys().map(|root| (root.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{root}")})));
        return Ok(json!({"paths": paths.collect::<serde_json::Map<_, _>>()}));
    }
    let found = documents.remove(document).ok_or_else(Refusal::no_such_resource)?;
    let parameters = ["dryRun", "fieldManager", "fieldValidation", "force"]
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}}));
    let paths = found.iter().map(|resource| {
        let namespace = if resource.namespaced { "namespaces/{namespace}/" } else { "" };
        let path = format!("/{document}/{namespace}{}/{{name}}", resource.plural);
        let kind = json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
        let responses = json!({"200": {"description": "OK"}});
        let patch = json!({"parameters": parameters, "responses": responses, "x-kubernetes-group-version-kind": kind});
        (path, json!({"patch": patch}))
    });
    Ok(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes (simulated)", "version": format!("v{}", resources.minor)},
        "paths": paths.collect::<serde_json::Map<_, _>>(), "components": {"schemas": {}},
    }))
}
