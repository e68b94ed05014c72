//! `replacements`: a value of one object copied into fields of others (kustomize: `ReplacementTransformer`, `filters/replacement`).
//!
//! Not here: how a field is found (`paths`), values in texts (`structured`), what is said when nothing is found
//! (`findings`), what is copied (`source`).

use std::sync::Arc;

use seatrial_model::{Built, Finding, Level, Node, Origin, ScalarKind, SetBy, Span, Style};
use seatrial_yaml::{Dialect, plain_kind};

use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::nearly_selected::nearly_selected;
use crate::gather::selector::Selector;
use crate::gather::unfinished::{self, has_errors_since};
use crate::kustomization::items::REPLACEMENT;
use crate::kustomization::loosened::fit_strictly;
use crate::load::files::Files;
use crate::objects::resource::Resource;
use crate::paths::dotted::{Step, at_mut, split};
use crate::paths::matcher::{Create, Found, Kind, matches};
use crate::paths::pattern::Patterns;
use crate::paths::payer::Payer;
use crate::replace::findings::{self as told, Unfit};
use crate::replace::source::{DEFAULT_FIELD, FieldOptions, source_value, warn_of_encoding};
use crate::replace::structured::replace_in_text;
use crate::values::budget::Budget;
use crate::values::shared::spread;
use crate::values::size::{DEEPEST, Size};

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
                "`path` and `{}` exclude each other: a replacement is either in a file or written here",
                own.key.text
            );
            findings.push(
                Finding::new(ids::KUSTOMIZE, path.span(), message).with_related(own.key.span, "this is set here"),
            );
            continue;
        }
        let before = findings.len();
        let replacements = read_file(path, dir, files, findings);
        if has_errors_since(findings, before) {
            unfinished::perhaps_any(path.span(), resources);
        }
        for replacement in replacements {
            apply(&replacement, resources, findings);
        }
    }
}

/// A file holds one replacement, or a list of them.
fn read_file(path: &Node, dir: &str, files: &mut Files<'_>, findings: &mut Vec<Finding>) -> Vec<Node> {
    let Some(file) = files.text(dir, path, findings) else { return Vec::new() };
    let documents = files.documents_of(&file, Dialect::Kubectl, findings);
    let Some(document) = documents.documents.first() else {
        let message = format!("`{}` contains no replacement", path.as_str().unwrap_or_default());
        findings.push(Finding::new(ids::KUSTOMIZE, path.span(), message));
        return Vec::new();
    };
    let list = if document.node.is_mapping() { std::slice::from_ref(&document.node) } else { document.node.items() };
    if !document.node.is_mapping() && !document.node.is_sequence() {
        let message = format!("a file of replacements must be a mapping or a list, not {}", document.node.describe());
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
    let Some(value) = source_value(replacement, resources, findings) else {
        for target in targets.items() {
            unfinished::those_selected(target.get("select"), target.span(), resources);
        }
        return;
    };
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
            let message = "this target selects nothing, so nothing is copied";
            let finding = Finding::new(ids::PATCH_TARGET, self.written.span(), message).with_level(Level::Warning);
            let finding = nearly_selected(finding, self.written, resources);
            findings.extend(resources.absent(finding));
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
                    let Err(unfit) = filled else { continue };
                    budget.find(1, path.place);
                    findings.push(told::not_filled(resource, path.text, path.place, &unfit, self.options.create));
                    resource.built = Built::InPart;
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
    ) -> Result<(), Unfit> {
        let payer = Payer::new(budget, value.size, path.place);
        let value = &value.node;
        let by = SetBy::Replacement(path.place);
        if path.segments.len() >= DEEPEST {
            return Err(Unfit::Field(format!("it would be nested more than {DEEPEST} deep")));
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
            let found = matches(&mut changed, &path.segments, create.as_ref(), patterns).map_err(Unfit::Field)?;
            if found.is_empty() {
                return Err(Unfit::Absent);
            }
            found.iter().try_for_each(|found| self.set(&mut changed, found, value, &by, payer))?;
        }
        let mut shared = std::mem::take(&mut resource.shared);
        spread(resource.node(), &mut changed, &mut shared, budget);
        resource.shared = shared;
        resource.edit(|node| *node = changed);
        Ok(())
    }

    fn set(&self, object: &mut Node, found: &Found, value: &Node, by: &SetBy, payer: Payer<'_>) -> Result<(), Unfit> {
        let no_parts = || Err(Unfit::Field("it is not a string that has parts between delimiters".to_owned()));
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
        let kind = if is_new { plain_kind(&text, Dialect::Kustomize) } else { kind_of_new_text(old, &text, value)? };
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
fn kind_of_new_text(old: &Node, text: &str, value: &Node) -> Result<ScalarKind, Unfit> {
    let kind = old.kind();
    match (kind, plain_kind(text, Dialect::Kustomize)) {
        (ScalarKind::String, _) => Ok(kind),
        (ScalarKind::Timestamp, ScalarKind::String) | (ScalarKind::Float, ScalarKind::Integer) => Ok(kind),
        (_, new) if new == kind => Ok(kind),
        (_, new) => {
            let new = Node::scalar(text, new, Style::Plain, old.origin());
            let why = format!("it is {}, and the new value is {}", old.describe(), new.describe());
            Err(Unfit::Value { why, value: value.span(), old: old.span() })
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
