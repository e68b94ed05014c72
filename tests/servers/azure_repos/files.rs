//! The files that an iteration changes, and threads on their lines.

use serde_json::{Value, json};

use super::Answer;
use super::state::PullRequest;

/// Files of a page, where the request does not say how many.
const PAGE: usize = 100;

/// "The default value is 100 and the maximum value is 2000."
const LARGEST_PAGE: usize = 2_000;

/// A page of the files.
pub(super) fn list(pull: &PullRequest, iteration: u64, query: &str) -> Answer {
    if !exists(pull, iteration) {
        return Answer::exception(404, "GitPullRequestIterationNotFoundException", "There is no such iteration.");
    }
    let number = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(known, _)| known == name).and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let (skip, top) = (number("$skip").unwrap_or(0), number("$top").unwrap_or(PAGE).min(LARGEST_PAGE));
    let entry = |(at, path): (usize, &String)| json!({ "changeTrackingId": at + 1, "changeId": at + 1, "changeType": "edit", "item": { "path": path } });
    let page: Vec<Value> = pull.files.iter().enumerate().skip(skip).take(top).map(entry).collect();
    let next = skip + page.len();
    let (next, most) = if next < pull.files.len() { (next, top) } else { (0, 0) };
    Answer::new(200, json!({ "changeEntries": page, "nextSkip": next, "nextTop": most }))
}

/// Why a thread cannot be where a request wants it, in words.
pub(super) fn check_place(pull: &PullRequest, body: &Value) -> Result<(), String> {
    let Some(context) = body.get("threadContext") else {
        return match body.get("pullRequestThreadContext") {
            Some(_) => Err("a thread of an iteration is on a file".to_owned()),
            None => Ok(()),
        };
    };
    let path = context["filePath"].as_str().filter(|path| path.starts_with('/'));
    let path = path.ok_or("filePath does not begin with a slash")?;
    let position = |name: &str| {
        let number = |field: &str| context[name][field].as_u64().filter(|number| *number > 0);
        number("line").zip(number("offset")).ok_or_else(|| format!("{name} needs a line and an offset from 1"))
    };
    if position("rightFileStart")? > position("rightFileEnd")? {
        return Err("rightFileEnd is before rightFileStart".to_owned());
    }
    let Some(of_iteration) = body.get("pullRequestThreadContext") else { return Ok(()) };
    for name in ["firstComparingIteration", "secondComparingIteration"] {
        if !of_iteration["iterationContext"][name].as_u64().is_some_and(|iteration| exists(pull, iteration)) {
            return Err(format!("{name} is not an iteration"));
        }
    }
    let own = pull.files.iter().position(|file| file == path).map(|at| at as u64 + 1);
    match of_iteration["changeTrackingId"].as_u64() {
        Some(0) => Ok(()),
        sent if sent == own && own.is_some() => Ok(()),
        sent => Err(format!("changeTrackingId is {sent:?}, and that of the file is {own:?}")),
    }
}

fn exists(pull: &PullRequest, iteration: u64) -> bool {
    (1..=pull.iterations.len() as u64).contains(&iteration)
}
