//! What was fetched for a repository, by address and version: found while rendering, read when it is asked for.
//!
//! Not here: fetching, and where it is kept.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use seatrial_model::NeededKind;
use sha2::{Digest as _, Sha256};

/// What was fetched, or could not be. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Fetched(Arc<Known>);

/// What was asked for: what it is, its address and its version.
pub type Key = (NeededKind, String, String);

#[derive(Debug, Default)]
struct Known {
    all: HashMap<Key, Result<Arc<Artifact>, NotFetched>>,
    used: Mutex<BTreeSet<Key>>,
}

/// Something that was fetched: a packed chart, or an archive of manifests.
#[derive(Debug)]
pub struct Artifact {
    /// `sha256:` and the digest of its bytes in hexadecimal.
    pub digest: String,
    /// The version that was chosen, where a range or none was asked for.
    pub version: String,
    content: Content,
    is_broken: AtomicBool,
}

/// Where the bytes of an artifact are.
#[derive(Debug)]
enum Content {
    /// Here.
    Memory(Vec<u8>),
    /// In this file, which others may have changed since.
    File(PathBuf),
}

/// Why something was not fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFetched {
    /// Whether it is proven that it is not there: whoever applies this will not get it, either.
    pub is_absent: bool,
    /// Why, as a clause.
    pub why: String,
}

/// Two artifacts of one digest are the same, wherever they were fetched from.
impl PartialEq for Artifact {
    fn eq(&self, other: &Artifact) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Artifact {}

impl Artifact {
    /// Bytes that are here.
    #[must_use]
    pub fn of(bytes: Vec<u8>, version: &str) -> Artifact {
        Artifact::verified(&digest(&bytes), version, bytes)
    }

    /// Bytes that were held against this digest when they came.
    #[must_use]
    pub fn verified(digest: &str, version: &str, bytes: Vec<u8>) -> Artifact {
        Artifact::new(digest, version, Content::Memory(bytes))
    }

    /// Bytes of this digest that were put into a file.
    #[must_use]
    pub fn kept(digest: &str, version: &str, path: PathBuf) -> Artifact {
        Artifact::new(digest, version, Content::File(path))
    }

    fn new(digest: &str, version: &str, content: Content) -> Artifact {
        let (digest, version) = (digest.to_owned(), version.to_owned());
        Artifact { digest, version, content, is_broken: AtomicBool::new(false) }
    }

    /// Whether somebody could not read it.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Its bytes, if they still are what was fetched.
    ///
    /// # Errors
    /// A clause: why they cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, String> {
        let path = match &self.content {
            Content::Memory(bytes) => return Ok(bytes.clone()),
            Content::File(path) => path,
        };
        let read = match std::fs::read(path) {
            Ok(bytes) if digest(&bytes) == self.digest => Ok(bytes),
            Ok(_) => Err("is not what was fetched any more".to_owned()),
            Err(error) => Err(format!("cannot be read: {error}")),
        };
        self.is_broken.store(read.is_err(), Ordering::Relaxed);
        read
    }
}

impl Fetched {
    /// Of these: address and version as they were asked for, and what came.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = (Key, Result<Arc<Artifact>, NotFetched>)>) -> Fetched {
        Fetched(Arc::new(Known { all: all.into_iter().collect(), used: Mutex::default() }))
    }

    /// What came of an address and a version; `None` where nobody asked.
    #[must_use]
    pub fn get(&self, kind: NeededKind, url: &str, version: &str) -> Option<&Result<Arc<Artifact>, NotFetched>> {
        if self.0.all.is_empty() {
            return None;
        }
        let wanted = (kind, url.to_owned(), version.to_owned());
        let found = self.0.all.get(&wanted)?;
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner).insert(wanted);
        Some(found)
    }

    /// What somebody asked for that is here.
    #[must_use]
    pub fn used(&self) -> BTreeSet<Key> {
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a text is such a digest: it becomes the name of a file, and a part of addresses.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `sha256:` and the digest of bytes in hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chart.tgz");
        std::fs::write(&path, "one").expect("written");
        let artifact = Artifact::kept(&digest(b"one"), "1.0.0", path.clone());
        assert_eq!(artifact.read().as_deref(), Ok(&b"one"[..]));
        std::fs::write(&path, "two").expect("written");
        assert!(!artifact.is_broken());
        assert_eq!(artifact.read(), Err("is not what was fetched any more".to_owned()));
        assert!(artifact.is_broken());
        std::fs::remove_file(&path).expect("removed");
        assert!(artifact.read().is_err_and(|why| why.starts_with("cannot be read")));
    }

    #[test]
    fn what_nobody_asked_for_is_not_there() {
        let none = Err(NotFetched { is_absent: true, why: "no".to_owned() });
        let fetched = Fetched::new([((NeededKind::Chart, "oci://a/b".to_owned(), "1.0.0".to_owned()), none.clone())]);
        assert_eq!(fetched.get(NeededKind::Chart, "oci://a/b", "1.0.0"), Some(&none));
        assert_eq!(fetched.get(NeededKind::Source, "oci://a/b", "1.0.0"), None);
        assert_eq!(Fetched::default().get(NeededKind::Chart, "oci://a/b", "1.0.0"), None);
        assert_eq!(Vec::from_iter(fetched.used()), [(NeededKind::Chart, "oci://a/b".to_owned(), "1.0.0".to_owned())]);
    }
}
