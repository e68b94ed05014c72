//! One comment per pull request and key, kept up to date by many runs at once.
//!
//! List, keep our own; stop when the head moved on or a newer run of the same head has reported; edit the oldest, or create it; list again
//! and heal what a race left behind: the oldest comment stays, with the newest report. A creation is never repeated blindly.
//!
//! Neither forge has conditional edits: an older run that listed before a newer one edited the same comment, and edits it after that one has
//! looked again, has the last word until the next run. That takes two runs of one commit that end within a call or two of each other.

mod place;

use tokio::time::Instant;

use crate::Standing;
use crate::calls::Failure;
use crate::marker::{Marker, escape_key};
use crate::{Comment, Delivery};

pub(crate) use place::{Note, Place, Said};

/// How often a creation is tried, as long as the list does not show an earlier one.
const CREATIONS: usize = 3;

/// A report with its marker.
pub(crate) struct Sticky<'a> {
    place: Place<'a>,
    marker: Marker,
    said: Said,
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

impl<'a> Sticky<'a> {
    /// A comment with its marker, and where it is to be kept.
    pub(crate) fn new(place: Place<'a>, comment: &Comment) -> Sticky<'a> {
        let digest = comment.digest.clone();
        let marker = Marker { key: escape_key(&comment.key), head: comment.head.clone(), run: comment.run, digest };
        let body = format!("{marker}\n{}", comment.body.replace("\r\n", "\n"));
        // As it is compared with what the forge gives back.
        let body = body.trim_end().to_owned();
        let said = Said { body, open: place.open(comment.failing) };
        Sticky { place, marker, said }
    }

    /// Sees to it that the pull request has one comment with this key, and that it is the newest.
    pub(crate) async fn upsert(&self) -> Result<Delivery, Failure> {
        let (length, limit) = (self.place.length(&self.said.body), self.place.limit());
        if length > limit {
            let message = format!("the report has {length} characters, and a comment may have {limit}");
            return Ok(Delivery::Refused(message));
        }
        // At the same time: what is known is as fresh as can be when the comment is written.
        let (own, standing) = tokio::try_join!(self.place.own(&self.marker.key), self.place.standing())?;
        if let Some(stale) = self.moved_on(&standing).or_else(|| self.overtaken(&own)) {
            return Ok(stale);
        }
        let written = match (own.first(), standing.ended()) {
            (None, Some(over)) => {
                return Ok(Delivery::Stale(over));
            }
            (None, None) => self.create().await?,
            (Some(only), _) if own.len() == 1 && self.is_said_by(only) => {
                return Ok(Delivery::Unchanged(only.url.clone()));
            }
            (Some(oldest), _) => self.edit(oldest).await?,
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

    /// Whether a comment says this already: to the letter, or in all that its report found. Then it keeps the run that found it first.
    fn is_said_by(&self, note: &Note) -> bool {
        let Marker { head, digest, .. } = &self.marker;
        let is_found = !digest.is_empty() && note.marker.digest == *digest && note.marker.head == *head;
        note.said == self.said || (is_found && note.said.open == self.said.open)
    }

    /// That the head of the pull request is not what this report is about.
    fn moved_on(&self, standing: &Standing) -> Option<Delivery> {
        standing.moved_on(&self.marker.head).map(Delivery::Stale)
    }

    /// That a newer run has reported on the same head. Reports on other heads are out of date, whatever their run.
    fn overtaken(&self, own: &[Note]) -> Option<Delivery> {
        let newest =
            own.iter().map(|comment| &comment.marker).filter(|m| m.head == self.marker.head).max_by_key(|m| m.run)?;
        (newest.run > self.marker.run).then(|| Delivery::Overtaken(overtaken(newest.run)))
    }

    async fn edit(&self, oldest: &Note) -> Result<Written, Failure> {
        match self.place.edit(oldest, &self.said).await {
            Ok(()) => Ok(Written { url: oldest.url.clone(), how: How::Updated }),
            // Somebody deleted it between two calls.
            Err(Failure::Refused { status: 404, .. }) => self.create().await,
            Err(failure) => Err(failure),
        }
    }

    /// Creates the comment. When it is not clear whether it was created, the list says so before anything is sent again.
    async fn create(&self) -> Result<Written, Failure> {
        let mut last = Failure::Unclear("no answer".to_owned());
        let mut backoff = self.place.backoff();
        for attempt in 0..CREATIONS {
            if attempt > 0 {
                tokio::time::sleep_until((Instant::now() + backoff.next_wait()).min(self.place.end())).await;
            }
            last = match self.place.create(&self.marker.key, &self.said).await {
                Ok(url) => return Ok(Written { url, how: How::Created }),
                Err(failure @ Failure::Unclear(_)) => failure,
                Err(failure) => return Err(failure),
            };
            let found = self.place.written(&self.marker.key, &self.said.body).await.map_err(|_| last.clone())?;
            if let Some(url) = found {
                return Ok(Written { url, how: How::Created });
            }
        }
        Err(last)
    }

    /// Lists again: of several comments of ours the oldest stays, with the newest report; the others go.
    async fn heal(&self, written: &Written) -> Result<Delivery, Failure> {
        let own = self.place.own(&self.marker.key).await?;
        let Some(oldest) = own.first() else { return Ok(written.delivery(written.url.clone())) };
        let (newest, stale) = self.newest(&own).await?;
        if oldest.said != newest {
            self.place.edit(oldest, &newest).await?;
        }
        for duplicate in own.iter().skip(1) {
            self.place.delete(duplicate).await?;
        }
        Ok(match stale {
            Some(stale) => stale,
            None => written.delivery(oldest.url.clone()),
        })
    }

    /// The text that is to stay: ours, unless the head moved on meanwhile or a newer run reported on it; then also why.
    async fn newest(&self, own: &[Note]) -> Result<(Said, Option<Delivery>), Failure> {
        let others = own.iter().any(|comment| comment.marker.head != self.marker.head);
        let standing = if others { Some(self.place.standing().await?) } else { None };
        let head = standing.as_ref().map_or(&self.marker.head, |standing| &standing.head);
        let stale = standing.as_ref().and_then(|standing| self.moved_on(standing));
        let of_head = own.iter().filter(|comment| comment.marker.head == *head).max_by_key(|c| c.marker.run);
        match of_head {
            Some(newer) if stale.is_some() => Ok((newer.said.clone(), stale)),
            Some(newer) if newer.marker.run > self.marker.run => Ok((newer.said.clone(), self.overtaken(own))),
            _ => Ok((self.said.clone(), None)),
        }
    }
}

/// The clause for a report on a commit that a newer run has reported on.
pub(crate) fn overtaken((run, attempt): (u64, u64)) -> String {
    format!("run {run} (attempt {attempt}) has already reported on this commit")
}

impl Written {
    fn delivery(&self, url: String) -> Delivery {
        match self.how {
            How::Created => Delivery::Created(url),
            How::Updated => Delivery::Updated(url),
        }
    }
}
