//! Commit statuses, one by one and combined.

use serde_json::{Value, json};

use super::Answer;
use super::routes::Call;
use super::state::{Repository, Status};

/// GitHub: "description is too long (maximum is 140 characters)".
const DESCRIPTION_LIMIT: usize = 140;

/// GitHub takes so many for a commit and a context.
const MOST: usize = 1000;

pub(super) fn create(repository: &mut Repository, name: &str, commit: &str, call: &Call) -> Answer {
    let text = |key: &str| call.body.get(key).and_then(Value::as_str).map(str::to_owned);
    let Some(known) = repository.statuses.get_mut(commit) else {
        return Answer::error(422, &format!("No commit found for SHA: {commit}"));
    };
    let state = text("state").unwrap_or_default();
    if !["success", "failure", "error", "pending"].contains(&state.as_str()) {
        return Answer::invalid("Status", "state", "state is not included in the list");
    }
    let description = text("description").unwrap_or_default();
    if description.chars().count() > DESCRIPTION_LIMIT {
        return Answer::invalid("Status", "description", "description is too long (maximum is 140 characters)");
    }
    let context = text("context").unwrap_or_else(|| "default".to_owned());
    if known.iter().filter(|status| status.context == context).count() >= MOST {
        let sentence = "This SHA and context has reached the maximum number of statuses.";
        return Answer::invalid("Status", "base", sentence);
    }
    let status = Status { state, context, description, target_url: text("target_url") };
    known.push(status.clone());
    Answer::new(201, json_of(name, commit, &status))
}

/// All of them, the newest first.
pub(super) fn list(repository: &Repository, name: &str, commit: &str, call: &Call) -> Answer {
    let all = repository.statuses(commit).iter().rev().map(|status| json_of(name, commit, status)).collect();
    call.paged(&format!("/repositories/{}/commits/{commit}/statuses", repository.id), all, Value::Array)
}

/// The newest of each context, and what they come to.
pub(super) fn combined(repository: &Repository, name: &str, commit: &str, call: &Call) -> Answer {
    let Some(all) = repository.statuses.get(commit) else { return Answer::not_found() };
    let mut latest: Vec<&Status> = Vec::new();
    for status in all.iter().rev() {
        if !latest.iter().any(|newer| newer.context == status.context) {
            latest.push(status);
        }
    }
    let (state, total) = (rollup(&latest), latest.len());
    let statuses = latest.into_iter().map(|status| json_of(name, commit, status)).collect();
    let combined = |shown: Vec<Value>| {
        let repository = json!({ "id": repository.id, "full_name": name });
        json!({ "state": state, "sha": commit, "total_count": total, "statuses": shown, "repository": repository })
    };
    call.paged(&format!("/repositories/{}/commits/{commit}/status", repository.id), statuses, combined)
}

/// GitHub: failure if one reports error or failure, pending if there is none or one is pending, else success.
fn rollup(latest: &[&Status]) -> &'static str {
    let some = |state: &str| latest.iter().any(|status| status.state == state);
    if some("error") || some("failure") {
        return "failure";
    }
    if latest.is_empty() || some("pending") { "pending" } else { "success" }
}

fn json_of(name: &str, commit: &str, status: &Status) -> Value {
    json!({
        "url": format!("https://api.github.com/repos/{name}/statuses/{commit}"),
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
    })
}
