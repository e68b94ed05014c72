//! Which tags a `ResourceSetInputProvider` takes from a registry or a repository (flux-operator: `internal/filtering`, `ACRArtifactTag`,
//! `OCIArtifactTag` and the other kinds of tags).
//!
//! Not here: what is made of them, and when they are asked for (`spec.schedule`).

use seatrial_golang::regexp::Expression;
use seatrial_golang::semver::{Constraints, Fit, Version};

use crate::image_policy::version;

/// How many tags are taken unless a filter says otherwise.
pub const DEFAULT_LIMIT: usize = 100;

/// `spec.filter`, as far as it is about tags; what is empty does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagFilterSpec {
    /// `includeTag`: an expression.
    pub include: String,
    /// `excludeTag`: an expression.
    pub exclude: String,
    /// `semver`: a range; it sorts, too.
    pub semver: String,
    /// `limit`; 0 for [`DEFAULT_LIMIT`].
    pub limit: usize,
}

/// Why a tag is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// `includeTag` does not match it.
    NotIncluded,
    /// `excludeTag` matches it.
    Excluded,
    /// It is not a version.
    NotAVersion,
    /// Its version is not in the range.
    OutsideRange,
    /// Its version is a pre-release, which the range does not ask for.
    PreRelease,
    /// There are enough better ones.
    OverLimit,
}

/// The tags that are taken, the best ones first, and the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// One set of inputs is made of each.
    pub tags: Vec<String>,
    /// In the order given.
    pub others: Vec<(String, LeftOut)>,
}

/// Applies a filter to the tags of a registry, in the order in which that lists them.
///
/// # Errors
/// The name of the field that is wrong, and a clause.
pub fn take(spec: &TagFilterSpec, tags: &[String]) -> Result<Taken, (&'static str, String)> {
    let include = expression("includeTag", &spec.include)?;
    let exclude = expression("excludeTag", &spec.exclude)?;
    let range = (!spec.semver.is_empty()).then(|| Constraints::parse(&spec.semver)).transpose();
    let range = range.map_err(|why| ("semver", why))?;
    let mut taken: Vec<(Option<Version>, &String)> = Vec::new();
    let mut others = Vec::new();
    for tag in tags {
        let judged = match &range {
            _ if include.as_ref().is_some_and(|include| !include.is_match(tag)) => Err(LeftOut::NotIncluded),
            _ if exclude.as_ref().is_some_and(|exclude| exclude.is_match(tag)) => Err(LeftOut::Excluded),
            Some(range) => in_range(tag, range).map(Some),
            None => Ok(None),
        };
        match judged {
            Ok(version) => taken.push((version, tag)),
            Err(why) => others.push((tag.clone(), why)),
        }
    }
    // Equal versions keep their order.
    taken.sort_by(|(a, one), (b, other)| match (a, b) {
        (Some(a), Some(b)) => b.precedence(a),
        _ => other.cmp(one),
    });
    let limit = if spec.limit == 0 { DEFAULT_LIMIT } else { spec.limit };
    let too_many = taken.split_off(limit.min(taken.len()));
    others.extend(too_many.into_iter().map(|(_, tag)| (tag.clone(), LeftOut::OverLimit)));
    Ok(Taken { tags: taken.into_iter().map(|(_, tag)| tag.clone()).collect(), others })
}

fn expression(field: &'static str, pattern: &str) -> Result<Option<Expression>, (&'static str, String)> {
    let wanted = (!pattern.is_empty()).then(|| Expression::new(pattern));
    wanted.transpose().map_err(|why| (field, why))
}

fn in_range(tag: &str, range: &Constraints) -> Result<Version, LeftOut> {
    let version = version(tag).map_err(|_| LeftOut::NotAVersion)?;
    match range.fit(&version) {
        Fit::Inside => Ok(version),
        Fit::PreRelease => Err(LeftOut::PreRelease),
        Fit::Outside => Err(LeftOut::OutsideRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(spec: &TagFilterSpec, tags: &[&str]) -> Taken {
        let tags: Vec<String> = tags.iter().map(|&tag| tag.to_owned()).collect();
        take(spec, &tags).expect("a filter")
    }

    fn spec(include: &str, exclude: &str, semver: &str, limit: usize) -> TagFilterSpec {
        TagFilterSpec { include: include.into(), exclude: exclude.into(), semver: semver.into(), limit }
    }

    #[test]
    fn without_a_range_tags_are_taken_from_the_end_of_the_alphabet() {
        let found = taken(&spec("", "-debug$", "", 2), &["a", "c", "b", "c-debug"]);
        assert_eq!(found.tags, ["c", "b"]);
        assert_eq!(found.others, [("c-debug".into(), LeftOut::Excluded), ("a".into(), LeftOut::OverLimit)]);
    }

    #[test]
    fn a_range_filters_and_sorts() {
        let tags = ["1.0.0", "1.2.0+b", "1.10.0", "1.2.0+a", "2.0.0", "1.3.0-rc.1", "1.2", "latest", "x-1.0.0"];
        let found = taken(&spec(r"^\d|latest", "", "1.x", 0), &tags);
        assert_eq!(found.tags, ["1.10.0", "1.2.0+b", "1.2.0+a", "1.0.0"]);
        let reasons: Vec<LeftOut> = found.others.iter().map(|(_, why)| *why).collect();
        use LeftOut::{NotAVersion, NotIncluded, OutsideRange, PreRelease};
        assert_eq!(reasons, [OutsideRange, PreRelease, NotAVersion, NotAVersion, NotIncluded]);
    }

    #[test]
    fn a_hundred_are_taken_unless_more_are_asked_for() {
        let many: Vec<String> = (0..150).map(|number| format!("{number:03}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(taken(&TagFilterSpec::default(), &many).tags.len(), DEFAULT_LIMIT);
        assert_eq!(taken(&spec("", "", "", 120), &many).tags.len(), 120);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (spec, field) in [
            (spec("(", "", "", 0), "includeTag"),
            (spec("", "[", "", 0), "excludeTag"),
            (spec("", "", "a", 0), "semver"),
        ] {
            assert_eq!(take(&spec, &[]).expect_err("wrong").0, field);
        }
    }
}
