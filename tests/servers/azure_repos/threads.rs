//! Threads and their comments.

use serde_json::{Value, json};

use super::routes::Call;
use super::state::{Comment, PullRequest, Thread, typed};
use super::{Answer, files};

/// "Comments can be up to 150,000 characters."
const LIMIT: usize = 150_000;

pub(super) fn list(pull: &PullRequest) -> Answer {
    Answer::list(&pull.threads.iter().map(Thread::json).collect::<Vec<_>>())
}

pub(super) fn get(pull: &PullRequest, id: u64) -> Answer {
    let thread = pull.threads.iter().find(|thread| thread.id == id);
    thread.map_or_else(|| no_thread(id), |thread| Answer::new(200, thread.json()))
}

pub(super) fn create(pull: &mut PullRequest, call: &Call) -> Answer {
    let contents: Vec<&Value> = call.body.get("comments").and_then(Value::as_array).into_iter().flatten().collect();
    if contents.is_empty() {
        return Answer::invalid_argument("A thread must contain at least one comment.");
    }
    let mut comments = Vec::new();
    for (at, sent) in contents.into_iter().enumerate() {
        match content(sent) {
            Ok(content) => comments.push(Comment::new(at as u64 + 1, &call.token.identity, content)),
            Err(refusal) => return refusal,
        }
    }
    if let Err(why) = files::check_place(pull, &call.body) {
        return Answer::invalid_argument(&why);
    }
    let context = |name: &str| call.body.get(name).cloned().unwrap_or_default();
    let contexts = [context("threadContext"), context("pullRequestThreadContext")];
    let properties = call.body.get("properties").cloned().unwrap_or_else(|| json!({}));
    let id = pull.add_thread(&call.token.identity, "", &properties);
    let thread = pull.thread(id);
    thread.comments = comments;
    [thread.context, thread.iteration_context] = contexts;
    thread.status = Some(text(&call.body, "status").unwrap_or("unknown").to_owned());
    Answer::new(200, thread.json())
}

pub(super) fn change(pull: &mut PullRequest, id: u64, call: &Call) -> Answer {
    let Some(thread) = live(pull, id) else { return no_thread(id) };
    if call.body.get("comments").is_some() {
        return Answer::invalid_argument("Comments are changed one by one.");
    }
    if let Some(status) = text(&call.body, "status") {
        thread.status = Some(status.to_owned());
    }
    if let Some(properties) = call.body.get("properties").and_then(Value::as_object) {
        thread.properties.extend(typed(properties));
    }
    thread.writes += 1;
    Answer::new(200, thread.json())
}

pub(super) fn reply(pull: &mut PullRequest, id: u64, call: &Call) -> Answer {
    let Some(thread) = live(pull, id) else { return no_thread(id) };
    match content(&call.body) {
        Ok(content) => {
            let comment = Comment::new(thread.comments.len() as u64 + 1, &call.token.identity, content);
            thread.comments.push(comment.clone());
            thread.writes += 1;
            Answer::new(200, comment.json())
        }
        Err(refusal) => refusal,
    }
}

pub(super) fn comments(pull: &PullRequest, id: u64) -> Answer {
    let thread = pull.threads.iter().find(|thread| thread.id == id);
    thread.map_or_else(
        || no_thread(id),
        |thread| Answer::list(&thread.comments.iter().map(Comment::json).collect::<Vec<_>>()),
    )
}

pub(super) fn edit(pull: &mut PullRequest, (id, comment): (u64, u64), call: &Call) -> Answer {
    let echoed = ["author", "id", "_links"].iter().any(|field| call.body.get(field).is_some());
    if echoed {
        return Answer::invalid_argument("Only the content of a comment can be changed.");
    }
    let sent = match content(&call.body) {
        Ok(sent) => sent.to_owned(),
        Err(refusal) => return refusal,
    };
    write(pull, (id, comment), call, |comment| comment.content = sent)
}

pub(super) fn delete(pull: &mut PullRequest, (id, comment): (u64, u64), call: &Call) -> Answer {
    let answer = write(pull, (id, comment), call, |comment| comment.is_deleted = true);
    if answer.status == 200 { Answer::new(200, Value::Null) } else { answer }
}

/// One writes what is one's own.
fn write(pull: &mut PullRequest, (id, comment): (u64, u64), call: &Call, change: impl FnOnce(&mut Comment)) -> Answer {
    let Some(thread) = live(pull, id) else { return no_thread(id) };
    let Some(comment) = thread.comments.iter_mut().find(|known| known.id == comment && !known.is_deleted) else {
        return Answer::exception(404, "DiscussionCommentNotFoundException", "The comment does not exist.");
    };
    if comment.author != call.token.identity {
        let message = "A comment can only be changed by its author.";
        return Answer::exception(403, "DiscussionPermissionDeniedException", message);
    }
    change(comment);
    let json = comment.json();
    thread.writes += 1;
    Answer::new(200, json)
}

fn live(pull: &mut PullRequest, id: u64) -> Option<&mut Thread> {
    pull.threads.iter_mut().find(|thread| thread.id == id && !thread.is_deleted())
}

fn no_thread(id: u64) -> Answer {
    Answer::exception(404, "DiscussionThreadNotFoundException", &format!("The thread {id} does not exist."))
}

fn content(comment: &Value) -> Result<&str, Answer> {
    match text(comment, "content") {
        None | Some("") => Err(Answer::invalid_argument("A comment must have a content.")),
        Some(content) if content.encode_utf16().count() > LIMIT => {
            Err(Answer::invalid_argument("The content of a comment can have up to 150,000 characters."))
        }
        Some(content) => Ok(content),
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}
