//! The directory that a build begins in and ends with (kustomize: `krusty/kustomizer.go`).

use std::collections::HashSet;
use std::sync::Arc;

use seatrial_model::{FileId, Finding, Level, Needed, Rendered, tell_once};

use crate::build_metadata::trail::Trail;
use crate::build_metadata::wanted::Wanted;
use crate::builder::additions::Additions;
use crate::builder::state::Build;
use crate::builder::state::Builder;
use crate::findings::ids;
use crate::finish::result;
use crate::kustomization::file::Kind;
use crate::load::not_here;

impl Builder {
    /// Builds the kustomization in directory `path`; see [`crate::build`].
    #[must_use]
    pub fn build(&self, path: &str) -> Rendered {
        root(self, path, None)
    }

    /// Builds a directory as a controller does that adds something to its kustomization, and makes one where there is none.
    #[must_use]
    pub fn build_with(&self, path: &str, additions: &Additions) -> Rendered {
        root(self, path, Some(additions))
    }
}

/// Builds the kustomization in a directory, with what is added to it.
fn root(builder: &Builder, path: &str, additions: Option<&Additions>) -> Rendered {
    let dir = seatrial_tree::join("", path).unwrap_or_else(|| path.to_owned());
    let mut build = Build::begin(builder, Vec::new());
    let opened = match additions {
        None => build.open(&dir, None, Kind::Kustomization).map(|root| (root, true)),
        Some(additions) => build.open_with(&dir, additions),
    };
    let Some((root, is_as_written)) = opened else {
        let needed = not_here::needed(&build.findings, builder.tree.sources());
        return Rendered { findings: build.findings, needed, ..Rendered::default() };
    };
    build.trail = Trail::begin(&root);
    let built = if is_as_written {
        build.directory(&dir, &root)
    } else {
        let (built, _) = build.build_directory(&dir, &root);
        build.findings.extend_from_slice(&built.findings);
        built
    };
    let mut findings = build.findings;
    // Nobody else builds on the outermost directory, as a rule.
    build.built.clear();
    let mut resources = Arc::try_unwrap(built).map_or_else(|shared| shared.resources.clone(), |own| own.resources);
    let manifests = result::finish(&mut resources, root.get("sortOptions"), Wanted::by(&root), &mut findings);
    tell_once(&mut findings);
    leave_out_what_follows(&mut findings);
    let mut needed = not_here::needed(&findings, build.files.tree.sources());
    needed.extend(charts_needed(&resources.needed));
    Rendered { manifests, findings, needed, graph: None }
}

/// Each chart that is needed, once for each place that asks for it.
fn charts_needed(all: &[Needed]) -> Vec<Needed> {
    let mut seen = HashSet::new();
    all.iter().filter(|needed| seen.insert((needed.span, &needed.url, &needed.version))).cloned().collect()
}

/// Leaves out findings that others explain: what could not be built may have the image, and the object that two became where `---` is
/// missing may be there on its own, too.
fn leave_out_what_follows(findings: &mut Vec<Finding>) {
    if !findings.iter().any(|finding| finding.level == Level::Error) {
        return;
    }
    let is_mixed = |f: &&Finding| f.rule == ids::DUPLICATE_KEY && f.level == Level::Error;
    let mixed: HashSet<FileId> = findings.iter().filter(is_mixed).map(|f| f.primary.span.file).collect();
    findings.retain(|finding| {
        let mut places = std::iter::once(&finding.primary).chain(&finding.related);
        let follows = finding.rule == ids::DUPLICATE_OBJECT && places.any(|label| mixed.contains(&label.span.file));
        finding.rule != ids::UNUSED_IMAGE && !follows
    });
}
