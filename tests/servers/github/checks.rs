//! Check runs: made and changed by apps only.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Answer;
use super::routes::Call;
use super::state::{Check, Repository, State};
use super::token::Kind;

/// GitHub takes so many annotations in one request; a change appends.
const ANNOTATIONS: usize = 50;

/// GitHub: summary and text are at most so long.
const OUTPUT_LIMIT: usize = 65_535;

pub(super) fn create(state: &mut State, name: &str, call: &Call) -> Answer {
    let text = |key: &str| call.body.get(key).and_then(Value::as_str);
    let (Some(check), Some(commit)) = (text("name"), text("head_sha")) else {
        return Answer::error(422, "Invalid request.\n\n\"name\", \"head_sha\" weren't supplied.");
    };
    if !state.repository(name).statuses.contains_key(commit) {
        return Answer::error(422, &format!("No commit found for SHA: {commit}"));
    }
    if let Some(refusal) = refused(call) {
        return refusal;
    }
    let id = state.next_id();
    let mut made = Check { id, commit: commit.to_owned(), name: check.to_owned(), ..Check::default() };
    made.change(&call.body);
    state.repository(name).checks.insert(id, made.clone());
    Answer::new(201, made.json())
}

pub(super) fn change(state: &mut State, name: &str, id: u64, call: &Call) -> Answer {
    if let Some(refusal) = refused(call) {
        return refusal;
    }
    let Some(check) = state.repository(name).checks.get_mut(&id) else { return Answer::not_found() };
    check.change(&call.body);
    Answer::new(200, check.json())
}

pub(super) fn get(repository: &Repository, id: u64) -> Answer {
    repository.checks.get(&id).map_or_else(Answer::not_found, |check| Answer::new(200, check.json()))
}

/// Those of a name, the newest first; by default the newest of each name alone.
pub(super) fn list(state: &mut State, name: &str, commit: &str, call: &Call) -> Answer {
    let repository = state.repository(name);
    let mut all = repository.checks(commit);
    all.reverse();
    all.retain(|check| call.asked("check_name").is_none_or(|name| name == check.name));
    if call.asked("filter").is_none_or(|filter| filter == "latest") {
        let mut seen = HashSet::new();
        all.retain(|check| seen.insert(check.name.clone()));
    }
    let all: Vec<Value> = all.iter().map(Check::json).collect();
    let total = all.len();
    let address = format!("/repositories/{}/commits/{commit}/check-runs", repository.id);
    call.paged(&address, all, |shown| json!({ "total_count": total, "check_runs": shown }))
}

fn refused(call: &Call) -> Option<Answer> {
    if call.kind != Kind::App {
        return Some(Answer::error(403, "You must authenticate via a GitHub App."));
    }
    let output = call.body.get("output")?;
    let annotations = output.get("annotations").and_then(Value::as_array).map_or(0, Vec::len);
    if annotations > ANNOTATIONS {
        let sentence = format!("Invalid request.\n\nNo more than 50 items are allowed; {annotations} were supplied.");
        return Some(Answer::error(422, &sentence));
    }
    let long = |key: &str| output.get(key).and_then(Value::as_str).is_some_and(|text| text.len() > OUTPUT_LIMIT);
    (long("summary") || long("text")).then(|| Answer::error(422, "Only 65535 characters are allowed in the output."))
}
