//! The pairs of a mapping. Few are one shared slice. Many can grow in place, and are looked up in an index once they are asked for often.
//! Those that were read from a file remember what is found out about them (`known`): many trees share them.

#![allow(clippy::mutable_key_type, reason = "a text is hashed by its letters, which never change")]

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use super::known::{Derivation, Known, Question};
use super::{Entry, Node};
use crate::{QuickMap, Text};

/// Pairs up to here are a slice: looking through it is as quick as an index.
const FEW: usize = 32;

/// Look-ups after which an index pays.
const LOOK_UPS: u32 = 8;

/// Pairs in the order written, shared by clones; a change copies them when they are shared.
#[derive(Clone)]
pub struct Entries(Repr);

#[derive(Clone)]
enum Repr {
    Few(Arc<[Entry]>),
    Kept(Arc<Kept>),
}

/// Pairs that are many, or that many trees share.
#[derive(Default)]
struct Kept {
    list: Vec<Entry>,
    /// The position of each key; of one that is there twice the first.
    #[allow(clippy::box_collection, reason = "most have none, and there are many of them")]
    index: OnceLock<Box<QuickMap<Text, usize>>>,
    look_ups: AtomicU32,
    known: Known,
}

impl Clone for Kept {
    fn clone(&self) -> Kept {
        Kept { list: self.list.clone(), ..Kept::default() }
    }
}

impl Kept {
    fn position(&self, key: &str) -> Option<usize> {
        if let Some(index) = self.index.get() {
            return index.get(key).copied();
        }
        if self.list.len() <= FEW || self.look_ups.fetch_add(1, Ordering::Relaxed) < LOOK_UPS {
            return self.list.iter().position(|entry| entry.key.text == *key);
        }
        let index = self.index.get_or_init(|| {
            let mut index = QuickMap::with_capacity_and_hasher(self.list.len(), Default::default());
            for (position, entry) in self.list.iter().enumerate() {
                index.entry(entry.key.text.clone()).or_insert(position);
            }
            Box::new(index)
        });
        index.get(key).copied()
    }
}

impl Entries {
    /// Pairs that many trees will share: what is found out about them is remembered.
    #[must_use]
    pub fn shared(list: Vec<Entry>) -> Entries {
        Entries::knowing(list, Known::default())
    }

    pub(super) fn knowing(list: Vec<Entry>, known: Known) -> Entries {
        Entries(Repr::Kept(Arc::new(Kept { list, known, ..Kept::default() })))
    }

    /// What is known of them, where they remember it.
    #[must_use]
    #[inline]
    pub fn known(&self) -> Option<&Known> {
        match &self.0 {
            Repr::Few(_) => None,
            Repr::Kept(kept) => Some(&kept.known),
        }
    }

    /// The answer to a question about all that lies in them; it must depend on nothing else.
    pub fn answer(&self, question: Question, find: impl FnOnce() -> bool) -> bool {
        match self.known() {
            Some(known) => known.answer(question, find),
            None => find(),
        }
    }

    /// What the pairs are made into; `None` where they stay as they are. `make` must depend on nothing else, and change nothing the second
    /// time.
    pub fn derive(&self, how: Derivation, make: impl FnOnce() -> Option<Vec<Entry>>) -> Option<Entries> {
        match self.known() {
            Some(known) => known.derive(how, make),
            None => make().map(Entries::from),
        }
    }

    /// Where a key stands.
    #[must_use]
    #[inline]
    pub fn position(&self, key: &str) -> Option<usize> {
        match &self.0 {
            Repr::Few(list) => list.iter().position(|entry| entry.key.text == *key),
            Repr::Kept(kept) => kept.position(key),
        }
    }

    /// Whether both are the very same pairs in memory.
    #[must_use]
    pub fn is_same(&self, other: &Entries) -> bool {
        match (&self.0, &other.0) {
            (Repr::Few(one), Repr::Few(other)) => Arc::ptr_eq(one, other),
            (Repr::Kept(one), Repr::Kept(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Makes the pairs this one's own, to change them: nothing is known of them any more.
    fn own(&mut self) -> &mut Repr {
        if let Repr::Kept(kept) = &mut self.0 {
            if kept.list.len() <= FEW {
                self.0 = Repr::Few(kept.list.as_slice().into());
            } else {
                Arc::make_mut(kept).known = Known::default();
            }
        }
        &mut self.0
    }

    /// The value at a position, to change.
    pub(super) fn value_mut(&mut self, position: usize) -> Option<&mut Node> {
        let entry = match self.own() {
            Repr::Few(list) => Arc::make_mut(list).get_mut(position),
            // The keys stay what they are, and so does the index.
            Repr::Kept(kept) => Arc::make_mut(kept).list.get_mut(position),
        };
        entry.map(|entry| &mut entry.value)
    }

    /// All values, to change.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let list = match self.own() {
            Repr::Few(list) => Arc::make_mut(list),
            Repr::Kept(kept) => Arc::make_mut(kept).list.as_mut_slice(),
        };
        list.iter_mut().map(|entry| &mut entry.value)
    }

    /// All pairs to change, keys included.
    pub(super) fn all_mut(&mut self) -> &mut [Entry] {
        match self.own() {
            Repr::Few(list) => Arc::make_mut(list),
            Repr::Kept(kept) => {
                let kept = Arc::make_mut(kept);
                kept.index = OnceLock::new();
                &mut kept.list
            }
        }
    }

    /// All pairs to change, where nobody else has them; none of those that remember what is known of them.
    pub(super) fn unshared(&mut self) -> Option<&mut [Entry]> {
        match &mut self.0 {
            Repr::Few(list) => Arc::get_mut(list),
            Repr::Kept(_) => None,
        }
    }

    /// Appends a pair whose key is not there.
    pub(super) fn push(&mut self, entry: Entry) {
        // They are copied in any case, and must not be twice.
        if self.len() < FEW {
            *self = self.iter().cloned().chain(std::iter::once(entry)).collect();
            return;
        }
        match self.own() {
            Repr::Few(list) => *self = list.iter().cloned().chain(std::iter::once(entry)).collect(),
            Repr::Kept(kept) => {
                let kept = Arc::make_mut(kept);
                if let Some(index) = kept.index.get_mut() {
                    index.entry(entry.key.text.clone()).or_insert(kept.list.len());
                }
                kept.list.push(entry);
            }
        }
    }

    /// Takes a pair out.
    pub(super) fn remove(&mut self, position: usize) -> Entry {
        let mut rest = match &mut self.0 {
            Repr::Few(list) => list.to_vec(),
            Repr::Kept(kept) => std::mem::take(&mut Arc::make_mut(kept).list),
        };
        let removed = rest.remove(position);
        *self = rest.into();
        removed
    }
}

/// What is known of the pairs is not part of them.
impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Deref for Entries {
    type Target = [Entry];

    #[inline]
    fn deref(&self) -> &[Entry] {
        match &self.0 {
            Repr::Few(list) => list,
            Repr::Kept(kept) => &kept.list,
        }
    }
}

impl From<Vec<Entry>> for Entries {
    fn from(list: Vec<Entry>) -> Entries {
        if list.len() <= FEW {
            return Entries(Repr::Few(list.into()));
        }
        Entries::shared(list)
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Entries {
        let entries = entries.into_iter();
        if entries.size_hint().1.is_some_and(|most| most <= FEW) {
            return Entries(Repr::Few(entries.collect()));
        }
        entries.collect::<Vec<Entry>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Span};

    fn entry(key: usize, value: &str) -> Entry {
        Entry::new(format!("k{key}"), Node::string(value, Span::new(FileId(0), 0, 0)))
    }

    #[test]
    fn many_pairs_are_found_whatever_was_done_to_them() {
        let mut entries: Entries = (0..FEW).map(|key| entry(key, "a")).collect();
        (FEW..4 * FEW).for_each(|key| entries.push(entry(key, "a")));
        let before = entries.clone();
        let find = |entries: &Entries, key: usize| entries.position(&format!("k{key}"));
        for key in 0..4 * FEW {
            assert_eq!(find(&entries, key), Some(key));
        }
        entries.push(entry(999, "b"));
        assert_eq!(find(&entries, 999), Some(4 * FEW));
        assert_eq!((find(&before, 999), before.len()), (None, 4 * FEW));
        entries.remove(0);
        assert_eq!((find(&entries, 0), find(&entries, 999)), (None, Some(4 * FEW - 1)));
        (0..20).for_each(|_| assert_eq!(find(&entries, 7), Some(6)));
        entries.all_mut()[6].key.text = "new".into();
        assert_eq!((find(&entries, 7), entries.position("new")), (None, Some(6)));
        if let Some(value) = entries.value_mut(6) {
            *value = entry(0, "changed").value;
        }
        assert_eq!(entries[6].value.as_str(), Some("changed"));
    }
}
