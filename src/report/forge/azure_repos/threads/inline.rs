//! One thread for each finding on a line of the diff.
//!
//! List, plan, write; after new ones list once more, as another run may have begun the same. The list shows our report's thread, too: where a
//! newer run has reported on the same head, nothing is written.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::sent::Thread;
use super::{KEY_PROPERTY, MARKDOWN_PROPERTY, Threads, below};
use crate::azure_repos::pull_request::Known;
use crate::azure_repos::repository::Ask;
use crate::calls::{Failure, Kind, Repeat};
use crate::inline::plan::{Begun, Plan, Step, plan};
use crate::inline::{left_out, text};
use crate::marker::{InlineMarker, Marker, escape_key};
use crate::sticky::overtaken;
use crate::{InlineComment, InlineComments, InlinePlace};
use http::Method;

/// The property of a thread that holds the finding's identity.
const FINDING_PROPERTY: &str = "seatrial.finding";

/// Changed files that are asked for at once: as many as Azure DevOps gives.
const FILES: usize = 2_000;

/// How often files are asked for.
const MOST_PAGES: usize = 10;

/// What the list of threads says.
#[derive(Default)]
struct Listed {
    /// Ours on lines, oldest first.
    begun: Vec<Begun>,
    /// The newest run that has reported on our head.
    newest: Option<(u64, u64)>,
}

/// The files of an iteration, and the numbers under which they are followed through later ones.
type Files = HashMap<String, u64>;

impl Threads<'_> {
    /// Sees to it that each finding on a line has one thread. Gives back what was not written, as sentences.
    pub(crate) async fn keep_inline(&self, wanted: &InlineComments) -> Result<Vec<String>, Failure> {
        let key = escape_key(&wanted.key);
        // At the same time: what is known is as fresh as can be when something is written.
        let (listed, known) = tokio::try_join!(self.listed(&key, &wanted.head), self.pull.known())?;
        let stale = |clause: String| Ok(vec![format!("the inline threads were not written: {clause}")]);
        if let Some(outdated) = known.standing.outdates(&wanted.head) {
            return stale(outdated);
        }
        if let Some(newer) = listed.newest.filter(|newest| *newest > wanted.run) {
            return stale(overtaken(newer));
        }
        let Some(me) = self.me().await? else {
            return stale(
                "the token may not ask whom it belongs to, so its own threads cannot be told apart".to_owned(),
            );
        };
        tracing::debug!(me, begun = listed.begun.len(), "inline threads");
        let Plan { steps, left } = plan(&listed.begun, wanted);
        self.carry_out(&steps, &key, &known, wanted).await?;
        Ok(left_out(left, "inline thread").into_iter().collect())
    }

    async fn carry_out(
        &self,
        steps: &[Step<'_>],
        key: &str,
        known: &Known,
        wanted: &InlineComments,
    ) -> Result<(), Failure> {
        let begins = steps.iter().any(|step| matches!(step, Step::Begin(..)));
        let files = if begins { self.files(known.iteration).await } else { Files::new() };
        for step in steps {
            match step {
                Step::Begin(comment, place) => self.begin_on_line(comment, place, key, known, &files, wanted).await?,
                other => self.change(other).await?,
            }
        }
        if begins {
            // What another run has begun at the same time.
            let again = self.listed(key, &wanted.head).await?;
            for step in plan(&again.begun, wanted).steps.iter().filter(|step| step.is_about_a_twin()) {
                self.change(step).await?;
            }
        }
        Ok(())
    }

    /// Changes a thread that is there; one that is gone by now is as good.
    async fn change(&self, step: &Step<'_>) -> Result<(), Failure> {
        let changed = match step {
            Step::Begin(..) => Ok(()),
            Step::Say(thread, comment) => {
                let body = Some(json!({ "content": text(&thread.marker, comment) }));
                self.write(Method::PATCH, &below(thread.id, thread.comment), body, Repeat::Harmless).await.map(|_| ())
            }
            Step::Reopen(thread) => self.set_status(thread.id, "active").await,
            Step::Resolve(thread) => self.set_status(thread.id, "fixed").await,
            Step::CloseTwin(thread) => self.set_status(thread.id, "closed").await,
            Step::DeleteTwin(thread) => {
                let comment = below(thread.id, thread.comment);
                self.write(Method::DELETE, &comment, None, Repeat::Harmless).await.map(|_| ())
            }
        };
        match changed {
            Err(Failure::Refused { status: 404, .. }) => Ok(()),
            other => other,
        }
    }

    /// Begins a thread, sent once. When it is not clear whether it was begun, the list says so.
    async fn begin_on_line(
        &self,
        comment: &InlineComment,
        place: &InlinePlace,
        key: &str,
        known: &Known,
        files: &Files,
        wanted: &InlineComments,
    ) -> Result<(), Failure> {
        let marker = comment.marker(key);
        let mut body = json!({
            "comments": [{ "parentCommentId": 0, "content": text(&marker, comment), "commentType": "text" }],
            "status": "active",
            "properties": { KEY_PROPERTY: key, FINDING_PROPERTY: marker.finding, MARKDOWN_PROPERTY: 1 },
            "threadContext": context(place),
        });
        let followed = files.get(&place.path).zip(known.iteration);
        if let (Some((file, iteration)), Some(fields)) = (followed, body.as_object_mut()) {
            // Two equal iterations: the diff with the common commit of source and target.
            let compared = json!({ "firstComparingIteration": iteration, "secondComparingIteration": iteration });
            let context = json!({ "changeTrackingId": file, "iterationContext": compared });
            fields.insert("pullRequestThreadContext".to_owned(), context);
        }
        match self.begin(body).await {
            Ok(_) => Ok(()),
            Err(failure @ Failure::Unclear(_)) => {
                let listed = self.listed(key, &wanted.head).await.map_err(|_| failure.clone())?;
                let is_there = listed.begun.iter().any(|thread| thread.marker.finding == marker.finding);
                if is_there { Ok(()) } else { Err(failure) }
            }
            Err(failure) => Err(failure),
        }
    }

    /// Our threads on lines with this key, and how far others have reported on a head.
    async fn listed(&self, key: &str, head: &str) -> Result<Listed, Failure> {
        let mut found: Vec<(String, Found)> = Vec::new();
        let (me, ()) = tokio::try_join!(self.me(), self.list(|thread| found.extend(found_in(thread, key, head))))?;
        let mut listed = Listed::default();
        for (author, what) in found {
            if !me.is_some_and(|me| me.eq_ignore_ascii_case(&author)) {
                continue;
            }
            match what {
                Found::Line(begun) => listed.begun.push(begun),
                Found::Report(run) => listed.newest = listed.newest.max(Some(run)),
            }
        }
        listed.begun.sort_by_key(|thread| thread.id);
        Ok(listed)
    }

    /// The files of an iteration. A thread does without: then it is not followed where its line moves.
    async fn files(&self, iteration: Option<u64>) -> Files {
        let mut files = Files::new();
        let Some(iteration) = iteration else { return files };
        let mut skip = 0;
        for _ in 0..MOST_PAGES {
            let path = self.pull.path(&["iterations", &iteration.to_string(), "changes"]);
            let query = vec![("$top", FILES.to_string()), ("$skip", skip.to_string())];
            let ask = Ask { query, ..Ask::get(path) };
            let Ok(received) = self.repository.exchange(&ask, Kind::Page, self.end).await else { break };
            let Ok(page) = serde_json::from_slice::<Changes>(&received.body) else { break };
            let entries = page.change_entries.into_iter().filter_map(Change::named);
            files.extend(entries);
            if page.next_skip <= skip {
                break;
            }
            skip = page.next_skip;
        }
        files
    }
}

/// Files that an iteration changes, as Azure DevOps sends them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changes {
    #[serde(default)]
    change_entries: Vec<Change>,
    #[serde(default)]
    next_skip: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    #[serde(default)]
    change_tracking_id: Option<u64>,
    #[serde(default)]
    item: Option<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    path: Option<String>,
}

impl Change {
    /// Path from the root, without a slash at its beginning, and number.
    fn named(self) -> Option<(String, u64)> {
        let path = self.item?.path?;
        Some((path.strip_prefix('/').unwrap_or(&path).to_owned(), self.change_tracking_id?))
    }
}

/// What a thread of ours is.
enum Found {
    /// That of a finding on a line.
    Line(Begun),
    /// That of a report on the head, of a run.
    Report((u64, u64)),
}

/// A thread with our marker and this key, and who wrote it; whether it is ours that says.
fn found_in(thread: Thread<'_>, key: &str, head: &str) -> Option<(String, Found)> {
    let answered = thread.comments.more;
    if thread.is_deleted || thread.properties.key().is_some_and(|named| named != key) {
        return None;
    }
    let status = thread.status;
    let first = thread.comments.first?;
    let body = first.content.filter(|_| !first.is_deleted)?;
    let author = first.author.unwrap_or_default().id;
    if let Some(marker) = InlineMarker::parse(&body).filter(|marker| marker.key == key) {
        let body = body.replace("\r\n", "\n").trim_end().to_owned();
        let begun = Begun { id: thread.id, comment: first.id, marker, body, status, answered };
        return Some((author, Found::Line(begun)));
    }
    let marker = Marker::parse(&body).filter(|marker| marker.key == key && marker.head == head)?;
    Some((author, Found::Report(marker.run)))
}

fn context(place: &InlinePlace) -> Value {
    let (start, end) = place.offsets;
    json!({
        "filePath": format!("/{}", place.path),
        "rightFileStart": { "line": place.line, "offset": start },
        "rightFileEnd": { "line": place.end_line, "offset": end },
    })
}
