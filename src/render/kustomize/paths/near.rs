//! "Did you mean" for a path into an object.

use seatrial_model::{Node, nearest_of_few};

use crate::paths::dotted::{Step, at, choice, lookup, number};

/// A key like the first one on the path that is missing.
pub(crate) fn near_field(object: &Node, path: &[String]) -> Option<String> {
    let reached = |length: usize| path.get(..length).and_then(|way| lookup(object, way).ok().flatten());
    let length = (0..path.len()).rev().find(|length| reached(*length).is_some())?;
    let steps: Vec<Step> = reached(length)?;
    let (node, wanted) = (at(object, &steps)?, path.get(length)?);
    let near = match choice(wanted).ok().flatten() {
        Some((key, value)) => {
            let values = node.items().iter().filter_map(|i| i.get(key)?.scalar_text());
            format!("[{key}={}]", nearest_of_few(value, values)?)
        }
        None if number(wanted).is_some() => return None,
        None => nearest_of_few(wanted, node.entries().iter().map(|e| e.key.text.as_str()))?.replace('.', "\\."),
    };
    let way = path.get(..length).unwrap_or_default().iter().map(|s| s.replace('.', "\\."));
    let rest = path.get(length + 1..).unwrap_or_default().iter().map(|s| s.replace('.', "\\."));
    Some(way.chain([near]).chain(rest).collect::<Vec<_>>().join("."))
}
