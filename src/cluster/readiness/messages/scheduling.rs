//! What the scheduler says that no node fits: `1 Insufficient cpu`, `1 node(s) didn't match Pod's node affinity/selector`.
//!
//! Each node is counted for the first filter that refuses it (taints, node affinity, ports, resources, volumes, other pods), so that what
//! most nodes are refused for may be no more than which pool is meant. What is refused last has got furthest.

use seatrial_model::{Amount, Subject};

use crate::messages::reference::quoted;

/// Taints that say how a node is, or that it is a control plane's or a system pool's: nobody tolerates them to get a node.
const TAINTS_OF_NODES: [&str; 3] = ["node.kubernetes.io/", "node-role.kubernetes.io/", "CriticalAddonsOnly"];

/// What of a pod the words are about.
pub(crate) fn subject(said: &str) -> Option<Subject> {
    claim(said).or_else(|| {
        let (_, reasons) = said.split_once(" nodes are available: ").unwrap_or(("", said));
        let (rank, subject) = reasons.split(", ").filter_map(of_one_reason).max_by_key(|(rank, _)| *rank)?;
        (rank > 0).then_some(subject)
    })
}

/// Without its claim a pod is not even compared with nodes.
fn claim(said: &str) -> Option<Subject> {
    let of = |begin: &str| said.contains(begin).then(|| quoted(said, begin).map(str::to_owned));
    if said.contains("unbound immediate PersistentVolumeClaims") {
        return Some(Subject::Claim(None));
    }
    of("persistentvolumeclaim \"").map(Subject::Claim)
}

/// How far a node got that is refused for this, and what it is about.
fn of_one_reason(reason: &str) -> Option<(u8, Subject)> {
    let reason = reason.trim().trim_end_matches('.');
    if let Some((_, resource)) = reason.split_once("Insufficient ") {
        return Some((4, Subject::Request(Amount::of(resource))));
    }
    let known: [(&str, u8, Subject); 12] = [
        ("node(s) were unschedulable", 1, Subject::Node),
        ("node(s) were not ready", 1, Subject::Node),
        ("untolerated taint", 2, Subject::Toleration),
        ("node affinity/selector", 3, Subject::NodeSelector),
        ("Too many pods", 4, Subject::Node),
        ("free ports", 4, Subject::HostPort),
        ("volume", 5, Subject::Claim(None)),
        ("topology spread", 6, Subject::TopologySpread),
        ("existing pods anti-affinity", 6, Subject::PodAntiAffinity),
        ("pod anti-affinity rules", 6, Subject::PodAntiAffinity),
        ("pod affinity rules", 6, Subject::PodAffinity),
        ("pod affinity/anti-affinity", 6, Subject::PodAntiAffinity),
    ];
    let (_, rank, subject) = known.into_iter().find(|(words, ..)| reason.contains(words))?;
    let is_of_node = subject == Subject::Toleration && TAINTS_OF_NODES.iter().any(|taint| reason.contains(taint));
    Some(if is_of_node { (1, Subject::Node) } else { (rank, subject) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_last_has_got_furthest() {
        let table = [
            ("0/1 nodes are available: 1 Insufficient cpu.", Some(Subject::Request(Amount::of("cpu")))),
            (
                "0/5 nodes are available: 2 node(s) had untolerated taint {CriticalAddonsOnly: true}, 3 Insufficient memory",
                Some(Subject::Request(Amount::of("memory"))),
            ),
            (
                "0/5 nodes are available: 1 Insufficient nvidia.com/gpu, 4 node(s) didn't match Pod's node affinity/selector",
                Some(Subject::Request(Amount::of("nvidia.com/gpu"))),
            ),
            (
                "0/3 nodes are available: 1 node(s) had untolerated taint {CriticalAddonsOnly: true}, 2 node(s) didn't match Pod's node affinity/selector",
                Some(Subject::NodeSelector),
            ),
            ("0/1 nodes are available: 1 node(s) had untolerated taint {sku: gpu}", Some(Subject::Toleration)),
            ("0/1 nodes are available: 1 node(s) had untolerated taint(s)", Some(Subject::Toleration)),
            (
                "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }",
                Some(Subject::Node),
            ),
            (
                "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports",
                Some(Subject::HostPort),
            ),
            ("0/3 nodes are available: 3 node(s) had volume node affinity conflict", Some(Subject::Claim(None))),
            (
                "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints",
                Some(Subject::TopologySpread),
            ),
            ("0/3 nodes are available: 3 node(s) didn't match pod affinity rules", Some(Subject::PodAffinity)),
            ("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules", Some(Subject::PodAntiAffinity)),
            (
                "0/1 nodes are available: persistentvolumeclaim \"data\" not found. not found",
                Some(Subject::Claim(Some("data".to_owned()))),
            ),
            (
                "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
                Some(Subject::Claim(None)),
            ),
            ("no node", None),
        ];
        for (said, expected) in table {
            assert_eq!(subject(said), expected, "{said}");
        }
    }
}
