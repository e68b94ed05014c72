//! Which path leads where, and what a token needs for it. GitHub REST API version 2022-11-28.

use serde_json::{Value, json};

use super::paging::Page;
use super::state::State;
use super::token::{self, Access, Kind, Permission, Token};
use super::{Answer, LoggedRequest, checks, comments, deployments, labels, reviews, rules, statuses};
use crate::oci::digest;

/// What a call brings along.
pub(super) struct Call {
    pub(super) token: Token,
    pub(super) kind: Kind,
    pub(super) body: Value,
    query: String,
    base: String,
}

impl Call {
    /// A page of a list at an address, in its frame.
    pub(super) fn paged(&self, address: &str, all: Vec<Value>, frame: impl FnOnce(Vec<Value>) -> Value) -> Answer {
        let page = Page::asked(&self.query);
        let mut more = url::form_urlencoded::Serializer::new(String::new());
        more.extend_pairs(self.pairs().filter(|(key, _)| !matches!(key.as_ref(), "page" | "per_page")));
        let more = more.finish();
        let address = if more.is_empty() { address.to_owned() } else { format!("{address}?{more}") };
        let link = page.link(&format!("{}{address}", self.base), all.len());
        let answer = Answer::new(200, frame(page.of(all)));
        match link {
            Some(link) => answer.with_header("link", link),
            None => answer,
        }
    }

    /// A parameter of the query.
    pub(super) fn asked(&self, key: &str) -> Option<String> {
        self.pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    }

    fn pairs(&self) -> url::form_urlencoded::Parse<'_> {
        url::form_urlencoded::parse(self.query.as_bytes())
    }
}

/// Carries a request out, within the token's limits. `base` is where the client reached the API: links lead there.
pub(super) fn answer(state: &mut State, request: &LoggedRequest, text: Option<&str>, base: &str) -> Answer {
    let now = state.clock.now();
    let limits = state.limits;
    let known = text.and_then(|text| Some((text, state.tokens.get(text)?.clone())));
    let Some((text, token)) = known else {
        return Answer::error(401, "Bad credentials");
    };
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let resource = if path == "/graphql" { "graphql" } else { "core" };
    let usage = state.usage.entry(text.to_owned()).or_default();
    if path == "/rate_limit" {
        let standing = usage.standing(&limits, now);
        let body = json!({ "resources": { "core": standing.json() }, "rate": standing.json() });
        return standing.headers(Answer::new(200, body), resource);
    }
    let writes = request.method != "GET" && path != "/graphql";
    let kind = Kind::of(text, &token.account);
    let whose = if kind == Kind::App { "installation ID 1" } else { "user ID 1" };
    let answer = match usage.count(&limits, now, writes, whose) {
        Ok(()) => {
            let (query, base, body) = (query.to_owned(), base.to_owned(), request.body.clone());
            let answer = dispatch(state, &request.method, path, &Call { token, kind, body, query, base });
            if_new(state, request, text, answer)
        }
        Err(refusal) => refusal,
    };
    state.usage.entry(text.to_owned()).or_default().standing(&limits, now).headers(answer, resource)
}

/// What the client has already is not sent again, and not counted.
fn if_new(state: &mut State, request: &LoggedRequest, text: &str, answer: Answer) -> Answer {
    if request.method != "GET" || answer.status != 200 {
        return answer;
    }
    let tag = format!("W/\"{}\"", digest(answer.body.to_string().as_bytes()).trim_start_matches("sha256:"));
    if request.headers.get("if-none-match") == Some(&tag) {
        state.usage.entry(text.to_owned()).or_default().give_back();
        return Answer::new(304, Value::Null).with_header("etag", tag);
    }
    answer.with_header("etag", tag)
}

fn dispatch(state: &mut State, method: &str, path: &str, call: &Call) -> Answer {
    let path = by_name(state, path);
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, segments.as_slice()) {
        ("GET", ["user"]) if call.token.account.bot => Answer::forbidden(),
        ("GET", ["user"]) => Answer::new(200, call.token.account.json()),
        ("POST", ["graphql"]) => viewer(call),
        (method, ["repos", owner, name, rest @ ..]) => {
            let repository = format!("{owner}/{name}");
            if !state.repositories.contains_key(&repository) {
                return Answer::not_found();
            }
            let needed = needed(method, rest);
            if !call.token.may(needed) {
                return token::refusal(call.kind, needed);
            }
            in_repository(state, &repository, method, rest, call)
        }
        _ => unknown(),
    }
}

fn unknown() -> Answer {
    Answer::error(501, "the fake does not imitate this")
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
        return unknown();
    }
    Answer::new(200, json!({ "data": { "viewer": { "login": call.token.account.login } } }))
}

/// The permissions of which a token needs one.
fn needed(method: &str, rest: &[&str]) -> &'static [(Permission, Access)] {
    use Access::{Read, Write};
    use Permission::{Checks, Contents, Deployments, Issues, PullRequests, Statuses};
    match (method, rest) {
        ("GET", ["pulls", ..]) => &[(PullRequests, Read)],
        (_, ["pulls", ..]) => &[(PullRequests, Write)],
        ("GET", ["issues", ..]) => &[(Issues, Read), (PullRequests, Read)],
        (_, ["issues", ..]) => &[(Issues, Write), (PullRequests, Write)],
        (_, ["statuses", _]) => &[(Statuses, Write)],
        ("GET", ["commits", _, "status" | "statuses"]) => &[(Statuses, Read)],
        ("GET", ["commits", _, "check-runs"]) => &[(Checks, Read)],
        ("GET", ["commits", _]) => &[(Contents, Read)],
        ("GET", ["check-runs", _]) => &[(Checks, Read)],
        (_, ["check-runs", ..]) => &[(Checks, Write)],
        ("GET", ["deployments", ..]) => &[(Deployments, Read)],
        (_, ["deployments", ..]) => &[(Deployments, Write)],
        _ => &[],
    }
}

/// A classic token is told its scopes.
fn repository(state: &mut State, name: &str, call: &Call) -> Answer {
    let permissions = json!({ "admin": false, "push": call.token.pushes, "pull": true });
    let id = state.repository(name).id;
    let answer = Answer::new(200, json!({ "id": id, "full_name": name, "private": true, "permissions": permissions }));
    match call.kind {
        Kind::Classic => answer.with_header("x-oauth-scopes", call.token.scopes.join(", ")),
        Kind::App | Kind::FineGrained => answer,
    }
}

fn in_repository(state: &mut State, name: &str, method: &str, rest: &[&str], call: &Call) -> Answer {
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    match (method, rest) {
        ("GET", []) => repository(state, name, call),
        ("GET", ["rules", "branches", branch]) => rules::rules(state.repository(name), branch),
        ("GET", ["branches", branch]) => rules::branch(state.repository(name), branch),
        ("GET", ["pulls", pull]) => match state.repository(name).pulls.get(&number(pull)) {
            Some(pull) => Answer::new(200, pull.json(name)),
            None => Answer::not_found(),
        },
        ("GET", ["pulls", pull, "comments"]) => reviews::list(state.repository(name), number(pull), call),
        ("POST", ["pulls", pull, "comments"]) => reviews::create(state, name, number(pull), call),
        ("PATCH", ["pulls", "comments", id]) => reviews::edit(state.repository(name), number(id), call),
        ("DELETE", ["pulls", "comments", id]) => reviews::delete(state.repository(name), number(id), call),
        ("GET", ["issues", "comments", id]) => comments::get(state.repository(name), name, number(id)),
        ("GET", ["issues", issue, "comments"]) => comments::list(state.repository(name), name, number(issue), call),
        ("POST", ["issues", issue, "comments"]) => comments::create(state, name, number(issue), call),
        ("PATCH", ["issues", "comments", id]) => comments::edit(state.repository(name), name, number(id), call),
        ("DELETE", ["issues", "comments", id]) => comments::delete(state.repository(name), number(id), call),
        ("POST", ["issues", issue, "labels"]) => labels::add(state.repository(name), number(issue), call),
        ("DELETE", ["issues", issue, "labels", label]) => labels::remove(state.repository(name), number(issue), label),
        ("POST", ["statuses", commit]) => statuses::create(state.repository(name), name, commit, call),
        ("GET", ["commits", commit, "statuses"]) => statuses::list(state.repository(name), name, commit, call),
        ("GET", ["commits", commit, "status"]) => statuses::combined(state.repository(name), name, commit, call),
        ("GET", ["commits", commit]) => match state.repository(name).statuses.contains_key(*commit) {
            true => Answer::new(200, json!({ "sha": commit })),
            false => Answer::error(422, &format!("No commit found for SHA: {commit}")),
        },
        ("POST", ["check-runs"]) => checks::create(state, name, call),
        ("GET", ["check-runs", id]) => checks::get(state.repository(name), number(id)),
        ("PATCH", ["check-runs", id]) => checks::change(state, name, number(id), call),
        ("GET", ["commits", commit, "check-runs"]) => checks::list(state, name, commit, call),
        ("POST", ["deployments"]) => deployments::create(state, name, call),
        ("GET", ["deployments"]) => deployments::list(state.repository(name), name, call),
        ("POST", ["deployments", id, "statuses"]) => deployments::set_status(state, name, number(id), call),
        ("GET", ["deployments", id, "statuses"]) => deployments::statuses(state.repository(name), number(id), call),
        _ => unknown(),
    }
}
