//! Members of the operations of a JSON patch whose names are misspelt. kustomize passes over what it does not know.

use seatrial_model::{Finding, Key, Level, Node, nearest_of_few};

use crate::findings::ids;
use crate::json_patch::error::{JsonPatchError, error};

/// An operation lacks a member, perhaps because another one is misspelt.
pub(crate) fn without(operation: &Node, member: &str) -> JsonPatchError {
    let near = misspelt(operation).find(|(_, meant)| *meant == member).map(|(key, _)| key);
    match near {
        Some(key) => error(key.span, format!("the operation has no `{member}`, but `{}`", key.text)),
        None => error(operation.span(), format!("the operation has no `{member}`")),
    }
}

/// Members that no operation has, each with the one that it nearly is.
fn misspelt(operation: &Node) -> impl Iterator<Item = (&Key, &'static str)> {
    const MEMBERS: [&str; 4] = ["op", "path", "from", "value"];
    let keys = operation.entries().iter().map(|entry| &entry.key);
    let unknown = keys.filter(|key| !MEMBERS.contains(&key.text.as_str()));
    unknown.filter_map(|key| Some((key, nearest_of_few(&key.text, MEMBERS)?)))
}

/// A value under a misspelt name is passed over, and null is set (json-patch: `operation.value`).
pub(crate) fn passed_over(operation: &Node) -> Option<Finding> {
    let (key, meant) = misspelt(operation).find(|(_, meant)| *meant == "value")?;
    let has_value = operation.get(meant).is_some();
    let message = format!("an operation has no `{}`: it is passed over", key.text);
    let finding = Finding::new(ids::KUSTOMIZE, key.span, message).with_level(Level::Warning);
    (!has_value).then(|| finding.with_help("did you mean `value`?"))
}
