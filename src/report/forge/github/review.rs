//! One review comment for each finding on a line of the diff, by the same plan as the threads of Azure Repos.
//!
//! A comment of ours is a review comment with our marker that the token's own account wrote. REST does not resolve a thread: what is gone is
//! deleted, or where others have written below it, says so.

use std::collections::HashSet;

use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::refusal::{REVIEW, sentence};
use super::{Comments, GitHub};
use crate::calls::{Call, Failure, Repeat};
use crate::inline::plan::{Begun, Plan, Step, plan};
use crate::inline::{left_out, text};
use crate::marker::{InlineMarker, escape_key};
use crate::sticky::overtaken;
use crate::{InlineComment, InlineComments, InlinePlace};

/// What a comment says below its marker once its finding is gone.
const GONE: &str = "The head commit does not have this finding any more.";

/// What one says that is about the same finding as an older one.
const TWIN: &str = "An older comment is about the same finding.";

impl GitHub {
    /// Keeps a review comment for each finding on a line of the diff. Gives back what was not written, as sentences.
    pub async fn keep_inline(&self, pull_request: u64, wanted: &InlineComments) -> Vec<String> {
        let key = escape_key(&wanted.key);
        let review = Review { github: self, comments: self.comments(pull_request), key, wanted, end: self.end() };
        review.keep().await.unwrap_or_else(|failure| vec![sentence(&failure, REVIEW)])
    }
}

/// The review comments of one pull request.
struct Review<'a> {
    github: &'a GitHub,
    comments: Comments<'a>,
    key: String,
    wanted: &'a InlineComments,
    end: Instant,
}

impl Review<'_> {
    async fn keep(&self) -> Result<Vec<String>, Failure> {
        let own = self.comments.own(&self.key);
        // At the same time: what is known is as fresh as can be when something is written.
        let (standing, reports, begun) = tokio::try_join!(self.comments.standing(), own, self.begun())?;
        let of_head = reports.iter().map(|note| &note.marker).filter(|marker| marker.head == self.wanted.head);
        let newer = of_head.map(|marker| marker.run).max().filter(|run| *run > self.wanted.run);
        if let Some(because) = standing.outdates(&self.wanted.head).or_else(|| newer.map(overtaken)) {
            return Ok(vec![format!("the review comments were not written: {because}")]);
        }
        let Plan { steps, left } = plan(&begun, self.wanted);
        let (mut begins, mut outside) = (false, 0);
        for step in &steps {
            match step {
                Step::Begin(comment, place) => {
                    begins = true;
                    outside += usize::from(!self.begin(comment, place).await?);
                }
                other => self.change(other).await?,
            }
        }
        if begins {
            // What another run has begun at the same time.
            let again = self.begun().await?;
            for step in plan(&again, self.wanted).steps.iter().filter(|step| step.is_about_a_twin()) {
                self.change(step).await?;
            }
        }
        Ok(left_out(left, "review comment").into_iter().chain(not_in_the_diff(outside)).collect())
    }

    /// Ours, oldest first.
    async fn begun(&self) -> Result<Vec<Begun>, Failure> {
        let number = self.comments.pull_request.to_string();
        let mut url = self.url(&["pulls", &number, "comments"]);
        url.query_pairs_mut().append_pair("per_page", "100");
        let all = self.github.list(url, "", self.end).await?;
        let answered: HashSet<u64> = all.iter().filter_map(|sent| sent.get("in_reply_to_id")?.as_u64()).collect();
        let mut begun = Vec::new();
        for sent in &all {
            let Some(found) = self.with_our_marker(sent, &answered) else { continue };
            if self.comments.is_own(sent.get("user").unwrap_or(&Value::Null)).await? {
                begun.push(found);
            }
        }
        begun.sort_by_key(|comment| comment.id);
        Ok(begun)
    }

    /// `None` for a comment without our marker, or with another key.
    fn with_our_marker(&self, sent: &Value, answered: &HashSet<u64>) -> Option<Begun> {
        let (id, body) = (sent.get("id")?.as_u64()?, sent.get("body")?.as_str()?);
        let marker = InlineMarker::parse(body).filter(|marker| marker.key == self.key)?;
        let body = body.replace("\r\n", "\n").trim_end().to_owned();
        let status = match body.split_once('\n') {
            Some((_, GONE)) => Some("fixed".to_owned()),
            Some((_, TWIN)) => Some("closed".to_owned()),
            _ => None,
        };
        Some(Begun { id, comment: id, marker, body, status, answered: answered.contains(&id) })
    }

    /// Begins a comment, sent once; `false` where GitHub does not have the lines in the diff. When it is not clear whether it was begun, the
    /// list says so.
    async fn begin(&self, comment: &InlineComment, place: &InlinePlace) -> Result<bool, Failure> {
        let marker = comment.marker(&self.key);
        let mut body = json!({
            "body": text(&marker, comment),
            "commit_id": self.wanted.head,
            "path": place.path,
            "side": "RIGHT",
            "line": place.end_line,
        });
        if let Some(fields) = body.as_object_mut().filter(|_| place.line < place.end_line) {
            fields.insert("start_line".to_owned(), json!(place.line));
            fields.insert("start_side".to_owned(), json!("RIGHT"));
        }
        let url = self.url(&["pulls", &self.comments.pull_request.to_string(), "comments"]);
        match self.send(Method::POST, url, Some(body), Repeat::Never).await {
            Ok(()) => Ok(true),
            Err(Failure::Refused { status: 422, .. }) => Ok(false),
            Err(failure @ Failure::Unclear(_)) => {
                let listed = self.begun().await.map_err(|_| failure.clone())?;
                let is_there = listed.iter().any(|begun| begun.marker.finding == marker.finding);
                if is_there { Ok(true) } else { Err(failure) }
            }
            Err(failure) => Err(failure),
        }
    }

    /// Changes a comment that is there; one that is gone by now is as good.
    async fn change(&self, step: &Step<'_>) -> Result<(), Failure> {
        let changed = match step {
            // Its text was written before: that is all there is to reopen.
            Step::Begin(..) | Step::Reopen(_) => Ok(()),
            Step::Say(begun, comment) => self.say(begun, &text(&begun.marker, comment)).await,
            Step::Resolve(begun) if begun.answered => self.say(begun, &format!("{}\n{GONE}", begun.marker)).await,
            Step::CloseTwin(begun) => self.say(begun, &format!("{}\n{TWIN}", begun.marker)).await,
            Step::Resolve(begun) | Step::DeleteTwin(begun) => {
                self.send(Method::DELETE, self.one(begun), None, Repeat::Harmless).await
            }
        };
        match changed {
            Err(Failure::Refused { status: 404, .. }) => Ok(()),
            other => other,
        }
    }

    async fn say(&self, begun: &Begun, body: &str) -> Result<(), Failure> {
        self.send(Method::PATCH, self.one(begun), Some(json!({ "body": body })), Repeat::Harmless).await
    }

    async fn send(&self, method: Method, url: url::Url, body: Option<Value>, repeat: Repeat) -> Result<(), Failure> {
        self.github.api.call(&Call { method, url, body, repeat }, self.end).await.map(|_| ())
    }

    fn one(&self, begun: &Begun) -> url::Url {
        self.url(&["pulls", "comments", &begun.id.to_string()])
    }

    fn url(&self, rest: &[&str]) -> url::Url {
        self.github.api.url(&[&["repos", self.github.owner.as_str(), self.github.name.as_str()], rest].concat())
    }
}

/// A sentence about findings on lines that GitHub does not take.
fn not_in_the_diff(number: usize) -> Option<String> {
    let (findings, have) = if number == 1 { ("finding", "has") } else { ("findings", "have") };
    (number > 0).then(|| {
        format!(
            "{number} {findings} {have} no review comment: GitHub took none on these lines; the report has all of them"
        )
    })
}
