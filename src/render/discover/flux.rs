//! Which directories Flux reconciles, as far as the repository says so itself.

use seatrial_model::Node;
use seatrial_tree::{EntryKind, Tree, join, within};
use seatrial_yaml::{Dialect, ParsedFiles};

/// The group of Flux' Kustomization.
const GROUP: &str = "kustomize.toolkit.fluxcd.io/";

/// Directories that a Kustomization of Flux refers to.
#[derive(Debug)]
pub(crate) struct FluxPaths(Vec<String>);

impl FluxPaths {
    /// Those that are named in any of the files.
    pub(crate) fn read(tree: &Tree, parsed: &ParsedFiles, paths: &[String]) -> FluxPaths {
        let mut found = Vec::new();
        for path in paths.iter().filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
            let Ok(file) = tree.read(path) else { continue };
            if file.text().contains(GROUP) {
                let parsed = parsed.get(&file, Dialect::Kubectl);
                found.extend(parsed.documents.iter().filter_map(|document| path_of(&document.node)));
            }
        }
        found.retain(|path| tree.kind(path) == Ok(EntryKind::Directory));
        found.sort_unstable();
        found.dedup();
        FluxPaths(found)
    }

    /// Whether one of them is the directory, or lies above it.
    pub(crate) fn cover(&self, path: &str) -> bool {
        self.0.iter().any(|dir| within(path, dir).is_some())
    }
}

/// Seen from the root of its source. The whole of a source says little: it may be another repository; that of the cluster itself does.
fn path_of(node: &Node) -> Option<String> {
    let is_flux =
        node.get("apiVersion")?.as_str()?.starts_with(GROUP) && node.get("kind")?.as_str()? == "Kustomization";
    let spec = node.get("spec").filter(|_| is_flux)?;
    let written = spec.get("path").and_then(Node::as_str).unwrap_or_default().trim_start_matches('/');
    // What is filled in may be any of the directories there.
    let fixed = match written.split_once("${") {
        Some((before, _)) => before.rsplit_once('/').map_or("", |(dirs, _)| dirs),
        None => written,
    };
    let path = join("", fixed)?;
    let is_own = || spec.at(&["sourceRef", "name"]).and_then(Node::as_str) == Some("flux-system");
    (!path.is_empty() || fixed == written && is_own()).then_some(path)
}
