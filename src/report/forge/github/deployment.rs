//! Deployments, which GitHub shows on the pull request and in the list of environments.
//!
//! A preview is an environment of its own, `dev (shop-pr-7)`: "inactive" is then said of this pull request's alone. Our own deployments are
//! found again by their payload. A second run of a commit adds a status to the deployment of the first.

use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::GitHub;
use super::refusal::{DEPLOYMENT, sentence};
use crate::calls::{Call, Failure, Repeat};
use crate::{Delivery, DeployedEnvironment, Deployment, StatusState, shorten};

/// A deployment as GitHub lists it.
struct Known {
    id: u64,
    payload: Value,
}

impl Known {
    fn of(json: &Value) -> Option<Known> {
        let payload = match json.get("payload")? {
            // What was sent as text comes back as text.
            Value::String(text) => serde_json::from_str(text).ok()?,
            payload => payload.clone(),
        };
        Some(Known { id: json.get("id")?.as_u64()?, payload })
    }

    /// Whether it is of this environment, as whoever made it says: not each deployment to an environment of this name is ours.
    fn is_of(&self, environment: &DeployedEnvironment) -> bool {
        let said = |field: &str| self.payload.pointer(&format!("/seatrial/{field}")).and_then(Value::as_str);
        said("environment") == Some(&environment.name) && said("namespace") == environment.preview_namespace.as_deref()
    }

    fn has_key(&self, key: &str) -> bool {
        self.payload.pointer("/seatrial/key").and_then(Value::as_str) == Some(key)
    }
}

impl GitHub {
    /// Records a deployment and how it ended.
    pub async fn record_deployment(&self, deployment: &Deployment) -> Delivery {
        let recorded = self.send_deployment(deployment).await;
        recorded.unwrap_or_else(|failure| Delivery::Refused(sentence(&failure, DEPLOYMENT)))
    }

    /// Sets our deployments of an environment inactive that are not yet; gives their number.
    ///
    /// # Errors
    /// A sentence that says why not all of them are.
    pub async fn end_deployments(&self, environment: &DeployedEnvironment) -> Result<usize, String> {
        self.end_each(environment).await.map_err(|failure| sentence(&failure, DEPLOYMENT))
    }

    async fn send_deployment(&self, deployment: &Deployment) -> Result<Delivery, Failure> {
        let end = self.end();
        let (id, is_new) = match self.own_deployment(deployment, end).await? {
            Some(id) => (id, false),
            None => (self.make_deployment(deployment, end).await?, true),
        };
        let state = match deployment.state {
            StatusState::Success => "success",
            StatusState::Failure => "failure",
            StatusState::Error => "error",
            StatusState::Pending => "in_progress",
        };
        let mut status =
            json!({ "state": state, "description": shorten(&deployment.description), "auto_inactive": true });
        let urls = [("environment_url", &deployment.environment_url), ("log_url", &deployment.log_url)];
        if let Some(fields) = status.as_object_mut() {
            let urls = urls.into_iter().filter_map(|(name, url)| Some((name.to_owned(), json!(web(url.as_deref()?)?))));
            fields.extend(urls);
        }
        self.set_deployment_status(id, status, end).await?;
        let page =
            deployment.environment_url.as_deref().or(deployment.log_url.as_deref()).unwrap_or_default().to_owned();
        Ok(if is_new { Delivery::Created(page) } else { Delivery::Updated(page) })
    }

    /// The newest of ours at this commit.
    async fn own_deployment(&self, deployment: &Deployment, end: Instant) -> Result<Option<u64>, Failure> {
        let known = self.deployments(&deployment.environment, Some(&deployment.head), end).await?;
        let own = known.iter().filter(|known| known.is_of(&deployment.environment) && known.has_key(&deployment.key));
        Ok(own.map(|known| known.id).max())
    }

    async fn make_deployment(&self, deployment: &Deployment, end: Instant) -> Result<u64, Failure> {
        let DeployedEnvironment { name, preview_namespace } = &deployment.environment;
        let mut own = json!({ "key": deployment.key, "environment": name });
        if let (Some(namespace), Some(fields)) = (preview_namespace, own.as_object_mut()) {
            fields.insert("namespace".to_owned(), json!(namespace));
        }
        let body = json!({
            "ref": deployment.head,
            "environment": called(&deployment.environment),
            // What was deployed is recorded, and nobody asks whether it may be.
            "auto_merge": false,
            "required_contexts": [],
            "transient_environment": preview_namespace.is_some(),
            "production_environment": false,
            "payload": { "seatrial": own },
        });
        let url = self.api.url(&["repos", &self.owner, &self.name, "deployments"]);
        let call = Call { method: Method::POST, url, body: Some(body), repeat: Repeat::Never };
        let look = async || Ok(self.own_deployment(deployment, end).await?.map(|id| json!({ "id": id })));
        let made = self.create_once(&call, end, look).await?;
        let unknown = || Failure::Refused { status: 200, message: "GitHub's answer names no deployment".to_owned() };
        made.get("id").and_then(Value::as_u64).ok_or_else(unknown)
    }

    async fn end_each(&self, environment: &DeployedEnvironment) -> Result<usize, Failure> {
        let end = self.end();
        let known = self.deployments(environment, None, end).await?;
        let mut ended = 0;
        for deployment in known.iter().filter(|known| known.is_of(environment)) {
            if self.is_inactive(deployment.id, end).await? {
                continue;
            }
            let status =
                json!({ "state": "inactive", "description": "The preview was deleted", "auto_inactive": false });
            self.set_deployment_status(deployment.id, status, end).await?;
            ended += 1;
        }
        Ok(ended)
    }

    async fn is_inactive(&self, id: u64, end: Instant) -> Result<bool, Failure> {
        let mut url = self.statuses_of(id);
        url.query_pairs_mut().append_pair("per_page", "100");
        let statuses = self.list(url, "", end).await?;
        let newest = statuses.iter().max_by_key(|status| status.get("id").and_then(Value::as_u64));
        Ok(newest.is_some_and(|status| status.get("state").and_then(Value::as_str) == Some("inactive")))
    }

    async fn set_deployment_status(&self, id: u64, status: Value, end: Instant) -> Result<(), Failure> {
        // The last status counts: two equal ones are one.
        let call =
            Call { method: Method::POST, url: self.statuses_of(id), body: Some(status), repeat: Repeat::Harmless };
        self.api.call(&call, end).await.map(|_| ())
    }

    async fn deployments(
        &self,
        environment: &DeployedEnvironment,
        commit: Option<&str>,
        end: Instant,
    ) -> Result<Vec<Known>, Failure> {
        let mut url = self.api.url(&["repos", &self.owner, &self.name, "deployments"]);
        url.query_pairs_mut().append_pair("environment", &called(environment)).append_pair("per_page", "100");
        if let Some(commit) = commit {
            url.query_pairs_mut().append_pair("sha", commit);
        }
        Ok(self.list(url, "", end).await?.iter().filter_map(Known::of).collect())
    }

    /// The address of a deployment's statuses.
    fn statuses_of(&self, id: u64) -> Url {
        self.api.url(&["repos", &self.owner, &self.name, "deployments", &id.to_string(), "statuses"])
    }
}

/// How GitHub calls an environment.
fn called(environment: &DeployedEnvironment) -> String {
    match &environment.preview_namespace {
        Some(namespace) => format!("{} ({namespace})", environment.name),
        None => environment.name.clone(),
    }
}

/// An address that a reader's browser may open.
fn web(address: &str) -> Option<&str> {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http")).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_what_the_payload_says_whatever_form_it_has() {
        let preview = DeployedEnvironment { name: "dev".to_owned(), preview_namespace: Some("shop-pr-7".to_owned()) };
        let plain = DeployedEnvironment { preview_namespace: None, ..preview.clone() };
        let own = json!({ "seatrial": { "key": "ci", "environment": "dev", "namespace": "shop-pr-7" } });
        let table = [
            (own.clone(), true, false),
            (json!(own.to_string()), true, false),
            (json!({ "seatrial": { "key": "ci", "environment": "dev" } }), false, true),
            (json!({ "seatrial": { "environment": "dev", "namespace": "shop-pr-8" } }), false, false),
            (json!({}), false, false),
            (json!(""), false, false),
            (Value::Null, false, false),
        ];
        for (payload, of_preview, of_plain) in table {
            let known = Known::of(&json!({ "id": 1, "payload": payload }));
            let is_of = |environment| known.as_ref().is_some_and(|known| known.is_of(environment));
            assert_eq!((is_of(&preview), is_of(&plain)), (of_preview, of_plain), "{payload}");
        }
    }
}
