//! How values are compared, and which one wins.

use std::cmp::Ordering;

use seatrial_golang::float;
use seatrial_golang::semver::{Constraints, Fit, Version};

use super::{Because, Candidate, Choice, Failure, Part, Wrong};

/// A choice that has been read.
#[derive(Clone, Debug)]
pub(super) enum Chooser {
    Semver(Constraints),
    Alphabetical(Order),
    Numerical(Order),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The last one wins.
    Ascending,
    /// The first one wins.
    Descending,
}

/// Candidates in their order.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    /// The best ones first; a reason stands where there is one beside being behind the winner.
    pub(super) ranked: Vec<(Candidate, Option<Because>)>,
    /// Those that have no place in the order.
    pub(super) unranked: Vec<(Candidate, Because)>,
    /// The place of the winner among the ranked.
    pub(super) winner: Option<usize>,
    pub(super) failure: Option<Failure>,
}

impl Chooser {
    pub(super) fn new(choice: &Choice) -> Result<Chooser, Wrong> {
        match choice {
            Choice::Semver(range) => {
                let constraints = Constraints::parse(range).map(Chooser::Semver);
                constraints.map_err(|because| Wrong { part: Part::Range, because })
            }
            Choice::Alphabetical(order) => Order::parse(order).map(Chooser::Alphabetical),
            Choice::Numerical(order) => Order::parse(order).map(Chooser::Numerical),
        }
    }

    /// Ranks candidates; of equal versions the first one wins, of equal numbers the last one.
    pub(super) fn rank(&self, candidates: Vec<Candidate>) -> Ranking {
        match self {
            Chooser::Semver(range) => by_version(candidates, range),
            Chooser::Alphabetical(order) => by_alphabet(candidates, *order),
            Chooser::Numerical(order) => by_number(candidates, *order),
        }
    }
}

impl Order {
    fn parse(text: &str) -> Result<Order, Wrong> {
        match text.to_uppercase().as_str() {
            "" | "ASC" => Ok(Order::Ascending),
            "DESC" => Ok(Order::Descending),
            _ => Err(Wrong { part: Part::Order, because: format!("`{text}` is not an order; write `asc` or `desc`") }),
        }
    }

    /// The better one first.
    fn best_first(self, order: Ordering) -> Ordering {
        match self {
            Order::Ascending => order.reverse(),
            Order::Descending => order,
        }
    }
}

fn by_version(candidates: Vec<Candidate>, range: &Constraints) -> Ranking {
    let mut unranked = Vec::new();
    let mut versions: Vec<(Version, Candidate)> = Vec::new();
    for candidate in candidates {
        match version(&candidate.value) {
            Ok(version) => versions.push((version, candidate)),
            Err(why) => unranked.push((candidate, Because::NotAVersion(why))),
        }
    }
    versions.sort_by(|(a, _), (b, _)| b.precedence(a));
    let fits: Vec<Fit> = versions.iter().map(|(version, _)| range.fit(version)).collect();
    let winner = fits.iter().position(|fit| *fit == Fit::Inside);
    let winning = winner.and_then(|at| versions.get(at)).map(|(version, _)| version.clone());
    let is_equal = |version: &Version| winning.as_ref().is_some_and(|w| w.precedence(version) == Ordering::Equal);
    let ranked = versions.into_iter().zip(fits).enumerate().map(|(at, ((version, candidate), fit))| {
        let because = match fit {
            Fit::Outside => Some(Because::OutsideRange),
            Fit::PreRelease => Some(Because::PreRelease),
            Fit::Inside if winner != Some(at) && is_equal(&version) => Some(Because::Tied),
            Fit::Inside => None,
        };
        (candidate, because)
    });
    let failure = winner.is_none().then_some(Failure::NothingInRange);
    Ranking { ranked: ranked.collect(), unranked, winner, failure }
}

/// A version as Flux takes it: of three parts, the first two without anything behind them (fluxcd/pkg: `version.ParseVersion`).
pub(crate) fn version(text: &str) -> Result<Version, String> {
    if text.matches('.').count() < 2 {
        return Err("it does not have three parts, as `1.2.3` has".to_owned());
    }
    Version::parse(text)
}

fn by_alphabet(mut candidates: Vec<Candidate>, order: Order) -> Ranking {
    candidates.sort_by(|a, b| order.best_first(a.value.cmp(&b.value)));
    let winner = (!candidates.is_empty()).then_some(0);
    Ranking { ranked: candidates.into_iter().map(|c| (c, None)).collect(), winner, ..Ranking::default() }
}

fn by_number(candidates: Vec<Candidate>, order: Order) -> Ranking {
    let numbers: Vec<Option<f64>> = candidates.iter().map(|c| float::parse(&c.value)).collect();
    let wrong = candidates.iter().zip(&numbers).find(|(_, number)| number.is_none());
    if let Some((candidate, _)) = wrong {
        let failure = Some(Failure::NotANumber(candidate.value.clone()));
        let because = |number: Option<f64>| if number.is_some() { Because::Undecided } else { Because::NotANumber };
        let mut unranked: Vec<_> = candidates.into_iter().zip(numbers).map(|(c, n)| (c, because(n))).collect();
        // Those that are to blame come first.
        unranked.sort_by_key(|(_, because)| *because == Because::Undecided);
        return Ranking { unranked, failure, ..Ranking::default() };
    }
    let numbers: Vec<f64> = numbers.into_iter().flatten().collect();
    let Some((winner, best)) = latest(&numbers, order) else { return Ranking::default() };
    let mut places: Vec<(usize, (f64, Candidate))> = numbers.into_iter().zip(candidates).enumerate().collect();
    places.sort_by(|(at, (a, _)), (other, (b, _))| order.best_first(a.total_cmp(b)).then(other.cmp(at)));
    let place = places.iter().position(|(at, _)| *at == winner);
    let ranked = places.into_iter().map(|(at, (number, candidate))| {
        // Nothing is equal to what is not a number: it wins wherever it comes last.
        let is_tied = at != winner && (number == best || number.is_nan() || best.is_nan());
        (candidate, is_tied.then_some(Because::Tied))
    });
    Ranking { ranked: ranked.collect(), winner: place, ..Ranking::default() }
}

/// The last number that no earlier one beats, step by step, so that `nan` does what it does there.
fn latest(numbers: &[f64], order: Order) -> Option<(usize, f64)> {
    numbers.iter().copied().enumerate().reduce(|latest, next| {
        let is_beaten = match order {
            Order::Ascending => next.1 < latest.1,
            Order::Descending => next.1 > latest.1,
        };
        if is_beaten { latest } else { next }
    })
}
