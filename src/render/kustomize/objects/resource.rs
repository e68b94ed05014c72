//! A resource on its way through the build: its node, its identities then and now, and what generators and prefixes left with it.

use std::borrow::Cow;
use std::sync::Arc;

use seatrial_model::{Built, Node, ObjectId, Span};

use crate::objects::merge_keys;
use crate::objects::schemas::Definitions;
use crate::values::shared::Shared;
use crate::values::size::Size;

/// Namespace that kustomize gives to kinds that have none (kyaml: `resid.TotallyNotANamespace`).
const NO_NAMESPACE: &str = "_non_namespaceable_";

/// The longest name that Kubernetes has is of 253 characters.
const LONGEST_PART: usize = 253;

/// Group, version and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Gvk {
    pub(crate) group: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) kind: Arc<str>,
}

impl Gvk {
    /// Of the `apiVersion` and `kind` of an object (kyaml: `resid.GvkFromNode`; a group ends at the first slash).
    pub(crate) fn of(node: &Node) -> Gvk {
        let api_version = node.get("apiVersion").and_then(Node::scalar_text).unwrap_or_default();
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let kind = node.get("kind").and_then(Node::scalar_text).unwrap_or_default();
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// `apps/v1`, `v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// An identity as kustomize compares them: with the version, and with the effective namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) gvk: Gvk,
    pub(crate) name: Arc<str>,
    /// `default` where none is written, a constant for kinds without namespace.
    pub(crate) namespace: Arc<str>,
}

impl Id {
    /// The identity of an object, or of a patch.
    pub(crate) fn of(node: &Node) -> Id {
        Id::with_scopes(node, None)
    }

    /// The identity, where the repository says which kinds have a namespace.
    pub(crate) fn with_scopes(node: &Node, scopes: Option<&Definitions>) -> Id {
        let gvk = Gvk::of(node);
        let metadata = |key| node.at(&["metadata", key]).filter(|n| !n.is_null()).and_then(Node::scalar_text);
        let namespace = effective_namespace(&gvk, metadata("namespace").unwrap_or_default(), scopes);
        Id { name: metadata("name").unwrap_or_default().into(), namespace: namespace.into(), gvk }
    }

    /// The identity of an object that had this one; what is the same is shared.
    fn again(&self, node: &Node, scopes: Option<&Definitions>) -> Id {
        let share = |old: &Arc<str>, text: &str| if **old == *text { Arc::clone(old) } else { text.into() };
        let api_version = node.get("apiVersion").and_then(Node::scalar_text).unwrap_or_default();
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let kind = node.get("kind").and_then(Node::scalar_text).unwrap_or_default();
        let gvk = Gvk {
            group: share(&self.gvk.group, group),
            version: share(&self.gvk.version, version),
            kind: share(&self.gvk.kind, kind),
        };
        let metadata = node.get("metadata");
        let text = |key| metadata.and_then(|m| m.get(key)).filter(|n| !n.is_null()).and_then(Node::scalar_text);
        let written = text("namespace").unwrap_or_default();
        // A kind has a namespace, or has none, whatever else is changed.
        let namespace = match gvk == self.gvk {
            true if self.is_cluster_scoped() => Arc::clone(&self.namespace),
            true => share(&self.namespace, if written.is_empty() { "default" } else { written }),
            false => share(&self.namespace, effective_namespace(&gvk, written, scopes)),
        };
        Id { name: share(&self.name, text("name").unwrap_or_default()), namespace, gvk }
    }

    /// Whether the kind certainly has no namespace.
    pub(crate) fn is_cluster_scoped(&self) -> bool {
        &*self.namespace == NO_NAMESPACE
    }

    /// The identity that findings carry; `namespace` is the one that is written, or empty.
    pub(crate) fn object_id(&self, namespace: &str) -> ObjectId {
        let namespace = Some(namespace).filter(|n| !n.is_empty()).map(shortened);
        let (group, kind) = (shortened(&self.gvk.group), shortened(&self.gvk.kind));
        ObjectId::new(&group, &kind, namespace.as_deref(), &shortened(&self.name))
    }

    /// `Deployment apps/v1 shop/web`: for messages.
    pub(crate) fn describe(&self) -> String {
        let (name, namespace) = (shortened(&self.name), shortened(&self.namespace));
        let place = if self.is_cluster_scoped() || &*self.namespace == "default" {
            name.into_owned()
        } else {
            format!("{namespace}/{name}")
        };
        format!("{} {} {place}", shortened(&self.gvk.kind), shortened(&self.gvk.api_version()))
    }
}

fn effective_namespace<'a>(gvk: &Gvk, namespace: &'a str, scopes: Option<&Definitions>) -> &'a str {
    let key = || (gvk.api_version(), gvk.kind.to_string());
    let by_repository = || scopes.is_some_and(|d| d.scopes.get(&key()) == Some(&false));
    if merge_keys::is_cluster_scoped(gvk) || by_repository() {
        NO_NAMESPACE
    } else if namespace.is_empty() {
        "default"
    } else {
        namespace
    }
}

/// The namespace as an object has it; empty where there is none.
pub(crate) fn written_namespace(node: &Node) -> &str {
    node.at(&["metadata", "namespace"]).filter(|n| !n.is_null()).and_then(Node::scalar_text).unwrap_or_default()
}

/// A part of an identity as findings have it: one of megabytes would stand in thousands of them.
fn shortened(part: &str) -> Cow<'_, str> {
    if part.len() <= LONGEST_PART {
        return Cow::Borrowed(part);
    }
    match part.char_indices().nth(LONGEST_PART) {
        Some((end, _)) => Cow::Owned(format!("{}…", part.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(part),
    }
}

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
