//! Strategic merge of a patch into an object (kyaml: `yaml/merge2`, `yaml/walk`).
//!
//! `strategic`, `list` and `identified` use each other: an object holds lists, whose items are objects that are merged in the same way.

pub(crate) mod directive;
pub(crate) mod identified;
pub(crate) mod list;
pub(crate) mod strategic;
