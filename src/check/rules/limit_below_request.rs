//! `limit-below-request`: a container that asks for more than it may have (`core/validation` `ValidateContainerResourceRequirements`:
//! "must be less than or equal to … limit").

use seatrial_model::{Finding, Level, Node, RuleId, RuleInfo, Setting};

use crate::{Checked, Context, Objects, Rule, is_substitution, provenance};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "limit-below-request",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a container asks for more than its limit",
    page: "The API server refuses a container whose request of a resource is greater than its limit. Often one of the two was changed in an overlay, and the other stayed in the base.",
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
                        format!("container `{of}` of {object} requests {asked} of `{name}`, and its limit is {most}");
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

/// A quantity as a number. What one file calls `500m` and another `0.5` is the same number: both are the nearest there is.
fn amount(node: &Node) -> Option<f64> {
    let text = node.scalar_text().map(str::trim).filter(|text| !is_substitution(text))?;
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let factor = match suffix {
        "" => 1.0,
        "n" => return Some(number / 1e9),
        "u" => return Some(number / 1e6),
        "m" => return Some(number / 1e3),
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => f64::from(1 << 10),
        "Mi" => f64::from(1 << 20),
        "Gi" => f64::from(1 << 30),
        "Ti" => f64::from(1 << 20) * f64::from(1 << 20),
        "Pi" => f64::from(1 << 20) * f64::from(1 << 30),
        "Ei" => f64::from(1 << 30) * f64::from(1 << 30),
        _ => return text.parse().ok(),
    };
    Some(number * factor)
}

#[cfg(test)]
mod tests {
    use seatrial_model::{Sources, Span};

    use super::*;

    #[test]
    fn quantities_of_one_amount_are_equal() {
        let span = Span::start_of(Sources::new().add("case.yaml", String::new()).id());
        let of = |text: &str| amount(&Node::string(text.to_owned(), span));
        for (one, other) in
            [("500m", "0.5"), ("300m", ".3"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("1", "1000m"), ("2E3", "2000")]
        {
            assert!(of(one).is_some() && of(one) == of(other), "{one} {other}: {:?} {:?}", of(one), of(other));
        }
        assert!(of("1Gi") > of("1G"));
        assert_eq!([of("${CPU}"), of("much")], [None, None]);
    }
}
