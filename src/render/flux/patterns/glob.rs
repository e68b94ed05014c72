//! Patterns of shells as Go's `path.Match` has them, but that `*` matches `/`, too (fluxcd/pkg: `envsubst/path/match.go`).

/// Whether a pattern matches all of a name; `None` for a pattern that is malformed where it was looked at.
pub(crate) fn matches(pattern: &str, name: &str) -> Option<bool> {
    let (mut pattern, mut name) = (pattern, name);
    while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        if star && chunk.is_empty() {
            return Some(true);
        }
        pattern = rest;
        let is_last = pattern.is_empty();
        let fits = |left: &str| left.is_empty() || !is_last;
        if let Some(left) = match_chunk(chunk, name)?.filter(|left| fits(left)) {
            name = left;
            continue;
        }
        if !star {
            return Some(false);
        }
        let mut found = None;
        for (at, c) in name.char_indices() {
            let tail = &name[at + c.len_utf8()..];
            if let Some(left) = match_chunk(chunk, tail)?.filter(|left| fits(left)) {
                found = Some(left);
                break;
            }
        }
        match found {
            Some(left) => name = left,
            None => return Some(false),
        }
    }
    Some(name.is_empty())
}

/// Whether a pattern is well formed, all of it.
pub(crate) fn is_pattern(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '[' => match match_class(rest, 'a') {
                Some((_, behind)) => rest = behind,
                None => return false,
            },
            '\\' => match rest.chars().next() {
                Some(escaped) => rest = &rest[escaped.len_utf8()..],
                None => return false,
            },
            _ => {}
        }
    }
    true
}

/// Whether it begins with stars, what follows up to the next one, and the rest.
fn next_chunk(pattern: &str) -> (bool, &str, &str) {
    let bare = pattern.trim_start_matches('*');
    let (mut in_class, mut escaped, mut end) = (false, false, bare.len());
    for (at, c) in bare.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '*' if !in_class => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    (bare.len() < pattern.len(), &bare[..end], &bare[end..])
}

/// What is left of a name behind a chunk that it begins with; `None` inside for one that it does not begin with.
#[allow(clippy::option_option, reason = "malformed, no match, match")]
fn match_chunk<'a>(chunk: &str, name: &'a str) -> Option<Option<&'a str>> {
    let (mut chunk, mut name) = (chunk, name);
    while let Some(first) = chunk.chars().next() {
        let Some(c) = name.chars().next() else { return Some(None) };
        let matched = match first {
            '[' => {
                let (matched, rest) = match_class(&chunk[1..], c)?;
                chunk = rest;
                matched
            }
            '?' => {
                chunk = &chunk[1..];
                true
            }
            _ => {
                let literal = if first == '\\' { chunk[1..].chars().next()? } else { first };
                let escape = usize::from(first == '\\');
                chunk = &chunk[escape + literal.len_utf8()..];
                literal == c
            }
        };
        if !matched {
            return Some(None);
        }
        name = &name[c.len_utf8()..];
    }
    Some(Some(name))
}

/// Whether a character is of a class, and what is behind the class; `None` for a malformed one.
fn match_class(class: &str, c: char) -> Option<(bool, &str)> {
    let negated = class.starts_with('^');
    let mut rest = if negated { &class[1..] } else { class };
    let (mut matched, mut ranges) = (false, 0);
    loop {
        if let Some(behind) = rest.strip_prefix(']').filter(|_| ranges > 0) {
            return Some((matched != negated, behind));
        }
        let low;
        (low, rest) = member(rest)?;
        let mut high = low;
        if let Some(behind) = rest.strip_prefix('-') {
            (high, rest) = member(behind)?;
        }
        matched |= (low..=high).contains(&c);
        ranges += 1;
    }
}

/// A character of a class, perhaps escaped; something must follow it.
fn member(class: &str) -> Option<(char, &str)> {
    let first = class.chars().next().filter(|c| !matches!(c, '-' | ']'))?;
    let (c, rest) = if first == '\\' {
        let c = class[1..].chars().next()?;
        (c, &class[1 + c.len_utf8()..])
    } else {
        (first, &class[first.len_utf8()..])
    };
    (!rest.is_empty()).then_some((c, rest))
}
