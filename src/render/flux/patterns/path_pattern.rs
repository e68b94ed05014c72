//! `pathPattern` of an ArtifactGenerator: directories, and what `{name}` stands for in each
//! (source-watcher: `artifactgenerator_pathpattern.go`).

use std::collections::{BTreeMap, HashSet};

/// A pattern such as `apps/{app}/envs/{env}`.
#[derive(Debug)]
pub(crate) struct PathPattern(Vec<Vec<Part>>);

#[derive(Debug)]
enum Part {
    Literal(String),
    Capture(String),
}

/// What the names stand for.
pub(crate) type Captures = BTreeMap<String, String>;

impl PathPattern {
    /// The error is a clause.
    pub(crate) fn parse(text: &str) -> Result<PathPattern, String> {
        let mut names = HashSet::new();
        let mut components = Vec::new();
        for component in text.split('/') {
            let parts = parts(component)?;
            for part in &parts {
                if let Part::Capture(name) = part
                    && !names.insert(name.clone())
                {
                    return Err(format!("has `{{{name}}}` twice"));
                }
            }
            components.push(parts);
        }
        Ok(PathPattern(components))
    }

    /// What the names stand for in a directory that it matches.
    pub(crate) fn captures(&self, dir: &str) -> Option<Captures> {
        let mut captures = Captures::new();
        let names: Vec<&str> = dir.split('/').collect();
        if names.len() != self.0.len() {
            return None;
        }
        for (parts, name) in self.0.iter().zip(names) {
            if !capture(parts, name, &mut captures, &mut HashSet::new()) {
                return None;
            }
        }
        Some(captures)
    }
}

/// A text with names filled in; the error is a clause.
pub(crate) fn fill(text: &str, captures: &Captures) -> Result<String, String> {
    let mut filled = String::new();
    for part in parts(text)? {
        match part {
            Part::Literal(literal) => filled.push_str(&literal),
            Part::Capture(name) => match captures.get(&name) {
                Some(value) => filled.push_str(value),
                None => return Err(format!("has `{{{name}}}`, which `pathPattern` has not")),
            },
        }
    }
    Ok(filled)
}

fn parts(text: &str) -> Result<Vec<Part>, String> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, behind) = rest.split_at(at);
        let Some(behind) = behind.strip_prefix('{') else { return Err("has `}` without `{`".to_owned()) };
        let Some((name, behind)) = behind.split_once('}') else { return Err("has `{` without `}`".to_owned()) };
        let mut bytes = name.bytes();
        let is_name = bytes.next().is_some_and(|b| b == b'_' || b.is_ascii_alphabetic())
            && bytes.all(|b| b == b'_' || b.is_ascii_alphanumeric());
        if !is_name {
            return Err(format!("has `{{{name}}}`, which is not a name"));
        }
        if !before.is_empty() {
            parts.push(Part::Literal(before.to_owned()));
        }
        parts.push(Part::Capture(name.to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Ok(parts)
}

/// Each name takes as much as it can, and at least one character. What was tried in vain is kept, so that no pattern takes long.
fn capture(parts: &[Part], text: &str, captures: &mut Captures, vain: &mut HashSet<(usize, usize)>) -> bool {
    let Some((first, rest)) = parts.split_first() else { return text.is_empty() };
    if vain.contains(&(parts.len(), text.len())) {
        return false;
    }
    let found = match first {
        Part::Literal(literal) => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| capture(rest, text, captures, vain))
        }
        Part::Capture(name) => {
            let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
            let ends: Vec<usize> = ends.collect();
            ends.into_iter().rev().any(|end| {
                let is_match = capture(rest, &text[end..], captures, vain);
                if is_match {
                    captures.insert(name.clone(), text[..end].to_owned());
                }
                is_match
            })
        }
    };
    if !found {
        vain.insert((parts.len(), text.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_parts_of_a_directory() {
        for (pattern, dir, expected) in [
            ("apps/{app}/envs/{env}", "apps/web/envs/prod", Some("app=web env=prod")),
            ("apps/{app}", "apps/web/envs", None),
            ("apps/{app}-{env}", "apps/my-web-prod", Some("app=my-web env=prod")),
            ("apps/{app}", "apps", None),
            ("a.b/{x}", "aXb/c", None),
            (
                "{a}{b}{c}{d}{e}{f}{g}{h}!",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                None,
            ),
        ] {
            let captures = PathPattern::parse(pattern).expect("is a pattern").captures(dir);
            let shown = captures.map(|all| all.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "));
            assert_eq!(shown.as_deref(), expected, "{pattern} {dir}");
        }
    }

    #[test]
    fn what_is_malformed_says_why() {
        for (pattern, why) in [
            ("a/{b", "has `{` without `}`"),
            ("a/b}", "has `}` without `{`"),
            ("a/{}", "has `{}`, which is not a name"),
            ("{a}/{a}", "has `{a}` twice"),
        ] {
            assert_eq!(PathPattern::parse(pattern).err().as_deref(), Some(why));
        }
        assert_eq!(fill("x-{y}", &Captures::new()), Err("has `{y}`, which `pathPattern` has not".to_owned()));
    }
}
