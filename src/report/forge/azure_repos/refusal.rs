//! From a failed call to the sentence that a user reads.

use crate::calls::{Failure, in_brackets};

/// What was to be done, and what a token's identity needs for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purpose {
    /// `comment on the pull request`.
    pub(crate) what: &'static str,
    /// The permission of the repository, as its settings call it.
    pub(crate) permission: &'static str,
}

/// Threads.
pub(crate) const COMMENT: Purpose =
    Purpose { what: "comment on the pull request", permission: "Contribute to pull requests" };

/// Threads on lines.
pub(crate) const INLINE: Purpose =
    Purpose { what: "write all inline threads", permission: "Contribute to pull requests" };

/// The head of a pull request.
pub(crate) const READ: Purpose = Purpose { what: "read the pull request", permission: "Read" };

/// Statuses of a pull request.
pub(crate) const STATUS: Purpose =
    Purpose { what: "set a status on the pull request", permission: "Contribute to pull requests" };

/// What a personal access token needs for all of it.
const SCOPE: &str = "Code (Read & write)";

/// Whose permission it is: the token of a job is an identity of its own.
const WHO: &str = "on the repository to its identity, in a pipeline the project's build service";

/// That the identity lacks the permission, where the service says so itself.
pub(crate) fn missing(Purpose { what, permission }: Purpose) -> String {
    format!("the token may not {what}; grant `{permission}` {WHO}")
}

/// One sentence without a full stop.
pub(crate) fn sentence(failure: &Failure, purpose: Purpose) -> String {
    let Purpose { what, permission } = purpose;
    match failure {
        // TF400813: the identity is none of the organization's.
        Failure::Refused { status, message }
            if *status == 401 || (*status == 403 && message.starts_with("TF400813")) =>
        {
            format!(
                "Azure DevOps does not accept the token{}, so it cannot {what}: it may have expired, be of another organization or lack the scope `{SCOPE}`; grant `{permission}` {WHO}",
                in_brackets(message)
            )
        }
        Failure::Refused { status: 403, message } if message.is_empty() => format!(
            "the token may not {what}, and the answer gives no reason: grant `{permission}` {WHO}, or find out whether a proxy or a policy of the organization is in the way"
        ),
        Failure::Refused { status: 403, message } if message.contains("onditional access") => format!(
            "the token may not {what}{}; ask the administrator of the organization to let the build agent through",
            in_brackets(message)
        ),
        Failure::Refused { status: 403, message } => {
            format!("the token may not {what}{}; grant `{permission}` {WHO}", in_brackets(message))
        }
        Failure::Refused { status: 404, message } => format!(
            "Azure DevOps did not find the pull request in the repository, or the token may not see it{}; to {what} grant `{permission}` {WHO}",
            in_brackets(message)
        ),
        Failure::Refused { status: 200, message } => format!("could not {what}: {message}"),
        Failure::Refused { status, message } => {
            format!("Azure DevOps refused to {what}: it answered {status}{}", in_brackets(message))
        }
        Failure::Limited(sentence) | Failure::Unreached(sentence) => format!("could not {what}: {sentence}"),
        Failure::Partly(sentence) => sentence.clone(),
        Failure::Unclear(sentence) => format!("could not {what}, or could not find out whether it worked: {sentence}"),
    }
}
