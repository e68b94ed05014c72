//! `$(NAME)` in a text replaced by values (kustomize: `filters/refvar/expand.go`). Not here: which texts (`resolution`).

use seatrial_golang::float;

use crate::values::base64::base64_lines;

/// What a var stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
}

impl Value {
    /// As Go prints it within a text (`%v`).
    fn in_text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => float::general(*number),
            Value::Bool(value) => value.to_string(),
        }
    }
}

/// What became of a text.
#[derive(Debug, PartialEq)]
pub(crate) struct Expansion<'a> {
    /// The vars that were replaced, in order.
    pub(crate) used: Vec<&'a str>,
    pub(crate) result: Expanded,
}

/// The new text, or that it was nothing but one var, which keeps its type.
#[derive(Debug, PartialEq)]
pub(crate) enum Expanded {
    Whole(Value),
    Text(String),
}

/// Replaces what has a value. `$$` is a `$`, and whatever else begins with one stays. Whatever comes behind so many bytes is left out.
pub(crate) fn expand<'a, 'v>(text: &'a str, most: usize, value: impl Fn(&str) -> Option<&'v Value>) -> Expansion<'a> {
    let mut used = Vec::new();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$').filter(|(_, after)| !after.is_empty()) {
        if bytes.len() > most {
            break;
        }
        bytes.extend_from_slice(before.as_bytes());
        if let Some(name) = after.strip_prefix('(').and_then(|inner| inner.split_once(')')).map(|(name, _)| name) {
            rest = after.get(name.len() + 2..).unwrap_or_default();
            match value(name) {
                Some(value) if text.len() == name.len() + "$()".len() => {
                    return Expansion { used: vec![name], result: Expanded::Whole(value.clone()) };
                }
                Some(value) => {
                    used.push(name);
                    bytes.extend_from_slice(value.in_text().as_bytes());
                }
                None => bytes.extend_from_slice(format!("$({name})").as_bytes()),
            }
            continue;
        }
        let mut following = after.bytes();
        match following.next() {
            Some(b'$') => bytes.push(b'$'),
            Some(first) => {
                // kustomize takes the first byte for a character, and leaves the others of that character.
                bytes.push(b'$');
                bytes.extend_from_slice(char::from(first).to_string().as_bytes());
                let length = after.chars().next().map_or(1, char::len_utf8);
                bytes.extend_from_slice(after.as_bytes().get(1..length).unwrap_or_default());
            }
            None => {}
        }
        rest = after.chars().next().map_or("", |c| after.get(c.len_utf8()..).unwrap_or_default());
    }
    bytes.extend_from_slice(rest.as_bytes());
    // What is not text any more is written as go-yaml writes bytes.
    let text = String::from_utf8(bytes).unwrap_or_else(|error| base64_lines(error.as_bytes()));
    Expansion { used, result: Expanded::Text(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_what_is_none_stays() {
        let host = Value::Text("db".to_owned());
        let port = Value::Integer(80);
        let value = |name: &str| match name {
            "HOST" => Some(&host),
            "PORT" => Some(&port),
            _ => None,
        };
        let cases = [
            ("http://$(HOST):$(PORT)/", "http://db:80/"),
            ("$(X) $(HOST)$(HOST)", "$(X) dbdb"),
            ("$$(HOST) $$$(HOST) $$$$(HOST)", "$(HOST) $db $$(HOST)"),
            ("$(HOST", "$(HOST"),
            ("$($(HOST)", "$($(HOST)"),
            ("$HOST $ $", "$HOST $ $"),
            ("$)$(HOST)", "$)db"),
            ("", ""),
            ("$é", "JMODqQ=="),
        ];
        for (text, expected) in cases {
            assert_eq!(expand(text, 100, value).result, Expanded::Text(expected.to_owned()), "{text}");
        }
        assert_eq!(expand("$(PORT)", 100, value).result, Expanded::Whole(Value::Integer(80)));
        assert_eq!(expand("$(PORT)$(HOST)", 100, value).used, ["PORT", "HOST"]);
    }
}
