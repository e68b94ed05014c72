//! Patterns of paths with `**` and `{a,b}` (github.com/bmatcuk/doublestar), as source-watcher's `exclude` has them.

use crate::patterns::glob;

/// Patterns that alternatives stand for, at most.
const MOST: usize = 1024;

/// A pattern, its alternatives written out.
#[derive(Debug)]
pub(crate) struct Doublestar(Vec<Vec<String>>);

impl Doublestar {
    /// `None` for a pattern that is malformed, or stands for too many.
    pub(crate) fn parse(pattern: &str) -> Option<Doublestar> {
        let mut alternatives = vec![String::new()];
        expand(pattern, &mut alternatives)?;
        let parts = |text: &String| text.split('/').map(|part| part.replace("[!", "[^")).collect();
        let parsed: Vec<Vec<String>> = alternatives.iter().map(parts).collect();
        parsed.iter().flatten().all(|part| glob::is_pattern(part)).then_some(Doublestar(parsed))
    }

    /// Whether it matches all of a path.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        self.0.iter().any(|parts| matches(parts, &names))
    }
}

/// Adds what a pattern stands for to each of the beginnings.
fn expand(pattern: &str, beginnings: &mut Vec<String>) -> Option<()> {
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '\\']) {
        let (before, behind) = rest.split_at(at);
        beginnings.iter_mut().for_each(|text| text.push_str(before));
        if behind.starts_with('\\') {
            let length = 1 + behind.chars().nth(1).map_or(0, char::len_utf8);
            let (escaped, behind) = behind.split_at(length);
            beginnings.iter_mut().for_each(|text| text.push_str(escaped));
            rest = behind;
            continue;
        }
        let (choices, behind) = choices(&behind[1..])?;
        let mut all = Vec::new();
        for choice in choices {
            let mut own = beginnings.clone();
            expand(choice, &mut own)?;
            all.append(&mut own);
            if all.len() > MOST {
                return None;
            }
        }
        *beginnings = all;
        rest = behind;
    }
    beginnings.iter_mut().for_each(|text| text.push_str(rest));
    Some(())
}

/// What stands between commas up to the closing brace, and what is behind that.
fn choices(text: &str) -> Option<(Vec<&str>, &str)> {
    let (mut depth, mut start, mut escaped, mut found) = (0, 0, false, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
                if c == '}' {
                    return Some((found, &text[start..]));
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether parts match names; how far each beginning of the parts reaches is kept, so that no pattern takes long.
fn matches(parts: &[String], names: &[&str]) -> bool {
    let mut reached = vec![false; names.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for part in parts {
        let mut next = vec![false; names.len() + 1];
        if part == "**" {
            let first = reached.iter().position(|is| *is).unwrap_or(next.len());
            next.iter_mut().skip(first).for_each(|is| *is = true);
        } else {
            for (at, name) in names.iter().enumerate() {
                let is_match = reached.get(at) == Some(&true) && glob::matches(part, name) == Some(true);
                if let Some(place) = next.get_mut(at + 1).filter(|_| is_match) {
                    *place = true;
                }
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_stars_are_any_directories_and_braces_are_alternatives() {
        for (pattern, path, expected) in [
            ("*.md", "a.md", true),
            ("*.md", "b/a.md", false),
            ("**/*.md", "a.md", true),
            ("**/*.md", "c/b/a.md", true),
            ("docs/**", "docs", true),
            ("docs/**", "docs/a/b", true),
            ("docs/**/x", "docs/x", true),
            ("{docs,src}/*.{md,txt}", "src/a.txt", true),
            ("{docs,src}/*.{md,txt}", "src/a.rs", false),
            ("{a{b,c},d}", "ac", true),
            ("[!a]b", "cb", true),
            ("[!a]b", "ab", false),
            ("\\{a", "{a", true),
            ("**/**/**/**/**/**/**/**/**/x", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", false),
        ] {
            let got = Doublestar::parse(pattern).is_some_and(|parsed| parsed.matches(path));
            assert_eq!(got, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_malformed_or_too_much_is_no_pattern() {
        let many = "{a,b}".repeat(20);
        for pattern in ["{a", "[a", "a/[", many.as_str()] {
            assert!(Doublestar::parse(pattern).is_none(), "{pattern}");
        }
    }
}
