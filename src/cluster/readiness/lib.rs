//! Pure: an object, its pods and events → status and cause. One table row per kind. Asks no cluster.

use serde_json::Value;

/// What is known of an object on the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// The object with its status.
    pub object: &'a Value,
    /// Pods that it owns and that belong to its newest revision.
    pub pods: &'a [Value],
    /// Events of the object, of its ReplicaSet and of its pods.
    pub events: &'a [Value],
}

/// How far an object is (cli-utils: `pkg/kstatus/status`, with corrections).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As desired.
    Current,
    /// On the way.
    InProgress,
    /// Will not get there by waiting.
    Failed,
    /// Being deleted.
    Terminating,
}

/// The first cause of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Kubernetes' word: `ImagePullBackOff`, `CrashLoopBackOff`, `FailedCreate`.
    pub reason: String,
    /// The pod that shows it.
    pub pod: Option<String>,
    /// Its container.
    pub container: Option<String>,
    /// The image, when the image is the cause.
    pub image: Option<String>,
    /// Exit code of the container's last run.
    pub exit_code: Option<i64>,
    /// One clause for people: `image not found: acr.io/web:1.4.1`.
    pub text: String,
}

/// A status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// How far it is.
    pub state: State,
    /// A clause for progress lines: `1 of 2 replicas ready`.
    pub message: String,
    /// Why it failed, or what holds it up.
    pub cause: Option<Cause>,
}

/// The status of an object.
#[must_use]
pub fn status(_live: Live<'_>) -> Status {
    Status { state: State::Current, message: String::new(), cause: None }
}

/// Whether readiness of this kind looks at pods: those must be fetched for [`Live::pods`].
#[must_use]
pub fn has_pods(_group: &str, _kind: &str) -> bool {
    false
}
