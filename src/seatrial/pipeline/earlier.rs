//! Reports of earlier runs: read from files, whose every string is data. What is made of them is said in `baseline`, `failed_from` and
//! `report_from`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use seatrial_model::{Report, TestResult};

use crate::cli::CommonArgs;
use crate::context::authority::ChosenTest;
use crate::judge::Judged;
use crate::pipeline::baseline::Baseline;
use crate::pipeline::failed_from::FailedFrom;
use crate::process::stop::Stop;

/// Bytes of a report that is read; one of 10,000 findings has about 10 MB.
const LARGEST: u64 = 64 << 20;

/// The earlier reports that a command line names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EarlierFiles<'a> {
    /// `--baseline`.
    pub(crate) baseline: Option<&'a Path>,
    /// `--failed-from`.
    pub(crate) failed_from: Option<&'a Path>,
}

/// What earlier reports say of the tests.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    pub(crate) baseline: Option<Baseline>,
    pub(crate) failed_from: Option<FailedFrom>,
}

impl Earlier {
    /// Reads the files.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a file that is not a report which this program reads, with the way out.
    pub(crate) fn read(files: EarlierFiles<'_>, common: &CommonArgs) -> Result<Earlier, Stop> {
        let named = |flag: &'static str, path: Option<&Path>| {
            let Some(path) = path else { return Ok(None) };
            let shown = path.display().to_string();
            let report = read(path).map_err(|why| {
                let flag = common.from_variables.named(flag);
                Stop::Usage(format!(
                    "{flag}: `{shown}` {why}; name a file that `--output json=FILE` wrote, or leave {flag} out"
                ))
            })?;
            Ok(Some((report, shown)))
        };
        let baseline = named("--baseline", files.baseline)?;
        let failed_from = named("--failed-from", files.failed_from)?;
        Ok(Earlier {
            baseline: baseline.map(|(report, shown)| Baseline::new(&report, shown)),
            failed_from: failed_from.map(|(report, shown)| FailedFrom::new(&report, shown)),
        })
    }
}

/// The tests of a report, each with its environment.
pub(crate) fn tests_of(report: &Report) -> impl Iterator<Item = (&str, &TestResult)> {
    report.environments.iter().flat_map(|e| e.tests.iter().map(|test| (e.name.as_str(), test)))
}

/// A test that is not run, and where it stands among all.
pub(crate) type NotRun = (usize, TestResult);

impl Earlier {
    /// Whether the report of `--failed-from` has a test that was run and did not pass.
    pub(crate) fn has_failed(&self, environment: &str, test: &str) -> bool {
        self.failed_from.as_ref().is_some_and(|earlier| earlier.has_failed(environment, test))
    }

    /// Tests of an environment that are run, and the results of those that passed before.
    pub(crate) fn choose<'a>(
        &self,
        environment: &str,
        tests: Vec<ChosenTest<'a>>,
    ) -> (Vec<ChosenTest<'a>>, Vec<NotRun>) {
        let Some(earlier) = &self.failed_from else { return (tests, Vec::new()) };
        let names: Vec<&str> = tests.iter().map(|test| test.config.name.value.as_str()).collect();
        let needs = |name: &str| {
            let named = tests.iter().filter(|test| test.config.name.value == name);
            named.flat_map(|test| test.config.options.needs.iter().map(String::as_str)).collect()
        };
        let wanted = earlier.wanted(environment, &names, needs);
        let is_wanted = |test: &ChosenTest<'_>| wanted.contains(test.config.name.value.as_str());
        let others = tests.iter().enumerate().filter(|(_, test)| !is_wanted(test));
        let others = others.map(|(at, test)| (at, earlier.not_repeated(test.config))).collect();
        (tests.into_iter().filter(is_wanted).collect(), others)
    }

    /// Puts the tests that were not run among the others, and says how all compare with the baseline.
    pub(crate) fn complete(&self, judged: &mut Judged, others: Vec<NotRun>) {
        let tests = &mut judged.report.tests;
        for (at, test) in others {
            tests.insert(at.min(tests.len()), test);
        }
        let baseline = self.baseline.as_ref();
        judged.notices.extend(baseline.and_then(|baseline| baseline.mark(&judged.planned.name, tests)));
    }
}

/// A report, or why there is none, as a predicate.
pub(crate) fn read(path: &Path) -> Result<Report, String> {
    let file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > LARGEST {
        return Err(format!("is larger than {} MiB", LARGEST >> 20));
    }
    seatrial_published::read(&text).map_err(|why| why.to_string())
}
