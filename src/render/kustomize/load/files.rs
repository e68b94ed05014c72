//! Reading what a kustomization names: paths, what may be read, and documents, each file parsed once.

use std::sync::Arc;

use seatrial_model::{Finding, Node, SourceFile, Span};
use seatrial_tree::{EntryKind, KUSTOMIZATION_FILES, ReadError, Tree, join, within};
use seatrial_yaml::{Dialect, Parsed};

use crate::findings::ids;
use crate::findings::near_path::near_path;
use crate::load::cache::Cache;
use crate::load::not_here::not_fetched;
use crate::load::options::LoadRestriction;
use crate::load::options::Options;
use crate::load::remote::{self, Copy, is_remote};
use crate::load::repeated_keys;
use crate::objects::schemas::Schemas;

/// The files of a build.
pub(crate) struct Files<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) options: &'a Options,
    pub(crate) cache: &'a Cache,
    /// What is known of kinds; the first kustomization with an `openapi` decides for all.
    pub(crate) schemas: Schemas,
    /// Whether that has been decided.
    pub(crate) schemas_are_set: bool,
    /// Whether kustomize would have read its own schemas by now.
    pub(crate) built_in_schemas_used: bool,
}

/// Where a path of a kustomization leads.
pub(crate) enum Place {
    File(String),
    Directory(String),
}

impl<'a> Files<'a> {
    pub(crate) fn new(tree: &'a Tree, options: &'a Options, cache: &'a Cache) -> Files<'a> {
        Files {
            tree,
            options,
            cache,
            schemas: Schemas::default(),
            schemas_are_set: false,
            built_in_schemas_used: false,
        }
    }

    /// Follows a path that is written at `node`, seen from the directory `dir`.
    pub(crate) fn resolve(&self, dir: &str, node: &Node, findings: &mut Vec<Finding>) -> Option<Place> {
        self.resolve_path(dir, node.as_str().unwrap_or_default(), node.span(), findings)
    }

    /// Follows a path that is written somewhere in `span`.
    pub(crate) fn resolve_path(&self, dir: &str, path: &str, span: Span, findings: &mut Vec<Finding>) -> Option<Place> {
        if path.is_empty() {
            findings.push(Finding::new(ids::MISSING_FILE, span, "the path is empty"));
            return None;
        }
        let local = join(dir, path);
        if is_remote(path) && local.as_ref().is_none_or(|path| self.tree.kind(path).is_err()) {
            return self.resolve_remote(path, span, findings);
        }
        let Some(target) = local else {
            let how = if path.starts_with('/') { "is absolute" } else { "leads out of the repository" };
            let finding = Finding::new(ids::LOAD_RESTRICTION, span, format!("`{path}` {how}"));
            findings.push(self.with_near(finding, dir, path));
            return None;
        };
        match self.tree.kind(&target) {
            Ok(EntryKind::Directory) => Some(Place::Directory(target)),
            Ok(EntryKind::File) if self.may_read(dir, &target) => Some(Place::File(target)),
            Ok(EntryKind::File) => {
                findings.push(outside(path, dir, span));
                None
            }
            Err(error) => {
                findings.push(self.unreadable(path, dir, &error, span));
                None
            }
        }
    }

    /// What lies in another repository is taken from a copy in the tree, where the caller has said of one.
    fn resolve_remote(&self, path: &str, span: Span, findings: &mut Vec<Finding>) -> Option<Place> {
        let copy = remote::find(&self.options.checkouts, path);
        if let Copy::At(target) = &copy {
            match self.tree.kind(target) {
                Ok(EntryKind::Directory) => return Some(Place::Directory(target.clone())),
                Ok(EntryKind::File) => return Some(Place::File(target.clone())),
                Err(_) => {}
            }
        }
        findings.push(not_fetched(path, &copy, span));
        None
    }

    /// A text file that a kustomization in `dir` names at `node`.
    pub(crate) fn text(&self, dir: &str, node: &Node, findings: &mut Vec<Finding>) -> Option<Arc<SourceFile>> {
        let path = node.as_str().unwrap_or_default();
        let target = self.file(dir, path, node.span(), findings)?;
        match self.tree.read(&target) {
            Ok(file) => Some(file),
            Err(error) => {
                findings.push(self.unreadable(path, dir, &error, node.span()));
                None
            }
        }
    }

    /// The path of a file that a kustomization in `dir` names in `span`.
    pub(crate) fn file(&self, dir: &str, path: &str, span: Span, findings: &mut Vec<Finding>) -> Option<String> {
        match self.resolve_path(dir, path, span, findings)? {
            Place::File(target) => Some(target),
            Place::Directory(_) => {
                findings.push(Finding::new(ids::MISSING_FILE, span, format!("`{path}` is a directory, not a file")));
                None
            }
        }
    }

    /// The documents of a file of objects; what is wrong with them is a finding.
    pub(crate) fn documents(&self, file: &Arc<SourceFile>, findings: &mut Vec<Finding>) -> Arc<Parsed> {
        self.documents_of(file, Dialect::Kustomize, findings)
    }

    /// The same in a dialect: what is not an object is read with kubectl's.
    pub(crate) fn documents_of(
        &self,
        file: &Arc<SourceFile>,
        dialect: Dialect,
        findings: &mut Vec<Finding>,
    ) -> Arc<Parsed> {
        let parsed = self.cache.files.get(file, dialect);
        let first = findings.len();
        findings.extend_from_slice(&parsed.findings);
        if dialect == Dialect::Kubectl {
            repeated_keys::tolerate(findings.get_mut(first..).unwrap_or_default());
        }
        parsed
    }

    /// kustomize follows symbolic links before it compares (kustomize: `RestrictionRootOnly`).
    pub(crate) fn may_read(&self, dir: &str, target: &str) -> bool {
        if self.options.load_restriction == LoadRestriction::None {
            return true;
        }
        let real = |path: &str| self.tree.real_path(path).unwrap_or_else(|_| path.to_owned());
        let (dir, target) = (real(dir), real(target));
        within(&target, &dir).is_some()
    }

    fn unreadable(&self, path: &str, dir: &str, error: &ReadError, span: Span) -> Finding {
        let rule = match error {
            ReadError::OutsideRoot => ids::LOAD_RESTRICTION,
            _ => ids::MISSING_FILE,
        };
        let finding = Finding::new(rule, span, format!("`{path}` {error}"));
        if matches!(error, ReadError::NotFound) { self.with_near(finding, dir, path) } else { finding }
    }

    /// With the path that was probably meant.
    fn with_near(&self, finding: Finding, dir: &str, path: &str) -> Finding {
        match near_path(self.tree, dir, path, &|target| self.may_be_named(dir, target)) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        }
    }

    /// Whether a kustomization in `dir` may name a path of the tree: a kustomization that is not around it, or a file that it may read.
    fn may_be_named(&self, dir: &str, target: &str) -> bool {
        match self.tree.kind(target) {
            Ok(EntryKind::Directory) => {
                let has = |name: &&str| join(target, name).is_some_and(|path| self.tree.exists(&path));
                within(dir, target).is_none() && KUSTOMIZATION_FILES.iter().any(has)
            }
            Ok(EntryKind::File) => self.may_read(dir, target),
            Err(_) => false,
        }
    }
}

/// That a file may not be read.
pub(crate) fn outside(path: &str, dir: &str, span: Span) -> Finding {
    let dir = if dir.is_empty() { "." } else { dir };
    Finding::new(ids::LOAD_RESTRICTION, span, format!("`{path}` is not in or below `{dir}`"))
        .with_note("kustomize reads files only below the directory of the kustomization that names them; Flux reads any file of the repository")
        .with_help("allow it with `loadRestrictor: none` next to the `path` under `kustomize:` in seatrial.yaml or with `--load-restrictor none`; or move the file there, or give its directory a kustomization and include it as a base")
}
