//! Which tag an `ImagePolicy` selects, and why not the others (image-reflector-controller: `internal/policy`).
//!
//! Tags are taken as the controller stores them: without those that its ImageRepository excludes, highest bytes first. Where it decides by
//! chance (equal values behind a filter), the tie is told, and the one is taken that it would take without the filter.
//!
//! Not here: the registry, what is written into files (image-automation-controller).

mod because;
mod choice;
mod filter;
mod read;

use seatrial_golang::regexp::Expression;

pub use because::{Because, Failure};
pub(crate) use read::wrong_with;
pub use read::{DigestReflection, PolicyObject, exclusions, read};

pub(crate) use choice::version;
use choice::{Chooser, Ranking};

/// Tags that an ImageRepository excludes unless it says otherwise: signatures.
pub const DEFAULT_EXCLUSION: &str = r"^.*\.sig$";

/// A template of a filter that is longer is refused: it would be filled in for each tag.
const LONGEST_EXTRACT: usize = 1024;

/// What a policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySpec {
    /// How tags are compared.
    pub choice: Choice,
    /// Which tags are compared, and what of them; `None` for all.
    pub filter: Option<TagFilter>,
    /// Expressions of tags that the ImageRepository leaves out.
    pub exclusions: Vec<String>,
}

/// `spec.policy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The highest version in a range.
    Semver(String),
    /// The last in the alphabet, or with `desc` the first.
    Alphabetical(String),
    /// The largest number, or with `desc` the smallest.
    Numerical(String),
}

/// `spec.filterTags`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    /// An expression; empty for all tags.
    pub pattern: String,
    /// What of the tag is compared: `$version`; empty for all of it.
    pub extract: String,
}

/// A field of a policy that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which one.
    pub part: Part,
    /// What is wrong with it; a clause.
    pub because: String,
}

/// A field of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The range of versions.
    Range,
    /// The order of an alphabetical or numerical policy.
    Order,
    /// The pattern of the filter.
    Pattern,
    /// What the filter extracts.
    Extract,
    /// An exclusion of the ImageRepository, by its place.
    Exclusion(usize),
}

/// A policy that can decide.
#[derive(Clone, Debug)]
pub struct ImagePolicy {
    chooser: Chooser,
    filter: Option<(Expression, String)>,
    /// With their texts.
    exclusions: Vec<(Expression, String)>,
}

/// A tag, and what of it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The tag.
    pub tag: String,
    /// The tag too, unless a filter extracts something.
    pub value: String,
}

/// What a policy selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The tag that wins.
    pub winner: Option<Candidate>,
    /// Why none does.
    pub failure: Option<Failure>,
    /// All other tags, the nearest ones first.
    pub others: Vec<(Candidate, Because)>,
    /// Other tags that are equal to the winner, where the controller takes any of them, another one each time.
    pub drawn_with: Vec<String>,
}

impl ImagePolicy {
    /// Reads what a policy says.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn new(spec: &PolicySpec) -> Result<ImagePolicy, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut expression = |pattern: &str, part: Part| match Expression::new(pattern) {
            Ok(expression) => Some(expression),
            Err(because) => {
                wrong.push(Wrong { part, because });
                None
            }
        };
        let filter =
            spec.filter.as_ref().map(|f| expression(&f.pattern, Part::Pattern).map(|e| (e, f.extract.clone())));
        let exclusions = spec.exclusions.iter().enumerate();
        let exclusions: Vec<_> =
            exclusions.filter_map(|(at, text)| Some((expression(text, Part::Exclusion(at))?, text.clone()))).collect();
        if spec.filter.as_ref().is_some_and(|filter| filter.extract.len() > LONGEST_EXTRACT) {
            let because = format!("it is longer than {LONGEST_EXTRACT} bytes");
            wrong.push(Wrong { part: Part::Extract, because });
        }
        let chooser = Chooser::new(&spec.choice).map_err(|own| wrong.push(own));
        match chooser {
            Ok(chooser) if wrong.is_empty() => Ok(ImagePolicy { chooser, filter: filter.flatten(), exclusions }),
            _ => Err(wrong),
        }
    }

    /// Decides between tags.
    #[must_use]
    pub fn decide(&self, tags: &[String]) -> Decision {
        let mut sorted: Vec<&String> = tags.iter().collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        sorted.dedup();
        let has_tags = !sorted.is_empty();
        let (candidates, mut left_out) = self.filtered(&sorted);
        let nothing = if has_tags { Failure::NothingLeft } else { Failure::NoTags };
        if candidates.is_empty() {
            return Decision { winner: None, failure: Some(nothing), others: left_out, drawn_with: Vec::new() };
        }
        let Ranking { ranked, mut unranked, winner, failure } = self.chooser.rank(candidates);
        let is_drawn = self.filter.is_some();
        let equal = ranked.iter().filter(|(_, because)| *because == Some(Because::Tied));
        let drawn_with = equal.filter(|_| is_drawn).map(|(candidate, _)| candidate.tag.clone()).collect();
        let (winner, mut others) = nearest_first(ranked, winner);
        others.append(&mut unranked);
        others.append(&mut left_out);
        Decision { winner, failure, others, drawn_with }
    }
}

/// Takes the winner out; the others by how far they stand from it, better ones first.
fn nearest_first(
    ranked: Vec<(Candidate, Option<Because>)>,
    winner: Option<usize>,
) -> (Option<Candidate>, Vec<(Candidate, Because)>) {
    let mut by_distance: Vec<(usize, (Candidate, Option<Because>))> = ranked.into_iter().enumerate().collect();
    let from = winner.unwrap_or_default();
    let taken = winner.map(|at| by_distance.remove(at).1.0);
    by_distance.sort_by_key(|(at, _)| (at.abs_diff(from), *at));
    let others = by_distance.into_iter().map(|(_, (candidate, why))| (candidate, why.unwrap_or(Because::Behind)));
    (taken, others.collect())
}

#[cfg(test)]
mod tests;
