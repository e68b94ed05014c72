//! Threads as Azure DevOps sends them, as far as they matter. Of the comments only the first is kept.

use std::borrow::Cow;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A thread.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Thread<'a> {
    pub(super) id: u64,
    #[serde(borrow, default)]
    pub(super) comments: Comments<'a>,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) properties: Properties,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_deleted: bool,
}

impl Thread<'_> {
    /// Whether it is unresolved; `None` where it is neither.
    pub(super) fn open(&self) -> Option<bool> {
        match self.status.as_deref()? {
            "active" | "pending" => Some(true),
            "fixed" | "wontFix" | "closed" | "byDesign" => Some(false),
            _ => None,
        }
    }
}

/// A comment. What is deleted has no content.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment<'a> {
    pub(super) id: u64,
    #[serde(borrow, default)]
    pub(super) content: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) author: Option<Author>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_deleted: bool,
}

/// Who wrote a comment.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Author {
    pub(super) id: String,
}

/// The properties of a thread.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties {
    #[serde(rename = "seatrial.key")]
    key: Option<Value>,
}

impl Properties {
    /// Ours: values come as `{"$type": "System.String", "$value": "…"}`.
    pub(super) fn key(&self) -> Option<&str> {
        let value = self.key.as_ref()?;
        value.get("$value").unwrap_or(value).as_str()
    }
}

/// The first comment of a thread, and whether there are others that are not deleted.
#[derive(Default)]
pub(super) struct Comments<'a> {
    pub(super) first: Option<Comment<'a>>,
    pub(super) more: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Comments<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Comments<'a>, D::Error> {
        deserializer.deserialize_any(First(Comments::default()))
    }
}

struct First<'a>(Comments<'a>);

impl<'de: 'a, 'a> Visitor<'de> for First<'a> {
    type Value = Comments<'a>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of comments")
    }

    fn visit_unit<E>(self) -> Result<Comments<'a>, E> {
        Ok(self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut comments: A) -> Result<Comments<'a>, A::Error> {
        let mut kept = self.0;
        while let Some(comment) = comments.next_element::<Comment<'a>>()? {
            let is_first = kept.first.as_ref().is_none_or(|first| comment.id < first.id);
            let other = if is_first { kept.first.replace(comment) } else { Some(comment) };
            kept.more |= other.is_some_and(|other| !other.is_deleted);
        }
        Ok(kept)
    }
}

/// `null` is as good as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_there_is_of_a_thread() {
        let text = r##"{"id": 3, "status": "active", "isDeleted": null, "identities": null, "comments": [
            {"id": 2, "content": "reply", "author": {"id": "b"}}, {"id": 1, "content": "<!-- x -->\n# é\u0041", "author": {"id": "a"}}],
            "properties": {"seatrial.key": {"$type": "System.String", "$value": "k"}, "x": {"$type": "System.Int32", "$value": 1}}}"##;
        let thread: Thread<'_> = serde_json::from_str(text).expect("a thread");
        let open = thread.open();
        assert_eq!((thread.id, open, thread.is_deleted, thread.properties.key()), (3, Some(true), false, Some("k")));
        let first = thread.comments.first.expect("a comment");
        assert_eq!((first.id, first.content.as_deref()), (1, Some("<!-- x -->\n# éA")));
        assert!(thread.comments.more);
    }

    #[test]
    fn does_without_what_there_is_not() {
        let table = [
            (r#"{"id": 1}"#, None),
            (r#"{"id": 1, "comments": null, "properties": null, "status": "unknown"}"#, None),
            (r#"{"id": 1, "comments": [], "properties": {"seatrial.key": "k"}, "status": "fixed"}"#, Some("k")),
            (r#"{"id": 1, "comments": [{"id": 1, "isDeleted": true}, {"id": 2, "isDeleted": true}]}"#, None),
            (r#"{"id": 1, "comments": [{"id": 1, "author": null}], "properties": {"seatrial.key": 7}}"#, None),
        ];
        for (text, key) in table {
            let thread: Thread<'_> = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(thread.properties.key(), key, "{text}");
            assert!(!thread.comments.more, "{text}");
        }
    }
}
