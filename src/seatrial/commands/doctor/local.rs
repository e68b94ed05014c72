//! What can be told without asking anybody: the clone, the configuration, the CI.

use seatrial_ci::{Host, Trust};
use seatrial_model::{counted, shown_on_one_line};

use super::rung::{Mark, Rung};
use crate::context::revision::{Commit, Missing};
use crate::context::run_context::RunContext;
use crate::process::stop::Stop;

/// The clone, and the commits that count in it.
pub(super) fn repository(context: &RunContext<'_>) -> Vec<Rung> {
    let root = context.workspace.root.display();
    if context.workspace.repository.is_none() {
        let what = format!("`{root}` is not a git repository: every finding counts as new");
        let mark = if context.session.ci.pull_request.is_some() { Mark::Fails } else { Mark::Idle };
        return vec![Rung::new(mark, what)];
    }
    let mut rungs = vec![Rung::new(Mark::Works, format!("`{root}` is a git repository"))];
    if context.session.ci.pull_request.is_none() {
        rungs.push(match &context.compared.commit {
            Commit::Known(commit) => Rung::new(Mark::Works, format!("a change is compared with {}", short(commit))),
            Commit::None => Rung::new(Mark::Idle, "there is nothing that a change is compared with"),
            Commit::Missing(missing) => of_missing("the commit to compare with is not known", missing),
        });
        return rungs;
    }
    rungs.push(match &context.commits.base {
        Commit::Known(commit) => {
            Rung::new(Mark::Works, format!("the base of the pull request is in the clone: {}", short(commit)))
        }
        Commit::None => Rung::new(Mark::Idle, "the pull request has no base"),
        Commit::Missing(missing) => of_missing("the base of the pull request is not known", missing),
    });
    match &context.commits.authority {
        Commit::Missing(missing) if context.commits.base != context.commits.authority => {
            rungs.push(of_missing("the target branch is not in the clone, so that nothing is deployed", missing));
        }
        Commit::Missing(_) | Commit::Known(_) | Commit::None => {}
    }
    rungs
}

fn of_missing(what: &str, missing: &Missing) -> Rung {
    Rung::new(Mark::Fails, format!("{what}: {}", missing.because)).with(missing.way_out.as_str())
}

/// The first digits of a commit.
fn short(commit: &str) -> String {
    commit.chars().take(7).collect()
}

/// The checkout's configuration, and the one that has the say.
pub(super) fn configuration(context: &mut RunContext<'_>) -> Vec<Rung> {
    let wrong = match context.read_config() {
        Ok(()) => None,
        Err(Stop::Config(problems)) => Some(
            problems
                .iter()
                .map(|problem| {
                    let place = problem.place.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
                    Rung::new(Mark::Wrong, format!("{}{place}: {}", problem.path, shown_on_one_line(&problem.message)))
                })
                .collect(),
        ),
        Err(Stop::Usage(sentence) | Stop::Broken(sentence)) => Some(vec![Rung::new(Mark::Wrong, sentence)]),
    };
    if let Some(wrong) = wrong {
        return wrong;
    }
    let path = &context.workspace.config_path;
    let mut rungs = match &context.workspace.config {
        None => vec![
            Rung::new(Mark::Idle, format!("there is no `{path}`: what the repository holds is checked"))
                .with("`seatrial init` writes one"),
        ],
        Some(config) => {
            let deployed = config.environments.values().filter(|environment| environment.deploy.is_some()).count();
            let what = format!(
                "`{path}`: {}, {deployed} deployed, {}",
                counted(config.environments.len(), "environment"),
                counted(config.tests.len(), "test")
            );
            vec![Rung::new(Mark::Works, what)]
        }
    };
    if let Some(Err(because)) = &context.trusted {
        rungs.push(Rung::new(Mark::Idle, format!("no configuration of the target branch has the say: {because}")));
    }
    rungs
}

/// Where this runs, and for which pull request.
pub(super) fn ci(context: &RunContext<'_>) -> Vec<Rung> {
    let ci = &context.session.ci;
    let mut rungs = vec![match ci.host {
        Host::Local => Rung::new(Mark::Idle, "no CI: this is a machine of yours, and nothing is posted from here"),
        host => Rung::new(Mark::Works, format!("{} is recognised", host.name())),
    }];
    match &ci.trust {
        Trust::Trusted => {}
        Trust::Untrusted(because) => {
            let what = format!("{because}: nothing is deployed, and no token is used");
            rungs.push(
                Rung::new(Mark::Idle, what).with("a second workflow can post its report: see \"Forks\" in the README"),
            );
        }
        Trust::WhenTold { because, .. } => rungs.push(Rung::new(Mark::Idle, format!("nothing is deployed: {because}"))),
    }
    match &ci.pull_request {
        Some(pull_request) => {
            let what = format!("pull request {} into `{}`", pull_request.number, pull_request.target_branch);
            rungs.push(Rung::new(Mark::Works, what));
            if pull_request.head.is_none() {
                let what = "it is not known which commit is the head of the pull request, so that nothing is posted";
                rungs.push(Rung::new(Mark::Fails, what).with("say it with --head"));
            }
        }
        None if ci.host == Host::Local || !ci.notices.is_empty() => {}
        None => rungs.push(Rung::new(Mark::Idle, "this run belongs to no pull request, so that nothing is posted")),
    }
    rungs.extend(ci.notices.iter().map(|notice| Rung::new(Mark::Idle, shown_on_one_line(notice).into_owned())));
    rungs
}
