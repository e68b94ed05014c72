//! Field specifications: which fields of which kinds a transformer touches (kustomize: `types.FieldSpec`, `filters/fieldspec`).

use std::collections::HashMap;

use seatrial_model::{Finding, Node, Origin, ScalarKind, Span, Style, Value};

use crate::findings::ids;
use crate::objects::gvk::Gvk;
use crate::paths::dotted::split_escaped;
use crate::values::scalar::Setter;
use crate::values::size::{DEEPEST, Size};

/// A path in the objects of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    /// Empty parts match everything.
    pub(crate) gvk: Gvk,
    /// Segments; one that ends with `[]` must be a list.
    pub(crate) path: Vec<String>,
    /// Whether missing fields on the path are created.
    pub(crate) create: bool,
    /// Where a file says so; `None` for what is built in.
    pub(crate) place: Option<Span>,
}

/// Two specifications of one field that disagree on creating it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The one that was there.
    pub(crate) first: FieldSpec,
    /// The one that came.
    pub(crate) second: FieldSpec,
}

/// What stands at the end of a path that is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Mapping,
    Scalar,
    /// The transformer creates nothing, whatever the specification says.
    Never,
}

/// What is created on the way to a field.
#[derive(Clone, Debug)]
pub(crate) struct Created<'a> {
    origin: Origin,
    /// Who creates it, and pays for it.
    setter: Option<&'a Setter>,
}

impl<'a> Created<'a> {
    /// What a transformer creates that may add fields.
    pub(crate) fn by(setter: &'a Setter) -> Created<'a> {
        Created { origin: setter.origin(), setter: Some(setter) }
    }

    /// What takes the place of a null, and is all that a transformer creates that adds no field.
    pub(crate) fn at(origin: impl Into<Origin>) -> Created<'a> {
        Created { origin: origin.into(), setter: None }
    }
}

/// A field has a shape that the transformer cannot set.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Conflict {
    /// The finding; `place` where neither of the two stands in a file.
    pub(crate) fn finding(&self, place: Span) -> Finding {
        let (first, second) = (self.first.place, self.second.place);
        let creates = if self.second.create {
            "this one creates it if it is missing, the other one does not"
        } else {
            "this one does not create it if it is missing, the other one does"
        };
        let (path, kind) = (self.second.path_text(), &*self.second.gvk.kind);
        let of = if kind.is_empty() { String::new() } else { format!(" of {kind}") };
        let message = format!("two field specifications of `{path}`{of} disagree: {creates}");
        let finding = Finding::new(ids::KUSTOMIZE, second.or(first).unwrap_or(place), message);
        match first.filter(|_| second.is_some()) {
            Some(first) => finding.with_related(first, "the other one is here"),
            None => finding.with_note("the other one is kustomize's own"),
        }
    }
}

impl FieldSpec {
    /// `path` with `/` between the segments, `\/` for a slash in one.
    pub(crate) fn new(group: &str, version: &str, kind: &str, path: &str, create: bool) -> FieldSpec {
        let gvk = Gvk { group: group.into(), version: version.into(), kind: kind.into() };
        FieldSpec { gvk, path: split_path(path), create, place: None }
    }

    /// Reads a specification that a file holds (kustomize: `types.FieldSpec`).
    pub(crate) fn read(node: &Node) -> FieldSpec {
        let text = |name| node.get(name).and_then(Node::as_str).unwrap_or_default();
        let create = node.get("create").and_then(Node::as_bool) == Some(true);
        let spec = FieldSpec::new(text("group"), text("version"), text("kind"), text("path"), create);
        FieldSpec { place: Some(node.span()), ..spec }
    }

    /// The path as a file writes it.
    pub(crate) fn path_text(&self) -> String {
        self.path.iter().map(|segment| segment.replace('/', "\\/")).collect::<Vec<_>>().join("/")
    }

    /// Whether the path is this one.
    pub(crate) fn is(&self, path: &[&str]) -> bool {
        self.path == path
    }

    /// Whether it speaks of a kind.
    pub(crate) fn selects(&self, gvk: &Gvk) -> bool {
        selects(&self.gvk, gvk)
    }

    /// Whether the path leads anywhere in an object.
    pub(crate) fn reaches(&self, node: &Node) -> bool {
        reaches(node, &self.path)
    }

    /// Whether a field at the path, or what breaks the path, is of a kind.
    pub(crate) fn reaches_some(&self, node: &Node, is_meant: &dyn Fn(&Node) -> bool) -> bool {
        reaches_some(node, &self.path, is_meant)
    }

    /// Visits every field at the path.
    pub(crate) fn visit(
        &self,
        node: &mut Node,
        leaf: Leaf,
        created: &Created<'_>,
        set: &mut dyn FnMut(&mut Node) -> Result<(), FieldError>,
    ) -> Result<(), FieldError> {
        let creates = self.create && leaf != Leaf::Never;
        if !creates && !reaches(node, &self.path) {
            return Ok(());
        }
        if creates && self.path.len() >= DEEPEST {
            let message = format!("would be nested more than {DEEPEST} deep");
            return Err(FieldError { span: self.place.unwrap_or(node.span()), message });
        }
        Walk { creates, leaf, created, set }.walk(node, &self.path)
    }
}

/// Whether a kind fits a pattern of which empty parts match everything (kyaml: `Gvk.IsSelected`).
pub(crate) fn selects(pattern: &Gvk, gvk: &Gvk) -> bool {
    let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    fits(&pattern.group, &gvk.group) && fits(&pattern.version, &gvk.version) && fits(&pattern.kind, &gvk.kind)
}

/// Adds a specification unless an equal one is there (kustomize: `FsSlice.MergeOne`).
pub(crate) fn merge_one(specs: &mut Vec<FieldSpec>, more: &FieldSpec) -> Result<(), Box<Conflict>> {
    if !has(specs.iter(), more)? {
        specs.push(more.clone());
    }
    Ok(())
}

/// Whether one of the specifications is equal; the first that is must not disagree.
fn has<'a>(specs: impl IntoIterator<Item = &'a FieldSpec>, more: &FieldSpec) -> Result<bool, Box<Conflict>> {
    match specs.into_iter().find(|s| selects(&more.gvk, &s.gvk) && s.path == more.path) {
        Some(same) if same.create != more.create => {
            Err(Box::new(Conflict { first: same.clone(), second: more.clone() }))
        }
        same => Ok(same.is_some()),
    }
}

/// As few are looked up without an index.
const FEW: usize = 4;

/// Adds several, one after the other; none where two disagree.
pub(crate) fn merge_all(specs: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), Box<Conflict>> {
    let before = specs.len();
    if more.len() <= FEW {
        let merged = more.iter().try_for_each(|spec| merge_one(specs, spec));
        return merged.inspect_err(|_| specs.truncate(before));
    }
    let mut by_path: HashMap<&[String], Vec<&FieldSpec>> = HashMap::with_capacity(before);
    for spec in specs.iter() {
        by_path.entry(&spec.path).or_default().push(spec);
    }
    let mut added = Vec::new();
    for spec in more {
        let known = by_path.entry(&spec.path).or_default();
        if !has(known.iter().copied(), spec)? {
            known.push(spec);
            added.push(spec.clone());
        }
    }
    specs.extend(added);
    Ok(())
}

fn split_path(path: &str) -> Vec<String> {
    split_escaped(path.strip_prefix('/').unwrap_or(path), '/')
}

/// Whether a path leads anywhere, so that nothing shared is copied for nothing.
fn reaches(node: &Node, path: &[String]) -> bool {
    reaches_some(node, path, &|_| true)
}

fn reaches_some(node: &Node, path: &[String], is_meant: &dyn Fn(&Node) -> bool) -> bool {
    let Some((first, rest)) = path.split_first() else { return is_meant(node) };
    match node.value() {
        Value::Sequence(items) => items.iter().any(|item| reaches_some(item, path, is_meant)),
        Value::Mapping(_) => {
            let name = first.strip_suffix("[]").unwrap_or(first);
            // An empty name is an error that the walk reports.
            name.is_empty()
                || node.get(name).is_some_and(|below| {
                    reaches_some(below, rest, is_meant) || (below.is_null() && name.len() < first.len())
                })
        }
        // A scalar in the middle of a path is an error that the walk reports.
        Value::Scalar(_) => !node.is_null(),
    }
}

struct Walk<'a> {
    creates: bool,
    leaf: Leaf,
    created: &'a Created<'a>,
    set: &'a mut dyn FnMut(&mut Node) -> Result<(), FieldError>,
}

impl Walk<'_> {
    fn walk(&mut self, node: &mut Node, path: &[String]) -> Result<(), FieldError> {
        let Some((first, rest)) = path.split_first() else { return (self.set)(node) };
        if node.is_null() {
            return Ok(());
        }
        match node.value() {
            Value::Sequence(_) => node.items_mut().iter_mut().try_for_each(|item| self.walk(item, path)),
            Value::Mapping(_) => self.walk_mapping(node, first, rest),
            Value::Scalar(_) => {
                let message = format!("is {} where a mapping or a list is expected", node.describe());
                Err(FieldError { span: node.span(), message })
            }
        }
    }

    fn walk_mapping(&mut self, node: &mut Node, first: &str, rest: &[String]) -> Result<(), FieldError> {
        let name = first.strip_suffix("[]").unwrap_or(first);
        if name.is_empty() {
            let message = "cannot have a field with an empty name".to_owned();
            return Err(FieldError { span: node.span(), message });
        }
        let is_list = name.len() < first.len();
        let created = || self.created.origin.clone();
        let missing = if is_list {
            Some(Node::sequence(Vec::new(), created()))
        } else if !self.creates {
            None
        } else if rest.is_empty() && self.leaf == Leaf::Scalar {
            Some(Node::scalar("", ScalarKind::Null, Style::Plain, created()))
        } else {
            Some(Node::mapping(Vec::new(), created()))
        };
        match node.get(name) {
            // A null becomes an empty list or mapping (kustomize: `filters/fieldspec` `handleMap`).
            Some(below) if below.is_null() => {
                if let Some(missing) = missing {
                    node.set(name, missing);
                }
            }
            Some(_) => {}
            None if is_list => return Ok(()),
            None => match missing {
                Some(missing) => {
                    let size = Size { bytes: name.len(), ..Size::containers(1) };
                    if self.created.setter.is_some_and(|setter| !setter.may_add(size)) {
                        return Ok(());
                    }
                    node.set(name, missing);
                }
                None => return Ok(()),
            },
        }
        node.get_mut(name).map_or(Ok(()), |below| self.walk(below, rest))
    }
}

/// The field specifications of a list.
pub(crate) fn specs_of(list: &Node) -> Vec<FieldSpec> {
    list.items().iter().map(FieldSpec::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_in_a_segment_is_escaped() {
        let path = "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret";
        assert_eq!(split_path(path), ["metadata", "annotations", "nginx.ingress.kubernetes.io/auth-secret"]);
    }
}
