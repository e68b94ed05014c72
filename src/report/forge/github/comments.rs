//! The comments of a pull request that carry our marker, and the calls that change them.

use std::borrow::Cow;

use http::Method;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::dialect::next_page;
use crate::Standing;
use crate::calls::{Answer, Api, Call, Failure, Kind, Repeat};
use crate::marker::Marker;
use crate::standing::MERGED;
use crate::sticky::{Note, Said};

/// Pages of a hundred that are read at most: four times what GitHub allows on one issue.
const MOST_PAGES: usize = 100;

/// Bytes of all pages together: five thousand comments of some thousand characters come to a tenth of it.
const MOST_OF_ALL_PAGES: usize = 128 << 20;

/// A comment with our marker; whether it is ours its author says.
#[derive(Clone, Debug)]
pub(crate) struct Marked {
    author: Author,
    note: Note,
}

/// Who wrote a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    login: String,
    bot: bool,
}

impl Author {
    /// An account; GraphQL names an App without the `[bot]` that REST puts behind it.
    fn new(login: &str, bot: bool) -> Author {
        Author { login: login.trim_end_matches("[bot]").to_owned(), bot: bot || login.ends_with("[bot]") }
    }

    fn of(json: &Value) -> Author {
        let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
        Author::new(text("login"), text("type") == "Bot")
    }
}

/// A comment as GitHub sends it.
#[derive(Deserialize)]
struct Sent<'a> {
    id: u64,
    #[serde(borrow, default)]
    body: Option<Cow<'a, str>>,
    #[serde(default)]
    user: Option<Account>,
    #[serde(default)]
    html_url: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Account {
    login: String,
    r#type: String,
}

impl Marked {
    /// `None` for a comment without our marker, or with another key.
    fn of(sent: Sent<'_>, key: &str) -> Option<Marked> {
        let body = sent.body?;
        let marker = Marker::parse(&body).filter(|marker| marker.key == key)?;
        let Account { login, r#type } = sent.user.unwrap_or_default();
        let said = Said { body: body.replace("\r\n", "\n").trim_end().to_owned(), open: None };
        let note = Note { id: sent.id, comment: sent.id, marker, said, url: sent.html_url, answered: false };
        Some(Marked { author: Author::new(&login, r#type == "Bot"), note })
    }
}

/// A page of comments, of which only those with this key are kept: the others are read and forgotten one by one.
struct Page<'a> {
    key: &'a str,
}

impl Page<'_> {
    fn parse(self, body: &[u8]) -> Result<Vec<Marked>, serde_json::Error> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let found = self.deserialize(&mut json)?;
        json.end().map(|()| found)
    }
}

impl<'de> DeserializeSeed<'de> for Page<'_> {
    type Value = Vec<Marked>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Marked>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Page<'_> {
    type Value = Vec<Marked>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of comments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut comments: A) -> Result<Vec<Marked>, A::Error> {
        let mut found = Vec::new();
        while let Some(sent) = comments.next_element::<Sent<'de>>()? {
            found.extend(Marked::of(sent, self.key));
        }
        Ok(found)
    }
}

/// The comments of one pull request.
pub(crate) struct Comments<'a> {
    pub(crate) api: &'a Api,
    pub(crate) owner: &'a str,
    pub(crate) name: &'a str,
    pub(crate) pull_request: u64,
    /// When all of it must be over.
    pub(crate) end: Instant,
    /// Who the token belongs to, once that is known.
    pub(crate) me: OnceCell<Author>,
}

impl Comments<'_> {
    /// All that carry a marker with this key, oldest first, whoever wrote them.
    async fn marked(&self, key: &str) -> Result<Vec<Marked>, Failure> {
        let mut url =
            self.api.url(&["repos", self.owner, self.name, "issues", &self.pull_request.to_string(), "comments"]);
        url.query_pairs_mut().append_pair("per_page", "100");
        let (mut found, mut read) = (Vec::new(), 0);
        for _ in 0..MOST_PAGES {
            let call = Call { method: Method::GET, url, body: None, repeat: Repeat::Harmless };
            let page = self.api.exchange(&call, Kind::Page, self.end).await?;
            read += page.body.len();
            if read > MOST_OF_ALL_PAGES {
                return Err(self
                    .api
                    .unhelpful(&call, &format!("more than {} MiB of comments", MOST_OF_ALL_PAGES >> 20)));
            }
            let marked = Page { key }.parse(&page.body);
            found.extend(marked.map_err(|_| self.api.unhelpful(&call, "something that is not a list of comments"))?);
            match next_page(&self.api.base, &page.headers) {
                Some(next) => url = next,
                None => break,
            }
        }
        found.sort_by_key(|comment: &Marked| comment.note.id);
        Ok(found)
    }

    /// Those of [`Comments::marked`] that the token's own account wrote: anybody can copy a marker.
    pub(crate) async fn own(&self, key: &str) -> Result<Vec<Note>, Failure> {
        let mut marked = self.marked(key).await?;
        if !marked.is_empty() {
            let me = self.me.get_or_try_init(|| self.ask_who_i_am()).await?;
            marked.retain(|comment| comment.author == *me);
        }
        Ok(marked.into_iter().map(|comment| comment.note).collect())
    }

    /// Whether the token's own account wrote something; `user` is as GitHub sends it.
    pub(crate) async fn is_own(&self, user: &Value) -> Result<bool, Failure> {
        let me = self.me.get_or_try_init(|| self.ask_who_i_am()).await?;
        Ok(Author::of(user) == *me)
    }

    /// The address of a comment of ours with exactly this text: whether a creation was carried out.
    pub(crate) async fn written(&self, key: &str, text: &str) -> Result<Option<String>, Failure> {
        let found = self.own(key).await?.into_iter().find(|note| note.said.body == text);
        Ok(found.map(|note| note.url))
    }

    /// Who the token belongs to. `GET /user` is refused to installation tokens; GraphQL's `viewer` answers them. Where neither does, it is
    /// taken for the token that a job of GitHub Actions is given.
    async fn ask_who_i_am(&self) -> Result<Author, Failure> {
        match self.get(self.api.url(&["user"])).await {
            Ok(answer) => return Ok(Author::of(&answer.json)),
            Err(Failure::Refused { status: 403 | 404, .. }) => {}
            Err(failure) => return Err(failure),
        }
        let body = Some(json!({ "query": "{ viewer { login } }" }));
        let call = Call { method: Method::POST, url: self.graphql(), body, repeat: Repeat::Harmless };
        let answer = self.api.call(&call, self.end).await;
        let login = answer.as_ref().map(|answer| answer.text("/data/viewer/login")).unwrap_or_default();
        Ok(Author::new(if login.is_empty() { "github-actions" } else { login }, true))
    }

    /// `https://HOST/api/graphql` beside `https://HOST/api/v3`, `/graphql` below api.github.com.
    fn graphql(&self) -> url::Url {
        let mut url = self.api.base.clone();
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/v3").unwrap_or(path).to_owned();
        url.set_path(&format!("{path}/graphql"));
        url
    }

    /// The pull request; its head is known.
    pub(crate) async fn pull(&self) -> Result<Answer, Failure> {
        let url = self.api.url(&["repos", self.owner, self.name, "pulls", &self.pull_request.to_string()]);
        let answer = self.get(url).await?;
        if answer.text("/head/sha").is_empty() {
            return Err(Failure::Refused { status: 200, message: "GitHub's answer names no head commit".to_owned() });
        }
        Ok(answer)
    }

    /// Where the pull request stands.
    pub(crate) async fn standing(&self) -> Result<Standing, Failure> {
        let pull = self.pull().await?;
        let own = format!("{}/{}", self.owner, self.name);
        let is_merged = pull.json.get("merged").and_then(Value::as_bool) == Some(true);
        let over = if is_merged { MERGED } else { "closed" };
        Ok(Standing {
            number: self.pull_request,
            head: pull.text("/head/sha").to_owned(),
            over: (pull.text("/state") == "closed").then(|| over.to_owned()),
            // Of a fork that was deleted there is no repository.
            is_from_a_fork: !pull.text("/head/repo/full_name").eq_ignore_ascii_case(&own),
        })
    }

    /// Writes a new comment, sent once, and gives its address.
    pub(crate) async fn create(&self, text: &str) -> Result<String, Failure> {
        let url = self.api.url(&["repos", self.owner, self.name, "issues", &self.pull_request.to_string(), "comments"]);
        let answer = self.write(Method::POST, url, Some(json!({ "body": text })), Repeat::Never).await?;
        // Nobody knows better who we are than the comment that we have just written.
        let _ = self.me.set(Author::of(answer.json.get("user").unwrap_or(&Value::Null)));
        Ok(answer.text("/html_url").to_owned())
    }

    /// Replaces a comment's text.
    pub(crate) async fn edit(&self, id: u64, text: &str) -> Result<(), Failure> {
        self.write(Method::PATCH, self.comment(id), Some(json!({ "body": text })), Repeat::Harmless).await.map(|_| ())
    }

    /// Deletes a comment; one that is gone already is as good.
    pub(crate) async fn delete(&self, id: u64) -> Result<(), Failure> {
        match self.write(Method::DELETE, self.comment(id), None, Repeat::Harmless).await {
            Ok(_) | Err(Failure::Refused { status: 404, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    fn comment(&self, id: u64) -> url::Url {
        self.api.url(&["repos", self.owner, self.name, "issues", "comments", &id.to_string()])
    }

    async fn get(&self, url: url::Url) -> Result<Answer, Failure> {
        let call = Call { method: Method::GET, url, body: None, repeat: Repeat::Harmless };
        self.api.call(&call, self.end).await
    }

    async fn write(
        &self,
        method: Method,
        url: url::Url,
        body: Option<Value>,
        repeat: Repeat,
    ) -> Result<Answer, Failure> {
        self.api.call(&Call { method, url, body, repeat }, self.end).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(page: &str) -> Option<Vec<u64>> {
        Page { key: "default" }.parse(page.as_bytes()).ok().map(|found| found.iter().map(|m| m.note.id).collect())
    }

    #[test]
    fn keeps_the_comments_with_our_key_and_forgets_the_others() {
        let marker = |key: &str| {
            Marker { key: key.to_owned(), head: "cafe".to_owned(), run: (1, 1), digest: String::new() }.to_string()
        };
        let page = json!([
            { "id": 1, "body": null, "user": null, "reactions": { "+1": [[[0]]] } },
            { "id": 2, "body": format!("{}\r\n# A\r\n", marker("default")), "user": { "login": "x[bot]" }, "html_url": "u" },
            { "id": 3, "body": format!("{}\n# B", marker("other")) },
            { "id": 4 },
        ]);
        let found = Page { key: "default" }.parse(page.to_string().as_bytes()).expect("a page");
        assert_eq!(found.len(), 1);
        let Marked { author, note } = &found[0];
        assert_eq!((note.id, note.url.as_str(), author), (2, "u", &Author::new("x", true)));
        assert_eq!(note.said.body, format!("{}\n# A", marker("default")));
    }

    #[test]
    fn what_is_not_a_list_of_comments_is_none() {
        assert_eq!(ids("[]"), Some(Vec::new()));
        for other in ["", "{}", "[0]", "[null]", "[{}]", "[] []", "[{\"id\": 1}", "<html>"] {
            assert_eq!(ids(other), None, "{other}");
        }
        assert_eq!(ids(&format!("[{{\"id\": 1, \"x\": {}", "[".repeat(1_000_000))), None);
    }
}
