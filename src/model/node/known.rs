//! What is known of the pairs of a mapping that many trees share: each thing is found out by the first who asks, and remembered for all.
//!
//! The key is the mapping itself, as it lies in memory: whoever changes one gets pairs of his own, of which nothing is known.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use super::{Entries, Entry};

/// What is asked of all that lies in a mapping, to be answered with yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Question {
    /// Whether a key or a text has a `$`, which may begin a variable.
    HasDollar,
    /// Whether a text with several lines is folded.
    HasFolded,
    /// Whether kustomize can print it all, outside of brackets.
    IsPrintable,
    /// Whether there is anything that an image of a container could be.
    HasImage,
    /// Whether a strategic merge that says nothing of it leaves it as it is, whatever kind it is of.
    StaysUnmerged,
}

/// What pairs are made into, always in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// The pairs as they are printed, outside of brackets: in order.
    Ordered,
    /// As they come back from JSON: texts in the quotes that they need.
    Restyled,
    /// As they come back from JSON: numbers as floats.
    Renumbered,
}

/// What is known so far.
#[derive(Debug, Default)]
pub struct Known {
    /// Two bits for each question: whether it is answered, and with yes.
    answers: AtomicU16,
    /// What they are made into, by [`Derivation`]; `None` where they stay as they are.
    derived: [OnceLock<Option<Entries>>; 3],
    /// How much lies in them, in the measures of whoever counts.
    size: OnceLock<[usize; 4]>,
    /// Whether they were printed before.
    is_printed: AtomicBool,
    printed: OnceLock<Printed>,
    /// What they fit.
    fits: OnceLock<Fit>,
    /// The shape that they have.
    shape: OnceLock<Shaped>,
}

/// Pairs in print.
#[derive(Debug)]
struct Printed {
    indent: usize,
    text: Box<str>,
}

/// What pairs may fit: whoever checks them gives each schema, and each way to look at it, numbers of its own.
pub type Fit = [usize; 3];

/// A shape that pairs may have: whoever looks at it gives each shape, and each way to look at it, numbers of its own.
pub type Shaped = [usize; 2];

impl Known {
    /// Of what came of a derivation, which changes nothing the second time.
    fn derived(how: Derivation) -> Known {
        let known = Known::default();
        known.derived[how as usize].get_or_init(|| None);
        known
    }

    pub(super) fn answer(&self, question: Question, find: impl FnOnce() -> bool) -> bool {
        let is_answered = 1_u16 << (2 * question as u16);
        let is_yes = is_answered << 1;
        // Whoever asks at the same time finds the same answer, which is written in one piece.
        let known = self.answers.load(Ordering::Relaxed);
        if known & is_answered != 0 {
            return known & is_yes != 0;
        }
        let yes = find();
        self.answers.fetch_or(if yes { is_answered | is_yes } else { is_answered }, Ordering::Relaxed);
        yes
    }

    /// The text of the pairs that are indented so far.
    #[must_use]
    pub fn printed(&self, indent: usize) -> Option<&str> {
        self.printed.get().filter(|printed| printed.indent == indent).map(|printed| &*printed.text)
    }

    /// Whether their text is to be kept, as they are printed for the second time.
    pub fn is_printed_again(&self) -> bool {
        self.is_printed.swap(true, Ordering::Relaxed)
    }

    /// Keeps the text of the pairs.
    pub fn keep_printed(&self, indent: usize, text: &str) {
        self.printed.get_or_init(|| Printed { indent, text: text.into() });
    }

    /// Whether they are known to fit.
    #[must_use]
    pub fn fits(&self, what: Fit) -> bool {
        self.fits.get() == Some(&what)
    }

    /// Notes that they fit. What they fit first is remembered: hardly any pairs are checked against different schemas.
    pub fn note_fit(&self, what: Fit) {
        self.fits.get_or_init(|| what);
    }

    /// Whether they are known to have a shape.
    #[must_use]
    pub fn has_shape(&self, what: Shaped) -> bool {
        self.shape.get() == Some(&what)
    }

    /// Notes that they have a shape. The first one is remembered.
    pub fn note_shape(&self, what: Shaped) {
        self.shape.get_or_init(|| what);
    }

    /// How much lies in them.
    pub fn size(&self, count: impl FnOnce() -> [usize; 4]) -> [usize; 4] {
        *self.size.get_or_init(count)
    }

    pub(super) fn derive(&self, how: Derivation, make: impl FnOnce() -> Option<Vec<Entry>>) -> Option<Entries> {
        let make = || make().map(|list| Entries::knowing(list, Known::derived(how)));
        self.derived[how as usize].get_or_init(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, FileId, Node, Span};

    fn pairs(texts: &[&str]) -> Node {
        let here = Span::new(FileId(0), 0, 0);
        let list = texts.iter().map(|text| Entry::new(*text, Node::string(*text, here))).collect();
        let mut node = Node::mapping(Vec::new(), here);
        node.share_entries(Entries::shared(list));
        node
    }

    fn entries(node: &Node) -> &Entries {
        match node.value() {
            crate::Value::Mapping(entries) => entries,
            _ => panic!("a mapping"),
        }
    }

    #[test]
    fn a_question_is_answered_once() {
        let node = pairs(&["a", "b"]);
        assert!(entries(&node).answer(Question::HasDollar, || true));
        assert!(entries(&node).answer(Question::HasDollar, || panic!("it is answered")));
        assert!(!entries(&node).answer(Question::HasFolded, || false));
        assert!(!entries(&node).answer(Question::HasFolded, || panic!("it is answered")));
    }

    #[test]
    fn nothing_is_known_of_what_was_changed() {
        let long: Vec<String> = (0..100).map(|key| format!("k{key}")).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        for texts in [&["k0", "b"][..], &long] {
            let node = pairs(texts);
            assert!(entries(&node).answer(Question::HasDollar, || true));
            let changes: [fn(&mut Node); 5] = [
                |node| assert!(node.get_mut("k0").is_some()),
                |node| node.set("new", Node::null(Span::new(FileId(0), 0, 0))),
                |node| drop(node.remove("k0")),
                |node| assert!(!node.entries_mut().is_empty()),
                |node| node.values_mut().for_each(drop),
            ];
            for change in changes {
                // Also where nobody else has it.
                for mut changed in [node.clone(), pairs(texts)] {
                    assert!(entries(&changed).answer(Question::HasDollar, || true));
                    change(&mut changed);
                    assert!(!entries(&changed).answer(Question::HasDollar, || false));
                }
            }
        }
    }

    #[test]
    fn a_text_is_kept_of_one_indentation_and_a_fit_of_one_schema() {
        let node = pairs(&["a"]);
        let known = entries(&node).known().expect("they remember");
        assert!(!known.is_printed_again() && known.is_printed_again());
        known.keep_printed(2, "a: a");
        assert_eq!((known.printed(2), known.printed(4)), (Some("a: a"), None));
        known.note_fit([1, 2, 3]);
        known.note_fit([4, 5, 6]);
        assert!(known.fits([1, 2, 3]) && !known.fits([4, 5, 6]));
    }

    #[test]
    fn what_is_ordered_stays_as_it_is() {
        let node = pairs(&["b", "a"]);
        let reversed = || Some(entries(&node).iter().rev().cloned().collect());
        let by = Derivation::Ordered;
        let ordered = entries(&node).derive(by, reversed).expect("they are not in order");
        let again = entries(&node).derive(by, || panic!("it is known")).expect("they are not in order");
        assert!(ordered.is_same(&again));
        assert!(ordered.derive(by, || panic!("they are in order")).is_none());
        assert!(ordered.derive(Derivation::Restyled, || Some(Vec::new())).is_some(), "that is another question");
    }
}
