//! From a failed call to the sentence that a user reads.

use crate::calls::{Failure, in_brackets};

/// What was to be done, and what a token needs for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    /// `comment on the pull request`.
    pub(crate) what: &'static str,
    /// `pull-requests: write`.
    pub(crate) permission: &'static str,
}

/// Comments.
pub(crate) const COMMENT: Purpose = Purpose { what: "comment on the pull request", permission: "pull-requests: write" };

/// The head of a pull request.
pub(crate) const READ: Purpose = Purpose { what: "read the pull request", permission: "pull-requests: read" };

/// Commit statuses.
pub(crate) const STATUS: Purpose = Purpose { what: "set a commit status", permission: "statuses: write" };

/// One sentence without a full stop.
pub(crate) fn sentence(failure: &Failure, purpose: Purpose) -> String {
    let Purpose { what, permission } = purpose;
    match failure {
        Failure::Refused { status: 401, .. } => format!("GitHub does not accept the token, so it cannot {what}"),
        Failure::Refused { status: 403, message } if message.contains("locked") => {
            format!("the conversation of the pull request is locked, so the token may not {what}")
        }
        Failure::Refused { status: 403, message } => {
            format!("the token may not {what}{}; grant it `{permission}`", in_brackets(message))
        }
        Failure::Refused { status: 404, .. } => {
            format!(
                "GitHub did not find the pull request or commit in the repository, or the token may not see it; to {what} it needs `{permission}`"
            )
        }
        Failure::Refused { status: 200, message } => format!("could not {what}: {message}"),
        Failure::Refused { status, message } => {
            format!("GitHub refused to {what}: it answered {status}{}", in_brackets(message))
        }
        Failure::Limited(sentence) | Failure::Unreached(sentence) => format!("could not {what}: {sentence}"),
        Failure::Partly(sentence) => sentence.clone(),
        Failure::Unclear(sentence) => format!("could not {what}, or could not find out whether it worked: {sentence}"),
    }
}
