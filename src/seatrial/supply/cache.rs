//! Where fetched things are kept between runs: files named after their digest, and a list of what stands for which address and version.
//!
//! Several processes may use one cache: files are moved into place when they are whole, lines are appended, and what cannot be read counts
//! as not there.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_tree::{Artifact, is_digest};
use serde::{Deserialize, Serialize};

/// A directory that holds what was fetched.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
}

/// What stands for an address and a version: a line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Whether it holds manifests: charts are asked for otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_source: bool,
    pub(crate) url: String,
    /// As it was asked for; empty for any.
    pub(crate) asked: String,
    /// The version that was chosen.
    pub(crate) version: String,
    /// Of the bytes.
    pub(crate) digest: String,
    /// Of the manifest that a registry has of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<String>,
}

impl Cache {
    pub(crate) fn at(directory: PathBuf) -> Cache {
        Cache { directory }
    }

    /// What the list says and is there; the last line about something counts.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let Ok(text) = fs::read_to_string(self.list()) else { return Vec::new() };
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let mut last: HashMap<(bool, String, String), Entry> = HashMap::new();
        for entry in lines.filter(|entry| is_digest(&entry.digest)) {
            last.insert((entry.is_source, entry.url.clone(), entry.asked.clone()), entry);
        }
        last.into_values().filter(|entry| self.file(&entry.digest).is_file()).collect()
    }

    /// The artifact of an entry; its bytes are read, and held against their digest, when they are needed.
    pub(crate) fn artifact(&self, entry: &Entry) -> Arc<Artifact> {
        Arc::new(Artifact::kept(&entry.digest, &entry.version, self.file(&entry.digest)))
    }

    /// Keeps bytes.
    ///
    /// # Errors
    /// A clause: why they cannot be kept.
    pub(crate) fn keep(&self, entry: &Entry, bytes: &[u8]) -> Result<(), String> {
        let kept = self.keep_file(&self.file(&entry.digest), bytes).and_then(|()| self.append(entry));
        kept.map_err(|error| format!("`{}` cannot be written: {error}", self.directory.display()))
    }

    fn keep_file(&self, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.directory.join("blobs").join("sha256");
        fs::create_dir_all(&folder)?;
        let temporary =
            folder.join(format!(".{}.{}", std::process::id(), file.file_name().unwrap_or_default().display()));
        fs::write(&temporary, bytes)?;
        fs::rename(&temporary, file).inspect_err(|_| drop(fs::remove_file(&temporary)))
    }

    fn append(&self, entry: &Entry) -> std::io::Result<()> {
        let line = format!("{}\n", serde_json::to_string(entry).unwrap_or_default());
        OpenOptions::new().create(true).append(true).open(self.list())?.write_all(line.as_bytes())
    }

    fn list(&self) -> PathBuf {
        self.directory.join("known.jsonl")
    }

    fn file(&self, digest: &str) -> PathBuf {
        self.directory.join("blobs").join("sha256").join(digest.trim_start_matches("sha256:"))
    }
}

/// The directory of what a cache holds: `SEATRIAL_CACHE`, else below the user's cache directory.
pub(super) fn cache_directory(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let set = |name: &str| env.get(name).filter(|value| !value.trim().is_empty()).map(PathBuf::from);
    let below = |folder: PathBuf| folder.join("seatrial");
    set("SEATRIAL_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").filter(|path| path.is_absolute()).map(below))
        .or_else(|| set("HOME").filter(|path| Path::new(path).is_absolute()).map(|home| below(home.join(".cache"))))
}

#[cfg(test)]
mod tests {
    use seatrial_tree::digest;

    use super::*;

    fn entry(version: &str, bytes: &[u8]) -> Entry {
        Entry {
            is_source: false,
            url: "oci://registry.example.com/web".to_owned(),
            asked: "1.x".to_owned(),
            version: version.to_owned(),
            digest: digest(bytes),
            manifest: None,
        }
    }

    #[test]
    fn the_last_line_about_something_counts_and_what_cannot_be_read_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().join("cache"));
        assert!(cache.entries().is_empty());
        cache.keep(&entry("1.0.0", b"one"), b"one").expect("kept");
        cache.keep(&entry("1.1.0", b"two"), b"two").expect("kept");
        let mut list = OpenOptions::new().append(true).open(cache.list()).expect("the list");
        list.write_all(b"{\"url\": \"oci://x\", \"asked\": \"\", \"version\": \"1\", \"digest\": \"sha256:../../etc/passwd\"}\nnot a line\n")
            .expect("written");
        assert_eq!(cache.entries(), [entry("1.1.0", b"two")]);
        assert_eq!(cache.artifact(&entry("1.1.0", b"two")).read().as_deref(), Ok(&b"two"[..]));
        fs::remove_file(cache.file(&digest(b"two"))).expect("removed");
        assert!(cache.entries().is_empty(), "its file is gone");
    }
}
