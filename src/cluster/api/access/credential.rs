//! Who we are to the cluster at a moment: a token, a client certificate.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use seatrial_model::{Masker, Secret};

use crate::ApiError;

/// Credentials as they are now.
#[derive(Default)]
pub(crate) struct Credential {
    /// Value of the `Authorization` header.
    pub(crate) authorization: Option<Secret>,
    /// The client certificate.
    pub(crate) identity: Option<Identity>,
    /// When they have to be got again; `None` for never.
    pub(crate) expires: Option<Timestamp>,
}

/// A client certificate with its key.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: Arc<PrivateKeyDer<'static>>,
}

impl Identity {
    /// Reads both in PEM and enters the key into `masker`.
    pub(crate) fn read(certificate: &[u8], key: &[u8], user: &str, masker: &Masker) -> Result<Identity, ApiError> {
        let wrong = |what: &str| ApiError::Configuration(format!("the {what} of user `{user}` is not valid PEM"));
        // Also within one line of a log: the armour is masked by its shape, the lines by their text.
        masker.add(&String::from_utf8_lossy(key));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| wrong("client certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| wrong("client key"))?;
        Ok(Identity { chain, key: Arc::new(key) })
    }
}

/// The `Authorization` header of a token.
pub(crate) fn bearer(token: &str) -> Secret {
    Secret::new(format!("Bearer {}", token.trim()))
}
