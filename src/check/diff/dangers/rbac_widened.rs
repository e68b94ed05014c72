//! `rbac-widened`: roles that allow more than before, and who may do everything now. How rules are compared stands in `rbac_widened/grants.rs`.

mod grants;

use seatrial_model::{Finding, Level, Manifest, Node, RuleId, RuleInfo, Setting, listed_in_backticks};

use super::place::{at_name, at_value};
use super::{Danger, Transition};
use crate::ObjectDiff;
use grants::{Budget, Extra, Grants, is_wild};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "rbac-widened",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "somebody may do more in the cluster than before",
    page: "A Role or ClusterRole that was there allows verbs, resources, groups or paths that it did not, a new one has `*`, or somebody becomes `cluster-admin`. Whoever gets hold of a pod with that service account may do the same. Who may read `secrets` everywhere, or create pods in any namespace, may in effect do everything. Name the verbs and the resources that are needed, and prefer a Role to a ClusterRole.",
});

/// Names that a sentence has.
const MOST: usize = 5;

/// The group of these kinds.
const GROUP: &str = "rbac.authorization.k8s.io";

/// The role that may do everything.
const ADMINISTRATOR: &str = "cluster-admin";

/// The danger.
pub(super) struct RbacWidened;

impl Danger for RbacWidened {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        for object in transition.touched().filter(|object| object.id.group == GROUP) {
            let Some(after) = transition.after(object) else { continue };
            let before = transition.before(object);
            match &*object.id.kind {
                "Role" | "ClusterRole" => findings.extend(of_role(before, after)),
                "RoleBinding" | "ClusterRoleBinding" => findings.extend(of_binding(object, before, after)),
                _ => {}
            }
        }
    }
}

/// What a role allows beyond what it did; of a new one, what it allows without a limit. Rules that are aggregated are filled in by the cluster.
fn of_role(before: Option<&Manifest>, after: &Manifest) -> Vec<Finding> {
    let rules = after.node.get("rules").map_or(&[][..], Node::items);
    if after.node.get("aggregationRule").is_some() {
        return Vec::new();
    }
    let Some(before) = before else {
        return rules.iter().enumerate().filter_map(|rule| new_rule(rule, after)).collect();
    };
    let grants = Grants::of(&before.node);
    let mut budget = Budget::new();
    let widened = |(index, rule)| {
        let extra = grants.lack(rule, &mut budget)?;
        let message = format!("{} may do more: {}", after.id, told(&extra));
        let field = format!("/rules/{index}{}", extra.field);
        let related = before.node.entry("rules").map_or_else(|| before.name_span(), |entry| entry.key.span);
        Some(at_value(ID, extra.value, after, field, message).with_related(related, "the rules of the base"))
    };
    let mut findings: Vec<Finding> = rules.iter().enumerate().filter_map(widened).collect();
    if budget.is_spent() {
        let message = format!("{} has too many rules to say all that it may do more", after.id);
        findings.push(at_name(ID, after, message).with_level(Level::Note));
    }
    findings
}

/// `get` and `list` on `deployments` of `apps`.
fn told(extra: &Extra<'_>) -> String {
    let (verbs, objects) = (listed_in_backticks(&extra.verbs, MOST), listed_in_backticks(&extra.objects, MOST));
    let groups: Vec<&str> = extra.groups.iter().copied().filter(|group| !group.is_empty()).collect();
    match groups.is_empty() {
        true => format!("{verbs} on {objects}"),
        false => format!("{verbs} on {objects} of {}", listed_in_backticks(&groups, MOST)),
    }
}

/// A rule of a new role, where it names all verbs or all resources.
fn new_rule((index, rule): (usize, &Node), role: &Manifest) -> Option<Finding> {
    let wild = ["verbs", "resources"].into_iter().find_map(|list| {
        let items = rule.get(list).map_or(&[][..], Node::items);
        let (place, item) = items.iter().enumerate().find(|(_, item)| is_wild(item))?;
        Some((list, place, item))
    });
    let (list, place, item) = wild?;
    let message = format!("{} is new and allows all {list}: `*`", role.id);
    Some(at_value(ID, item, role, format!("/rules/{index}/{list}/{place}"), message))
}

/// Who becomes an administrator of the cluster, or of a namespace.
fn of_binding(object: &ObjectDiff, before: Option<&Manifest>, after: &Manifest) -> Vec<Finding> {
    if !binds_administrator(after) {
        return Vec::new();
    }
    let was = before.filter(|before| binds_administrator(before));
    let subjects = |manifest: &Manifest| manifest.node.get("subjects").map_or(&[][..], Node::items).to_vec();
    let known = was.map(subjects).unwrap_or_default();
    let place = if object.id.kind == "RoleBinding" { "in its namespace" } else { "in the whole cluster" };
    let said = |(index, subject): (usize, &Node)| {
        let message = format!("{} lets {} do everything {place}", after.id, called(subject));
        let value = subject.get("name").unwrap_or(subject);
        at_value(ID, value, after, format!("/subjects/{index}"), message)
    };
    let all = subjects(after);
    all.iter().enumerate().filter(|(_, subject)| !known.iter().any(|one| is_one(one, subject))).map(said).collect()
}

fn binds_administrator(binding: &Manifest) -> bool {
    let text = |field| binding.node.at(&["roleRef", field]).and_then(Node::as_str);
    text("name") == Some(ADMINISTRATOR) && text("kind") == Some("ClusterRole")
}

fn is_one(one: &Node, other: &Node) -> bool {
    ["kind", "namespace", "name"].iter().all(|field| {
        let text = |node: &Node| node.get(field).and_then(Node::scalar_text).map(str::to_owned);
        text(one) == text(other)
    })
}

/// `ServiceAccount shop/web`.
fn called(subject: &Node) -> String {
    let text = |field| subject.get(field).and_then(Node::scalar_text);
    let name = text("name").unwrap_or_default();
    let name = text("namespace").map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
    format!("{} `{name}`", text("kind").unwrap_or("subject"))
}
