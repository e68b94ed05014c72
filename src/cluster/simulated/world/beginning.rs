//! A new cluster.

use seatrial_kubernetes::Minor;
use serde_json::json;

use crate::clock::Moment;
use crate::specification::Specification;
use crate::world::author::Author;
use crate::world::store::Key;
use crate::world::{NODE, World};

impl World {
    /// A cluster with the namespaces and the node that every cluster has.
    pub(crate) fn new(specification: Specification, minor: Minor, now: Moment) -> World {
        let mut world = World::empty(specification, minor);
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            world.insert(&Key::new("namespaces", "", name), object, Author::SERVER, now);
        }
        let node = json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux"}},
            "status": {
                "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady",
                    "message": "kubelet is posting ready status", "lastTransitionTime": now.text()}],
                "nodeInfo": {"kubeletVersion": format!("v{minor}.0"), "operatingSystem": "linux"},
            },
        });
        world.insert(&Key::new("nodes", "", NODE), node, Author::SERVER, now);
        world
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_look_like_uuids_and_differ() {
        let mut world = World::new(Specification::default(), Minor::DEFAULT, Moment(0));
        let (a, b) = (world.new_uid(), world.new_uid());
        assert_ne!(a, b);
        let lengths: Vec<usize> = a.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{a}");
        assert_eq!(world.new_suffix().len(), 5);
    }

    #[test]
    fn a_new_cluster_has_its_namespaces_and_a_node() {
        let world = World::new(Specification::default(), Minor::DEFAULT, Moment(0));
        let namespaces: Vec<&str> = world.store.list("namespaces", None).map(|(key, _)| key.name.as_str()).collect();
        assert_eq!(namespaces, ["default", "kube-node-lease", "kube-public", "kube-system"]);
        assert!(world.store.get(&Key::new("nodes", "", NODE)).is_some());
    }
}
