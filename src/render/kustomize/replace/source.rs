//! What a replacement copies: the one object that its `source` means, and the value in it (kustomize: `filters/replacement`).

use seatrial_model::{Built, Finding, Level, Node, Span, Style, counted};
use seatrial_yaml::{Dialect, plain_kind};

use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::objects::resource::Resource;
use crate::paths::dotted::{at, lookup, split};
use crate::paths::near::near_field;
use crate::replace::findings as told;

/// The field that is meant where none is named.
pub(crate) const DEFAULT_FIELD: &str = "metadata.name";

/// The value to copy; its origin is where it is written.
pub(crate) fn source_value(
    replacement: &Node,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) -> Option<Node> {
    let (source, literal) = (replacement.get("source"), replacement.get("sourceValue"));
    let source = match (source, literal) {
        (Some(source), None) => source,
        (None, Some(literal)) => {
            let text = literal.as_str().unwrap_or_default();
            return Some(Node::scalar(text, plain_kind(text, Dialect::Kustomize), Style::Plain, literal.origin()));
        }
        (Some(source), Some(literal)) => {
            let message = "a replacement has either a `source` or a `sourceValue`, not both";
            let finding = Finding::new(ids::KUSTOMIZE, literal.span(), message);
            findings.push(finding.with_related(source.span(), "the other one"));
            return None;
        }
        (None, None) => {
            findings.push(told::without(
                replacement,
                "source",
                "neither a `source` nor a `sourceValue`: there is nothing to copy",
            ));
            return None;
        }
    };
    warn_of_encoding(source, findings);
    let candidates: Vec<usize> = match source.get("name").and_then(Node::as_str).unwrap_or_default() {
        "" => (0..resources.resources().len()).collect(),
        name => resources.with_name(name, source.span()).to_vec(),
    };
    if !resources.budget.look_at(candidates.len(), source.span()) {
        return None;
    }
    let resources = &*resources;
    let candidates = candidates.into_iter().filter_map(|position| resources.resources().get(position));
    let candidates: Vec<&Resource> = candidates.collect();
    let found: Vec<&Resource> = candidates.iter().copied().filter(|r| is_source(r, source)).collect();
    let object = match found.as_slice() {
        [] => {
            findings.extend(resources.absent(told::no_source(source, &candidates, resources.resources())));
            return None;
        }
        [object] => object,
        several => {
            findings.push(told::several_sources(source, several));
            return None;
        }
    };
    match value_in(object, source) {
        Ok(value) => Some(value),
        // What it lacks may be in what could not be applied to it.
        Err(_) if object.built == Built::InPart => None,
        Err((span, message)) => {
            let finding = Finding::new(ids::KUSTOMIZE, span, message).with_related(object.name_span(), "the source");
            findings.push(finding.with_object(&object.object_id()));
            None
        }
    }
}

/// Names and kinds are compared as they are written (kustomize: `ResId.IsSelectedBy`).
fn is_source(resource: &Resource, source: &Node) -> bool {
    let wanted = |key| source.get(key).and_then(Node::as_str).unwrap_or_default();
    let fits = |key, is: &str| wanted(key).is_empty() || wanted(key) == is;
    let effective = |namespace: &str| if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() };
    let in_namespace = |is: &str| wanted("namespace").is_empty() || wanted("namespace") == effective(is);
    resource.written_ids().any(|(gvk, name, namespace)| {
        fits("name", name)
            && in_namespace(namespace)
            && fits("group", &gvk.group)
            && fits("version", &gvk.version)
            && fits("kind", &gvk.kind)
    })
}

fn value_in(object: &Resource, source: &Node) -> Result<Node, (Span, String)> {
    let written = source.get("fieldPath").filter(|p| p.as_str().is_some_and(|t| !t.is_empty()));
    let (path, span) = written.map_or((DEFAULT_FIELD, source.span()), |p| (p.as_str().unwrap_or_default(), p.span()));
    let segments = split(path);
    let steps = lookup(object.node(), &segments).map_err(|why| (span, format!("`{path}` leads nowhere: {why}")))?;
    let found = steps.as_ref().and_then(|steps| at(object.node(), steps));
    let is_empty =
        |n: &Node| n.is_null() || (n.scalar_text().is_none() && n.entries().is_empty() && n.items().is_empty());
    let Some(value) = found.filter(|value| !is_empty(value)) else {
        let what = if found.is_some() { "is empty" } else { "does not exist" };
        let near = if found.is_some() { None } else { near_field(object.node(), &segments) };
        let near = near.map(|near| format!("; did you mean `{near}`?"));
        let message = format!("`{path}` of `{}` {what}{}", object.id().describe(), near.unwrap_or_default());
        return Err((span, message));
    };
    let options = FieldOptions::of(source);
    if options.delimiter.is_empty() {
        return Ok(value.clone());
    }
    let place = source.get("options").map_or(span, Node::span);
    let Some(text) = value.scalar_text() else {
        return Err((place, format!("`{path}` is {}, which has no parts between delimiters", value.describe())));
    };
    let parts: Vec<&str> = text.split(options.delimiter).collect();
    let part = usize::try_from(options.index).ok().and_then(|index| parts.get(index));
    let Some(part) = part else {
        let message = format!(
            "`{path}` has {} between `{}`, and none with the index {}",
            counted(parts.len(), "part"),
            options.delimiter,
            options.index
        );
        return Err((place, message));
    };
    Ok(Node::scalar(*part, value.kind(), value.style(), value.origin()))
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldOptions<'a> {
    pub(crate) delimiter: &'a str,
    pub(crate) index: i64,
    pub(crate) create: bool,
}

impl<'a> FieldOptions<'a> {
    /// The `options` of a source or a target.
    pub(crate) fn of(node: &'a Node) -> FieldOptions<'a> {
        let option = |name| node.at(&["options", name]);
        FieldOptions {
            delimiter: option("delimiter").and_then(Node::as_str).unwrap_or_default(),
            index: option("index").and_then(Node::as_i64).unwrap_or_default(),
            create: option("create").and_then(Node::as_bool) == Some(true),
        }
    }
}

/// kustomize ignores `encoding`, and says nothing.
pub(crate) fn warn_of_encoding(node: &Node, findings: &mut Vec<Finding>) {
    let encoding = node.at(&["options", "encoding"]).filter(|e| e.as_str().is_some_and(|t| !t.is_empty()));
    if let Some(encoding) = encoding {
        let message = "kustomize ignores `encoding`: the value is copied as it is";
        findings.push(Finding::new(ids::KUSTOMIZE, encoding.span(), message).with_level(Level::Warning));
    }
}
