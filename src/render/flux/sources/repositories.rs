//! Where the files of a source lie: in this repository, in a checkout that the configuration names, or nowhere here.

use std::sync::Arc;

use seatrial_model::{Manifest, Node, ObjectId};

use crate::objects::flux_object::{has_variable, namespace, spec, text};
use crate::sources::view::{Repository, View};

/// A source as the configuration names it: `[Kind/][namespace/]name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceName {
    kind: Option<String>,
    namespace: Option<String>,
    name: String,
}

impl SourceName {
    /// Reads `name`, `namespace/name`, `Kind/name` or `Kind/namespace/name`; a kind begins with a capital letter.
    #[must_use]
    pub fn parse(text: &str) -> SourceName {
        let mut parts: Vec<&str> = text.split('/').collect();
        let name = parts.pop().unwrap_or_default().to_owned();
        let is_kind = |part: &&str| part.starts_with(|c: char| c.is_ascii_uppercase());
        let kind = parts.first().copied().filter(is_kind).map(str::to_owned);
        let namespace = parts.get(usize::from(kind.is_some())).map(|part| (*part).to_owned());
        SourceName { kind, namespace, name }
    }

    /// Whether it names a source.
    #[must_use]
    pub fn is(&self, id: &ObjectId) -> bool {
        self.name == id.name
            && self.kind.as_ref().is_none_or(|kind| *kind == id.kind)
            && self.namespace.as_ref().is_none_or(|namespace| Some(namespace) == id.namespace.as_ref())
    }
}

/// Where the sources of an environment are.
#[derive(Clone, Debug)]
pub struct Repositories {
    /// The repository that is judged.
    pub own: Arc<Repository>,
    /// Where others are checked out, by the sources that they stand for; or why that cannot be read, as a clause.
    pub others: Vec<(SourceName, Result<Directory, String>)>,
}

/// A directory of a repository.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The repository: the one that is judged, or another one.
    pub repository: Arc<Repository>,
    /// From its root.
    pub path: String,
}

impl Directory {
    /// What a source holds that stands for it, and where in that its root is.
    pub(crate) fn archived(&self, source: Option<&Manifest>) -> (Arc<View>, String) {
        let root = self.repository.tree().real_path(&self.path).unwrap_or_else(|_| self.path.clone());
        let ignore = source.and_then(|source| text(source, &["ignore"]));
        (self.repository.archived(&root, ignore), root)
    }

    /// The path as readers see it.
    pub(crate) fn shown(&self) -> String {
        let path = if self.path.is_empty() { "." } else { &self.path };
        match self.repository.tree().belongs_to().name() {
            None => path.to_owned(),
            Some(name) => format!("{name}: {path}"),
        }
    }
}

/// Where a source's files are.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// At this directory.
    Here(Directory),
    /// Not here; a clause says what it is.
    Elsewhere(String),
    /// There is no such source.
    Nowhere,
}

/// The source that an object refers to in `reference` (`kind`, `name`, `namespace`).
pub(crate) fn referred(reference: &Node, namespace: &str) -> Option<ObjectId> {
    let field = |name: &str| reference.get(name).and_then(Node::scalar_text).filter(|text| !text.is_empty());
    let namespace = field("namespace").unwrap_or(namespace);
    Some(ObjectId::new("source.toolkit.fluxcd.io", field("kind")?, Some(namespace), field("name")?))
}

/// The source that an object names in `spec.sourceRef`.
pub(crate) fn source_of(manifest: &Manifest) -> Option<ObjectId> {
    referred(spec(manifest, &["sourceRef"])?, namespace(manifest))
}

impl Repositories {
    /// Whether the configuration says where a source is.
    pub(crate) fn is_mapped(&self, id: &ObjectId) -> bool {
        self.mapped(id).is_some()
    }

    /// The directory that the configuration names for a source, or why it cannot be read.
    pub(crate) fn mapped(&self, id: &ObjectId) -> Option<&Result<Directory, String>> {
        self.others.iter().find(|(name, _)| name.is(id)).map(|(_, directory)| directory)
    }

    /// Whether an address is that of this repository; `None` where either is not known.
    pub(crate) fn is_own(&self, url: Option<&str>) -> Option<bool> {
        Some(is_same_address(self.own.url()?, url.filter(|url| !has_variable(url))?))
    }

    /// Where a source is: as the configuration says, else as its own object says. `bootstrap` is the source that the cluster's root is
    /// read from, which is this repository.
    pub(crate) fn find(&self, id: &ObjectId, object: Option<&Manifest>, bootstrap: Option<&Bootstrap>) -> Place {
        match self.mapped(id) {
            Some(Ok(directory)) => return Place::Here(directory.clone()),
            Some(Err(why)) => return Place::Elsewhere(why.clone()),
            None => {}
        }
        let root = || Directory { repository: Arc::clone(&self.own), path: String::new() };
        if bootstrap.is_some_and(|bootstrap| bootstrap.source == *id) {
            return Place::Here(root());
        }
        let Some(object) = object else { return Place::Nowhere };
        let Some(url) = text(object, &["url"]) else { return Place::Elsewhere(described(object)) };
        let own = [bootstrap.and_then(|bootstrap| bootstrap.url.as_deref()), self.own.url()];
        let is_own = own.into_iter().flatten().any(|own| is_same_address(own, url));
        let other_revision = bootstrap.is_some_and(|bootstrap| bootstrap.is_at_another_revision(object));
        if is_own && object.id.kind == "GitRepository" && !other_revision {
            return Place::Here(root());
        }
        Place::Elsewhere(described(object))
    }
}

/// The source that the cluster's root is read from.
#[derive(Clone, Debug)]
pub(crate) struct Bootstrap {
    pub(crate) source: ObjectId,
    pub(crate) url: Option<String>,
    /// `spec.ref` of it.
    pub(crate) revision: Option<Node>,
}

impl Bootstrap {
    /// The root is read from what this source object says.
    pub(crate) fn of(source: &Manifest) -> Bootstrap {
        Bootstrap {
            source: source.id.clone(),
            url: text(source, &["url"]).map(str::to_owned),
            revision: spec(source, &["ref"]).cloned(),
        }
    }

    /// Only the name of the source is known.
    pub(crate) fn named(source: ObjectId) -> Bootstrap {
        Bootstrap { source, url: None, revision: None }
    }

    fn is_at_another_revision(&self, object: &Manifest) -> bool {
        let fields = ["branch", "tag", "semver", "commit", "name"];
        let field = |node: Option<&Node>, name: &str| {
            node.and_then(|node| node.get(name)).and_then(Node::scalar_text).map(str::to_owned)
        };
        let own = object.node.at(&["spec", "ref"]);
        fields.iter().any(|name| field(own, name) != field(self.revision.as_ref(), name))
    }
}

/// `GitRepository flux-system/podinfo (https://github.com/stefanprodan/podinfo at 6.5.0)`.
fn described(object: &Manifest) -> String {
    let address = text(object, &["url"]).or_else(|| text(object, &["endpoint"]));
    let fields = ["commit", "digest", "semver", "tag", "branch", "name"];
    let revision = fields.into_iter().find_map(|field| text(object, &["ref", field]));
    match (address, revision) {
        (Some(address), Some(revision)) => format!("{address} at `{revision}`"),
        (Some(address), None) => address.to_owned(),
        (None, _) => "it has no address".to_owned(),
    }
}

/// Version that a source asks for; empty for none.
pub(crate) fn version_of(object: &Manifest) -> String {
    let fields = ["commit", "digest", "semver", "tag", "branch", "name"];
    fields.into_iter().find_map(|field| text(object, &["ref", field])).unwrap_or_default().to_owned()
}

/// Whether two addresses lead to one repository, whatever the protocol and who asks.
fn is_same_address(one: &str, other: &str) -> bool {
    let bare = |address: &str| {
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        let address = address.rsplit_once('@').map_or(address, |(_, rest)| rest);
        let address = address.trim_end_matches('/').trim_end_matches(".git").to_ascii_lowercase();
        // `git@github.com:acme/shop`, `ssh.dev.azure.com/v3/acme/shop/app`.
        let address = address.replace(":22/", "/").replace(":443/", "/").replacen(':', "/", 1);
        address.replacen("ssh.dev.azure.com/v3/", "dev.azure.com/", 1).replace("/_git/", "/")
    };
    !has_variable(one) && !has_variable(other) && bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_many_addresses() {
        let alike = [
            ("https://github.com/acme/shop", "ssh://git@github.com/acme/shop.git"),
            ("git@github.com:acme/shop.git", "https://user:token@github.com/Acme/shop/"),
            ("https://dev.azure.com/acme/web/_git/shop", "ssh://git@ssh.dev.azure.com/v3/acme/web/shop"),
            ("https://git.example.com:443/acme/shop", "https://git.example.com/acme/shop"),
        ];
        for (one, other) in alike {
            assert!(is_same_address(one, other), "{one} {other}");
        }
        assert!(!is_same_address("https://github.com/acme/shop", "https://github.com/acme/shop-api"));
        assert!(!is_same_address("https://github.com/${ORG}/shop", "https://github.com/${ORG}/shop"));
    }

    #[test]
    fn a_source_is_named_as_exactly_as_one_likes() {
        let id = ObjectId::new("source.toolkit.fluxcd.io", "GitRepository", Some("flux-system"), "platform");
        for name in ["platform", "flux-system/platform", "GitRepository/platform", "GitRepository/flux-system/platform"]
        {
            assert!(SourceName::parse(name).is(&id), "{name}");
        }
        for name in ["other", "apps/platform", "Bucket/platform", "GitRepository/apps/platform"] {
            assert!(!SourceName::parse(name).is(&id), "{name}");
        }
    }
}
