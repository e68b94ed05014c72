//! The program against a real cluster: every folder of `tests/live/cases` is a case, that is a repository, what stands on the cluster
//! before, and the report that is expected.
//!
//! Needs `SEATRIAL_TEST_KUBECONFIG`, the kubeconfig of the test bed (`tests/testbed`); without it every case is reported as ignored.
//! `SEATRIAL_ACCEPT=1` writes what is seen; read the difference before committing it. Cases run side by side, those that stop
//! a daemon of the cluster alone and last. Long ones are ignored unless `--include-ignored` is given, as `tests/live/run --all` does. What a
//! case may say stands in [`case`].
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "this test runs the program on folders and a cluster"
)]

#[path = "live/bed.rs"]
mod bed;
#[path = "live/case.rs"]
mod case;
#[path = "live/estate.rs"]
mod estate;
#[path = "support/files.rs"]
mod files;
#[path = "live/flux.rs"]
mod flux;
#[path = "live/form.rs"]
mod form;
#[path = "support/git.rs"]
mod git;
#[path = "live/helm.rs"]
mod helm;
#[path = "live/history.rs"]
mod history;
#[path = "live/images.rs"]
mod images;
#[path = "live/pair.rs"]
mod pair;
#[path = "live/program.rs"]
mod program;
#[path = "live/prove.rs"]
mod prove;
#[path = "support/redact.rs"]
mod redact;
#[path = "live/registry.rs"]
mod registry;
#[path = "support/schema.rs"]
mod schema;
#[path = "live/signals.rs"]
mod signals;
#[path = "support/unbroken.rs"]
mod unbroken;
#[path = "live/webhook.rs"]
mod webhook;

use std::process::ExitCode;
use std::sync::{Arc, RwLock};

use bed::Bed;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// Most cases wait for the cluster, not for a processor.
const AT_ONCE: usize = 8;

const NO_BED: &str = "SEATRIAL_TEST_KUBECONFIG is not set: start the test bed with `tests/testbed/up` and set it to the bed's kubeconfig";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    let bed = Bed::from_environment().map(Arc::new);
    if bed.is_none() && !arguments.list {
        eprintln!("LIVE TESTS ARE NOT RUN: {NO_BED}");
    }
    // Those that stop a daemon hold this alone; libtest-mimic starts trials in the order of the list.
    let cluster = Arc::new(RwLock::new(()));
    let mut trials = form::trials();
    let (alone, others): (Vec<_>, Vec<_>) =
        case::names().into_iter().partition(|name| case::read(name).stops_a_daemon());
    trials.extend(CLAIMS.map(|(name, claim)| claimed(name, claim, bed.clone(), Arc::clone(&cluster))));
    trials.extend(signals::points().into_iter().map(|point| stopped(point, bed.clone(), Arc::clone(&cluster))));
    let ordered = others.into_iter().chain(alone);
    trials.extend(ordered.map(|name| trial(name, bed.clone(), Arc::clone(&cluster))));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What must hold of Flux's controllers and the program; the longest first.
const CLAIMS: [(&str, Claim); 6] = [
    ("helm_applies_what_is_rendered", helm::applies_what_is_rendered),
    ("flux_applies_what_is_rendered", flux::applies_what_is_rendered),
    ("helm_refuses_what_is_refused", helm::refuses_what_is_refused),
    ("flux_refuses_what_is_refused", flux::refuses_what_is_refused),
    ("two_pull_requests_share_an_environment", pair::shares),
    ("two_pull_requests_have_previews", pair::has_previews),
];

type Claim = fn(&Bed) -> Result<(), Failed>;

/// The trial of one claim.
fn claimed(name: &str, claim: Claim, bed: Option<Arc<Bed>>, cluster: Arc<RwLock<()>>) -> Trial {
    Trial::ignorable_test(name, move || {
        let Some(bed) = bed else { return Ok(Completion::ignored_with(NO_BED)) };
        let _shared = cluster.read();
        claim(&bed).map(|()| Completion::Completed)
    })
}

/// The trial of one point at which a run is told to stop.
fn stopped(point: signals::Point, bed: Option<Arc<Bed>>, cluster: Arc<RwLock<()>>) -> Trial {
    let is_long = point.is_long;
    let trial = Trial::ignorable_test(format!("signal_{}", point.name.replace('-', "_")), move || {
        let Some(bed) = bed else { return Ok(Completion::ignored_with(NO_BED)) };
        let _shared = cluster.read();
        signals::at(&bed, &point).map(|()| Completion::Completed)
    });
    trial.with_ignored_flag(is_long)
}

/// The trial of one case.
fn trial(name: String, bed: Option<Arc<Bed>>, cluster: Arc<RwLock<()>>) -> Trial {
    let is_long = case::read(&name).is_long;
    let trial = Trial::ignorable_test(name.clone(), move || {
        let Some(bed) = bed else { return Ok(Completion::ignored_with(NO_BED)) };
        let is_alone = case::read(&name).stops_a_daemon();
        let (_alone, _shared) = (is_alone.then(|| cluster.write()), (!is_alone).then(|| cluster.read()));
        prove::case(&bed, &name);
        Ok(Completion::Completed)
    });
    trial.with_ignored_flag(is_long)
}
