//! How variables are read whose values a pipeline may have left empty, unexpanded or endless.

use std::collections::BTreeMap;

/// Bytes of a value at most: no branch, address or name is longer, and whatever is would only fill messages.
pub(crate) const LONGEST: usize = 4096;

/// The variables of an environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variables<'a>(pub(crate) &'a BTreeMap<String, String>);

impl<'a> Variables<'a> {
    /// A value that can be used; `None` where it is blank, too long, or an expression that was not expanded.
    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        let value = self.0.get(name)?.trim();
        (!value.is_empty() && value.len() <= LONGEST && !is_unexpanded(value)).then_some(value)
    }

    /// The same, owned.
    pub(crate) fn owned(self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Whether something is said, usable or not.
    pub(crate) fn is_set(self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.trim().is_empty() && !is_unexpanded(value.trim()))
    }

    /// Whether the value is an expression that was not expanded.
    pub(crate) fn is_unexpanded(self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| is_unexpanded(value.trim()))
    }

    /// A number above zero.
    pub(crate) fn number(self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok().filter(|number| *number > 0)
    }

    /// A full commit id.
    pub(crate) fn commit(self, name: &str) -> Option<String> {
        self.get(name).filter(|value| is_commit(value)).map(str::to_owned)
    }

    /// An address that a browser opens.
    pub(crate) fn address(self, name: &str) -> Option<String> {
        self.get(name).filter(|value| value.starts_with("https://") || value.starts_with("http://")).map(str::to_owned)
    }
}

/// `$(Build.Reason)`, `$[variables.x]`: Azure Pipelines leaves those in place that it does not know.
fn is_unexpanded(value: &str) -> bool {
    (value.starts_with("$(") && value.ends_with(')')) || (value.starts_with("$[") && value.ends_with(']'))
}

/// Whether the text is a full commit id; it becomes part of addresses.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A value for a message, and not more of it than one reads.
pub(crate) fn quoted(value: &str) -> String {
    const SHOWN: usize = 60;
    let cut: String = value.chars().take(SHOWN).collect();
    if cut.len() < value.len() { format!("`{cut}…`") } else { format!("`{cut}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_as_if_it_were_unset() {
        let long = "x".repeat(1 << 20);
        let pairs = [("a", " main "), ("b", " "), ("c", "$(Build.Reason)"), ("d", "$[ variables.x ]"), ("e", &long)];
        let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let variables = Variables(&env);
        let read: Vec<Option<&str>> = ["a", "b", "c", "d", "e", "f"].iter().map(|name| variables.get(name)).collect();
        assert_eq!(read, [Some("main"), None, None, None, None, None]);
        assert!(variables.is_unexpanded("c") && variables.is_unexpanded("d") && !variables.is_unexpanded("a"));
        assert!(variables.is_set("e") && !variables.is_set("b") && !variables.is_set("c"));
        assert_eq!(quoted(&long).chars().count(), 63);
    }
}
