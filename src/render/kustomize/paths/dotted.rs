//! Paths with dots into an object, as `replacements` and `vars` write them, and the value that one leads to (kyaml:
//! `SmarterPathSplitter`, `PathGetter`). Not here: paths that lead to several values or create them (`matcher`).

use seatrial_model::Node;

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Takes a path apart at its dots. `\.` is a dot in a segment, and so is one in brackets; brackets that hold a `=` stay.
pub(crate) fn split(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    let mut parts = split_escaped(path.strip_prefix('.').unwrap_or(path), '.').into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            segments.push(part);
            continue;
        }
        let mut bracketed = part;
        for more in parts.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        let is_choice = bracketed.contains('=');
        segments.push(if is_choice { bracketed } else { bracketed.trim_matches(['[', ']']).to_owned() });
    }
    segments
}

/// The parts of a path; a backslash before the separator makes it one of the part.
pub(crate) fn split_escaped(path: &str, separator: char) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    for part in path.split(separator) {
        match segments.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push(separator);
                last.push_str(part);
            }
            None => segments.push(part.to_owned()),
        }
    }
    segments
}

/// `[name=web]` taken apart.
pub(crate) fn choice(segment: &str) -> Result<Option<(&str, &str)>, String> {
    if !(segment.starts_with('[') && segment.ends_with(']')) {
        return Ok(None);
    }
    let inside = segment.strip_suffix(']').unwrap_or(segment);
    let inside = inside.strip_prefix('[').unwrap_or(inside);
    match inside.split_once('=') {
        Some(pair) => Ok(Some(pair)),
        None => Err(format!("`{segment}` must name a field and its value, as in `[name=web]`")),
    }
}

/// A number as Go reads one.
pub(crate) fn number(segment: &str) -> Option<i64> {
    segment.parse().ok()
}

/// The steps to the one value that a path leads to; `None` where there is none.
pub(crate) fn lookup(node: &Node, path: &[String]) -> Result<Option<Vec<Step>>, String> {
    let mut steps = Vec::new();
    let mut here = node;
    for segment in path.iter().map(|s| s.trim()).filter(|s| !s.is_empty()) {
        let Some(step) = step(here, segment)? else { return Ok(None) };
        let Some(next) = down(here, &step) else { return Ok(None) };
        here = next;
        steps.push(step);
    }
    Ok(Some(steps))
}

fn step(node: &Node, segment: &str) -> Result<Option<Step>, String> {
    if let Some(index) = number(segment) {
        let index = usize::try_from(index).map_err(|_| format!("the index {index} is negative"))?;
        return Ok(items(node, segment)?.get(index).map(|_| Step::Index(index)));
    }
    if segment == "-" {
        let last = items(node, segment)?.len().checked_sub(1);
        return last.map(|last| Some(Step::Index(last))).ok_or_else(|| "the list is empty".to_owned());
    }
    if segment == "*" {
        return Err("a `*` is allowed only in the `fieldPaths` of targets".to_owned());
    }
    if let Some((key, value)) = choice(segment)? {
        let is_value = |n: &Node| n.scalar_text().unwrap_or_default() == value;
        let chosen = |item: &Node| if key.is_empty() { is_value(item) } else { item.get(key).is_some_and(is_value) };
        return Ok(items(node, segment)?.iter().position(chosen).map(Step::Index));
    }
    if node.is_null() {
        return Ok(None);
    }
    if !node.is_mapping() {
        return Err(format!("`{segment}` needs a mapping, not {}", node.describe()));
    }
    Ok(node.get(segment).map(|_| Step::Key(segment.to_owned())))
}

/// The items of a list; a null has none.
pub(crate) fn items<'a>(node: &'a Node, segment: &str) -> Result<&'a [Node], String> {
    if node.is_sequence() || node.is_null() {
        return Ok(node.items());
    }
    Err(format!("`{segment}` needs a list, not {}", node.describe()))
}

fn down<'a>(node: &'a Node, step: &Step) -> Option<&'a Node> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().get(*index),
    }
}

/// The value at the end of some steps.
pub(crate) fn at<'a>(node: &'a Node, steps: &[Step]) -> Option<&'a Node> {
    steps.iter().try_fold(node, down)
}

/// The same, to change.
pub(crate) fn at_mut<'a>(node: &'a mut Node, steps: &[Step]) -> Option<&'a mut Node> {
    steps.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get_mut(key),
        Step::Index(index) => node.items_mut().get_mut(*index),
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_dot_is_escaped_or_stands_in_brackets() {
        let cases: [(&str, &[&str]); 7] = [
            ("a.b.c", &["a", "b", "c"]),
            (".a.b", &["a", "b"]),
            (r"a.b\.c/d.e", &["a", "b.c/d", "e"]),
            ("a.[b.c/d].e", &["a", "b.c/d", "e"]),
            ("a.[name=b.c].e", &["a", "[name=b.c]", "e"]),
            ("a.[b]", &["a", "[b]"]),
            ("a..b", &["a", "", "b"]),
        ];
        for (path, expected) in cases {
            assert_eq!(split(path), expected, "{path}");
        }
    }
}
