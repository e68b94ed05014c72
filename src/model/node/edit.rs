//! Changing a node in place. A change copies only the slices on the way to it.

use std::sync::Arc;

use super::{Comments, Derivation, Entries, Entry, Extra, Node, ScalarKind, Style, Value};
use crate::{Origin, SetBy, Text};

impl Node {
    /// Puts comments beside it.
    pub fn set_comments(&mut self, comments: Comments) {
        if !comments.is_empty() || self.extra.is_some() {
            self.extra_mut().comments = comments;
        }
    }

    /// Gives it an explicit tag.
    pub fn set_tag(&mut self, tag: Text) {
        self.extra_mut().tag = Some(tag);
    }

    /// Gives it a style.
    pub fn set_style(&mut self, style: Style) {
        self.style = style;
    }

    /// Gives a scalar another meaning, without touching its text.
    pub fn set_kind(&mut self, kind: ScalarKind) {
        self.kind = kind;
    }

    /// Records that this value was set by `by` at its own span over a value that came from `before`.
    pub fn set_over(&mut self, by: SetBy, before: Option<Origin>) {
        self.extra_mut().over = Origin::over(self.span, by, before).over;
    }

    /// Records the same as another node does of who set it, at its own span. The memory is shared, so that whoever sets all the parts of a
    /// value notes it once.
    pub fn share_over(&mut self, other: &Node) {
        let is_bare = |extra: &Arc<Extra>| extra.comments.is_empty() && extra.tag.is_none();
        if self.extra.as_ref().is_none_or(is_bare) && other.extra.as_ref().is_none_or(is_bare) {
            self.extra.clone_from(&other.extra);
        } else {
            self.extra_mut().over = other.extra.as_ref().and_then(|extra| extra.over.clone());
        }
    }

    /// Replaces the origin as a whole.
    pub fn set_origin(&mut self, origin: Origin) {
        self.span = origin.span;
        if origin.over.is_some() || self.extra.is_some() {
            self.extra_mut().over = origin.over;
        }
    }

    fn extra_mut(&mut self) -> &mut Extra {
        Arc::make_mut(self.extra.get_or_insert_with(Arc::default))
    }

    /// Pairs to change in place; copies the slice when it is shared.
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.value {
            Value::Mapping(entries) => entries.all_mut(),
            _ => &mut [],
        }
    }

    /// Pairs to change in place, where nobody else has them: they are not copied.
    pub fn own_entries_mut(&mut self) -> Option<&mut [Entry]> {
        match &mut self.value {
            Value::Mapping(entries) => entries.unshared(),
            _ => None,
        }
    }

    /// Items to change in place, where nobody else has them: they are not copied.
    pub fn own_items_mut(&mut self) -> Option<&mut [Node]> {
        match &mut self.value {
            Value::Sequence(items) => Arc::get_mut(items),
            _ => None,
        }
    }

    /// Values of the pairs to change in place; copies the pairs when they are shared.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let entries = match &mut self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        };
        entries.into_iter().flat_map(|entries| entries.values_mut())
    }

    /// Items to change in place; copies the slice when it is shared.
    pub fn items_mut(&mut self) -> &mut [Node] {
        match &mut self.value {
            Value::Sequence(items) => Arc::make_mut(items),
            _ => &mut [],
        }
    }

    /// The value of a key to change in place. Copies only the slices on the path, and none when the key is absent.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Mapping(entries) = &mut self.value else { return None };
        entries.value_mut(entries.position(key)?)
    }

    /// Sets a key: replaces its value, or appends the pair. Does nothing on a node that is not a mapping.
    pub fn set(&mut self, key: &str, value: Node) {
        if let Some(old) = self.get_mut(key) {
            *old = value;
            return;
        }
        if let Value::Mapping(entries) = &mut self.value {
            entries.push(Entry::new(key, value));
        }
    }

    /// Removes a key and gives its pair back.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let Value::Mapping(entries) = &mut self.value else { return None };
        Some(entries.remove(entries.position(key)?))
    }

    /// Replaces all pairs: the node becomes a mapping.
    pub fn set_entries(&mut self, entries: Vec<Entry>) {
        self.share_entries(entries.into());
    }

    /// The same with pairs that others may have, too.
    pub fn share_entries(&mut self, entries: Entries) {
        self.value = Value::Mapping(entries);
    }

    /// A container with each value that `change` makes another in its place; `None` where none is, and for scalars. What is known to be made
    /// of pairs is not made again, where `how` says what that is.
    pub fn with_each(&self, how: Option<Derivation>, change: &dyn Fn(&Node) -> Option<Node>) -> Option<Node> {
        let value = match &self.value {
            Value::Scalar(_) => return None,
            Value::Sequence(items) => Value::Sequence(each(items, change)?.into()),
            Value::Mapping(entries) => {
                let change = |entry: &Entry| Some(Entry { key: entry.key.clone(), value: change(&entry.value)? });
                Value::Mapping(match how {
                    Some(how) => entries.derive(how, || each(entries, change))?,
                    None => each(entries, change)?.into(),
                })
            }
        };
        Some(Node { value, ..self.clone() })
    }

    /// Replaces all items: the node becomes a sequence.
    pub fn set_items(&mut self, items: Vec<Node>) {
        self.value = Value::Sequence(items.into());
    }
}

/// A list with what became another in its place; `None` where nothing did.
fn each<T: Clone>(all: &[T], change: impl Fn(&T) -> Option<T>) -> Option<Vec<T>> {
    let mut copy: Option<Vec<T>> = None;
    for (at, one) in all.iter().enumerate() {
        let Some(new) = change(one) else { continue };
        if let Some(place) = copy.get_or_insert_with(|| all.to_vec()).get_mut(at) {
            *place = new;
        }
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Span};

    fn here() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    fn integer(text: &str) -> Node {
        Node::scalar(text, ScalarKind::Integer, Style::Plain, here())
    }

    #[test]
    fn a_change_in_a_clone_leaves_the_original_alone() {
        let inner = Node::mapping(vec![Entry::new("replicas", integer("1"))], here());
        let original = Node::mapping(vec![Entry::new("spec", inner)], here());
        let mut copy = original.clone();
        copy.get_mut("spec").expect("is there").set("replicas", integer("3"));
        assert_eq!(original.at(&["spec", "replicas"]).and_then(Node::as_i64), Some(1));
        assert_eq!(copy.at(&["spec", "replicas"]).and_then(Node::as_i64), Some(3));
        assert_ne!(original, copy);
    }

    #[test]
    fn who_set_it_is_shared_and_comments_stay() {
        let by = Node::null(Origin::over(here(), SetBy::Patch, None));
        let (mut bare, mut commented) = (integer("1"), integer("2"));
        commented.set_tag(Text::from_static("!x"));
        bare.share_over(&by);
        commented.share_over(&by);
        assert_eq!(bare.origin(), by.origin());
        assert_eq!(commented.origin(), by.origin());
        assert_eq!(commented.tag(), Some("!x"));
        assert!(bare.extra.zip(by.extra).is_some_and(|(one, other)| Arc::ptr_eq(&one, &other)));
    }

    #[test]
    fn set_appends_and_remove_gives_back() {
        let mut node = Node::mapping(vec![], here());
        node.set("a", integer("1"));
        node.set("b", integer("2"));
        assert_eq!(node.to_json(), serde_json::json!({"a": 1, "b": 2}));
        assert_eq!(node.remove("a").and_then(|e| e.value.as_i64()), Some(1));
        assert_eq!(node.to_json(), serde_json::json!({"b": 2}));
    }
}
