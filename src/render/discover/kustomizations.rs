//! Which kustomizations include which, and which ones nobody includes.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::Node;
use seatrial_tree::{Tree, join, parent};
use seatrial_yaml::{Dialect, ParsedFiles};

/// In the order in which kustomize looks for them (kustomize: `api/konfig` `RecognizedKustomizationFileNames`).
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields whose entries may be directories with a kustomization of their own.
const INCLUDES: [&str; 6] = ["resources", "bases", "components", "generators", "transformers", "validators"];

/// One kustomization.
struct Kustomization {
    component: bool,
    /// Directories that it includes.
    includes: Vec<String>,
}

/// Directories with a kustomization that nobody includes, ordered by path.
pub(crate) fn outermost(tree: &Tree, files: &ParsedFiles, paths: &[String]) -> Vec<String> {
    let all = read_all(tree, files, paths);
    let included: BTreeSet<&String> =
        all.iter().flat_map(|(dir, k)| k.includes.iter().filter(move |i| *i != dir)).collect();
    let candidates = || all.iter().filter(|(_, kustomization)| !kustomization.component).map(|(dir, _)| dir);
    let mut found: BTreeSet<&String> = candidates().filter(|dir| !included.contains(dir)).collect();

    // What no environment reaches includes itself in a circle; it must not vanish.
    let mut reached = BTreeSet::new();
    all.iter()
        .filter(|(dir, k)| found.contains(dir) || k.component)
        .for_each(|(dir, _)| reach(&all, dir, &mut reached));
    for dir in candidates() {
        if !reached.contains(dir) {
            found.insert(dir);
            reach(&all, dir, &mut reached);
        }
    }
    found.into_iter().cloned().collect()
}

/// Adds all that a kustomization includes, itself among them.
fn reach<'a>(all: &'a BTreeMap<String, Kustomization>, from: &'a String, reached: &mut BTreeSet<&'a String>) {
    let mut pending = vec![from];
    while let Some(dir) = pending.pop() {
        let Some((dir, kustomization)) = all.get_key_value(dir) else { continue };
        if reached.insert(dir) {
            pending.extend(&kustomization.includes);
        }
    }
}

fn read_all(tree: &Tree, parsed: &ParsedFiles, paths: &[String]) -> BTreeMap<String, Kustomization> {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        if let Some(rank) = FILE_NAMES.iter().position(|known| *known == name) {
            files.entry(parent(path)).and_modify(|best| *best = rank.min(*best)).or_insert(rank);
        }
    }
    let read = |(dir, rank): (&str, usize)| {
        let name = FILE_NAMES.get(rank).copied().unwrap_or_default();
        let file = join(dir, name).unwrap_or_default();
        (dir.to_owned(), read_one(tree, parsed, dir, &file))
    };
    files.into_iter().map(read).collect()
}

fn read_one(tree: &Tree, parsed: &ParsedFiles, dir: &str, path: &str) -> Kustomization {
    // As kustomize reads it, so that rendering need not parse it again.
    let parsed = tree.read(path).ok().map(|file| parsed.get(&file, Dialect::Kubectl));
    let Some(node) = parsed.as_ref().and_then(|parsed| parsed.documents.first()).map(|document| &document.node) else {
        return Kustomization { component: false, includes: Vec::new() };
    };
    let entries = INCLUDES.iter().filter_map(|field| node.get(field)).flat_map(Node::items).filter_map(Node::as_str);
    // A link leads to the directory that was walked; a remote base leads nowhere.
    let includes = entries.filter_map(|entry| tree.real_path(&join(dir, entry)?).ok()).collect();
    Kustomization { component: node.get("kind").and_then(Node::as_str) == Some("Component"), includes }
}
