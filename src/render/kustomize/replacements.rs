//! `replacements`: a value of one object copied into fields of others (kustomize: `ReplacementTransformer`, `filters/replacement`).
//!
//! Not here: how a field is found (`field_path`, `path_matcher`), values in texts (`structured`), what is said when nothing is found
//! (`replacement_findings`).

use std::sync::Arc;

use seatrial_model::{Finding, Level, Node, Origin, ScalarKind, SetBy, Span, Style, ids};
use seatrial_yaml::{Dialect, plain_kind};

use crate::accumulator::Accumulator;
use crate::budget::Budget;
use crate::field_path::{Step, at, at_mut, lookup, split};
use crate::field_shapes::REPLACEMENT;
use crate::files::Files;
use crate::patch_target::nearly_selected;
use crate::path_matcher::{Create, Found, Kind, matches};
use crate::pattern::Patterns;
use crate::payer::Payer;
use crate::plugin_shapes::fit_strictly;
use crate::replacement_findings as told;
use crate::resource::Resource;
use crate::selector::Selector;
use crate::shared::spread;
use crate::size::{DEEPEST, Size};
use crate::structured::replace_in_text;
use crate::wording::count;

/// The field that is meant where none is named.
const DEFAULT_FIELD: &str = "metadata.name";

/// Applies the entries, each written here or in a file.
pub(crate) fn replace(
    entries: &[Node],
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) {
    for entry in entries {
        if resources.budget.is_exceeded() {
            return;
        }
        let Some(path) = entry.get("path").filter(|p| p.as_str().is_some_and(|t| !t.is_empty())) else {
            let mut entry = entry.clone();
            if entry.get("targets").is_some_and(|t| t.items().is_empty()) {
                entry.remove("targets");
            }
            apply(&entry, resources, findings);
            continue;
        };
        let own = ["source", "targets"].into_iter().find_map(|key| entry.entry(key));
        if let Some(own) = own {
            let message = format!(
                "a replacement is either in a file or written here, so that `path` excludes `{}`",
                own.key.text
            );
            findings
                .push(Finding::new(ids::KUSTOMIZE, path.span(), message).with_related(own.key.span, "this is here"));
            continue;
        }
        for replacement in read_file(path, dir, files, findings) {
            apply(&replacement, resources, findings);
        }
    }
}

/// A file holds one replacement, or a list of them.
fn read_file(path: &Node, dir: &str, files: &mut Files<'_>, findings: &mut Vec<Finding>) -> Vec<Node> {
    let Some(file) = files.text(dir, path, findings) else { return Vec::new() };
    let documents = files.documents_of(&file, Dialect::Kubectl, findings);
    let Some(document) = documents.documents.first() else {
        let message = format!("`{}` holds no replacement", path.as_str().unwrap_or_default());
        findings.push(Finding::new(ids::KUSTOMIZE, path.span(), message));
        return Vec::new();
    };
    let list = if document.node.is_mapping() { std::slice::from_ref(&document.node) } else { document.node.items() };
    if !document.node.is_mapping() && !document.node.is_sequence() {
        let message = format!("a file of replacements holds a mapping or a list, not {}", document.node.describe());
        findings
            .push(Finding::new(ids::KUSTOMIZE, document.node.span(), message).with_related(path.span(), "named here"));
    }
    let mut replacements = Vec::with_capacity(list.len());
    for item in list {
        let mut own = Vec::new();
        replacements.push(fit_strictly(item, REPLACEMENT, "replacements", &mut own));
        // kustomize reads past a key in such a file that it does not know.
        let lenient = |finding: Finding| match finding.rule {
            ids::KUSTOMIZE_FIELD => finding.with_level(Level::Warning),
            _ => finding,
        };
        findings.extend(own.into_iter().map(lenient));
    }
    replacements
}

fn apply(replacement: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    let Some(targets) = replacement.get("targets") else {
        findings.push(told::without(replacement, "targets", "no `targets`: it changes nothing"));
        return;
    };
    let Some(value) = source_value(replacement, resources, findings) else { return };
    let value = Copied { size: Size::of(&value), node: value };
    for target in targets.items() {
        if let Some(target) = Target::read(target, findings) {
            target.fill(&value, resources, findings);
        }
    }
}

/// The value to copy, and how much it is.
struct Copied {
    node: Node,
    size: Size,
}

/// The value to copy; its origin is where it is written.
fn source_value(replacement: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) -> Option<Node> {
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
            findings.push(resources.absent(told::no_source(source, &candidates, resources.resources())));
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
        let near = if found.is_some() { None } else { told::near_field(object.node(), &segments) };
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
            count(parts.len(), "part"),
            options.delimiter,
            options.index
        );
        return Err((place, message));
    };
    Ok(Node::scalar(*part, value.kind(), value.style(), value.origin()))
}

#[derive(Clone, Copy, Debug)]
struct FieldOptions<'a> {
    delimiter: &'a str,
    index: i64,
    create: bool,
}

impl<'a> FieldOptions<'a> {
    /// The `options` of a source or a target.
    fn of(node: &'a Node) -> FieldOptions<'a> {
        let option = |name| node.at(&["options", name]);
        FieldOptions {
            delimiter: option("delimiter").and_then(Node::as_str).unwrap_or_default(),
            index: option("index").and_then(Node::as_i64).unwrap_or_default(),
            create: option("create").and_then(Node::as_bool) == Some(true),
        }
    }
}

fn warn_of_encoding(node: &Node, findings: &mut Vec<Finding>) {
    let encoding = node.at(&["options", "encoding"]).filter(|e| e.as_str().is_some_and(|t| !t.is_empty()));
    if let Some(encoding) = encoding {
        let message = "kustomize ignores `encoding`: the value is copied as it is";
        findings.push(Finding::new(ids::KUSTOMIZE, encoding.span(), message).with_level(Level::Warning));
    }
}

/// A path to fields of a target, read once for all objects.
struct Path<'a> {
    text: &'a str,
    segments: Vec<String>,
    /// Where it is written.
    place: Span,
}

/// Fields of some objects.
struct Target<'a> {
    /// Its `select`, as it is written.
    written: &'a Node,
    select: Selector,
    rejects: Vec<Selector>,
    paths: Vec<Path<'a>>,
    options: FieldOptions<'a>,
}

impl<'a> Target<'a> {
    fn read(target: &'a Node, findings: &mut Vec<Finding>) -> Option<Target<'a>> {
        warn_of_encoding(target, findings);
        let Some(select) = target.get("select") else {
            findings.push(told::without(target, "targets", "no `select` that says which objects are its target"));
            return None;
        };
        let rejects = target.get("reject").map(Node::items).unwrap_or_default();
        let rejects: Option<Vec<Selector>> = rejects.iter().map(|r| Selector::read(r, findings)).collect();
        let paths = target.get("fieldPaths").map(Node::items).unwrap_or_default();
        let path = |text: &'a str, place| Path { text, segments: split(text), place };
        let mut paths: Vec<Path<'_>> = paths.iter().map(|p| path(p.as_str().unwrap_or_default(), p.span())).collect();
        if paths.is_empty() {
            paths.push(path(DEFAULT_FIELD, target.span()));
        }
        let select_here = Selector::read(select, findings)?;
        Some(Target {
            written: select,
            select: select_here,
            rejects: rejects?,
            paths,
            options: FieldOptions::of(target),
        })
    }

    fn means(&self, resource: &Resource) -> bool {
        let rejected =
            |r: &Selector| (r.has_labels() && r.fits_labels(resource)) || (r.has_id() && r.fits_an_id(resource));
        self.select.fits_labels(resource) && self.select.fits_an_id(resource) && !self.rejects.iter().any(rejected)
    }

    fn fill(&self, value: &Copied, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
        let mut meant = self.select.candidates(resources, self.written.span());
        if !resources.budget.look_at(meant.len(), self.written.span()) {
            return;
        }
        meant.retain(|position| resources.resources().get(*position).is_some_and(|r| self.means(r)));
        if meant.is_empty() {
            let message = "this target selects nothing, so that nothing is copied";
            let finding = Finding::new(ids::PATCH_TARGET, self.written.span(), message).with_level(Level::Warning);
            let finding = nearly_selected(finding, self.written, resources);
            findings.push(resources.absent(finding));
        }
        let mut patterns = Patterns::default();
        let budget = Arc::clone(&resources.budget);
        for position in meant {
            resources.change(position, |resource| {
                for path in &self.paths {
                    let filled = self.fill_field(resource, path, value, &mut patterns, &budget);
                    if budget.is_exceeded() {
                        return;
                    }
                    if let Err(why) = filled {
                        budget.find(1, path.place);
                        findings.push(told::no_field(resource, path.text, path.place, &why, self.options.create));
                    }
                }
            });
        }
    }

    fn fill_field(
        &self,
        resource: &mut Resource,
        path: &Path<'_>,
        value: &Copied,
        patterns: &mut Patterns,
        budget: &Budget,
    ) -> Result<(), String> {
        let payer = Payer::new(budget, value.size, path.place);
        let value = &value.node;
        let by = SetBy::Replacement(path.place);
        if path.segments.len() >= DEEPEST {
            return Err(format!("it would be nested more than {DEEPEST} deep"));
        }
        let origin = || Origin::over(value.span(), by.clone(), None);
        let create = self.options.create.then(|| Create { kind: Kind::of(value), origin: origin(), payer });
        let mut changed = resource.node().clone();
        let set_in_text = |old: &mut Node| {
            if payer.may_copy(1) {
                set_in_text(old, value, &by);
            }
        };
        let may_read = |text: &str| payer.may_read(text);
        let rewritten = replace_in_text(&changed, &path.segments, create.as_ref(), patterns, &set_in_text, &may_read);
        if let Some(rewritten) = rewritten {
            if let Some(old) = at_mut(&mut changed, &rewritten.steps).filter(|_| payer.may_add(rewritten.text.len())) {
                let origin = Origin::over(value.span(), by.clone(), Some(old.origin()));
                *old = Node::scalar(rewritten.text, old.kind(), old.style(), origin);
            }
        } else {
            let found = matches(&mut changed, &path.segments, create.as_ref(), patterns)?;
            if found.is_empty() {
                return Err(String::new());
            }
            found.iter().try_for_each(|found| self.set(&mut changed, found, value, &by, payer))?;
        }
        let mut shared = std::mem::take(&mut resource.shared);
        spread(resource.node(), &mut changed, &mut shared, budget);
        resource.shared = shared;
        resource.edit(|node| *node = changed);
        Ok(())
    }

    fn set(&self, object: &mut Node, found: &Found, value: &Node, by: &SetBy, payer: Payer<'_>) -> Result<(), String> {
        let no_parts = || Err("it is no text that has parts between delimiters".to_owned());
        let delimits = !self.options.delimiter.is_empty();
        let steps: &[Step] = match found {
            Found::At(steps) => steps,
            Found::Lost(kind) if delimits && *kind != Kind::Scalar => return no_parts(),
            Found::Lost(_) => return Ok(()),
        };
        let Some(old) = at_mut(object, steps) else { return Ok(()) };
        let Some(old_text) = old.scalar_text() else {
            if delimits {
                return no_parts();
            }
            if payer.may_copy(steps.len()) {
                *old = copied(value, by, Some(old.origin()));
            }
            return Ok(());
        };
        if !payer.may_add(text_of(value).len() + if delimits { old_text.len() } else { 0 }) {
            return Ok(());
        }
        let text = if delimits { self.joined(old_text, text_of(value)) } else { text_of(value).to_owned() };
        let is_new = is_new(old, by);
        let kind = if is_new { plain_kind(&text, Dialect::Kustomize) } else { kind_of_new_text(old, &text)? };
        let before = (!is_new).then(|| old.origin());
        *old = Node::scalar(text, kind, old.style(), Origin::over(value.span(), by.clone(), before));
        Ok(())
    }

    /// The old text with one part replaced, or with one more at an end.
    fn joined(&self, old: &str, new: &str) -> String {
        let mut parts: Vec<&str> = old.split(self.options.delimiter).collect();
        match usize::try_from(self.options.index) {
            Err(_) => parts.insert(0, new),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = new,
                None => parts.push(new),
            },
        }
        parts.join(self.options.delimiter)
    }
}

/// In a text kustomize writes the tag of a value that its new text does not fit.
fn set_in_text(old: &mut Node, value: &Node, by: &SetBy) {
    let comments = old.comments().cloned().unwrap_or_default();
    *old = match old.scalar_text() {
        Some(_) => {
            let text = text_of(value);
            let kind = if is_new(old, by) { plain_kind(text, Dialect::Kustomize) } else { old.kind() };
            Node::scalar(text, kind, old.style(), old.origin())
        }
        None => value.clone(),
    };
    old.set_comments(comments);
}

/// Whether this replacement created a scalar a moment ago: it means what its text means.
fn is_new(node: &Node, by: &SetBy) -> bool {
    let created = node.origin().over.is_some_and(|over| over.by == *by && over.before.is_none());
    created && node.is_null()
}

/// A mapping or a list has no text.
fn text_of(value: &Node) -> &str {
    value.scalar_text().unwrap_or_default()
}

/// A value keeps the type that it has; a text that does not fit the type makes kustomize fail when it prints the object.
fn kind_of_new_text(old: &Node, text: &str) -> Result<ScalarKind, String> {
    let kind = old.kind();
    match (kind, plain_kind(text, Dialect::Kustomize)) {
        (ScalarKind::String, _) => Ok(kind),
        (ScalarKind::Timestamp, ScalarKind::String) | (ScalarKind::Float, ScalarKind::Integer) => Ok(kind),
        (_, new) if new == kind => Ok(kind),
        (_, new) => {
            let new = Node::scalar(text, new, Style::Plain, old.origin());
            Err(format!("it is {}, and the new value is {}", old.describe(), new.describe()))
        }
    }
}

/// The value with the place that put it there behind every part of it.
fn copied(value: &Node, by: &SetBy, before: Option<Origin>) -> Node {
    let mut copy = value.clone();
    mark(&mut copy, by, &Node::null(Origin::over(value.span(), by.clone(), None)));
    if before.is_some() {
        copy.set_over(by.clone(), before);
    }
    copy
}

/// Notes who put a value there over what it was made of; `fresh` says so of what came from a file.
fn mark(node: &mut Node, by: &SetBy, fresh: &Node) {
    for entry in node.entries_mut() {
        mark(&mut entry.value, by, fresh);
    }
    for item in node.items_mut() {
        mark(item, by, fresh);
    }
    let own = node.origin();
    if own.over.is_some() {
        node.set_over(by.clone(), Some(own));
    } else {
        node.share_over(fresh);
    }
}
