//! "Did you mean": the nearest of a few names.

use strsim::osa_distance;

/// Names longer than this are not compared: they are no field names.
const LONGEST: usize = 128;

/// [`nearest_of_few`] compares so many names at most.
const MOST_NAMES: usize = 2_000;

/// The candidate nearest to `name` by edit distance, when one is near enough to be meant. A candidate that differs only in case,
/// `-` or `_` is nearest of all; otherwise about a third of the characters may differ. Equals keep the first.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    let length = wanted.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let allowed = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = folded(candidate);
        // A name that is changed throughout (`id` for `ip` is one edit, `a` for `b` is another name) was not meant.
        let others = other.chars().count();
        if others.abs_diff(length) > allowed || candidate == name || allowed >= length.max(others) {
            continue;
        }
        let distance = osa_distance(&wanted, &other);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The same, but nothing among more than two thousand names: thousands may be misspelt at once.
#[must_use]
pub fn nearest_of_few<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().take(MOST_NAMES + 1).collect();
    if candidates.len() > MOST_NAMES { None } else { nearest(name, candidates) }
}

/// Edits between two names: insertions, deletions, replacements, swaps of neighbours. Case and separators do not count.
#[must_use]
pub fn edits(a: &str, b: &str) -> usize {
    osa_distance(&folded(a), &folded(b))
}

/// Letters in lower case, without the separators that people put between words.
fn folded(name: &str) -> String {
    name.chars().take(LONGEST + 1).filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let fields =
            ["replicas", "selector", "template", "serviceAccountName", "hostIP", "ip", "args", "env", "envFrom", "tty"];
        let cases = [
            ("replicaz", Some("replicas")),
            ("replica", Some("replicas")),
            ("repilcas", Some("replicas")),
            ("REPLICAS", Some("replicas")),
            ("service_account_name", Some("serviceAccountName")),
            ("hostip", Some("hostIP")),
            ("arg", Some("args")),
            ("env_from", Some("envFrom")),
            ("id", Some("ip")),
            ("x", None),
            ("", None),
            ("metadata", None),
            ("strategy", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, fields), expected, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), fields), None);
    }

    #[test]
    fn finds_a_misspelt_name_and_no_other_and_none_among_thousands() {
        let names = ["resources", "namespace", "namePrefix", "images"];
        assert_eq!(nearest_of_few("resuorces", names), Some("resources"));
        assert_eq!(nearest_of_few("image", names), Some("images"));
        assert_eq!(nearest_of_few("totally", names), None);
        let many = |number| names.into_iter().chain(std::iter::repeat_n("patches", number - names.len()));
        assert_eq!(nearest_of_few("resuorces", many(2_000)), Some("resources"));
        assert_eq!(nearest_of_few("resuorces", many(2_001)), None);
    }
}
