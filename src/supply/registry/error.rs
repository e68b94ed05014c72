//! What can go wrong when something is fetched.

use seatrial_transport::TransportError;

/// Something was not fetched; the text names host and thing, and never a header, a query or a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is proven not to be there.
    #[error("{what}{}", newest.as_ref().map(|newest| format!("; the newest is `{newest}`")).unwrap_or_default())]
    NotFound {
        /// What is not where, as a clause.
        what: String,
        /// The newest version that there is.
        newest: Option<String>,
    },
    /// Not found, asked for without credentials: some registries answer so for what is private.
    #[error("{what}, or it is private, and there are no credentials for it")]
    NotShown {
        /// What is not where, as a clause.
        what: String,
    },
    /// The registry does not let us in.
    #[error("{host} does not let us in ({status}){}", if *.with_login { "" } else { ", and there are no credentials for it" })]
    Denied {
        /// Host and port.
        host: String,
        /// 401 or 403.
        status: u16,
        /// Whether there was a login for it.
        with_login: bool,
    },
    /// Nobody answers there: what else is asked of this host will have no answer, either.
    #[error("{0}")]
    NoAnswer(String),
    /// An answer that another attempt may change.
    #[error("{0}")]
    Unreachable(String),
    /// An answer that cannot be used.
    #[error("{0}")]
    Wrong(String),
    /// A host that may not be asked.
    #[error("{0}")]
    Refused(String),
}

impl FetchError {
    /// That something is not there, which is proven only to who could have been shown it.
    pub(crate) fn not_there(what: String, is_proven: bool) -> FetchError {
        if is_proven { FetchError::NotFound { what, newest: None } } else { FetchError::NotShown { what } }
    }
}

impl From<TransportError> for FetchError {
    fn from(error: TransportError) -> FetchError {
        match error {
            TransportError::Barred { .. } | TransportError::Private { .. } | TransportError::Redirected { .. } => {
                FetchError::Refused(error.to_string())
            }
            TransportError::Unreachable { .. } | TransportError::TimedOut { .. } => {
                FetchError::NoAnswer(error.to_string())
            }
            TransportError::Settings(_) | TransportError::Closed { .. } => FetchError::Unreachable(error.to_string()),
        }
    }
}
