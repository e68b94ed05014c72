//! Regular expressions as Go has them (`regexp`): compiled, and what their groups caught filled into a template.
//!
//! Not here: how an expression is read (`translate`).

mod expand;
mod translate;

use regex::{Regex, RegexBuilder};

use translate::{DEEPEST, translate};

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
    use super::compile;

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
