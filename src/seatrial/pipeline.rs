//! The trial, top to bottom: render head and base, check, deploy, test, report.

use std::collections::BTreeMap;
use std::time::Instant;

use seatrial_ci::Trust;
use seatrial_deploy::CancelToken;
use seatrial_kustomize::LoadRestriction;
use seatrial_model::{Age, EnvironmentReport, Level, Report, ReportedFinding, Stage, StageOutcome, StageResult};
use seatrial_transport::Transport;
use seatrial_tree::Tree;

use crate::against::Against;
use crate::checkouts::Checkouts;
use crate::cli::RunArgs;
use crate::config::{self, Config, ReportConfig, RuleLevel, TestConfig};
use crate::head_lines::show_for_head;
use crate::judge::{Bench, Judged, count, elapsed_ms, judge};
use crate::live::LiveContext;
use crate::plan::{self, Authority, Planned};
use crate::progress::ProgressLog;
use crate::render::{Renderer, image_overrides};
use crate::revision::{self, Base};
use crate::session::Session;
use crate::stop::Stop;
use crate::workspace::Workspace;

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

/// What a trial gives: the report, and where the base commit says that it goes.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) report: Report,
    pub(crate) sinks: ReportConfig,
}

/// A trial's surroundings.
pub(crate) struct Trial<'a> {
    pub(crate) session: &'a Session,
    pub(crate) workspace: &'a Workspace,
    pub(crate) transport: &'a Transport,
    pub(crate) args: &'a RunArgs,
    pub(crate) extent: Extent,
    pub(crate) log: &'a ProgressLog,
    pub(crate) cancel: &'a CancelToken,
}

impl Trial<'_> {
    /// Runs the trial.
    ///
    /// # Errors
    /// [`Stop`] when there is nothing to judge: a flag or the configuration is wrong.
    pub(crate) async fn run(&self) -> Result<Tried, Stop> {
        let started = Instant::now();
        let (session, workspace) = (self.session, self.workspace);
        let base = revision::base(&session.ci, workspace.repository.as_ref());
        let checkouts = Checkouts::of(&self.args.source, session, workspace)?;
        let (base, against) = revision::open_base(base, &checkouts, workspace, session);
        let authority = self.authority(&base, against.as_ref());
        let images = image_overrides(&self.args.source.image).map_err(Stop::Usage)?;
        let levels = levels(workspace.config.as_ref());
        let fail_on = self.args.findings.fail_on();
        let options = checkouts.options(LoadRestriction::default());
        let head = &Renderer::new(&workspace.tree, &workspace.parsed, options);
        let bench = Bench {
            session,
            head,
            base: against.as_ref(),
            fail_on,
            images: &images,
            levels: &levels,
            keeps_objects: true,
        };
        let planned = plan::environments(workspace, &self.args.common.environment)?;
        let judged = tokio::task::block_in_place(|| judge(planned, bench))?;

        let mut report = Report::new(self.extent.command(), env!("CARGO_PKG_VERSION"));
        report.revision = revision::judged(&session.ci, &base, workspace.repository.as_ref());
        report.fail_on = fail_on;
        report.listing = self.args.findings.listing();
        report.run_url.clone_from(&session.ci.run_url);
        report.notices.extend(session.ci.notices.iter().cloned());
        if let Base::Missing(missing) = &base {
            report.notices.push(missing.sentence(", and nothing is deployed"));
        }
        report.notices.extend(workspace.config.iter().flat_map(|head| authority.deferred(head)));
        for mut environment in judged {
            self.live(&mut environment, &authority).await;
            report.notices.append(&mut environment.notices);
            report.add_findings(Some(&environment.planned.name), &environment.findings);
            report.add_fixed(&environment.planned.name, &environment.fixed);
            report.environments.push(environment.report);
        }
        if self.cancel.is_cancelled() {
            report.broken.push("stopped by a signal; what was done until then is in this report".to_owned());
        }
        if let Some(head) = self.head_tree() {
            show_for_head(&mut report, &workspace.tree, &head);
        }
        report.duration_ms = elapsed_ms(started);
        report.decide();
        Ok(Tried { report, sinks: self.sinks(&authority) })
    }

    /// The head commit's tree, where another commit is checked out.
    fn head_tree(&self) -> Option<Tree> {
        let head = &self.session.ci.pull_request.as_ref()?.head;
        let checked_out = self.workspace.repository.as_ref()?.resolve("HEAD").ok()?;
        if *head == checked_out {
            return None;
        }
        Tree::commit(&self.workspace.root, head, &self.session.sources).ok()
    }

    /// Whose configuration says where credentials go.
    fn authority(&self, base: &Base, against: Option<&Against>) -> Authority {
        if let Trust::Untrusted(because) = &self.session.ci.trust {
            return Authority::Nobody(because.clone());
        }
        if self.args.trust_head {
            return Authority::Checkout;
        }
        match (base, against) {
            (Base::None, _) => Authority::Checkout,
            (_, Some(against)) => match &against.config {
                Ok(config) => Authority::Base(Box::new(config.clone())),
                Err(because) => Authority::Nobody(because.clone()),
            },
            (_, None) => Authority::Nobody("its base commit is not in the clone".to_owned()),
        }
    }

    fn sinks(&self, authority: &Authority) -> ReportConfig {
        match authority {
            Authority::Base(config) => config.report,
            Authority::Checkout => self.workspace.config.as_ref().map(|c| c.report).unwrap_or_default(),
            Authority::Nobody(_) => ReportConfig::default(),
        }
    }

    /// Deploys and tests one environment, or says why not.
    async fn live(&self, judged: &mut Judged, authority: &Authority) {
        let live = LiveContext {
            session: self.session,
            transport: self.transport,
            cluster_flag: self.args.cluster.cluster.as_deref(),
            log: self.log,
            cancel: self.cancel,
        };
        let environment = match self.permitted(judged, authority, &live) {
            Ok(environment) => environment,
            Err(because) => return skip(&mut judged.report, &[Stage::Deploy, Stage::Test], &because),
        };
        // A plugin may take half a minute, and who stops a job waits a few seconds.
        let connected = tokio::select! {
            connected = live.connect(&judged.planned.name, &environment) => connected,
            () = self.cancel.cancelled() => Err("stopped by a signal while connecting to the cluster".to_owned()),
        };
        let harbor = match connected {
            Ok(harbor) => harbor,
            Err(sentence) => return self.unreachable(&mut judged.report, &sentence),
        };
        if self.extent != Extent::Test {
            judged.notices.extend(in_spite_of(judged));
        }
        match self.extent {
            Extent::Test => skip(&mut judged.report, &[Stage::Deploy], "only the tests were asked for"),
            Extent::Run | Extent::Deploy => live.deploy(judged, &harbor).await,
        }
        let tests = self.tests_of(&judged.planned, authority);
        let because = match judged.report.stage(Stage::Deploy).map(|s| &s.result) {
            Some(StageResult::Failed | StageResult::Broken(_)) => "deploy failed",
            _ if self.extent == Extent::Deploy => "only the deployment was asked for",
            _ if tests.is_empty() => "no tests",
            _ if self.cancel.is_cancelled() => "stopped by a signal",
            _ => return live.test(judged, &harbor, &tests, &self.workspace.config_path).await,
        };
        skip(&mut judged.report, &[Stage::Test], because);
    }

    /// The configuration to deploy with, or why nothing is deployed, as a clause.
    fn permitted(
        &self,
        judged: &Judged,
        authority: &Authority,
        live: &LiveContext<'_>,
    ) -> Result<config::EnvironmentConfig, String> {
        let environment = authority.deployable(&judged.planned)?;
        let failed = judged.report.stages.iter().find(|s| s.result == StageResult::Failed);
        if let Some(stage) = failed.filter(|_| self.extent != Extent::Test) {
            return Err(match stage.stage {
                Stage::Render if is_inherited(judged) => "rendering failed, as it does on the base".to_owned(),
                Stage::Render => "rendering failed".to_owned(),
                _ => "validation failed".to_owned(),
            });
        }
        if judged.unchanged == Some(true) && self.extent != Extent::Test {
            return Err("renders the same as its base".to_owned());
        }
        if self.args.common.offline && live.wanted(&environment).is_some() {
            return Err("--offline".to_owned());
        }
        if self.cancel.is_cancelled() {
            return Err("stopped by a signal".to_owned());
        }
        Ok(environment)
    }

    fn unreachable(&self, report: &mut EnvironmentReport, sentence: &str) {
        let stage = if self.extent == Extent::Test { Stage::Test } else { Stage::Deploy };
        let result = StageResult::Broken(self.session.masked(sentence));
        if self.extent == Extent::Test {
            skip(report, &[Stage::Deploy], "only the tests were asked for");
        }
        report.stages.push(StageOutcome { stage, result, summary: String::new(), duration_ms: 0 });
        if self.extent != Extent::Test {
            skip(report, &[Stage::Test], "deploy failed");
        }
    }

    fn tests_of(&self, planned: &Planned, authority: &Authority) -> Vec<&TestConfig> {
        let all = self.workspace.config.iter().flat_map(|config| &config.tests);
        all.filter(|test| test.environment == planned.name && authority.allows(test)).collect()
    }
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
    let number = count(errors.len(), "problem");
    let is_old = errors.iter().all(|finding| finding.age == Age::AlreadyThere);
    let whose = if is_old { " that the base has, too" } else { "" };
    Some(format!(
        "{name} is deployed with {number}{whose}: `--fail-on {}` stops that",
        if is_old { "all" } else { "new" }
    ))
}

fn skip(report: &mut EnvironmentReport, stages: &[Stage], because: &str) {
    report.stages.extend(stages.iter().map(|stage| StageOutcome::skipped(*stage, because)));
}

/// The levels that the configuration gives to rules.
pub(crate) fn levels(config: Option<&Config>) -> BTreeMap<String, RuleLevel> {
    config.iter().flat_map(|c| &c.rules).map(|(rule, level)| (rule.clone(), *level)).collect()
}
