//! Statuses of a pull request.

use serde_json::{Value, json};

use super::Answer;
use super::routes::Call;
use super::state::{PullRequest, Status};

pub(super) fn create(pull: &mut PullRequest, call: &Call) -> Answer {
    let text = |pointer: &str| call.body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    // "The only required field for the status is `Context.Name` that uniquely identifies the status."
    let Some(name) = text("/context/name").filter(|name| !name.is_empty()) else {
        return Answer::invalid_argument("The name of a status's context cannot be null or empty.");
    };
    let iteration = call.body.get("iterationId").and_then(Value::as_u64);
    if iteration.is_some_and(|id| !(1..=pull.iterations.len() as u64).contains(&id)) {
        return Answer::invalid_argument("There is no such iteration.");
    }
    let status = Status {
        genre: text("/context/genre").unwrap_or_default(),
        name,
        state: text("/state").unwrap_or_else(|| "notSet".to_owned()),
        description: text("/description").unwrap_or_default(),
        target_url: text("/targetUrl"),
        iteration,
    };
    pull.statuses.push(status.clone());
    Answer::new(200, json_of(pull.statuses.len(), &status))
}

pub(super) fn list(pull: &PullRequest) -> Answer {
    Answer::list(&pull.statuses.iter().enumerate().map(|(at, status)| json_of(at + 1, status)).collect::<Vec<_>>())
}

fn json_of(id: usize, status: &Status) -> Value {
    json!({
        "id": id,
        "context": { "genre": status.genre, "name": status.name },
        "state": status.state,
        "description": status.description,
        "targetUrl": status.target_url,
        "iterationId": status.iteration,
    })
}
