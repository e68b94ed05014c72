//! What can go wrong between a job and its token.

use seatrial_transport::TransportError;

/// There is no token; the text says who refused whom, and never a token or an assertion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntraError {
    /// Nobody answered.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The CI gives no assertion.
    #[error("{ci} gives this job no identity token ({status}){hint}")]
    NoAssertion {
        /// What the CI is called.
        ci: &'static str,
        /// The status of its answer.
        status: u16,
        /// The way out, behind a semicolon.
        hint: &'static str,
    },
    /// Entra refuses the assertion.
    #[error("Entra refuses the job's identity: {said}{}", credential.as_ref().map(|credential| format!("; {credential}")).unwrap_or_default())]
    Refused {
        /// The first sentence of its answer: `AADSTS70021: No matching federated identity record found …`.
        said: String,
        /// The federated credential to create, where that is what is missing.
        credential: Option<String>,
    },
    /// The registry does not take the token.
    #[error(
        "{host} does not exchange the token of Entra ({status}); the identity needs the role `AcrPull`, or `AcrPush`, there"
    )]
    NotExchanged {
        /// The registry.
        host: String,
        /// The status of its answer.
        status: u16,
    },
    /// An answer that cannot be read.
    #[error("{0} answers what cannot be read")]
    Unreadable(String),
}
