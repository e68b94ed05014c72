//! What Flux reconciles, as far as the repository says so itself: its Kustomizations, ArtifactGenerators and FluxInstances, the directories
//! that they refer to, and whether they patch objects of Flux.

use std::collections::BTreeMap;

use seatrial_model::Node;
use seatrial_tree::{EntryKind, Tree, confined, within};
use seatrial_yaml::{Dialect, ParsedFiles};

use crate::instances;

/// Groups of the objects that lead to directories.
const GROUPS: [&str; 3] = ["kustomize.toolkit.fluxcd.io/", "source.extensions.fluxcd.io/", "fluxcd.controlplane.io/"];
/// The group of sources, whose addresses tell repositories apart.
const SOURCES: &str = "source.toolkit.fluxcd.io/";
/// Some of it stands in each file with one of these objects.
const NAMES: [&str; 5] = [GROUPS[0], GROUPS[1], GROUPS[2], SOURCES, instances::CHART];
/// What the bootstrap calls the source that is the repository itself.
const OWN: &str = "flux-system";

/// An object that refers to directories.
#[derive(Debug)]
pub(crate) struct FluxObject {
    pub(crate) file: String,
    /// Directories of the repository: those that are written out, and those in which one lies whose name is filled in.
    pub(crate) dirs: Vec<String>,
    /// Those that are written out.
    pub(crate) named: Vec<String>,
    /// Whether it makes a FluxInstance, which leads to the root of a cluster.
    pub(crate) is_instance: bool,
    /// Whether it has the name that a bootstrap gives to the Kustomization that reconciles the root.
    pub(crate) is_bootstrap: bool,
}

/// All of them, ordered by file.
#[derive(Debug, Default)]
pub(crate) struct Flux {
    objects: Vec<FluxObject>,
    /// Whether a Kustomization patches objects of Flux.
    patches_its_own: bool,
}

/// What an object says, before it is known which source is the repository.
struct Said {
    file: String,
    is_instance: bool,
    is_bootstrap: bool,
    source: Option<String>,
    /// Directories, and whether they are written out.
    paths: Vec<(String, bool)>,
}

impl Flux {
    /// Those in any of the files.
    pub(crate) fn read<'a>(tree: &Tree, parsed: &ParsedFiles, paths: impl Iterator<Item = &'a String>) -> Flux {
        let (mut said, mut addresses) = (Vec::new(), BTreeMap::new());
        let mut patches_its_own = false;
        for path in paths.filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
            let Ok(file) = tree.read(path) else { continue };
            let text = file.text();
            if !text.contains("fluxcd.") || !NAMES.iter().any(|name| text.contains(name)) {
                continue;
            }
            for document in &parsed.get(&file, Dialect::Kubectl).documents {
                said.extend(said_by(&document.node, path));
                patches_its_own |= patches_flux(&document.node);
                addresses.extend(address_of(&document.node));
            }
        }
        let own = addresses.get(OWN).cloned();
        let is_other = |source: Option<&String>| {
            let address = source.filter(|source| *source != OWN).and_then(|source| addresses.get(source));
            address.is_some_and(|address| own.as_ref().is_some_and(|own| own != address))
        };
        let objects = said.into_iter().filter(|object| !is_other(object.source.as_ref())).map(|object| {
            let is_own = object.source.as_deref() == Some(OWN);
            let mut paths = object.paths;
            paths.retain(|(dir, _)| (!dir.is_empty() || is_own) && tree.kind(dir) == Ok(EntryKind::Directory));
            let named = paths.iter().filter(|(_, is_whole)| *is_whole).map(|(dir, _)| dir.clone()).collect();
            let dirs = paths.into_iter().map(|(dir, _)| dir).collect();
            let Said { file, is_instance, is_bootstrap, .. } = object;
            FluxObject { file, dirs, named, is_instance, is_bootstrap }
        });
        Flux { objects: objects.collect(), patches_its_own }
    }

    /// Whether a Kustomization patches objects of Flux.
    pub(crate) fn patches_its_own(&self) -> bool {
        self.patches_its_own
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub(crate) fn all(&self) -> &[FluxObject] {
        &self.objects
    }

    /// Those in files below a directory, or in one file.
    pub(crate) fn within<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a FluxObject> {
        let start = self.objects.partition_point(|object| object.file.as_str() < path);
        let from = self.objects.get(start..).unwrap_or_default().iter();
        // What begins with the path without lying in it may stand between (`a-b/x` before `a/x`).
        from.take_while(move |object| object.file.starts_with(path))
            .filter(move |object| within(&object.file, path).is_some())
    }

    /// Whether a directory that an object refers to is the path, or lies above it.
    pub(crate) fn cover(&self, path: &str) -> bool {
        self.objects.iter().flat_map(|object| &object.dirs).any(|dir| within(path, dir).is_some())
    }
}

/// Whether a Kustomization patches an object of Flux, by a patch's target or by what the patch says itself.
fn patches_flux(node: &Node) -> bool {
    let is_kustomization = node.get("apiVersion").and_then(Node::as_str).is_some_and(|api| api.starts_with(GROUPS[0]));
    let is_about_flux = |patch: &Node| {
        let says = |path: &[&str]| patch.at(path).and_then(Node::as_str).unwrap_or_default().to_owned();
        let kind = says(&["target", "kind"]);
        matches!(kind.as_str(), "Kustomization" | "HelmRelease" | "OCIRepository" | "HelmRepository")
            || [says(&["target", "group"]), says(&["patch"])].iter().any(|text| text.contains(".toolkit.fluxcd.io"))
    };
    let patches = node.at(&["spec", "patches"]).filter(|_| is_kustomization).map(Node::items).unwrap_or_default();
    patches.iter().any(is_about_flux)
}

fn said_by(node: &Node, file: &str) -> Option<Said> {
    if let Some(sync) = instances::sync(node) {
        let path = sync.get("path").and_then(Node::as_str).and_then(fixed);
        return Some(Said {
            file: file.to_owned(),
            is_instance: true,
            is_bootstrap: false,
            source: None,
            paths: path.into_iter().collect(),
        });
    }
    let api = node.get("apiVersion")?.as_str()?;
    let kind = node.get("kind")?.as_str()?;
    let spec = node.get("spec")?;
    if !GROUPS.iter().any(|group| api.starts_with(group)) {
        return None;
    }
    let text = |node: &Node, path: &[&str]| node.at(path).and_then(Node::as_str).map(str::to_owned);
    let is_bootstrap = kind == "Kustomization" && text(node, &["metadata", "name"]).as_deref() == Some(OWN);
    let (source, paths) = match kind {
        // What an artifact holds, its generator says.
        "Kustomization" if text(spec, &["sourceRef", "kind"]).as_deref() == Some("ExternalArtifact") => {
            (None, Vec::new())
        }
        "Kustomization" => {
            let written = spec.get("path").and_then(Node::as_str).unwrap_or_default();
            (text(spec, &["sourceRef", "name"]), fixed(written).into_iter().collect())
        }
        "ArtifactGenerator" => {
            let artifacts = spec.get("artifacts").map(Node::items).unwrap_or_default();
            let copies =
                artifacts.iter().flat_map(|artifact| artifact.get("copy").map(Node::items).unwrap_or_default());
            let from = copies.filter_map(|copy| copy.get("from")?.as_str()?.split_once('/')).map(|(_, path)| path);
            (None, from.filter_map(fixed).filter(|(dir, _)| !dir.is_empty()).collect())
        }
        _ => return None,
    };
    Some(Said { file: file.to_owned(), is_instance: false, is_bootstrap, source, paths })
}

/// The part of a path before what is filled in or is a pattern: that may be any of the directories there. Seen from the root of its source;
/// with it, whether it is the whole path.
fn fixed(written: &str) -> Option<(String, bool)> {
    let fixed = match written.find(['$', '*', '?', '[', '{']) {
        Some(at) => written.get(..at)?.rsplit_once('/').map_or("", |(dirs, _)| dirs),
        None => written,
    };
    // The whole of a source says something where it is written so.
    let path = confined(fixed);
    let is_whole = fixed == written;
    (!path.is_empty() || is_whole).then_some((path, is_whole))
}

/// Name and address of a source, in the spelling that all addresses of one repository have.
fn address_of(node: &Node) -> Option<(String, String)> {
    if !node.get("apiVersion")?.as_str()?.starts_with(SOURCES) {
        return None;
    }
    let url = node.at(&["spec", "url"])?.as_str()?;
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = url.rsplit_once('@').map_or(url, |(_, rest)| rest).trim_end_matches('/').trim_end_matches(".git");
    let name = node.at(&["metadata", "name"])?.as_str()?;
    Some((name.to_owned(), url.replacen(':', "/", 1).to_ascii_lowercase()))
}
