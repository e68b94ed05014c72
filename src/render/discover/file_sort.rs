//! What a YAML or JSON file is: told by its name and by the keys that begin its lines, so that a manifest with an error in it still is one.

use seatrial_model::{Level, Node};
use seatrial_tree::{Tree, file_name, parent};
use seatrial_yaml::{Dialect, ParsedFiles};

use crate::client_files::is_for_a_client;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileSort {
    /// It looks like Kubernetes objects, with or without mistakes.
    Manifest,
    /// A part of a Helm chart.
    Chart,
    /// A manifest that some program has to fill in first.
    Template,
    /// Values of a Helm chart.
    Values,
    /// For docker-compose.
    Compose,
    /// For a CI system.
    Ci,
    /// Where kustomize finds names, images and the like.
    Configuration,
    /// For a program that runs outside of the cluster.
    Client,
    /// A patch.
    Patch,
    /// Another YAML file.
    Other,
    /// Not YAML, or JSON that is not an object of Kubernetes.
    Unknown,
}

/// Names of CI definitions, and what they start with.
const CI: [&str; 12] = [
    ".appveyor.",
    ".cirrus.",
    ".drone.",
    ".gitlab-ci",
    ".travis.",
    ".woodpecker",
    "appveyor.",
    "azure-pipelines",
    "bitbucket-pipelines.",
    "buildspec.",
    "cloudbuild.",
    "jenkins",
];

/// What the file at a path is.
pub(crate) fn sort(tree: &Tree, parsed: &ParsedFiles, path: &str) -> FileSort {
    let name = file_name(path);
    let Some((stem, extension)) = name.rsplit_once('.') else { return FileSort::Unknown };
    if !matches!(extension, "yaml" | "yml" | "json") {
        return FileSort::Unknown;
    }
    let Ok(file) = tree.read(path) else { return FileSort::Unknown };
    let text = file.text();
    let looks_like_json = extension == "json" || text.trim_start_matches('\u{FEFF}').trim_start().starts_with('{');
    if looks_like_json && ["\"apiVersion\"", "\"kind\""].iter().all(|key| text.contains(key)) {
        return json(&parsed.get(&file, Dialect::Kubectl));
    }
    if extension == "json" {
        return FileSort::Unknown;
    }
    let (api_version, kind) = first_keys(text);
    let is_manifest = match (api_version, kind) {
        (Some(api_version), Some(kind)) if is_for_a_client(api_version, kind) => return FileSort::Client,
        (Some(_), Some(_)) => true,
        // One of the two is missing or misspelled.
        (Some(api_version), None) if !is_for_a_client(api_version, "") => has_key(text, "metadata:"),
        (None, Some(_)) => has_key(text, "metadata:"),
        _ => false,
    };
    if !is_manifest {
        return by_name(name, stem, text);
    }
    if name.starts_with('.') {
        return FileSort::Client;
    }
    if is_patch(path) {
        return FileSort::Patch;
    }
    if text.contains("{{") && is_template(&parsed.get(&file, Dialect::Kubectl)) {
        return FileSort::Template;
    }
    FileSort::Manifest
}

/// The sort of a file without objects.
fn by_name(name: &str, stem: &str, text: &str) -> FileSort {
    let name = name.to_ascii_lowercase();
    if CI.iter().any(|start| name.starts_with(start)) {
        return FileSort::Ci;
    }
    let has_containers = || text.contains(" image:") || text.contains(" build:");
    if name.starts_with("docker-compose")
        || name.starts_with("compose.")
        || has_key(text, "services:") && has_containers()
    {
        return FileSort::Compose;
    }
    if words(stem).any(|word| word == "values") {
        return FileSort::Values;
    }
    let is_named_so = words(stem).any(|word| matches!(word, "kustomizeconfig" | "kustomizeconfigs"));
    if is_named_so || ["nameReference:", "varReference:", "namePrefix:"].iter().any(|key| has_key(text, key)) {
        return FileSort::Configuration;
    }
    FileSort::Other
}

/// By its name, or by that of a directory: what it patches is not said in it.
fn is_patch(path: &str) -> bool {
    let is_word = |word: &str| matches!(word, "patch" | "patches");
    let (dirs, name) = (parent(path), file_name(path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    dirs.split('/').flat_map(words).chain(words(stem)).any(is_word)
}

fn words(stem: &str) -> impl Iterator<Item = &str> {
    stem.split(|c: char| !c.is_alphanumeric())
}

/// A text with an error, or with braces in what makes an object.
fn is_template(parsed: &seatrial_yaml::Parsed) -> bool {
    let identity = |node: &Node| {
        let parts = [&["apiVersion"][..], &["kind"], &["metadata", "name"], &["metadata", "namespace"]];
        let is_filled_in = |part: &Node| part.is_mapping() || part.as_str().is_some_and(|text| text.contains("{{"));
        parts.iter().any(|path| node.at(path).is_some_and(is_filled_in))
    };
    parsed.findings.iter().any(|finding| finding.level == Level::Error)
        || parsed.documents.iter().any(|document| identity(&document.node))
}

/// JSON with an error in it is told as what it looks like.
fn json(parsed: &seatrial_yaml::Parsed) -> FileSort {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let Some(node) = parsed.documents.first().map(|document| &document.node) else { return FileSort::Manifest };
    match (text(node, "apiVersion"), text(node, "kind")) {
        (Some(api_version), Some(kind)) if is_for_a_client(&api_version, &kind) => FileSort::Client,
        (Some(_), Some(_)) => FileSort::Manifest,
        _ => FileSort::Unknown,
    }
}

/// The first `apiVersion` and `kind` that begin a line, bare.
fn first_keys(text: &str) -> (Option<&str>, Option<&str>) {
    let (mut api_version, mut kind) = (None, None);
    for line in lines(text) {
        api_version = api_version.or_else(|| line.strip_prefix("apiVersion:"));
        kind = kind.or_else(|| line.strip_prefix("kind:"));
        if api_version.is_some() && kind.is_some() {
            break;
        }
    }
    (api_version.map(bare), kind.map(bare))
}

fn bare(value: &str) -> &str {
    value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

fn has_key(text: &str, key: &str) -> bool {
    lines(text).any(|line| line.starts_with(key))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{FEFF}').lines()
}
