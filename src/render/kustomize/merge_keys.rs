//! Which lists a strategic merge patch merges, and which kinds have no namespace: kustomize's own embedded knowledge.
//!
//! kustomize merges by the schemas of Kubernetes 1.21.2 whatever the cluster is (kyaml: `openapi/kubernetesapi`). Newer schemas
//! would merge lists that kustomize replaces, and drop namespaces that kustomize writes. `data/merge_keys.txt` is generated.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::resource::Gvk;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("data/merge_keys.txt")));

#[derive(Default)]
struct Table {
    definitions: HashMap<&'static str, HashMap<&'static str, Field>>,
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    cluster: HashSet<(&'static str, &'static str)>,
}

/// A field below which lists are merged.
#[derive(Clone, Debug)]
struct Field {
    /// Keys of a merged list; empty for a list merged by value.
    keys: Option<Vec<&'static str>>,
    /// Whether the child describes the values of a map.
    is_map: bool,
    child: Option<&'static str>,
}

/// Where the walk stands in the schema.
#[derive(Clone, Debug)]
pub(crate) enum MergeSchema {
    /// An object of a definition.
    Definition(&'static str),
    /// A map whose values are of a definition.
    MapOf(&'static str),
    /// A list that is merged.
    Merged {
        /// Merge keys; empty for a list merged by value.
        keys: Vec<&'static str>,
        /// The schema of the items.
        items: Option<&'static str>,
    },
}

impl MergeSchema {
    /// The schema of a kind's objects; `None` where no list is merged.
    pub(crate) fn of(gvk: &Gvk) -> Option<MergeSchema> {
        let api_version = gvk.api_version();
        TABLE.kinds.get(&(api_version.as_str(), &*gvk.kind)).map(|d| MergeSchema::Definition(d))
    }

    /// The schema of a field.
    pub(crate) fn field(&self, name: &str) -> Option<MergeSchema> {
        match self {
            MergeSchema::MapOf(definition) => Some(MergeSchema::Definition(definition)),
            MergeSchema::Merged { .. } => None,
            MergeSchema::Definition(definition) => {
                let field = TABLE.definitions.get(definition)?.get(name)?;
                match (&field.keys, field.child) {
                    (Some(keys), items) => Some(MergeSchema::Merged { keys: keys.clone(), items }),
                    (None, Some(child)) if field.is_map => Some(MergeSchema::MapOf(child)),
                    (None, child) => child.map(MergeSchema::Definition),
                }
            }
        }
    }
}

/// Whether kustomize is certain that a kind has no namespace.
pub(crate) fn is_cluster_scoped(gvk: &Gvk) -> bool {
    if gvk.group.is_empty() {
        return TABLE.cluster.contains(&(&*gvk.version, &*gvk.kind));
    }
    let api_version = gvk.api_version();
    TABLE.cluster.contains(&(api_version.as_str(), &*gvk.kind))
}

impl Table {
    fn parse(text: &'static str) -> Table {
        let mut table = Table::default();
        for line in text.lines() {
            let words: Vec<&'static str> = line.split(' ').collect();
            match words.as_slice() {
                ["def", name, fields @ ..] => {
                    table.definitions.insert(name, fields.iter().map(|f| parse_field(f)).collect());
                }
                ["kind", api_version, kind, definition] => {
                    table.kinds.insert((api_version, kind), definition);
                }
                ["cluster", api_version, kind] => {
                    table.cluster.insert((api_version, kind));
                }
                _ => {}
            }
        }
        table
    }
}

/// `name>CHILD`, `name*>CHILD`, `name[KEY,…]>CHILD`.
fn parse_field(word: &'static str) -> (&'static str, Field) {
    let (left, child) = word.split_once('>').map_or((word, None), |(l, c)| (l, Some(c)));
    if let Some(name) = left.strip_suffix('*') {
        return (name, Field { keys: None, is_map: true, child });
    }
    let Some((name, keys)) = left.split_once('[') else { return (left, Field { keys: None, is_map: false, child }) };
    let keys = keys.trim_end_matches(']').split(',').filter(|k| !k.is_empty()).collect();
    (name, Field { keys: Some(keys), is_map: false, child })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gvk(group: &str, version: &str, kind: &str) -> Gvk {
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    #[test]
    fn containers_are_merged_by_name_and_their_ports_by_port_and_protocol() {
        let pod = MergeSchema::of(&gvk("", "v1", "Pod")).expect("known");
        let Some(MergeSchema::Merged { keys, items }) = pod.field("spec").and_then(|s| s.field("containers")) else {
            panic!("containers are merged");
        };
        assert_eq!(keys, ["name"]);
        let container = MergeSchema::Definition(items.expect("described"));
        let Some(MergeSchema::Merged { keys, .. }) = container.field("ports") else { panic!("ports are merged") };
        assert_eq!(keys, ["containerPort", "protocol"]);
    }

    #[test]
    fn a_list_that_came_after_1_21_is_replaced() {
        let pod = MergeSchema::of(&gvk("", "v1", "Pod")).expect("known");
        assert!(pod.field("spec").and_then(|s| s.field("schedulingGates")).is_none());
    }

    #[test]
    fn knows_which_kinds_have_no_namespace() {
        assert!(is_cluster_scoped(&gvk("", "v1", "Namespace")));
        assert!(is_cluster_scoped(&gvk("rbac.authorization.k8s.io", "v1", "ClusterRole")));
        assert!(!is_cluster_scoped(&gvk("apps", "v1", "Deployment")));
        assert!(!is_cluster_scoped(&gvk("acme.io", "v1", "Widget")));
    }
}
