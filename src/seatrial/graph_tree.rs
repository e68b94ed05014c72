//! The graph of an environment as a tree: who applies what, what it reads from, and what is suspended, missing, unknown or not fetched.
//!
//! Not here: the objects that are no owners and no sources; `render` prints them.

use std::collections::BTreeMap;

use seatrial_model::{Graph, GraphNode, NodeState, ObjectId};

use crate::judge::count;

/// One line for each node, below the one that applies it.
pub(crate) fn tree(graph: &Graph) -> String {
    let known: BTreeMap<&ObjectId, &GraphNode> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut below: BTreeMap<Option<&ObjectId>, Vec<&GraphNode>> = BTreeMap::new();
    for node in &graph.nodes {
        let owner = node.owner.as_ref().filter(|owner| known.contains_key(owner));
        below.entry(owner).or_default().push(node);
    }
    let mut text = format!("{}\n", summary(graph));
    lines(&below, None, "", &mut text);
    text
}

/// `12 Kustomizations, 3 HelmReleases; 1 suspended, 2 not fetched`.
fn summary(graph: &Graph) -> String {
    let of_kind = |kind: &str| graph.nodes.iter().filter(|node| node.id.kind == kind).count();
    let mut owners = vec![count(of_kind("Kustomization"), "Kustomization")];
    if of_kind("HelmRelease") > 0 {
        owners.push(count(of_kind("HelmRelease"), "HelmRelease"));
    }
    let states = [
        ("suspended", graph.nodes.iter().filter(|n| n.state == NodeState::Suspended).count()),
        ("missing", graph.nodes.iter().filter(|n| n.state == NodeState::Missing).count()),
        ("unknown", graph.nodes.iter().filter(|n| matches!(n.state, NodeState::Unknown(_))).count()),
        ("not fetched", graph.nodes.iter().filter(|n| matches!(n.state, NodeState::NotFetched(_))).count()),
    ];
    let states: Vec<String> =
        states.into_iter().filter(|(_, number)| *number > 0).map(|(what, number)| format!("{number} {what}")).collect();
    let states = if states.is_empty() { String::new() } else { format!("; {}", states.join(", ")) };
    format!("{}{states}", owners.join(", "))
}

fn lines(
    below: &BTreeMap<Option<&ObjectId>, Vec<&GraphNode>>,
    owner: Option<&GraphNode>,
    indentation: &str,
    text: &mut String,
) {
    let nodes = below.get(&owner.map(|owner| &owner.id)).map(Vec::as_slice).unwrap_or_default();
    let above = owner.and_then(source_of);
    for (at, node) in nodes.iter().enumerate() {
        let is_last = at + 1 == nodes.len();
        let (branch, trunk) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
        text.push_str(&format!("{indentation}{branch}{}\n", line(node, above)));
        lines(below, Some(node), &format!("{indentation}{trunk}"), text);
    }
}

/// The source that a Kustomization reads from.
fn source_of(node: &GraphNode) -> Option<&str> {
    node.from.as_deref()?.split_once(": ").map(|(source, _)| source)
}

/// `Kustomization flux-system/apps (GitRepository flux-system/flux-system: ./apps/dev): 12 objects, after infra`; the source of the one above is
/// not said again.
fn line(node: &GraphNode, above: Option<&str>) -> String {
    let namespace = node.id.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let from = node.from.as_deref().map(|from| match from.split_once(": ") {
        Some((source, path)) if Some(source) == above => path,
        _ => from,
    });
    let from = from.map(|from| format!(" ({from})")).unwrap_or_default();
    let mut facts = Vec::new();
    match &node.state {
        NodeState::Rendered => facts.push(count(node.objects, "object")),
        NodeState::Suspended => facts.push("suspended".to_owned()),
        NodeState::Missing => facts.push("missing".to_owned()),
        NodeState::Unknown(why) => facts.push(format!("unknown: {why}")),
        NodeState::NotFetched(why) => facts.push(format!("not seen: {why}")),
        NodeState::NotFollowed(why) => facts.push(format!("not followed: {why}")),
        NodeState::Leaf => {}
    }
    if !node.depends_on.is_empty() {
        let names: Vec<&str> = node.depends_on.iter().map(|id| id.name.as_str()).collect();
        facts.push(format!("after {}", names.join(", ")));
    }
    let facts = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) };
    format!("{} {namespace}{}{from}{facts}", node.id.kind, node.id.name)
}

#[cfg(test)]
mod tests {
    use seatrial_model::{FileId, Lifecycle, Span};

    use super::*;

    fn node(kind: &str, name: &str, owner: Option<&str>, state: NodeState) -> GraphNode {
        let id = |kind: &str, name: &str| ObjectId::new("kustomize.toolkit.fluxcd.io", kind, Some("flux-system"), name);
        GraphNode {
            id: id(kind, name),
            owner: owner.map(|owner| id("Kustomization", owner)),
            span: Span::start_of(FileId(0)),
            state,
            from: Some("./apps".to_owned()),
            objects: 3,
            depends_on: Vec::new(),
            lifecycle: Lifecycle::default(),
        }
    }

    #[test]
    fn each_node_stands_below_the_one_that_applies_it() {
        let mut apps = node("Kustomization", "apps", Some("root"), NodeState::Rendered);
        apps.depends_on = vec![node("Kustomization", "infra", None, NodeState::Rendered).id];
        let graph = Graph {
            nodes: vec![
                node("Kustomization", "root", None, NodeState::Rendered),
                apps,
                node("Kustomization", "infra", Some("root"), NodeState::Suspended),
                node(
                    "HelmRelease",
                    "web",
                    Some("apps"),
                    NodeState::NotFollowed("charts are not rendered yet".to_owned()),
                ),
            ],
        };
        let expected = "\
3 Kustomizations, 1 HelmRelease; 1 suspended
└── Kustomization flux-system/root (./apps): 3 objects
    ├── Kustomization flux-system/apps (./apps): 3 objects, after infra
    │   └── HelmRelease flux-system/web (./apps): not followed: charts are not rendered yet
    └── Kustomization flux-system/infra (./apps): suspended
";
        assert_eq!(tree(&graph), expected);
    }
}
