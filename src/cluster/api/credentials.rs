//! Who we are to the cluster: tokens, token files, client certificates, and what a plugin gives.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use seatrial_model::{Masker, Secret};

use crate::ApiError;
use crate::access::read_text;
use crate::clock;
use crate::plugin::Plugin;

/// A projected token is rotated on disk: it is read again after this time, as client-go does.
const TOKEN_FILE_LIFE: SignedDuration = SignedDuration::from_secs(60);

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

/// Where credentials come from.
pub(crate) enum Credentials {
    /// There are none: the simulated cluster.
    Nobody,
    /// They stand in the kubeconfig.
    Held { authorization: Option<Secret>, identity: Option<Identity> },
    /// They are read from a file, again and again.
    TokenFile(PathBuf),
    /// A program gives them.
    Plugin(Box<Plugin>),
}

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

impl Credentials {
    /// Gets them, running the plugin if that is where they come from.
    pub(crate) async fn obtain(&self, masker: &Masker) -> Result<Credential, ApiError> {
        match self {
            Credentials::Nobody => Ok(Credential::default()),
            Credentials::Held { authorization, identity } => {
                Ok(Credential { authorization: authorization.clone(), identity: identity.clone(), expires: None })
            }
            Credentials::TokenFile(path) => {
                let token = read_text(path, "the token file")?;
                masker.add(&token);
                let expires = clock::now().checked_add(TOKEN_FILE_LIFE).ok();
                Ok(Credential { authorization: Some(bearer(&token)), identity: None, expires })
            }
            Credentials::Plugin(plugin) => plugin.run(masker).await,
        }
    }

    /// Whether getting them again may give others: then a 401 is worth one more attempt.
    pub(crate) fn may_change(&self) -> bool {
        matches!(self, Credentials::TokenFile(_) | Credentials::Plugin(_))
    }
}

/// The `Authorization` header of a token.
pub(crate) fn bearer(token: &str) -> Secret {
    Secret::new(format!("Bearer {}", token.trim()))
}
