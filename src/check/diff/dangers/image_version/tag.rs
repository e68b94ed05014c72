//! Tags as versions: what leads from one to the other, where they can be compared at all.

use std::cmp::Ordering;

use seatrial_golang::semver::Version;

/// What is worth a word about two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The second one is older.
    Back,
    /// The second one has a greater first number.
    Major,
}

/// A first number from here on is a year.
const FIRST_YEAR: u64 = 1900;

/// A lone number from here on counts builds.
const MANY: u64 = 100;

/// What leads from one tag to the other; `None` where that is nothing, or nobody knows.
pub(super) fn step(from: &str, to: &str) -> Option<Step> {
    let (one, other) = (Tag::read(from)?, Tag::read(to)?);
    let is_same_form = one.form == other.form;
    if is_same_form && one.order(&other) == Ordering::Greater {
        return Some(Step::Back);
    }
    let has_parts = |tag: &Tag| tag.form.numbers > 1;
    let is_comparable = is_same_form || (has_parts(&one) && has_parts(&other));
    let is_major = one.version.major < other.version.major && other.version.major < FIRST_YEAR;
    (is_comparable && is_major).then_some(Step::Major)
}

/// A tag that is a version.
struct Tag {
    version: Version,
    form: Form,
    /// The numbers in what stands behind the hyphen.
    behind: Vec<u128>,
}

/// How a version is written.
#[derive(PartialEq, Eq)]
struct Form {
    has_v: bool,
    numbers: usize,
    /// What stands behind the hyphen, each number of it as `0`.
    behind: String,
}

impl Tag {
    fn read(text: &str) -> Option<Tag> {
        let version = Version::parse(text).ok()?;
        let numbers = text.split('-').next().unwrap_or_default().split('.').count();
        if numbers == 1 && version.major >= MANY {
            return None;
        }
        let mut shape = String::new();
        let mut behind = Vec::new();
        for part in runs(&version.pre) {
            match part.starts_with(|c: char| c.is_ascii_digit()) {
                true => {
                    shape.push('0');
                    behind.push(part.parse().unwrap_or(u128::MAX));
                }
                false => shape.push_str(part),
            }
        }
        let form = Form { has_v: text.starts_with('v'), numbers, behind: shape };
        Some(Tag { version, form, behind })
    }

    fn order(&self, other: &Tag) -> Ordering {
        let numbers = |tag: &Tag| (tag.version.major, tag.version.minor, tag.version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| self.behind.cmp(&other.behind))
    }
}

/// Numbers and what stands between them, in their order.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.as_bytes().chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit()).filter_map(|run| {
        // A run of digits and one without any end at borders of characters.
        std::str::from_utf8(run).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_of_one_form_are_compared() {
        for (from, to, expected) in [
            ("1.4.2", "1.4.1", Some(Step::Back)),
            ("v1.10.0", "v1.9.0", Some(Step::Back)),
            ("2.0.0", "1.9.0", Some(Step::Back)),
            ("3.20.1-alpine3.19", "3.20.1-alpine3.9", Some(Step::Back)),
            ("1.2.0-rc.2", "1.2.0-rc.1", Some(Step::Back)),
            ("17-alpine", "16-alpine", Some(Step::Back)),
            ("2024.10.1", "2024.9.3", Some(Step::Back)),
            ("1.4.2", "2.0.0", Some(Step::Major)),
            ("16", "17", Some(Step::Major)),
            ("16-alpine", "17-alpine", Some(Step::Major)),
            ("0.9.1", "1.0.0", Some(Step::Major)),
            ("v1.4.2", "2.0.0", Some(Step::Major)),
            ("1.4.2-r1", "2.0.0", Some(Step::Major)),
            ("1.4.2", "1.4.3", None),
            ("1.4.2", "1.5.0", None),
            ("1.4.2", "1.4.2", None),
            ("3.20.1-alpine3.9", "3.20.1-alpine3.19", None),
            ("1.2.0", "1.2.0-rc.1", None),
            ("1.4", "1.3.9", None),
            ("1.25-alpine", "1.24-bookworm", None),
            ("18-alpine", "20-bookworm", None),
            ("451", "452", None),
            ("452", "451", None),
            ("1.4.2", "20241010", None),
            ("2024.10.1", "2025.1.0", None),
            ("1.9.0", "2024.1.0", None),
            ("latest", "1.0.0", None),
            ("1.0.0", "a1b2c3d", None),
            ("4.19.0.3", "4.18.0.1", None),
        ] {
            assert_eq!(step(from, to), expected, "{from} → {to}");
        }
    }
}
