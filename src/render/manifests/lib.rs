//! Plain manifests: a file, or all YAML and JSON files below a directory, as `kubectl apply -R -f` reads them.
//!
//! Not here: what the fields of an object mean (`check/schema`), kustomizations (`render/kustomize`).

mod files;
mod object;

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use seatrial_model::{Finding, Manifest, ObjectId, Rendered, SourceFile, Span, ids};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, Parsed, parse};

/// Renders a file or a directory (recursive) of plain manifests; `List` objects are expanded.
///
/// Objects come in kubectl's order: directories and files by name, documents as written. Of two objects with one identity the last is
/// kept, as a cluster would keep it. A `path` that cannot be read at all has no line in the repository: its finding lies at the start of an
/// empty source that is entered into the tree's table under that path; who knows which line named the path may move the finding there.
#[must_use]
pub fn render(tree: &Tree, path: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let paths = match files::to_read(tree, path) {
        Ok(paths) => paths,
        Err(error) => {
            rendered.findings.push(files::unreadable(tree, path, &error));
            return rendered;
        }
    };
    // Files are read one after the other, so that they are entered into the table in the same order every time; parsing is what takes long.
    let read: Vec<_> = paths.iter().map(|path| tree.read(path)).collect();
    let parsed: Vec<_> = read.into_par_iter().map(|file| file.map(|f| (parse(&f, Dialect::Kubectl), f))).collect();

    let mut identities = Identities::default();
    for (path, file) in paths.iter().zip(parsed) {
        match file {
            Ok((parsed, file)) => take_file(parsed, &file, &mut identities, &mut rendered),
            Err(error) => rendered.findings.push(files::unreadable(tree, path, &error)),
        }
    }
    if rendered.manifests.is_empty() && rendered.findings.is_empty() {
        rendered.findings.push(files::nothing(tree, path));
    }
    rendered
}

/// Where the object of an identity stands among the manifests.
type Identities = HashMap<ObjectId, usize>;

fn take_file(parsed: Parsed, file: &Arc<SourceFile>, identities: &mut Identities, rendered: &mut Rendered) {
    let template = file.text().contains("{{");
    let documents = parsed.documents;
    if let Some(finding) = files::kustomization(file, documents.first().map(|d| &d.node)) {
        rendered.findings.push(finding);
        return;
    }
    let (objects, invalid) = object::from_documents(documents);
    for mut finding in parsed.findings.into_iter().chain(invalid) {
        if template && (finding.rule == ids::PARSE_ERROR || finding.rule == ids::INVALID_OBJECT) {
            finding.help = Some(
                "The file has `{{`: it looks like a Helm template, which cannot be read before Helm has rendered it"
                    .to_owned(),
            );
        }
        rendered.findings.push(finding);
    }
    for manifest in objects {
        take_object(manifest, identities, rendered);
    }
}

fn take_object(manifest: Manifest, identities: &mut Identities, rendered: &mut Rendered) {
    let Some(first) = identities.get(&manifest.id).and_then(|index| rendered.manifests.get_mut(*index)) else {
        identities.insert(manifest.id.clone(), rendered.manifests.len());
        rendered.manifests.push(manifest);
        return;
    };
    let (here, there) = (name_span(&manifest), name_span(first));
    let finding = Finding::new(ids::DUPLICATE_OBJECT, here, format!("`{}` is defined twice", manifest.id))
        .with_label("defined again here")
        .with_related(there, "defined here")
        .with_object(&manifest.id)
        .with_help("Rename one of them or remove it; a cluster would keep the last");
    rendered.findings.push(finding);
    *first = manifest;
}

fn name_span(manifest: &Manifest) -> Span {
    manifest.node.at(&["metadata", "name"]).map_or(manifest.span, seatrial_model::Node::span)
}
