//! Repositories that a GitRepository includes: where a directory of it is found, and what cannot be put into it
//! (source-controller: `reconcileInclude`).
//!
//! Not here: what the including source leaves out of what it includes.

use std::sync::Arc;

use seatrial_model::{Finding, Manifest, Node, ObjectId, Span};
use seatrial_tree::{confined, join, within};

use crate::objects::flux_object::full_name;
use crate::objects::flux_object::items;
use crate::objects::ids;
use crate::sources::repositories::{Bootstrap, Place, Repositories};

/// A directory of a source, where another repository is included at it: which one, and where in that.
pub(crate) fn included(source: &Manifest, dir: &str) -> Option<(ObjectId, String)> {
    items(source, &["include"]).iter().find_map(|include| {
        let inside = within(dir, &to(include)?)?;
        let from = join("", field(include, "fromPath").trim_start_matches('/'))?;
        let id = ObjectId::new(&source.id.group, "GitRepository", source.id.namespace.as_deref(), name(include)?);
        Some((id, join(&from, inside)?))
    })
}

/// That a source cannot be had, told at `span`: something lies where an include is put, and the controller moves it there over nothing.
pub(crate) fn conflict(
    source: &Manifest,
    span: Span,
    repositories: &Repositories,
    bootstrap: Option<&Bootstrap>,
) -> Option<Finding> {
    let (include, place) = taken(source, repositories, bootstrap)?;
    let source = full_name(&source.id);
    let message =
        format!("GitRepository `{source}` has no artifact: it includes something at `{place}`, which is there already");
    Some(Finding::new(ids::MISSING_SOURCE, span, message).with_related(include.span(), "this is put there"))
}

/// The first include whose place is taken in the source itself, and that place.
fn taken<'a>(
    source: &'a Manifest,
    repositories: &Repositories,
    bootstrap: Option<&Bootstrap>,
) -> Option<(&'a Node, String)> {
    let includes = items(source, &["include"]);
    if includes.is_empty() {
        return None;
    }
    let Place::Here(root) = repositories.find(&source.id, Some(source), bootstrap) else { return None };
    includes.iter().find_map(|include| {
        let place = to(include)?;
        let here = join(&root.path, &place)?;
        // A checkout of what is included may lie there, and is not in the repository.
        let is_checkout =
            |dir: &String| within(dir, &here).is_some() || within(&here, dir).is_some() && !dir.is_empty();
        let others = repositories.others.iter().filter_map(|(_, other)| other.as_ref().ok());
        let mut inside = others.filter(|other| Arc::ptr_eq(&other.repository, &root.repository));
        let has_checkout = inside.any(|other| is_checkout(&other.path));
        (!has_checkout && root.repository.tree().exists(&here)).then_some((include, place))
    })
}

/// Where in the including source it is put.
fn to(include: &Node) -> Option<String> {
    match field(include, "toPath") {
        "" => name(include).map(str::to_owned),
        to => Some(confined(to)),
    }
}

fn name(include: &Node) -> Option<&str> {
    include.at(&["repository", "name"])?.scalar_text()
}

fn field<'a>(include: &'a Node, field: &str) -> &'a str {
    include.get(field).and_then(Node::scalar_text).unwrap_or_default()
}
