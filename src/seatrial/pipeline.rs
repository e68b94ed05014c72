//! The trial, top to bottom: render head and base, check, deploy, test, report.

pub(crate) mod baseline;
pub(crate) mod earlier;
pub(crate) mod failed_from;
pub(crate) mod live;
pub(crate) mod restoring;
pub(crate) mod terms;
pub(crate) mod testing;
pub(crate) mod waiting;

use std::time::Instant;

use seatrial_ci::Host;
use seatrial_deploy::{CancelToken, Hold};
use seatrial_kustomize::REMOTE_CHART;
use seatrial_model::{
    Age, EnvironmentReport, Level, Report, ReportedFinding, Stage, StageOutcome, StageResult, counted,
};
use seatrial_smoke::Probe;
use seatrial_transport::Transport;
use seatrial_tree::Tree;
use tokio::sync::oneshot;

use crate::cli::RunArgs;
use crate::config::{Config, EnvironmentConfig};
use crate::context::authority::Authority;
use crate::context::head_lines::show_for_head;
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::judge::plan::PlanFlags;
use crate::judge::preparation::{Preparation, Selection};
use crate::judge::{Judged, Keep, elapsed_ms};
use crate::pipeline::earlier::Earlier;
use crate::pipeline::live::{Brought, LiveContext, LiveTarget};
use crate::pipeline::restoring::{Aftermath, is_put_back};
use crate::pipeline::terms::Terms;
use crate::pipeline::waiting::Waiting;
use crate::process::progress::ProgressLog;
use crate::process::stop::Stop;

/// How far a command goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// `run`: everything.
    Run,
    /// `deploy`: no tests.
    Deploy,
    /// `test`: nothing is deployed.
    Test,
}

impl Extent {
    /// The subcommand.
    pub(crate) fn command(self) -> &'static str {
        match self {
            Extent::Run => "run",
            Extent::Deploy => "deploy",
            Extent::Test => "test",
        }
    }
}

/// A trial's surroundings.
pub(crate) struct Trial<'a> {
    pub(crate) context: &'a RunContext<'a>,
    pub(crate) transport: &'a Transport,
    pub(crate) args: &'a RunArgs,
    pub(crate) extent: Extent,
    pub(crate) earlier: &'a Earlier,
    pub(crate) log: &'a ProgressLog,
    pub(crate) cancel: &'a CancelToken,
}

impl Trial<'_> {
    /// Runs the trial.
    ///
    /// # Errors
    /// [`Stop`] when there is nothing to judge: a flag is wrong.
    pub(crate) async fn run(&self) -> Result<Report, Stop> {
        let started = Instant::now();
        let (context, common) = (self.context, &self.args.common);
        let wanted = Selection::Environments(&common.environment);
        let mut report = context.report(self.extent.command(), self.args.findings);
        let (prepared, judged) = tokio::task::block_in_place(|| {
            let (workspace, source) = (&context.workspace, &self.args.source);
            let flags = PlanFlags { load_restriction: self.args.load.load_restriction(), minor: None, path_kind: None };
            let prepared = Preparation::new(workspace, context.session, source, wanted, flags)?;
            let mut prepared = prepared.with_options(self.args.findings);
            let is_stopped = || self.cancel.is_cancelled();
            let is_pull_request = context.session.ci.pull_request.is_some();
            let besides = if is_pull_request { ", and nothing is deployed" } else { "" };
            let judged = prepared.judge(context, Keep::Objects, besides, &is_stopped, &mut report)?;
            Ok::<_, Stop>((prepared, judged))
        })?;
        report.notices.extend(context.nobody());
        report.notices.extend(self.deferred_report());
        let head = report.revision.head.as_deref();
        report.notices.extend(self.earlier.failed_from.as_ref().and_then(|earlier| earlier.other_commit(head)));
        let repository = context.repository();
        let beside = self.args.report.beside();
        let live = LiveContext {
            session: context.session,
            transport: self.transport,
            cluster_flag: self.args.cluster.cluster.as_deref(),
            repository: repository.as_deref(),
            log: self.log,
            cancel: self.cancel,
            beside: beside.as_deref(),
        };
        // Before anything is deployed: a flag that is missing is said while nothing has happened.
        let permitted: Vec<Permitted> =
            judged.iter().map(|judged| self.permitted(judged, &live)).collect::<Result<_, _>>()?;
        for (mut environment, permitted) in judged.into_iter().zip(permitted) {
            self.live(&mut environment, &live, permitted, &prepared).await;
            for notice in std::mem::take(&mut environment.notices) {
                // What holds for several environments is said once.
                if !report.notices.contains(&notice) {
                    report.notices.push(notice);
                }
            }
            environment.into_report(&mut report);
        }
        if self.cancel.is_cancelled() {
            report.broken.push("stopped by a signal; what was done until then is in this report".to_owned());
        }
        if let Some(head) = self.head_tree() {
            show_for_head(&mut report, &context.workspace.tree, &head);
        }
        report.duration_ms = elapsed_ms(started);
        report.decide();
        Ok(report)
    }

    /// The head commit's tree, where another commit is checked out.
    fn head_tree(&self) -> Option<Tree> {
        let context = self.context;
        let head = context.session.ci.pull_request.as_ref()?.head.as_ref()?;
        let checked_out = context.workspace.repository.as_ref()?.resolve("HEAD").ok()?;
        if *head == checked_out {
            return None;
        }
        Tree::commit(&context.workspace.root, head, &context.session.sources).ok()
    }

    /// A sentence where the pull request changes where the report goes.
    fn deferred_report(&self) -> Option<String> {
        let (Authority::Base(base), Some(own)) = (&self.context.authority, &self.context.workspace.config) else {
            return None;
        };
        (own.report != base.report).then(|| "the change of `report` takes effect after merge".to_owned())
    }

    /// Deploys and tests one environment, or says why not.
    async fn live(&self, judged: &mut Judged, live: &LiveContext<'_>, permitted: Permitted, prepared: &Preparation) {
        let told = judged.report.stages.len();
        judged.report.stages.iter().for_each(|stage| self.log.stage(&judged.planned.name, stage));
        self.deploy_and_test(judged, live, permitted, prepared).await;
        judged.report.stages.iter().skip(told).for_each(|stage| self.log.stage(&judged.planned.name, stage));
    }

    async fn deploy_and_test(
        &self,
        judged: &mut Judged,
        live: &LiveContext<'_>,
        permitted: Permitted,
        prepared: &Preparation,
    ) {
        if let Some(because) = self.has_nothing_to_repeat(judged) {
            return skip(&mut judged.report, &[Stage::Deploy, Stage::Test], &because);
        }
        let stopped = || Err("stopped by a signal".to_owned());
        let (environment, terms) =
            match permitted.and_then(|may| if self.cancel.is_cancelled() { stopped() } else { Ok(may) }) {
                Ok(permitted) => permitted,
                Err(because) => return skip(&mut judged.report, &[Stage::Deploy, Stage::Test], &because),
            };
        let live_target = match live.connect(&environment, terms).await {
            Ok(live_target) => live_target,
            Err(error) => return self.unreachable(&mut judged.report, &error.to_string()),
        };
        if self.extent != Extent::Test {
            judged.notices.extend(in_spite_of(judged));
        }
        let deploy = environment.deploy.unwrap_or_default();
        let restores = self.extent == Extent::Run && live_target.is_shared() && is_put_back(&deploy) && self.has_base();
        let hold = if restores { Hold::Beyond } else { Hold::ToTheEnd };
        let Brought { settling, mut held, is_touched } = match self.extent {
            Extent::Test => {
                skip(&mut judged.report, &[Stage::Deploy], "only the tests were asked for");
                Brought::default()
            }
            Extent::Run | Extent::Deploy => live.deploy(judged, &live_target, (prepared, hold)).await,
        };
        let (name, (end, ended)) = (judged.planned.name.clone(), oneshot::channel());
        let tests = async {
            self.test(judged, live, &live_target).await;
            drop::<oneshot::Sender<()>>(end);
        };
        let ended = async {
            let _ = ended.await;
        };
        let ((), watched) = tokio::join!(tests, live.watch(&name, settling, ended));
        if let Some(mut watched) = watched {
            held = watched.held.take().or(held);
            live.settled(judged, watched);
        }
        let aftermath = Aftermath { context: self.context, live, target: &live_target, deploy: &deploy };
        aftermath.tell(judged, (held, is_touched), &prepared.checkouts).await;
    }

    /// Whether another commit than the checkout has authority.
    fn has_base(&self) -> bool {
        matches!(self.context.authority, Authority::Base(_))
    }

    /// Tests an environment that was deployed, or says why not.
    async fn test(&self, judged: &mut Judged, live: &LiveContext<'_>, live_target: &LiveTarget) {
        let nothing = Config::default();
        let own = self.context.workspace.config.as_ref().unwrap_or(&nothing);
        let (authority, name) = (&self.context.authority, judged.planned.name.clone());
        let is_inside = |probe: &Probe| live_target.holds(probe, &judged.manifests, judged.planned.minor);
        let tests = authority.tests(own, &name, is_inside);
        let deferred = authority.deferred(own, &name, is_inside).into_iter().map(|test| {
            let test = &test.name.value;
            format!("the test `{test}` is new or changed and reaches beyond {name}: it runs after merge")
        });
        let deferred: Vec<String> = deferred.collect();
        judged.notices.extend(deferred);
        let because = match judged.report.stage(Stage::Deploy).map(|s| &s.result) {
            Some(StageResult::Failed | StageResult::Broken(_)) => "deploy failed",
            Some(StageResult::Skipped(_)) if self.extent != Extent::Test => "nothing was deployed",
            _ if self.extent == Extent::Deploy => "only the deployment was asked for",
            _ if tests.is_empty() => "no tests",
            _ if self.cancel.is_cancelled() => "stopped by a signal",
            _ => {
                let (mut wanted, others) = self.earlier.choose(&name, tests);
                let waiting = Waiting::of(self.context, judged.objects.as_ref());
                let insists = |test: &str| self.earlier.has_failed(&name, test);
                let told = waiting.map(|waiting| waiting.mark(&mut wanted, insists));
                judged.notices.extend(told.into_iter().flatten());
                live.test(judged, live_target, &wanted, &self.context.workspace).await;
                return self.earlier.complete(judged, others);
            }
        };
        skip(&mut judged.report, &[Stage::Test], because);
    }

    /// Why none of an environment's tests is run again, as a clause; tests that failed before and are gone are named.
    fn has_nothing_to_repeat(&self, judged: &mut Judged) -> Option<String> {
        let earlier = self.earlier.failed_from.as_ref()?;
        let environment = &judged.planned.name;
        let own = self.context.workspace.config.as_ref();
        let base = match &self.context.authority {
            Authority::Base(base) => Some(&**base),
            Authority::Checkout | Authority::Nobody(_) => None,
        };
        let tests = own.into_iter().chain(base).flat_map(|config| &config.tests);
        let tests = tests.filter(|test| test.environment == *environment);
        let names: Vec<&str> = tests.map(|test| test.name.value.as_str()).collect();
        judged.notices.extend(earlier.gone(environment, &names));
        let is_wanted = names.is_empty() || !earlier.wanted(environment, &names, |_| Vec::new()).is_empty();
        (!is_wanted).then(|| earlier.nothing_wanted(environment))
    }

    /// What is deployed, or why nothing is.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a name or an address that cannot be made: on a person's machine a flag is missing, and elsewhere the configuration
    /// asks for what this pull request cannot give. A run of a CI that belongs to no pull request, as a push, a schedule or a merge queue, is
    /// none of these: what is a preview's is not deployed in it.
    fn permitted(&self, judged: &Judged, live: &LiveContext<'_>) -> Result<Permitted, Stop> {
        let environment = match self.deployable(judged, live) {
            Ok(environment) => environment,
            Err(because) => return Ok(Err(because)),
        };
        let (session, name) = (self.context.session, &judged.planned.name);
        match Terms::of(&environment, session.placeholders(name)) {
            Ok(terms) => Ok(Ok((environment, terms))),
            Err(error) if error.needs_a_pull_request() && is_of_no_pull_request(session) => {
                let is_unknown = session.ci.host == Host::Other;
                Ok(Err(if is_unknown { error.with_way_out() } else { error.to_string() }))
            }
            Err(error) => Err(Stop::Usage(session.masked(&format!("{name}: {}", error.with_way_out())))),
        }
    }

    /// The configuration to deploy with, or why nothing is deployed, as a clause.
    fn deployable(&self, judged: &Judged, live: &LiveContext<'_>) -> Result<EnvironmentConfig, String> {
        let environment = self.context.authority.deployable(&judged.planned.name, judged.planned.config.as_ref())?;
        let failed = judged.report.stages.iter().find(|s| s.result == StageResult::Failed);
        if let Some(stage) = failed.filter(|_| self.extent != Extent::Test) {
            return Err(match stage.stage {
                Stage::Render if is_inherited(judged) => "rendering failed, as on the base".to_owned(),
                Stage::Render => "rendering failed".to_owned(),
                _ => "validation failed".to_owned(),
            });
        }
        // What is not a pull request is to be live, whatever it is compared with.
        let is_live_already = judged.report.changed == Some(false) && self.context.is_compared_with_own_base();
        if is_live_already && self.extent != Extent::Test {
            return Err("renders the same as its base".to_owned());
        }
        if let Some(target) = live.wanted(&environment) {
            if self.args.common.offline {
                return Err("--offline".to_owned());
            }
            if let Some(because) = self.context.foreign_access(&target) {
                return Err(because);
            }
            if judged.findings.iter().any(|finding| finding.rule == REMOTE_CHART.as_str()) {
                return Err("a chart was not fetched, and what is deployed without it would be incomplete".to_owned());
            }
        }
        Ok(environment)
    }

    fn unreachable(&self, report: &mut EnvironmentReport, sentence: &str) {
        let stage = if self.extent == Extent::Test { Stage::Test } else { Stage::Deploy };
        let result = StageResult::Broken(self.context.session.masked(sentence));
        if self.extent == Extent::Test {
            skip(report, &[Stage::Deploy], "only the tests were asked for");
        }
        report.stages.push(StageOutcome { stage, result, summary: String::new(), duration_ms: 0 });
        if self.extent != Extent::Test {
            skip(report, &[Stage::Test], "deploy failed");
        }
    }
}

/// What an environment is deployed with, or why it is not deployed, as a clause.
type Permitted = Result<(EnvironmentConfig, Terms), String>;

/// Whether a CI runs us for something else than a pull request.
fn is_of_no_pull_request(session: &Session) -> bool {
    session.ci.host != Host::Local && session.pull_request.is_none()
}

/// Whether all that keeps an environment from being rendered was there before.
fn is_inherited(judged: &Judged) -> bool {
    let mut errors = judged.findings.iter().filter(|f| f.level == Level::Error && f.stage == Some(Stage::Render));
    errors.all(|finding| finding.age == Age::AlreadyThere)
}

/// What is wrong with an environment that is deployed all the same, as a sentence.
fn in_spite_of(judged: &Judged) -> Option<String> {
    let name = &judged.planned.name;
    let errors: Vec<&ReportedFinding> = judged.findings.iter().filter(|f| f.level == Level::Error).collect();
    if errors.is_empty() {
        return None;
    }
    let number = counted(errors.len(), "problem");
    let is_old = errors.iter().all(|finding| finding.age == Age::AlreadyThere);
    let whose = if is_old { " that the base has, too" } else { "" };
    Some(format!(
        "{name} is deployed with {number}{whose}: `--fail-on {}` prevents that",
        if is_old { "all" } else { "new" }
    ))
}

fn skip(report: &mut EnvironmentReport, stages: &[Stage], because: &str) {
    report.stages.extend(stages.iter().map(|stage| StageOutcome::skipped(*stage, because)));
}
