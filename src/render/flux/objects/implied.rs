//! Objects that a controller makes in the cluster and that no file says: each part has the place of what it was made of.

use seatrial_model::{Built, Entry, Manifest, Node, ObjectId, ScalarKind, Span, Style, Text};

use crate::objects::flux_object::{FluxKind, namespace, spec, text};

/// An object in the making.
#[derive(Debug)]
pub(crate) struct Implied<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    /// What it is made of.
    pub(crate) span: Span,
}

impl Implied<'_> {
    /// The object.
    pub(crate) fn with(&self, spec: Vec<Entry>) -> Manifest {
        let string = |text: &str| Node::string(text.to_owned(), self.span);
        let mut metadata = vec![entry("name", string(self.name))];
        if !self.namespace.is_empty() {
            metadata.push(entry("namespace", string(self.namespace)));
        }
        let fields = vec![
            entry("apiVersion", string(&format!("{}/{}", self.group, self.version))),
            entry("kind", string(self.kind)),
            entry("metadata", Node::mapping(metadata, self.span)),
            entry("spec", Node::mapping(spec, self.span)),
        ];
        let namespace = Some(self.namespace).filter(|namespace| !namespace.is_empty());
        Manifest {
            id: ObjectId::new(self.group, self.kind, namespace, self.name),
            version: self.version.to_owned(),
            node: Node::mapping(fields, self.span),
            owner: None,
            release: None,
            span: self.span,
            built: Built::Whole,
        }
    }
}

/// A field of such an object.
pub(crate) fn entry(key: &'static str, value: Node) -> Entry {
    Entry::new(Text::from_static(key), value)
}

/// `sourceRef` of a Kustomization.
pub(crate) fn source_ref(source: &ObjectId, span: Span) -> Entry {
    let string = |text: &str| Node::string(text.to_owned(), span);
    let fields = vec![entry("kind", string(&source.kind)), entry("name", string(&source.name))];
    entry("sourceRef", Node::mapping(fields, span))
}

/// What a FluxInstance is to be synchronised with: it says so itself, or the release of the chart that makes it (flux-operator:
/// `charts/flux-instance`). With it the namespace, and the kind of source where it says none.
fn sync(of: &Manifest) -> Option<(&Node, &str, Option<&str>)> {
    match FluxKind::of(&of.id)? {
        FluxKind::FluxInstance => Some((spec(of, &["sync"])?, namespace(of), None)),
        FluxKind::HelmRelease => {
            let chart = text(of, &["chart", "spec", "chart"]).or_else(|| text(of, &["chartRef", "name"]))?;
            let sync = spec(of, &["values", "instance", "sync"]).filter(|_| chart.ends_with("flux-instance"))?;
            sync.get("url").and_then(Node::scalar_text).filter(|url| !url.is_empty())?;
            Some((sync, text(of, &["targetNamespace"]).unwrap_or_else(|| namespace(of)), Some("GitRepository")))
        }
        _ => None,
    }
}

/// The source and the Kustomization that flux-operator makes of a FluxInstance (flux-operator: `internal/builder/templates.go`), which a
/// chart may have made.
pub(crate) fn of_instance(instance: &Manifest) -> Option<(Manifest, Manifest)> {
    let (sync, namespace, default) = sync(instance)?;
    let field = |name: &str| sync.get(name).filter(|node| node.scalar_text().is_some_and(|text| !text.is_empty()));
    let kind = field("kind").and_then(Node::scalar_text).or(default)?;
    // What it makes is named after its namespace.
    let name = field("name").and_then(Node::scalar_text).unwrap_or(namespace);
    let (reference, address) = match kind {
        "GitRepository" => (field("ref").map(git_reference), "url"),
        "OCIRepository" => {
            (field("ref").map(|tag| entry("ref", Node::mapping(vec![entry("tag", tag.clone())], tag.span()))), "url")
        }
        _ => (field("ref").map(|bucket| entry("bucketName", bucket.clone())), "endpoint"),
    };
    let span = sync.span();
    let source = Implied { group: "source.toolkit.fluxcd.io", version: "v1", kind, namespace, name, span };
    let url = field("url").map(|url| entry(address, url.clone()));
    let source = source.with(url.into_iter().chain(reference).collect());
    let path = field("path").map(|path| entry("path", path.clone()));
    let kustomization =
        Implied { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization", namespace, name, span };
    let prune = entry("prune", Node::scalar("true", ScalarKind::Bool, Style::Plain, span));
    let fields = path.into_iter().chain([prune, source_ref(&source.id, span)]);
    Some((source, kustomization.with(fields.collect())))
}

/// `refs/heads/main` is the branch `main`.
fn git_reference(reference: &Node) -> Entry {
    let text = reference.scalar_text().unwrap_or_default();
    let (field, name) = match (text.strip_prefix("refs/heads/"), text.strip_prefix("refs/tags/")) {
        (Some(branch), _) => ("branch", branch),
        (_, Some(tag)) => ("tag", tag),
        (None, None) => ("name", text),
    };
    let name = Node::string(name.to_owned(), reference.origin());
    entry("ref", Node::mapping(vec![entry(field, name)], reference.span()))
}
