//! What a run knows about where it runs, whichever host that is. How one host tells it lives in that host's file.

use std::collections::BTreeMap;

use crate::{EarlierRun, ForgeTarget, Host, azure_pipelines, github_actions, jenkins, other};

/// Why a run gets no credentials and deploys nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Ours: the full ladder.
    Trusted,
    /// Nothing says that it is a fork's, and nothing says that it is not: deployed only where the caller says so.
    WhenTold {
        /// Why that is so, as a clause.
        because: String,
        /// Whether the environment names a pull request.
        names_pull_request: bool,
    },
    /// Validated only; the reason as a clause: `the pull request comes from a fork`.
    Untrusted(String),
}

/// A pull request as the event tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequestContext {
    /// Its number.
    pub number: u64,
    /// The head commit: not the merge commit that is checked out. `None` where the environment does not say it.
    pub head: Option<String>,
    /// Full name of the reference as which the host fetches the head, where the environment says that instead.
    pub head_reference: Option<String>,
    /// The merge commit that the host made of head and target branch and says it checked out, where its environment names one.
    pub merge: Option<String>,
    /// Commit of the target branch when the event was sent, where one was: the branch may have gone on since.
    pub base: Option<String>,
    /// Name of the target branch.
    pub target_branch: String,
    /// Name of the source branch.
    pub source_branch: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// How it ended, where the event says so; none also where nothing is said.
    pub ended: Option<Ended>,
}

/// How a pull request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The target branch has it.
    Merged,
    /// It was closed without that.
    Unmerged,
}

/// Where a host shows a summary of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Summary {
    /// What is appended to a file.
    Appended(String),
    /// A file of our own, which a log command names; the directory that it may lie in.
    Uploaded(String),
}

/// What the caller says on the command line, or in variables of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerSays {
    /// Which host it is.
    pub host: Option<Host>,
    /// Number of the pull request.
    pub pull_request: Option<u64>,
    /// Its head commit.
    pub head: Option<String>,
    /// Name of its target branch.
    pub target: Option<String>,
    /// Where it lives.
    pub forge: Option<ForgeTarget>,
    /// That it comes from a fork.
    pub fork: bool,
}

/// Where we run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiContext {
    /// The CI system.
    pub host: Host,
    /// Where the pull request lives, when that is known: not always where it is built.
    pub forge: Option<ForgeTarget>,
    /// Why the forge is not known although the environment names one, as a clause.
    pub unknown_forge: Option<String>,
    /// The pull request, when there is one.
    pub pull_request: Option<PullRequestContext>,
    /// The commit that is checked out, as the host says.
    pub checkout: Option<String>,
    /// Whether the pull request's content may be deployed.
    pub trust: Trust,
    /// The run that started this one, where one did.
    pub earlier_run: Option<EarlierRun>,
    /// Where the run can be watched.
    pub run_url: Option<String>,
    /// Number of the run, growing; and attempt: for the stale-run guard.
    pub run: Option<(u64, u64)>,
    /// Name of the pipeline: a workflow, a job of Jenkins.
    pub pipeline: Option<String>,
    /// Name of the job in it.
    pub job: Option<String>,
    /// Where the host shows a summary.
    pub summary: Option<Summary>,
    /// File for step outputs.
    pub output_file: Option<String>,
    /// Sentences: an unreadable event file, an event without a pull request.
    pub notices: Vec<String>,
}

impl CiContext {
    /// Detects the context. `event` is the content of the file that [`Host::event_file`] names, when it could be read.
    ///
    /// # Errors
    /// A sentence where two hosts are there at once, and the caller does not say which it is.
    pub fn detect(
        env: &BTreeMap<String, String>,
        event: Option<&str>,
        caller: &CallerSays,
    ) -> Result<CiContext, String> {
        let host = Host::detect(env, caller.host)?;
        let context = of_host(host, env, event, caller);
        let trust = match context.trust {
            Trust::Untrusted(because) => Trust::Untrusted(because),
            _ if caller.fork => Trust::Untrusted("--fork says that the pull request comes from a fork".to_owned()),
            // Whatever the caller has chosen: each host that is there is believed when it says that the code is not ours.
            trust => Host::all_marked(env)
                .filter(|other| *other != host)
                .find_map(|other| match of_host(other, env, event, caller).trust {
                    Trust::Untrusted(because) => Some(Trust::Untrusted(because)),
                    Trust::Trusted | Trust::WhenTold { .. } => None,
                })
                .unwrap_or(trust),
        };
        let forge = context.forge.or_else(|| caller.forge.clone());
        let pull_request = context.pull_request.map(|pull_request| PullRequestContext {
            head: pull_request.head.or_else(|| caller.head.clone()),
            ..pull_request
        });
        Ok(CiContext { trust, forge, pull_request, ..context })
    }

    pub(crate) fn local() -> CiContext {
        CiContext {
            host: Host::Local,
            forge: None,
            unknown_forge: None,
            pull_request: None,
            checkout: None,
            trust: Trust::Trusted,
            earlier_run: None,
            run_url: None,
            run: None,
            pipeline: None,
            job: None,
            summary: None,
            output_file: None,
            notices: Vec::new(),
        }
    }
}

fn of_host(host: Host, env: &BTreeMap<String, String>, event: Option<&str>, caller: &CallerSays) -> CiContext {
    match host {
        Host::GitHubActions => {
            let context = github_actions::context(env, event);
            // Two CIs at once contradict each other; whoever of them says that it is a fork is believed.
            match other::not_ours(env) {
                Some(because) => CiContext { trust: Trust::Untrusted(because), ..context },
                None => context,
            }
        }
        Host::AzurePipelines => azure_pipelines::context(env),
        Host::Jenkins => jenkins::context(env),
        Host::Other | Host::Local => other::context(host, env, caller),
    }
}
