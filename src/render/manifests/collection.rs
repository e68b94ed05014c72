//! The objects of several files, and what is said of those that have one identity.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Finding, Level, Manifest, ObjectId, Rendered, SourceFile, ids};
use seatrial_tree::parent;
use seatrial_yaml::Parsed;

use crate::object::GeneratedNames;
use crate::{files, object};

/// Who says that the files belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Files {
    /// A person, who named their directory: they are applied together.
    Named,
    /// Nobody.
    Found,
}

/// What is rendered of them so far.
pub(crate) struct Collection {
    pub(crate) rendered: Rendered,
    files: Files,
    known: HashMap<ObjectId, Known>,
}

/// The last object of an identity.
struct Known {
    /// Where it stands among the manifests.
    index: usize,
    file: Arc<SourceFile>,
}

impl Collection {
    pub(crate) fn of(files: Files) -> Collection {
        Collection { rendered: Rendered::default(), files, known: HashMap::new() }
    }

    pub(crate) fn take_file(&mut self, parsed: Parsed, file: &Arc<SourceFile>) {
        let template = file.text().contains("{{");
        let documents = parsed.documents;
        let kustomization = files::kustomization(file, documents.first().map(|d| &d.node));
        if let Some(finding) = kustomization.filter(|_| self.files == Files::Named) {
            self.rendered.findings.push(finding);
            return;
        }
        let generated_names = match self.files {
            Files::Named => GeneratedNames::Refused,
            Files::Found => GeneratedNames::Taken,
        };
        let (objects, invalid) = object::from_documents(documents, generated_names);
        for mut finding in parsed.findings.into_iter().chain(invalid) {
            if template && (finding.rule == ids::PARSE_ERROR || finding.rule == ids::INVALID_OBJECT) {
                finding.help = Some(
                    "The file has `{{`: it looks like a Helm template, which cannot be read before Helm has rendered it"
                        .to_owned(),
                );
            }
            self.rendered.findings.push(finding);
        }
        for manifest in objects {
            self.take_object(manifest, file);
        }
    }

    fn take_object(&mut self, manifest: Manifest, file: &Arc<SourceFile>) {
        if manifest.node.at(&["metadata", "name"]).is_none() {
            // Its name is not known yet.
            return self.rendered.manifests.push(manifest);
        }
        let new = Known { index: self.rendered.manifests.len(), file: Arc::clone(file) };
        let Some(known) = self.known.insert(manifest.id.clone(), new) else {
            return self.rendered.manifests.push(manifest);
        };
        let is_one_file = known.file.id() == file.id();
        let is_one_directory = parent(known.file.path()) == parent(file.path());
        let level = match self.files {
            Files::Named => Some(Level::Error),
            Files::Found if is_one_file => Some(Level::Error),
            Files::Found if is_one_directory => Some(Level::Warning),
            Files::Found => None,
        };
        let Some(first) = self.rendered.manifests.get_mut(known.index) else { return };
        self.rendered.findings.extend(level.map(|level| twice(&manifest, first).with_level(level)));
        if level == Some(Level::Error) {
            *first = manifest;
            self.known.entry(first.id.clone()).and_modify(|new| new.index = known.index);
        } else {
            // Each of them is somebody's.
            self.rendered.manifests.push(manifest);
        }
    }
}

fn twice(manifest: &Manifest, first: &Manifest) -> Finding {
    Finding::new(ids::DUPLICATE_OBJECT, manifest.name_span(), format!("`{}` is defined twice", manifest.id))
        .with_label("also defined here")
        .with_related(first.name_span(), "defined here")
        .with_object(&manifest.id)
        .with_help("Rename or remove one of them; a cluster would keep the last")
}
