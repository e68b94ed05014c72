//! What the forges' APIs do differently, in one list: each answer lies in the forge's own folder.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use seatrial_transport::Redirects;

use super::Failure;
use crate::{azure_repos, github};

/// Whose API is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// GitHub's.
    GitHub,
    /// That of Azure DevOps.
    AzureRepos,
}

impl Dialect {
    /// How sentences name the server.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Dialect::GitHub => "GitHub",
            Dialect::AzureRepos => "Azure DevOps",
        }
    }

    /// Headers of every request.
    pub(crate) fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Dialect::GitHub => github::dialect::HEADERS,
            Dialect::AzureRepos => azure_repos::dialect::HEADERS,
        }
    }

    /// Whether redirects are followed: those of Azure DevOps lead to a page for signing in.
    pub(crate) fn redirects(self) -> Redirects<'static> {
        match self {
            Dialect::GitHub => Redirects::Follow(&[]),
            Dialect::AzureRepos => Redirects::Stop,
        }
    }

    /// What says "sign in" though its status says something else.
    pub(crate) fn sign_in(self, status: StatusCode, headers: &HeaderMap) -> Option<Failure> {
        match self {
            Dialect::GitHub => None,
            Dialect::AzureRepos => azure_repos::dialect::sign_in(status, headers),
        }
    }

    /// Whether an answer is a rate limit, and how long it asks to wait.
    #[allow(clippy::option_option, reason = "not limited, limited without a word, limited for so long")]
    pub(crate) fn limit(self, status: StatusCode, headers: &HeaderMap, message: &str) -> Option<Option<Duration>> {
        match self {
            Dialect::GitHub => github::dialect::limit(status, headers, message),
            Dialect::AzureRepos => azure_repos::dialect::limit(status, headers, message),
        }
    }

    /// The reason in the body of a refusal; empty for none.
    pub(crate) fn message(self, body: &str) -> String {
        match self {
            Dialect::GitHub => github::dialect::message(body),
            Dialect::AzureRepos => azure_repos::dialect::message(body),
        }
    }
}
