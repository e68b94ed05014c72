//! The terms of a deployment: what `deploy:` says of it, placeholders filled in. They are known before anything is deployed.

use std::time::Duration;

use seatrial_deploy::Preview;
use thiserror::Error;

use crate::config::{DEFAULT_TIMEOUT, DeployConfig, EnvironmentConfig, FillError, Placeholders, fill, is_dns_label};

/// How long what was changed is watched at most once it is ready.
const DEFAULT_SETTLE: Duration = Duration::from_secs(30);

/// How long a preview lives when nothing else is said.
const DEFAULT_TTL: Duration = Duration::from_secs(72 * 3600);

/// What one deployment is told.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The namespace of its own, if it has one.
    pub(crate) preview: Option<Preview>,
    /// Where readers of the report find it.
    pub(crate) url: Option<String>,
    /// For connecting, applying and waiting.
    pub(crate) timeout: Duration,
    /// For how long at most it is watched whether what was deployed stays ready.
    pub(crate) settle: Duration,
    /// The kinds that may be deleted and created anew.
    pub(crate) recreate: Vec<String>,
    /// What the addresses of its tests are filled with.
    pub(crate) placeholders: Placeholders,
}

/// Why a deployment has no terms, as a sentence.
#[derive(Debug, Error)]
pub(crate) enum TermsError {
    #[error(transparent)]
    Placeholder(#[from] FillError),
    #[error("`{0}` is not a valid namespace name; use lower-case letters, digits and `-`, at most 63")]
    Namespace(String),
    /// Of a duration; the configuration has been checked for it.
    #[error("{0}")]
    Duration(String),
}

impl TermsError {
    /// Whether nothing is wrong but that there is no pull request.
    pub(crate) fn needs_a_pull_request(&self) -> bool {
        matches!(self, TermsError::Placeholder(FillError::OfPullRequest { .. }))
    }

    /// The sentence with what a person can do about it.
    pub(crate) fn with_way_out(&self) -> String {
        match self {
            TermsError::Placeholder(error) => error.with_way_out(),
            TermsError::Namespace(_) | TermsError::Duration(_) => self.to_string(),
        }
    }
}

impl Terms {
    /// Of an environment's `deploy:`, or of none.
    ///
    /// # Errors
    /// [`TermsError`] where a name or an address cannot be made.
    pub(crate) fn of(environment: &EnvironmentConfig, placeholders: Placeholders) -> Result<Terms, TermsError> {
        let nothing_said = DeployConfig::default();
        let deploy = environment.deploy.as_ref().unwrap_or(&nothing_said);
        Ok(Terms {
            preview: preview(deploy, &placeholders)?,
            url: deploy.url.as_deref().map(|url| fill(url, &placeholders)).transpose()?,
            timeout: duration(deploy.timeout.as_deref(), DEFAULT_TIMEOUT)?,
            settle: duration(deploy.settle.as_deref(), DEFAULT_SETTLE)?,
            recreate: deploy.recreate.clone(),
            placeholders,
        })
    }
}

/// The preview namespace of a deployment.
///
/// # Errors
/// [`TermsError`] where its name cannot be made, or is not one.
pub(crate) fn preview(deploy: &DeployConfig, placeholders: &Placeholders) -> Result<Option<Preview>, TermsError> {
    let Some(config) = &deploy.preview else { return Ok(None) };
    let namespace = fill(&config.namespace, placeholders)?;
    if !is_dns_label(&namespace) {
        return Err(TermsError::Namespace(namespace));
    }
    let ttl = duration(config.ttl.as_deref(), DEFAULT_TTL)?;
    Ok(Some(Preview { namespace, ttl }))
}

fn duration(text: Option<&str>, default: Duration) -> Result<Duration, TermsError> {
    text.map_or(Ok(default), seatrial_smoke::parse_duration).map_err(TermsError::Duration)
}
