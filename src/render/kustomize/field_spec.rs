//! Field specifications: which fields of which kinds a transformer touches (kustomize: `types.FieldSpec`, `filters/fieldspec`).

use seatrial_model::{Node, Origin, ScalarKind, Span, Style, Value};

use crate::resource::Gvk;

/// A path in the objects of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    /// Empty parts match everything.
    pub(crate) gvk: Gvk,
    /// Segments; one that ends with `[]` must be a list.
    pub(crate) path: Vec<String>,
    /// Whether missing fields on the path are created.
    pub(crate) create: bool,
}

/// What stands at the end of a path that is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Mapping,
    Scalar,
    /// The transformer creates nothing, whatever the specification says.
    Never,
}

/// A field has a shape that the transformer cannot set.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl FieldSpec {
    /// `path` with `/` between the segments, `\/` for a slash in one.
    pub(crate) fn new(group: &str, version: &str, kind: &str, path: &str, create: bool) -> FieldSpec {
        let gvk = Gvk { group: group.into(), version: version.into(), kind: kind.into() };
        FieldSpec { gvk, path: split_path(path), create }
    }

    /// Whether it speaks of a kind.
    pub(crate) fn selects(&self, gvk: &Gvk) -> bool {
        selects(&self.gvk, gvk)
    }

    /// Visits every field at the path.
    pub(crate) fn visit(
        &self,
        node: &mut Node,
        leaf: Leaf,
        created: &Origin,
        set: &mut dyn FnMut(&mut Node) -> Result<(), FieldError>,
    ) -> Result<(), FieldError> {
        let creates = self.create && leaf != Leaf::Never;
        if !creates && !reaches(node, &self.path) {
            return Ok(());
        }
        Walk { creates, leaf, created, set }.walk(node, &self.path)
    }
}

/// Whether a kind fits a pattern of which empty parts match everything (kyaml: `Gvk.IsSelected`).
pub(crate) fn selects(pattern: &Gvk, gvk: &Gvk) -> bool {
    let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    fits(&pattern.group, &gvk.group) && fits(&pattern.version, &gvk.version) && fits(&pattern.kind, &gvk.kind)
}

/// Adds a specification unless an equal one is there; `Err` when they disagree on creating (kustomize: `FsSlice.MergeOne`).
pub(crate) fn merge_one(specs: &mut Vec<FieldSpec>, more: &FieldSpec) -> Result<(), String> {
    let same = specs.iter().find(|s| selects(&more.gvk, &s.gvk) && s.path == more.path);
    match same {
        Some(same) if same.create != more.create => {
            Err(format!("conflicting field specifications for `{}`", more.path.join("/")))
        }
        Some(_) => Ok(()),
        None => {
            specs.push(more.clone());
            Ok(())
        }
    }
}

fn split_path(path: &str) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    for part in path.strip_prefix('/').unwrap_or(path).split('/') {
        match segments.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push('/');
                last.push_str(part);
            }
            None => segments.push(part.to_owned()),
        }
    }
    segments
}

/// Whether a path leads anywhere, so that nothing shared is copied for nothing.
fn reaches(node: &Node, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match node.value() {
        Value::Sequence(items) => items.iter().any(|item| reaches(item, path)),
        Value::Mapping(_) => {
            let name = first.strip_suffix("[]").unwrap_or(first);
            node.get(name).is_some_and(|below| reaches(below, rest) || (below.is_null() && name.len() < first.len()))
        }
        // A scalar in the middle of a path is an error that the walk reports.
        Value::Scalar(_) => !node.is_null(),
    }
}

struct Walk<'a> {
    creates: bool,
    leaf: Leaf,
    created: &'a Origin,
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
        let is_list = name.len() < first.len();
        let missing = if is_list {
            Some(Node::sequence(Vec::new(), self.created.clone()))
        } else if !self.creates {
            None
        } else if rest.is_empty() && self.leaf == Leaf::Scalar {
            Some(Node::scalar("", ScalarKind::Null, Style::Plain, self.created.clone()))
        } else {
            Some(Node::mapping(Vec::new(), self.created.clone()))
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
                Some(missing) => node.set(name, missing),
                None => return Ok(()),
            },
        }
        node.get_mut(name).map_or(Ok(()), |below| self.walk(below, rest))
    }
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
