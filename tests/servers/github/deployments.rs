//! Deployments and their statuses.

use serde_json::{Value, json};

use super::Answer;
use super::routes::Call;
use super::state::{Deployment, DeploymentStatus, Repository, State};

/// GitHub: "The maximum description length is 140 characters."
const DESCRIPTION_LIMIT: usize = 140;

const STATES: [&str; 7] = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];

pub(super) fn create(state: &mut State, name: &str, call: &Call) -> Answer {
    let text = |key: &str| call.body.get(key).and_then(Value::as_str);
    let Some(commit) = text("ref") else {
        return Answer::error(422, "Invalid request.\n\n\"ref\" wasn't supplied.");
    };
    let Some(statuses) = state.repository(name).statuses.get(commit) else {
        return Answer::error(422, &format!("No ref found for: {commit}"));
    };
    // Whoever names no contexts asks for all of them.
    if call.body.get("required_contexts").is_none() && statuses.iter().any(|status| status.state != "success") {
        return Answer::error(409, &format!("Conflict: Commit status checks failed for {commit}."));
    }
    let flag = |key: &str| call.body.get(key).and_then(Value::as_bool).unwrap_or_default();
    let made = Deployment {
        id: state.next_id(),
        commit: commit.to_owned(),
        environment: text("environment").unwrap_or("production").to_owned(),
        payload: call.body.get("payload").cloned().unwrap_or_else(|| json!({})),
        transient: flag("transient_environment"),
        production: flag("production_environment"),
        statuses: Vec::new(),
    };
    state.repository(name).deployments.insert(made.id, made.clone());
    Answer::new(201, made.json(name))
}

/// Those that the query names, the newest first.
pub(super) fn list(repository: &Repository, name: &str, call: &Call) -> Answer {
    let fits = |key: &str, value: &str| call.asked(key).is_none_or(|wanted| wanted == value);
    let named = |d: &&Deployment| {
        fits("sha", &d.commit)
            && fits("ref", &d.commit)
            && call.asked("environment").is_none_or(|e| e.eq_ignore_ascii_case(&d.environment))
    };
    let all = repository.deployments.values().rev().filter(named).map(|deployment| deployment.json(name)).collect();
    call.paged(&format!("/repositories/{}/deployments", repository.id), all, Value::Array)
}

pub(super) fn set_status(state: &mut State, name: &str, id: u64, call: &Call) -> Answer {
    let text = |key: &str| call.body.get(key).and_then(Value::as_str).map(str::to_owned);
    let status_id = state.next_id();
    let repository = state.repository(name);
    let Some(deployment) = repository.deployments.get(&id).cloned() else { return Answer::not_found() };
    let state = text("state").unwrap_or_default();
    if !STATES.contains(&state.as_str()) {
        return Answer::invalid("DeploymentStatus", "state", "state is not included in the list");
    }
    let description = text("description").unwrap_or_default();
    if description.chars().count() > DESCRIPTION_LIMIT {
        return Answer::invalid(
            "DeploymentStatus",
            "description",
            "description is too long (maximum is 140 characters)",
        );
    }
    let ends_others = call.body.get("auto_inactive").and_then(Value::as_bool).unwrap_or(true) && state == "success";
    if ends_others {
        for other in repository.deployments.values_mut().filter(|other| other.is_ended_by(&deployment)) {
            let inactive =
                DeploymentStatus { id: status_id, state: "inactive".to_owned(), ..DeploymentStatus::default() };
            other.statuses.push(inactive);
        }
    }
    let url = |key: &str| text(key).filter(|url| !url.is_empty());
    let status = DeploymentStatus {
        id: status_id,
        state,
        description,
        environment_url: url("environment_url"),
        log_url: url("log_url"),
    };
    let answer = Answer::new(201, status.json());
    if let Some(deployment) = repository.deployments.get_mut(&id) {
        deployment.statuses.push(status);
    }
    answer
}

/// The newest first.
pub(super) fn statuses(repository: &Repository, id: u64, call: &Call) -> Answer {
    let Some(deployment) = repository.deployments.get(&id) else { return Answer::not_found() };
    let all = deployment.statuses.iter().rev().map(DeploymentStatus::json).collect();
    call.paged(&format!("/repositories/{}/deployments/{id}/statuses", repository.id), all, Value::Array)
}
