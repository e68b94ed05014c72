//! Values that are the text of a ConfigMap or Secret: read at the lines where they stand.

use seatrial_helm::is_refused;
use seatrial_kustomize::parse_text;
use seatrial_model::{Contribution, Finding, Node, Origin, ScalarKind, SetBy, SourceFile, Text};
use seatrial_yaml::{Dialect, is_true};

use crate::objects::ids;

/// What a text is.
pub(crate) enum Reading {
    /// Values.
    Values(Node),
    /// Nothing that Helm takes.
    Wrong(Box<Finding>),
}

/// The origin of a text itself, before variables were filled in.
pub(crate) fn of_text(node: &Node) -> Origin {
    let mut origin = node.origin();
    while let Some(over) = origin.over.clone().filter(|over| matches!(over.by, SetBy::Variable(_))) {
        let Some(before) = over.before.clone() else { break };
        origin = before;
    }
    origin
}

/// Reads the text of a scalar that stands in a file, or is that file (helm: `ReadValues`).
pub(crate) fn read_text(scalar: &Node, file: &SourceFile) -> Reading {
    let place = of_text(scalar);
    let mut parsed = parse_text(scalar, place.span, file, Dialect::Kubectl);
    if let Some(wrong) = parsed.findings.iter().position(is_refused) {
        let finding = parsed.findings.swap_remove(wrong);
        return Reading::Wrong(Box::new(Finding { rule: ids::RELEASE_VALUES, ..finding }));
    }
    let Some(document) = parsed.documents.into_iter().next() else {
        return Reading::Values(Node::mapping(Vec::new(), place.span));
    };
    let mut node = document.node;
    if node.is_null() {
        return Reading::Values(Node::mapping(Vec::new(), place.span));
    }
    if !node.is_mapping() {
        let message = format!("these values are {}, and Helm takes a mapping", node.describe());
        return Reading::Wrong(Box::new(Finding::new(ids::RELEASE_VALUES, node.span(), message)));
    }
    mark(&mut node, &Marks { below: &Node::null(place), variables: variables(scalar), file });
    Reading::Values(node)
}

/// What the values of a text take over from it.
struct Marks<'a> {
    /// A node with the origin of the text before variables were filled in.
    below: &'a Node,
    variables: Vec<(Text, Origin)>,
    file: &'a SourceFile,
}

/// The variables that were filled into a text.
fn variables(scalar: &Node) -> Vec<(Text, Origin)> {
    let mut variables = Vec::new();
    let mut origin = scalar.origin();
    while let Some(over) = origin.over.clone() {
        let SetBy::Variable(name) = &over.by else { break };
        variables.push((name.clone(), Origin::from(origin.span)));
        let beside = over.beside.iter().filter_map(|also| match &also.by {
            SetBy::Variable(name) => Some((name.clone(), also.origin.clone())),
            _ => None,
        });
        variables.extend(beside);
        let Some(before) = over.before.clone() else { break };
        origin = before;
    }
    variables
}

/// Gives each value the chain of its text, and its keys the texts that they have as JSON.
fn mark(node: &mut Node, marks: &Marks<'_>) {
    node.share_over(marks.below);
    if node.scalar_text().is_some() {
        mark_variables(node, marks);
    }
    if node.is_mapping() {
        for entry in node.entries_mut() {
            match entry.key.kind {
                ScalarKind::Bool => {
                    let text = if is_true(&entry.key.text) { "true" } else { "false" };
                    entry.key.text = Text::from_static(text);
                    entry.key.kind = ScalarKind::String;
                }
                ScalarKind::Integer | ScalarKind::Float => entry.key.kind = ScalarKind::String,
                _ => {}
            }
            mark(&mut entry.value, marks);
        }
    }
    if node.is_sequence() {
        node.items_mut().iter_mut().for_each(|item| mark(item, marks));
    }
}

/// Of the variables of a text, a value has those that its line names.
fn mark_variables(node: &mut Node, marks: &Marks<'_>) {
    if marks.variables.is_empty() {
        return;
    }
    let line = marks.file.line(marks.file.line_column(node.span().start).0);
    if !line.contains("${") {
        return;
    }
    let mut named = marks.variables.iter().filter(|(name, _)| line.contains(&**name));
    let Some((name, first)) = named.next() else { return };
    let contribution =
        |(name, origin): &(Text, Origin)| Contribution { by: SetBy::Variable(name.clone()), origin: origin.clone() };
    let origin = Origin::over(first.span, SetBy::Variable(name.clone()), Some(node.origin()));
    node.set_origin(origin.with_beside(named.map(contribution).collect()));
}
