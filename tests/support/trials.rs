//! Suites whose cases are data: each case is a test of its own, so that its name can be run (`cargo test --test SUITE -- NAME`) and its
//! failure hides no other. Such a suite has `harness = false` in the manifest.

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// How many cases run at a time on each core: the program that they start waits for a cluster, a server or a deadline most of its time.
const CASES_PER_CORE: usize = 4;

/// Runs what the command line asks for; see [`suite`].
pub(crate) fn run(trials: Vec<Trial>) -> ExitCode {
    let names: BTreeSet<&str> = trials.iter().map(Trial::name).collect();
    assert_eq!(names.len(), trials.len(), "two cases have the same name");
    let mut arguments = Arguments::from_args();
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    arguments.test_threads = arguments.test_threads.or(Some(CASES_PER_CORE * cores));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The trial of one case: a panic is its failure.
pub(crate) fn case(name: &str, check: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(in_one_word(name), move || {
        check();
        Ok(())
    })
}

/// A suite: what holds beside its cases, by the names of the functions, and the cases.
macro_rules! suite {
    ([$($claim:path),* $(,)?], $cases:expr) => {{
        let mut all: Vec<libtest_mimic::Trial> = vec![$($crate::trials::case(stringify!($claim), $claim)),*];
        all.extend($cases);
        $crate::trials::run(all)
    }};
}
pub(crate) use suite;

/// A sentence as the name of a test; `::` stays.
fn in_one_word(sentence: &str) -> String {
    let is_of_word = |c: char| c.is_alphanumeric() || c == ':' || c == '-';
    let words = sentence.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}
