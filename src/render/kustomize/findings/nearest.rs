//! "Did you mean": the nearest of some names.

/// Among more names than this nothing is suggested: thousands may be misspelt at once.
const MOST_NAMES: usize = 2_000;

/// Characters that are compared.
const LONGEST: usize = 80;

/// The name that is nearest to a misspelt one, when one is near enough.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let names: Vec<&str> = names.into_iter().take(MOST_NAMES + 1).collect();
    if names.len() > MOST_NAMES {
        return None;
    }
    let wrong = characters(wrong);
    let most = (wrong.len() / 3).clamp(1, 4);
    let scored = names.into_iter().filter_map(|name| Some((distance(&wrong, &characters(name), most)?, name)));
    scored.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn characters(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// Edits from one word to the other, a swap of two neighbours counted once (Damerau–Levenshtein, restricted); `None` for more than `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        // A swap reaches back two rows.
        if row.iter().chain(&last).all(|edits| *edits > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_misspelt_name_and_no_other() {
        let names = ["resources", "namespace", "namePrefix", "images"];
        assert_eq!(nearest("resuorces", names), Some("resources"));
        assert_eq!(nearest("image", names), Some("images"));
        assert_eq!(nearest("totally", names), None);
    }
}
