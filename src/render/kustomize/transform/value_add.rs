//! `ValueAddTransformer`: one value written into many fields (kustomize: `filters/valueadd`).

use seatrial_model::{Finding, Node, ScalarKind, Style};

use crate::fields::spec::{FieldError, FieldSpec};
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::selector::Selector;
use crate::kustomization::loosened::fit;
use crate::kustomization::plugins::VALUE_ADD;
use crate::load::files::Files;
use crate::transform::namespace::set_namespace_of;
use crate::values::scalar::{Setter, Tag};
use crate::values::size::{DEEPEST, Size};

/// Who sets the values.
const FIELD: &str = "ValueAddTransformer";

/// Writes the value into the fields of all targets.
pub(crate) fn add_values(
    config: &Node,
    dir: &str,
    files: &mut Files<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let text = |name: &str| config.get(name).filter(|n| n.as_str().is_some_and(|t| !t.trim().is_empty()));
    let mut targets = config.get("targets").map(Node::items).unwrap_or_default().to_vec();
    if let Some(path) = text("targetFilePath") {
        let Some(file) = files.text(dir, path, findings) else { return };
        let documents = files.documents(&file, findings);
        let more = documents.documents.first().map(|document| fit(&document.node, VALUE_ADD, findings));
        targets.extend(more.as_ref().and_then(|m| m.get("targets")).map(Node::items).unwrap_or_default().to_vec());
    }
    if targets.is_empty() {
        let message = "a ValueAddTransformer must have `targets`";
        findings.push(Finding::new(ids::KUSTOMIZE, config.span(), message));
        return;
    }
    // Without a value it is the name of the kustomization's directory.
    let name = || dir.rsplit('/').next().unwrap_or_default().to_owned();
    let value = text("value").and_then(Node::as_str).map_or_else(name, |t| t.trim().to_owned());
    let setter = Setter::field(FIELD, text("value").map_or(config.span(), Node::span), &resources.budget);
    for target in &targets {
        add_value(&value, &setter, target, resources, findings);
    }
}

fn add_value(value: &str, setter: &Setter, target: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    let Some(path) = target.get("fieldPath").filter(|p| p.as_str().is_some_and(|t| !t.is_empty())) else {
        findings.push(Finding::new(ids::KUSTOMIZE, target.span(), "a target must have a `fieldPath`"));
        return;
    };
    let position = target.get("filePathPosition");
    let at = position.and_then(Node::as_i64).unwrap_or_default();
    if let Some(negative) = position.filter(|_| at < 0) {
        findings.push(Finding::new(ids::KUSTOMIZE, negative.span(), "`filePathPosition` cannot be negative"));
        return;
    }
    let selector = match target.get("selector").map(|s| Selector::read(s, findings)) {
        Some(None) => return,
        Some(selector) => selector,
        None => None,
    };
    let path = path.as_str().unwrap_or_default();
    let segments = FieldSpec::new("", "", "", &format!("/{path}"), true).path;
    if segments.len() >= DEEPEST {
        let message = format!("a field cannot be nested more than {DEEPEST} deep");
        findings.push(Finding::new(ids::KUSTOMIZE, target.span(), message));
        return;
    }
    resources.transform(setter, FIELD, findings, |resource| {
        if selector.as_ref().is_some_and(|s| !s.matches(resource)) {
            return Ok(());
        }
        if path == "metadata/namespace" {
            return set_namespace_of(resource, value, setter);
        }
        resource.edit(|node| set_at(node, &segments, setter, &|old| insert(old, at, value)))
    });
}

/// Sets the scalar at a path, which is created where it is missing.
fn set_at(node: &mut Node, path: &[String], setter: &Setter, value: &dyn Fn(&str) -> String) -> Result<(), FieldError> {
    let refuse = |node: &Node, wanted: &str| {
        Err(FieldError { span: node.span(), message: format!("is {}, not {wanted}", node.describe()) })
    };
    let Some((first, rest)) = path.split_first() else {
        let Some(old) = node.scalar_text() else { return refuse(node, "a string or a number") };
        if setter.is_spent() {
            return Ok(());
        }
        let text = value(if node.is_null() { "" } else { old });
        *node = setter.replace(Some(node), text, Tag::Untyped);
        return Ok(());
    };
    let selected = first.strip_prefix('[').and_then(|f| f.strip_suffix(']')).and_then(|f| f.split_once('='));
    if let Some((key, wanted)) = selected {
        if !node.is_sequence() {
            return refuse(node, "a list");
        }
        let position = node.items().iter().position(|i| i.get(key).and_then(Node::scalar_text) == Some(wanted));
        let position = position.unwrap_or_else(|| {
            let mut items = node.items().to_vec();
            let mut item = Node::mapping(Vec::new(), setter.origin());
            item.set(key, setter.replace(None, wanted, Tag::Untyped));
            items.push(item);
            node.set_items(items);
            node.items().len() - 1
        });
        return node.items_mut().get_mut(position).map_or(Ok(()), |item| set_at(item, rest, setter, value));
    }
    if node.is_sequence() {
        let last = node.items().len().checked_sub(1);
        let position = if first == "-" { last } else { first.parse::<usize>().ok() };
        let item = position.and_then(|p| node.items_mut().get_mut(p));
        return item.map_or_else(
            || Err(FieldError { span: setter.span, message: format!("list has no item `{first}`") }),
            |item| set_at(item, rest, setter, value),
        );
    }
    if !node.is_mapping() {
        return refuse(node, "a mapping");
    }
    if node.get(first).is_none_or(|n| n.is_null() && !rest.is_empty()) {
        if !setter.may_add(Size { bytes: first.len(), ..Size::containers(1) }) {
            return Ok(());
        }
        node.set(first, created(rest, setter));
    }
    node.get_mut(first).map_or(Ok(()), |below| set_at(below, rest, setter, value))
}

/// What the path goes on with where nothing is yet.
fn created(rest: &[String], setter: &Setter) -> Node {
    match rest.first() {
        None => Node::scalar("", ScalarKind::Null, Style::Plain, setter.origin()),
        Some(next) if next.starts_with('[') => Node::sequence(Vec::new(), setter.origin()),
        Some(_) => Node::mapping(Vec::new(), setter.origin()),
    }
}

/// The value alone, or in a file path at a position from 1.
fn insert(old: &str, position: i64, value: &str) -> String {
    if position == 0 {
        return value.to_owned();
    }
    let mut parts: Vec<&str> = old.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    let at = usize::try_from(position - 1).unwrap_or(usize::MAX).min(parts.len());
    parts.insert(at, value);
    let root = if old.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::insert;

    #[test]
    fn a_value_goes_into_a_path_at_its_position() {
        let cases = [
            ("", 1, "P"),
            ("/", 3, "/P"),
            ("pie", 1, "P/pie"),
            ("/pie", 1, "/P/pie"),
            ("raw", 2, "raw/P"),
            ("a/nice/warm/pie", 4, "a/nice/warm/P/pie"),
            ("/a/b", 9999, "/a/b/P"),
            ("whatever", 0, "P"),
        ];
        for (old, position, expected) in cases {
            assert_eq!(insert(old, position, "P"), expected, "{old}");
        }
    }
}
