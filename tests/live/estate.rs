//! An estate that the bed's Git server and the program see alike: served to source-controller, and brought into the cluster as a bootstrap does.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use similar::TextDiff;

use crate::bed::Bed;
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

/// Kustomizations, as kubectl names them.
pub(crate) const KUSTOMIZATIONS: &str = "kustomizations.kustomize.toolkit.fluxcd.io";

/// HelmReleases, as kubectl names them.
pub(crate) const RELEASES: &str = "helmreleases.helm.toolkit.fluxcd.io";

/// An estate as the bed's Git server and the program see it.
pub(crate) struct Estate<'a> {
    pub(crate) bed: &'a Bed,
    pub(crate) repo: Repo,
    namespaces: Vec<String>,
}

impl<'a> Estate<'a> {
    /// Serves the directories of a folder as repositories, and brings a file of it into the cluster as a bootstrap does.
    pub(crate) fn bootstrapped(
        bed: &'a Bed,
        folder: &Path,
        served: &[(&str, &str)],
        namespaces: &[&str],
        sync: &str,
    ) -> Estate<'a> {
        let repo = Repo::with(files(folder));
        let namespaces: Vec<String> = namespaces.iter().map(|name| (*name).to_owned()).collect();
        let estate = Estate { bed, repo, namespaces };
        estate.clear();
        for (directory, name) in served {
            estate.serve(directory, name);
        }
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

    /// All objects of a kind in its first namespace.
    pub(crate) fn all(&self, kind: &str) -> Vec<Value> {
        items(&self.bed.ask(&["get", kind, "-n", &self.namespaces[0], "-o", "json"]))
    }

    /// Waits until so many objects of a kind are there and something holds of each.
    pub(crate) fn wait(&self, kind: &str, count: usize, is_done: impl Fn(&Value) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let seen = self.all(kind);
            if seen.len() == count && seen.iter().all(&is_done) {
                return seen;
            }
            let left = || seen.iter().filter(|one| !is_done(one)).map(said).collect::<Vec<_>>().join("\n");
            assert!(begun.elapsed() < MOST, "{} {kind} after {MOST:?}, these are not done:\n{}", seen.len(), left());
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// Leaves nothing of it; the controllers let go of their objects first.
    fn clear(&self) {
        let first = self.namespaces[0].as_str();
        for kind in [KUSTOMIZATIONS, RELEASES] {
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

/// What would change if a controller, known by the name of its manager, applied our objects: values of the live ones, and which fields it
/// would own.
pub(crate) fn differences(bed: &Bed, repo: &Repo, manager: &str, objects: &[Value]) -> Vec<String> {
    let file = repo.beside("objects.json");
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    std::fs::write(&file, list.to_string()).expect("written");
    let file = text(&file);
    let live = items(&bed.ask(&["get", "-f", file, "-o", "json", "--show-managed-fields"]));
    let field_manager = format!("--field-manager={manager}");
    let dry = ["apply", "--server-side", "--dry-run=server", &field_manager, "--force-conflicts"];
    let ours = items(&bed.ask(&[&dry[..], &["-f", file, "-o", "json", "--show-managed-fields"]].concat()));
    assert_eq!(live.len(), ours.len());
    let mut differences = Vec::new();
    for ((live, ours), object) in live.iter().zip(&ours).zip(objects) {
        let pairs = [(values(live), values(ours)), (owned(live, manager), owned(ours, manager))];
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

/// The fields that a manager applies.
fn owned(object: &Value, manager: &str) -> Value {
    let managers = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let is_its = |entry: &&Value| entry["manager"] == manager && entry["operation"] == "Apply";
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
pub(crate) fn inventory(kustomization: &Value) -> Vec<String> {
    let entries = kustomization.pointer("/status/inventory/entries").and_then(Value::as_array);
    entries.into_iter().flatten().map(|entry| text_at(entry, "/id").to_owned()).collect()
}

/// `namespace_name_group_kind`.
pub(crate) fn inventory_id(object: &Value) -> String {
    let at = |path| text_at(object, path);
    let group = at("/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    format!("{}_{}_{group}_{}", at("/metadata/namespace"), at("/metadata/name"), at("/kind"))
}

/// Status of a condition, and its message where it is not met.
pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> (&'a str, &'a str) {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let found = conditions.and_then(|all| all.iter().find(|condition| condition["type"] == kind));
    let Some(found) = found else { return ("", "") };
    match text_at(found, "/status") {
        "True" => ("True", ""),
        status => (status, text_at(found, "/message")),
    }
}

/// Whether a Kustomization is applied; the controller writes the condition first, and then the revision and the inventory.
pub(crate) fn is_applied(object: &Value) -> bool {
    condition(object, "Ready").0 == "True" && !text_at(object, "/status/lastAppliedRevision").is_empty()
}

/// `live-flux/shop: the message of its condition`.
pub(crate) fn said(object: &Value) -> String {
    format!("{}: {}", text_at(object, "/metadata/name"), condition(object, "Ready").1)
}

pub(crate) fn is_true(object: &Value, path: &str) -> bool {
    object.pointer(path).and_then(Value::as_bool) == Some(true)
}

pub(crate) fn text_at<'a>(object: &'a Value, path: &str) -> &'a str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn items(list: &str) -> Vec<Value> {
    let mut list: Value = serde_json::from_str(list).expect("JSON");
    list["items"].as_array_mut().map(std::mem::take).expect("a list")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
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
