//! Makes images, charts and Flux artifacts from files, and pushes them over the registry HTTP API.
//!
//! The same files give the same bytes and the same digest: entries are sorted, owners are root, times are 1970.
//!
//! Not imitated: more than one layer or platform, base images, whiteouts, owners other than root, file names over 255 bytes, `.helmignore`,
//! `.sourceignore`, provenance files, signatures, chunked uploads, mounting from another repository, TLS.

mod directory;
mod image;
mod push;
mod tar;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use directory::{Chart, FluxArtifact};
pub use image::Image;
pub use push::Remote;

use crate::call::CallError;

/// The one kind of manifest that is made here.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// When everything was made, unless somebody says otherwise.
pub const EPOCH: &str = "1970-01-01T00:00:00Z";

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// A file that cannot be read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// A path that an archive cannot hold.
    #[error("`{path}` cannot be put into an archive: {why}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A chart without a readable `Chart.yaml`.
    #[error("{}: {why}", .file.display())]
    Chart {
        /// The `Chart.yaml`.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The registry is not reached.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The registry breaks off.
    #[error("the answer of {0} broke off")]
    Body(String, #[source] hyper::Error),
    /// The registry says no.
    #[error("{request}: {status} {body}")]
    Refused {
        /// Method and address.
        request: String,
        /// The status.
        status: u16,
        /// What it says.
        body: String,
    },
    /// The registry answers in a way that cannot be.
    #[error("{request}: {why}")]
    Nonsense {
        /// Method and address.
        request: String,
        /// What is wrong with the answer.
        why: String,
    },
}

/// `sha256:…` of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

/// The name of a content.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: usize,
}

/// A content with its type.
#[derive(Clone, Debug)]
pub struct Blob {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Blob {
    /// A content of a type.
    #[must_use]
    pub fn new(media_type: &str, bytes: impl Into<Bytes>) -> Blob {
        Blob { media_type: media_type.to_owned(), bytes: bytes.into() }
    }

    fn descriptor(&self) -> Descriptor {
        Descriptor { media_type: self.media_type.clone(), digest: digest(&self.bytes), size: self.bytes.len() }
    }
}

/// What is pushed under one tag.
#[derive(Clone, Debug)]
pub struct Package {
    /// The configuration.
    pub config: Blob,
    /// The layer.
    pub layer: Blob,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
}

impl Package {
    /// The manifest's bytes.
    #[must_use]
    pub fn manifest(&self) -> Vec<u8> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Manifest<'a> {
            schema_version: u8,
            media_type: &'static str,
            config: Descriptor,
            layers: [Descriptor; 1],
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            annotations: &'a BTreeMap<String, String>,
        }
        let manifest = Manifest {
            schema_version: 2,
            media_type: MANIFEST,
            config: self.config.descriptor(),
            layers: [self.layer.descriptor()],
            annotations: &self.annotations,
        };
        serde_json::to_vec(&manifest).expect("strings and numbers are JSON")
    }

    /// The manifest's digest: what a pod's `imageID` ends with.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.manifest())
    }
}

/// Compressed without name and time.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes all bytes")
}
