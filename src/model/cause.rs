//! Why something on a cluster is not as desired, and which part of its manifest that is about.
//!
//! Whoever reads the words of a kubelet, scheduler or controller says here, as data, what they are about; nobody else reads them again.

use serde::{Deserialize, Serialize};

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
    /// What of the manifest it is about; `None` where its words do not tell.
    pub subject: Option<Subject>,
}

impl Cause {
    /// A cause that no pod shows.
    #[must_use]
    pub fn of_object(reason: &str, text: impl Into<String>) -> Cause {
        Cause {
            reason: reason.to_owned(),
            pod: None,
            container: None,
            image: None,
            exit_code: None,
            text: text.into(),
            subject: None,
        }
    }

    /// About a part of the manifest.
    #[must_use]
    pub fn about(self, subject: impl Into<Option<Subject>>) -> Cause {
        Cause { subject: subject.into(), ..self }
    }

    /// Text, pod and reason as one clause: `image not found: acr.io/web:1.4.1 (pod web-7d9f-x2x4k, ImagePullBackOff)`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.pod {
            Some(pod) => format!("{} (pod {pod}, {})", self.text, self.reason),
            None => format!("{} ({})", self.text, self.reason),
        }
    }
}

/// What a cause is about: the part of a manifest that a person looks at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The container itself: it ends, or does not end.
    Container,
    /// The image of a container.
    Image(ImageFault),
    /// A Secret of `imagePullSecrets`.
    ImagePullSecret(String),
    /// What a container runs.
    Command,
    /// One of the words that follow it, in `command` or `args`.
    Argument(String),
    /// The value of an environment variable of a container.
    Variable(String),
    /// The name of an environment variable of a container.
    VariableName(String),
    /// The environment of a container: it lacks a variable.
    Variables,
    /// The directory that a container runs in.
    WorkingDir,
    /// What runs when a container has started (`lifecycle.postStart`).
    PostStart,
    /// A probe of a container.
    Probe(Probe),
    /// The port that a probe of a container asks.
    ProbePort(Probe),
    /// Another field of a probe: `httpGet.path`.
    ProbeField(Probe, String),
    /// A ConfigMap that is referred to.
    ConfigMap(Reference),
    /// A Secret that is referred to.
    Secret(Reference),
    /// A volume of the pod.
    Volume(String),
    /// Where a container has a volume: its path.
    VolumeMount(String),
    /// How large an `emptyDir` may be.
    VolumeSize(String),
    /// A claim for a volume; `None` where its name is not told.
    Claim(Option<String>),
    /// A storage class; `None` where there is none.
    StorageClass(Option<String>),
    /// What makes or mounts volumes: a CSI driver.
    CsiDriver(String),
    /// `serviceAccountName`.
    ServiceAccount(String),
    /// `priorityClassName`.
    PriorityClass(String),
    /// `runtimeClassName`.
    RuntimeClass(String),
    /// How a pod gets a token of Entra.
    WorkloadIdentity(IdentityFault),
    /// Which nodes it may run on: `nodeSelector` or node affinity, which the scheduler does not tell apart.
    NodeSelector,
    /// Beside which pods it wants to run.
    PodAffinity,
    /// Beside which pods it does not want to run.
    PodAntiAffinity,
    /// How its pods are to be spread.
    TopologySpread,
    /// A taint that it does not tolerate.
    Toleration,
    /// A port of the node.
    HostPort,
    /// The nodes themselves: nothing of the manifest.
    Node,
    /// How much of a resource is requested.
    Request(Amount),
    /// How much of a resource may be used.
    Limit(Amount),
    /// A quota of the namespace: what of it is exhausted, and whether it would not do for a single pod.
    Quota {
        /// `pods`, `limits.memory`.
        resource: String,
        /// One pod alone asks for more than there is in all.
        is_too_small: bool,
    },
    /// A field of a `securityContext`.
    SecurityContext(String),
    /// A field of the pod, as the API server names it: `spec.hostNetwork`, `spec.containers[0].image`.
    PodField(String),
    /// An admission policy, by its name: what it refuses is not told.
    Policy(String),
    /// An admission webhook, by its name: what it refuses is not told, or it does not answer.
    Webhook(String),
    /// `ingressClassName`; `None` where there is none.
    IngressClass(Option<String>),
    /// What kind of Service it is.
    ServiceType,
    /// Which pods a Service selects.
    ServiceSelector,
    /// Where the port of a Service leads that has this number (`port`).
    TargetPort(u16),
    /// A port that a container declares.
    ContainerPort(u16),
    /// `spec.paused`.
    Paused,
    /// `spec.activeDeadlineSeconds`.
    Deadline,
}

/// What is missing for a token of Entra.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityFault {
    /// The label `azure.workload.identity/use` of the pod.
    Label,
    /// The client ID that the ServiceAccount is annotated with is missing or unknown.
    ClientId,
    /// The federated credential of the identity.
    FederatedCredential,
}

/// What is wrong with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageFault {
    /// The registry does not have it.
    NotFound,
    /// The registry does not give it to the node.
    NotAllowed,
    /// The registry does not say whether it has no such repository or does not give it to the node.
    NotFoundOrNotAllowed,
    /// It was not built for the node's platform.
    OtherPlatform,
    /// It came to the node, and its program cannot run there.
    CannotRun,
    /// The registry asks for patience.
    RateLimited,
    /// The node does not reach the registry.
    Unreachable,
    /// It is not the name of an image.
    InvalidName,
    /// It is not on the node, and may not be pulled.
    NeverPulled,
    /// Anything else.
    Other,
}

/// A probe of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// `livenessProbe`.
    Liveness,
    /// `readinessProbe`.
    Readiness,
    /// `startupProbe`.
    Startup,
}

/// The name of an object, and a key in it where the key is what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The object's name; `None` where only the key is told.
    #[serde(default)]
    pub name: Option<String>,
    /// The key.
    #[serde(default)]
    pub key: Option<String>,
}

/// A resource, and how much of it is asked for, where that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// `cpu`, `memory`, `ephemeral-storage`.
    pub resource: String,
    /// A quantity as Kubernetes writes it: `64Mi`.
    #[serde(default)]
    pub quantity: Option<String>,
}

impl Reference {
    /// An object that is missing.
    #[must_use]
    pub fn to(name: &str) -> Reference {
        Reference { name: Some(name.to_owned()), key: None }
    }
}

impl Amount {
    /// A resource, without an amount.
    #[must_use]
    pub fn of(resource: &str) -> Amount {
        Amount { resource: resource.to_owned(), quantity: None }
    }
}
