//! Which lists a strategic merge patch merges, and which kinds have no namespace: kustomize's own embedded knowledge.
//!
//! kustomize merges by the schemas of Kubernetes 1.21.2 whatever the cluster is (kyaml: `openapi/kubernetesapi`). Newer schemas
//! would merge lists that kustomize replaces, and drop namespaces that kustomize writes. `data/merge_keys.txt` is generated.

use std::sync::LazyLock;

use seatrial_model::{QuickSet, group_and_version};

use crate::objects::definitions::{Definitions, Shape};
use crate::objects::gvk::Gvk;

const TEXT: &str = include_str!("../data/merge_keys.txt");

/// The definitions below which lists are merged.
pub(crate) static BUILT_IN: LazyLock<Definitions> = LazyLock::new(|| parse(TEXT));

/// Group, version and kind.
static CLUSTER_SCOPED: LazyLock<QuickSet<(&'static str, &'static str, &'static str)>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter_map(|line| line.strip_prefix("cluster "));
    let kinds = lines.filter_map(|line| line.split_once(' ')).map(|(api_version, kind)| {
        let (group, version) = group_and_version(api_version);
        (group, version, kind)
    });
    kinds.collect()
});

/// Whether kustomize is certain that a kind has no namespace.
pub(crate) fn is_cluster_scoped(gvk: &Gvk) -> bool {
    CLUSTER_SCOPED.contains(&(&*gvk.group, &*gvk.version, &*gvk.kind))
}

fn parse(text: &str) -> Definitions {
    let mut definitions = Definitions::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["def", name, fields @ ..] => {
                let fields = fields.iter().map(|f| parse_field(f)).collect();
                definitions.by_name.insert((*name).to_owned(), Shape { fields, ..Shape::default() });
            }
            ["kind", api_version, kind, definition] => {
                let key = ((*api_version).to_owned(), (*kind).to_owned());
                definitions.by_kind.insert(key, (*definition).to_owned());
            }
            _ => {}
        }
    }
    definitions
}

/// `name>CHILD`, `name*>CHILD`, `name[KEY,…]>CHILD`.
fn parse_field(word: &str) -> (String, Shape) {
    let (left, child) = word.split_once('>').map_or((word, None), |(l, c)| (l, Some(c)));
    let child = child.map(|name| Shape { reference: Some(name.to_owned()), ..Shape::default() });
    if let Some(name) = left.strip_suffix('*') {
        return (name.to_owned(), Shape { rest: child.map(Box::new), ..Shape::default() });
    }
    let Some((name, keys)) = left.split_once('[') else { return (left.to_owned(), child.unwrap_or_default()) };
    let keys = keys.trim_end_matches(']').split(',').filter(|k| !k.is_empty()).map(str::to_owned).collect();
    (name.to_owned(), Shape { merge_keys: Some(keys), items: child.map(Box::new), ..Shape::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::schemas::Schemas;

    fn gvk(group: &str, version: &str, kind: &str) -> Gvk {
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    #[test]
    fn containers_are_merged_by_name_and_their_ports_by_port_and_protocol() {
        let schemas = Schemas::default();
        let pod = schemas.of_type("v1", "Pod").expect("known");
        let containers = pod.field("spec").and_then(|s| s.field("containers")).expect("known");
        assert_eq!(containers.merge_keys().expect("merged"), ["name"]);
        let ports = containers.items().and_then(|c| c.field("ports")).expect("known");
        assert_eq!(ports.merge_keys().expect("merged"), ["containerPort", "protocol"]);
    }

    #[test]
    fn a_list_that_came_after_1_21_is_replaced() {
        let schemas = Schemas::default();
        let pod = schemas.of_type("v1", "Pod").expect("known");
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
