//! One comment per pull request and key, kept up to date by many runs at once.
//!
//! List, keep our own; stop when the head moved on or a newer run of the same head has reported; edit the oldest, or create it; list again
//! and heal what a race left behind: the oldest comment stays, with the newest report. A creation is never repeated blindly.

use tokio::time::Instant;

use super::BODY_LIMIT;
use super::answer::Failure;
use super::comments::{Comments, Marked};
use crate::Delivery;
use crate::marker::Marker;

/// How often a creation is tried, as long as the list does not show an earlier one.
const CREATIONS: usize = 3;

/// A report with its marker.
pub(crate) struct Sticky<'a> {
    pub(crate) comments: Comments<'a>,
    pub(crate) marker: Marker,
    /// Marker and Markdown: the whole comment.
    pub(crate) text: String,
}

/// Where our text went.
struct Written {
    url: String,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Created,
    Updated,
}

impl Sticky<'_> {
    /// Sees to it that the pull request has one comment with this key, and that it is the newest.
    pub(crate) async fn upsert(&self) -> Result<Delivery, Failure> {
        let length = self.text.chars().count();
        if length > BODY_LIMIT {
            let message = format!("the report has {length} characters, and a comment may have {BODY_LIMIT}");
            return Ok(Delivery::Refused(message));
        }
        // At the same time: what is known is as fresh as can be when the comment is written.
        let (own, pull) = tokio::try_join!(self.comments.own(&self.marker.key), self.comments.pull())?;
        if let Some(clause) = self.moved_on(pull.text("/head/sha")).or_else(|| self.overtaken(&own)) {
            return Ok(Delivery::Stale(clause));
        }
        let written = match own.first() {
            None if pull.text("/state") == "closed" => {
                return Ok(Delivery::Stale(format!("pull request {} is closed", self.comments.pull_request)));
            }
            None => self.create().await?,
            Some(only) if own.len() == 1 && only.body == self.text => return Ok(Delivery::Unchanged(only.url.clone())),
            Some(oldest) => self.edit(oldest).await?,
        };
        match self.heal(&written).await {
            Ok(delivery) => Ok(delivery),
            Err(failure) => {
                // The report stands; the next run heals.
                tracing::warn!(?failure, "could not look for duplicates of the comment");
                Ok(written.delivery(written.url.clone()))
            }
        }
    }

    /// A clause when the head of the pull request is not what this report is about.
    fn moved_on(&self, head: &str) -> Option<String> {
        (head != self.marker.head).then(|| {
            let short = head.get(..7).unwrap_or(head);
            format!("the head of pull request {} is now {short}", self.comments.pull_request)
        })
    }

    /// A clause when a newer run has reported on the same head. Reports on other heads are out of date, whatever their run.
    fn overtaken(&self, own: &[Marked]) -> Option<String> {
        let newest =
            own.iter().map(|comment| &comment.marker).filter(|m| m.head == self.marker.head).max_by_key(|m| m.run)?;
        let (run, attempt) = newest.run;
        (newest.run > self.marker.run)
            .then(|| format!("run {run} (attempt {attempt}) has already reported on this commit"))
    }

    async fn edit(&self, oldest: &Marked) -> Result<Written, Failure> {
        match self.comments.edit(oldest.id, &self.text).await {
            Ok(_) => Ok(Written { url: oldest.url.clone(), how: How::Updated }),
            // Somebody deleted it between two calls.
            Err(Failure::Refused { status: 404, .. }) => self.create().await,
            Err(failure) => Err(failure),
        }
    }

    /// Creates the comment. When it is not clear whether it was created, the list says so before anything is sent again.
    async fn create(&self) -> Result<Written, Failure> {
        let mut last = Failure::Unclear("no answer".to_owned());
        let mut backoff = self.comments.api.transport.backoff();
        for attempt in 0..CREATIONS {
            if attempt > 0 {
                tokio::time::sleep_until((Instant::now() + backoff.next_wait()).min(self.comments.end)).await;
            }
            last = match self.comments.create(&self.text).await {
                Ok(answer) => return Ok(Written { url: answer.text("/html_url").to_owned(), how: How::Created }),
                Err(failure @ Failure::Unclear(_)) => failure,
                Err(failure) => return Err(failure),
            };
            let found = self.comments.own(&self.marker.key).await.map_err(|_| last.clone())?;
            if let Some(created) = found.into_iter().find(|comment| comment.body == self.text) {
                return Ok(Written { url: created.url, how: How::Created });
            }
        }
        Err(last)
    }

    /// Lists again: of several comments of ours the oldest stays, with the newest report; the others go.
    async fn heal(&self, written: &Written) -> Result<Delivery, Failure> {
        let own = self.comments.own(&self.marker.key).await?;
        let Some(oldest) = own.first() else { return Ok(written.delivery(written.url.clone())) };
        let (newest, stale) = self.newest(&own).await?;
        if oldest.body != newest {
            self.comments.edit(oldest.id, &newest).await?;
        }
        for duplicate in own.iter().skip(1) {
            self.comments.delete(duplicate.id).await?;
        }
        Ok(match stale {
            Some(clause) => Delivery::Stale(clause),
            None => written.delivery(oldest.url.clone()),
        })
    }

    /// The text that is to stay: ours, unless the head moved on meanwhile or a newer run reported on it; then also why.
    async fn newest(&self, own: &[Marked]) -> Result<(String, Option<String>), Failure> {
        let others = own.iter().any(|comment| comment.marker.head != self.marker.head);
        let head =
            if others { self.comments.pull().await?.text("/head/sha").to_owned() } else { self.marker.head.clone() };
        let of_head = own.iter().filter(|comment| comment.marker.head == head).max_by_key(|comment| comment.marker.run);
        match of_head {
            Some(newer) if head != self.marker.head => Ok((newer.body.clone(), self.moved_on(&head))),
            Some(newer) if newer.marker.run > self.marker.run => Ok((newer.body.clone(), self.overtaken(own))),
            _ => Ok((self.text.clone(), None)),
        }
    }
}

impl Written {
    fn delivery(&self, url: String) -> Delivery {
        match self.how {
            How::Created => Delivery::Created(url),
            How::Updated => Delivery::Updated(url),
        }
    }
}
