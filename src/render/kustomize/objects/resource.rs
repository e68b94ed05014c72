//! A resource on its way through the build: its node, its identities then and now, and what generators and prefixes left with it.

use std::sync::Arc;

use seatrial_model::{Built, Node, ObjectId, Span};

use crate::objects::definitions::Definitions;
use crate::objects::gvk::Gvk;
use crate::objects::id::{Id, written_namespace};
use crate::values::shared::Shared;
use crate::values::size::Size;

/// What a generator does with an object that exists already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// It must not exist.
    #[default]
    Create,
    /// It must exist; its data is kept where the new one says nothing.
    Merge,
    /// It must exist; its data goes.
    Replace,
}

/// Whether a content hash is appended to the name at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NameHash {
    /// The name stays.
    #[default]
    Off,
    /// The name gets a content hash.
    On,
}

/// One object.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    node: Node,
    id: Id,
    /// The document it came from.
    pub(crate) span: Span,
    /// How much its document is.
    pub(crate) written: Size,
    /// What of that costs nothing, as its files hold it.
    pub(crate) free: Size,
    /// How many values it has by now, at most.
    pub(crate) values: usize,
    /// Former identities, oldest first.
    previous: Vec<Id>,
    pub(crate) prefixes: Vec<Arc<str>>,
    pub(crate) suffixes: Vec<Arc<str>>,
    pub(crate) hash: NameHash,
    /// Values that are one in kustomize's memory, so that a change of one changes all.
    pub(crate) shared: Shared,
    /// Names of the vars whose value it has (kustomize: `refVarNames`).
    pub(crate) vars: Vec<Arc<str>>,
    /// Whether everything that should have made it could be applied so far.
    pub(crate) built: Built,
    /// Whether Helm printed it: its namespace is then the chart's business (kustomize: `HelmGeneratedAnnotation`).
    pub(crate) is_from_chart: bool,
    /// Which kinds have a namespace, where the repository says so.
    scopes: Option<Arc<Definitions>>,
}

impl Resource {
    pub(crate) fn new(node: Node, span: Span) -> Resource {
        let (id, written) = (Id::of(&node), Size::of(&node));
        Resource {
            node,
            id,
            span,
            written,
            free: Size::default(),
            values: written.values,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            hash: NameHash::Off,
            shared: Shared::default(),
            vars: Vec::new(),
            built: Built::Whole,
            is_from_chart: false,
            scopes: None,
        }
    }

    /// The same, in a repository that says which kinds have a namespace.
    pub(crate) fn scoped(self, scopes: Option<Arc<Definitions>>) -> Resource {
        if scopes.is_none() {
            return self;
        }
        Resource { id: Id::with_scopes(&self.node, scopes.as_deref()), scopes, ..self }
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    pub(crate) fn into_node(self) -> Node {
        self.node
    }

    /// The identity it has now.
    pub(crate) fn id(&self) -> &Id {
        &self.id
    }

    /// The identity it began with.
    pub(crate) fn original_id(&self) -> &Id {
        self.previous.first().unwrap_or(&self.id)
    }

    /// Former identities, oldest first.
    pub(crate) fn previous_ids(&self) -> &[Id] {
        &self.previous
    }

    /// All identities, the present one last.
    pub(crate) fn any_ids(&self) -> impl Iterator<Item = &Id> {
        self.previous.iter().chain(std::iter::once(&self.id))
    }

    /// All identities, the present one first, and its namespace as it is written (kustomize: `utils.MakeResIds`).
    pub(crate) fn written_ids(&self) -> impl Iterator<Item = (&Gvk, &str, &str)> {
        let now = (&self.id.gvk, &*self.id.name, self.namespace());
        std::iter::once(now).chain(self.previous.iter().map(|id| (&id.gvk, &*id.name, &*id.namespace)))
    }

    /// Changes the node; the identity follows.
    pub(crate) fn edit<T>(&mut self, change: impl FnOnce(&mut Node) -> T) -> T {
        let result = change(&mut self.node);
        let id = self.id.again(&self.node, self.scopes.as_deref());
        if id == self.id {
            return result;
        }
        self.id = id;
        // A former identity has the group and version of today (kustomize: `utils.PrevIds`).
        for previous in &mut self.previous {
            previous.gvk.group = Arc::clone(&self.id.gvk.group);
            previous.gvk.version = Arc::clone(&self.id.gvk.version);
        }
        result
    }

    /// Remembers the present identity as a former one.
    pub(crate) fn store_previous_id(&mut self) {
        if self.previous.last() != Some(&self.id) {
            self.previous.push(self.id.clone());
        }
    }

    /// Whether kustomize has noted anything about it.
    pub(crate) fn has_a_past(&self) -> bool {
        !self.previous.is_empty() || self.hash == NameHash::On || self.is_from_chart
    }

    /// Takes another resource's history, as one that merges into it does.
    pub(crate) fn inherit_history(&mut self, other: &Resource) {
        self.previous.clone_from(&other.previous);
        self.prefixes.clone_from(&other.prefixes);
        self.suffixes.clone_from(&other.suffixes);
        self.vars.clone_from(&other.vars);
        self.built = self.built.max(other.built);
        self.is_from_chart |= other.is_from_chart;
    }

    /// The namespace as written; empty where there is none.
    pub(crate) fn namespace(&self) -> &str {
        written_namespace(&self.node)
    }

    /// A key of `metadata.annotations`, whatever its type.
    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        self.node.at(&["metadata", "annotations", key]).and_then(Node::scalar_text)
    }

    /// The identity that findings carry.
    pub(crate) fn object_id(&self) -> ObjectId {
        self.id.object_id(self.namespace())
    }

    /// Where its identity is written: the name, or the whole document.
    pub(crate) fn name_span(&self) -> Span {
        self.node.at(&["metadata", "name"]).map_or(self.span, Node::span)
    }
}
