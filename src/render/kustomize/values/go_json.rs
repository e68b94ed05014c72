//! JSON as Go writes it.

use std::fmt::Write as _;

use serde_json::Value;

/// As Go's `json.Marshal` writes: keys sorted by bytes, `<`, `>`, `&` and two line separators escaped.
pub(crate) fn go_json(value: &Value) -> String {
    let json = value.to_string();
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}
