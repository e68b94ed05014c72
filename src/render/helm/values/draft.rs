//! A tree that is shared and changed in place, as Go's maps and lists are: who holds a part of it sees what others change in it.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use seatrial_model::{Entry, Key, Node, Origin, Text};

/// A value that is being composed.
#[derive(Clone, Debug)]
pub(crate) enum Draft {
    /// A scalar, or a part that nobody has looked into.
    Frozen(Node),
    Map(Rc<RefCell<Map>>),
    List(Rc<RefCell<List>>),
}

/// A mapping; the shell is the node without its pairs.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    pub(crate) shell: Node,
    #[allow(clippy::mutable_key_type, reason = "a text is hashed by its letters, which never change")]
    entries: IndexMap<Text, (Key, Draft)>,
}

/// A list; the shell is the node without its items.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) shell: Node,
    pub(crate) items: Vec<Draft>,
}

impl Map {
    pub(crate) fn empty(origin: &Origin) -> Map {
        Map { shell: Node::mapping(Vec::new(), origin.clone()), entries: IndexMap::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Draft> {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Draft> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Key, &Draft)> {
        self.entries.values().map(|(key, value)| (key, value))
    }

    /// Replaces a value, or appends the pair.
    pub(crate) fn insert(&mut self, key: &Key, value: Draft) {
        match self.entries.get_mut(&*key.text) {
            Some((_, old)) => *old = value,
            None => {
                self.entries.insert(key.text.clone(), (key.clone(), value));
            }
        }
    }
}

impl Draft {
    pub(crate) fn map(map: Map) -> Draft {
        Draft::Map(Rc::new(RefCell::new(map)))
    }

    pub(crate) fn list(list: List) -> Draft {
        Draft::List(Rc::new(RefCell::new(list)))
    }

    pub(crate) fn origin(&self) -> Origin {
        match self {
            Draft::Frozen(node) => node.origin(),
            Draft::Map(map) => map.borrow().shell.origin(),
            Draft::List(list) => list.borrow().shell.origin(),
        }
    }

    /// Gives it another origin, for all who share it.
    pub(crate) fn set_origin(&mut self, origin: Origin) {
        match self {
            Draft::Frozen(node) => node.set_origin(origin),
            Draft::Map(map) => map.borrow_mut().shell.set_origin(origin),
            Draft::List(list) => list.borrow_mut().shell.set_origin(origin),
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        match self {
            Draft::Frozen(node) => node.is_mapping(),
            Draft::Map(_) => true,
            Draft::List(_) => false,
        }
    }

    /// Whether both are the very same value in memory.
    pub(crate) fn is_same(&self, other: &Draft) -> bool {
        match (self, other) {
            (Draft::Map(one), Draft::Map(other)) => Rc::ptr_eq(one, other),
            (Draft::List(one), Draft::List(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Makes one container changeable.
    pub(crate) fn thaw(&mut self) {
        let Draft::Frozen(node) = self else { return };
        let mut shell = node.clone();
        if node.is_mapping() {
            shell.set_entries(Vec::new());
            let pair =
                |entry: &Entry| (entry.key.text.clone(), (entry.key.clone(), Draft::Frozen(entry.value.clone())));
            // Of a key that is there twice the last one counts.
            let entries = node.entries().iter().map(pair).collect();
            *self = Draft::map(Map { shell, entries });
        } else if node.is_sequence() {
            shell.set_items(Vec::new());
            let items = node.items().iter().cloned().map(Draft::Frozen).collect();
            *self = Draft::list(List { shell, items });
        }
    }

    /// Makes all of it changeable.
    pub(crate) fn thaw_all(&mut self) {
        self.thaw();
        match self {
            Draft::Frozen(_) => {}
            Draft::Map(map) => map.borrow_mut().entries.values_mut().for_each(|(_, value)| value.thaw_all()),
            Draft::List(list) => list.borrow_mut().items.iter_mut().for_each(Draft::thaw_all),
        }
    }

    /// The tree that it is now.
    pub(crate) fn freeze(&self) -> Node {
        match self {
            Draft::Frozen(node) => node.clone(),
            Draft::Map(map) => {
                let map = map.borrow();
                let mut node = map.shell.clone();
                node.set_entries(
                    map.pairs().map(|(key, value)| Entry { key: key.clone(), value: value.freeze() }).collect(),
                );
                node
            }
            Draft::List(list) => {
                let list = list.borrow();
                let mut node = list.shell.clone();
                node.set_items(list.items.iter().map(Draft::freeze).collect());
                node
            }
        }
    }
}
