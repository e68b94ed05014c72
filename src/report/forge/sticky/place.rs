//! Where our comment is kept: the same few calls on each forge.

use seatrial_transport::Backoff;
use tokio::time::Instant;

use crate::Standing;
use crate::azure_repos::{self, Threads};
use crate::calls::Failure;
use crate::github::{self, Comments};
use crate::marker::Marker;

/// What a comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// Marker and Markdown: the whole text.
    pub(crate) body: String,
    /// Whether its thread is unresolved; `None` where there are no threads, or where it is neither.
    pub(crate) open: Option<bool>,
}

/// A comment of ours, with its marker.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// The comment's, or its thread's: the smallest is the oldest.
    pub(crate) id: u64,
    /// The comment's.
    pub(crate) comment: u64,
    pub(crate) marker: Marker,
    pub(crate) said: Said,
    pub(crate) url: String,
    /// Others have written below it.
    pub(crate) answered: bool,
}

/// The pull request's comments on a forge.
pub(crate) enum Place<'a> {
    GitHub(Comments<'a>),
    AzureRepos(Threads<'a>),
}

impl Place<'_> {
    /// Characters of a comment at most.
    pub(crate) fn limit(&self) -> usize {
        match self {
            Place::GitHub(_) => github::BODY_LIMIT,
            Place::AzureRepos(_) => azure_repos::THREAD_LIMIT,
        }
    }

    /// Characters of a text, as the forge counts them: Azure DevOps, being .NET, counts what is beyond 16 bits twice.
    pub(crate) fn length(&self, text: &str) -> usize {
        match self {
            Place::GitHub(_) => text.chars().count(),
            Place::AzureRepos(_) => text.encode_utf16().count(),
        }
    }

    /// What a thread is to be, where there are threads.
    pub(crate) fn open(&self, failing: bool) -> Option<bool> {
        match self {
            Place::GitHub(_) => None,
            Place::AzureRepos(_) => Some(failing),
        }
    }

    /// When all of it must be over.
    pub(crate) fn end(&self) -> Instant {
        match self {
            Place::GitHub(comments) => comments.end,
            Place::AzureRepos(threads) => threads.end,
        }
    }

    pub(crate) fn backoff(&self) -> Backoff {
        match self {
            Place::GitHub(comments) => comments.api.transport.backoff(),
            Place::AzureRepos(threads) => threads.repository.api.transport.backoff(),
        }
    }

    /// Our own comments with this key, oldest first: anybody can copy a marker.
    pub(crate) async fn own(&self, key: &str) -> Result<Vec<Note>, Failure> {
        match self {
            Place::GitHub(comments) => comments.own(key).await,
            Place::AzureRepos(threads) => threads.own(key).await,
        }
    }

    /// The address of a comment with exactly this text, once it is there: a creation whose answer was lost may have been carried out.
    pub(crate) async fn written(&self, key: &str, text: &str) -> Result<Option<String>, Failure> {
        match self {
            Place::GitHub(comments) => comments.written(key, text).await,
            Place::AzureRepos(threads) => threads.written(key, text).await,
        }
    }

    /// The pull request as it is now.
    pub(crate) async fn standing(&self) -> Result<Standing, Failure> {
        match self {
            Place::GitHub(comments) => comments.standing().await,
            Place::AzureRepos(threads) => threads.standing().await,
        }
    }

    /// Writes anew, sent once, and gives the address.
    pub(crate) async fn create(&self, key: &str, said: &Said) -> Result<String, Failure> {
        match self {
            Place::GitHub(comments) => comments.create(&said.body).await,
            Place::AzureRepos(threads) => threads.create(key, said).await,
        }
    }

    /// Makes a comment say this.
    pub(crate) async fn edit(&self, note: &Note, said: &Said) -> Result<(), Failure> {
        match self {
            Place::GitHub(comments) => comments.edit(note.id, &said.body).await,
            Place::AzureRepos(threads) => threads.edit(note, said).await,
        }
    }

    /// Deletes; what is gone already is as good.
    pub(crate) async fn delete(&self, note: &Note) -> Result<(), Failure> {
        match self {
            Place::GitHub(comments) => comments.delete(note.id).await,
            Place::AzureRepos(threads) => threads.delete(note).await,
        }
    }
}
