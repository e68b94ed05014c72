//! Where credentials come from: the kubeconfig, a token file, a plugin.

use std::path::PathBuf;

use jiff::SignedDuration;
use seatrial_model::{Masker, Secret};

use crate::access::credential::{Credential, Identity, bearer};
use crate::access::file::read_text;
use crate::access::plugin::Plugin;
use crate::{ApiError, clock};

/// A projected token is rotated on disk: it is read again after this time, as client-go does.
const TOKEN_FILE_LIFE: SignedDuration = SignedDuration::from_secs(60);

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
