//! What the cluster's authorizer lets us do, without doing it.

use http::StatusCode;
use seatrial_kubernetes::Scope;
use serde_json::{Value, json};

use crate::call::answer::About;
use crate::call::{Call, MostBody, Repeat};
use crate::cluster::discovery::not_kubernetes;
use crate::{ApiError, Cluster};

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
const MOST: usize = 1 << 20;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Intent {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// `log`, `portforward`, `proxy`.
    pub subresource: Option<&'static str>,
    /// Where; nothing is said of it where the kind is the cluster's own.
    pub namespace: Option<String>,
    /// `get`, `create`, …
    pub verb: &'static str,
}

/// Whether it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// It is.
    pub is_allowed: bool,
    /// As roles name it: `deployments.apps`, `pods/log`.
    pub resource: String,
    /// The namespace; `None` for what is the cluster's own.
    pub namespace: Option<String>,
}

impl Cluster {
    /// Asks with a SelfSubjectAccessReview, which the server answers and does not keep.
    ///
    /// # Errors
    /// [`ApiError::UnknownKind`] where the cluster does not serve the kind, and the rest.
    pub async fn may(&self, intent: &Intent) -> Result<Allowance, ApiError> {
        let served = self.served(&intent.api_version, &intent.kind).await?;
        let namespace = intent.namespace.clone().filter(|_| served.scope == Scope::Namespaced);
        let (group, plural) = (&served.resource.group, &served.resource.plural);
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "group": group,
                "resource": plural,
                "subresource": intent.subresource.unwrap_or_default(),
                "namespace": namespace.as_deref().unwrap_or_default(),
                "verb": intent.verb,
            } },
        });
        let request = http::Request::post(REVIEWS).header(http::header::CONTENT_TYPE, "application/json");
        let request = request.body(review.to_string().into_bytes());
        let request = request.map_err(|error| ApiError::Configuration(error.to_string()))?;
        let resource = "selfsubjectaccessreviews.authorization.k8s.io".to_owned();
        let about = About { verb: "create", resource, ..About::default() };
        let call = Call { request, about, repeat: Repeat::Harmless, timeout: TIMEOUT, body: MostBody::Refuse(MOST) };
        let answer = self.line().call(&call).await?;
        let json: Value = serde_json::from_slice(&answer.body).map_err(|_| not_kubernetes(answer.status))?;
        let allowed = json.pointer("/status/allowed").and_then(Value::as_bool);
        let is_allowed = allowed.ok_or_else(|| not_kubernetes(StatusCode::OK))?;
        let dot = if group.is_empty() { "" } else { "." };
        let slash = intent.subresource.map_or(String::new(), |subresource| format!("/{subresource}"));
        Ok(Allowance { is_allowed, resource: format!("{plural}{slash}{dot}{group}"), namespace })
    }
}
