//! A place in one of several trees.

use std::hash::{Hash, Hasher};

use crate::Tree;

/// A path in a tree. Two are one when they have the same path in the very same tree.
#[derive(Clone, Debug)]
pub struct TreePath {
    /// The tree.
    pub tree: Tree,
    /// A path in it.
    pub path: String,
}

impl PartialEq for TreePath {
    fn eq(&self, other: &TreePath) -> bool {
        self.tree.address() == other.tree.address() && self.path == other.path
    }
}

impl Eq for TreePath {}

impl Hash for TreePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tree.address().hash(state);
        self.path.hash(state);
    }
}
