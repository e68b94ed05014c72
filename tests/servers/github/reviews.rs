//! Comments on lines of a pull request's diff.

use serde_json::{Value, json};

use super::Answer;
use super::comments::body_of;
use super::routes::Call;
use super::state::{Account, Repository, State};

/// A comment on lines of the diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewComment {
    /// Its id; later comments have larger ones.
    pub id: u64,
    /// The pull request.
    pub pull: u64,
    /// Who wrote it.
    pub author: Account,
    /// The Markdown.
    pub body: String,
    /// The file.
    pub path: String,
    /// First and last line of the head's file.
    pub lines: (u64, u64),
    /// The comment that it answers.
    pub in_reply_to: Option<u64>,
    /// How often it was edited.
    pub edits: usize,
}

impl ReviewComment {
    pub(super) fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "body": self.body,
            "user": self.author.json(),
            "path": self.path,
            "side": "RIGHT",
            "line": self.lines.1,
            "start_line": if self.lines.0 < self.lines.1 { json!(self.lines.0) } else { Value::Null },
        });
        if let Some(answered) = self.in_reply_to {
            json["in_reply_to_id"] = json!(answered);
        }
        json
    }
}

pub(super) fn list(repository: &Repository, pull: u64, call: &Call) -> Answer {
    if !repository.pulls.contains_key(&pull) {
        return Answer::not_found();
    }
    let all = repository.review_comments(pull).iter().map(ReviewComment::json).collect();
    call.paged(&format!("/repositories/{}/pulls/{pull}/comments", repository.id), all, Value::Array)
}

pub(super) fn create(state: &mut State, name: &str, pull: u64, call: &Call) -> Answer {
    let id = state.next_id();
    let repository = state.repository(name);
    let Some(known) = repository.pulls.get(&pull) else { return Answer::not_found() };
    let body = match body_of(call) {
        Ok(body) => body.to_owned(),
        Err(refusal) => return refusal,
    };
    let text = |key: &str| call.body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let line = |key: &str| call.body.get(key).and_then(Value::as_u64);
    if text("commit_id") != known.head {
        return Answer::invalid("PullRequestReviewComment", "commit_id", "commit_id is not part of the pull request");
    }
    let (path, end) = (text("path"), line("line").unwrap_or_default());
    let start = line("start_line").unwrap_or(end);
    let is_in_diff = |line: u64| known.diff.as_ref().is_none_or(|diff| diff.contains(&(path.clone(), line)));
    if start > end || line("start_line") == Some(end) {
        let message = "pull_request_review_thread.start_line must precede the end line.";
        return Answer::invalid("PullRequestReviewComment", "pull_request_review_thread.start_line", message);
    }
    if !is_in_diff(start) || !is_in_diff(end) {
        let message = "pull_request_review_thread.line must be part of the diff";
        return Answer::invalid("PullRequestReviewComment", "pull_request_review_thread.line", message);
    }
    let author = call.token.account.clone();
    let comment = ReviewComment { id, pull, author, body, path, lines: (start, end), in_reply_to: None, edits: 0 };
    let answer = Answer::new(201, comment.json());
    repository.review_comments.insert(id, comment);
    answer
}

pub(super) fn edit(repository: &mut Repository, id: u64, call: &Call) -> Answer {
    let comment = match editable(repository, id, call) {
        Ok(comment) => comment,
        Err(refusal) => return refusal,
    };
    match body_of(call) {
        Ok(body) => {
            body.clone_into(&mut comment.body);
            comment.edits += 1;
            Answer::new(200, comment.json())
        }
        Err(refusal) => refusal,
    }
}

pub(super) fn delete(repository: &mut Repository, id: u64, call: &Call) -> Answer {
    if let Err(refusal) = editable(repository, id, call) {
        return refusal;
    }
    repository.review_comments.remove(&id);
    Answer::new(204, Value::Null)
}

/// One's own.
fn editable<'a>(repository: &'a mut Repository, id: u64, call: &Call) -> Result<&'a mut ReviewComment, Answer> {
    let comment = repository.review_comments.get_mut(&id).ok_or_else(Answer::not_found)?;
    if comment.author == call.token.account { Ok(comment) } else { Err(Answer::forbidden()) }
}
