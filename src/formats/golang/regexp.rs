//! Regular expressions as Go has them (`regexp`): compiled, and what their groups caught filled into a template.
//!
//! Not here: how an expression is read (`translate`).

mod expand;
mod translate;
mod words;

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use translate::{DEEPEST, translate};

pub use words::in_words_of_go;

/// Compiles an expression.
///
/// # Errors
/// A clause that says what is wrong with it.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    build(&translate(pattern)?.0)
}

/// An expression that knows the names of its groups.
#[derive(Clone, Debug)]
pub struct Expression {
    regex: Regex,
    /// From the first group; one without a name is empty.
    names: Vec<String>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// A clause that says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Expression, String> {
        let (translated, names) = translate(pattern)?;
        Ok(Expression { regex: build(&translated)?, names })
    }

    /// The first matches in a text, up to a limit; all of them if the limit is negative (`FindAllStringIndex`).
    pub fn find(&self, text: &str, most: i64) -> Vec<Range<usize>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.regex.find_iter(text).take(most).map(|found| found.range()).collect()
    }

    /// The parts of a text between its matches, up to a limit; all of them if the limit is negative (`Split`).
    #[must_use]
    pub fn split(&self, text: &str, most: i64) -> Vec<Range<usize>> {
        if most == 0 {
            return Vec::new();
        }
        if text.is_empty() && !self.regex.as_str().is_empty() {
            return std::iter::once(0..0).collect();
        }
        let (mut parts, mut begin, mut end) = (Vec::new(), 0, 0);
        for found in self.find(text, most) {
            if most > 0 && i64::try_from(parts.len()).is_ok_and(|count| count == most - 1) {
                break;
            }
            end = found.start;
            if found.end != 0 {
                parts.push(begin..end);
            }
            begin = found.end;
        }
        if end != text.len() {
            parts.push(begin..text.len());
        }
        parts
    }

    /// What matches and the template filled with what its groups caught (`ReplaceAllString`).
    #[must_use]
    pub fn replacements(&self, text: &str, template: &str) -> Vec<(Range<usize>, String)> {
        let one = |captures: regex::Captures<'_>| {
            let range = captures.get(0).map_or(0..0, |all| all.range());
            (range, expand::expand(template, &self.names, &captures))
        };
        self.regex.captures_iter(text).map(one).collect()
    }

    /// Whether it matches somewhere in a text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The template, filled with what the groups caught of the first match in a text (`Regexp.Expand`); `None` where nothing matches.
    #[must_use]
    pub fn extract(&self, text: &str, template: &str) -> Option<String> {
        let captures = self.regex.captures(text)?;
        Some(expand::expand(template, &self.names, &captures))
    }
}

/// The text with a backslash before each character that means something in an expression (`QuoteMeta`).
#[must_use]
pub fn quote_meta(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn build(translated: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(translated).size_limit(16 << 20).nest_limit(DEEPEST).build();
    built.map_err(|error| match &error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        _ => {
            let text = error.to_string();
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Expression, compile, quote_meta};

    #[test]
    fn texts_are_found_split_and_replaced_as_in_go() {
        let expression = |pattern| Expression::new(pattern).expect("valid");
        assert_eq!(expression("a*").find("baac", -1), [0..0, 1..3, 4..4]);
        assert_eq!(expression("a").find("aaa", 2), [0..1, 1..2]);
        assert!(expression("a").find("aaa", 0).is_empty());
        assert_eq!(expression("a").split("banana", -1), [0..1, 2..3, 4..5, 6..6]);
        assert_eq!(expression("").split("abc", -1), [0..1, 1..2, 2..3]);
        assert_eq!(expression("a").split("banana", 2), [0..1, 2..6]);
        assert_eq!(expression("x").split("", -1), vec![0..0; 1]);
        assert_eq!(expression("(a)(n)").replacements("banana", "$2$1"), [(1..3, "na".into()), (3..5, "na".into())]);
        assert_eq!(quote_meta("a.b[c]-^"), r"a\.b\[c\]-\^");
    }

    /// Expression and text, and what Go's `regexp.MatchString("^(?:…)$", …)` says: `-` is an error.
    const CASES: &str = include_str!("testdata/regexp.txt");

    #[test]
    fn expressions_match_what_they_match_in_go() {
        let mut count = 0;
        for line in CASES.lines().filter(|l| !l.starts_with('#')) {
            let parts: Vec<&str> = line.split('\t').collect();
            let [pattern, texts, expected] = parts.as_slice() else { panic!("{line}") };
            let found = match compile(&format!("^(?:{pattern})$")) {
                Err(_) => "-".to_owned(),
                Ok(regex) => texts.split(' ').map(|t| if regex.is_match(t) { '1' } else { '0' }).collect(),
            };
            assert_eq!(found, *expected, "{pattern} on {texts}");
            count += 1;
        }
        assert!(count > 100, "the cases are there");
    }
}
