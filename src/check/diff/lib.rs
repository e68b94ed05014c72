//! Two sets of rendered objects → what differs between them: by structure, not by text, with the lines that set both values.
//!
//! Which objects are one is decided in `pair`, how values compare in `compare`, what becomes of an object in `fate`, what a reader sees of it in
//! `show`, and what it may destroy in `dangers`.

mod alignment;
mod compare;
mod dangers;
mod fate;
mod immutable;
mod pair;
mod routine;
mod show;

use seatrial_kubernetes::flux::Release;
use seatrial_kubernetes::{Minor, Schema, flux, schema};
use seatrial_model::{Action, Bump, Manifest, Node, ObjectId, Rendered, Span};

pub use alignment::{common_ends, once_in_both};
pub use compare::path::{FieldPath, Segment};
pub use dangers::{DANGERS, Danger, Side, Transition, catalog, dangers};
pub use immutable::immutable;
pub use show::{Hunk, hunks, show, unified};

use compare::Comparer;
use pair::{Pair, pair};

/// What the two sides are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The Kubernetes minor whose schemas say how lists are matched.
    pub minor: Minor,
    /// The version of Flux, where it is known.
    pub flux: Option<Release>,
    /// What the two sides are to each other.
    pub between: Between,
}

/// What two sides are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Two states of one environment: an object of another namespace is another object.
    States,
    /// Two environments: an object that both have under one name is the same, whatever its namespace.
    Environments,
}

/// What differs between two renderings of an environment.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// The objects that differ, what may lose something first.
    pub objects: Vec<ObjectDiff>,
    /// How many objects are equal.
    pub unchanged: usize,
    /// Whether not all of the head was rendered.
    pub is_partial: bool,
    /// Why the two were not compared, as a clause.
    pub not_compared: Option<String>,
    /// What is raised by a patch or a minor version, where nothing else makes a difference.
    pub routine: Vec<Bump>,
}

/// One object that differs.
#[derive(Clone, Debug)]
pub struct ObjectDiff {
    /// The object, as the head has it; as the base had it, where the head does not.
    pub id: ObjectId,
    /// What would be done to it.
    pub action: Action,
    /// Its name on the base, where that is another one.
    pub was: Option<String>,
    /// Why, as a clause.
    pub because: Option<String>,
    /// Its document on the base.
    pub before: Option<Document>,
    /// Its document on the head.
    pub after: Option<Document>,
    /// What differs in it.
    pub differences: Vec<Difference>,
    /// Whether no schema says which items of its lists belong together.
    pub is_positional: bool,
}

/// An object on one side.
#[derive(Clone, Debug)]
pub struct Document {
    /// The whole object.
    pub node: Node,
    /// Where it begins.
    pub span: Span,
}

/// One value that differs.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The field.
    pub path: FieldPath,
    /// The value on the base.
    pub before: Option<Node>,
    /// The value on the head.
    pub after: Option<Node>,
    /// What else is to be known of it.
    pub remark: Option<Remark>,
}

/// What is to be known of a difference beside its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The values are secret, and are not shown.
    IsSecret,
    /// Both texts are YAML or JSON with the same values.
    OnlyLayout,
    /// Items stand in another order, and the order counts.
    Order,
}

/// Compares two renderings of one environment.
///
/// A side that does not render is not compared: what it lacks would look deleted.
#[must_use]
pub fn compare_renderings(base: &Rendered, head: &Rendered, context: Context) -> Diff {
    let because = match (base.has_errors(), head.has_errors()) {
        (false, false) => None,
        (true, false) => Some("the base cannot be rendered"),
        (false, true) => Some("the change cannot be rendered"),
        (true, true) => Some("neither the base nor the change can be rendered"),
    };
    if let Some(because) = because {
        return Diff { not_compared: Some(because.to_owned()), ..Diff::default() };
    }
    let mut comparison = compare(&base.manifests, &head.manifests, context);
    fate::decide(&mut comparison, base, head);
    comparison.routine = routine::routine(&comparison, head);
    comparison.is_partial = !head.is_complete();
    comparison
}

/// Compares two sets of objects, in the order of [`pair`].
fn compare(base: &[Manifest], head: &[Manifest], context: Context) -> Diff {
    let mut comparison = Diff::default();
    for pair in pair(base, head, context) {
        match compared(pair, context) {
            Some(object) => comparison.objects.push(object),
            None => comparison.unchanged += 1,
        }
    }
    comparison
}

/// What may lose something first, then by identity.
fn sort(objects: &mut [ObjectDiff]) {
    let rank = |action: Action| Action::MOST_SERIOUS_FIRST.iter().position(|one| *one == action);
    objects.sort_by(|one, other| rank(one.action).cmp(&rank(other.action)).then_with(|| one.id.cmp(&other.id)));
}

/// What differs in a pair; `None` where nothing does.
fn compared(pair: Pair<'_>, context: Context) -> Option<ObjectDiff> {
    let document = |manifest: &Manifest| Document { node: manifest.node.clone(), span: manifest.span };
    let object = |manifest: &Manifest, action| ObjectDiff {
        id: manifest.id.clone(),
        action,
        was: None,
        because: None,
        before: None,
        after: None,
        differences: Vec::new(),
        is_positional: false,
    };
    match pair {
        Pair::Created(head) => Some(ObjectDiff { after: Some(document(head)), ..object(head, Action::Created) }),
        Pair::Deleted(base) => Some(ObjectDiff { before: Some(document(base)), ..object(base, Action::Deleted) }),
        Pair::Both(base, head) => {
            let was = (base.id.name != head.id.name).then(|| base.id.name.clone());
            if was.is_none() && base.node == head.node {
                return None;
            }
            let schema = schema_of(head, context);
            let (differences, is_positional) =
                Comparer::of(head, schema.as_ref(), context.between).objects(&base.node, &head.node);
            let action = match (&was, differences.is_empty()) {
                (None, true) => return None,
                (Some(_), true) => Action::Renamed,
                (_, false) => Action::Configured,
            };
            let (before, after) = (Some(document(base)), Some(document(head)));
            Some(ObjectDiff { was, before, after, differences, is_positional, ..object(head, action) })
        }
    }
}

fn schema_of(manifest: &Manifest, context: Context) -> Option<Schema> {
    let (group, version, kind) = (manifest.id.group.as_str(), manifest.version.as_str(), manifest.id.kind.as_str());
    schema(context.minor, group, version, kind).or_else(|| flux::schema(context.flux, group, version, kind))
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;
