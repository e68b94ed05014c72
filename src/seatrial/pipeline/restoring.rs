//! A shared environment after the trial: it keeps the pull request's state, or is put back to the commit that has authority. Either way, the
//! report says what it holds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use seatrial_deploy::{Base, DeployOptions, Held, Hold, Progress, Restored, Seed, Seeded, Unserved, restore};
use seatrial_helm::Chance;
use seatrial_helm::ids::CHANGING_VALUE;
use seatrial_kustomize::REMOTE_CHART;
use seatrial_model::{EnvironmentReport, Holding, Holds, Level, Manifest, Rendered, Stage, StageResult};

use crate::config::{After, DeployConfig, RuleLevel};
use crate::context::authority::Authority;
use crate::context::revision::Commit;
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::judge::Judged;
use crate::judge::base::BaseCommit;
use crate::judge::check::with_levels;
use crate::judge::checkouts::Checkouts;
use crate::judge::outside::Outside;
use crate::judge::plan::{Planned, levels};
use crate::pipeline::live::{LiveContext, LiveTarget, chance_of, fresh_seed};

/// Whether an environment is put back, as far as its configuration says so: a preview is deleted instead.
pub(crate) fn is_put_back(deploy: &DeployConfig) -> bool {
    deploy.after == After::Restore && deploy.preview.is_none()
}

/// The commit that has authority, to put environments back to.
pub(crate) struct Original {
    pub(crate) commit: String,
    against: BaseCommit,
    levels: BTreeMap<String, RuleLevel>,
}

impl Original {
    /// Opens it for one environment.
    ///
    /// # Errors
    /// A clause: why there is nothing to put it back to.
    pub(crate) fn of(context: &RunContext<'_>, checkouts: &Checkouts, planned: &Planned) -> Result<Original, String> {
        let Authority::Base(config) = &context.authority else {
            return Err("no other commit than the checkout has authority".to_owned());
        };
        let commit = match &context.commits.authority {
            Commit::Known(commit) => commit.clone(),
            Commit::Missing(missing) => return Err(missing.clause()),
            Commit::None => return Err("no commit has authority".to_owned()),
        };
        let outside = Arc::new(Outside::of(&context.workspace, &context.authority, &context.session.sources));
        let directories = planned.repositories().map(str::to_owned);
        let opened = BaseCommit::open(&commit, context, checkouts, directories, &outside);
        let against = opened.map_err(|missing| missing.clause())?;
        Ok(Original { commit, against, levels: levels(Some(config)) })
    }

    /// The environment as it has it, and whether charts make something of it at random.
    fn render(&self, planned: &Planned, chance: Option<Chance>, session: &Session) -> Result<(Rendered, bool), String> {
        let mut rendered = tokio::task::block_in_place(|| self.against.render_to_apply(planned, chance))?;
        session.masker.add_manifests(&rendered.manifests, &session.sources);
        session.masker.learn(&session.sources);
        let has = |rule: &str| rendered.findings.iter().any(|finding| finding.rule.as_str() == rule);
        if has(REMOTE_CHART.as_str()) {
            return Err("a chart of the base was not fetched".to_owned());
        }
        let is_changing = has(CHANGING_VALUE.as_str());
        rendered.findings = with_levels(rendered.findings, &self.levels);
        match rendered.findings.iter().find(|finding| finding.level == Level::Error) {
            Some(finding) => Err(format!("the base cannot be rendered: {}", finding.message)),
            None => Ok((rendered, is_changing)),
        }
    }

    /// Puts an environment back.
    pub(crate) async fn restore(
        &self,
        live: &LiveContext<'_>,
        planned: &Planned,
        target: &LiveTarget,
        held: Option<Held>,
    ) -> Restored {
        let (rendered, is_changing) = match self.render(planned, None, live.session) {
            Ok(rendered) => rendered,
            Err(because) => {
                let restored = Restored::not_begun(because);
                return match held {
                    Some(held) => restored.released(held).await,
                    None => restored,
                };
            }
        };
        let render = |seed: &Seed| -> Result<Arc<[Manifest]>, String> {
            Ok(self.render(planned, Some(chance_of(seed)), live.session)?.0.manifests.into())
        };
        let base = Base {
            manifests: &rendered.manifests,
            is_complete: rendered.is_complete(),
            seeded: is_changing.then_some(Seeded { fresh: &fresh_seed, render: &render }),
            commit: &self.commit,
        };
        let options = DeployOptions {
            environment: planned.name.clone(),
            preview: None,
            timeout: target.timeout,
            settle: Duration::ZERO,
            run: live.identity(),
            unserved: Unserved::Refused,
            hold: Hold::ToTheEnd,
            recreate: target.recreate.clone(),
        };
        let name = planned.name.as_str();
        let progress = |progress: Progress| live.log.deployment(name, &progress);
        restore(&target.cluster, base, &options, held, &progress, live.cancel).await
    }
}

/// What a deployment leaves on a shared environment.
pub(crate) struct Aftermath<'a> {
    pub(crate) context: &'a RunContext<'a>,
    pub(crate) live: &'a LiveContext<'a>,
    pub(crate) target: &'a LiveTarget,
    /// The environment's `deploy:`, as whoever has the say has it.
    pub(crate) deploy: &'a DeployConfig,
}

impl Aftermath<'_> {
    /// Puts the environment of a run that failed back, where that is wanted, and says what it holds. One that is held is put back, or released.
    pub(crate) async fn tell(
        &self,
        judged: &mut Judged,
        (held, is_touched): (Option<Held>, bool),
        checkouts: &Checkouts,
    ) {
        let (session, name) = (self.live.session, judged.planned.name.clone());
        let is_pull_request = session.pull_request.is_some();
        let has_failed = judged.report.stages.iter().any(|stage| {
            matches!(stage.stage, Stage::Deploy | Stage::Test)
                && matches!(stage.result, StageResult::Failed | StageResult::Broken(_))
        });
        let is_shared = is_pull_request && self.target.is_shared();
        // All of it may have been there already: a run before this one was stopped before it put the environment back.
        let is_touched = is_touched || is_brought(&judged.report);
        let is_told = has_failed && is_touched && is_shared;
        let holding = match held {
            Some(held) if is_told => {
                let original = if self.live.cancel.is_cancelled() {
                    Err("stopped by a signal".to_owned())
                } else {
                    tokio::task::block_in_place(|| Original::of(self.context, checkouts, &judged.planned))
                };
                let restored = match original {
                    Ok(original) => original.restore(self.live, &judged.planned, self.target, Some(held)).await,
                    Err(because) => Restored::not_begun(because).released(held).await,
                };
                judged.notices.extend(restored.notices.iter().map(|notice| session.masked(notice)));
                let sentence = restored.sentence(&name, session.pull_request, &self.commit());
                restored.holding(session.masked(&sentence))
            }
            held => {
                if let Some(held) = held {
                    judged.notices.extend(held.release().await);
                }
                let holding = self.kept(&judged.report, has_failed);
                if !is_told {
                    judged.report.holds = (is_shared && is_touched).then_some(holding);
                    return;
                }
                holding
            }
        };
        self.live.log.deployment(&name, &Progress::Note(holding.sentence.clone()));
        judged.notices.push(holding.sentence.clone());
        judged.report.holds = Some(holding);
    }

    /// That nothing is put back.
    fn kept(&self, report: &EnvironmentReport, has_failed: bool) -> Holding {
        let (name, number) = (&report.name, self.live.session.pull_request.unwrap_or_default());
        let (state, how_far) = match (has_failed, is_brought(report)) {
            (false, _) => (Holds::PullRequest, ""),
            (true, true) => (Holds::PullRequest, ", as far as it was applied"),
            (true, false) => (Holds::Mixture, ", as far as it was applied"),
        };
        let way_out = match (has_failed, self.deploy.after) {
            (true, After::Keep) => "; `deploy: { after: restore }` puts it back",
            _ => "",
        };
        let sentence = format!("{name} holds the state of pull request {number} now{how_far}{way_out}");
        Holding { state, sentence: self.live.session.masked(&sentence), changes: Vec::new(), not_put_back: Vec::new() }
    }

    fn commit(&self) -> String {
        match &self.context.commits.authority {
            Commit::Known(commit) => commit.clone(),
            Commit::Missing(_) | Commit::None => String::new(),
        }
    }
}

/// Whether the deployment came to every object, if only to find it as it should be.
fn is_brought(report: &EnvironmentReport) -> bool {
    !report.changes.is_empty() && report.changes.len() + report.skipped.len() >= report.objects
}
