//! The objects of one environment, indexed for rules about what is between them. Made once and shared by all rules; an index is built when
//! the first rule asks for it.

use std::cell::OnceCell;

use seatrial_model::{Manifest, Node, QuickMap};

use crate::uses::{self, Use};

/// The objects of one environment.
#[derive(Debug)]
pub struct Objects<'a> {
    all: &'a [Manifest],
    readable: Vec<&'a Manifest>,
    kinds: OnceCell<QuickMap<&'a str, QuickMap<&'a str, Vec<&'a Manifest>>>>,
    names: OnceCell<QuickMap<Identity<'a>, &'a Manifest>>,
    pods: OnceCell<Vec<Pod<'a>>>,
    labels: OnceCell<QuickMap<Labelled<'a>, Vec<usize>>>,
    uses: OnceCell<Vec<Use<'a>>>,
}

/// Group, kind, namespace and name.
type Identity<'a> = (&'a str, &'a str, Option<&'a str>, &'a str);

/// Namespace, and a label's key and value.
type Labelled<'a> = (Option<&'a str>, &'a str, &'a str);

impl<'a> Objects<'a> {
    /// The objects of an environment.
    #[must_use]
    pub fn new(all: &'a [Manifest]) -> Objects<'a> {
        Objects {
            all,
            readable: all.iter().filter(|manifest| !manifest.is_sops_encrypted()).collect(),
            kinds: OnceCell::new(),
            names: OnceCell::new(),
            pods: OnceCell::new(),
            labels: OnceCell::new(),
            uses: OnceCell::new(),
        }
    }

    /// All of them, in the order in which they are rendered.
    #[must_use]
    pub fn all(&self) -> &'a [Manifest] {
        self.all
    }

    /// Those whose values are not encrypted with SOPS.
    #[must_use]
    pub fn readable(&self) -> &[&'a Manifest] {
        &self.readable
    }

    /// Those of a group and kind, in any version.
    #[must_use]
    pub fn of_kind(&self, group: &str, kind: &str) -> &[&'a Manifest] {
        let kinds = self.kinds.get_or_init(|| {
            let mut kinds: QuickMap<_, QuickMap<_, Vec<_>>> = QuickMap::default();
            for manifest in self.all {
                let kinds = kinds.entry(&*manifest.id.group).or_default();
                kinds.entry(&*manifest.id.kind).or_default().push(manifest);
            }
            kinds
        });
        kinds.get(group).and_then(|kinds| kinds.get(kind)).map_or(&[], Vec::as_slice)
    }

    /// The object of that identity; the namespace as it is written, `None` where none is.
    #[must_use]
    pub fn find(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Option<&'a Manifest> {
        let names = self.names.get_or_init(|| {
            let identity = |manifest: &'a Manifest| {
                let id = &manifest.id;
                ((&*id.group, &*id.kind, id.namespace.as_deref(), &*id.name), manifest)
            };
            self.all.iter().map(identity).collect()
        });
        names.get(&(group, kind, namespace, name)).copied()
    }

    /// Pods, and what workloads make pods of; not of objects that are encrypted.
    #[must_use]
    pub fn pods(&self) -> &[Pod<'a>] {
        self.pods.get_or_init(|| self.readable.iter().filter_map(|manifest| Pod::of(manifest)).collect())
    }

    /// What the pods use by name.
    pub(crate) fn uses(&self) -> &[Use<'a>] {
        self.uses.get_or_init(|| uses::all(self))
    }

    /// The pods of a namespace that have all the labels of a mapping (`matchLabels`, a Service's `selector`). An empty one selects none.
    #[must_use]
    pub fn selected(&self, namespace: Option<&str>, labels: &Node) -> Vec<&Pod<'a>> {
        let wanted: Option<Vec<(&str, &str)>> =
            labels.entries().iter().map(|e| Some((e.key.text.as_str(), e.value.scalar_text()?))).collect();
        wanted.map_or_else(Vec::new, |wanted| self.with_labels(namespace, &wanted))
    }

    /// The pods of a namespace that have all of these labels; none where no label is asked for.
    #[must_use]
    pub fn with_labels(&self, namespace: Option<&str>, wanted: &[(&str, &str)]) -> Vec<&Pod<'a>> {
        let pods = self.pods();
        let index = self.labels.get_or_init(|| {
            let mut index: QuickMap<_, Vec<_>> = QuickMap::default();
            for (position, pod) in pods.iter().enumerate() {
                let namespace = pod.manifest.id.namespace.as_deref();
                for entry in pod.labels().map_or(&[][..], Node::entries) {
                    if let Some(value) = entry.value.scalar_text() {
                        index.entry((namespace, entry.key.text.as_str(), value)).or_default().push(position);
                    }
                }
            }
            index
        });
        let candidates =
            wanted.iter().map(|(key, value)| index.get(&(namespace, *key, *value)).map_or(&[][..], Vec::as_slice));
        let Some(fewest) = candidates.min_by_key(|positions| positions.len()) else { return Vec::new() };
        let has = |pod: &&Pod<'_>| {
            let label = |key| pod.labels().and_then(|labels| labels.get(key)).and_then(Node::scalar_text);
            wanted.iter().all(|(key, value)| label(key) == Some(*value))
        };
        fewest.iter().filter_map(|position| pods.get(*position)).filter(has).collect()
    }
}

/// A pod, or the template that a workload makes pods of.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'a> {
    /// The object that it is or is part of.
    pub manifest: &'a Manifest,
    /// What has `metadata` and `spec`.
    pub template: &'a Node,
    /// The keys that lead to it.
    pub path: &'static [&'static str],
}

/// A container of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// The container.
    pub node: &'a Node,
    /// `containers`, `initContainers` or `ephemeralContainers`.
    pub list: &'static str,
    /// Its position in the list.
    pub index: usize,
}

impl<'a> Pod<'a> {
    /// The pod of an object; `None` where the object has none.
    #[must_use]
    pub fn of(manifest: &'a Manifest) -> Option<Pod<'a>> {
        let path: &'static [&'static str] = match (&*manifest.id.group, &*manifest.id.kind) {
            ("", "Pod") => &[],
            ("", "PodTemplate") => &["template"],
            ("", "ReplicationController") | ("batch", "Job") => &["spec", "template"],
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => &["spec", "template"],
            ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
            _ => return None,
        };
        Some(Pod { manifest, template: manifest.node.at(path)?, path })
    }

    /// Its labels.
    #[must_use]
    pub fn labels(&self) -> Option<&'a Node> {
        self.template.at(&["metadata", "labels"])
    }

    /// Its specification.
    #[must_use]
    pub fn spec(&self) -> Option<&'a Node> {
        self.template.get("spec")
    }

    /// All its containers: those that run before, those that stay, those that are added.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let spec = self.spec();
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |list| {
            let items = spec.and_then(|spec| spec.get(list)).map_or(&[][..], Node::items);
            items.iter().enumerate().map(move |(index, node)| Container { node, list, index })
        })
    }

    /// Whether parts of it are evidently at a wrong level, so that what it lacks proves nothing: there are no containers, something that
    /// belongs in the pod's `spec` is beside it or in a container, or something of a container is in the `spec`.
    #[must_use]
    pub fn is_misplaced(&self) -> bool {
        const OF_SPEC: [&str; 3] = ["containers", "initContainers", "volumes"];
        const OF_CONTAINER: [&str; 4] = ["ports", "volumeMounts", "env", "image"];
        let has = |node: &Node, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
        let Some(spec) = self.spec() else { return true };
        let is_empty = spec.get("containers").is_none_or(|list| list.items().is_empty());
        is_empty
            || has(spec, &OF_CONTAINER)
            || (!self.path.is_empty() && has(self.template, &OF_SPEC))
            || self.containers().any(|container| has(container.node, &OF_SPEC))
    }

    /// A JSON pointer into the object: the pod's own, and `rest` behind it (`/spec/volumes/0`).
    #[must_use]
    pub fn pointer(&self, rest: &str) -> String {
        let keys: String = self.path.iter().flat_map(|key| ["/", key]).collect();
        format!("{keys}{rest}")
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;
    use seatrial_yaml::{Dialect, parse};

    use super::*;

    fn manifests(text: &str) -> Vec<Manifest> {
        let parsed = parse(&Sources::new().add("case.yaml", text.to_owned()), Dialect::Kubectl);
        assert_eq!(parsed.findings, []);
        parsed.documents.into_iter().map(|d| Manifest::from_node(d.node).expect("an object")).collect()
    }

    const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    metadata: { labels: { app: web, tier: front } }
    spec: { initContainers: [{ name: first }], containers: [{ name: web }, { name: side }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: other, labels: { app: web } }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly, namespace: shop }
spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: nightly } } } } } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web } }
";

    #[test]
    fn finds_objects_by_kind_and_by_name() {
        let manifests = manifests(SHOP);
        let objects = Objects::new(&manifests);
        assert_eq!(objects.of_kind("apps", "Deployment").len(), 1);
        assert!(objects.of_kind("", "Deployment").is_empty());
        assert!(objects.find("", "Service", Some("shop"), "web").is_some());
        assert!(objects.find("", "Service", None, "web").is_none());
    }

    #[test]
    fn selects_pods_by_their_labels_in_one_namespace() {
        let manifests = manifests(SHOP);
        let objects = Objects::new(&manifests);
        assert_eq!(objects.pods().len(), 3);
        let selector = manifests[3].node.at(&["spec", "selector"]).expect("is there");
        let selected = |namespace| -> Vec<String> {
            objects.selected(namespace, selector).iter().map(|pod| pod.manifest.id.to_string()).collect()
        };
        assert_eq!(selected(Some("shop")), ["Deployment shop/web"]);
        assert_eq!(selected(Some("other")), ["Pod other/web"]);
        assert_eq!(selected(None), [""; 0]);
    }

    #[test]
    fn a_pod_knows_its_containers_and_its_place_in_the_object() {
        let manifests = manifests(SHOP);
        let objects = Objects::new(&manifests);
        let [web, _, nightly] = objects.pods() else { panic!("three") };
        let containers: Vec<_> = web.containers().map(|c| (c.list, c.index)).collect();
        assert_eq!(containers, [("initContainers", 0), ("containers", 0), ("containers", 1)]);
        assert_eq!(nightly.pointer("/spec"), "/spec/jobTemplate/spec/template/spec");
    }
}
