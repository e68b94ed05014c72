//! The cases of one or several files, in bounds.

use seatrial_model::TestCase;

/// Cases that are kept.
pub const MOST_CASES: usize = 10_000;

/// Bytes of output of all cases together.
const MOST_OUTPUT: usize = 16 << 20;

/// What stands in the place of the output that would be too much.
const NO_ROOM: &str = "(left out: the cases before it have 16 MB of output)";

/// Cases of one or several files. At most [`MOST_CASES`] are kept, failing ones before others; the rest is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// Cases that were kept, each with its place in the order of the files.
    kept: Vec<(usize, TestCase)>,
    /// Where among them cases stand that give way to failing ones, when there is no room; the last one first.
    spare: Vec<usize>,
    seen: usize,
    failing_left_out: usize,
    output: usize,
}

impl FromIterator<TestCase> for Cases {
    fn from_iter<I: IntoIterator<Item = TestCase>>(cases: I) -> Cases {
        let mut all = Cases::default();
        cases.into_iter().for_each(|case| all.push(case));
        all
    }
}

impl Cases {
    /// How many cases there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.seen
    }

    /// Adds those of another file.
    pub fn add(&mut self, other: Cases) {
        let (left_out, failing) = (other.left_out(), other.failing_left_out);
        for case in other.into_kept() {
            self.push(case);
        }
        self.seen += left_out;
        self.failing_left_out += failing;
    }

    /// One sentence about cases that are not kept; `None` where all are.
    #[must_use]
    pub fn told_of_left_out(&self) -> Option<String> {
        let left_out = self.left_out();
        if left_out == 0 {
            return None;
        }
        let failing = match self.failing_left_out {
            0 => "none of those left out failed".to_owned(),
            failing => format!("{failing} of those left out failed"),
        };
        Some(format!("{left_out} of {} cases are not listed: at most {MOST_CASES} are, and {failing}", self.seen))
    }

    /// How many cases that fail their test were not kept.
    #[must_use]
    pub fn failing_left_out(&self) -> usize {
        self.failing_left_out
    }

    /// The cases that were kept, in the order of the files.
    #[must_use]
    pub fn into_kept(self) -> Vec<TestCase> {
        let mut kept = self.kept;
        kept.sort_by_key(|(place, _)| *place);
        kept.into_iter().map(|(_, case)| case).collect()
    }

    fn left_out(&self) -> usize {
        self.seen - self.kept.len()
    }

    /// Whether a case would be kept: others need not be put together.
    pub(crate) fn has_room(&self, is_failing: bool) -> bool {
        self.kept.len() < MOST_CASES || (is_failing && !self.spare.is_empty())
    }

    /// Counts a case that is not kept.
    pub(crate) fn leave_out(&mut self, is_failing: bool) {
        self.seen += 1;
        self.failing_left_out += usize::from(is_failing);
    }

    /// Adds a case.
    pub(crate) fn push(&mut self, mut case: TestCase) {
        let is_failing = case.outcome.is_failing();
        if !self.has_room(is_failing) {
            return self.leave_out(is_failing);
        }
        if !case.output.is_empty() && self.output + case.output.len() > MOST_OUTPUT {
            NO_ROOM.clone_into(&mut case.output);
        }
        self.output += case.output.len();
        let place = self.seen;
        self.seen += 1;
        if self.kept.len() < MOST_CASES {
            if !is_failing {
                self.spare.push(self.kept.len());
            }
            self.kept.push((place, case));
        } else if let Some(at) = self.spare.pop() {
            self.output -= self.kept[at].1.output.len();
            self.kept[at] = (place, case);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_model::CaseOutcome;

    fn case(number: usize, outcome: CaseOutcome, output: usize) -> TestCase {
        TestCase {
            suite: String::new(),
            class: String::new(),
            name: number.to_string(),
            outcome,
            duration_ms: 0,
            message: String::new(),
            output: "x".repeat(output),
            age: None,
        }
    }

    #[test]
    fn failing_cases_are_kept_before_others_and_the_rest_is_counted() {
        let mut cases = Cases::default();
        for number in 0..25_000 {
            let outcome = if number >= 20_000 { CaseOutcome::Failed } else { CaseOutcome::Passed };
            cases.push(case(number, outcome, 0));
        }
        let told = "15000 of 25000 cases are not listed: at most 10000 are, and none of those left out failed";
        assert_eq!(cases.told_of_left_out().as_deref(), Some(told));
        let numbers: Vec<String> = cases.clone().into_kept().into_iter().map(|case| case.name).collect();
        let expected: Vec<String> = (0..5_000).chain(20_000..25_000).map(|number| number.to_string()).collect();
        assert_eq!(numbers, expected);

        let mut all = Cases::default();
        for number in 0..9_000 {
            all.push(case(number, CaseOutcome::Errored, 0));
        }
        all.add(cases);
        let told = "24000 of 34000 cases are not listed: at most 10000 are, and 4000 of those left out failed";
        assert_eq!(all.told_of_left_out().as_deref(), Some(told));
        assert_eq!((all.count(), all.failing_left_out()), (34_000, 4_000));
        assert!(all.into_kept().iter().all(|case| case.outcome.is_failing()));
    }

    #[test]
    fn the_output_of_all_cases_is_bounded() {
        let mut cases = Cases::default();
        for number in 0..2_000 {
            cases.push(case(number, CaseOutcome::Failed, 16 << 10));
        }
        cases.push(case(2_000, CaseOutcome::Passed, 0));
        assert_eq!(cases.told_of_left_out(), None);
        let mut kept = cases.into_kept();
        assert_eq!(kept.pop().expect("the last one").output, "", "it has none that could be left out");
        assert!(kept.iter().map(|case| case.output.len()).sum::<usize>() <= MOST_OUTPUT + 2_000 * NO_ROOM.len());
        assert_eq!((kept[0].output.len(), &*kept[1_999].output), (16 << 10, NO_ROOM));
    }
}
