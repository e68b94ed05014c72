//! What the controllers would render and we do not: counted, so that nothing is skipped in silence.

use std::collections::BTreeMap;

use seatrial_model::{Graph, GraphNode, Needed, NeededKind, NodeState, Rendered, counted};

/// What was not rendered of an environment: how many of what, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unseen(BTreeMap<(&'static str, String), usize>);

impl Unseen {
    /// What a rendering leaves out.
    pub(crate) fn of(rendered: &Rendered) -> Unseen {
        let mut unseen = Unseen::of_graph(rendered.graph.as_ref());
        // Those of releases are in the graph.
        let is_of_nobody = |needed: &&Needed| needed.asked_by.is_none();
        for (kind, what) in [(NeededKind::Base, "remote base"), (NeededKind::Chart, "chart")] {
            let needed = rendered.needed.iter().filter(|needed| needed.kind == kind);
            let number = match kind {
                NeededKind::Chart => needed.filter(is_of_nobody).count(),
                NeededKind::Base | NeededKind::Source => needed.count(),
            };
            if number > 0 {
                *unseen.0.entry((what, "not fetched".to_owned())).or_default() += number;
            }
        }
        unseen
    }

    /// What the graph of a rendering leaves out.
    fn of_graph(graph: Option<&Graph>) -> Unseen {
        let mut unseen = Unseen::default();
        for node in graph.iter().flat_map(|graph| &graph.nodes) {
            if let Some(what) = left_out(node) {
                *unseen.0.entry(what).or_default() += 1;
            }
        }
        unseen
    }

    /// A sentence about all environments: `not rendered: 32 charts (not fetched)`; `None` where all was rendered.
    pub(crate) fn sentence<'a>(all: impl Iterator<Item = &'a Unseen>) -> Option<String> {
        let mut sum: BTreeMap<&(&'static str, String), usize> = BTreeMap::new();
        for (what, number) in all.flat_map(|unseen| &unseen.0) {
            *sum.entry(what).or_default() += number;
        }
        let clauses: Vec<String> =
            sum.into_iter().map(|((what, why), number)| format!("{} ({why})", counted(number, what))).collect();
        (!clauses.is_empty()).then(|| format!("not rendered: {}", clauses.join(", ")))
    }
}

/// What a node would apply, and why that is not seen. Of a Kustomization, a finding tells it.
fn left_out(node: &GraphNode) -> Option<(&'static str, String)> {
    match (node.id.kind.as_str(), &node.state) {
        ("HelmRelease", NodeState::NotFetched(_)) => Some(("chart", "not fetched".to_owned())),
        ("HelmRelease", NodeState::NotFollowed(_)) => Some(("chart", "wrong".to_owned())),
        ("HelmRelease", NodeState::Unknown(_)) => Some(("chart", "which ones, only the cluster knows".to_owned())),
        ("ResourceSet", NodeState::NotFollowed(why)) => Some(("ResourceSet", why.clone())),
        ("ResourceSet", NodeState::Unknown(_)) => Some(("ResourceSet", "not all inputs are in Git".to_owned())),
        ("ArtifactGenerator", NodeState::NotFollowed(why)) => Some(("ArtifactGenerator", why.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::{FileId, Health, Lifecycle, ObjectId, Span};

    use super::*;

    fn node(kind: &str, state: NodeState) -> GraphNode {
        GraphNode {
            id: ObjectId::new("", kind, None, "x"),
            owner: None,
            span: Span::start_of(FileId(0)),
            state,
            from: None,
            objects: 0,
            depends_on: Vec::new(),
            lifecycle: Lifecycle::default(),
            health: Health::default(),
        }
    }

    #[test]
    fn what_is_not_rendered_is_counted_over_all_environments() {
        let nodes = vec![
            node("HelmRelease", NodeState::NotFollowed("x".to_owned())),
            node("HelmRelease", NodeState::NotFetched("y".to_owned())),
            node("HelmRelease", NodeState::Suspended),
            node("ResourceSet", NodeState::NotFollowed("templates are not rendered yet".to_owned())),
            node("Kustomization", NodeState::NotFollowed("it reconciles its own parent".to_owned())),
        ];
        let unseen = Unseen::of_graph(Some(&Graph { nodes }));
        let told = Unseen::sentence([&unseen, &unseen].into_iter());
        let expected =
            "not rendered: 2 ResourceSets (templates are not rendered yet), 2 charts (not fetched), 2 charts (wrong)";
        assert_eq!(told.as_deref(), Some(expected));
        assert_eq!(Unseen::sentence([&Unseen::default()].into_iter()), None);
    }
}
