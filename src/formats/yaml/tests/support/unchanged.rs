//! What an edit must leave as it is: every other value, every comment and every other byte.

use seatrial_model::{Node, SourceFile, Sources, Style, Value};
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
            assert_comments(text, &after.documents, &context);
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

/// Nothing that is written becomes a comment.
fn assert_comments(text: &str, after: &[Document], context: &dyn Fn() -> String) {
    for document in after {
        walk(&document.node, &mut Vec::new(), &mut |_, node| {
            let Some(comments) = node.comments() else { return };
            for comment in comments.head.iter().chain(&comments.line).chain(&comments.foot) {
                assert!(text.contains(comment.trim_end()), "a new comment {comment:?}: {}", context());
            }
        });
    }
}

/// A value, and where it or its key begins.
struct Place<'a> {
    node: &'a Node,
    start: usize,
    /// Where what stands before it ends.
    floor: usize,
}

fn find<'a>(root: &'a Node, path: &[Step<'_>]) -> Option<Place<'a>> {
    let mut place = Place { node: root, start: root.span().start as usize, floor: 0 };
    for step in path {
        place = match step {
            Step::Key(key) => {
                let entry = place.node.entry(key)?;
                let (start, floor) = (entry.key.span.start as usize, entry.key.span.end as usize);
                Place { node: &entry.value, start, floor }
            }
            Step::Item(index) => {
                let node = place.node.items().get(*index)?;
                let before = place.node.items().iter().take(*index).map(|item| item.span().end as usize);
                let floor = before.max().unwrap_or_default().max(place.node.span().start as usize);
                Place { node, start: node.span().start as usize, floor }
            }
        };
    }
    Some(place)
}

/// Around a value that is set or removed only blanks and signs go, and comments that go with it are inside of it.
fn assert_bytes(
    text: &str,
    root: &Node,
    path: &[Step<'_>],
    change: &Change,
    splice: &Splice,
    context: &dyn Fn() -> String,
) {
    let Some(Place { node, start, floor }) = find(root, path) else { return };
    // A value that is absent, or stands elsewhere, has no bytes here.
    if (node.span().start as usize) < floor || node.span().start == node.span().end {
        return;
    }
    let (inside, end) = (node.span().start as usize, node.span().end as usize);
    let is_set = matches!(change, Change::Set(_));
    let start = match path.last() {
        _ if is_set => inside,
        // What stands between a dash and its item goes with it.
        Some(Step::Item(_)) => splice.start,
        _ => start,
    };
    let last_line = text[end..].find('\n').map_or(text.len(), |at| end + at);
    // The last line of a collection, or of what is removed, goes with it.
    let behind = if is_set && node.scalar_text().is_some() { end } else { last_line };
    for (from, to) in [(splice.start, splice.end.min(start)), (splice.start.max(behind), splice.end)] {
        let gone = text.get(from..to.max(from)).unwrap_or_default();
        let gone = gone.trim_matches([' ', '\t', '\n', '\r', ':', '-', '?', ',']);
        // A tag or an anchor of what is removed goes with it.
        let is_sign = !is_set && !gone.contains('#');
        assert!(gone.is_empty() || is_sign || splice.text.contains(gone), "{gone:?} went: {}", context());
    }
    if is_set && matches!(node.style(), Style::Literal | Style::Folded) && splice.end > splice.start {
        let header = text[inside..end].lines().next().unwrap_or_default();
        let comment = header.find('#').map_or("", |at| header[at..].trim_end());
        assert!(splice.text.contains(comment), "{comment:?} went: {}", context());
    }
}
