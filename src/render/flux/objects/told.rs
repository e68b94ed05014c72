//! What is said of a text in which variables were filled in.

use seatrial_model::{Finding, Node, SetBy, Span};

/// A finding about a text in which variables were filled in: the text's own place first, then those of the variables.
pub(crate) fn at_its_text(rule: seatrial_model::RuleId, node: &Node, message: &str) -> Finding {
    let mut origin = node.origin();
    let mut variables: Vec<(String, Span)> = Vec::new();
    while let Some(over) = origin.over.clone() {
        let SetBy::Variable(name) = &over.by else { break };
        variables.push((name.to_string(), origin.span));
        for also in &over.beside {
            if let SetBy::Variable(name) = &also.by {
                variables.push((name.to_string(), also.origin.span));
            }
        }
        let Some(before) = over.before.clone() else { break };
        origin = before;
    }
    let finding = Finding::new(rule, origin.span, message);
    variables.dedup();
    variables
        .into_iter()
        .fold(finding, |finding, (name, span)| finding.with_related(span, format!("the value of `{name}` is set here")))
}
