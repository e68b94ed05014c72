//! Names one after the other, and numbers of things, as a sentence has them.

use std::fmt::Display;

/// `dev`, `dev and prod`, `a, b and c`; of more than `most` names the first, and how many more.
#[must_use]
pub fn listed<S: AsRef<str>>(names: &[S], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    if more > 0 {
        return format!("{} and {more} more", shown.join(", "));
    }
    match shown.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The same with each name in backticks.
#[must_use]
pub fn listed_in_backticks(names: &[&str], most: usize) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    listed(&quoted, most)
}

/// `1 object`, `42 objects`; for nouns that take an `s`.
#[must_use]
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_in_and() {
        let names = ["a", "b", "c", "d"];
        assert_eq!(listed(&names[..0], 3), "");
        assert_eq!(listed(&names[..1], 3), "a");
        assert_eq!(listed(&names[..2], 3), "a and b");
        assert_eq!(listed(&names[..3], 3), "a, b and c");
        assert_eq!(listed(&names, 3), "a, b, c and 1 more");
    }

    #[test]
    fn names_are_listed_up_to_five() {
        assert_eq!(listed_in_backticks(&["a"], 5), "`a`");
        assert_eq!(listed_in_backticks(&["a", "b", "c"], 5), "`a`, `b` and `c`");
        let seven = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(listed_in_backticks(&seven, 5), "`a`, `b`, `c`, `d`, `e` and 2 more");
    }
}
