//! Labels of a pull request, which is an issue here.

use serde_json::{Value, json};

use super::Answer;
use super::routes::Call;
use super::state::Repository;

fn answer(labels: &[String]) -> Answer {
    Answer::new(200, labels.iter().map(|label| json!({ "name": label })).collect::<Value>())
}

pub(super) fn add(repository: &mut Repository, number: u64, call: &Call) -> Answer {
    let Some(pull) = repository.pulls.get_mut(&number) else { return Answer::not_found() };
    let asked = call.body.get("labels").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for label in asked {
        if !pull.labels.iter().any(|known| known == label) {
            pull.labels.push(label.to_owned());
        }
    }
    answer(&pull.labels)
}

pub(super) fn remove(repository: &mut Repository, number: u64, label: &str) -> Answer {
    let Some(pull) = repository.pulls.get_mut(&number) else { return Answer::not_found() };
    let Some(at) = pull.labels.iter().position(|known| known.replace(' ', "%20") == label || known == label) else {
        return Answer::error(404, "Label does not exist");
    };
    pull.labels.remove(at);
    answer(&pull.labels)
}
