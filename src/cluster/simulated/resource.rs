//! The resources that are served: Kubernetes' own of one minor, in their stable versions, and those of CRDs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use seatrial_kubernetes::{KindInfo, Minor, Schema, Scope};
use serde_json::Value;

use crate::json;

/// One resource of one API version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resource {
    /// API group; empty for the core group.
    pub(crate) group: String,
    /// Version without the group.
    pub(crate) version: String,
    /// Name in URLs.
    pub(crate) plural: String,
    /// Kind.
    pub(crate) kind: String,
    /// Whether its objects live in namespaces.
    pub(crate) namespaced: bool,
    /// Whether it has a `status` subresource.
    pub(crate) has_status: bool,
    /// `po`, `deploy`.
    pub(crate) short_names: Vec<String>,
    /// `all`.
    pub(crate) categories: Vec<String>,
    /// Whether a CRD declared it.
    pub(crate) is_custom: bool,
}

impl Resource {
    /// `deployments.apps`, `pods`: names the resource in messages and in the store, whatever its version.
    pub(crate) fn qualified(&self) -> String {
        qualify(&self.plural, &self.group)
    }

    /// Whether this is its qualified name.
    pub(crate) fn is_named(&self, qualified: &str) -> bool {
        qualified.strip_prefix(self.plural.as_str()).is_some_and(|rest| match self.group.as_str() {
            "" => rest.is_empty(),
            group => rest.strip_prefix('.') == Some(group),
        })
    }

    /// `Deployment.apps`, `Pod`.
    pub(crate) fn qualified_kind(&self) -> String {
        qualify(&self.kind, &self.group)
    }

    /// `apps/v1`, `v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `deployment`.
    pub(crate) fn singular(&self) -> String {
        self.kind.to_lowercase()
    }

    /// The schema of its objects; none for custom resources.
    pub(crate) fn schema(&self, minor: Minor) -> Option<Schema> {
        if self.is_custom {
            return None;
        }
        seatrial_kubernetes::schema(minor, &self.group, &self.version, &self.kind)
    }

    /// Whether it has objects at all: reviews and bindings are only posted.
    pub(crate) fn is_stored(&self) -> bool {
        let is_review = self.plural.ends_with("reviews");
        self.is_custom
            || !(is_review || self.group.is_empty() && matches!(self.plural.as_str(), "bindings" | "componentstatuses"))
    }

    /// Whether the server counts the generations of its objects' spec.
    pub(crate) fn counts_generations(&self) -> bool {
        const WITHOUT_STATUS: [&str; 6] = [
            "NetworkPolicy",
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicyBinding",
            "PriorityClass",
            "EndpointSlice",
        ];
        const WITHOUT_GENERATION: [&str; 6] =
            ["Service", "PersistentVolume", "PersistentVolumeClaim", "Namespace", "Node", "CertificateSigningRequest"];
        if self.is_custom {
            return true;
        }
        let counted = self.has_status && !WITHOUT_GENERATION.contains(&self.kind.as_str());
        counted || WITHOUT_STATUS.contains(&self.kind.as_str())
    }

    fn of_kind(info: &KindInfo) -> Resource {
        let short_names = short_names(&info.group, &info.plural).iter().map(|s| (*s).to_owned()).collect();
        let in_all = ALL.contains(&qualify(&info.plural, &info.group).as_str());
        Resource {
            group: info.group.clone(),
            version: info.version.clone(),
            plural: info.plural.clone(),
            kind: info.kind.clone(),
            namespaced: info.scope == Scope::Namespaced,
            has_status: info.has_status,
            short_names,
            categories: if in_all { vec!["all".to_owned()] } else { vec![] },
            is_custom: false,
        }
    }
}

/// `deployments` and `apps` are `deployments.apps`; the core group has no suffix.
fn qualify(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// What `kubectl get all` shows.
const ALL: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
];

fn short_names(group: &str, plural: &str) -> &'static [&'static str] {
    match (group, plural) {
        ("", "configmaps") => &["cm"],
        ("", "endpoints") => &["ep"],
        ("" | "events.k8s.io", "events") => &["ev"],
        ("", "limitranges") => &["limits"],
        ("", "namespaces") => &["ns"],
        ("", "nodes") => &["no"],
        ("", "persistentvolumeclaims") => &["pvc"],
        ("", "persistentvolumes") => &["pv"],
        ("", "pods") => &["po"],
        ("", "replicationcontrollers") => &["rc"],
        ("", "resourcequotas") => &["quota"],
        ("", "serviceaccounts") => &["sa"],
        ("", "services") => &["svc"],
        ("apiextensions.k8s.io", "customresourcedefinitions") => &["crd", "crds"],
        ("apps", "daemonsets") => &["ds"],
        ("apps", "deployments") => &["deploy"],
        ("apps", "replicasets") => &["rs"],
        ("apps", "statefulsets") => &["sts"],
        ("autoscaling", "horizontalpodautoscalers") => &["hpa"],
        ("batch", "cronjobs") => &["cj"],
        ("networking.k8s.io", "ingresses") => &["ing"],
        ("networking.k8s.io", "networkpolicies") => &["netpol"],
        ("policy", "poddisruptionbudgets") => &["pdb"],
        ("scheduling.k8s.io", "priorityclasses") => &["pc"],
        ("storage.k8s.io", "storageclasses") => &["sc"],
        _ => &[],
    }
}

/// Every resource that is served now.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    /// The Kubernetes minor that is simulated.
    pub(crate) minor: Minor,
    all: Vec<Arc<Resource>>,
}

impl Resources {
    /// Kubernetes' own resources. A real server serves no alpha and beta versions unless it is told to.
    pub(crate) fn of(minor: Minor) -> Resources {
        let stable = seatrial_kubernetes::kinds(minor).iter().filter(|info| is_stable(&info.version));
        Resources { minor, all: stable.map(|info| Arc::new(Resource::of_kind(info))).collect() }
    }

    /// A resource by its place in URLs.
    pub(crate) fn find(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Resource>> {
        let found = self.all.iter().find(|r| r.plural == plural && r.group == group && r.version == version);
        found.cloned()
    }

    /// A resource by its qualified name, in the version that clients prefer.
    pub(crate) fn by_name(&self, qualified: &str) -> Option<Arc<Resource>> {
        self.all.iter().filter(|r| r.is_named(qualified)).max_by_key(|r| priority(&r.version)).cloned()
    }

    /// The qualified names of all resources.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.all.iter().map(|r| r.qualified()).collect()
    }

    /// Resources by group, by version; versions in the order of preference.
    pub(crate) fn groups(&self) -> BTreeMap<&str, Vec<(&str, Vec<&Resource>)>> {
        let mut groups: BTreeMap<&str, Vec<(&str, Vec<&Resource>)>> = BTreeMap::new();
        for resource in &self.all {
            let versions = groups.entry(&resource.group).or_default();
            match versions.iter_mut().find(|(version, _)| *version == resource.version) {
                Some((_, resources)) => resources.push(resource),
                None => versions.push((&resource.version, vec![resource])),
            }
        }
        for versions in groups.values_mut() {
            versions.sort_by_key(|(version, _)| std::cmp::Reverse(priority(version)));
        }
        groups
    }

    /// Replaces the custom resources by those of the CRDs given.
    pub(crate) fn set_custom<'a>(&mut self, definitions: impl Iterator<Item = &'a Value>) {
        self.all.retain(|resource| !resource.is_custom);
        for definition in definitions {
            let more = custom_resources(definition).filter(|r| self.find(&r.group, &r.version, &r.plural).is_none());
            let more: Vec<_> = more.map(Arc::new).collect();
            self.all.extend(more);
        }
    }
}

/// The resources that a CRD declares: one for each version that is served.
fn custom_resources(definition: &Value) -> impl Iterator<Item = Resource> {
    let strings = |pointer: &str| -> Vec<String> {
        json::items(definition, pointer).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let served = json::items(definition, "/spec/versions").iter();
    served.filter(|version| version.get("served") == Some(&Value::Bool(true))).map(move |version| Resource {
        group: json::text(definition, "/spec/group").to_owned(),
        version: json::text(version, "/name").to_owned(),
        plural: json::text(definition, "/spec/names/plural").to_owned(),
        kind: json::text(definition, "/spec/names/kind").to_owned(),
        namespaced: json::text(definition, "/spec/scope") == "Namespaced",
        has_status: version.pointer("/subresources/status").is_some(),
        short_names: strings("/spec/names/shortNames"),
        categories: strings("/spec/names/categories"),
        is_custom: true,
    })
}

fn is_stable(version: &str) -> bool {
    version.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Kubernetes' version priority: stable before beta before alpha, then the higher number.
fn priority(version: &str) -> (u8, u32, u32) {
    let rest = version.trim_start_matches('v');
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (major, stage) = rest.split_at(digits);
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    match (stage.strip_prefix("beta"), stage.strip_prefix("alpha")) {
        (Some(n), _) => (1, number(major), number(n)),
        (_, Some(n)) => (0, number(major), number(n)),
        _ => (2, number(major), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn orders_versions_as_kubernetes_does() {
        let mut versions = ["v1beta1", "v2", "v1alpha1", "v10", "v1", "v2beta2"];
        versions.sort_by_key(|version| std::cmp::Reverse(priority(version)));
        assert_eq!(versions, ["v10", "v2", "v1", "v2beta2", "v1beta1", "v1alpha1"]);
    }

    #[test]
    fn serves_what_a_definition_declares_and_forgets_it() {
        let definition = json!({"spec": {
            "group": "acme.io", "scope": "Cluster",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [
                {"name": "v1", "served": true, "subresources": {"status": {}}},
                {"name": "v1beta1", "served": false},
            ],
        }});
        let mut resources = Resources { minor: Minor::DEFAULT, all: vec![] };
        resources.set_custom([&definition].into_iter());
        let widget = resources.find("acme.io", "v1", "widgets").expect("is served");
        assert!(!widget.namespaced && widget.has_status);
        assert_eq!(resources.find("acme.io", "v1beta1", "widgets"), None);
        resources.set_custom(std::iter::empty());
        assert_eq!(resources.find("acme.io", "v1", "widgets"), None);
    }
}
