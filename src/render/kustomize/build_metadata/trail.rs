//! `buildMetadata`: what of a build is written into its objects: where each comes from, who transformed it, that kustomize made it
//! (kustomize: `target/kusttarget.go`, `resource/origin.go`, `krusty/kustomizer.go`).
//!
//! The root's field counts for the whole build, and a base's for nothing. As soon as the root's names anything, every object carries both
//! annotations while it is built, where patches see them; at the end those go that nobody asked for.
//!
//! Not here: the YAML in the annotations (`notes`), and remote bases, which are not fetched and so have no `repo` and `ref`.

use seatrial_model::Span;
use seatrial_yaml::emit_unfolded;

use crate::build_metadata::annotations::{FIELD, ORIGIN, annotate};
use crate::build_metadata::notes;
use crate::build_metadata::step::Step;
use crate::kustomization::file::Kustomization;
use crate::objects::resource::Resource;

/// The way from the root of the build to the kustomization that is read (kustomize: `KustTarget.origin`).
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    /// Where the root asks for metadata.
    place: Span,
    /// The directory, from the root's.
    dir: String,
}

impl Trail {
    /// The beginning, where the root asks for anything.
    pub(crate) fn begin(root: &Kustomization) -> Option<Trail> {
        let place = root.items(FIELD).first()?.span();
        Some(Trail { place, dir: String::new() })
    }

    /// The way on into a directory.
    pub(crate) fn below(&self, path: &str) -> Trail {
        Trail { place: self.place, dir: joined(&self.dir, path) }
    }

    /// The directory that it led to.
    pub(crate) fn dir(&self) -> &str {
        &self.dir
    }

    /// Writes the file of an object into it; other annotations stay as they are (kustomize: `ResMap.AnnotateAll`).
    pub(crate) fn mark_file(&self, path: &str, resource: &mut Resource) {
        let text = emit_unfolded(&notes::mapping([("path", joined(&self.dir, path))], self.place));
        resource.edit(|node| annotate(node, ORIGIN, text, self.place));
    }

    /// A generator or transformer that a field of the kustomization stands for.
    pub(crate) fn built_in(&self, kustomization: &Kustomization, kind: &str) -> Step {
        let configured_in = joined(&self.dir, kustomization.file_name());
        Step::new(&configured_in, [("apiVersion", "builtin"), ("kind", kind)], self.place)
    }
}

/// Paths joined by their texts alone (Go: `filepath.Join`).
fn joined(dir: &str, path: &str) -> String {
    let is_absolute = dir.starts_with('/') || (dir.is_empty() && path.starts_with('/'));
    let mut segments: Vec<&str> = Vec::new();
    for segment in dir.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => drop(segments.pop()),
            ".." if is_absolute => {}
            _ => segments.push(segment),
        }
    }
    let text = segments.join("/");
    match (is_absolute, text.is_empty()) {
        (true, _) => format!("/{text}"),
        (false, true) => ".".to_owned(),
        (false, false) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_are_joined_as_go_joins_them() {
        let cases = [
            ("", "a.yaml", "a.yaml"),
            ("", "../base/", "../base"),
            ("../mid", "../base", "../base"),
            ("../../x", "../../../y", "../../../../y"),
            ("a/b", "../..", "."),
            (".", "./a", "a"),
            ("", "/a/../../b", "/b"),
        ];
        for (dir, path, expected) in cases {
            assert_eq!(joined(dir, path), expected, "{dir} {path}");
        }
    }
}
