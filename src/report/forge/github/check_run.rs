//! The report as a check run, with annotations on the lines of the diff. GitHub takes check runs from Apps alone: the token of a job of
//! GitHub Actions is one of an App.
//!
//! Each run makes one of its own, and GitHub shows the newest of a name. What could not be judged is a `failure`: `neutral` would let a
//! change pass that nobody has judged, and `action_required` promises a button that does something.

mod annotation;

use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::GitHub;
use super::refusal::{CHECK, sentence};
use crate::calls::{Call, Failure, Repeat};
use crate::sticky::overtaken;
use crate::{CheckRun, Delivery, StatusState};
use annotation::annotation;

/// Characters of an output's summary at most.
pub const SUMMARY_LIMIT: usize = 65_535;

/// GitHub takes so many annotations in one request; a change appends.
const PER_REQUEST: usize = 50;

/// Annotations at most: more than ten requests that write are a burden for everybody who uses the token, and nobody reads five hundred.
const MOST_ANNOTATIONS: usize = 500;

/// How often annotations are sent, as long as GitHub does not count them.
const ATTEMPTS: usize = 3;

/// An id of ours, `RUN.ATTEMPT.NONCE`.
struct Id {
    run: (u64, u64),
    nonce: u64,
}

impl Id {
    fn parse(text: &str) -> Option<Id> {
        let mut parts = text.split('.');
        let (run, attempt, nonce) = (parts.next()?, parts.next()?, parts.next()?);
        let nonce = u64::from_str_radix(nonce, 16).ok().filter(|_| parts.next().is_none())?;
        Some(Id { run: (run.parse().ok()?, attempt.parse().ok()?), nonce })
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Id { run: (run, attempt), nonce } = self;
        write!(f, "{run}.{attempt}.{nonce:016x}")
    }
}

impl GitHub {
    /// Makes a check run on the head commit.
    pub async fn create_check_run(&self, check: &CheckRun<'_>) -> Delivery {
        let length = check.summary.chars().count();
        if length > SUMMARY_LIMIT {
            let message = format!("the report has {length} characters, and a check run may have {SUMMARY_LIMIT}");
            return Delivery::Refused(message);
        }
        self.send_check_run(check).await.unwrap_or_else(|failure| Delivery::Refused(refusal(&failure)))
    }

    async fn send_check_run(&self, check: &CheckRun<'_>) -> Result<Delivery, Failure> {
        let end = self.end();
        let before = self.check_runs(check, end).await?;
        let ids = before.iter().filter_map(id_of);
        if let Some(newer) = ids.map(|id| id.run).max().filter(|run| *run > check.run) {
            return Ok(Delivery::Overtaken(overtaken(newer)));
        }
        let placed = check.findings.iter().filter(|finding| !finding.primary.location.path.is_empty());
        let annotations: Vec<Value> =
            placed.clone().take(MOST_ANNOTATIONS).map(|finding| annotation(finding)).collect();
        let output = Output { check, placed: placed.count(), annotated: annotations.len() };
        let mut portions = annotations.chunks(PER_REQUEST);
        let made = self.make_check_run(check, output.with(portions.next().unwrap_or_default()), end).await?;
        let id = made.get("id").and_then(Value::as_u64).unwrap_or_default();
        let mut sent = annotations.len().min(PER_REQUEST);
        for portion in portions {
            self.append_annotations(id, output.with(portion), sent + portion.len(), end).await.map_err(|failure| {
                let (all, why) = (annotations.len(), refusal(&failure));
                Failure::Partly(format!("the check run has {sent} of {all} annotations: {why}"))
            })?;
            sent += portion.len();
        }
        Ok(Delivery::Created(made.get("html_url").and_then(Value::as_str).unwrap_or_default().to_owned()))
    }

    async fn make_check_run(&self, check: &CheckRun<'_>, output: Value, end: Instant) -> Result<Value, Failure> {
        let id = Id { run: check.run, nonce: check.nonce };
        let mut body =
            json!({ "name": check.name, "head_sha": check.head, "external_id": id.to_string(), "output": output });
        let conclusion = match check.state {
            StatusState::Success => Some("success"),
            StatusState::Failure | StatusState::Error => Some("failure"),
            StatusState::Pending => None,
        };
        if let Some(fields) = body.as_object_mut() {
            let status = if conclusion.is_some() { "completed" } else { "in_progress" };
            fields.insert("status".to_owned(), json!(status));
            let conclusion = conclusion.map(|conclusion| ("conclusion".to_owned(), json!(conclusion)));
            let url = check.details_url.as_ref().map(|url| ("details_url".to_owned(), json!(url)));
            fields.extend(conclusion.into_iter().chain(url));
        }
        let url = self.api.url(&["repos", &self.owner, &self.name, "check-runs"]);
        let call = Call { method: Method::POST, url, body: Some(body), repeat: Repeat::Never };
        let look = async || {
            let all = self.check_runs(check, end).await?;
            Ok(all
                .into_iter()
                .find(|made| id_of(made).is_some_and(|found| found.nonce == id.nonce && found.run == id.run)))
        };
        self.create_once(&call, end, look).await
    }

    /// Appends annotations, so that there are `expected` of them.
    async fn append_annotations(&self, id: u64, output: Value, expected: usize, end: Instant) -> Result<(), Failure> {
        let url = self.api.url(&["repos", &self.owner, &self.name, "check-runs", &id.to_string()]);
        let body = Some(json!({ "output": output }));
        let call = Call { method: Method::PATCH, url: url.clone(), body, repeat: Repeat::Never };
        let look = Call { method: Method::GET, url, body: None, repeat: Repeat::Harmless };
        let mut last = Failure::Unclear("no answer".to_owned());
        for _ in 0..ATTEMPTS {
            last = match self.api.call(&call, end).await {
                Ok(_) => return Ok(()),
                Err(failure @ Failure::Unclear(_)) => failure,
                Err(failure) => return Err(failure),
            };
            // Sent twice, they would be there twice.
            let known = self.api.call(&look, end).await.map_err(|_| last.clone())?;
            let count = known.json.pointer("/output/annotations_count").and_then(Value::as_u64).unwrap_or_default();
            if count >= expected as u64 {
                return Ok(());
            }
        }
        Err(last)
    }

    /// All check runs of the commit with this name, whoever made them.
    async fn check_runs(&self, check: &CheckRun<'_>, end: Instant) -> Result<Vec<Value>, Failure> {
        let mut url = self.api.url(&["repos", &self.owner, &self.name, "commits", &check.head, "check-runs"]);
        // Each of them has up to 130 kB of text.
        url.query_pairs_mut()
            .append_pair("check_name", &check.name)
            .append_pair("filter", "all")
            .append_pair("per_page", "30");
        self.list(url, "/check_runs", end).await
    }
}

fn id_of(check_run: &Value) -> Option<Id> {
    Id::parse(check_run.get("external_id")?.as_str()?)
}

/// What each request says of the report.
struct Output<'a> {
    check: &'a CheckRun<'a>,
    /// Findings that have a place.
    placed: usize,
    annotated: usize,
}

impl Output<'_> {
    fn with(&self, annotations: &[Value]) -> Value {
        let CheckRun { title, summary, .. } = self.check;
        let mut output = json!({ "title": title, "summary": summary, "annotations": annotations });
        if let Some(fields) = output.as_object_mut().filter(|_| self.placed > self.annotated) {
            let text = format!("{} of {} findings are annotated.", self.annotated, self.placed);
            fields.insert("text".to_owned(), json!(text));
        }
        output
    }
}

fn refusal(failure: &Failure) -> String {
    let why = sentence(failure, CHECK);
    match failure {
        Failure::Refused { status: 403 | 404, .. } => {
            format!("{why}, which only the token of a GitHub App, such as a job's `GITHUB_TOKEN`, can have")
        }
        _ => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_anothers_is_none() {
        let id = Id { run: (100, 2), nonce: 0xfeed };
        assert_eq!(id.to_string(), "100.2.000000000000feed");
        let read = Id::parse(&id.to_string()).expect("is ours");
        assert_eq!((read.run, read.nonce), ((100, 2), 0xfeed));
        for other in ["", "42", "1.2", "1.2.x", "1.2.3.4", "a.b.c", "1.2.-3", "99999999999999999999.1.1"] {
            assert!(Id::parse(other).is_none(), "{other}");
        }
    }
}
