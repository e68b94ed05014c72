//! A container image of one layer, made from files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::tar::Archive;
use super::{Blob, EPOCH, OciError, Package, digest, gzip};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// What an image gets that does not set one: the same as an image that is built from scratch by Docker.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An image for this machine's architecture, in the making.
#[derive(Clone, Debug, Default)]
pub struct Image {
    files: Archive,
    config: Config,
    created: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    exposed_ports: BTreeMap<String, BTreeMap<String, String>>,
    env: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entrypoint: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cmd: Vec<String>,
}

impl Image {
    /// An image without a file.
    #[must_use]
    pub fn new() -> Image {
        Image::default()
    }

    /// Adds a file's content at a path.
    ///
    /// # Errors
    /// When the path cannot be in an archive.
    pub fn with_content(mut self, path: &str, content: Vec<u8>, mode: u32) -> Result<Image, OciError> {
        self.files.add_file(path, content, mode)?;
        Ok(self)
    }

    /// Adds a file of this machine at a path.
    ///
    /// # Errors
    /// When it cannot be read, or the path cannot be in an archive.
    pub fn with_file(self, path: &str, file: &Path, mode: u32) -> Result<Image, OciError> {
        let content = std::fs::read(file).map_err(|error| OciError::Read(file.to_owned(), error))?;
        self.with_content(path, content, mode)
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// When the path or the target cannot be in an archive.
    pub fn with_link(mut self, path: &str, target: &str) -> Result<Image, OciError> {
        self.files.add_link(path, target)?;
        Ok(self)
    }

    /// The program and its first arguments.
    #[must_use]
    pub fn with_entrypoint(mut self, arguments: Vec<String>) -> Image {
        self.config.entrypoint = arguments;
        self
    }

    /// The arguments that a pod's `args` replaces.
    #[must_use]
    pub fn with_command(mut self, arguments: Vec<String>) -> Image {
        self.config.cmd = arguments;
        self
    }

    /// A variable as `NAME=VALUE`.
    #[must_use]
    pub fn with_variable(mut self, variable: &str) -> Image {
        self.config.env.push(variable.to_owned());
        self
    }

    /// Who runs it: `1000`, `1000:1000`.
    #[must_use]
    pub fn with_user(mut self, user: &str) -> Image {
        self.config.user = Some(user.to_owned());
        self
    }

    /// A TCP port that it listens on.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Image {
        self.config.exposed_ports.insert(format!("{port}/tcp"), BTreeMap::new());
        self
    }

    /// When it was made, in RFC 3339; 1970 without it.
    #[must_use]
    pub fn with_created(mut self, created: &str) -> Image {
        self.created = Some(created.to_owned());
        self
    }

    /// The image as it is pushed.
    #[must_use]
    pub fn package(&self) -> Package {
        let tar = self.files.bytes();
        let mut config = self.config.clone();
        if !config.env.iter().any(|variable| variable.starts_with("PATH=")) {
            config.env.insert(0, PATH.to_owned());
        }
        let config = ImageConfig {
            created: self.created.as_deref().unwrap_or(EPOCH),
            architecture: architecture(),
            os: "linux",
            config: Some(config),
            rootfs: RootFs::of(&tar),
        };
        Package {
            config: Blob::new(CONFIG, config.bytes()),
            layer: Blob::new(LAYER, gzip(&tar)),
            annotations: BTreeMap::new(),
        }
    }
}

/// As Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The configuration of an image, or of what passes for one.
#[derive(Serialize)]
pub(super) struct ImageConfig<'a> {
    pub(super) created: &'a str,
    pub(super) architecture: &'a str,
    pub(super) os: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Config>,
    rootfs: RootFs,
}

impl<'a> ImageConfig<'a> {
    /// The configuration of something that does not run.
    pub(super) fn of_data(created: &'a str, tar: &[u8]) -> ImageConfig<'a> {
        ImageConfig { created, architecture: "", os: "", config: None, rootfs: RootFs::of(tar) }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings are JSON")
    }
}

#[derive(Serialize)]
struct RootFs {
    r#type: &'static str,
    diff_ids: [String; 1],
}

impl RootFs {
    fn of(tar: &[u8]) -> RootFs {
        RootFs { r#type: "layers", diff_ids: [digest(tar)] }
    }
}
