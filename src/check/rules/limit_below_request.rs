//! `limit-below-request`: a container that asks for more than it may have (`core/validation` `ValidateContainerResourceRequirements`:
//! "must be less than or equal to … limit").

use seatrial_model::{Finding, Level, Node, RuleId, RuleInfo, Setting};

use crate::quantity::amount;
use crate::{Checked, Context, Objects, Rule, provenance};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "limit-below-request",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a container requests more than its limit",
    page: "The API server refuses a container whose request of a resource is greater than its limit. Often one of the two was changed in an overlay while the other stayed in the base.",
});

/// The rule.
pub(crate) struct LimitBelowRequest;

impl Rule for LimitBelowRequest {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, _context: &Context<'_>, checked: &mut Checked) {
        for pod in objects.pods() {
            for container in pod.containers() {
                let Some(resources) = container.node.get("resources") else { continue };
                let (Some(limits), Some(requests)) = (resources.get("limits"), resources.get("requests")) else {
                    continue;
                };
                for request in requests.entries() {
                    let (name, Some(limit)) = (request.key.text.as_str(), limits.get(&request.key.text)) else {
                        continue;
                    };
                    let Some((asked, most)) = amount(&request.value).zip(amount(limit)) else { continue };
                    if asked <= most {
                        continue;
                    }
                    let text = |node: &Node| node.scalar_text().unwrap_or_default().to_owned();
                    let (asked, most) = (text(&request.value), text(limit));
                    let of = container.node.get("name").and_then(Node::as_str).unwrap_or_default();
                    let object = &pod.manifest.id;
                    let message =
                        format!("container `{of}` of {object} requests {asked} of `{name}`, but its limit is {most}");
                    let (list, index) = (container.list, container.index);
                    let field = format!("/spec/{list}/{index}/resources/requests/{}", name.replace('/', "~1"));
                    let finding = Finding::new(ID, request.value.span(), message)
                        .with_object(object)
                        .with_field(pod.pointer(&field))
                        .with_related(limit.span(), "the limit");
                    checked.findings.push(provenance::tell(finding, Some(&request.value), pod.manifest));
                }
            }
        }
    }
}
