//! A token of Entra for a login of an Azure Container Registry (Azure/acr: docs/AAD-OAuth.md).

use seatrial_transport::Transport;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::form::{address, json, post};
use crate::{EntraError, Identity};

/// The scope that registries take, whether or not they take tokens for ARM.
const SCOPE: &str = "https://containerregistry.azure.net/.default";

/// Registries of Azure's clouds.
const DOMAINS: [&str; 4] = [".azurecr.io", ".azurecr.cn", ".azurecr.de", ".azurecr.us"];

#[derive(Deserialize)]
struct Refresh {
    refresh_token: SecretString,
}

/// Whether a host is an Azure Container Registry.
#[must_use]
pub fn is_azure_registry(host: &str) -> bool {
    DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|name| !name.is_empty()))
}

/// A refresh token of a registry, which is an identity token: a password without a user. `address` is that of the registry, with its scheme.
///
/// # Errors
/// See [`EntraError`].
pub async fn registry_login(
    transport: &Transport,
    identity: &Identity,
    host: &str,
    plain_http: bool,
) -> Result<SecretString, EntraError> {
    let token = identity.token(transport, SCOPE).await?;
    let scheme = if plain_http { "http" } else { "https" };
    let url = address(&format!("{scheme}://{host}/oauth2/exchange"))?;
    let pairs = [
        ("grant_type", "access_token"),
        ("service", host),
        ("tenant", identity.tenant.as_str()),
        ("access_token", token.expose_secret()),
    ];
    let answer = post(transport, url, &pairs).await?;
    if !answer.status().is_success() {
        return Err(EntraError::NotExchanged { host: host.to_owned(), status: answer.status().as_u16() });
    }
    Ok(json::<Refresh>(answer).await?.refresh_token)
}
