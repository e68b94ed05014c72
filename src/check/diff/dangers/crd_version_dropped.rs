//! `crd-version-dropped`: a version of a custom kind that the cluster served and will not serve any more.

use seatrial_model::{Finding, Level, Manifest, Node, ReleaseRole, RuleId, RuleInfo, Setting};

use super::place::at_value;
use super::{Danger, Transition};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "crd-version-dropped",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a custom kind is not served in a version any more",
    page: "Whoever applies or reads objects in that version gets `no matches for kind`, controllers among them. A version that is still in `status.storedVersions` of the definition cannot be removed at all: the API server refuses the change until the objects are stored in another one. It is a note where no object of the change uses the version, as others in the cluster may. Move the objects first, then stop serving the version, then remove it.",
});

/// Users of a version that are shown.
const MOST: usize = 3;

/// The danger.
pub(super) struct CrdVersionDropped;

impl Danger for CrdVersionDropped {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for object in transition.touched().filter(|object| object.id.kind == "CustomResourceDefinition") {
            let (Some(before), Some(after)) = (transition.before(object), transition.after(object)) else { continue };
            if !is_never_changed(after) {
                findings.extend(served(before).filter_map(|version| said(version, after, transition)));
            }
        }
    }
}

/// Whether it lies in `crds/` of a chart, which is installed once.
fn is_never_changed(definition: &Manifest) -> bool {
    let role = definition.release.as_ref().map(|part| &part.role);
    matches!(role, Some(ReleaseRole::Definition { is_replaced: false }))
}

/// A version by its name, and the item that says it is served.
#[derive(Clone, Copy)]
struct Version<'a> {
    name: &'a str,
    item: &'a Node,
}

fn served(definition: &Manifest) -> impl Iterator<Item = Version<'_>> {
    let is_served = |version: &Version<'_>| version.item.get("served").and_then(Node::as_bool) != Some(false);
    versions(definition).filter(is_served)
}

fn versions(definition: &Manifest) -> impl Iterator<Item = Version<'_>> {
    let items = definition.node.at(&["spec", "versions"]).map_or(&[][..], Node::items);
    items.iter().filter_map(|item| Some(Version { name: item.get("name")?.as_str()?, item }))
}

/// What is said of a version of the base, where the head does not serve it.
fn said(was: Version<'_>, after: &Manifest, transition: &Transition<'_>) -> Option<Finding> {
    let list = after.node.at(&["spec", "versions"])?;
    let now = versions(after).enumerate().find(|(_, version)| version.name == was.name);
    let (value, field) = match &now {
        None => (list, "/spec/versions".to_owned()),
        Some((index, version)) => {
            let value = version.item.get("served").filter(|served| served.as_bool() == Some(false))?;
            (value, format!("/spec/versions/{index}/served"))
        }
    };
    let text = |path: &[&str]| after.node.at(path).and_then(Node::as_str).unwrap_or_default();
    let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
    let users: Vec<&Manifest> =
        transition.head.objects.of_kind(group, kind).iter().copied().filter(|user| user.version == was.name).collect();
    let used = match users.len() {
        0 => String::new(),
        1 => ", and 1 object of the change still uses it".to_owned(),
        count => format!(", and {count} objects of the change still use it"),
    };
    let message = format!("{} does not serve `{}` any more{used}", after.id, was.name);
    let finding = at_value(ID, value, after, field, message).with_related(was.item.span(), "the base serves it");
    let level = if users.is_empty() { Level::Note } else { Level::Warning };
    let used_at = |user: &Manifest| user.node.get("apiVersion").map_or(user.span, Node::span);
    let finding = users.iter().take(MOST).fold(finding.with_level(level), |finding, user| {
        finding.with_related(used_at(user), format!("{} uses it", user.id))
    });
    Some(finding)
}
