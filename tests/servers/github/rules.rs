//! What a branch requires before it is merged into.

use serde_json::{Value, json};

use super::Answer;
use super::state::Repository;

/// Who requires a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// A ruleset.
    Ruleset,
    /// The protection of the branch.
    Protection,
}

/// A status that a branch requires.
#[derive(Clone, Debug)]
pub(crate) struct Required {
    pub(crate) branch: String,
    pub(crate) context: String,
    pub(crate) by: Requirement,
}

fn contexts(repository: &Repository, branch: &str, by: Requirement) -> Vec<String> {
    let all = repository.required.iter().filter(|required| required.branch == branch && required.by == by);
    all.map(|required| required.context.clone()).collect()
}

pub(super) fn rules(repository: &Repository, branch: &str) -> Answer {
    let checks =
        contexts(repository, branch, Requirement::Ruleset).into_iter().map(|context| json!({ "context": context }));
    let checks: Vec<Value> = checks.collect();
    let parameters = json!({ "required_status_checks": checks, "strict_required_status_checks_policy": false });
    let other = json!({ "type": "deletion", "ruleset_source_type": "Repository" });
    let rule = json!({ "type": "required_status_checks", "parameters": parameters });
    Answer::new(200, if checks.is_empty() { json!([other]) } else { json!([other, rule]) })
}

pub(super) fn branch(repository: &Repository, branch: &str) -> Answer {
    let contexts = contexts(repository, branch, Requirement::Protection);
    let is_protected = !contexts.is_empty();
    let checks = json!({ "enforcement_level": if is_protected { "non_admins" } else { "off" }, "contexts": contexts });
    let protection = json!({ "enabled": is_protected, "required_status_checks": checks });
    Answer::new(200, json!({ "name": branch, "protected": is_protected, "protection": protection }))
}
