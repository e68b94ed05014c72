//! What the registry holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::{Bytes, BytesMut};
use serde_json::Value;

use crate::oci::digest;

/// A manifest or an index.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    pub(super) bytes: Bytes,
}

#[derive(Debug, Default)]
struct Repository {
    blobs: BTreeSet<String>,
    manifests: BTreeMap<String, Manifest>,
    tags: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Store {
    /// Tags in one answer at most.
    pub(super) page: usize,
    pub(super) log: Vec<String>,
    repositories: BTreeMap<String, Repository>,
    blobs: HashMap<String, Bytes>,
    uploads: HashMap<String, BytesMut>,
    begun: u64,
}

impl Store {
    pub(super) fn with_pages_of(page: usize) -> Store {
        Store {
            page: page.max(1),
            log: Vec::new(),
            repositories: BTreeMap::new(),
            blobs: HashMap::new(),
            uploads: HashMap::new(),
            begun: 0,
        }
    }

    pub(super) fn repositories(&self) -> Vec<&String> {
        self.repositories.keys().collect()
    }

    fn repository(&mut self, name: &str) -> &mut Repository {
        self.repositories.entry(name.to_owned()).or_default()
    }

    pub(super) fn tags(&self, repository: &str) -> Option<Vec<String>> {
        Some(self.repositories.get(repository)?.tags.keys().cloned().collect())
    }

    pub(super) fn blob(&self, repository: &str, digest: &str) -> Option<Bytes> {
        self.repositories.get(repository)?.blobs.get(digest)?;
        self.blobs.get(digest).cloned()
    }

    pub(super) fn put_blob(&mut self, repository: &str, bytes: Bytes) -> String {
        let digest = digest(&bytes);
        self.blobs.insert(digest.clone(), bytes);
        self.repository(repository).blobs.insert(digest.clone());
        digest
    }

    /// Makes another repository's blob one of this, too.
    pub(super) fn mount(&mut self, repository: &str, from: &str, digest: &str) -> bool {
        let there = self.blob(from, digest).is_some();
        if there {
            self.repository(repository).blobs.insert(digest.to_owned());
        }
        there
    }

    pub(super) fn delete_blob(&mut self, repository: &str, digest: &str) -> bool {
        self.repositories.get_mut(repository).is_some_and(|repository| repository.blobs.remove(digest))
    }

    pub(super) fn manifest(&self, repository: &str, reference: &str) -> Option<&Manifest> {
        let repository = self.repositories.get(repository)?;
        let digest = repository.tags.get(reference).map_or(reference, String::as_str);
        repository.manifests.get(digest)
    }

    pub(super) fn put_manifest(&mut self, name: &str, tag: Option<&str>, media_type: &str, bytes: Bytes) -> String {
        let digest = digest(&bytes);
        let repository = self.repository(name);
        repository.manifests.insert(digest.clone(), Manifest { media_type: media_type.to_owned(), bytes });
        if let Some(tag) = tag {
            repository.tags.insert(tag.to_owned(), digest.clone());
        }
        digest
    }

    /// A tag is taken away; a digest goes with all its tags.
    pub(super) fn delete_manifest(&mut self, repository: &str, reference: &str) -> bool {
        let Some(repository) = self.repositories.get_mut(repository) else { return false };
        if repository.tags.remove(reference).is_some() {
            return true;
        }
        repository.tags.retain(|_, digest| digest != reference);
        repository.manifests.remove(reference).is_some()
    }

    /// The digests that a manifest names and the repository does not have.
    pub(super) fn missing(&self, repository: &str, manifest: &Value) -> Vec<String> {
        let named = |key: &str| {
            let listed = manifest.get(key).into_iter();
            let each = listed.flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
            each.filter_map(|part| part.get("digest")?.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let known = self.repositories.get(repository);
        let has_blob = |digest: &String| known.is_some_and(|known| known.blobs.contains(digest));
        let has_manifest = |digest: &String| known.is_some_and(|known| known.manifests.contains_key(digest));
        let blobs = [named("config"), named("layers")].concat().into_iter().filter(|digest| !has_blob(digest));
        blobs.chain(named("manifests").into_iter().filter(|digest| !has_manifest(digest))).collect()
    }

    pub(super) fn begin(&mut self) -> String {
        self.begun += 1;
        let id = format!("upload-{}", self.begun);
        self.uploads.insert(id.clone(), BytesMut::new());
        id
    }

    pub(super) fn uploaded(&self, id: &str) -> Option<usize> {
        self.uploads.get(id).map(BytesMut::len)
    }

    /// Adds a chunk, and gives how much is there.
    pub(super) fn append(&mut self, id: &str, chunk: &[u8]) -> Option<usize> {
        let upload = self.uploads.get_mut(id)?;
        upload.extend_from_slice(chunk);
        Some(upload.len())
    }

    /// Takes an upload away with what was there.
    pub(super) fn end(&mut self, id: &str) -> Option<Bytes> {
        self.uploads.remove(id).map(BytesMut::freeze)
    }
}
