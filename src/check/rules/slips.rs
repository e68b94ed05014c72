//! Slips of the pen in names: when one name is most likely the other one, mistyped.

use seatrial_schema::edits;

/// Looks for slips of the pen, and stops when it has compared so much that an environment of odd names would take too long.
pub(crate) struct Slips {
    left: usize,
}

impl Slips {
    /// With all comparisons left.
    pub(crate) fn new() -> Slips {
        Slips { left: 300_000 }
    }

    /// The first candidate that `name` can be a slip of.
    pub(crate) fn find<'a>(&mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        candidates.into_iter().take_while(|_| self.may_look()).find(|candidate| is_slip(name, candidate))
    }

    /// Takes one comparison.
    pub(crate) fn may_look(&mut self) -> bool {
        let is_left = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_left
    }
}

/// Whether one name is most likely the other one, mistyped. Names that differ by a number (`web-1`, `web-2`) or by a whole short word
/// (`team-a`, `team-b`) are names of two things.
pub(crate) fn is_slip(one: &str, other: &str) -> bool {
    if one == other || one.len().abs_diff(other.len()) > 2 || one.len() > 128 {
        return false;
    }
    let words = |text: &str| text.split(['-', '_', '.', '/']).map(str::to_lowercase).collect::<Vec<_>>();
    let (ones, others) = (words(one), words(other));
    if ones.len() != others.len() {
        // A separator that is missing or too much.
        return ones.concat() == others.concat();
    }
    let differing: Vec<_> = ones.iter().zip(&others).filter(|(a, b)| a != b).collect();
    match differing.as_slice() {
        [] => true,
        [(one, other)] => is_slip_of_word(one, other),
        _ => false,
    }
}

fn is_slip_of_word(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits(one) != digits(other) {
        return false;
    }
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let (shorter, distance) = (one.len().min(other.len()), edits(one, other));
    match shorter {
        0..=2 => false,
        3 => distance == 1 && sorted(one) == sorted(other),
        4..=8 => distance <= 1,
        _ => distance <= 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_slips_from_other_names() {
        let slips = [
            ("web", "wbe"),
            ("fronted", "frontend"),
            ("shop-fronted", "shop-frontend"),
            ("my-app", "myapp"),
            ("my_app", "my-app"),
            ("Web", "web"),
            ("monitorng", "monitoring"),
            ("recommendatoinservce", "recommendationservice"),
        ];
        let others = [
            ("web", "web"),
            ("web-1", "web-2"),
            ("redis1", "redis2"),
            ("team-a", "team-b"),
            ("web", "db"),
            ("api", "app"),
            ("dev", "prod"),
            ("shop-dev", "shop-test"),
            ("frontend", "backend"),
            ("web", "web-canary"),
            ("", "a"),
        ];
        assert_eq!(slips.into_iter().filter(|(a, b)| !is_slip(a, b)).collect::<Vec<_>>(), []);
        assert_eq!(others.into_iter().filter(|(a, b)| is_slip(a, b)).collect::<Vec<_>>(), []);
    }
}
