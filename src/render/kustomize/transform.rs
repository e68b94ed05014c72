//! The transformers that write one value into many objects: namespace, names, labels, images, replicas.

pub(crate) mod image_override;
pub(crate) mod image_reference;
pub(crate) mod images;
pub(crate) mod labels;
pub(crate) mod names;
pub(crate) mod namespace;
pub(crate) mod replicas;
pub(crate) mod value_add;
