//! What all builds of one tree have in common: each file is parsed once, each directory is built once, however many include it.
//!
//! A directory is shared when its result does not depend on who includes it: not when it met a cycle with a directory around it, and not
//! when an `openapi` has changed what is known of kinds, or the root asks for `buildMetadata`, or a chart in it takes the namespace of
//! whoever includes it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};

use seatrial_helm::chart::Loaded;
use seatrial_model::{FileId, Finding, OnceMap};
use seatrial_tree::{EntryKind, KUSTOMIZATION_FILES, Tree, join};
use seatrial_yaml::{Document, Parsed, ParsedFiles};

use crate::gather::accumulator::Accumulator;
use crate::kustomization::file::Kustomization;
use crate::load::documents::resources_of;
use crate::objects::resource::Resource;

/// Shared by builds, also on several threads.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    pub(crate) files: Arc<ParsedFiles>,
    kustomizations: OnceMap<String, Arc<Read>>,
    directories: OnceMap<String, Arc<Slot>>,
    /// The objects of files in which nothing is wrong.
    resources: OnceMap<FileId, Option<Arc<[Resource]>>>,
    /// The names of the kustomizations that lie in a directory.
    names: OnceMap<String, Arc<[&'static str]>>,
    /// What is written inline, by its text.
    inline: OnceMap<String, Arc<Parsed>>,
    /// Charts by their directories.
    pub(crate) charts: OnceMap<String, Arc<Loaded>>,
}

/// What a kustomization file says.
#[derive(Debug)]
pub(crate) struct Read {
    /// `None` where it cannot be read.
    pub(crate) kustomization: Option<Arc<Kustomization>>,
    /// What is wrong with it.
    pub(crate) findings: Vec<Finding>,
}

/// Where the result of a directory is left for others.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// Held while somebody builds the directory as a base of the outermost one; whoever holds it never waits for another.
    pub(crate) claim: Mutex<()>,
    /// The result, once somebody has built it without regard to who includes it.
    pub(crate) built: OnceLock<Arc<Directory>>,
}

/// A directory, built.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) resources: Accumulator,
    /// What was found in it and in all that it includes.
    pub(crate) findings: Vec<Finding>,
    /// All directories that it includes, by whatever way, and itself.
    pub(crate) includes: HashSet<Arc<str>>,
    /// How deep directories are nested in it, itself counted.
    pub(crate) height: usize,
    /// Whether kustomize would have read its own schemas for it.
    pub(crate) built_in_schemas_used: bool,
    /// Whether a chart in it takes the namespace of whoever includes it.
    pub(crate) asks_for_namespace: bool,
}

impl Cache {
    /// Builds of a tree whose files others may have parsed.
    pub(crate) fn new(files: &Arc<ParsedFiles>) -> Cache {
        Cache { files: Arc::clone(files), ..Cache::default() }
    }

    /// The kustomization of a directory.
    pub(crate) fn kustomization(&self, dir: &str, read: impl FnOnce() -> Read) -> Arc<Read> {
        self.kustomizations.get(dir, || Arc::new(read()))
    }

    /// The objects of a file with these documents; `None` where anything is wrong with them, which each reader is told.
    pub(crate) fn resources(&self, file: FileId, documents: &[Document]) -> Option<Arc<[Resource]>> {
        self.resources.get(&file, || {
            let mut findings = Vec::new();
            let resources = resources_of(documents, &mut findings);
            findings.is_empty().then(|| resources.into())
        })
    }

    /// The names of the kustomizations that lie in a directory, in kustomize's order.
    pub(crate) fn names(&self, tree: &Tree, dir: &str) -> Arc<[&'static str]> {
        self.names.get(dir, || {
            let is_file = |name: &&str| join(dir, name).is_some_and(|path| tree.kind(&path) == Ok(EntryKind::File));
            KUSTOMIZATION_FILES.into_iter().filter(is_file).collect()
        })
    }

    /// What a text holds that is written inline; its places are those in the text.
    pub(crate) fn inline(&self, text: &str, parse: impl FnOnce() -> Parsed) -> Arc<Parsed> {
        self.inline.get(text, || Arc::new(parse()))
    }

    /// Where the result of a directory is found and left.
    pub(crate) fn directory(&self, dir: &str) -> Arc<Slot> {
        self.directories.get(dir, Arc::default)
    }
}
