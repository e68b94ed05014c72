//! Name prefixes and suffixes (kustomize: `PrefixTransformer`, `SuffixTransformer`).

use std::sync::Arc;

use seatrial_model::{Finding, Node};

use crate::fields::spec::{Created, FieldError, FieldSpec, Leaf};
use crate::gather::accumulator::Accumulator;
use crate::objects::gvk::Gvk;
use crate::objects::resource::Resource;
use crate::values::scalar::{Setter, Tag};

/// Which end of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

impl Affix {
    fn field(self) -> &'static str {
        match self {
            Affix::Prefix => "namePrefix",
            Affix::Suffix => "nameSuffix",
        }
    }

    fn join(self, affix: &str, name: &str) -> String {
        match self {
            Affix::Prefix => format!("{affix}{name}"),
            Affix::Suffix => format!("{name}{affix}"),
        }
    }
}

/// Puts `value` before or behind the text of every field that the specifications lead to.
pub(crate) fn set_affix(
    resources: &mut Accumulator,
    affix: Affix,
    value: &Node,
    specs: &[FieldSpec],
    findings: &mut Vec<Finding>,
) {
    let Some(text) = value.as_str().filter(|t| !t.is_empty()) else { return };
    let shared: Arc<str> = text.into();
    let setter = Setter::field(affix.field(), value.span(), &resources.budget);
    resources.transform(&setter, affix.field(), findings, |resource| {
        let original = resource.original_id().gvk.clone();
        if keeps_its_name(&original) {
            return Ok(());
        }
        specs.iter().filter(|s| s.selects(&original)).try_for_each(|spec| put(resource, affix, &shared, spec, &setter))
    });
    resources.drop_duplicates(findings);
}

/// Kinds whose names mean something elsewhere.
fn keeps_its_name(gvk: &Gvk) -> bool {
    match &*gvk.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => &*gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}

fn put(
    resource: &mut Resource,
    affix: Affix,
    text: &Arc<str>,
    spec: &FieldSpec,
    setter: &Setter,
) -> Result<(), FieldError> {
    if spec.is(&["metadata", "name"]) {
        resource.store_previous_id();
        match affix {
            Affix::Prefix => resource.prefixes.push(Arc::clone(text)),
            Affix::Suffix => resource.suffixes.push(Arc::clone(text)),
        }
    }
    // The kind may have changed since the beginning.
    if !spec.selects(&resource.id().gvk) {
        return Ok(());
    }
    resource.edit(|node| {
        spec.visit(node, Leaf::Scalar, &Created::by(setter), &mut |field| {
            if setter.is_spent() {
                return Ok(());
            }
            let Some(old) = field.scalar_text() else {
                return Err(FieldError {
                    span: field.span(),
                    message: format!("is {}, not a string", field.describe()),
                });
            };
            *field = setter.replace(Some(field), affix.join(text, old), Tag::Untyped);
            Ok(())
        })
    })
}
