//! The graph of an environment as a tree: who applies what, what it reads from, and what is suspended, missing, unknown or not fetched.
//!
//! A line has what fits into 80 columns; what a node reads from stands below it where it does not fit.
//!
//! Not here: the objects that are neither owners nor sources; `render` prints them.

use std::collections::BTreeMap;

use seatrial_model::{Graph, GraphNode, NodeState, ObjectId, counted};

/// Columns of a line that can be broken.
const WIDTH: usize = 80;

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
    let mut owners = vec![counted(of_kind("Kustomization"), "Kustomization")];
    if of_kind("HelmRelease") > 0 {
        owners.push(counted(of_kind("HelmRelease"), "HelmRelease"));
    }
    let states = [
        ("suspended", graph.nodes.iter().filter(|n| is_suspended(n)).count()),
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
    for (at, node) in nodes.iter().enumerate() {
        let is_last = at + 1 == nodes.len();
        let (branch, trunk) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
        let trunk = format!("{indentation}{trunk}");
        let has_below = below.get(&Some(&node.id)).is_some_and(|nodes| !nodes.is_empty());
        let behind = if has_below { format!("{trunk}│   ") } else { format!("{trunk}    ") };
        text.push_str(&broken(&format!("{indentation}{branch}"), &behind, &name(node, owner), &facts(node)));
        if let Some(from) = from(node, owner) {
            let used = text.lines().next_back().map_or(0, |line| line.chars().count());
            match used + from.chars().count() + 3 > WIDTH {
                true => text.push_str(&format!("\n{behind}{from}")),
                false => text.push_str(&format!(" ({from})")),
            }
        }
        text.push('\n');
        lines(below, Some(node), &trunk, text);
    }
}

/// The source that a Kustomization reads from.
fn source_of(node: &GraphNode) -> Option<&str> {
    node.from.as_deref()?.split_once(": ").map(|(source, _)| source)
}

/// `GitRepository flux-system/flux-system: ./apps/dev`; the source of the one above is not said again.
fn from<'a>(node: &'a GraphNode, owner: Option<&GraphNode>) -> Option<&'a str> {
    let from = node.from.as_deref()?;
    Some(match from.split_once(": ") {
        Some((source, path)) if Some(source) == owner.and_then(source_of) => path,
        _ => from,
    })
}

/// `Kustomization flux-system/apps`; the namespace of the one above is not said again.
fn name(node: &GraphNode, owner: Option<&GraphNode>) -> String {
    let own = node.id.namespace.as_deref();
    let is_above = owner.is_some_and(|owner| owner.id.namespace.as_deref() == own);
    let namespace = own.filter(|_| !is_above).map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{} {namespace}{}", node.id.kind, node.id.name)
}

/// A name and what is to be said of it, `behind` before each line that follows.
fn broken(before: &str, behind: &str, name: &str, facts: &[String]) -> String {
    let mut lines = vec![format!("{before}{name}")];
    for (at, fact) in facts.iter().enumerate() {
        let Some(line) = lines.last_mut() else { continue };
        let separator = if at == 0 { ": " } else { ", " };
        if line.chars().count() + separator.len() + fact.chars().count() <= WIDTH || at == 0 {
            line.push_str(&format!("{separator}{fact}"));
        } else {
            line.push(',');
            lines.push(format!("{behind}{fact}"));
        }
    }
    lines.join("\n")
}

fn facts(node: &GraphNode) -> Vec<String> {
    let mut facts = Vec::new();
    match &node.state {
        NodeState::Rendered => facts.push(counted(node.objects, "object")),
        NodeState::Missing => facts.push("missing".to_owned()),
        NodeState::Unknown(why) => facts.push(format!("unknown: {why}")),
        NodeState::NotFetched(why) => facts.push(not_fetched(node, why)),
        NodeState::NotFollowed(why) => facts.push(format!("not followed: {why}")),
        NodeState::Suspended | NodeState::Leaf => {}
    }
    if is_suspended(node) {
        facts.push("suspended".to_owned());
    }
    if !node.depends_on.is_empty() {
        let names: Vec<&str> = node.depends_on.iter().map(|id| id.name.as_str()).collect();
        facts.push(format!("after {}", names.join(", ")));
    }
    match node.health.checks.len() {
        _ if node.health.wait => facts.push("waits for all".to_owned()),
        0 => {}
        checks => facts.push(format!("waits for {}", counted(checks, "health check"))),
    }
    facts
}

/// That it was not fetched, and what, unless the line says that anyway.
fn not_fetched(node: &GraphNode, why: &str) -> String {
    let what = why.strip_suffix(" is not fetched").unwrap_or(why);
    let is_said = what == "its chart is not here" || source_of(node) == Some(what);
    if is_said { "not fetched".to_owned() } else { format!("not fetched: {what}") }
}

/// Whether a node does not reconcile: sources and policies, too.
fn is_suspended(node: &GraphNode) -> bool {
    node.state == NodeState::Suspended || node.lifecycle.suspended
}

#[cfg(test)]
mod tests {
    use seatrial_model::{FileId, Health, Lifecycle, Span};

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
            health: Health::default(),
        }
    }

    #[test]
    fn each_node_stands_below_the_one_that_applies_it() {
        let mut apps = node("Kustomization", "apps", Some("root"), NodeState::Rendered);
        apps.depends_on = vec![node("Kustomization", "infra", None, NodeState::Rendered).id];
        apps.health.checks = vec![apps.id.clone()];
        let mut elsewhere = node(
            "Kustomization",
            "elsewhere",
            Some("root"),
            NodeState::NotFetched("GitRepository a/b is not fetched".to_owned()),
        );
        elsewhere.from = Some(format!("GitRepository a/b: ./{}", "long/".repeat(8)));
        let mut policy = node("ImagePolicy", "web", Some("elsewhere"), NodeState::Leaf);
        policy.lifecycle.suspended = true;
        policy.id.namespace = Some("shop".to_owned());
        let not_followed = NodeState::NotFollowed("its chart cannot be rendered".to_owned());
        let graph = Graph {
            nodes: vec![
                node("Kustomization", "root", None, NodeState::Rendered),
                apps,
                elsewhere,
                policy,
                node("Kustomization", "infra", Some("root"), NodeState::Suspended),
                node("HelmRelease", "web", Some("apps"), not_followed),
            ],
        };
        let expected = "\
4 Kustomizations, 1 HelmRelease; 2 suspended, 1 not fetched
└── Kustomization flux-system/root: 3 objects (./apps)
    ├── Kustomization apps: 3 objects, after infra, waits for 1 health check
    │   │   ./apps
    │   └── HelmRelease web: not followed: its chart cannot be rendered (./apps)
    ├── Kustomization elsewhere: not fetched
    │   │   GitRepository a/b: ./long/long/long/long/long/long/long/long/
    │   └── ImagePolicy shop/web: suspended (./apps)
    └── Kustomization infra: suspended (./apps)
";
        assert_eq!(tree(&graph), expected);
    }
}
