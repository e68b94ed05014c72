//! The words for one object and one difference, the same in all formats.

use seatrial_model::{Action, ReportedDifference, ReportedObjectDiff, ReportedValue, SourceLine};

use super::blocks::Lines;
use crate::wording::{clip, list};

/// Characters of a value on a line at most.
const LONGEST: usize = 120;

/// What became of an object, behind its name: ` recreated`, ` (was website)`; empty for what the sign says.
pub(crate) fn fate(object: &ReportedObjectDiff) -> String {
    let was = object.was.as_ref().map(|was| format!("was {was}"));
    let because = object.because.as_ref().map(|because| clip(because, 2 * LONGEST));
    let by_place = object.is_positional.then(|| "lists without a known key are compared by their order".to_owned());
    let word = match object.action {
        Action::Configured => None,
        action => Some(action.of_a_diff().to_owned()),
    };
    let facts: Vec<String> = [was, because, by_place].into_iter().flatten().collect();
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    format!("{}{facts}", word.map(|word| format!(" {word}")).unwrap_or_default())
}

/// The sign of an action, as diffs have it.
pub(crate) fn sign(action: Action) -> &'static str {
    match action {
        Action::Created => "+",
        Action::Deleted => "-",
        Action::Recreated => "-/+",
        Action::Renamed => ">",
        Action::Skipped => "·",
        Action::Configured | Action::Unchanged => "~",
    }
}

/// `5 → 6`, `+ 6`, `- 5`; `None` for values that need lines of their own.
pub(crate) fn on_one_line(difference: &ReportedDifference) -> Option<(Option<String>, Option<String>)> {
    let short = |value: &Option<ReportedValue>| match value {
        None => Some(None),
        Some(value) if value.text.contains('\n') => None,
        Some(value) => Some(Some(clip(&with_short_digests(&value.text), LONGEST))),
    };
    if !difference.lines.is_empty() {
        return None;
    }
    Some((short(&difference.before)?, short(&difference.after)?))
}

/// Digests with as many digits as people tell them apart by.
fn with_short_digests(text: &str) -> String {
    const MARK: &str = "@sha256:";
    const DIGITS: usize = 12;
    let Some((before, digest)) = text.split_once(MARK) else { return text.to_owned() };
    let end = digest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digest.len());
    if end != 64 {
        return text.to_owned();
    }
    format!("{before}{MARK}{}…{}", &digest[..DIGITS], &digest[end..])
}

/// A value of several lines, or two, as lines that begin with a blank, `-` or `+`.
pub(crate) fn in_lines(difference: &ReportedDifference) -> Vec<String> {
    if !difference.lines.is_empty() {
        return difference.lines.clone();
    }
    let signed = |sign: char, value: &Option<ReportedValue>| {
        let lines = value.iter().flat_map(|value| value.text.lines());
        lines.map(move |line| format!("{sign}{line}")).collect::<Vec<_>>()
    };
    [signed('-', &difference.before), signed('+', &difference.after)].concat()
}

/// Lines that are named at most of those that set one value in several environments.
const MOST_LINES: usize = 3;

/// The lines as a clause: `a.yaml:5`, `dev: a.yaml:5, prod: b.yaml:7`, each as `shown` has it.
pub(crate) fn places(lines: &Lines<'_>, shown: impl Fn(&SourceLine) -> String) -> String {
    let of_base = if lines.is_base { " of the base" } else { "" };
    let told = match lines.all.as_slice() {
        [] => return String::new(),
        [(_, only)] => shown(only),
        several => {
            let told = several.iter().take(MOST_LINES);
            let mut told: Vec<String> =
                told.map(|(names, line)| format!("{}: {}", list(names, MOST_LINES), shown(line))).collect();
            if several.len() > MOST_LINES {
                told.push(format!("{} more", several.len() - MOST_LINES));
            }
            told.join(", ")
        }
    };
    format!("{told}{of_base}")
}

/// Two values without what both begin with, up to a slash: of `registry/shop/web:1` and `registry/shop/web:2` the images remain. What is short
/// stays as it is.
pub(crate) fn without_common_directory(before: &str, after: &str) -> (String, String) {
    /// Fewer characters are not worth it.
    const LEAST: usize = 12;
    let common = before.char_indices().zip(after.chars()).take_while(|((_, one), other)| one == other);
    let slash = common.filter(|((_, c), _)| *c == '/').last().map(|((at, _), _)| at);
    match slash.filter(|at| *at >= LEAST) {
        Some(at) => (format!("…{}", &before[at..]), format!("…{}", &after[at..])),
        None => (before.to_owned(), after.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_values_begin_with_is_left_out() {
        let told = |before, after| {
            let (before, after) = without_common_directory(before, after);
            format!("{before} → {after}")
        };
        assert_eq!(
            told("shopacr.azurecr.io/shop/web:1.4.0", "shopacr.azurecr.io/shop/web:1.4.1"),
            "…/web:1.4.0 → …/web:1.4.1"
        );
        assert_eq!(told("shop/web:1", "shop/web:2"), "shop/web:1 → shop/web:2");
        assert_eq!(told("5", "6"), "5 → 6");
    }
}
