//! One constraint of a range: an operator and a version, parts of which may be left open.

use std::cmp::Ordering;

use super::Version;
use super::scan::{Written, is_blank, written};
use super::version::compare_pre_releases;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `=`, or none: `~` where something is left open.
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// How they are written; a longer one goes before those that it begins with.
const OPERATORS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("=", Operator::Equal),
    ("", Operator::Equal),
];

/// What of the version is left open; `1.x` leaves the minor and all behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    All,
}

#[derive(Clone, Debug)]
pub(super) struct Constraint {
    operator: Operator,
    version: Version,
    open: Open,
}

impl Constraint {
    /// The constraint that a text begins with, and what follows; `None` where there is none.
    pub(super) fn parse(text: &str) -> Result<Option<(Constraint, &str)>, String> {
        let operator = OPERATORS.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        let Some((operator, rest)) = operator else { return Ok(None) };
        let rest = rest.trim_start_matches(is_blank);
        let Some(written) = written(rest) else { return Ok(None) };
        let (version, open) = version(&written)?;
        let behind = rest.get(written.text.len()..).unwrap_or_default();
        Ok(Some((Constraint { operator, version, open }, behind)))
    }

    pub(super) fn names_pre_release(&self) -> bool {
        self.version.is_pre_release()
    }

    /// Whether a version meets it; who asks has seen to pre-releases.
    pub(super) fn holds(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Equal if self.open == Open::Nothing => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => order != Ordering::Less && self.tilde(version),
            Operator::NotEqual => self.differs(version, order),
            Operator::Greater => self.is_exceeded(version, order),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => self.is_not_exceeded(version, order),
            Operator::Caret => order != Ordering::Less && self.caret(version),
        }
    }

    fn has_same_major(&self, version: &Version) -> bool {
        version.major == self.version.major
    }

    fn has_same_minor(&self, version: &Version) -> bool {
        version.minor == self.version.minor
    }

    fn differs(&self, version: &Version, order: Ordering) -> bool {
        match self.open {
            Open::Nothing => order != Ordering::Equal,
            // `!=*` excludes 0.0.0 alone.
            Open::All => order != Ordering::Equal,
            Open::Minor => !self.has_same_major(version),
            Open::Patch if !self.has_same_major(version) || !self.has_same_minor(version) => true,
            Open::Patch if version.is_pre_release() || self.names_pre_release() => {
                compare_pre_releases(&version.pre, &self.version.pre) != Ordering::Equal
            }
            Open::Patch => false,
        }
    }

    /// `>11` begins with 12, `>11.1` with 11.2.
    fn is_exceeded(&self, version: &Version, order: Ordering) -> bool {
        let major = version.major.cmp(&self.version.major);
        match (self.open, major) {
            (Open::Nothing, _) => order == Ordering::Greater,
            (_, Ordering::Greater) => true,
            (_, Ordering::Less) | (Open::Minor, Ordering::Equal) => false,
            (Open::Patch, Ordering::Equal) => version.minor > self.version.minor,
            (Open::All, Ordering::Equal) => order == Ordering::Greater,
        }
    }

    /// `<=11` ends with the last 11.
    fn is_not_exceeded(&self, version: &Version, order: Ordering) -> bool {
        if self.open == Open::Nothing {
            return order != Ordering::Greater;
        }
        let exceeds_minor =
            self.open != Open::Minor && self.has_same_major(version) && version.minor > self.version.minor;
        version.major <= self.version.major && !exceeds_minor
    }

    fn tilde(&self, version: &Version) -> bool {
        let release = (self.version.major, self.version.minor, self.version.patch);
        if release == (0, 0, 0) && matches!(self.open, Open::Nothing | Open::All) {
            return true;
        }
        self.has_same_major(version) && (self.open == Open::Minor || self.has_same_minor(version))
    }

    fn caret(&self, version: &Version) -> bool {
        if !self.has_same_major(version) {
            return false;
        }
        if self.version.major > 0 || self.open == Open::Minor {
            return true;
        }
        if !self.has_same_minor(version) {
            return false;
        }
        self.version.minor > 0 || self.open == Open::Patch || version.patch == self.version.patch
    }
}

/// The version of a constraint, with zeros for what is left open, and what that is.
fn version(written: &Written<'_>) -> Result<(Version, Open), String> {
    let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
    let [major, minor, patch] = written.numbers;
    let pre = written.pre;
    let (text, open) = if is_open(major) {
        (format!("0.0.0{pre}"), Open::All)
    } else if is_open(minor) {
        (format!("{major}.0.0{pre}"), Open::Minor)
    } else if is_open(patch) {
        (format!("{major}.{minor}.0{pre}"), Open::Patch)
    } else {
        (written.text.to_owned(), Open::Nothing)
    };
    let version = Version::parse(&text).map_err(|_| format!("`{}` is not a version in a range", written.text))?;
    Ok((version, open))
}
