//! Manifests as the OCI image specification has them: of a chart or an artifact, which layer it is.

use seatrial_tree::is_digest;
use serde::Deserialize;

use crate::FetchError;

/// What is asked for: what Helm and Flux push, and Docker's older names.
pub(crate) const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// The layer of a chart (helm: `registry.ChartLayerMediaType`), and its older name.
const CHART_LAYERS: [&str; 2] = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];

/// A manifest, or an index of several.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

/// The name of a content.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
}

/// Which layer is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    /// That of a chart.
    Chart,
    /// That of a media type; the first one where none is said (fluxcd: `OCIRepository.spec.layerSelector`).
    Layer(Option<&'a str>),
}

impl Manifest {
    /// Reads what a registry answers.
    ///
    /// # Errors
    /// [`FetchError::Wrong`] for what is not one.
    pub(crate) fn read(what: &str, bytes: &[u8]) -> Result<Manifest, FetchError> {
        let wrong = |why: &str| FetchError::Wrong(format!("the manifest of {what} cannot be read: {why}"));
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
        let mut all = manifest.layers.iter().chain(&manifest.manifests);
        match all.all(|descriptor| is_digest(&descriptor.digest)) {
            true => Ok(manifest),
            false => Err(wrong("it names a part by something else than a `sha256` digest")),
        }
    }

    /// The only manifest of an index; `None` where it is not an index.
    ///
    /// # Errors
    /// [`FetchError::Wrong`] for several: nothing says which of them is meant.
    pub(crate) fn only(&self, what: &str) -> Result<Option<&Descriptor>, FetchError> {
        match (self.layers.as_slice(), self.manifests.as_slice()) {
            ([], [only]) => Ok(Some(only)),
            ([], [_, _, ..]) => {
                let count = self.manifests.len();
                Err(FetchError::Wrong(format!(
                    "{what} is an index of {count} manifests, and nothing says which of them is meant"
                )))
            }
            _ => Ok(None),
        }
    }

    /// The layer that is wanted.
    ///
    /// # Errors
    /// [`FetchError::Wrong`] where there is none.
    pub(crate) fn layer(&self, what: &str, wanted: Wanted<'_>) -> Result<&Descriptor, FetchError> {
        let of_type = |known: &str| self.layers.iter().find(|layer| layer.media_type == known);
        let found = match wanted {
            Wanted::Chart => CHART_LAYERS.iter().find_map(|known| of_type(known)),
            Wanted::Layer(Some(known)) => of_type(known),
            Wanted::Layer(None) => self.layers.first(),
        };
        found.ok_or_else(|| {
            let has: Vec<String> = self.layers.iter().map(|layer| format!("`{}`", layer.media_type)).collect();
            let is_no = match wanted {
                Wanted::Chart => "is not a chart".to_owned(),
                Wanted::Layer(Some(known)) => format!("has no layer `{known}`"),
                Wanted::Layer(None) => "is empty".to_owned(),
            };
            let has = if has.is_empty() {
                "it has no layers".to_owned()
            } else {
                format!("its layers are {}", has.join(", "))
            };
            FetchError::Wrong(format!("{what} {is_no}: {has}"))
        })
    }
}
