//! `namespace-mismatch`: an environment uses a namespace and brings one whose name is nearly that.

use seatrial_model::{Level, Manifest, Node, QuickSet, RuleId, RuleInfo, Setting};

use crate::relations::{finding, known, level};
use crate::slips::is_slip;
use crate::{Checked, Context, Objects, Rule};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "namespace-mismatch",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a namespace that is used has another name than the Namespace object",
    page: "The environment has one Namespace object, and some of its objects are in a namespace of nearly that name which nothing makes. The API server refuses objects of a namespace that does not exist.",
});

/// The rule.
pub(crate) struct NamespaceMismatch;

/// A namespace that objects are in and that has no Namespace object.
pub(crate) struct Used<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Where its name is written first.
    pub(crate) node: &'a Node,
    /// The first object in it.
    pub(crate) manifest: &'a Manifest,
    /// The Namespace object that was meant.
    pub(crate) meant: Option<&'a Manifest>,
}

impl Rule for NamespaceMismatch {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        for Used { name, node, manifest, meant } in used_namespaces(objects) {
            let Some(meant) = meant else { continue };
            let message =
                format!("{} is in the namespace `{name}`, and the Namespace here is `{}`", manifest.id, meant.id.name);
            let finding = finding(ID, node, manifest, "/metadata/namespace".to_owned(), message)
                .with_level(level(ID, context))
                .with_related(meant.name_span(), "the Namespace")
                .with_help(format!("did you mean `{}`?", meant.id.name));
            checked.findings.push(finding);
        }
    }
}

/// The namespaces that are used and are not there, each with its first use. None where the environment brings no Namespace at all: it is
/// deployed into one that is there, as most are.
pub(crate) fn used_namespaces<'a>(objects: &Objects<'a>) -> Vec<Used<'a>> {
    const EVERYWHERE: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];
    let namespaces = objects.of_kind("", "Namespace");
    if namespaces.is_empty() {
        return Vec::new();
    }
    let there: QuickSet<&str> = namespaces.iter().map(|namespace| &*namespace.id.name).collect();
    let mut seen = QuickSet::default();
    let mut used = Vec::new();
    for manifest in objects.all() {
        let Some(node) = manifest.node.at(&["metadata", "namespace"]) else { continue };
        let Some(name) = known(node).filter(|name| !there.contains(name) && !EVERYWHERE.contains(name)) else {
            continue;
        };
        if manifest.id.namespace.is_none() || !seen.insert(name) {
            continue;
        }
        let meant = match namespaces {
            [one] if is_slip(name, &one.id.name) => Some(*one),
            _ => None,
        };
        used.push(Used { name, node, manifest, meant });
    }
    used
}
