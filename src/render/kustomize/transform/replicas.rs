//! `replicas` (kustomize: `ReplicaCountTransformer`).

use seatrial_model::{Finding, Node, nearest_of_few};

use crate::fields::spec::{Created, FieldError, FieldSpec, Leaf};
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::Resource;
use crate::values::scalar::{Setter, Tag};

/// Sets the count of the workloads that an entry names.
pub(crate) fn set_replicas(
    resources: &mut Accumulator,
    replica: &Node,
    specs: &[FieldSpec],
    findings: &mut Vec<Finding>,
) {
    let name = replica.get("name").and_then(Node::as_str).unwrap_or_default();
    let place = replica.get("count").or_else(|| replica.get("name")).unwrap_or(replica).span();
    // Go prints the number that it read; a missing count is its zero.
    let count = replica.get("count").and_then(Node::as_i64).unwrap_or_default().to_string();
    let setter = Setter::field("replicas", place, &resources.budget);
    let mut found = false;
    for spec in specs {
        for position in resources.with_name(name, place).to_vec() {
            let is_meant = |r: &Resource| r.any_ids().any(|id| &*id.name == name && spec.selects(&id.gvk));
            if !resources.resources().get(position).is_some_and(is_meant) {
                continue;
            }
            found = true;
            resources.change(position, |resource| {
                if !spec.selects(&resource.id().gvk) {
                    return;
                }
                let set = &mut |field: &mut Node| set_count(field, &count, &setter);
                let result = resource.edit(|node| spec.visit(node, Leaf::Scalar, &Created::by(&setter), set));
                if let Err(error) = result {
                    let message = format!("`replicas` cannot be applied to `{name}`: this {}", error.message);
                    let finding = Finding::new(ids::KUSTOMIZE, error.span, message);
                    findings.push(finding.with_related(place, "it is set here"));
                }
            });
        }
    }
    if !found {
        findings.extend(resources.absent(no_such_workload(resources, replica, name, specs)));
    }
}

fn set_count(field: &mut Node, count: &str, setter: &Setter) -> Result<(), FieldError> {
    if field.scalar_text().is_none() {
        return Err(FieldError { span: field.span(), message: format!("is {}, not a number", field.describe()) });
    }
    *field = setter.replace(Some(field), count, Tag::Integer);
    Ok(())
}

fn no_such_workload(resources: &Accumulator, replica: &Node, name: &str, specs: &[FieldSpec]) -> Finding {
    let place = replica.get("name").unwrap_or(replica).span();
    if name.is_empty() {
        return Finding::new(ids::KUSTOMIZE, place, "an entry must have the `name` of a workload")
            .with_field("replicas");
    }
    let mut kinds: Vec<&str> = specs.iter().map(|s| &*s.gvk.kind).filter(|k| !k.is_empty()).collect();
    kinds.dedup();
    let last = kinds.pop().unwrap_or("object");
    let listed = if kinds.is_empty() { last.to_owned() } else { format!("{} or {last}", kinds.join(", ")) };
    let message = format!("`replicas` names `{name}`, but there is no {listed} of that name");
    let finding = Finding::new(ids::KUSTOMIZE, place, message).with_field("replicas");
    let workloads = resources.resources().iter().filter(|r| specs.iter().any(|s| s.selects(&r.id().gvk)));
    match nearest_of_few(name, workloads.map(|r| &*r.original_id().name)) {
        Some(near) => finding.with_help(format!("did you mean `{near}`?")),
        None => finding,
    }
}
