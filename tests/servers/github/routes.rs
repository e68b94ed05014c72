//! What each path does to the state. GitHub REST API version 2022-11-28.

use http::Method;
use serde_json::{Value, json};

use super::state::{Account, Comment, Repository, State, Status};
use super::{Answer, LoggedRequest};

/// GitHub: "Body is too long (maximum is 65536 characters)".
const BODY_LIMIT: usize = 65_536;

/// GitHub: "description is too long (maximum is 140 characters)".
const DESCRIPTION_LIMIT: usize = 140;

/// Carries a request out. `base` is where the client reached the API: links lead there.
pub(crate) fn answer(state: &mut State, request: &LoggedRequest, token: Option<&str>, base: &str) -> Answer {
    let Some(account) = token.and_then(|token| state.tokens.get(token)).cloned() else {
        return Answer::error(401, "Bad credentials");
    };
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let path = by_name(state, path);
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let call = Call { account, query: query.to_owned(), body: request.body.clone(), base: base.to_owned() };
    match (method(&request.method).as_str(), segments.as_slice()) {
        ("GET", ["user"]) if call.account.bot => Answer::forbidden(),
        ("GET", ["user"]) => Answer::new(200, call.account.json()),
        ("POST", ["graphql"]) => viewer(&call),
        (method, ["repos", owner, name, rest @ ..]) => {
            let repository = format!("{owner}/{name}");
            if !state.repositories.contains_key(&repository) {
                return Answer::error(404, "Not Found");
            }
            in_repository(state, &repository, method, rest, &call)
        }
        _ => Answer::error(501, "the fake does not imitate this"),
    }
}

/// What a call brings along.
struct Call {
    account: Account,
    query: String,
    body: Value,
    base: String,
}

fn method(method: &str) -> Method {
    method.parse().unwrap_or(Method::GET)
}

/// `/repositories/ID/…` is another name of `/repos/OWNER/NAME/…`: GitHub's own links use it.
fn by_name(state: &State, path: &str) -> String {
    let Some((id, rest)) = path.strip_prefix("/repositories/").and_then(|rest| rest.split_once('/')) else {
        return path.to_owned();
    };
    let known = state.repositories.iter().find(|(_, repository)| repository.id.to_string() == id);
    known.map_or_else(|| path.to_owned(), |(name, _)| format!("/repos/{name}/{rest}"))
}

fn viewer(call: &Call) -> Answer {
    let asked = call.body.get("query").and_then(Value::as_str).unwrap_or_default();
    if !asked.contains("viewer") || !asked.contains("login") {
        return Answer::error(501, "the fake does not imitate this");
    }
    Answer::new(200, json!({ "data": { "viewer": { "login": call.account.login } } }))
}

fn in_repository(state: &mut State, name: &str, method: &str, rest: &[&str], call: &Call) -> Answer {
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    match (method, rest) {
        ("GET", ["pulls", pull]) => match state.repository(name).pulls.get(&number(pull)) {
            Some(pull) => Answer::new(200, pull.json(name)),
            None => Answer::error(404, "Not Found"),
        },
        ("GET", ["issues", issue, "comments"]) => list_comments(state.repository(name), name, number(issue), call),
        ("POST", ["issues", issue, "comments"]) => create_comment(state, name, number(issue), call),
        ("PATCH", ["issues", "comments", id]) => edit_comment(state.repository(name), name, number(id), call),
        ("DELETE", ["issues", "comments", id]) => delete_comment(state.repository(name), number(id), call),
        ("POST", ["statuses", commit]) => create_status(state.repository(name), name, commit, call),
        ("GET", ["commits", commit, "statuses"]) => {
            let statuses = state.repository(name).statuses(commit);
            Answer::new(200, statuses.iter().rev().map(|status| status_json(name, commit, status)).collect())
        }
        _ => Answer::error(501, "the fake does not imitate this"),
    }
}

fn list_comments(repository: &Repository, name: &str, issue: u64, call: &Call) -> Answer {
    if !repository.pulls.contains_key(&issue) {
        return Answer::error(404, "Not Found");
    }
    let asked = |key: &str| {
        let pair = call.query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        pair.and_then(|value| value.parse::<usize>().ok())
    };
    let per_page = asked("per_page").unwrap_or(30).clamp(1, 100);
    let page = asked("page").unwrap_or(1).max(1);
    let all = repository.comments(issue);
    let shown = all.iter().skip((page - 1) * per_page).take(per_page).map(|comment| comment.json(name));
    let answer = Answer::new(200, shown.collect());
    let last = all.len().div_ceil(per_page).max(1);
    if page >= last {
        return answer;
    }
    let link = |page: usize, rel: &str| {
        let path = format!("{}/repositories/{}/issues/{issue}/comments", call.base, repository.id);
        format!("<{path}?per_page={per_page}&page={page}>; rel=\"{rel}\"")
    };
    answer.with_header("link", format!("{}, {}", link(page + 1, "next"), link(last, "last")))
}

fn body_of(call: &Call) -> Result<&str, Answer> {
    match call.body.get("body").and_then(Value::as_str) {
        None | Some("") => Err(Answer::invalid("IssueComment", "body", "body can't be blank")),
        Some(body) if body.chars().count() > BODY_LIMIT => {
            Err(Answer::invalid("IssueComment", "data", "Body is too long (maximum is 65536 characters)"))
        }
        Some(body) => Ok(body),
    }
}

fn create_comment(state: &mut State, name: &str, issue: u64, call: &Call) -> Answer {
    let Some(pull) = state.repository(name).pulls.get(&issue) else { return Answer::error(404, "Not Found") };
    if pull.locked {
        return Answer::error(403, "Unable to create comment because issue is locked.");
    }
    match body_of(call) {
        Ok(body) => Answer::new(201, state.add_comment(name, issue, &call.account, body).json(name)),
        Err(refusal) => refusal,
    }
}

fn own_comment<'a>(repository: &'a mut Repository, id: u64, call: &Call) -> Result<&'a mut Comment, Answer> {
    let comment = repository.comments.get_mut(&id).ok_or_else(|| Answer::error(404, "Not Found"))?;
    if comment.author == call.account { Ok(comment) } else { Err(Answer::forbidden()) }
}

fn edit_comment(repository: &mut Repository, name: &str, id: u64, call: &Call) -> Answer {
    let comment = match own_comment(repository, id, call) {
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

fn delete_comment(repository: &mut Repository, id: u64, call: &Call) -> Answer {
    if let Err(refusal) = own_comment(repository, id, call) {
        return refusal;
    }
    repository.comments.remove(&id);
    Answer::new(204, Value::Null)
}

fn create_status(repository: &mut Repository, name: &str, commit: &str, call: &Call) -> Answer {
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
    let status = Status { state, context, description, target_url: text("target_url") };
    known.push(status.clone());
    Answer::new(201, status_json(name, commit, &status))
}

fn status_json(name: &str, commit: &str, status: &Status) -> Value {
    json!({
        "url": format!("https://api.github.com/repos/{name}/statuses/{commit}"),
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
    })
}
