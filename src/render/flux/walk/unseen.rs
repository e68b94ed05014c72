//! What is not seen of an environment: it is named once, and may hold the source that somebody lacks.

use std::collections::HashMap;

use seatrial_model::{Finding, GraphNode, Label, Level, NodeState, Span};

use crate::objects::flux_object::FluxKind;
use crate::objects::ids;

/// Others that ask for the same, as many as are named.
const MOST_NAMED: usize = 3;

/// Whether an object applies something that nobody has seen. What is missing, and what is not followed since it is wrong, is an error of its
/// own and excuses no other; charts bring workloads.
pub(super) fn hides_sources(node: &GraphNode) -> bool {
    let kind = FluxKind::of(&node.id);
    let is_unseen = match node.state {
        NodeState::Unknown(_) | NodeState::NotFetched(_) => true,
        NodeState::NotFollowed(_) => kind != Some(FluxKind::Kustomization),
        _ => false,
    };
    is_unseen && node.is_gap() && kind != Some(FluxKind::HelmRelease)
}

/// A source that is missing is not called an error where it may be hidden in what is not seen.
pub(super) fn sources_may_be_there(findings: &mut [Finding], is_hidden: bool) {
    for finding in findings.iter_mut().filter(|finding| is_hidden && finding.rule == ids::MISSING_SOURCE) {
        finding.level = Level::Note;
    }
}

/// Names each source that is not fetched once, at the first line that asks for it.
pub(super) fn name_each_once(findings: &mut Vec<Finding>) {
    let mut first: HashMap<(Span, Option<String>), usize> = HashMap::new();
    let mut left_out: HashMap<usize, usize> = HashMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        if finding.rule != ids::NOT_FETCHED {
            kept.push(finding);
            continue;
        }
        // That of a source has the source beside it; another one is told by its own place.
        let key = match finding.related.first() {
            Some(source) => (source.span, None),
            None => (finding.primary.span, Some(finding.message.clone())),
        };
        let Some(&at) = first.get(&key) else {
            first.insert(key, kept.len());
            kept.push(finding);
            continue;
        };
        let Some(known) = kept.get_mut(at) else { continue };
        if known.primary.span == finding.primary.span {
            continue;
        }
        if known.related.len() <= MOST_NAMED {
            known.related.push(Label { span: finding.primary.span, text: "and here".to_owned() });
        } else {
            *left_out.entry(at).or_default() += 1;
        }
    }
    for (at, number) in left_out {
        if let Some(finding) = kept.get_mut(at) {
            finding.notes.push(format!("{number} more ask for it"));
        }
    }
    *findings = kept;
}
