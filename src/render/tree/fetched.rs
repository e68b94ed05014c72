//! What was fetched for a repository, by address and version: found while rendering, read when it is asked for.
//!
//! Not here: fetching, and where it is kept.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

/// What was fetched, or could not be. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Fetched(Arc<HashMap<(String, String), Result<Arc<Artifact>, NotFetched>>>);

/// Something that was fetched: a packed chart, or an archive of manifests.
#[derive(Debug)]
pub struct Artifact {
    /// `sha256:` and the digest of its bytes in hexadecimal.
    pub digest: String,
    /// The version that was chosen, where a range or none was asked for.
    pub version: String,
    /// Where its bytes are.
    pub content: Content,
}

/// Where the bytes of an artifact are.
#[derive(Debug)]
pub enum Content {
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
        Artifact { digest: digest(&bytes), version: version.to_owned(), content: Content::Memory(bytes) }
    }

    /// Its bytes, if they still are what was fetched.
    ///
    /// # Errors
    /// A clause: why they cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, String> {
        let bytes = match &self.content {
            Content::Memory(bytes) => return Ok(bytes.clone()),
            Content::File(path) => std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?,
        };
        if digest(&bytes) == self.digest { Ok(bytes) } else { Err("is not what was fetched any more".to_owned()) }
    }
}

impl Fetched {
    /// Of these: address and version as they were asked for, and what came.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = ((String, String), Result<Arc<Artifact>, NotFetched>)>) -> Fetched {
        Fetched(Arc::new(all.into_iter().collect()))
    }

    /// What came of an address and a version; `None` where nobody asked.
    #[must_use]
    pub fn get(&self, url: &str, version: &str) -> Option<&Result<Arc<Artifact>, NotFetched>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(url.to_owned(), version.to_owned()))
    }
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
        let artifact =
            Artifact { digest: digest(b"one"), version: "1.0.0".to_owned(), content: Content::File(path.clone()) };
        assert_eq!(artifact.read().as_deref(), Ok(&b"one"[..]));
        std::fs::write(&path, "two").expect("written");
        assert_eq!(artifact.read(), Err("is not what was fetched any more".to_owned()));
        std::fs::remove_file(&path).expect("removed");
        assert!(artifact.read().is_err_and(|why| why.starts_with("cannot be read")));
    }

    #[test]
    fn what_nobody_asked_for_is_not_there() {
        let none = Err(NotFetched { is_absent: true, why: "no".to_owned() });
        let fetched = Fetched::new([(("oci://a/b".to_owned(), "1.0.0".to_owned()), none.clone())]);
        assert_eq!(fetched.get("oci://a/b", "1.0.0"), Some(&none));
        assert_eq!(fetched.get("oci://a/b", ""), None);
        assert_eq!(Fetched::default().get("oci://a/b", "1.0.0"), None);
    }
}
