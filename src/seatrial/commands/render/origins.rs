//! Where each rendered value comes from: beside the YAML, and as JSON.

use std::collections::BTreeMap;

use seatrial_model::{Manifest, Node, Origin, SetBy, Sources, Style, Value, json_pointer, shown_on_one_line};
use seatrial_yaml::{Dialect, parse};
use serde_json::json;

use crate::commands::render::print::{Emit, documents};
use crate::commands::render::release_part;
use crate::process::streams::harmless_line;

/// Columns that the YAML takes at most before a longer line pushes its place to the right.
const WIDEST: usize = 44;

/// Links of a chain that are shown beside a line; the JSON has all.
const MOST_LINKS: usize = 4;

/// The manifests with the place of each line's value as a comment behind it: what set it last, then what that was set over.
pub(crate) fn yaml(manifests: &[Manifest], sources: &Sources, emit: Emit) -> String {
    documents(manifests.iter().map(|manifest| document(&manifest.node, sources, emit)))
}

/// A line per object with the place of its document, and what it is to the Helm release that brings it.
pub(crate) fn tree(manifests: &[Manifest], sources: &Sources) -> String {
    let line = |m: &Manifest| {
        let part = m.release.as_ref().map(|part| format!(" ({})", release_part::told(part))).unwrap_or_default();
        format!("{} {}  # {}{part}", m.api_version(), m.id, place(&Origin::from(m.span), sources))
    };
    manifests.iter().map(|m| format!("{}\n", shown_on_one_line(&line(m)))).collect()
}

/// Per object every scalar and every empty container by its JSON pointer, with the chain of places, the last setter first.
pub(crate) fn json(manifests: &[Manifest], sources: &Sources) -> String {
    let object = |manifest: &Manifest| {
        let mut values = Vec::new();
        collect(&manifest.node, &mut Vec::new(), sources, &mut values);
        let mut told = json!({ "apiVersion": manifest.api_version(), "object": manifest.id, "values": values });
        if let Some(part) = &manifest.release {
            told["release"] = release_part::json(part);
        }
        told
    };
    let objects: Vec<_> = manifests.iter().map(object).collect();
    format!("{:#}\n", json!({ "objects": objects }))
}

fn collect(node: &Node, path: &mut Vec<String>, sources: &Sources, values: &mut Vec<serde_json::Value>) {
    let is_leaf = node.entries().is_empty() && node.items().is_empty();
    if is_leaf {
        let pointer = json_pointer(path.iter().map(String::as_str));
        values.push(json!({ "pointer": pointer, "value": node.to_json(), "origins": chain_json(node, sources) }));
    }
    for entry in node.entries() {
        path.push(entry.key.text.to_string());
        collect(&entry.value, path, sources, values);
        path.pop();
    }
    for (index, item) in node.items().iter().enumerate() {
        path.push(index.to_string());
        collect(item, path, sources, values);
        path.pop();
    }
}

fn chain_json(node: &Node, sources: &Sources) -> Vec<serde_json::Value> {
    let link = |(origin, by): &(Origin, Option<SetBy>)| {
        let (file, line, column) = position(origin, sources);
        let field = by.as_ref().and_then(|by| field(by, sources));
        json!({ "file": file, "line": line, "column": column, "by": by.as_ref().map_or("file", kind), "field": field })
    };
    chain(node).iter().map(link).collect()
}

/// Each place with who set the value there; the first one is the last setter. A file is set by nobody.
fn chain(node: &Node) -> Vec<(Origin, Option<SetBy>)> {
    let mut links = Vec::new();
    let mut next = Some(node.origin());
    while let Some(origin) = next {
        let over = origin.over.clone();
        links.push((origin, over.as_ref().map(|over| over.by.clone())));
        // They stand beside the first of their text's links.
        let beside = over.iter().flat_map(|over| &over.beside).map(|also| (also.origin.clone(), Some(also.by.clone())));
        links.extend(beside);
        let is_printed = over.as_ref().is_some_and(|over| matches!(over.by, SetBy::Template { .. }));
        let before = over.and_then(|over| over.before.clone());
        // A value that a template printed is one that a file says: its place was told.
        next = before.filter(|before| !is_printed || before.over.is_some());
    }
    links
}

fn kind(by: &SetBy) -> &'static str {
    match by {
        SetBy::Patch => "patch",
        SetBy::Field(_) => "field",
        SetBy::Generator(_) => "generator",
        SetBy::CommandLine => "command line",
        SetBy::Variable(_) => "variable",
        SetBy::Replacement(_) => "replacement",
        SetBy::Var(..) => "var",
        SetBy::Values(_) => "values",
        SetBy::Template { .. } => "template",
        SetBy::LeftOut(_) => "left out",
    }
}

fn field(by: &SetBy, sources: &Sources) -> Option<String> {
    match by {
        SetBy::Field(name) | SetBy::Generator(name) | SetBy::Values(name) => Some((*name).to_owned()),
        SetBy::Variable(name) | SetBy::Var(name, _) => Some(name.to_string()),
        SetBy::Replacement(_) => Some("replacements".to_owned()),
        SetBy::Template { action } => Some(place(&Origin::from(*action), sources)),
        SetBy::LeftOut(number) => Some(format!("{number} links are left out")),
        SetBy::Patch | SetBy::CommandLine => None,
    }
}

fn position(origin: &Origin, sources: &Sources) -> (String, usize, usize) {
    let Some(file) = sources.get(origin.span.file) else { return (String::new(), 1, 1) };
    let (line, column) = file.line_column(origin.span.start);
    (file.shown_path().into_owned(), line, column)
}

fn place(origin: &Origin, sources: &Sources) -> String {
    let (file, line, column) = position(origin, sources);
    format!("{file}:{line}:{column}")
}

/// `overlay/kustomization.yaml:6:13 (images) ← base/web.yaml:19:18`.
fn told(node: &Node, sources: &Sources) -> String {
    let mut links = chain(node);
    // What set a value twice at one place (a generator, then its content hash) is told once.
    links.dedup_by(|later, earlier| later.0.span == earlier.0.span && later.1 == earlier.1);
    let words = |by: &SetBy| match (by, field(by, sources)) {
        (SetBy::Template { .. }, Some(action)) => format!("printed by {action}"),
        (_, field) => field.unwrap_or_else(|| kind(by).to_owned()),
    };
    let mut places: Vec<(String, Vec<String>)> = Vec::new();
    for (origin, by) in &links {
        let at = place(origin, sources);
        let by = by.as_ref().filter(|by| !matches!(by, SetBy::Template { action } if *action == origin.span));
        match places.last_mut() {
            // A value that is printed has one place, whoever gave it before.
            Some((last, words_of_last)) if *last == at => words_of_last.extend(by.map(words)),
            _ => places.push((at, by.map(words).into_iter().collect())),
        }
    }
    let tell = |(place, words): &(String, Vec<String>)| match words.as_slice() {
        [] => place.clone(),
        words => format!("{place} ({})", words.join(", ")),
    };
    let mut shown: Vec<String> = places.iter().take(MOST_LINKS).map(tell).collect();
    if places.len() > MOST_LINKS {
        shown.push(format!("{} more", places.len() - MOST_LINKS));
    }
    shown.join(" ← ")
}

/// The YAML is read again to learn which line each value came to stand on: it has the shape of what was printed.
fn document(node: &Node, sources: &Sources, emit: Emit) -> String {
    let text = emit(node);
    let file = Sources::new().add("<rendered>", text.clone());
    let mut places = BTreeMap::new();
    if let Some(printed) = parse(&file, Dialect::Kustomize).documents.first() {
        let line_of = |offset: u32| file.line_column(offset).0;
        mark(node, &printed.node, &line_of, &mut places);
    }
    let lines: Vec<&str> = text.lines().collect();
    let width = |line: &str| line.chars().count();
    let widest = places.keys().filter_map(|line| lines.get(line - 1)).map(|line| width(line)).filter(|w| *w <= WIDEST);
    let column = widest.max().unwrap_or(0);
    let annotated = lines.iter().enumerate().map(|(index, line)| match places.get(&(index + 1)) {
        Some(value) => {
            let blanks = " ".repeat(column.saturating_sub(width(line)));
            // A path may hold anything, and is written beside manifests that stay byte for byte.
            format!("{line}{blanks}  # {}\n", harmless_line(&told(value, sources)))
        }
        None => format!("{line}\n"),
    });
    annotated.collect()
}

/// Notes the line of every scalar and empty container; what begins on a line of its own tells for the container around it.
fn mark<'a>(node: &'a Node, printed: &Node, line_of: &dyn Fn(u32) -> usize, places: &mut BTreeMap<usize, &'a Node>) {
    let is_leaf = node.entries().is_empty() && node.items().is_empty();
    if is_leaf {
        let span = printed.span();
        // A comment may stand behind the header of a block, and behind the last line of everything else.
        let is_block =
            matches!(printed.value(), Value::Scalar(_)) && matches!(printed.style(), Style::Literal | Style::Folded);
        let line = if is_block { line_of(span.start) } else { line_of(span.end.max(span.start + 1) - 1) };
        places.entry(line).or_insert(node);
    }
    for (entry, printed) in node.entries().iter().zip(printed.entries()) {
        let key_line = line_of(printed.key.span.start);
        mark(&entry.value, &printed.value, line_of, places);
        // The first line of a value that is broken into several has no room for a comment; its last one has.
        let is_container = !entry.value.entries().is_empty() || !entry.value.items().is_empty();
        if is_container {
            places.entry(key_line).or_insert(&entry.value);
        }
    }
    for (item, printed) in node.items().iter().zip(printed.items()) {
        mark(item, printed, line_of, places);
    }
}
