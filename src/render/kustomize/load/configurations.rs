//! `configurations`: files that say which fields transformers touch (kustomize: `builtinconfig.loadDefaultConfig`).

use seatrial_model::{Finding, Node};

use crate::fields::config::TransformerConfig;
use crate::fields::name_references::NameReference;
use crate::fields::spec::{Conflict, specs_of};
use crate::findings::ids;
use crate::kustomization::items::FIELD;
use crate::kustomization::loosened::fit_strictly;
use crate::kustomization::shape::{Member, Shape, member};
use crate::objects::gvk::Gvk;

/// What such a file holds.
const CONFIGURATION: &[Member] = &[
    member("namePrefix", Shape::Objects(FIELD)),
    member("nameSuffix", Shape::Objects(FIELD)),
    member("namespace", Shape::Objects(FIELD)),
    member("commonLabels", Shape::Objects(FIELD)),
    member("labels", Shape::Objects(FIELD)),
    member("templateLabels", Shape::Objects(FIELD)),
    member("commonAnnotations", Shape::Objects(FIELD)),
    member("nameReference", Shape::Objects(NAME_REFERENCE)),
    member("varReference", Shape::Objects(FIELD)),
    member("images", Shape::Objects(FIELD)),
    member("replicas", Shape::Objects(FIELD)),
];

const NAME_REFERENCE: &[Member] = &[
    member("group", Shape::String),
    member("version", Shape::String),
    member("kind", Shape::String),
    member("fieldSpecs", Shape::Objects(FIELD)),
];

/// Reads a configuration; what is wrong with it is a finding.
pub(crate) fn read(document: &Node, findings: &mut Vec<Finding>) -> Result<TransformerConfig, Box<Conflict>> {
    if document.is_sequence() {
        let message = format!("a configuration is a mapping, not {}", document.describe());
        findings.push(Finding::new(ids::KUSTOMIZE, document.span(), message));
        return Ok(TransformerConfig::default());
    }
    let root = fit_strictly(document, CONFIGURATION, "configurations", findings);
    let specs = |name: &str| root.get(name).map(specs_of).unwrap_or_default();
    let mut config = TransformerConfig {
        name_prefix: specs("namePrefix"),
        name_suffix: specs("nameSuffix"),
        namespace: specs("namespace"),
        common_labels: specs("commonLabels"),
        labels: specs("labels"),
        template_labels: specs("templateLabels"),
        common_annotations: specs("commonAnnotations"),
        name_references: Vec::new(),
        var_reference: specs("varReference"),
        images: specs("images"),
        replicas: specs("replicas"),
    };
    for reference in root.get("nameReference").map(Node::items).unwrap_or_default() {
        config.add_name_reference(&name_reference(reference))?;
    }
    config.sort();
    Ok(config)
}

fn name_reference(node: &Node) -> NameReference {
    let text = |name: &str| node.get(name).and_then(Node::as_str).unwrap_or_default();
    let target = Gvk { group: text("group").into(), version: text("version").into(), kind: text("kind").into() };
    NameReference { target, referrers: node.get("fieldSpecs").map(specs_of).unwrap_or_default() }
}
