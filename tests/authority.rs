//! Whose word counts, from outside: crafted histories, links and configurations in the environments of five CIs, two clusters that log
//! whether they were asked, and what must hold of the run. The cases are `tests/authority/*.yaml`.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program, and listens on loopback")]

#[path = "authority/case.rs"]
mod case;
#[path = "support/clusters.rs"]
mod clusters;
#[path = "support/git.rs"]
mod git;
#[path = "authority/history.rs"]
mod history;
#[path = "support/trials.rs"]
mod trials;

use std::process::{Command, ExitCode};

use case::{Case, Files, cases};
use clusters::Clusters;
use history::History;
use seatrial_test_servers::github::{Account, FakeGitHub, Pull};

fn main() -> ExitCode {
    let cases = cases();
    assert!(cases.len() > 30, "{} cases", cases.len());
    let cases = cases.into_iter().map(|(name, case, files)| {
        trials::case(&format!("{name}::{}", case.what), move || check(&name, &case, &files))
    });
    trials::suite!([jobs_of_one_run_hold_a_preview_one_after_another], cases)
}

/// GitHub that can be asked whose branch the pull request is, as Jenkins knows it.
struct Forge {
    _runtime: tokio::runtime::Runtime,
    github: FakeGitHub,
}

impl Forge {
    const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

    fn start(head: &str, from: &str) -> Forge {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let github = runtime.block_on(FakeGitHub::start());
        github.add_token(Forge::TOKEN, Account::named("seatrial"));
        github.add_pull("acme/shop", Pull { from: Some(Some(from.to_owned())), ..Pull::open(7, head) });
        Forge { _runtime: runtime, github }
    }

    fn variables(&self) -> [(&str, String); 2] {
        [("GITHUB_TOKEN", Forge::TOKEN.to_owned()), ("CHANGE_URL", format!("{}/acme/shop/pull/7", self.github.url()))]
    }
}

fn check(name: &str, case: &Case, files: &Files) {
    let history = History::of(files, case);
    let clusters = Clusters::start(&["dev", "prod"]);
    for (path, object) in &case.seeded {
        clusters.put("dev", path, object);
    }
    let kubeconfig = clusters.kubeconfig(history.scratch.path());
    history.try_out(case, &kubeconfig);
    let directory = history.repo().join(&case.directory);
    let report = history.scratch.path().join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(&case.args).env_clear().envs(history.environment(case));
    let forge = case.forge_says.as_ref().map(|from| Forge::start(&history.head, from));
    command.envs(forge.iter().flat_map(Forge::variables));
    if !case.env.contains_key("KUBECONFIG") {
        command.env("KUBECONFIG", kubeconfig);
    }
    command.env("HOME", history.scratch.path());
    if !case.env.contains_key("PWD") {
        command.env("PWD", &directory);
    }
    command.env("GITHUB_STEP_SUMMARY", history.scratch.path().join("summary.md"));
    let has_report = case.args.first().is_some_and(|command| command != "cleanup" && command != "render");
    if has_report {
        command.arg("--output=terminal").arg(format!("--output=json={}", report.display()));
    }
    let output = command.current_dir(&directory).output().expect("runs");
    let log = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said = log.split_whitespace().filter(|word| *word != "=").collect::<Vec<_>>().join(" ");
    let what = format!("{name}: {}\n{log}", case.what);

    assert_eq!(clusters.asked(), case.asked, "which clusters were asked: {what}");
    for sentence in &case.says {
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&sentence), "`{sentence}` is not said: {what}");
    }
    for sentence in &case.silent {
        assert!(!said.contains(sentence.as_str()), "`{sentence}` is said: {what}");
    }
    assert_eq!(output.status.code(), Some(case.exit), "{what}");
    for path in &case.live {
        let (path, expected) = path.strip_prefix('!').map_or((path.as_str(), true), |path| (path, false));
        assert_eq!(clusters.has("dev", path), expected, "{path} on dev: {what}");
    }
    if has_report {
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(report).unwrap_or_default()).unwrap_or_default();
        let altered = report["alterations"].as_array().into_iter().flatten();
        let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let altered: Vec<String> = altered
            .map(|a| format!("{} {} {}: {}", text(a, "kind"), text(a, "subject"), text(a, "name"), text(a, "details")))
            .map(|sentence| sentence.trim_end_matches([' ', ':']).to_owned())
            .collect();
        assert_eq!(altered, case.alterations, "alterations: {what}");
    }
}

/// The first case that the files of a suite come from.
fn first_of(suite: &str) -> (Case, Files) {
    let (_, case, files) = cases().into_iter().find(|(name, ..)| name == suite).expect("such a suite");
    (case, files)
}

fn jobs_of_one_run_hold_a_preview_one_after_another() {
    let (case, files) = first_of("tests");
    let history = History::of(&files, &case);
    let clusters = Clusters::start(&["dev"]);
    let kubeconfig = clusters.kubeconfig(history.scratch.path());
    // It writes the event's file, which a job that runs already may be reading.
    let environment = history.environment(&case);
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["deploy", "--quiet"]).env_clear().envs(&environment);
        command.env("KUBECONFIG", &kubeconfig).current_dir(history.repo()).spawn().expect("starts")
    };
    let mut jobs: Vec<_> = (0..3).map(|_| start()).collect();
    let begun = std::time::Instant::now();
    while jobs.iter_mut().any(|job| job.try_wait().expect("waited for").is_none()) {
        assert!(begun.elapsed().as_secs() < 90, "{:?}", clusters.sent("dev"));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for job in &mut jobs {
        assert_eq!(job.wait().expect("waited for").code(), Some(0));
    }
    let sent = clusters.sent("dev").concat();
    let holders = sent.split("\"holderIdentity\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    // Whoever releases it writes nobody.
    let holders: std::collections::BTreeSet<&str> = holders.filter(|holder| !holder.is_empty()).collect();
    assert_eq!(holders.len(), 3, "{holders:?}");
    assert!(holders.iter().all(|holder| holder.starts_with("acme/shop run 100.1 job trial ")), "{holders:?}");
}
