//! The report to the forge: the pending status at the start, comment and status at the end. What could not be written is a sentence among
//! the report's notices, and the exit code stays.
//!
//! Not here: files and streams (`deliver`), and how a comment is kept (`report/forge`).

mod opt_ins;

use std::time::Duration;

use seatrial_ci::Host;
use seatrial_forge::{Comment, CommitStatus, Delivery, Forge, KeyParts, StatusState};
use seatrial_model::{Report, Verdict};
use seatrial_reporters::{markdown, status_description};
use seatrial_transport::Transport;
use tokio::task::JoinHandle;

use crate::config::ReportConfig;
use crate::context::forge::open_forge;
use crate::context::run_context::RunContext;
use crate::deliver::Sinks;
use opt_ins::none_of;

/// How long it may take to say that a run goes on.
const BEGIN_WITHIN: Duration = Duration::from_secs(15);

impl Sinks<'_> {
    /// Says on the head commit of an open pull request that the run goes on, in the background: whoever waits for the status sees that it
    /// comes. That it could not be set is said when the last one cannot be.
    pub(crate) fn begin(&self, context: &RunContext<'_>, transport: &Transport) -> Option<JoinHandle<Begun>> {
        let sinks = context.sinks();
        let pull_request = self.session.ci.pull_request.as_ref()?;
        let (number, head) = (pull_request.number, pull_request.head.clone()?);
        let forge = self.forge(transport, &sinks).ok().flatten().filter(|_| sinks.status)?;
        let status = CommitStatus {
            context: status_name(&key_of(context, &sinks)),
            state: StatusState::Pending,
            description: "The trial is running".to_owned(),
            target_url: self.session.ci.run_url.clone(),
        };
        let begin = async move {
            if forge.standing(number).await.is_ok_and(|standing| standing.outdates(&head).is_some()) {
                return Begun::Over;
            }
            let delivery = forge.set_status(number, &head, &status).await;
            tracing::debug!(?delivery, "pending status");
            Begun::Open
        };
        // A forge that is silent now keeps nobody waiting at the end.
        Some(tokio::spawn(async move { tokio::time::timeout(BEGIN_WITHIN, begin).await.unwrap_or(Begun::Open) }))
    }

    /// Posts comment and status. Gives back sentences for the report's notices.
    pub(crate) async fn post(
        &self,
        report: &Report,
        context: &RunContext<'_>,
        transport: &Transport,
        begun: Begun,
    ) -> Vec<String> {
        let sinks = context.sinks();
        let key = key_of(context, &sinks);
        let Some(pull_request) = report.revision.pull_request.as_ref().filter(|_| self.session.ci.host != Host::Local)
        else {
            return Vec::new();
        };
        let forge = match self.forge(transport, &sinks) {
            Ok(Some(forge)) => forge,
            Ok(None) => return Vec::new(),
            Err(sentence) => return vec![sentence],
        };
        let ci = &self.session.ci;
        let Some(head) = report.revision.head.clone() else {
            let because = "it is not known which commit is the head of the pull request; say it with --head";
            return vec![format!("{}: {because}", none_of(&sinks))];
        };
        let mut notices = Vec::new();
        let mut overtaken = false;
        if sinks.comment {
            let comment = Comment {
                key: key.clone(),
                head: head.clone(),
                run: ci.run.unwrap_or_default(),
                body: markdown(report, forge.comment_budget()),
                failing: report.verdict != Verdict::Passed,
                digest: report.digest(),
            };
            let delivery = forge.upsert_comment(pull_request.number, &comment).await;
            overtaken = matches!(delivery, Delivery::Overtaken(_));
            notices.extend(self.notice("comment", delivery));
        }
        if sinks.inline {
            let threads = self.inline_comments(report, context, &key, &head);
            let told = match threads {
                Ok(threads) => forge.keep_inline(pull_request.number, &threads).await,
                Err(because) => vec![format!("no inline threads: {because}")],
            };
            notices.extend(told.iter().map(|sentence| self.session.masked(sentence)));
        }
        // A status that was begun is always ended, so that nobody waits for it.
        if sinks.status && begun == Begun::Open {
            let status = CommitStatus {
                context: status_name(&key),
                state: state(report.verdict),
                description: status_description(report),
                target_url: report.run_url.clone(),
            };
            let delivery = match overtaken {
                // The newer run's counts; but what this one began must not stay pending.
                true => forge.end_status(pull_request.number, &head, &status).await,
                false => forge.set_status(pull_request.number, &head, &status).await,
            };
            notices.extend(self.notice("commit status", delivery));
        }
        notices.extend(self.post_opt_ins(report, &forge, &sinks, &key).await);
        notices
    }

    /// The forge; `None` when nothing is to be posted, a sentence when it cannot be.
    fn forge(&self, transport: &Transport, sinks: &ReportConfig) -> Result<Option<Forge>, String> {
        let ci = &self.session.ci;
        if none_of(sinks).is_empty() {
            return Ok(None);
        }
        if let seatrial_ci::Trust::Untrusted(because) = &ci.trust {
            let place = if ci.summary.is_some() { "job summary" } else { "log" };
            return Err(format!("{}: {because}; the report is in the {place}", none_of(sinks)));
        }
        if self.common.offline {
            return Err(format!("{}: --offline", none_of(sinks)));
        }
        let forge = open_forge(self.session, transport);
        forge.map(Some).map_err(|why| format!("{}: {why}", none_of(sinks)))
    }

    fn notice(&self, what: &str, delivery: Delivery) -> Option<String> {
        match delivery {
            Delivery::Created(_) | Delivery::Updated(_) | Delivery::Unchanged(_) => None,
            Delivery::Stale(because) | Delivery::Overtaken(because) => {
                Some(format!("the {what} was not written: {because}"))
            }
            Delivery::Refused(sentence) => Some(self.session.masked(&sentence)),
        }
    }
}

/// What was found when a run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The pull request is open and has the head that is judged, as far as is known.
    Open,
    /// It was merged or closed, or has another head: no status is set any more.
    Over,
}

/// What tells the reports of several pipelines on one pull request apart.
pub(crate) fn key_of(context: &RunContext<'_>, sinks: &ReportConfig) -> String {
    let (ci, config) = (&context.session.ci, context.workspace.config_path.as_str());
    let (pipeline, job) = (ci.pipeline.as_deref(), ci.job.as_deref());
    KeyParts { own: sinks.key.as_deref(), pipeline, job, config }.key()
}

/// The name of the status.
pub(crate) fn status_name(key: &str) -> String {
    format!("seatrial/{key}")
}

fn state(verdict: Verdict) -> StatusState {
    match verdict {
        Verdict::Passed => StatusState::Success,
        Verdict::Failed => StatusState::Failure,
        Verdict::Broken => StatusState::Error,
    }
}
