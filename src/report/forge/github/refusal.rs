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

/// Review comments.
pub(crate) const REVIEW: Purpose =
    Purpose { what: "comment on lines of the pull request", permission: "pull-requests: write" };

/// A label.
pub(crate) const LABEL: Purpose =
    Purpose { what: "set a label of the pull request", permission: "pull-requests: write" };

/// The head of a pull request.
pub(crate) const READ: Purpose = Purpose { what: "read the pull request", permission: "pull-requests: read" };

/// Commit statuses.
pub(crate) const STATUS: Purpose = Purpose { what: "set a commit status", permission: "statuses: write" };

/// Check runs.
pub(crate) const CHECK: Purpose = Purpose { what: "create a check run", permission: "checks: write" };

/// Deployments.
pub(crate) const DEPLOYMENT: Purpose = Purpose { what: "record the deployment", permission: "deployments: write" };

/// One sentence without a full stop.
pub(crate) fn sentence(failure: &Failure, purpose: Purpose) -> String {
    let Purpose { what, permission } = purpose;
    match failure {
        Failure::Refused { status: 401, .. } => {
            format!(
                "GitHub does not accept the token, so it cannot {what}: give the job one that is valid and has not expired"
            )
        }
        Failure::Refused { status: 403, message } => forbidden(message, purpose),
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

/// What 403 means, which GitHub says in words alone, and what to do about it.
const REASONS: [(&str, &str); 5] = [
    ("saml", "authorize it for the organization's single sign-on in the settings of the token"),
    ("ip allow list", "add the address of the build agent to the organization's IP allow list"),
    ("archived", "unarchive the repository"),
    ("access blocked", "ask GitHub's support or an owner why"),
    ("suspended", "ask GitHub's support or an owner why"),
];

fn forbidden(message: &str, Purpose { what, permission }: Purpose) -> String {
    let lower = message.to_lowercase();
    if lower.contains("is locked") {
        return format!("the conversation of the pull request is locked, so the token may not {what}; unlock it");
    }
    if message.is_empty() {
        return format!(
            "the token may not {what}, and the answer gives no reason: grant it `{permission}`, or find out whether a proxy has answered in \
             GitHub's place"
        );
    }
    let known = REASONS.iter().find(|(words, _)| lower.contains(words));
    let way_out = known.map_or(format!("grant it `{permission}`"), |(_, way_out)| (*way_out).to_owned());
    format!("the token may not {what}{}; {way_out}", in_brackets(message))
}
