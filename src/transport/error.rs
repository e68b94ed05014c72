//! What can go wrong before an answer is there.

use std::time::Duration;

use crate::Unfollowed;

/// A request failed; the text names host and cause and never a header, a query or a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The settings are wrong.
    #[error("{0}")]
    Settings(String),
    /// No connection.
    #[error("cannot reach {address}: {cause}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// The innermost cause.
        cause: String,
    },
    /// No answer in time.
    #[error("{address} did not answer within {}", humane(*.after))]
    TimedOut {
        /// Host and port.
        address: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke after the request was sent: it may have been carried out.
    #[error("{address} closed the connection: {cause}")]
    Closed {
        /// Host and port.
        address: String,
        /// The innermost cause.
        cause: String,
    },
    /// A redirect that is not followed: nothing was sent there.
    #[error("{address} redirects to `{to}`, {why}; the redirect is not followed")]
    Redirected {
        /// Host and port that answered.
        address: String,
        /// Scheme, host and port of where it leads.
        to: String,
        /// What speaks against it.
        why: Unfollowed,
    },
    /// A loopback or private address that may not be asked: nothing was sent.
    #[error("{address} is a loopback or private address, which only a trusted configuration may name")]
    Private {
        /// Host and port.
        address: String,
    },
    /// A link-local or metadata address: nothing was sent.
    #[error("{address} is a link-local or metadata address, which is never contacted")]
    Barred {
        /// Host and port.
        address: String,
    },
}

/// `30 s`; `0.5 s` below one second.
fn humane(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} s", duration.as_secs_f64().round())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_wait_in_seconds() {
        let after = |millis| {
            let after = Duration::from_millis(millis);
            TransportError::TimedOut { address: "h:1".to_owned(), after }.to_string()
        };
        assert_eq!(after(9_990), "h:1 did not answer within 10 s");
        assert_eq!(after(300), "h:1 did not answer within 0.3 s");
    }
}
