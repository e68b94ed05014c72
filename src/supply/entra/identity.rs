//! An identity that a job may act as: an application or a managed identity with a federated credential.

use seatrial_transport::Transport;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::claims::Claims;
use crate::form::{address, json, post};
use crate::{Assertion, EntraError};

/// The cloud that most are in.
const PUBLIC_CLOUD: &str = "https://login.microsoftonline.com/";

/// What Entra answers where the assertion matches no federated credential, in the order of their numbers.
const NO_CREDENTIAL: [&str; 4] = ["AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213"];

/// Who a job is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The tenant.
    pub tenant: String,
    /// The client.
    pub client: String,
    /// `AZURE_AUTHORITY_HOST`, for another cloud.
    pub authority: Option<String>,
    /// What proves it.
    pub assertion: Assertion,
}

#[derive(Deserialize)]
struct Token {
    access_token: SecretString,
}

#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    error_description: String,
}

impl Identity {
    /// A token for a scope (Microsoft identity platform: client credentials with a federated assertion).
    ///
    /// # Errors
    /// See [`EntraError`].
    pub async fn token(&self, transport: &Transport, scope: &str) -> Result<SecretString, EntraError> {
        let assertion = self.assertion.get(transport).await?;
        let authority = self.authority.as_deref().unwrap_or(PUBLIC_CLOUD).trim_end_matches('/');
        let url = address(&format!("{authority}/{}/oauth2/v2.0/token", self.tenant))?;
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client.as_str()),
            ("scope", scope),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.expose_secret()),
        ];
        let answer = post(transport, url, &pairs).await?;
        if answer.status().is_success() {
            return Ok(json::<Token>(answer).await?.access_token);
        }
        let said = json::<Refusal>(answer).await.unwrap_or_default().error_description;
        let said = said.lines().next().unwrap_or_default().trim().to_owned();
        let is_missing = NO_CREDENTIAL.iter().any(|code| said.starts_with(&format!("{code}:")));
        let credential = Claims::of(assertion.expose_secret()).filter(|_| is_missing).map(|claims| claims.credential());
        Err(EntraError::Refused { said, credential })
    }
}
