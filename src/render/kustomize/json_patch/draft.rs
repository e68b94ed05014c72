//! An object while a JSON patch works on it: what an operation leads to is opened, so that it can be changed in place, and closed at the end.
//!
//! Pairs are looked up in an index, and what is removed leaves a gap; items lie in short pieces. So a patch takes a time that grows with its
//! operations, and not with their product with what they change.

#![allow(clippy::mutable_key_type, reason = "a text is hashed by its letters, which never change")]

use seatrial_model::{Entry, Key, Node, Origin, QuickMap, Span, Text};

/// Items of a piece at most.
const PIECE: usize = 512;

/// A value on its way.
#[derive(Debug)]
pub(crate) enum Draft {
    /// Nothing was looked for below it.
    Closed(Node),
    Mapping(Box<Pairs>),
    Sequence(Box<Items>),
}

/// The pairs of an opened mapping.
#[derive(Debug)]
pub(crate) struct Pairs {
    /// The mapping without its pairs.
    shell: Node,
    slots: Vec<Option<(Key, Draft)>>,
    index: QuickMap<Text, usize>,
}

/// The items of an opened list.
#[derive(Debug)]
pub(crate) struct Items {
    /// The list without its items.
    shell: Node,
    pieces: Vec<Vec<Draft>>,
    length: usize,
}

impl From<Node> for Draft {
    fn from(node: Node) -> Draft {
        Draft::Closed(node)
    }
}

impl Draft {
    /// The value as a node.
    pub(crate) fn to_node(&self) -> Node {
        match self {
            Draft::Closed(node) => node.clone(),
            Draft::Mapping(pairs) => {
                let pair = |(key, value): &(Key, Draft)| Entry { key: key.clone(), value: value.to_node() };
                pairs.around(pairs.slots.iter().flatten().map(pair).collect())
            }
            Draft::Sequence(items) => items.around(items.pieces.iter().flatten().map(Draft::to_node).collect()),
        }
    }

    /// The finished value.
    pub(crate) fn into_node(self) -> Node {
        match self {
            Draft::Closed(node) => node,
            Draft::Mapping(mut pairs) => {
                let slots = std::mem::take(&mut pairs.slots).into_iter().flatten();
                let entries = slots.map(|(key, value)| Entry { key, value: value.into_node() });
                pairs.around(entries.collect())
            }
            Draft::Sequence(mut items) => {
                let pieces = std::mem::take(&mut items.pieces).into_iter().flatten();
                items.around(pieces.map(Draft::into_node).collect())
            }
        }
    }

    /// Itself, without its content where that is opened.
    fn shell(&self) -> &Node {
        match self {
            Draft::Closed(node) => node,
            Draft::Mapping(pairs) => &pairs.shell,
            Draft::Sequence(items) => &items.shell,
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.shell().origin()
    }

    pub(crate) fn describe(&self) -> &'static str {
        self.shell().describe()
    }

    pub(crate) fn is_mapping(&self) -> bool {
        self.shell().is_mapping()
    }

    pub(crate) fn is_sequence(&self) -> bool {
        self.shell().is_sequence()
    }

    /// The keys of a mapping.
    pub(crate) fn keys(&self) -> Vec<&str> {
        match self {
            Draft::Closed(node) => node.entries().iter().map(|entry| entry.key.text.as_str()).collect(),
            Draft::Mapping(pairs) => pairs.slots.iter().flatten().map(|(key, _)| key.text.as_str()).collect(),
            Draft::Sequence(_) => Vec::new(),
        }
    }

    /// How many items a list has.
    pub(crate) fn length(&self) -> usize {
        match self {
            Draft::Closed(node) => node.items().len(),
            Draft::Mapping(_) => 0,
            Draft::Sequence(items) => items.length,
        }
    }

    /// Whether a cluster would see the same.
    pub(crate) fn is_equal(&self, other: &Node) -> bool {
        match self {
            Draft::Closed(node) => node == other,
            Draft::Mapping(pairs) => {
                let is_same = |(key, value): &(Key, Draft)| other.get(&key.text).is_some_and(|o| value.is_equal(o));
                other.is_mapping()
                    && pairs.index.len() == other.entries().len()
                    && pairs.slots.iter().flatten().all(is_same)
            }
            Draft::Sequence(items) => {
                other.is_sequence()
                    && items.length == other.items().len()
                    && items.pieces.iter().flatten().zip(other.items()).all(|(item, o)| item.is_equal(o))
            }
        }
    }

    /// What a segment of a path leads to.
    pub(crate) fn child(&mut self, segment: &str) -> Option<&mut Draft> {
        if self.is_sequence() {
            let at = index(segment, self.length())?;
            return self.items()?.get(at);
        }
        self.pairs()?.get(segment)
    }

    /// The pairs of a mapping, to change.
    pub(crate) fn pairs(&mut self) -> Option<&mut Pairs> {
        if let Draft::Closed(node) = self {
            if !node.is_mapping() {
                return None;
            }
            *self = Draft::Mapping(Box::new(Pairs::of(node)));
        }
        match self {
            Draft::Mapping(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The items of a list, to change.
    pub(crate) fn items(&mut self) -> Option<&mut Items> {
        if let Draft::Closed(node) = self {
            if !node.is_sequence() {
                return None;
            }
            *self = Draft::Sequence(Box::new(Items::of(node)));
        }
        match self {
            Draft::Sequence(items) => Some(items),
            _ => None,
        }
    }
}

impl Pairs {
    fn of(node: &mut Node) -> Pairs {
        let entries = node.entries().iter().cloned();
        let slots: Vec<_> = entries.map(|Entry { key, value }| Some((key, Draft::Closed(value)))).collect();
        let keys = node.entries().iter().map(|entry| entry.key.text.clone());
        let mut index = QuickMap::default();
        index.reserve(slots.len());
        for (position, key) in keys.enumerate() {
            index.entry(key).or_insert(position);
        }
        node.set_entries(Vec::new());
        Pairs { shell: node.clone(), slots, index }
    }

    fn around(&self, entries: Vec<Entry>) -> Node {
        let mut node = self.shell.clone();
        node.set_entries(entries);
        node
    }

    fn get(&mut self, key: &str) -> Option<&mut Draft> {
        let slot = self.slots.get_mut(*self.index.get(key)?)?;
        slot.as_mut().map(|(_, value)| value)
    }

    /// Replaces a value, or appends the pair, whose key is written at `place`.
    pub(crate) fn set(&mut self, key: &str, place: Span, value: Draft) {
        if let Some(old) = self.get(key) {
            *old = value;
            return;
        }
        let key = Key::new(key, place);
        self.index.insert(key.text.clone(), self.slots.len());
        self.slots.push(Some((key, value)));
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Draft> {
        let position = self.index.remove(key)?;
        self.slots.get_mut(position)?.take().map(|(_, value)| value)
    }
}

impl Items {
    fn of(node: &mut Node) -> Items {
        let length = node.items().len();
        let piece = |items: &[Node]| items.iter().cloned().map(Draft::Closed).collect();
        let pieces = node.items().chunks(PIECE).map(piece).collect();
        node.set_items(Vec::new());
        Items { shell: node.clone(), pieces, length }
    }

    fn around(&self, items: Vec<Node>) -> Node {
        let mut node = self.shell.clone();
        node.set_items(items);
        node
    }

    /// The piece that a position lies in, and the position in it; one behind the last item is in the last piece.
    fn locate(&self, mut at: usize) -> (usize, usize) {
        let last = self.pieces.len().saturating_sub(1);
        for (number, piece) in self.pieces.iter().enumerate() {
            if at < piece.len() || number == last {
                return (number, at);
            }
            at -= piece.len();
        }
        (0, at)
    }

    fn get(&mut self, at: usize) -> Option<&mut Draft> {
        let (piece, at) = self.locate(at);
        self.pieces.get_mut(piece)?.get_mut(at)
    }

    /// Inserts an item before the one at a position, or at the end.
    pub(crate) fn insert(&mut self, at: usize, item: Draft) {
        let (number, at) = self.locate(at);
        self.length += 1;
        let Some(piece) = self.pieces.get_mut(number) else {
            self.pieces.push(vec![item]);
            return;
        };
        piece.insert(at.min(piece.len()), item);
        if piece.len() > PIECE {
            let second = piece.split_off(PIECE / 2);
            self.pieces.insert(number + 1, second);
        }
    }

    pub(crate) fn remove(&mut self, at: usize) -> Option<Draft> {
        let (number, at) = self.locate(at);
        let piece = self.pieces.get_mut(number).filter(|piece| at < piece.len())?;
        let removed = piece.remove(at);
        if piece.is_empty() {
            self.pieces.remove(number);
        }
        self.length -= 1;
        Some(removed)
    }
}

/// An index below `length`; negative ones count from the end.
pub(crate) fn index(segment: &str, length: usize) -> Option<usize> {
    let index: i64 = segment.parse().ok()?;
    let length = i64::try_from(length).ok()?;
    let index = if index < 0 { index + length } else { index };
    usize::try_from(index).ok().filter(|_| index < length)
}
