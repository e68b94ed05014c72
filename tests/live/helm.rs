//! helm-controller against `render`: releases of an estate's own charts are reconciled, and what Helm records of them and what is then in the
//! cluster is held against what the program prints.
//!
//! Helm's record of a release has its manifest and its hooks; hooks that are deleted when they succeed are nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::bed::Bed;
use crate::case::root;
use crate::estate::{
    Estate, KUSTOMIZATIONS, RELEASES, condition, differences, inventory, inventory_id, is_applied, items, text_at,
};

const NAMESPACES: [&str; 3] = ["live-releases", "live-releases-shop", "live-releases-more"];

/// The label by which helm-controller knows what it applied.
const OWNED: &str = "helm.toolkit.fluxcd.io/name";

/// Where a release names the version that was made last.
const LAST: &str = "/status/history/0";

/// helm-controller applies the objects that the program prints, field for field.
pub(crate) fn applies_what_is_rendered(bed: &Bed) -> Result<(), Failed> {
    let (served, sync) = ([("", "live-releases-estate")], "clusters/dev/flux-system/sync.yaml");
    bed.ask(&["delete", "customresourcedefinitions", "-l", OWNED, "--timeout=60s"]);
    let estate = Estate::bootstrapped(bed, &folder(), &served, &NAMESPACES, sync);
    let objects = estate.repo.rendered("dev").ok_or("it is not rendered")?;
    let count = |group: &str| {
        let is_of = |object: &&Value| text_at(object, "/apiVersion").starts_with(group);
        objects.iter().filter(is_of).filter(|object| object["kind"] != "HelmChart").count()
    };
    let kustomizations = estate.wait(KUSTOMIZATIONS, count("kustomize.toolkit.fluxcd.io/"), is_applied);
    let releases = estate.wait(RELEASES, count("helm.toolkit.fluxcd.io/"), is_recorded);

    let records: Vec<Value> = releases.iter().map(|release| record(bed, release)).collect();
    let mut there: BTreeSet<String> = kustomizations.iter().flat_map(inventory).collect();
    there.extend(records.iter().flat_map(recorded));
    let definitions = ["get", "customresourcedefinitions", "-l", OWNED, "-o", "json"];
    there.extend(items(&bed.ask(&definitions)).iter().map(inventory_id));
    let ours: BTreeSet<String> = objects.iter().map(inventory_id).collect();
    let differing: Vec<&String> = there.symmetric_difference(&ours).collect();
    assert!(differing.is_empty(), "installed or rendered, not both: {differing:?}");

    let is_gone = |object: &Value| {
        let annotations = &object["metadata"]["annotations"];
        text_at(annotations, "/helm.sh~1hook-delete-policy").contains("hook-succeeded")
    };
    let is_of_release = |object: &Value| {
        let labels = &object["metadata"]["labels"];
        object["kind"] != "HelmRelease" && (labels[OWNED].is_string() || is_hook(object))
    };
    let (of_releases, others): (Vec<Value>, Vec<Value>) =
        objects.into_iter().filter(|object| !is_gone(object)).partition(is_of_release);
    let mut wrong = differences(bed, &estate.repo, "helm-controller", &of_releases);
    wrong.extend(differences(bed, &estate.repo, "kustomize-controller", &others));
    assert!(wrong.is_empty(), "{} objects differ:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// What helm-controller refuses is an error here.
pub(crate) fn refuses_what_is_refused(bed: &Bed) -> Result<(), Failed> {
    let served = [("", "live-broken-releases")];
    let estate = Estate::bootstrapped(bed, &folder(), &served, &["live-broken"], "clusters/broken/sync.yaml");
    let path = folder().with_file_name("refused.json");
    let expected: BTreeMap<String, (String, String)> =
        serde_json::from_slice(&std::fs::read(path).expect("the expected refusals")).expect("JSON");
    // One of them is not refused.
    let is_decided = |one: &Value| match condition(one, "Ready") {
        ("True", _) => true,
        ("False", why) => !why.contains("latest generation of object has not been reconciled"),
        _ => false,
    };
    let done = estate.wait(RELEASES, expected.len() + 1, is_decided);
    let name = |release: &Value| text_at(release, "/metadata/name").to_owned();
    let refused: BTreeMap<String, String> = done
        .iter()
        .filter(|one| condition(one, "Ready").0 == "False")
        .map(|one| (name(one), condition(one, "Ready").1.to_owned()))
        .collect();
    let findings = estate.repo.findings("broken");
    let mut wrong: Vec<String> = Vec::new();
    for (name, (message, finding)) in &expected {
        match refused.get(name) {
            None => wrong.push(format!("helm-controller does not refuse {name}")),
            Some(said) if !said.contains(message) => wrong.push(format!("{name}: `{said}` has no `{message}`")),
            Some(_) if !findings.contains(finding) => wrong.push(format!("{name}: no `{finding}` in:\n{findings}")),
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(refused.len(), expected.len(), "refused: {refused:?}");
    Ok(())
}

fn folder() -> PathBuf {
    root().join("tests/live/releases/estate")
}

/// Whether a release is ready and names its version; a ready one without a version has been seen.
fn is_recorded(release: &Value) -> bool {
    condition(release, "Ready").0 == "True" && release.pointer(LAST).is_some()
}

/// What Helm keeps of the last version of a release.
fn record(bed: &Bed, release: &Value) -> Value {
    let last = release.pointer(LAST).unwrap_or_else(|| panic!("nothing was released: {release}"));
    let at = |path| text_at(last, path);
    let namespace = text_at(release, "/status/storageNamespace");
    let secret = format!("secret/sh.helm.release.v1.{}.v{}", at("/name"), last["version"]);
    let kept = bed.ask(&["get", &secret, "-n", namespace, "-o", "jsonpath={.data.release}"]);
    let packed = STANDARD.decode(kept).expect("Base64");
    let packed = STANDARD.decode(packed).expect("Base64 in it");
    let mut text = String::new();
    GzDecoder::new(&*packed).read_to_string(&mut text).expect("a packed record");
    serde_json::from_str(&text).expect("JSON")
}

/// The ids of what a record says that Helm makes: what is in the manifest, and the hooks of an installation and the tests.
fn recorded(record: &Value) -> Vec<String> {
    let namespace = text_at(record, "/namespace");
    let mut all: Vec<Value> = documents(text_at(record, "/manifest"));
    let hooks = record["hooks"].as_array().cloned().unwrap_or_default();
    let is_made = |hook: &&Value| hook["last_run"]["started_at"].as_str().is_some_and(|at| !at.starts_with("0001"));
    all.extend(hooks.iter().filter(is_made).flat_map(|hook| documents(text_at(hook, "/manifest"))));
    all.iter_mut().for_each(|object| {
        let is_cluster_wide = ["ClusterRole", "CustomResourceDefinition", "Island"].contains(&text_at(object, "/kind"));
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        if !is_cluster_wide {
            metadata.entry("namespace").or_insert_with(|| namespace.into());
        }
    });
    all.iter().map(inventory_id).collect()
}

fn documents(text: &str) -> Vec<Value> {
    let each = text.split("---\n").filter(|part| !part.trim().is_empty());
    let read = |part: &str| serde_saphyr::from_str::<Value>(part).unwrap_or_else(|e| panic!("{e}: {part}"));
    each.map(read).filter(|object| !object.is_null()).collect()
}

fn is_hook(object: &Value) -> bool {
    object.pointer("/metadata/annotations/helm.sh~1hook").is_some()
}
