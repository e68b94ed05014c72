//! What statuses a pull request has, and what they are called.

use serde::Deserialize;

use super::each::each;
use super::pull_request::PullRequest;
use super::repository::Ask;
use crate::calls::{Failure, Kind};
use crate::{CommitStatus, StatusState};

/// The genre of our statuses; their name is the report's key.
pub(super) const GENRE: &str = "seatrial";

/// A status as Azure DevOps sends it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id: u64,
    #[serde(default)]
    state: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    target_url: Option<String>,
    #[serde(default)]
    context: Context,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Context {
    genre: Option<String>,
    name: Option<String>,
}

impl PullRequest<'_> {
    /// Those of the same name, the newest first.
    pub(super) async fn statuses(&self, of: &CommitStatus) -> Result<Vec<CommitStatus>, Failure> {
        let ask = Ask::get(self.path(&["statuses"]));
        let received = self.repository.exchange(&ask, Kind::Page, self.end).await?;
        let mut found: Vec<(u64, CommitStatus)> = Vec::new();
        let read = each(&received.body, |sent: Sent| found.extend(sent.of(of)));
        read.map_err(|_| self.repository.unhelpful(&ask, "something that is not a list of statuses"))?;
        found.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
        Ok(found.into_iter().map(|(_, status)| status).collect())
    }
}

impl Sent {
    fn of(self, of: &CommitStatus) -> Option<(u64, CommitStatus)> {
        let Context { genre, name } = self.context;
        if genre.as_deref() != Some(GENRE) || name.as_deref() != Some(name_of(&of.context)) {
            return None;
        }
        let state = StatusState::ALL.into_iter().find(|state| state_of(*state) == self.state)?;
        let description = self.description.unwrap_or_default();
        Some((self.id, CommitStatus { context: of.context.clone(), state, description, target_url: self.target_url }))
    }
}

/// The name within our genre, which says already whose status it is.
pub(super) fn name_of(context: &str) -> &str {
    context.strip_prefix("seatrial/").filter(|key| !key.is_empty()).unwrap_or(context)
}

pub(super) fn state_of(state: StatusState) -> &'static str {
    match state {
        StatusState::Success => "succeeded",
        StatusState::Failure => "failed",
        StatusState::Error => "error",
        StatusState::Pending => "pending",
    }
}
