//! What selectors and paths hold texts against: plain text compared as such, and an expression only where it is one.
//!
//! Not here: how an expression is read (`formats/golang`).

use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;
use seatrial_golang::regexp;

/// A pattern, read.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// The text itself.
    Is(String),
    /// Any text that has this one in it.
    Contains(String),
    Fits(Regex),
}

impl Pattern {
    /// A pattern for whole texts (kustomize: `types.SelectorRegex`); the error is a clause.
    pub(crate) fn whole(pattern: &str) -> Result<Pattern, String> {
        if is_plain(pattern) {
            return Ok(Pattern::Is(pattern.to_owned()));
        }
        regexp::compile(&format!("^(?:{pattern})$")).map(Pattern::Fits)
    }

    /// A pattern for parts of texts (kyaml: `PathMatcher.doSeq`); the error is a clause.
    pub(crate) fn part(pattern: &str) -> Result<Pattern, String> {
        if is_plain(pattern) {
            return Ok(Pattern::Contains(pattern.to_owned()));
        }
        regexp::compile(pattern).map(Pattern::Fits)
    }

    /// The only text that fits, where there is one.
    pub(crate) fn only(&self) -> Option<&str> {
        match self {
            Pattern::Is(plain) => Some(plain),
            Pattern::Contains(_) | Pattern::Fits(_) => None,
        }
    }

    /// Whether a text fits.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Pattern::Is(plain) => plain == text,
            Pattern::Contains(plain) => text.contains(plain),
            Pattern::Fits(regex) => regex.is_match(text),
        }
    }
}

/// Whether no character means anything but itself.
fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'])
}

/// Patterns for parts of texts that have been read: one path is walked in many objects.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    known: HashMap<String, Rc<Pattern>>,
}

impl Patterns {
    /// The pattern of a text; the error is a clause.
    pub(crate) fn part(&mut self, text: &str) -> Result<Rc<Pattern>, String> {
        if let Some(known) = self.known.get(text) {
            return Ok(Rc::clone(known));
        }
        let pattern = Rc::new(Pattern::part(text)?);
        self.known.insert(text.to_owned(), Rc::clone(&pattern));
        Ok(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_no_expression() {
        assert!(matches!(Pattern::whole("web-1/é"), Ok(Pattern::Is(_))));
        assert!(matches!(Pattern::whole("web-."), Ok(Pattern::Fits(_))));
        for (pattern, text, whole, part) in [
            ("web", "web", true, true),
            ("web", "web-1", false, true),
            ("web", "we", false, false),
            ("we.", "web", true, true),
            ("we.", "web-1", false, true),
            ("a|b", "cb", false, true),
        ] {
            assert_eq!(Pattern::whole(pattern).expect(pattern).is_match(text), whole, "{pattern} {text}");
            assert_eq!(Pattern::part(pattern).expect(pattern).is_match(text), part, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_is_read_once() {
        let mut patterns = Patterns::default();
        let first = patterns.part("a.").expect("valid");
        assert!(Rc::ptr_eq(&first, &patterns.part("a.").expect("valid")));
        assert!(patterns.part("a(").is_err());
    }
}
