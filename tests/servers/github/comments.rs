//! Comments on issues and pull requests.

use serde_json::Value;

use super::Answer;
use super::routes::Call;
use super::state::{Comment, Repository, State};
use super::token::Kind;

/// GitHub: "Body is too long (maximum is 65536 characters)".
const BODY_LIMIT: usize = 65_536;

pub(super) fn list(repository: &Repository, name: &str, issue: u64, call: &Call) -> Answer {
    if !repository.pulls.contains_key(&issue) {
        return Answer::not_found();
    }
    let all = repository.comments(issue).iter().map(|comment| comment.json(name)).collect();
    call.paged(&format!("/repositories/{}/issues/{issue}/comments", repository.id), all, Value::Array)
}

pub(super) fn get(repository: &Repository, name: &str, id: u64) -> Answer {
    repository.comments.get(&id).map_or_else(Answer::not_found, |comment| Answer::new(200, comment.json(name)))
}

pub(super) fn create(state: &mut State, name: &str, issue: u64, call: &Call) -> Answer {
    let Some(pull) = state.repository(name).pulls.get(&issue) else { return Answer::not_found() };
    if pull.locked {
        return Answer::error(403, "Unable to create comment because issue is locked.");
    }
    match body_of(call) {
        Ok(body) => Answer::new(201, state.add_comment(name, issue, &call.token.account, body).json(name)),
        Err(refusal) => refusal,
    }
}

pub(super) fn edit(repository: &mut Repository, name: &str, id: u64, call: &Call) -> Answer {
    let comment = match editable(repository, id, call) {
        Ok(comment) => comment,
        Err(refusal) => return refusal,
    };
    match body_of(call) {
        Ok(body) => {
            body.clone_into(&mut comment.body);
            comment.edits += 1;
            Answer::new(200, comment.json(name))
        }
        Err(refusal) => refusal,
    }
}

pub(super) fn delete(repository: &mut Repository, id: u64, call: &Call) -> Answer {
    if let Err(refusal) = editable(repository, id, call) {
        return refusal;
    }
    repository.comments.remove(&id);
    Answer::new(204, Value::Null)
}

/// One must be the author or have write access to the repository.
fn editable<'a>(repository: &'a mut Repository, id: u64, call: &Call) -> Result<&'a mut Comment, Answer> {
    let comment = repository.comments.get_mut(&id).ok_or_else(Answer::not_found)?;
    if comment.author == call.token.account || call.token.maintains {
        return Ok(comment);
    }
    match call.kind {
        Kind::App => Err(Answer::forbidden()),
        Kind::FineGrained | Kind::Classic => Err(Answer::error(403, "Must have admin rights to Repository.")),
    }
}

pub(super) fn body_of(call: &Call) -> Result<&str, Answer> {
    match call.body.get("body").and_then(Value::as_str) {
        None | Some("") => Err(Answer::invalid("IssueComment", "body", "body can't be blank")),
        Some(body) if body.chars().count() > BODY_LIMIT => {
            Err(Answer::invalid("IssueComment", "data", "Body is too long (maximum is 65536 characters)"))
        }
        Some(body) => Ok(body),
    }
}
