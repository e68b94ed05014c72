//! Files that a target names: keys, certificates, tokens.

use std::path::Path;

use crate::ApiError;

#[allow(clippy::disallowed_methods, reason = "the rim: kubeconfigs and service accounts name files")]
pub(crate) fn read_bytes(path: &Path, what: &str) -> Result<Vec<u8>, ApiError> {
    std::fs::read(path)
        .map_err(|error| ApiError::Configuration(format!("{what} `{}` cannot be read: {error}", path.display())))
}

pub(crate) fn read_text(path: &Path, what: &str) -> Result<String, ApiError> {
    let bytes = read_bytes(path, what)?;
    String::from_utf8(bytes).map_err(|_| ApiError::Configuration(format!("{what} `{}` is not text", path.display())))
}
