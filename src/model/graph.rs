//! Who owns which object of an environment, and what depends on what: the result of walking it from its root.

use crate::{ObjectId, Span};

/// The objects that reconcile others, and those that they read from, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Kustomizations, HelmReleases, sources, image policies, ….
    pub nodes: Vec<GraphNode>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// Its identity.
    pub id: ObjectId,
    /// The one that applies it; `None` for what the bootstrap applies.
    pub owner: Option<ObjectId>,
    /// The document that it came from.
    pub span: Span,
    /// What became of it.
    pub state: NodeState,
    /// What it reconciles from: `GitRepository flux-system/platform: ./clusters/dev`, `podinfo 6.5.*`.
    pub from: Option<String>,
    /// How many objects it applies.
    pub objects: usize,
    /// What must be ready before it.
    pub depends_on: Vec<ObjectId>,
    /// What happens to its objects.
    pub lifecycle: Lifecycle,
    /// What it waits for before it is ready itself.
    pub health: Health,
}

/// How an owner reconciles, and what it does with what it does not render any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Objects that are no longer rendered are deleted.
    pub prune: bool,
    /// It does not reconcile.
    pub suspended: bool,
    /// `spec.deletionPolicy`, as written.
    pub deletion_policy: Option<String>,
    /// Objects that cannot be changed are made anew.
    pub force: bool,
    /// `spec.interval`, as written.
    pub interval: Option<String>,
    /// `spec.timeout`, as written.
    pub timeout: Option<String>,
}

/// What an owner waits for once it has applied its objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// All of them must be ready.
    pub wait: bool,
    /// Objects that must be ready, unless all must.
    pub checks: Vec<ObjectId>,
    /// How the readiness of some kinds is told.
    pub expressions: Vec<HealthExpression>,
}

/// How the readiness of the objects of a kind is told: expressions in CEL, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthExpression {
    /// `apiVersion` of the objects.
    pub api_version: String,
    /// `kind` of the objects.
    pub kind: String,
    /// When an object is ready.
    pub current: String,
    /// When it is on the way; empty where that is not said.
    pub in_progress: String,
    /// When it has failed; empty where that is not said.
    pub failed: String,
}

/// What became of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// What it says was followed.
    Rendered,
    /// It is suspended, and was not followed.
    Suspended,
    /// What it names does not exist.
    Missing,
    /// It hangs on a value that only the cluster knows; a clause.
    Unknown(String),
    /// What it reads from is not here; a clause.
    NotFetched(String),
    /// It is not followed, and a clause says why.
    NotFollowed(String),
    /// There is nothing to follow: a source, a policy.
    Leaf,
}

impl GraphNode {
    /// Whether what it applies is not seen.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        use NodeState::{Leaf, Missing, NotFetched, NotFollowed, Rendered, Suspended, Unknown};
        match self.state {
            // It installs Flux itself, which is not part of what is reconciled.
            _ if self.id.kind == "FluxInstance" => false,
            Unknown(_) | NotFetched(_) | NotFollowed(_) | Missing => true,
            Rendered | Suspended | Leaf => false,
        }
    }
}

impl Graph {
    /// The node of an object.
    #[must_use]
    pub fn get(&self, id: &ObjectId) -> Option<&GraphNode> {
        self.nodes.iter().find(|node| node.id == *id)
    }
}

/// Something that rendering needs and that is not here: nothing is fetched while rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// What it is.
    pub kind: NeededKind,
    /// Where it can be had; empty where that is not said.
    pub url: String,
    /// Version, branch, tag or digest; empty for any.
    pub version: String,
    /// The object that asks for it.
    pub asked_by: Option<ObjectId>,
    /// The line that asks for it.
    pub span: Span,
}

/// A kind of thing that rendering needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeededKind {
    /// A repository, bucket or artifact with manifests.
    Source,
    /// A remote base of a kustomization.
    Base,
    /// A Helm chart.
    Chart,
}
