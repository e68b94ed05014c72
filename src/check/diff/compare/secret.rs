//! The data of Secrets: what `data` and `stringData` hold, compared decoded, and never shown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_model::Node;

use super::Comparer;
use crate::{Remark, Segment};

impl Comparer<'_> {
    /// Compares what two Secrets hold. `stringData` wins over `data`, as on the API server.
    pub(super) fn secrets(&mut self, before: &Node, after: &Node) {
        let (one, other) = (held(before), held(after));
        let keys: std::collections::BTreeSet<&&str> = one.keys().chain(other.keys()).collect();
        for key in keys {
            let (before, after) = (one.get(key), other.get(key));
            if before.map(|held| &held.bytes) == after.map(|held| &held.bytes) {
                continue;
            }
            let field = after.or(before).map_or("data", |held| held.field);
            self.path.push(Segment::Field(field.into()));
            self.path.push(Segment::Field((*key).into()));
            self.push_with(before.map(|held| held.node), after.map(|held| held.node), Some(Remark::IsSecret));
            self.path.truncate(self.path.len() - 2);
        }
    }
}

/// One value of a Secret.
struct Held<'a> {
    field: &'static str,
    node: &'a Node,
    bytes: Cow<'a, [u8]>,
}

fn held(secret: &Node) -> BTreeMap<&str, Held<'_>> {
    let mut all = BTreeMap::new();
    for field in ["data", "stringData"] {
        for entry in secret.get(field).map_or(&[][..], Node::entries) {
            let text = entry.value.scalar_text().unwrap_or_default();
            let bytes = match field {
                "data" => decoded(text),
                _ => Cow::Borrowed(text.as_bytes()),
            };
            all.insert(&*entry.key.text, Held { field, node: &entry.value, bytes });
        }
    }
    all
}

/// What base64 says; of what is not base64, the text itself.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    let clean: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(clean).map_or(Cow::Borrowed(text.as_bytes()), Cow::Owned)
}
