//! Flux's own controllers against `render`: an estate is served to source-controller and reconciled by kustomize-controller, and what is then
//! in the cluster is held against what the program prints; what one of them refuses, the other must refuse.
//!
//! The estate (`flux/estate`) has a root for each: `clusters/dev` and `clusters/broken`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::{Value, json};
use similar::TextDiff;

use crate::bed::Bed;
use crate::case::root;
use crate::files::files;
use crate::program::Repo;

/// How long the controllers may take on a busy machine.
const MOST: Duration = Duration::from_secs(60);

/// Empty or default fields that the controller writes into objects of kinds that it knows, or leaves out, by reading and printing them
/// (fluxcd/pkg: `ssa/normalize`). Their values are those that the server sets anyway, and these are compared.
const LEFT_TO_ITS_TYPES: [&str; 10] = [
    "f:creationTimestamp",
    "f:data",
    "f:loadBalancer",
    "f:protocol",
    "f:resources",
    "f:spec",
    "f:status",
    "f:strategy",
    "f:targetPort",
    "f:updateStrategy",
];

/// An estate as the bed's Git server and the program see it.
struct Estate<'a> {
    bed: &'a Bed,
    repo: Repo,
    namespaces: Vec<String>,
}

impl<'a> Estate<'a> {
    /// Serves the estate, and brings its root into the cluster as a bootstrap does.
    fn bootstrapped(bed: &'a Bed, cluster: &str, namespaces: &[&str], sync: &str) -> Estate<'a> {
        let repo = Repo::with(files(&folder()));
        let namespaces: Vec<String> = namespaces.iter().map(|name| (*name).to_owned()).collect();
        let estate = Estate { bed, repo, namespaces };
        estate.clear();
        estate.serve("", &format!("live-flux-{cluster}-estate"));
        estate.serve("checkouts/platform", &format!("live-flux-{cluster}-platform"));
        bed.ask(&["create", "namespace", &estate.namespaces[0]]);
        let path = estate.repo.path().join(sync);
        bed.ask(&["apply", "--server-side", "--field-manager=flux", "-f", path.to_str().expect("a path")]);
        estate
    }

    /// Pushes a directory of it to the bed's Git server.
    fn serve(&self, directory: &str, name: &str) {
        let work = self.repo.beside(name);
        let bare = self.bed.served().join(format!("{name}.git"));
        let _ = std::fs::remove_dir_all(&bare);
        let from = self.repo.path().join(directory);
        git(&["init", "--quiet", "--initial-branch=main", "--separate-git-dir", text(&work), text(&from)]);
        let at = format!("--git-dir={}", text(&work));
        let tree = format!("--work-tree={}", text(&from));
        git(&[&at, &tree, "add", "--all", "--", ":!.git"]);
        git(&[
            &at,
            &tree,
            "-c",
            "user.name=live",
            "-c",
            "user.email=live@example.com",
            "commit",
            "--quiet",
            "-m",
            "all",
        ]);
        git(&["clone", "--quiet", "--bare", text(&work), text(&bare)]);
        std::fs::remove_file(from.join(".git")).expect("the link to the Git directory");
    }

    /// All Kustomizations of it in the cluster.
    fn kustomizations(&self) -> Vec<Value> {
        items(&self.bed.ask(&[
            "get",
            "kustomizations.kustomize.toolkit.fluxcd.io",
            "-n",
            &self.namespaces[0],
            "-o",
            "json",
        ]))
    }

    /// Waits until so many Kustomizations are there and something holds of each.
    fn wait(&self, count: usize, is_done: impl Fn(&Value) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let seen = self.kustomizations();
            if seen.len() == count && seen.iter().all(&is_done) {
                return seen;
            }
            let left = || seen.iter().filter(|one| !is_done(one)).map(said).collect::<Vec<_>>().join("\n");
            assert!(
                begun.elapsed() < MOST,
                "{} Kustomizations after {MOST:?}, these are not done:\n{}",
                seen.len(),
                left()
            );
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// Leaves nothing of it; the controllers let go of their objects first.
    fn clear(&self) {
        let first = self.namespaces[0].as_str();
        for kind in ["kustomizations.kustomize.toolkit.fluxcd.io", "helmreleases.helm.toolkit.fluxcd.io"] {
            self.bed.try_to_ask(&["delete", kind, "--all", "-n", first, "--timeout=60s"]);
        }
        self.bed.delete_namespaces(&self.namespaces);
    }
}

impl Drop for Estate<'_> {
    fn drop(&mut self) {
        // What failed is looked at with the bed up, and cleared by the next start.
        if !std::thread::panicking() {
            self.clear();
        }
    }
}

/// The controllers apply the objects that the program prints, field for field.
pub(crate) fn applies_what_is_rendered(bed: &Bed) -> Result<(), Failed> {
    let namespaces = ["live-flux", "live-flux-shop", "live-flux-more"];
    let estate = Estate::bootstrapped(bed, "dev", &namespaces, "clusters/dev/flux-system/sync.yaml");
    let printed = estate.repo.rendered("dev");
    let objects = printed.ok_or("it is not rendered")?;
    let is_kustomization = |object: &&Value| text_at(object, "/apiVersion").starts_with("kustomize.toolkit.fluxcd.io/");
    let count = objects.iter().filter(is_kustomization).count();
    let done = estate.wait(count, |one| is_true(one, "/spec/suspend") || is_applied(one));

    let inventory: BTreeSet<String> = done.iter().flat_map(inventory).collect();
    let rendered: BTreeSet<String> = objects.iter().map(inventory_id).collect();
    let differing: Vec<&String> = inventory.symmetric_difference(&rendered).collect();
    assert!(differing.is_empty(), "applied or rendered, not both: {differing:?}");

    let differences = differences(bed, &estate.repo, &objects);
    assert!(
        differences.is_empty(),
        "{} of {} objects differ:\n{}",
        differences.len(),
        objects.len(),
        differences.join("\n")
    );
    Ok(())
}

/// What a controller refuses is an error here, at the Kustomization or in what it builds.
pub(crate) fn refuses_what_is_refused(bed: &Bed) -> Result<(), Failed> {
    let estate = Estate::bootstrapped(bed, "broken", &["live-flux-broken"], "clusters/broken/sync.yaml");
    let expected = expected_refusals();
    let done = estate.wait(expected.len() + 1, |one| matches!(condition(one, "Ready"), ("True" | "False", _)));
    let refused: BTreeMap<String, String> = done
        .iter()
        .filter(|one| condition(one, "Ready").0 == "False")
        .map(|one| (text_at(one, "/metadata/name").to_owned(), said(one)))
        .collect();
    for (name, (message, _)) in &expected {
        let said = refused.get(name).ok_or_else(|| format!("the controller does not refuse {name}"))?;
        assert!(said.contains(message), "{name}: `{said}` does not contain `{message}`");
    }
    let findings = estate.repo.findings("broken");
    for (name, (_, finding)) in &expected {
        assert!(findings.contains(finding), "{name}: no `{finding}` in:\n{findings}");
    }
    Ok(())
}

/// `flux/refused.json`: a Kustomization → a part of the controller's message, and of ours.
fn expected_refusals() -> BTreeMap<String, (String, String)> {
    let path = folder().with_file_name("refused.json");
    serde_json::from_slice(&std::fs::read(path).expect("the expected refusals")).expect("JSON")
}

/// What would change if the controller applied our objects: values of the live ones, and which fields it would own.
fn differences(bed: &Bed, repo: &Repo, objects: &[Value]) -> Vec<String> {
    let file = repo.beside("objects.json");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    std::fs::write(&file, list.to_string()).expect("written");
    let file = text(&file);
    let live = items(&bed.ask(&["get", "-f", file, "-o", "json", "--show-managed-fields"]));
    let dry =
        ["apply", "--server-side", "--dry-run=server", "--field-manager=kustomize-controller", "--force-conflicts"];
    let ours = items(&bed.ask(&[&dry[..], &["-f", file, "-o", "json", "--show-managed-fields"]].concat()));
    assert_eq!(live.len(), ours.len());
    let mut differences = Vec::new();
    for ((live, ours), object) in live.iter().zip(&ours).zip(objects) {
        let pairs = [(values(live), values(ours)), (owned(live), owned(ours))];
        for (live, ours) in pairs {
            if live != ours {
                let text = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
                let (live, ours) = (text(&live), text(&ours));
                let diff = TextDiff::from_lines(&live, &ours).unified_diff().to_string();
                differences.push(format!("{}:\n{diff}", inventory_id(object)));
            }
        }
    }
    differences
}

/// A live object without what the server counts and the status.
fn values(object: &Value) -> Value {
    let mut object = object.clone();
    for (at, field) in
        [("", "status"), ("/metadata", "resourceVersion"), ("/metadata", "managedFields"), ("/metadata", "generation")]
    {
        if let Some(fields) = object.pointer_mut(at).and_then(Value::as_object_mut) {
            fields.remove(field);
        }
    }
    object
}

/// The fields that kustomize-controller applies.
fn owned(object: &Value) -> Value {
    let managers = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let is_its = |entry: &&Value| entry["manager"] == "kustomize-controller" && entry["operation"] == "Apply";
    let fields = managers.and_then(|all| all.iter().find(is_its)).map(|entry| entry["fieldsV1"].clone());
    let mut fields = fields.unwrap_or_default();
    drop_what_is_left_to_types(&mut fields);
    if let Some(fields) = fields.as_object_mut().filter(|_| object["kind"] == "Secret") {
        // It encodes what is plain.
        fields.retain(|name, _| name != "f:data" && name != "f:stringData");
    }
    fields
}

fn drop_what_is_left_to_types(fields: &mut Value) {
    let Some(fields) = fields.as_object_mut() else { return };
    let is_leaf = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
    fields.retain(|name, value| !(LEFT_TO_ITS_TYPES.contains(&name.as_str()) && is_leaf(value)));
    fields.values_mut().for_each(drop_what_is_left_to_types);
}

/// The ids in the inventory of a Kustomization.
fn inventory(kustomization: &Value) -> Vec<String> {
    let entries = kustomization.pointer("/status/inventory/entries").and_then(Value::as_array);
    entries.into_iter().flatten().map(|entry| text_at(entry, "/id").to_owned()).collect()
}

/// `namespace_name_group_kind`.
fn inventory_id(object: &Value) -> String {
    let at = |path| text_at(object, path);
    let group = at("/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    format!("{}_{}_{group}_{}", at("/metadata/namespace"), at("/metadata/name"), at("/kind"))
}

/// Status of a condition, and its message where it is not met.
fn condition<'a>(object: &'a Value, kind: &str) -> (&'a str, &'a str) {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let found = conditions.and_then(|all| all.iter().find(|condition| condition["type"] == kind));
    let Some(found) = found else { return ("", "") };
    match text_at(found, "/status") {
        "True" => ("True", ""),
        status => (status, text_at(found, "/message")),
    }
}

/// Whether a Kustomization is applied; the controller writes the condition first, and then the revision and the inventory.
fn is_applied(object: &Value) -> bool {
    condition(object, "Ready").0 == "True" && !text_at(object, "/status/lastAppliedRevision").is_empty()
}

/// `live-flux/shop: the message of its condition`.
fn said(object: &Value) -> String {
    format!("{}: {}", text_at(object, "/metadata/name"), condition(object, "Ready").1)
}

fn is_true(object: &Value, path: &str) -> bool {
    object.pointer(path).and_then(Value::as_bool) == Some(true)
}

fn text_at<'a>(object: &'a Value, path: &str) -> &'a str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn items(list: &str) -> Vec<Value> {
    let mut list: Value = serde_json::from_str(list).expect("JSON");
    list["items"].as_array_mut().map(std::mem::take).expect("a list")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

fn folder() -> PathBuf {
    root().join("tests/live/flux/estate")
}

fn git(arguments: &[&str]) {
    let output = Command::new("git")
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
