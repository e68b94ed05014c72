//! The handle on one cluster.

mod destination;
mod discovery;
pub(crate) mod log;
pub(crate) mod many;
pub(crate) mod path;
pub(crate) mod port_forward;
pub(crate) mod review;
pub(crate) mod service;
pub(crate) mod watch;

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use kube::core::params::{
    DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams, Preconditions, ValidationDirective,
};
use seatrial_kubernetes::Scope;
use seatrial_model::{Masker, ObjectId};
use seatrial_transport::Transport;
use serde_json::Value;

use crate::access::Access;
use crate::call::answer::About;
use crate::call::warning::warnings;
use crate::call::{Answer, Call, Line, MostBody, Repeat};
use crate::cluster::destination::Destination;
use crate::cluster::discovery::{Discovery, Served, not_kubernetes};
use crate::{ApiError, ClusterTarget, Environment};

/// Our name in `managedFields`.
pub const FIELD_MANAGER: &str = "seatrial";

/// "cannot reach the cluster" is said within this time.
const REACH: Duration = Duration::from_secs(10);
/// Objects of a page.
pub(crate) const PAGE: u32 = 500;
const MOST_OF_A_PAGE: usize = 64 << 20;
const MOST_OF_A_LIST: usize = 128 << 20;
/// A server that always has another page has none.
const MOST_PAGES: usize = 1_000;

/// One cluster. Cheap to clone.
#[derive(Clone)]
pub struct Cluster(Arc<Inner>);

struct Inner {
    line: Line,
    discovery: Discovery,
    version: String,
}

/// What a server-side apply (or its dry run) gave.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The object as the server has it now (or would have it).
    pub object: Value,
    /// Whether it did not exist before.
    pub created: bool,
    /// What the server warns of (`Warning` headers): deprecated versions, Pod Security, policies.
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Real,
    DryRun,
}

impl Cluster {
    /// Reads the configuration, gets credentials (a plugin has 30 s for them) and asks the server for its version within 10 s.
    /// Tokens and keys that it meets, now or later, are entered into `masker`.
    ///
    /// # Errors
    /// [`ApiError::Configuration`], [`ApiError::Unreachable`], [`ApiError::Unauthorized`].
    pub async fn connect(
        target: &ClusterTarget,
        environment: &Environment,
        transport: &Transport,
        masker: &Arc<Masker>,
    ) -> Result<Cluster, ApiError> {
        let access = Access::read(target, environment, transport, masker)?;
        for notice in &access.notices {
            tracing::warn!("{notice}");
        }
        let line = Line::new(access, transport, masker);
        line.prepare().await?;
        let reached = tokio::time::timeout(REACH, version(&line)).await;
        let version = reached.unwrap_or(Err(ApiError::TimedOut { seconds: REACH.as_secs() }));
        let version = version.map_err(|error| match error {
            ApiError::TimedOut { .. } => {
                let cause = format!("no answer within {} s", REACH.as_secs());
                ApiError::Unreachable { address: line.address().to_owned(), cause }
            }
            ApiError::Closed(cause) => ApiError::Unreachable { address: line.address().to_owned(), cause },
            other => other,
        })?;
        Ok(Cluster(Arc::new(Inner { line, discovery: Discovery::default(), version })))
    }

    /// What to call it in a report: the context's name, `in-cluster`, or the address.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.line.access().name
    }

    /// Where it is: `https://10.0.0.1:6443`.
    #[must_use]
    pub fn address(&self) -> &str {
        self.0.line.address()
    }

    /// The server's version: `v1.35.4`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// The namespace that the context names; `default` otherwise.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        &self.0.line.access().namespace
    }

    /// Sentences about the connection that a report should tell: that the server is not verified.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.0.line.access().notices
    }

    /// Masks what comes from this cluster and is shown.
    #[must_use]
    pub fn masker(&self) -> &Arc<Masker> {
        self.0.line.masker()
    }

    /// Scope of a kind as this cluster serves it (discovery, asked once per group and version).
    ///
    /// # Errors
    /// [`ApiError::UnknownKind`] and the rest.
    pub async fn scope(&self, api_version: &str, kind: &str) -> Result<Scope, ApiError> {
        Ok(self.served(api_version, kind).await?.scope)
    }

    /// One object; `None` when it does not exist.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn get(&self, api_version: &str, id: &ObjectId) -> Result<Option<Value>, ApiError> {
        let target = self.target(api_version, &id.kind, id.namespace.as_deref(), &id.name).await?;
        let request = target.request.get(&target.segment, &GetParams::default());
        match self.0.line.call(&target.read("get", request)?).await {
            Ok(answer) => object(&answer).map(Some),
            Err(ApiError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Objects of a kind, all pages; `namespace` `None` is the whole cluster; `selector` is a label selector.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn list(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        selector: Option<&str>,
    ) -> Result<Vec<Value>, ApiError> {
        let served = self.served(api_version, kind).await?;
        let mut restarts = 0;
        loop {
            match self.list_once(&served, namespace, selector).await {
                // The continue token is older than the server's memory: from the beginning.
                Err(ApiError::Rejected { code: 410, .. }) if restarts < 3 => restarts += 1,
                outcome => return outcome.map(|(objects, _)| objects),
            }
        }
    }

    /// All pages, and the version that they are of.
    pub(crate) async fn list_once(
        &self,
        served: &Served,
        namespace: Option<&str>,
        selector: Option<&str>,
    ) -> Result<(Vec<Value>, String), ApiError> {
        let target = Destination::of_kind(served, namespace)?;
        let (mut all, mut read) = (Vec::new(), 0);
        let mut parameters = ListParams::default().limit(PAGE);
        parameters.label_selector = selector.map(str::to_owned);
        for _ in 0..MOST_PAGES {
            let mut call = target.read("list", target.request.list(&parameters))?;
            call.body = MostBody::Refuse(MOST_OF_A_PAGE);
            let answer = self.0.line.call(&call).await?;
            read += answer.body.len();
            if read > MOST_OF_A_LIST {
                let message = format!("a list of more than {} MiB", MOST_OF_A_LIST >> 20);
                return Err(ApiError::Server { code: answer.status.as_u16(), message });
            }
            let mut page = object(&answer)?;
            let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) else {
                return Err(not_kubernetes(answer.status));
            };
            all.extend(items.into_iter().map(|item| with_type(item, served)));
            let metadata =
                |key: &str| page.pointer(&format!("/metadata/{key}")).and_then(Value::as_str).unwrap_or_default();
            let next = metadata("continue");
            if next.is_empty() {
                return Ok((all, metadata("resourceVersion").to_owned()));
            }
            parameters.continue_token = Some(next.to_owned());
        }
        Err(ApiError::Server { code: 200, message: format!("a list of more than {MOST_PAGES} pages") })
    }

    /// Server-side apply as field manager `seatrial`, field validation strict, conflicts refused.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn apply(&self, object: &Value) -> Result<Applied, ApiError> {
        self.patch(object, Effect::Real).await
    }

    /// The same as a dry run.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn dry_run(&self, object: &Value) -> Result<Applied, ApiError> {
        self.patch(object, Effect::DryRun).await
    }

    async fn patch(&self, desired: &Value, effect: Effect) -> Result<Applied, ApiError> {
        let target = self.target_of(desired).await?;
        let parameters = PatchParams {
            dry_run: effect == Effect::DryRun,
            force: false,
            field_manager: Some(FIELD_MANAGER.to_owned()),
            field_validation: Some(ValidationDirective::Strict),
        };
        let request = target.request.patch(&target.segment, &parameters, &Patch::Apply(desired));
        // Applying the same twice is as good as once.
        let answer = self.0.line.call(&target.write("patch", request, Repeat::Harmless)?).await?;
        let warnings = warnings(&answer.headers, self.masker());
        Ok(Applied { object: object(&answer)?, created: answer.status == StatusCode::CREATED, warnings })
    }

    /// Creates an object; [`ApiError::Rejected`] with reason `AlreadyExists` when it exists.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn create(&self, desired: &Value) -> Result<Value, ApiError> {
        let target = self.target_of(desired).await?;
        let request = target.request.create(&posted(), body(desired)?).map(strict);
        let answer = self.0.line.call(&target.write("create", request, Repeat::Unreceived)?).await?;
        object(&answer)
    }

    /// Replaces an object; its `metadata.resourceVersion` guards it ([`ApiError::Rejected`] with reason `Conflict`).
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn replace(&self, desired: &Value) -> Result<Value, ApiError> {
        let target = self.target_of(desired).await?;
        let request = target.request.replace(&target.segment, &posted(), body(desired)?).map(strict);
        let answer = self.0.line.call(&target.write("update", request, Repeat::Unreceived)?).await?;
        object(&answer)
    }

    /// Deletes an object with background propagation; `false` when it did not exist. `uid` guards against deleting another one of that name:
    /// then it is `false`, too.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn delete(&self, api_version: &str, id: &ObjectId, uid: Option<&str>) -> Result<bool, ApiError> {
        let target = self.target(api_version, &id.kind, id.namespace.as_deref(), &id.name).await?;
        let guard = uid.map(|uid| Preconditions { uid: Some(uid.to_owned()), resource_version: None });
        let parameters = DeleteParams { preconditions: guard, ..DeleteParams::background() };
        let request = target.request.delete(&target.segment, &parameters);
        match self.0.line.call(&target.write("delete", request, Repeat::Harmless)?).await {
            Ok(_) => Ok(true),
            Err(ApiError::NotFound(_)) => Ok(false),
            Err(ApiError::Rejected { code: 409, message, .. }) if is_of_another(&message) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn line(&self) -> &Line {
        &self.0.line
    }

    pub(crate) async fn served(&self, api_version: &str, kind: &str) -> Result<Served, ApiError> {
        self.0.discovery.served(&self.0.line, api_version, kind).await
    }

    pub(crate) async fn target(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Destination, ApiError> {
        let served = self.served(api_version, kind).await?;
        let namespace = match served.scope {
            Scope::Namespaced => Some(namespace.unwrap_or(self.default_namespace())),
            Scope::Cluster => None,
        };
        let mut target = Destination::of_kind(&served, namespace)?;
        target.name(kind, name)?;
        Ok(target)
    }

    async fn target_of(&self, object: &Value) -> Result<Destination, ApiError> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (api_version, kind) = (text("/apiVersion").unwrap_or_default(), text("/kind").unwrap_or_default());
        let name = text("/metadata/name").unwrap_or_default();
        self.target(api_version, kind, text("/metadata/namespace"), name).await
    }
}

async fn version(line: &Line) -> Result<String, ApiError> {
    let request = http::Request::get("/version").body(Vec::new());
    let request = request.map_err(|error| ApiError::Configuration(error.to_string()))?;
    let about = About { verb: "get", resource: "/version".to_owned(), ..About::default() };
    let body = MostBody::Cut(64 << 10);
    let answer = line.call(&Call { request, about, repeat: Repeat::Harmless, timeout: REACH, body }).await;
    let answer = answer.map_err(|error| match error {
        ApiError::NotFound(_) => not_kubernetes(StatusCode::NOT_FOUND),
        other => other,
    })?;
    let version = object(&answer).ok().and_then(|v| v.get("gitVersion")?.as_str().map(str::to_owned));
    version.ok_or_else(|| not_kubernetes(answer.status))
}

/// The two ways in which the API server says that the UID is another one (apiserver: `registry/rest/delete.go`, `storage/interfaces.go`).
fn is_of_another(message: &str) -> bool {
    message.contains("the UID in the precondition") || message.contains("Precondition failed: UID in precondition")
}

/// Objects of a list come without their type.
pub(crate) fn with_type(mut item: Value, served: &Served) -> Value {
    if let Some(fields) = item.as_object_mut() {
        let texts = [("apiVersion", &served.resource.api_version), ("kind", &served.resource.kind)];
        for (key, text) in texts {
            fields.entry(key).or_insert_with(|| Value::from(text.clone()));
        }
    }
    item
}

fn posted() -> PostParams {
    PostParams { dry_run: false, field_manager: Some(FIELD_MANAGER.to_owned()) }
}

/// kube's `PostParams` cannot ask for it.
fn strict(mut request: http::Request<Vec<u8>>) -> http::Request<Vec<u8>> {
    if let Ok(uri) = http::Uri::try_from(format!("{}&fieldValidation=Strict", request.uri())) {
        *request.uri_mut() = uri;
    }
    request
}

fn body(object: &Value) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(object).map_err(|error| ApiError::Configuration(format!("an object that is not JSON: {error}")))
}

fn object(answer: &Answer) -> Result<Value, ApiError> {
    serde_json::from_slice(&answer.body).map_err(|_| not_kubernetes(answer.status))
}
