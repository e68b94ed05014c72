//! A range: constraints of which all must hold, in groups of which one must.

use super::Version;
use super::constraint::Constraint;
use super::scan::{is_blank, without_hyphens};

/// Longer texts are refused.
const LONGEST: usize = 512;
/// More groups are refused.
const MOST_GROUPS: usize = 32;

/// `>=1.2 <2 || ~3.1`.
#[derive(Clone, Debug)]
pub struct Constraints {
    groups: Vec<Group>,
    /// Pre-releases count even where no constraint names one.
    pub include_pre_releases: bool,
}

#[derive(Clone, Debug)]
struct Group {
    constraints: Vec<Constraint>,
    /// One of them names a pre-release: then pre-releases count in the whole group.
    has_pre_release: bool,
}

/// What a range says of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is in it.
    Inside,
    /// It would be in it, and is a pre-release, which the range does not ask for.
    PreRelease,
    /// It is not in it.
    Outside,
}

impl Constraints {
    /// Reads a range (`NewConstraint`): constraints with blanks or commas between them, groups with `||`, and `1.0 - 2.0`.
    ///
    /// # Errors
    /// A clause that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Constraints, String> {
        if text.len() > LONGEST {
            return Err(format!("a range has at most {LONGEST} bytes"));
        }
        let rewritten = without_hyphens(text);
        let groups: Vec<&str> = rewritten.split("||").collect();
        if groups.len() > MOST_GROUPS {
            return Err(format!("a range has at most {MOST_GROUPS} groups"));
        }
        let groups = groups.into_iter().map(Group::parse).collect::<Result<_, String>>()?;
        Ok(Constraints { groups, include_pre_releases: false })
    }

    /// Whether a version is in the range.
    #[must_use]
    pub fn has(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.has(version, self.include_pre_releases || group.has_pre_release))
    }

    /// Whether a version is in the range, and if not, whether only because it is a pre-release.
    #[must_use]
    pub fn fit(&self, version: &Version) -> Fit {
        if self.has(version) {
            return Fit::Inside;
        }
        let would_fit = version.is_pre_release() && self.groups.iter().any(|group| group.has(version, true));
        if would_fit { Fit::PreRelease } else { Fit::Outside }
    }
}

impl Group {
    fn parse(text: &str) -> Result<Group, String> {
        let mut rest = text.trim_start_matches(is_blank);
        if rest.is_empty() {
            return Err("a range is empty; `*` stands for all versions".to_owned());
        }
        let mut constraints = Vec::new();
        while let Some((constraint, behind)) = Constraint::parse(rest)? {
            constraints.push(constraint);
            let next = behind.trim_start_matches(is_blank);
            if next.is_empty() {
                let has_pre_release = constraints.iter().any(Constraint::names_pre_release);
                return Ok(Group { constraints, has_pre_release });
            }
            rest = match next.strip_prefix(',') {
                Some(next) => next.trim_start_matches(is_blank),
                None if next.len() < behind.len() => next,
                None => break,
            };
        }
        Err(format!("`{}` is not a range", text.trim_matches(is_blank)))
    }

    fn has(&self, version: &Version, with_pre_releases: bool) -> bool {
        (with_pre_releases || !version.is_pre_release()) && self.constraints.iter().all(|c| c.holds(version))
    }
}
