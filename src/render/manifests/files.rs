//! Which files are read, and what is said of those that cannot be.

use std::sync::Arc;

use seatrial_model::{Finding, Level, Node, SourceFile, Span, ids};
use seatrial_tree::{EntryKind, KUSTOMIZATION_FILES, ReadError, Tree, file_name, parent};

/// What kubectl reads in a directory (kubectl: `cli-runtime/pkg/resource/builder.go` `FileExtensions`).
const EXTENSIONS: [&str; 3] = [".json", ".yaml", ".yml"];

/// The files of a path in the order in which kubectl reads them: the names of each directory by bytes. A file is read whatever its name is.
pub(crate) fn to_read(tree: &Tree, path: &str) -> Result<Vec<String>, ReadError> {
    if tree.kind(path)? == EntryKind::File {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = tree.walk(path);
    paths.retain(|path| EXTENSIONS.iter().any(|extension| path.ends_with(extension)));
    paths.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    Ok(paths)
}

/// A path that cannot be read, at the start of an empty source of that name.
pub(crate) fn unreadable(tree: &Tree, path: &str, error: &ReadError) -> Finding {
    let rule = match error {
        ReadError::OutsideRoot => ids::LOAD_RESTRICTION,
        ReadError::NotText | ReadError::TooLarge { .. } => ids::PARSE_ERROR,
        _ => ids::MISSING_FILE,
    };
    Finding::new(rule, stand_in(tree, path), format!("`{path}` {error}")).with_field(path)
}

/// A path that can be read and holds nothing; kubectl: `no objects passed to apply`.
pub(crate) fn nothing(tree: &Tree, path: &str) -> Finding {
    let message = format!("`{}` contains no Kubernetes object", if path.is_empty() { "." } else { path });
    Finding::new(ids::MISSING_FILE, stand_in(tree, path), message)
        .with_field(path)
        .with_help("Files that end in `.yaml`, `.yml` or `.json` are read; correct the path, or add a manifest")
}

/// What was looked into and holds nothing, without a mistake in it: a file may be all comments.
pub(crate) fn blank(tree: &Tree, path: &str) -> Finding {
    let span = tree.read(path).map_or_else(|_| stand_in(tree, path), |file| Span::start_of(file.id()));
    let message = format!("`{}` contains no Kubernetes object", if path.is_empty() { "." } else { path });
    Finding::new(ids::MISSING_FILE, span, message).with_level(Level::Note).with_field(path)
}

/// A finding needs a place, and a file that is not there has none.
fn stand_in(tree: &Tree, path: &str) -> Span {
    let known = tree.sources().find(path).filter(|file| file.text().is_empty());
    Span::start_of(known.unwrap_or_else(|| tree.sources().add(path, String::new())).id())
}

/// A kustomization among plain manifests: kubectl has no such kind and stops, and its resources would be applied unpatched.
pub(crate) fn kustomization(file: &Arc<SourceFile>, first: Option<&Node>) -> Option<Finding> {
    let path = file.path();
    let (dir, name) = (parent(path), file_name(path));
    let api_version = first
        .and_then(|node| node.get("apiVersion"))
        .filter(|v| v.as_str().is_some_and(|text| text.starts_with("kustomize.config.k8s.io/")));
    if api_version.is_none() && !KUSTOMIZATION_FILES.contains(&name) {
        return None;
    }
    let span = api_version.map_or_else(|| Span::start_of(file.id()), Node::span);
    let dir = if dir.is_empty() { "." } else { dir };
    let message = format!("`{path}` is a kustomization, not a Kubernetes object");
    let help =
        format!("Render the directory as what it is, with `kustomize: {{ path: {dir} }}` instead of `manifests:`");
    Some(Finding::new(ids::INVALID_OBJECT, span, message).with_help(help))
}
