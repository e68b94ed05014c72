//! Strategic merge of a patch into an object (kyaml: `yaml/merge2`, `yaml/walk`).

pub(crate) mod identified;
pub(crate) mod list;
pub(crate) mod strategic;
