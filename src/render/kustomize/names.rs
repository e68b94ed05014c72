//! Name prefixes and suffixes (kustomize: `PrefixTransformer`, `SuffixTransformer`).

use seatrial_model::{Finding, Node};

use crate::accumulator::Accumulator;
use crate::resource::{Gvk, Resource};
use crate::scalar::{Setter, Tag};

/// Which end of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

/// Puts `value` before or behind every name.
pub(crate) fn set_affix(resources: &mut Accumulator, affix: Affix, value: &Node, findings: &mut Vec<Finding>) {
    let Some(text) = value.as_str().filter(|t| !t.is_empty()) else { return };
    let field = match affix {
        Affix::Prefix => "namePrefix",
        Affix::Suffix => "nameSuffix",
    };
    let setter = Setter::field(field, value.span());
    for resource in resources.resources_mut() {
        if !keeps_its_name(&resource.original_id().gvk) {
            rename(resource, affix, text, &setter);
        }
    }
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

fn rename(resource: &mut Resource, affix: Affix, text: &str, setter: &Setter) {
    resource.store_previous_id();
    match affix {
        Affix::Prefix => resource.prefixes.push(text.into()),
        Affix::Suffix => resource.suffixes.push(text.into()),
    }
    resource.edit(|node| {
        let Some(metadata) = node.get_mut("metadata") else { return };
        let Some(name) = metadata.get("name").and_then(Node::scalar_text) else { return };
        let name = match affix {
            Affix::Prefix => format!("{text}{name}"),
            Affix::Suffix => format!("{name}{text}"),
        };
        setter.set_entry(metadata, "name", name, Tag::Untyped);
    });
}
