//! Names in other cases: `snakecase`, `kebabcase`, `camelcase` (github.com/huandu/xstrings).

use seatrial_golang::unicode::is_letter;
use seatrial_gotemplate::{Function, Type, Value};

use super::argument::text;
use super::letters::{is_punctuation, is_upper, to_lower, to_upper};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("snakecase", &[Type::Text], |_, arguments| Ok(Value::text(joined(&text(arguments, 0), '_')))),
    Function::new("kebabcase", &[Type::Text], |_, arguments| Ok(Value::text(joined(&text(arguments, 0), '-')))),
    Function::new("camelcase", &[Type::Text], |_, arguments| Ok(Value::text(pascal(&text(arguments, 0))))),
];

fn connects(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// A letter of a script with cases, roughly: not of the usual Chinese, Japanese and Korean ones.
fn is_alphabetic(c: char) -> bool {
    is_letter(c) && !matches!(c, '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}')
}

/// `xstrings.ToPascalCase`
fn pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name.chars();
    // Connectors at the start stay.
    let mut current = loop {
        let Some(c) = rest.next() else { return out_of_connectors(name) };
        if !connects(c) {
            break c;
        }
        out.push(c);
    };
    let mut follows_upper = is_upper(current);
    current = to_upper(current);
    for next in rest {
        let before = std::mem::replace(&mut current, next);
        if connects(next) && connects(before) {
            out.push(before);
            continue;
        }
        if connects(before) {
            follows_upper = is_upper(next);
            current = to_upper(next);
            continue;
        }
        if follows_upper {
            if is_upper(next) {
                current = to_lower(next);
            } else {
                follows_upper = false;
            }
        }
        out.push(before);
    }
    out.push(current);
    out
}

/// xstrings writes the last of nothing but connectors twice.
fn out_of_connectors(name: &str) -> String {
    let mut out = name.to_owned();
    out.extend(name.chars().last());
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Number,
    Upper,
    Alphabetic,
    Connector,
    Punctuation,
    Other,
}

/// The first word, and what is behind it.
fn next_word(name: &str) -> (Kind, &str, &str) {
    let Some(first) = name.chars().next() else { return (Kind::Nothing, "", "") };
    let while_all = |kind, is_part: fn(char) -> bool| {
        let end = name.find(|c| !is_part(c)).unwrap_or(name.len());
        (kind, &name[..end], &name[end..])
    };
    let goes_on = |c: char| is_alphabetic(c) && !is_upper(c);
    if connects(first) {
        while_all(Kind::Connector, connects)
    } else if is_punctuation(first) {
        while_all(Kind::Punctuation, is_punctuation)
    } else if is_upper(first) {
        upper_word(name, first.len_utf8())
    } else if is_alphabetic(first) {
        // The first need not go on: a letter is here by itself.
        let behind = &name[first.len_utf8()..];
        let end = name.len() - behind.trim_start_matches(goes_on).len();
        (Kind::Alphabetic, &name[..end], &name[end..])
    } else if first.is_numeric() {
        while_all(Kind::Number, char::is_numeric)
    } else {
        while_all(Kind::Other, |c| !(connects(c) || is_alphabetic(c) || c.is_numeric() || is_punctuation(c)))
    }
}

/// A word that begins with a capital: `HTTP` of `HTTPStatus`, or `Status`.
fn upper_word(name: &str, first: usize) -> (Kind, &str, &str) {
    let behind = &name[first..];
    let split = |end: usize| (Kind::Upper, &name[..end], &name[end..]);
    match behind.chars().next() {
        Some(second) if is_upper(second) => {
            let rest = behind.trim_start_matches(is_upper);
            let end = name.len() - rest.len();
            if !rest.chars().next().is_some_and(is_alphabetic) {
                return split(end);
            }
            let last = name[..end].chars().next_back().map_or(0, char::len_utf8);
            split(end - last)
        }
        Some(second) if is_alphabetic(second) => {
            let rest = behind.trim_start_matches(|c| is_alphabetic(c) && !is_upper(c));
            split(name.len() - rest.len())
        }
        _ => split(first),
    }
}

fn write(out: &mut String, kind: Kind, word: &str, connector: char) {
    if kind != Kind::Upper && kind != Kind::Connector {
        return out.push_str(word);
    }
    let one = |c: char| match c {
        _ if connects(c) => connector,
        _ if is_upper(c) => to_lower(c),
        _ => c,
    };
    out.extend(word.chars().map(one));
}

/// `xstrings.camelCaseToLowerCase`
fn joined(name: &str, connector: char) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let (mut kind, mut word, mut rest) = next_word(name);
    while !rest.is_empty() {
        if kind != Kind::Connector {
            write(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match before {
            Kind::Number => {
                while kind == Kind::Alphabetic || kind == Kind::Number {
                    write(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Kind::Nothing | Kind::Punctuation | Kind::Connector) {
                    out.push(connector);
                }
            }
            Kind::Connector => write(&mut out, before, last, connector),
            Kind::Punctuation => {}
            _ if kind != Kind::Number => {
                if !matches!(kind, Kind::Connector | Kind::Punctuation) {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                // The number belongs to the word before it, unless small letters follow.
                if kind != Kind::Alphabetic {
                    write(&mut out, Kind::Number, number, connector);
                    if !matches!(kind, Kind::Connector | Kind::Punctuation) {
                        out.push(connector);
                    }
                    continue;
                }
                out.push(connector);
                write(&mut out, Kind::Number, number, connector);
                while kind == Kind::Alphabetic || kind == Kind::Number {
                    write(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Kind::Nothing | Kind::Connector | Kind::Punctuation) {
                    out.push(connector);
                }
            }
        }
    }
    write(&mut out, kind, word, connector);
    out
}
