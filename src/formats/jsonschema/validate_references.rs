//! References from schema to schema, followed for a value.

use crate::message::Kind;
use crate::pointer::escaped;
use crate::schema::Node;
use crate::validate::{Frame, Scope, Walk};
use crate::violation::Violation;

impl Walk<'_> {
    /// A schema that is applied to the same value again while it is applied.
    pub(crate) fn cycle(&mut self, frame: &Frame<'_>) -> Option<Box<Violation>> {
        let nodes = self.nodes;
        let mut scope = frame.scope.parent;
        while let Some(outer) = scope.filter(|outer| outer.value == frame.scope.value) {
            if outer.node == frame.node {
                let url = nodes[frame.node].location();
                let (one, other) = (self.keyword_location(&frame.scope), self.keyword_location(outer));
                return Some(self.violation(frame, Kind::RefCycle { one, other, url }));
            }
            scope = outer.parent;
        }
        None
    }

    fn keyword_location(&self, scope: &Scope<'_>) -> String {
        let (mut scope, mut parts) = (scope, Vec::new());
        while let Some(parent) = scope.parent {
            parts.push(match scope.keyword {
                "" => {
                    let (own, outer) = (self.nodes[scope.node].location(), self.nodes[parent.node].location().len());
                    own.get(outer..).unwrap_or_default().to_owned()
                }
                keyword => format!("/{}", escaped(keyword)),
            });
            scope = parent;
        }
        parts.reverse();
        parts.concat()
    }

    pub(crate) fn reference(
        &mut self,
        frame: &mut Frame<'_>,
        target: usize,
        keyword: &'static str,
    ) -> Option<Violation> {
        let violation = match self.itself(frame, target, keyword, false) {
            Ok(is_sure) => {
                frame.is_sure &= is_sure;
                return None;
            }
            Err(violation) => violation,
        };
        let mut refused = self.violation(frame, Kind::Reference);
        refused.causes = match violation.kind {
            Kind::Group => violation.causes,
            _ => vec![*violation],
        };
        Some(*refused)
    }

    /// `$recursiveRef` and `$dynamicRef`: the outermost schema that says it is meant.
    pub(crate) fn further_references(&mut self, frame: &mut Frame<'_>, node: &Node) {
        let nodes = self.nodes;
        let resources = |frame: &Frame<'_>| {
            let mut scopes = vec![frame.scope.node];
            let mut scope = frame.scope.parent;
            while let Some(outer) = scope {
                scopes.push(outer.node);
                scope = outer.parent;
            }
            scopes
        };
        if let Some(fallback) = node.rules.recursive_reference {
            let mut target = fallback;
            if nodes[target].rules.recursive_anchor {
                let is_meant = |at: &usize| nodes[nodes[*at].resource].rules.recursive_anchor;
                target = resources(frame).into_iter().rfind(is_meant).unwrap_or(target);
            }
            let refused = self.reference(frame, target, "$recursiveRef");
            frame.errors.extend(refused);
        }
        if let Some((fallback, anchor)) = &node.rules.dynamic_reference {
            let mut target = *fallback;
            if !anchor.is_empty() && nodes[target].rules.dynamic_anchor == *anchor {
                let meant = |at: usize| nodes[nodes[at].resource].dynamic_anchors.get(anchor).copied();
                target = resources(frame).into_iter().rev().find_map(meant).unwrap_or(target);
            }
            let refused = self.reference(frame, target, "$dynamicRef");
            frame.errors.extend(refused);
        }
    }
}
