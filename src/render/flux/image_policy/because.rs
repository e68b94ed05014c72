//! Why a tag does not win, and why none does, as data and as clauses.

use super::{Choice, PolicySpec};

/// Why a tag does not win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The ImageRepository leaves it out, by this expression.
    Excluded(String),
    /// The filter's pattern does not match it.
    NoMatch,
    /// The filter extracts the same from another tag, which takes its place.
    SameValue(String),
    /// Its value is not a version, and a clause says why.
    NotAVersion(String),
    /// Its value is not a number.
    NotANumber,
    /// Its version is not in the range.
    OutsideRange,
    /// Its version is a pre-release, which the range does not ask for.
    PreRelease,
    /// The winner comes before it.
    Behind,
    /// It is equal to the winner, which is taken.
    Tied,
    /// The policy decides nothing.
    Undecided,
}

/// Why no tag wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no tag.
    NoTags,
    /// Filter and exclusions leave none.
    NothingLeft,
    /// No value is a version in the range.
    NothingInRange,
    /// One of the values is not a number: the controller gives up.
    NotANumber(String),
}

impl Because {
    /// A word for programs, in kebab case.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Because::Excluded(_) => "excluded",
            Because::NoMatch => "no-match",
            Because::SameValue(_) => "same-value",
            Because::NotAVersion(_) => "not-a-version",
            Because::NotANumber => "not-a-number",
            Because::OutsideRange => "outside-range",
            Because::PreRelease => "pre-release",
            Because::Behind => "behind",
            Because::Tied => "tied",
            Because::Undecided => "undecided",
        }
    }

    /// A clause about one tag.
    #[must_use]
    pub fn clause(&self, spec: &PolicySpec) -> String {
        let range = range(spec);
        match self {
            Because::Excluded(pattern) => format!("the ImageRepository excludes it: `{pattern}`"),
            Because::NoMatch => format!("it does not match the filter `{}`", pattern(spec)),
            Because::SameValue(other) => format!("the filter extracts the same from `{other}`, which takes its place"),
            Because::NotAVersion(why) => format!("it is not a version: {why}"),
            Because::NotANumber => "it is not a number".to_owned(),
            Because::OutsideRange => format!("it is outside of the range `{range}`"),
            Because::PreRelease => {
                format!("it is a pre-release, and the range `{range}` does not ask for one, as `>=1.0.0-0` would")
            }
            Because::Behind => behind(&spec.choice).to_owned(),
            Because::Tied => tied(&spec.choice).to_owned(),
            Because::Undecided => "it is a number, but others are not".to_owned(),
        }
    }

    /// What is said of several tags together: `12 …`.
    #[must_use]
    pub fn of_several(&self, spec: &PolicySpec) -> &'static str {
        match self {
            Because::Excluded(_) => "excluded by the ImageRepository",
            Because::NoMatch => "not matched by the filter",
            Because::SameValue(_) => "with a value that another tag has",
            Because::NotAVersion(_) => "not versions",
            Because::NotANumber => "not numbers",
            Because::OutsideRange => "outside of the range",
            Because::PreRelease => "pre-releases",
            Because::Behind => match spec.choice {
                Choice::Semver(_) => "lower",
                Choice::Alphabetical(_) | Choice::Numerical(_) => "behind it in the order",
            },
            Because::Tied => "equal to it",
            Because::Undecided => "numbers",
        }
    }
}

impl Failure {
    /// A clause.
    #[must_use]
    pub fn clause(&self, spec: &PolicySpec) -> String {
        match self {
            Failure::NoTags => "there is no tag".to_owned(),
            Failure::NothingLeft if spec.filter.is_some() => {
                format!("none is left by the filter `{}`", pattern(spec))
            }
            Failure::NothingLeft => "the ImageRepository excludes all of them".to_owned(),
            Failure::NothingInRange => format!("none is a version in the range `{}`", range(spec)),
            Failure::NotANumber(value) => format!(
                "`{value}` is not a number, and a numerical policy fails on the first value that is not one; \
                 let the filter match numbers alone"
            ),
        }
    }
}

fn range(spec: &PolicySpec) -> &str {
    match &spec.choice {
        Choice::Semver(range) => range,
        Choice::Alphabetical(_) | Choice::Numerical(_) => "",
    }
}

fn pattern(spec: &PolicySpec) -> &str {
    spec.filter.as_ref().map_or("", |filter| filter.pattern.as_str())
}

fn behind(choice: &Choice) -> &'static str {
    let descends = |order: &str| order.eq_ignore_ascii_case("desc");
    match choice {
        Choice::Semver(_) => "it is lower",
        Choice::Alphabetical(order) if descends(order) => "it comes later in the alphabet, and the order is `desc`",
        Choice::Alphabetical(_) => "it comes earlier in the alphabet",
        Choice::Numerical(order) if descends(order) => "it is larger, and the order is `desc`",
        Choice::Numerical(_) => "it is smaller",
    }
}

fn tied(choice: &Choice) -> &'static str {
    match choice {
        Choice::Semver(_) => "it is the same version: build metadata and a `v` do not count",
        Choice::Alphabetical(_) => "it is the same text",
        Choice::Numerical(_) => "it is the same number, as a 64-bit float",
    }
}
