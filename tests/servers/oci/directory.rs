//! What is made from a directory: a Helm chart and a Flux artifact.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::image::ImageConfig;
use super::tar::Archive;
use super::{Blob, EPOCH, OciError, Package, gzip};

const CHART_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const FLUX_CONFIG: &str = "application/vnd.cncf.flux.config.v1+json";
const FLUX_LAYER: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";

/// A Helm chart, as `helm push` makes it.
#[derive(Clone, Debug)]
pub struct Chart {
    metadata: Metadata,
    files: Archive,
}

/// The part of `Chart.yaml` that goes into the configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    api_version: String,
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
}

impl Chart {
    /// Reads a chart's directory.
    ///
    /// # Errors
    /// When a file cannot be read, or `Chart.yaml` lacks `apiVersion`, `name` or `version`.
    pub fn read(directory: &Path) -> Result<Chart, OciError> {
        let file = directory.join("Chart.yaml");
        let text = std::fs::read_to_string(&file).map_err(|error| OciError::Read(file.clone(), error))?;
        let metadata: Metadata =
            serde_saphyr::from_str(&text).map_err(|error| OciError::Chart { file, why: error.to_string() })?;
        let mut files = Archive::default();
        add_directory(&mut files, directory, &metadata.name)?;
        Ok(Chart { metadata, files })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Its version as a tag: Helm writes `_` for `+`, which a tag cannot have.
    #[must_use]
    pub fn tag(&self) -> String {
        self.metadata.version.replace('+', "_")
    }

    /// The chart as it is pushed.
    #[must_use]
    pub fn package(&self) -> Package {
        let config = serde_json::to_vec(&self.metadata).expect("strings are JSON");
        let mut annotations = BTreeMap::new();
        let mut annotate = |key: &str, value: &str| annotations.insert(key.to_owned(), value.to_owned());
        annotate("org.opencontainers.image.title", &self.metadata.name);
        annotate("org.opencontainers.image.version", &self.metadata.version);
        if let Some(description) = &self.metadata.description {
            annotate("org.opencontainers.image.description", description);
        }
        Package {
            config: Blob::new(CHART_CONFIG, config),
            layer: Blob::new(CHART_LAYER, gzip(&self.files.bytes())),
            annotations,
        }
    }
}

/// What Flux's `OCIRepository` pulls, as `flux push artifact` makes it.
#[derive(Clone, Debug)]
pub struct FluxArtifact {
    files: Archive,
    created: String,
    annotations: BTreeMap<String, String>,
}

impl FluxArtifact {
    /// Reads a directory of manifests.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(directory: &Path) -> Result<FluxArtifact, OciError> {
        let mut files = Archive::default();
        add_directory(&mut files, directory, "")?;
        Ok(FluxArtifact { files, created: EPOCH.to_owned(), annotations: BTreeMap::new() })
    }

    /// Where the manifests come from, such as a repository's URL.
    #[must_use]
    pub fn with_source(self, source: &str) -> FluxArtifact {
        self.annotated("org.opencontainers.image.source", source)
    }

    /// Which revision of it, such as `main@sha1:…`.
    #[must_use]
    pub fn with_revision(self, revision: &str) -> FluxArtifact {
        self.annotated("org.opencontainers.image.revision", revision)
    }

    /// When it was made, in RFC 3339; 1970 without it.
    #[must_use]
    pub fn with_created(mut self, created: &str) -> FluxArtifact {
        created.clone_into(&mut self.created);
        self
    }

    fn annotated(mut self, key: &str, value: &str) -> FluxArtifact {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The artifact as it is pushed.
    #[must_use]
    pub fn package(&self) -> Package {
        let tar = self.files.bytes();
        let config = ImageConfig::of_data(&self.created, &tar).bytes();
        let with_created = self.clone().annotated("org.opencontainers.image.created", &self.created);
        Package {
            config: Blob::new(FLUX_CONFIG, config),
            layer: Blob::new(FLUX_LAYER, gzip(&tar)),
            annotations: with_created.annotations,
        }
    }
}

/// Adds all files below a directory under a prefix. Links are followed, as Helm does; `.git` is left out.
fn add_directory(files: &mut Archive, directory: &Path, prefix: &str) -> Result<(), OciError> {
    let unreadable = |error| OciError::Read(directory.to_owned(), error);
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(OciError::Path { path: path.display().to_string(), why: "its name is not UTF-8" });
        };
        if name == ".git" {
            continue;
        }
        let inside = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        if path.is_dir() {
            add_directory(files, &path, &inside)?;
        } else {
            let content = std::fs::read(&path).map_err(|error| OciError::Read(path.clone(), error))?;
            files.add_file(&inside, content, 0o644)?;
        }
    }
    Ok(())
}
