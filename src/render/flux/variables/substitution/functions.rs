//! What the operators of an expression do to a value (fluxcd/pkg: `envsubst/funcs.go`). Lengths and offsets are bytes there, and here.

use crate::patterns::glob;

/// The value of an expression whose variable has the value `text`; an operator that does not exist gives the value or, where it is empty, what
/// stands behind the operator.
pub(super) fn apply(operator: &str, text: &str, arguments: &[String]) -> String {
    let first = arguments.first().map(String::as_str);
    let (pattern, replacement) = (first.unwrap_or_default(), arguments.get(1).map_or("", String::as_str));
    match operator {
        "," => first_character(text, lower),
        ",," => text.chars().map(lower).collect(),
        "^" => first_character(text, upper),
        "^^" => text.chars().map(upper).collect(),
        "#" if first.is_none() => text.len().to_string(),
        "#" => without_shortest(text, pattern),
        "##" => without_longest(text, pattern),
        "%" => reversed(&without_shortest(&reversed(text), &reversed(pattern))),
        "%%" => reversed(&without_longest(&reversed(text), &reversed(pattern))),
        ":" => substring(text, arguments),
        "/" => text.replacen(pattern, replacement, 1),
        "//" => text.replace(pattern, replacement),
        "/#" if arguments.len() == 2 && text.starts_with(pattern) => text.replacen(pattern, replacement, 1),
        "/%" if arguments.len() == 2 => {
            text.strip_suffix(pattern).map_or(text.to_owned(), |kept| format!("{kept}{replacement}"))
        }
        "/#" | "/%" => text.to_owned(),
        _ if text.is_empty() => arguments.concat(),
        _ => text.to_owned(),
    }
}

fn first_character(text: &str, change: fn(char) -> char) -> String {
    let mut characters = text.chars();
    characters.next().map(change).into_iter().chain(characters).collect()
}

/// Go changes a character into one character, or leaves it.
fn lower(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// bash returns the string where a number cannot be parsed; what lies outside of it is empty.
fn substring(text: &str, arguments: &[String]) -> String {
    let number = |at: usize| arguments.get(at).map(|argument| argument.parse::<isize>());
    let Some(Ok(offset)) = number(0) else { return text.to_owned() };
    let size = isize::try_from(text.len()).unwrap_or(isize::MAX);
    let start = if offset < 0 { (size + offset).max(0) } else { offset };
    let end = match number(1) {
        None => size,
        Some(Err(_)) => return text.to_owned(),
        Some(Ok(length)) if length < 0 => size.saturating_add(length),
        Some(Ok(length)) => start.saturating_add(length).min(size),
    };
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let bytes = range.and_then(|(start, end)| text.as_bytes().get(start..end));
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

/// Without the shortest beginning that a pattern matches.
fn without_shortest(text: &str, pattern: &str) -> String {
    let mut shortest = 0;
    for end in ends(text) {
        match glob::matches(pattern, &text[..end]) {
            Some(true) => shortest = end,
            Some(false) => {}
            None => return text.to_owned(),
        }
    }
    text[shortest..].to_owned()
}

/// Without the longest beginning that a pattern matches.
fn without_longest(text: &str, pattern: &str) -> String {
    for end in ends(text) {
        match glob::matches(pattern, &text[..end]) {
            Some(true) => return text[end..].to_owned(),
            Some(false) => {}
            None => return text.to_owned(),
        }
    }
    text.to_owned()
}

/// Ends of beginnings that are not empty, the longest first.
fn ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().rev().map(|(start, c)| start + c.len_utf8())
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}
