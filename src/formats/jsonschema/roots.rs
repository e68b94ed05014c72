//! Documents by their URLs: the schema itself, the metaschemas, and what is known of others without fetching them.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_golang::quote::quote;

use crate::draft::Draft;
use crate::json::{Data, Json};
use crate::meta;
use crate::pointer::{encoded, split};
use crate::resources::{Resource, Root};
use crate::schema::UnknownKind;
use crate::url;

/// The documents.
#[derive(Debug, Default)]
pub(crate) struct Roots(HashMap<Arc<str>, Root>);

/// What keeps a document from being used.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It lies elsewhere, and is not fetched.
    Unknown(UnknownKind, String),
    /// It is wrong; Go's words, and the pointer at which it is wrong.
    Wrong(String, Option<String>),
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Refusal::Wrong(message, None)
    }
}

impl Roots {
    pub(crate) fn get(&self, url: &str) -> Option<&Root> {
        self.0.get(url)
    }

    /// Adds a document, and finds the schemas in it.
    pub(crate) fn add(&mut self, url: &str, document: &Arc<Json>) -> Result<(), Refusal> {
        let mut root = Root::new(url.into(), Arc::clone(document));
        collect(&mut root, document, url, "", Draft::Of2020)?;
        self.0.insert(root.url.clone(), root);
        Ok(())
    }

    /// Makes sure that a document is here. It is new if it still has to be held against its metaschema.
    pub(crate) fn load(&mut self, url: &str) -> Result<bool, Refusal> {
        if self.0.contains_key(url) {
            return Ok(false);
        }
        if let Some(document) = meta::document(url) {
            self.add(url, &document)?;
            return Ok(false);
        }
        match loader(url)? {
            // Helm takes anything for what it cannot resolve.
            Loader::Urn => self.add(url, &Arc::new(Json::of(Data::Bool(true)))).map(|()| true),
            Loader::Http => Err(Refusal::Unknown(UnknownKind::Remote, url.to_owned())),
            Loader::File => Err(Refusal::Unknown(UnknownKind::File, url.to_owned())),
        }
    }

    /// Makes sure that the schemas at a pointer are known, wherever in the document it leads. It is new if it was not known before.
    pub(crate) fn ensure(&mut self, url: &str, pointer: &str) -> Result<bool, Refusal> {
        let Some(root) = self.0.get_mut(url) else { return Ok(false) };
        if root.processed.contains(pointer) {
            return Ok(false);
        }
        root.lookup(pointer)?;
        let document = Arc::clone(&root.document);
        let Some(owner) = root.resource(pointer).cloned() else { return Ok(false) };
        let schema = value_at(&document, pointer).unwrap_or(&document);
        collect(root, schema, &owner.id, pointer, owner.draft)?;
        if !root.resources.contains_key(pointer) {
            let own = root.resource(pointer).map(|resource| resource.pointer.clone()).unwrap_or_default();
            root.collect_anchors(schema, pointer, &own)?;
        }
        Ok(true)
    }
}

/// What Helm loads a document with.
enum Loader {
    Http,
    File,
    Urn,
}

/// What Helm loads the document of a URL with.
fn loader(url: &str) -> Result<Loader, Refusal> {
    let wrong = |why: String| Refusal::Wrong(format!("failing loading {}: {why}", quote(url)), None);
    if let Some(why) = url::wrong_with(url) {
        return Err(wrong(why));
    }
    match url::scheme(url).as_str() {
        "urn" => Ok(Loader::Urn),
        "http" | "https" => Ok(Loader::Http),
        "file" => Ok(Loader::File),
        _ => Err(wrong(format!("no URLLoader registered for {}", quote(url)))),
    }
}

/// The value at a pointer that is known to lead somewhere.
pub(crate) fn value_at<'j>(document: &'j Json, pointer: &str) -> Option<&'j Json> {
    pointer.split('/').skip(1).try_fold(document, |value, part| {
        let name = crate::pointer::unescaped(part)?;
        match value.as_list() {
            Some(items) => items.get(name.parse::<usize>().ok()?),
            None => value.get(&name),
        }
    })
}

/// Notes a schema and those within it. Documents are not nested deeply.
fn collect(root: &mut Root, schema: &Json, base: &str, pointer: &str, fallback: Draft) -> Result<(), Refusal> {
    if !root.processed.insert(pointer.to_owned()) {
        return Ok(());
    }
    if schema.as_map().is_none() {
        if pointer.is_empty() {
            add_resource(root, pointer, base, fallback)?;
        }
        return Ok(());
    }
    let named = schema.text_of("$schema");
    let known = named.map_or(Some(fallback), |named| Draft::named(named));
    let mut draft = known.unwrap_or(fallback);
    let mut id = draft.id(schema);
    let is_of_its_own = pointer.is_empty() || !id.is_empty();
    if let (None, Some(named), true) = (known, named, is_of_its_own) {
        let metaschema = split(named).0;
        if let Some(why) = url::wrong_with(metaschema) {
            let place = quote(&format!("{}#{}", root.url, encoded(pointer)));
            return Err(format!("invalid $schema in {place}: {why}").into());
        }
        loader(metaschema)?;
        // Which draft somebody's own metaschema is based on, is not known without fetching it.
        return Err(Refusal::Unknown(UnknownKind::Metaschema, named.to_string()));
    }
    if !is_of_its_own {
        draft = fallback;
        id = draft.id(schema);
    }
    let has_schema = named.is_some() && is_of_its_own;
    let mut own_base = base.to_owned();
    if !id.is_empty() {
        let place = || quote(&format!("{}#{}", root.url, encoded(pointer)));
        let joined = url::joined(base, id).map_err(|_| format!("error in parsing id at {}", place()))?;
        split(&joined).0.clone_into(&mut own_base);
    }
    if !id.is_empty() || pointer.is_empty() {
        add_resource(root, pointer, &own_base, if has_schema { draft } else { fallback })?;
    }
    let Some(owner) = root.by_id.get(&own_base).cloned() else { return Ok(()) };
    root.collect_anchors(schema, pointer, &owner)?;
    let inherited = root.resources.get(&owner).map_or(fallback, |resource| resource.draft);
    for (pointer, inner) in draft.subschemas(schema, pointer) {
        collect(root, inner, &own_base, &pointer, inherited)?;
    }
    Ok(())
}

fn add_resource(root: &mut Root, pointer: &str, id: &str, draft: Draft) -> Result<(), Refusal> {
    match root.by_id.get(id) {
        Some(known) if known == pointer => {}
        Some(known) => {
            let [id, url, one, other] = [id, &root.url, pointer, known.as_str()].map(quote);
            let message = format!("duplicate id {id} in {url} at {one} and {other}");
            return Err(Refusal::Wrong(message, Some(pointer.to_owned())));
        }
        None => {
            let (anchors, dynamic_anchors) = Default::default();
            let (pointer, id) = (pointer.to_owned(), id.to_owned());
            root.by_id.insert(id.clone(), pointer.clone());
            root.resources.insert(pointer.clone(), Resource { pointer, id, draft, anchors, dynamic_anchors });
        }
    }
    Ok(())
}
