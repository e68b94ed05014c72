//! What is known of kinds: which lists a strategic merge patch merges, and which kinds have no namespace
//! (kyaml: `openapi`). kustomize's own knowledge is in `merge_keys`, a repository's is read by `load/open_api`.

use std::sync::Arc;

use seatrial_model::Node;

use crate::objects::definitions::{Definitions, Shape};
use crate::objects::merge_keys::BUILT_IN;

/// References from one definition to the next are followed this often.
const DEEPEST: usize = 64;

/// What a build knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schemas {
    custom: Option<Arc<Definitions>>,
    /// Whether kustomize would have lost its own definitions to the custom ones.
    without_built_in: bool,
}

impl Schemas {
    /// The definitions of the repository instead of the built-in ones.
    pub(crate) fn only(custom: Definitions) -> Schemas {
        Schemas { custom: Some(Arc::new(custom)), without_built_in: true }
    }

    /// The definitions of the repository over the built-in ones.
    pub(crate) fn over_built_in(custom: Definitions) -> Schemas {
        Schemas { custom: Some(Arc::new(custom)), without_built_in: false }
    }

    /// The scopes of kinds that kustomize does not know by itself.
    pub(crate) fn scopes(&self) -> Option<Arc<Definitions>> {
        self.custom.clone().filter(|d| !d.scopes.is_empty())
    }

    /// The schema of something that says what kind of object it is.
    pub(crate) fn of_node(&self, node: &Node) -> Option<MergeSchema<'_>> {
        let text = |key| node.get(key).and_then(Node::scalar_text).filter(|t| !t.is_empty());
        self.of_type(text("apiVersion")?, text("kind")?)
    }

    /// The schema of a kind's objects.
    pub(crate) fn of_type(&self, api_version: &str, kind: &str) -> Option<MergeSchema<'_>> {
        let key = (api_version.to_owned(), kind.to_owned());
        let name = self.sources().find_map(|d| d.by_kind.get(&key))?;
        self.sources().find_map(|d| d.by_name.get(name)).and_then(|shape| self.resolve(shape))
    }

    fn sources(&self) -> impl Iterator<Item = &Definitions> {
        let built_in: Option<&Definitions> = (!self.without_built_in).then(|| &*BUILT_IN);
        self.custom.as_deref().into_iter().chain(built_in)
    }

    fn resolve<'a>(&'a self, shape: &'a Shape) -> Option<MergeSchema<'a>> {
        let mut shape = shape;
        for _ in 0..DEEPEST {
            let Some(name) = &shape.reference else { return Some(MergeSchema { schemas: self, shape }) };
            shape = self.sources().find_map(|d| d.by_name.get(name))?;
        }
        None
    }
}

/// Where the walk stands in the schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MergeSchema<'a> {
    schemas: &'a Schemas,
    shape: &'a Shape,
}

impl<'a> MergeSchema<'a> {
    /// The schema of a field.
    pub(crate) fn field(self, name: &str) -> Option<MergeSchema<'a>> {
        let shape = self.shape.fields.get(name).or(self.shape.rest.as_deref())?;
        self.schemas.resolve(shape)
    }

    /// The keys by which a list is merged: none for a list merged by value, `None` for a list that is replaced.
    pub(crate) fn merge_keys(self) -> Option<&'a [String]> {
        self.shape.merge_keys.as_deref()
    }

    /// The schema of a list's items.
    pub(crate) fn items(self) -> Option<MergeSchema<'a>> {
        self.schemas.resolve(self.shape.items.as_deref()?)
    }
}
