//! What a CI says of a job: a signed token for an audience, asked for anew each time, as it lives for minutes.

use http::{HeaderValue, Method, header};
use reqwest::Request;
use seatrial_transport::Transport;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::EntraError;
use crate::form::{address, json, send};

/// The audience that Entra asks for.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Where the assertion comes from.
#[derive(Clone, Debug)]
pub enum Assertion {
    /// GitHub Actions: `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    GitHub {
        /// The address.
        url: String,
        /// Who asks.
        token: SecretString,
    },
    /// Azure Pipelines: `SYSTEM_OIDCREQUESTURI`, `SYSTEM_ACCESSTOKEN` and the service connection.
    AzurePipelines {
        /// The address.
        url: String,
        /// Who asks.
        token: SecretString,
        /// The id of the service connection.
        service_connection: String,
    },
    /// A file that somebody keeps fresh, and that was read a moment ago: `AZURE_FEDERATED_TOKEN_FILE`.
    Read(SecretString),
}

#[derive(Deserialize)]
struct GitHubAnswer {
    value: SecretString,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureAnswer {
    oidc_token: SecretString,
}

impl Assertion {
    /// A fresh one.
    ///
    /// # Errors
    /// See [`EntraError`].
    pub(crate) async fn get(&self, transport: &Transport) -> Result<SecretString, EntraError> {
        match self {
            Assertion::Read(token) => Ok(token.clone()),
            Assertion::GitHub { url, token } => {
                let mut url = address(url)?;
                url.query_pairs_mut().append_pair("audience", AUDIENCE);
                let answer = send(transport, request(Method::GET, url, token)?).await?;
                let (ci, status) = ("GitHub Actions", answer.status());
                if !status.is_success() {
                    let hint = "; the job needs `permissions: { id-token: write }`";
                    return Err(EntraError::NoAssertion { ci, status: status.as_u16(), hint });
                }
                Ok(json::<GitHubAnswer>(answer).await?.value)
            }
            Assertion::AzurePipelines { url, token, service_connection } => {
                let mut url = address(url)?;
                url.query_pairs_mut()
                    .append_pair("api-version", "7.1")
                    .append_pair("serviceConnectionId", service_connection);
                let mut request = request(Method::POST, url, token)?;
                request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
                // Else a token that is not taken is answered with a page to sign in.
                request.headers_mut().insert("x-tfs-fedauthredirect", HeaderValue::from_static("Suppress"));
                let answer = send(transport, request).await?;
                let (ci, status) = ("Azure Pipelines", answer.status());
                if !status.is_success() {
                    let hint = "; the step needs `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`, and the pipeline the service connection";
                    return Err(EntraError::NoAssertion { ci, status: status.as_u16(), hint });
                }
                Ok(json::<AzureAnswer>(answer).await?.oidc_token)
            }
        }
    }
}

fn request(method: Method, url: url::Url, token: &SecretString) -> Result<Request, EntraError> {
    let mut request = Request::new(method, url);
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| EntraError::Unreadable("a token of the environment that is not one".to_owned()))?;
    value.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Ok(request)
}
