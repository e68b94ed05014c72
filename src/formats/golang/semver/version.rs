//! One version, read and compared.

use std::cmp::Ordering;
use std::fmt;

use super::scan::dotted;

/// Longer texts are refused.
const LONGEST: usize = 256;

/// `1.2.3-rc.1+build.5`. Build metadata does not count when versions are compared: use [`Version::precedence`].
#[derive(Clone, Debug)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What stands behind the hyphen; empty for a release.
    pub pre: String,
    /// What stands behind the plus sign; may be empty.
    pub metadata: String,
}

impl Version {
    /// Reads a version as `NewVersion` does: `v1`, `1.2`, `v2025.07.03` are versions.
    ///
    /// # Errors
    /// A clause that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Version, String> {
        if text.len() > LONGEST {
            return Err(too_long());
        }
        let not_one = || format!("`{text}` is not a version");
        let (numbers, pre, metadata) = parts(text.strip_prefix('v').unwrap_or(text));
        let numbers: Vec<&str> = numbers.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if numbers.len() > 3 || !numbers.iter().all(is_number) {
            return Err(not_one());
        }
        let is_dotted = |part: Option<&str>| part.is_none_or(|part| dotted(part) == part.len() && !part.is_empty());
        if !is_dotted(pre) || !is_dotted(metadata) {
            return Err(not_one());
        }
        Version::of(&numbers, pre, metadata)
    }

    /// Reads a version as `StrictNewVersion` does: three numbers without zeros before them, and no `v`.
    ///
    /// # Errors
    /// A clause that says what is wrong with it.
    pub fn parse_strictly(text: &str) -> Result<Version, String> {
        if text.len() > LONGEST {
            return Err(too_long());
        }
        let version = Version::parse(text)?;
        let numbers: Vec<&str> = parts(text).0.split('.').collect();
        if numbers.len() != 3 {
            return Err(format!("`{text}` does not have three numbers"));
        }
        if text.starts_with('v') || numbers.iter().any(|number| number.len() > 1 && number.starts_with('0')) {
            return Err(format!("`{text}` has a `v` or a zero before a number"));
        }
        Ok(version)
    }

    fn of(numbers: &[&str], pre: Option<&str>, metadata: Option<&str>) -> Result<Version, String> {
        let number = |place: usize| match numbers.get(place) {
            Some(text) => text.parse::<u64>().map_err(|_| format!("`{text}` is too large for a part of a version")),
            None => Ok(0),
        };
        let has_zero = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
        if let Some(part) = pre.unwrap_or_default().split('.').find(|part| has_zero(part)) {
            return Err(format!("the number `{part}` of the pre-release begins with a zero"));
        }
        let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
        Ok(Version {
            major: number(0)?,
            minor: number(1)?,
            patch: number(2)?,
            pre: text(pre),
            metadata: text(metadata),
        })
    }

    /// Which of two versions is the higher one; build metadata does not count.
    #[must_use]
    pub fn precedence(&self, other: &Version) -> Ordering {
        let numbers = |version: &Version| (version.major, version.minor, version.patch);
        let by_release = || match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_pre_releases(&self.pre, &other.pre),
        };
        numbers(self).cmp(&numbers(other)).then_with(by_release)
    }

    /// Whether it is a pre-release.
    #[must_use]
    pub fn is_pre_release(&self) -> bool {
        !self.pre.is_empty()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn too_long() -> String {
    format!("a version has at most {LONGEST} bytes")
}

/// Numbers, what is behind the first hyphen before a plus sign, and what is behind that.
fn parts(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (before, metadata) = text.split_once('+').map_or((text, None), |(before, after)| (before, Some(after)));
    let (numbers, pre) = before.split_once('-').map_or((before, None), |(before, after)| (before, Some(after)));
    (numbers, pre, metadata)
}

/// Part by part: a part that is not there is lower than any, and a number than a word.
pub(super) fn compare_pre_releases(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    loop {
        let order = match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => compare_parts(one.unwrap_or_default(), other.unwrap_or_default()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn compare_parts(one: &str, other: &str) -> Ordering {
    if one == other || one.is_empty() || other.is_empty() {
        return one.cmp(other);
    }
    // A number that is too large counts as a word.
    match (one.parse::<u64>(), other.parse::<u64>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => one.cmp(other),
    }
}
