//! What an edit must leave as it is: every other value, every comment and every other byte.

use std::collections::HashMap;

use seatrial_model::{Node, SourceFile, Sources, Value};
use seatrial_yaml::{Change, Dialect, Document, Splice, Step, parse};

/// Checks a splice that `edit` has proposed for a change at a path of a document.
pub(crate) fn check(file: &SourceFile, document: usize, path: &[Step<'_>], change: &Change, splice: &Splice) {
    let text = file.text();
    let changed = splice.apply(text);
    for dialect in [Dialect::Kustomize, Dialect::Kubectl] {
        let read = |text: &str| parse(&Sources::new().add("any.yaml", text.to_owned()), dialect);
        let (before, after) = (read(text), read(&changed));
        let context = || format!("{path:?} {change:?}\n{text:?}\n{changed:?}");
        assert_eq!(before.findings.len(), after.findings.len(), "{}", context());
        assert_eq!(before.documents.len(), after.documents.len(), "{}", context());
        for (index, (old, new)) in before.documents.iter().zip(&after.documents).enumerate() {
            if index != document {
                assert_eq!(values(&old.node), values(&new.node), "{}", context());
            } else if dialect == Dialect::Kustomize {
                // kubectl may call keys otherwise.
                assert_document(&old.node, &new.node, path, change, &context);
            }
        }
        if dialect == Dialect::Kustomize {
            assert_comments(&before.documents, &after.documents, document, path, change, &context);
            assert_bytes(text, &before.documents[document].node, path, change, splice, &context);
        }
    }
}

fn assert_document(old: &Node, new: &Node, path: &[Step<'_>], change: &Change, context: &dyn Fn() -> String) {
    let place = names(path);
    let (mut old, new) = (values(old), values(new));
    let below = |path: &[String]| path.starts_with(&place);
    old.retain(|(path, _)| !below(path));
    let (at_place, mut others): (Vec<_>, Vec<_>) = new.into_iter().partition(|(path, _)| below(path));
    if let Change::Set(value) = change {
        let wanted: Vec<_> = values(value).into_iter().map(|(p, v)| ([place.clone(), p].concat(), v)).collect();
        assert_eq!(at_place, wanted, "the value itself: {}", context());
    } else {
        // The items behind a removed one come forward.
        others.extend(at_place);
        if let Some(Step::Item(index)) = path.last() {
            old.iter_mut().for_each(|(path, _)| come_forward(path, &place, *index));
        }
        others.sort();
        old.sort();
    }
    let holder = place.get(..place.len().saturating_sub(1)).unwrap_or_default();
    // What was nothing or empty has become a collection, or the other way round.
    let is_holder = |(path, _): &(Vec<String>, String)| path == holder && !place.is_empty();
    others.retain(|entry| !is_holder(entry));
    old.retain(|entry| !is_holder(entry));
    assert_eq!(others, old, "another value: {}", context());
}

fn come_forward(path: &mut [String], removed: &[String], index: usize) {
    let depth = removed.len() - 1;
    let is_list = path.len() > depth && path[..depth] == removed[..depth];
    if let Some(at) = path.get(depth).and_then(|name| name.strip_prefix("item ")?.parse::<usize>().ok())
        && is_list
        && at > index
    {
        path[depth] = format!("item {}", at - 1);
    }
}

fn names(path: &[Step<'_>]) -> Vec<String> {
    let name = |step: &Step<'_>| match step {
        Step::Key(key) => format!("key {key}"),
        Step::Item(index) => format!("item {index}"),
    };
    path.iter().map(name).collect()
}

/// The scalars and the empty collections of a node, in order, with their paths.
fn values(node: &Node) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    walk(node, &mut Vec::new(), &mut |path, node| {
        let value = match node.value() {
            Value::Scalar(text) => format!("{:?} {text:?}", node.kind()),
            Value::Sequence(items) if items.is_empty() => "[]".to_owned(),
            Value::Mapping(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Sequence(_) | Value::Mapping(_) => return,
        };
        found.push((path.to_vec(), value));
    });
    found
}

fn walk<'a>(node: &'a Node, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], &'a Node)) {
    visit(path, node);
    for entry in node.entries() {
        path.push(format!("key {}", entry.key.text));
        walk(&entry.value, path, visit);
        path.pop();
    }
    for (index, item) in node.items().iter().enumerate() {
        path.push(format!("item {index}"));
        walk(item, path, visit);
        path.pop();
    }
}

/// How often each comment stands in some documents, except where `skip` says so.
fn comments(documents: &[Document], skip: &dyn Fn(usize, &[String]) -> bool) -> HashMap<String, usize> {
    let mut count = HashMap::new();
    for (index, document) in documents.iter().enumerate() {
        walk(&document.node, &mut Vec::new(), &mut |path, node| {
            let Some(comments) = node.comments().filter(|_| !skip(index, path)) else { return };
            for text in comments.head.iter().chain(&comments.line).chain(&comments.foot) {
                *count.entry(text.to_string()).or_default() += 1;
            }
        });
    }
    count
}

/// No comment comes, and none goes but with the value that it stands in.
fn assert_comments(
    before: &[Document],
    after: &[Document],
    document: usize,
    path: &[Step<'_>],
    change: &Change,
    context: &dyn Fn() -> String,
) {
    let place = names(path);
    let is_removed = matches!(change, Change::Remove);
    let may_go = |index: usize, path: &[String]| {
        index == document && path.starts_with(&place) && (is_removed || path.len() > place.len())
    };
    let (all, kept) = (comments(before, &|_, _| false), comments(before, &may_go));
    let after = comments(after, &|_, _| false);
    for (comment, count) in &after {
        assert!(all.get(comment) >= Some(count), "a new comment {comment:?}: {}", context());
    }
    for (comment, count) in &kept {
        assert!(after.get(comment) >= Some(count), "a lost comment {comment:?}: {}", context());
    }
}

/// Of what stands around a value that is set only blanks go.
fn assert_bytes(
    text: &str,
    root: &Node,
    path: &[Step<'_>],
    change: &Change,
    splice: &Splice,
    context: &dyn Fn() -> String,
) {
    let mut node = Some(root);
    let mut floor = 0;
    for step in path {
        node = match (step, node) {
            (Step::Key(key), Some(node)) => node.entry(key).map(|entry| {
                floor = entry.key.span.end;
                &entry.value
            }),
            (Step::Item(index), Some(node)) => {
                let before = node.items().iter().take(*index).map(|item| item.span().end);
                floor = before.max().unwrap_or_default().max(node.span().start);
                node.items().get(*index)
            }
            (_, None) => None,
        };
    }
    // A value that is absent, or stands elsewhere, has no bytes here.
    let Some(node) = node.filter(|node| matches!(change, Change::Set(_)) && node.span().start >= floor) else { return };
    let (start, end) = (node.span().start as usize, node.span().end as usize);
    for (from, to) in [(splice.start, splice.end.min(start)), (splice.start.max(end), splice.end)] {
        let gone = text.get(from..to.max(from)).unwrap_or_default();
        // The `:` of a last pair without a value lies behind the span of the collection.
        let gone = gone.trim_matches([' ', '\t', '\n', '\r']);
        let is_kept = gone.is_empty() || splice.text.contains(gone) || (gone == ":" && from >= end);
        assert!(is_kept, "{gone:?} went: {}", context());
    }
}
