//! The fields in which objects name others, by the kinds that have them, and the way to them: most objects name nothing that changed, and one
//! walk tells. Not here: which fields these are (`fields/name_references`), and what is changed (`name_references`).

use std::sync::{Arc, LazyLock};

use seatrial_model::{Node, QuickMap, Value};

use crate::fields::config::TransformerConfig;
use crate::fields::name_references::NameReference;
use crate::fields::spec::{FieldSpec, selects};
use crate::objects::gvk::Gvk;

/// A field in which objects of a kind name one of `target`.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) spec: &'a FieldSpec,
    pub(crate) target: &'a Gvk,
}

/// The fields that are built in, by the kinds that have them: all are looked through once.
pub(crate) struct ByKind {
    named: QuickMap<&'static str, Fields>,
    of_others: Fields,
}

/// The fields of a kind, and the paths to them.
#[derive(Default)]
struct Fields {
    all: Vec<Field<'static>>,
    root: Step,
}

/// A step on the way to fields; those that begin alike share it.
#[derive(Default)]
struct Step {
    name: &'static str,
    below: Vec<Step>,
    /// The fields that end here, by their positions.
    ends: Vec<usize>,
}

/// All of them.
pub(crate) static BUILT_IN: LazyLock<ByKind> = LazyLock::new(|| {
    static CONFIG: LazyLock<Arc<TransformerConfig>> = LazyLock::new(TransformerConfig::built_in);
    let fields = |reference: &'static NameReference| {
        reference.referrers.iter().map(|spec| Field { spec, target: &reference.target })
    };
    let all: Vec<Field<'static>> = CONFIG.name_references.iter().flat_map(fields).collect();
    let with = |kind: &str| -> Fields {
        let fits = |field: &&Field<'static>| field.spec.gvk.kind.is_empty() || *field.spec.gvk.kind == *kind;
        all.iter().filter(fits).copied().collect()
    };
    let kinds = all.iter().map(|field| &*field.spec.gvk.kind);
    ByKind { named: kinds.map(|kind| (kind, with(kind))).collect(), of_others: with("") }
});

impl ByKind {
    /// The fields of a kind, from the first on that leads to what is asked for in an object; `None` where the kind has none at all.
    pub(crate) fn leading_to(
        &self,
        kind: &Gvk,
        object: &Node,
        is_asked_for: &dyn Fn(Field<'static>, &Node) -> bool,
    ) -> Option<Vec<Field<'static>>> {
        let fields = self.named.get(&*kind.kind).unwrap_or(&self.of_others);
        let selected =
            |from: usize| fields.all.iter().skip(from).filter(|field| selects(&field.spec.gvk, kind)).copied();
        let field = selected(0).next()?;
        let first = fields.root.first_below(object, &|node| is_asked_for(field, node));
        Some(first.map(selected).into_iter().flatten().collect())
    }
}

impl FromIterator<Field<'static>> for Fields {
    fn from_iter<I: IntoIterator<Item = Field<'static>>>(all: I) -> Fields {
        let mut fields = Fields { all: all.into_iter().collect(), root: Step::default() };
        for (at, field) in fields.all.iter().enumerate() {
            fields.root.lead(&field.spec.path, at);
        }
        fields
    }
}

impl Step {
    fn lead(&mut self, path: &'static [String], end: usize) {
        let Some((first, rest)) = path.split_first() else {
            self.ends.push(end);
            return;
        };
        let name = first.strip_suffix("[]").unwrap_or(first);
        let at = self.below.iter().position(|step| step.name == name).unwrap_or(self.below.len());
        if at == self.below.len() {
            self.below.push(Step { name, ..Step::default() });
        }
        if let Some(step) = self.below.get_mut(at) {
            step.lead(rest, end);
        }
    }

    /// The first field that leads to what is asked for, of those that end at a value or below it.
    fn first(&self, node: &Node, leads: &dyn Fn(&Node) -> bool) -> Option<usize> {
        let own = self.ends.first().copied().filter(|_| leads(node));
        own.into_iter().chain(self.first_below(node, leads)).min()
    }

    fn first_below(&self, node: &Node, leads: &dyn Fn(&Node) -> bool) -> Option<usize> {
        if self.below.is_empty() || node.is_null() {
            return None;
        }
        match node.value() {
            Value::Sequence(items) => items.iter().filter_map(|item| self.first_below(item, leads)).min(),
            Value::Mapping(_) => self.below.iter().filter_map(|step| step.first(node.get(step.name)?, leads)).min(),
            // No field can be there, which is an error.
            Value::Scalar(_) => self.below.iter().filter_map(Step::least).min(),
        }
    }

    /// The first field to which it leads.
    fn least(&self) -> Option<usize> {
        self.ends.iter().copied().chain(self.below.iter().filter_map(Step::least)).min()
    }
}

/// The fields of a kind among these.
pub(crate) fn fields_of<'a>(kind: &Gvk, references: &'a [NameReference]) -> Vec<Field<'a>> {
    let fields = |reference: &'a NameReference| {
        let wanted = reference.referrers.iter().filter(|spec| selects(&spec.gvk, kind));
        wanted.map(|spec| Field { spec, target: &reference.target })
    };
    references.iter().flat_map(fields).collect()
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;
    use seatrial_yaml::{Dialect, parse};

    use super::*;

    #[test]
    fn the_first_field_is_found_that_leads_to_what_is_asked_for() {
        let kind = Gvk { group: "apps".into(), version: "v1".into(), kind: "Deployment".into() };
        let found = |spec: &str, wanted: &str| -> Option<String> {
            let file = Sources::new().add("a.yaml", format!("spec: {{ template: {{ spec: {spec} }} }}\n"));
            let object = parse(&file, Dialect::Kustomize).documents.remove(0).node;
            let fields = BUILT_IN.leading_to(&kind, &object, &|_, node| node.scalar_text() == Some(wanted));
            fields.expect("it has fields").first().map(|field| field.spec.path_text())
        };
        let containers = "{ containers: [{ name: a }, { env: [{ valueFrom: { secretKeyRef: { name: s } } }] }] }";
        let secret = "spec/template/spec/containers/env/valueFrom/secretKeyRef/name";
        assert_eq!(found(containers, "s").as_deref(), Some(secret));
        assert_eq!(found(containers, "a"), None);
        assert_eq!(found("{ serviceAccountName: s }", "s").as_deref(), Some("spec/template/spec/serviceAccountName"));
        // What is wrong is looked at on its own.
        assert!(found("{ containers: text }", "s").is_some() && found("{ containers: }", "s").is_none());
        let none = Gvk { kind: "Nothing".into(), ..Gvk::default() };
        let nothing = Node::mapping(Vec::new(), seatrial_model::Span::new(seatrial_model::FileId(0), 0, 0));
        assert!(BUILT_IN.leading_to(&none, &nothing, &|_, _| true).is_none());
    }
}
