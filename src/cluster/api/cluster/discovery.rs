//! What the cluster serves: asked once per group and version, and again when a kind is missing, since a CRD may have come in between.

use seatrial_model::group_and_version;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kube::api::ApiResource;
use seatrial_kubernetes::Scope;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::ApiError;
use crate::call::answer::About;
use crate::call::{Call, Line, MostBody, Repeat};

const TIMEOUT: Duration = Duration::from_secs(30);
const MOST: usize = 8 << 20;

/// A kind as the cluster serves it.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) resource: ApiResource,
    pub(crate) scope: Scope,
}

/// The answers so far.
#[derive(Default)]
pub(crate) struct Discovery {
    known: Mutex<HashMap<String, Arc<Vec<Resource>>>>,
}

/// An entry of an APIResourceList.
#[derive(Deserialize)]
struct Resource {
    name: String,
    kind: String,
    namespaced: bool,
}

#[derive(Deserialize)]
struct ResourceList {
    #[serde(default)]
    resources: Vec<Resource>,
}

impl Discovery {
    /// How the cluster serves a kind.
    pub(crate) async fn served(&self, line: &Line, api_version: &str, kind: &str) -> Result<Served, ApiError> {
        let mut known = self.known.lock().await;
        if let Some(served) = known.get(api_version).and_then(|list| find(list, api_version, kind)) {
            return Ok(served);
        }
        let list = Arc::new(ask(line, api_version, kind).await?);
        known.insert(api_version.to_owned(), Arc::clone(&list));
        let unknown = || ApiError::UnknownKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
        find(&list, api_version, kind).ok_or_else(unknown)
    }
}

async fn ask(line: &Line, api_version: &str, kind: &str) -> Result<Vec<Resource>, ApiError> {
    let unknown = || ApiError::UnknownKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/');
    if api_version.is_empty() || !api_version.chars().all(fine) || api_version.contains("..") {
        return Err(unknown());
    }
    let root = if api_version.contains('/') { "apis" } else { "api" };
    let path = format!("/{root}/{api_version}");
    let request = http::Request::get(&path).body(Vec::new()).map_err(|_| unknown())?;
    let kind = Some((api_version.to_owned(), kind.to_owned()));
    let about = About { verb: "get", resource: path, kind, ..About::default() };
    let call = Call { request, about, repeat: Repeat::Harmless, timeout: TIMEOUT, body: MostBody::Refuse(MOST) };
    let answer = line.call(&call).await?;
    let list: ResourceList = serde_json::from_slice(&answer.body).map_err(|_| not_kubernetes(answer.status))?;
    Ok(list.resources)
}

/// A success that no API server would give.
pub(crate) fn not_kubernetes(status: http::StatusCode) -> ApiError {
    let message = "the answer does not come from a Kubernetes API server: is the address right?".to_owned();
    ApiError::Server { code: status.as_u16(), message }
}

fn find(list: &[Resource], api_version: &str, kind: &str) -> Option<Served> {
    // Subresources (`deployments/scale`) stand in the same list.
    let found = list.iter().find(|r| r.kind == kind && !r.name.contains('/'))?;
    let (group, version) = group_and_version(api_version);
    let resource = ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        plural: found.name.clone(),
    };
    let scope = if found.namespaced { Scope::Namespaced } else { Scope::Cluster };
    Some(Served { resource, scope })
}
