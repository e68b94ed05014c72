//! Which path leads where, and what a token needs for it.

use serde_json::{Value, json};

use super::state::State;
use super::token::Token;
use super::{Answer, LoggedRequest, description, files, policies, statuses, threads};

/// What a call brings along.
pub(super) struct Call {
    pub(super) token: Token,
    pub(super) body: Value,
}

/// Carries a request out, within the token's limits and rights. `text` is the token as it was sent.
pub(super) fn answer(state: &mut State, request: &LoggedRequest, text: Option<&str>) -> Answer {
    let known = text.filter(|text| accepted(&request.scheme, text)).and_then(|text| {
        let token = state.tokens.get(text)?;
        Some((text.to_owned(), token.clone()))
    });
    let Some((text, token)) = known else { return unknown_token(request) };
    let (now, limits) = (state.clock.now(), state.limits);
    if let Err(refusal) = state.usage.entry(text.clone()).or_default().count(limits, now) {
        return refusal;
    }
    let answer = within_limits(state, request, token).unwrap_or_else(|refusal| refusal);
    state.usage.entry(text).or_default().headers(answer, limits, now)
}

/// A personal access token is a password.
fn accepted(scheme: &str, text: &str) -> bool {
    scheme == "Basic" || (scheme == "Bearer" && text.starts_with("eyJ"))
}

fn unknown_token(request: &LoggedRequest) -> Answer {
    match request.headers.get("x-tfs-fedauthredirect").map(String::as_str) {
        Some("Suppress") => Answer::new(401, Value::Null).with_header("www-authenticate", "Bearer"),
        _ => Answer::sign_in_redirect(),
    }
}

fn within_limits(state: &mut State, request: &LoggedRequest, token: Token) -> Result<Answer, Answer> {
    if request.path == "/connectionData" {
        let user = json!({ "id": token.identity, "providerDisplayName": "somebody", "isActive": true });
        return Ok(Answer::new(200, json!({ "authenticatedUser": user, "authorizedUser": user })));
    }
    if let Some(answer) = policies::answer(state, request, &token) {
        check_version(&state.newest_version, request)?;
        return Ok(answer);
    }
    let scopes = match description::check(request) {
        Ok(scopes) => scopes,
        Err(violation) => {
            state.violations.push(violation.clone());
            return Err(Answer::invalid_argument(&violation));
        }
    };
    check_version(&state.newest_version, request)?;
    token.check_scope(&scopes)?;
    token.check_permission(&request.method)?;
    let call = Call { token, body: request.body.clone() };
    dispatch(state, request, &call)
}

fn check_version(newest: &str, request: &LoggedRequest) -> Result<(), Answer> {
    let asked = request.query.split('&').find_map(|pair| pair.strip_prefix("api-version=")).unwrap_or_default();
    let number = |version: &str| version.parse::<f64>().unwrap_or(f64::MAX);
    if number(asked) <= number(newest) {
        return Ok(());
    }
    let message = format!(
        "The requested REST API version of {asked} is out of range for this server. The latest REST API version this server supports is {newest}."
    );
    Err(Answer::exception(400, "VssVersionOutOfRangeException", &message))
}

fn dispatch(state: &mut State, request: &LoggedRequest, call: &Call) -> Result<Answer, Answer> {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let ["pullRequests", id, rest @ ..] = segments.as_slice() else { return Err(not_imitated()) };
    let missing = || {
        Answer::exception(404, "GitPullRequestNotFoundException", "TF401180: The requested pull request was not found.")
    };
    let pull = state.pull_requests.get_mut(&number(id)).ok_or_else(missing)?;
    Ok(match (request.method.as_str(), rest) {
        ("GET", []) => Answer::new(200, pull.json()),
        ("GET", ["iterations"]) => {
            let iteration = |(at, commit): (usize, &String)| json!({ "id": at + 1, "sourceRefCommit": { "commitId": commit }, "reason": "push" });
            Answer::list(&pull.iterations.iter().enumerate().map(iteration).collect::<Vec<_>>())
        }
        ("GET", ["iterations", iteration, "changes"]) => files::list(pull, number(iteration), &request.query),
        ("GET", ["threads"]) => threads::list(pull),
        ("POST", ["threads"]) => threads::create(pull, call),
        ("GET", ["threads", thread]) => threads::get(pull, number(thread)),
        ("PATCH", ["threads", thread]) => threads::change(pull, number(thread), call),
        ("GET", ["threads", thread, "comments"]) => threads::comments(pull, number(thread)),
        ("POST", ["threads", thread, "comments"]) => threads::reply(pull, number(thread), call),
        ("PATCH", ["threads", thread, "comments", id]) => threads::edit(pull, (number(thread), number(id)), call),
        ("DELETE", ["threads", thread, "comments", id]) => threads::delete(pull, (number(thread), number(id)), call),
        ("GET", ["statuses"]) => statuses::list(pull),
        ("POST", ["statuses"]) => statuses::create(pull, call),
        _ => not_imitated(),
    })
}

fn not_imitated() -> Answer {
    Answer::exception(501, "NotImplementedException", "the fake does not imitate this")
}
