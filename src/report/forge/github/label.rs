//! A label on a pull request, which rules that merge can ask for.

use http::Method;
use serde_json::json;

use super::GitHub;
use super::refusal::{LABEL, sentence};
use crate::Delivery;
use crate::calls::{Call, Failure, Repeat};

impl GitHub {
    /// Adds a label to a pull request; GitHub makes one that the repository does not have yet.
    pub async fn add_label(&self, pull_request: u64, label: &str) -> Delivery {
        let number = pull_request.to_string();
        let url = self.api.url(&["repos", &self.owner, &self.name, "issues", &number, "labels"]);
        // What it has already, it keeps.
        let body = Some(json!({ "labels": [label] }));
        let call = Call { method: Method::POST, url, body, repeat: Repeat::Harmless };
        match self.api.call(&call, self.end()).await {
            Ok(_) => Delivery::Created(label.to_owned()),
            Err(failure) => Delivery::Refused(sentence(&failure, LABEL)),
        }
    }

    /// Takes a label off a pull request.
    pub async fn remove_label(&self, pull_request: u64, label: &str) -> Delivery {
        let number = pull_request.to_string();
        let url = self.api.url(&["repos", &self.owner, &self.name, "issues", &number, "labels", label]);
        let call = Call { method: Method::DELETE, url, body: None, repeat: Repeat::Harmless };
        match self.api.call(&call, self.end()).await {
            Ok(_) => Delivery::Updated(label.to_owned()),
            // It does not have it.
            Err(Failure::Refused { status: 404, .. }) => Delivery::Unchanged(label.to_owned()),
            Err(failure) => Delivery::Refused(sentence(&failure, LABEL)),
        }
    }
}
