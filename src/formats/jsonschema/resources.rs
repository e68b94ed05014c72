//! A document with schemas: its resources, each with an address and a draft, and their anchors.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use seatrial_golang::quote::quote;

use crate::draft::Draft;
use crate::json::Json;
use crate::pointer::{decoded, encoded, unescaped};

/// A schema with an address of its own.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) pointer: String,
    pub(crate) id: String,
    pub(crate) draft: Draft,
    pub(crate) anchors: BTreeMap<String, String>,
    pub(crate) dynamic_anchors: Vec<String>,
}

/// A document.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) url: Arc<str>,
    pub(crate) document: Arc<Json>,
    pub(crate) resources: BTreeMap<String, Resource>,
    pub(crate) by_id: HashMap<String, String>,
    pub(crate) processed: HashSet<String>,
}

impl Root {
    pub(crate) fn new(url: Arc<str>, document: Arc<Json>) -> Root {
        Root { url, document, resources: BTreeMap::new(), by_id: HashMap::new(), processed: HashSet::new() }
    }

    /// The resource that a schema belongs to.
    pub(crate) fn resource(&self, pointer: &str) -> Option<&Resource> {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return Some(resource);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// What a fragment of a resource points at.
    pub(crate) fn resolve_in(&self, fragment: &str, resource: &Resource) -> Result<String, String> {
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(format!("{}{fragment}", resource.pointer));
        }
        resource.anchors.get(fragment).cloned().ok_or_else(|| {
            let reference = format!("{}#{}", resource.id, encoded(fragment));
            format!("anchor in {} not found in schema {}", quote(&reference), quote(&self.url))
        })
    }

    /// What a URL with a fragment points at in this document; `None` where it is another one.
    pub(crate) fn resolve(&self, url: &str, fragment: &str) -> Result<Option<String>, String> {
        let pointer = if *url == *self.url { Some("") } else { self.by_id.get(url).map(String::as_str) };
        let Some(resource) = pointer.and_then(|pointer| self.resources.get(pointer)) else { return Ok(None) };
        self.resolve_in(fragment, resource).map(Some)
    }

    /// The value at a pointer.
    pub(crate) fn lookup(&self, pointer: &str) -> Result<&Json, String> {
        let place = || quote(&format!("{}#{}", self.url, encoded(pointer)));
        let mut value = &*self.document;
        for part in pointer.split('/').skip(1) {
            let name = unescaped(part).ok_or_else(|| format!("invalid json-pointer {}", place()))?;
            let inner = match value.as_list() {
                Some(items) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
                None => value.get(&name),
            };
            value = inner.ok_or_else(|| format!("json-pointer in {} not found", place()))?;
        }
        Ok(value)
    }

    /// Notes the anchors of a schema.
    pub(crate) fn collect_anchors(&mut self, schema: &Json, pointer: &str, owner: &str) -> Result<(), String> {
        let Some(draft) = self.resources.get(owner).map(|resource| resource.draft) else { return Ok(()) };
        if draft < Draft::Of2019 {
            if schema.get("$ref").is_some() {
                return Ok(());
            }
            if let Some(id) = schema.text_of(draft.id_keyword()) {
                let place = || quote(&format!("{}#{}", self.url, encoded(pointer)));
                let fragment = crate::pointer::split(id).1;
                let fragment = decoded(fragment).map_err(|_| format!("error in parsing anchor at {}", place()))?;
                if !fragment.is_empty() && !fragment.starts_with('/') {
                    self.add_anchor(&fragment, pointer, owner)?;
                }
            }
            return Ok(());
        }
        if let Some(anchor) = schema.text_of("$anchor") {
            self.add_anchor(anchor, pointer, owner)?;
        }
        if let Some(anchor) = schema.text_of("$dynamicAnchor").filter(|_| draft >= Draft::Of2020) {
            self.add_anchor(anchor, pointer, owner)?;
            if let Some(resource) = self.resources.get_mut(owner) {
                resource.dynamic_anchors.push(anchor.to_string());
            }
        }
        Ok(())
    }

    fn add_anchor(&mut self, anchor: &str, pointer: &str, owner: &str) -> Result<(), String> {
        let Some(resource) = self.resources.get_mut(owner) else { return Ok(()) };
        match resource.anchors.get(anchor) {
            Some(known) if known == pointer => {}
            Some(known) => {
                let [anchor, url, one, other] = [anchor, &self.url, known.as_str(), pointer].map(quote);
                return Err(format!("duplicate anchor {anchor} in {url} at {one} and {other}"));
            }
            None => {
                resource.anchors.insert(anchor.to_owned(), pointer.to_owned());
            }
        }
        Ok(())
    }
}
