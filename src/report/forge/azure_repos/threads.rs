//! The threads of a pull request that carry our marker, and the calls that change them.
//!
//! A thread is ours when its first comment has our marker on its first line and was written by whom the token belongs to. Its property says
//! the key once more; a thread with another key there is not ours, one without is (not every server keeps properties).

mod inline;
mod sent;

use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::each::each;
use super::pull_request::PullRequest;
use super::refusal::{Purpose, sentence};
use super::repository::{Ask, Repository};
use crate::Standing;
use crate::calls::{Failure, Kind, Repeat};
use crate::marker::Marker;
use crate::sticky::{Note, Said};
use sent::Thread;

/// The property of a thread that holds our key.
const KEY_PROPERTY: &str = "seatrial.key";

/// Without it, old servers show the Markdown as it is written.
const MARKDOWN_PROPERTY: &str = "Microsoft.TeamFoundation.Discussion.SupportsMarkdown";

const RESOLVE: Purpose =
    Purpose { what: "resolve the thread of the report", permission: "Contribute to pull requests" };
const REOPEN: Purpose = Purpose { what: "reopen the thread of the report", permission: "Contribute to pull requests" };

/// The threads of one pull request.
pub(crate) struct Threads<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) pull_request: u64,
    /// When all of it must be over.
    pub(crate) end: Instant,
    pull: PullRequest<'a>,
}

impl<'a> Threads<'a> {
    pub(crate) fn of(pull: PullRequest<'a>) -> Threads<'a> {
        Threads { repository: pull.repository, pull_request: pull.number, end: pull.end, pull }
    }

    /// The pull request as it is now.
    pub(crate) async fn standing(&self) -> Result<Standing, Failure> {
        self.pull.standing().await
    }

    /// Our own threads with this key, oldest first: anybody can copy a marker. While it is not known who we are none is taken for ours; once we
    /// have written one, its author says it.
    pub(crate) async fn own(&self, key: &str) -> Result<Vec<Note>, Failure> {
        // At the same time: what is listed is as fresh as can be when it is changed.
        let (me, marked) = tokio::try_join!(self.me(), self.marked(key))?;
        let ours = |author: &str| me.is_some_and(|me| me.eq_ignore_ascii_case(author));
        Ok(marked.into_iter().filter(|(author, _)| ours(author)).map(|(_, note)| note).collect())
    }

    /// The address of a thread with exactly this text, which holds the run that it is of: whether a creation was carried out. Who wrote it does
    /// not matter while it is not known who we are.
    pub(crate) async fn written(&self, key: &str, text: &str) -> Result<Option<String>, Failure> {
        let (me, marked) = tokio::try_join!(self.me(), self.marked(key))?;
        let ours = |author: &str| me.is_none_or(|me| me.eq_ignore_ascii_case(author));
        let found = marked.into_iter().find(|(author, note)| ours(author) && note.said.body == text);
        Ok(found.map(|(author, note)| {
            let _ = self.repository.identity.wrote.set(author);
            note.url
        }))
    }

    /// Who we are, as far as it is known.
    async fn me(&self) -> Result<Option<&str>, Failure> {
        let identity = &self.repository.identity;
        match identity.wrote.get() {
            Some(me) => Ok(Some(me)),
            None => Ok(identity.asked.get_or_try_init(|| self.ask_who_i_am()).await?.as_deref()),
        }
    }

    /// All that carry a marker with this key, oldest first, and who wrote them.
    async fn marked(&self, key: &str) -> Result<Vec<(String, Note)>, Failure> {
        let mut found = Vec::new();
        self.list(|thread| found.extend(self.of_ours(thread, key))).await?;
        found.sort_by_key(|(_, note): &(String, Note)| note.id);
        Ok(found)
    }

    /// Gives each thread that there is.
    async fn list(&self, take: impl FnMut(Thread<'_>)) -> Result<(), Failure> {
        let ask = Ask::get(self.pull.path(&["threads"]));
        let received = self.repository.exchange(&ask, Kind::Threads, self.end).await?;
        let read = each(&received.body, take);
        read.map_err(|_| self.repository.unhelpful(&ask, "something that is not a list of threads"))
    }

    /// `None` for a thread without our marker, or with another key.
    fn of_ours(&self, thread: Thread<'_>, key: &str) -> Option<(String, Note)> {
        let open = thread.open();
        let answered = thread.comments.more;
        if thread.is_deleted || thread.properties.key().is_some_and(|named| named != key) {
            return None;
        }
        let first = thread.comments.first?;
        let body = first.content.filter(|_| !first.is_deleted)?;
        let marker = Marker::parse(&body).filter(|marker| marker.key == key)?;
        let said = Said { body: body.replace("\r\n", "\n").trim_end().to_owned(), open };
        let note = Note { id: thread.id, comment: first.id, marker, said, url: self.address(thread.id), answered };
        Some((first.author.unwrap_or_default().id, note))
    }

    async fn ask_who_i_am(&self) -> Result<Option<String>, Failure> {
        match self.repository.connection(self.end).await {
            Ok(answer) => Ok(Some(answer.text("/authenticatedUser/id").to_owned()).filter(|id| !id.is_empty())),
            // A token that is not accepted at all fails with the list, too.
            Err(Failure::Refused { status: 400 | 401 | 403 | 404, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Writes a new thread, sent once, and gives its address.
    pub(crate) async fn create(&self, key: &str, said: &Said) -> Result<String, Failure> {
        let body = json!({
            "comments": [{ "parentCommentId": 0, "content": said.body, "commentType": "text" }],
            "status": status(said.open.unwrap_or_default()),
            "properties": { KEY_PROPERTY: key, MARKDOWN_PROPERTY: 1 },
        });
        self.begin(body).await.map(|id| self.address(id))
    }

    /// Writes a new thread, sent once, and gives its id.
    async fn begin(&self, body: Value) -> Result<u64, Failure> {
        let answer = self.write(Method::POST, &[], Some(body), Repeat::Never).await?;
        let author = answer.pointer("/comments/0/author/id").and_then(Value::as_str).unwrap_or_default();
        if !author.is_empty() {
            let _ = self.repository.identity.wrote.set(author.to_owned());
        }
        // A proxy's answer, for instance: the list says whether there is a thread.
        let id = answer.pointer("/id").and_then(Value::as_u64);
        id.ok_or_else(|| Failure::Unclear("Azure DevOps answered without a thread".to_owned()))
    }

    /// Makes a thread say this: only what differs is sent.
    pub(crate) async fn edit(&self, note: &Note, said: &Said) -> Result<(), Failure> {
        if note.said.body != said.body {
            let body = Some(json!({ "content": said.body }));
            self.write(Method::PATCH, &below(note.id, note.comment), body, Repeat::Harmless).await?;
        }
        match said.open.filter(|_| note.said.open != said.open) {
            None => Ok(()),
            Some(open) => self.settle(note, open).await,
        }
    }

    /// Its text stands by now: what is missing is said by itself.
    async fn settle(&self, note: &Note, open: bool) -> Result<(), Failure> {
        let purpose = if open { REOPEN } else { RESOLVE };
        let partly = |failure| {
            Failure::Partly(format!("the report is on the pull request, but {}", sentence(&failure, purpose)))
        };
        self.set_status(note.id, status(open)).await.map_err(partly)
    }

    /// Deletes our comment, and with it the thread, unless others have written there: then it is closed. What is gone already is as good.
    pub(crate) async fn delete(&self, note: &Note) -> Result<(), Failure> {
        match self.write(Method::DELETE, &below(note.id, note.comment), None, Repeat::Harmless).await {
            Ok(_) | Err(Failure::Refused { status: 404, .. }) => {}
            Err(failure) => return Err(failure),
        }
        if note.answered && note.said.open != Some(false) {
            return self.set_status(note.id, status(false)).await;
        }
        Ok(())
    }

    async fn set_status(&self, thread: u64, status: &str) -> Result<(), Failure> {
        let body = Some(json!({ "status": status }));
        self.write(Method::PATCH, &[thread.to_string()], body, Repeat::Harmless).await.map(|_| ())
    }

    /// Where people find a thread.
    fn address(&self, thread: u64) -> String {
        let mut url = self.repository.page(self.pull_request);
        url.query_pairs_mut().append_pair("discussionId", &thread.to_string());
        url.into()
    }

    async fn write(
        &self,
        method: Method,
        segments: &[String],
        body: Option<Value>,
        repeat: Repeat,
    ) -> Result<Value, Failure> {
        let mut path = self.pull.path(&["threads"]);
        path.extend(segments.iter().cloned());
        let answer = self.repository.call(&Ask { method, path, query: Vec::new(), body, repeat }, self.end).await?;
        Ok(answer.json)
    }
}

/// A comment of a thread, below all threads.
fn below(thread: u64, comment: u64) -> [String; 3] {
    [thread.to_string(), "comments".to_owned(), comment.to_string()]
}

fn status(open: bool) -> &'static str {
    if open { "active" } else { "closed" }
}
