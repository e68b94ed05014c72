//! Microsoft Entra ID by workload identity federation: what a CI says of a job, exchanged for a token, and that for a login of an Azure Container
//! Registry. No secret is stored anywhere.
//!
//! Not here: which variables and files say who the job is, and managed identities.

mod assertion;
mod claims;
mod error;
mod exchange;
mod form;
mod identity;

pub use assertion::Assertion;
pub use error::EntraError;
pub use exchange::{is_azure_registry, registry_login};
pub use identity::Identity;
