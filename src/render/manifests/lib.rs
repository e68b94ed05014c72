//! Plain manifests: a file, or all YAML and JSON files below a directory, as `kubectl apply -R -f` reads them; or files that were looked for.
//!
//! Not here: what the fields of an object mean (`check/schema`), kustomizations (`render/kustomize`), looking for files (`render/discover`).

mod collection;
mod files;
mod object;

use std::sync::Arc;

use rayon::prelude::*;
use seatrial_model::{Finding, Manifest, Rendered, SourceFile};
use seatrial_tree::{ReadError, Tree};
use seatrial_yaml::{Dialect, Document, Parsed, ParsedFiles, parse};

use collection::{Collection, Files};

/// Renders a file or a directory (recursive) of plain manifests; `List` objects are expanded.
///
/// Objects come in kubectl's order: directories and files by name, documents as written. Of two objects with one identity the last is
/// kept, as a cluster would keep it. A `path` that cannot be read at all has no line in the repository: its finding lies at the start of an
/// empty source that is entered into the tree's table under that path; who knows which line named the path may move the finding there.
#[must_use]
pub fn render(tree: &Tree, path: &str) -> Rendered {
    let paths = match files::to_read(tree, path) {
        Ok(paths) => paths,
        Err(error) => {
            let findings = vec![files::unreadable(tree, path, &error)];
            return Rendered { findings, ..Rendered::default() };
        }
    };
    let rendered = collect(tree, &paths, Files::Named, |file| parse(file, Dialect::Kubectl));
    or_else(rendered, || files::nothing(tree, path))
}

/// Renders files that were found below `path`, or the one file that `path` is; in the order given, which should be kubectl's.
///
/// Nobody said that they are applied together: objects of one identity are an error in one file, a warning in one directory, and alternatives in
/// two. An object with `metadata.generateName` is one that is created and not applied. Where there is no object at all, a note says so.
#[must_use]
pub fn render_found(tree: &Tree, parsed: &ParsedFiles, path: &str, paths: &[String]) -> Rendered {
    // Whoever looked for the files had to read these to tell templates from manifests.
    let is_parsed = |file: &SourceFile| file.path().ends_with(".json") || file.text().contains("{{");
    let rendered = collect(tree, paths, Files::Found, |file| match is_parsed(file) {
        true => Parsed::clone(&parsed.get(file, Dialect::Kubectl)),
        false => parse(file, Dialect::Kubectl),
    });
    or_else(rendered, || files::blank(tree, path))
}

/// The objects of documents that somebody printed, and what is wrong with the other documents; `List` objects are expanded.
#[must_use]
pub fn objects(documents: Vec<Document>) -> (Vec<Manifest>, Vec<Finding>) {
    object::from_documents(documents, object::GeneratedNames::Taken)
}

fn collect(
    tree: &Tree,
    paths: &[String],
    files: Files,
    parse: impl Fn(&Arc<SourceFile>) -> Parsed + Send + Sync,
) -> Rendered {
    // Files are read one after the other, so that they are entered into the table in the same order every time; parsing is what takes long.
    let read: Vec<Result<Arc<SourceFile>, ReadError>> = paths.iter().map(|path| tree.read(path)).collect();
    let parsed: Vec<_> = read.into_par_iter().map(|file| file.map(|f| (parse(&f), f))).collect();
    let mut collection = Collection::of(files);
    for (path, file) in paths.iter().zip(parsed) {
        match file {
            Ok((parsed, file)) => collection.take_file(parsed, &file),
            Err(error) => collection.rendered.findings.push(files::unreadable(tree, path, &error)),
        }
    }
    collection.rendered
}

/// What is said where nothing was rendered.
fn or_else(mut rendered: Rendered, nothing: impl FnOnce() -> Finding) -> Rendered {
    if rendered.manifests.is_empty() && rendered.findings.is_empty() {
        rendered.findings.push(nothing());
    }
    rendered
}
