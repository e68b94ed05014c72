//! How Azure DevOps words what it refuses, and its lists.

use serde_json::{Value, json};

use crate::answer::Answer;

impl Answer {
    /// A refusal in the form of Azure DevOps.
    #[must_use]
    pub fn exception(status: u16, type_key: &str, message: &str) -> Answer {
        let body = json!({
            "$id": "1",
            "innerException": null,
            "message": message,
            "typeName": format!("Microsoft.TeamFoundation.Git.Server.{type_key}, Microsoft.TeamFoundation.Git.Server"),
            "typeKey": type_key,
            "errorCode": 0,
            "eventId": 3000,
        });
        Answer::new(status, body)
    }

    /// 403 with TF401027: a permission of the repository is missing.
    #[must_use]
    pub fn needs_permission(identity: &str, permission: &str) -> Answer {
        let message = format!(
            "TF401027: You need the Git '{permission}' permission to perform this action. Details: identity 'Build\\{identity}', scope 'repository'."
        );
        Answer::exception(403, "GitNeedsPermissionException", &message)
    }

    /// A page for signing in, with the status that the service gives it now and then.
    #[must_use]
    pub fn sign_in_page(status: u16) -> Answer {
        Answer::page(status, "<!DOCTYPE html><html><title>Azure DevOps Services | Sign In</title></html>")
    }

    /// 302 to a page for signing in.
    #[must_use]
    pub fn sign_in_redirect() -> Answer {
        let to = "https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com";
        Answer::sign_in_page(302).with_header("location", to)
    }

    pub(super) fn list(items: &[Value]) -> Answer {
        Answer::new(200, json!({ "count": items.len(), "value": items }))
    }

    pub(super) fn invalid_argument(message: &str) -> Answer {
        Answer::exception(400, "InvalidArgumentValueException", message)
    }
}
