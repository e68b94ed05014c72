//! What the configuration asks for beside comment and status: a check run, and a deployment for each environment that was deployed.
//!
//! Not here: how a forge is told (`report/forge`), and that a preview is gone (`cleanup`).

use seatrial_forge::{CheckRun, DeployedEnvironment, Deployment, Forge, OptIn, StatusState};
use seatrial_model::{EnvironmentReport, Report, Stage, StageResult, Target, TestOutcome, Verdict, listed};
use seatrial_reporters::{headline, markdown};

use super::{state, status_name};
use crate::config::ReportConfig;
use crate::deliver::Sinks;

impl Sinks<'_> {
    /// Posts what is asked for. Gives back sentences for the report's notices.
    pub(super) async fn post_opt_ins(
        &self,
        report: &Report,
        forge: &Forge,
        sinks: &ReportConfig,
        key: &str,
    ) -> Vec<String> {
        let (Some(head), Some(pull_request)) = (&report.revision.head, &report.revision.pull_request) else {
            return Vec::new();
        };
        let asked = [
            (OptIn::CheckRun, sinks.check_run),
            (OptIn::Deployment, sinks.deployment),
            (OptIn::RoutineLabel, sinks.routine_label.is_some()),
        ];
        let asked = asked.into_iter().filter(|(_, asked)| *asked).map(|(opt_in, _)| opt_in);
        let mut notices: Vec<String> = asked.filter_map(|opt_in| forge.lacks(opt_in)).collect();
        let check_run = sinks.check_run && forge.lacks(OptIn::CheckRun).is_none();
        let deployed = sinks.deployment && forge.lacks(OptIn::Deployment).is_none();
        let deployments = if deployed { deployments(report, head, key) } else { Vec::new() };
        let label = sinks.routine_label.as_ref().filter(|_| forge.lacks(OptIn::RoutineLabel).is_none());
        let all =
            [(check_run, "the check run"), (!deployments.is_empty(), "the deployment"), (label.is_some(), "the label")];
        let due: Vec<&str> = all.into_iter().filter(|(asked, _)| *asked).map(|(_, what)| what).collect();
        if due.is_empty() {
            return notices;
        }
        let due = format!("{} {}", listed(&due, due.len()), if due.len() == 1 { "was" } else { "were" });
        let over = match forge.standing(pull_request.number).await {
            Ok(standing) => standing.outdates(head),
            Err(sentence) => Some(sentence),
        };
        if let Some(because) = over {
            notices.push(self.session.masked(&format!("{due} not written: {because}")));
            return notices;
        }
        if check_run {
            let delivery = forge.create_check_run(&self.check_run(&report.by_mistake(), head, key, forge)).await;
            notices.extend(self.notice("check run", delivery));
        }
        for deployment in &deployments {
            let notice = self.notice("deployment", forge.record_deployment(deployment).await);
            notices.extend(notice.filter(|notice| !notices.contains(notice)));
        }
        if let Some(label) = label {
            let is_routine = report.verdict == Verdict::Passed && !report.routine().is_empty();
            let delivery = match is_routine {
                true => forge.add_label(pull_request.number, label).await,
                false => forge.remove_label(pull_request.number, label).await,
            };
            notices.extend(self.notice("label", delivery));
        }
        notices
    }

    /// The report as a check run; findings are annotated as in the log, only all of them.
    fn check_run<'a>(&self, report: &'a Report, head: &str, key: &str, forge: &Forge) -> CheckRun<'a> {
        CheckRun {
            name: status_name(key),
            head: head.to_owned(),
            run: self.session.ci.run.unwrap_or_default(),
            nonce: self.session.nonce,
            state: state(report.verdict),
            title: headline(report),
            summary: markdown(report, forge.comment_budget()),
            findings: report.findings.iter().filter(|finding| report.is_listed(finding)).collect(),
            details_url: report.run_url.clone(),
        }
    }
}

/// `no comment and no commit status`: what is asked for and cannot be posted.
pub(super) fn none_of(sinks: &ReportConfig) -> String {
    let all = [
        (sinks.comment, "no comment"),
        (sinks.status, "no commit status"),
        (sinks.inline, "no inline thread"),
        (sinks.check_run, "no check run"),
        (sinks.deployment, "no deployment"),
        (sinks.routine_label.is_some(), "no label"),
    ];
    let asked: Vec<&str> = all.into_iter().filter(|(asked, _)| *asked).map(|(_, what)| what).collect();
    listed(&asked, asked.len())
}

/// One for each environment that was deployed to a real cluster.
fn deployments(report: &Report, head: &str, key: &str) -> Vec<Deployment> {
    let each = report.environments.iter().filter_map(|environment| {
        let target = environment.target.as_ref().filter(|target| !target.simulated)?;
        let state = match &environment.stage(Stage::Deploy)?.result {
            StageResult::Passed => StatusState::Success,
            StageResult::Failed => StatusState::Failure,
            StageResult::Broken(_) => StatusState::Error,
            StageResult::Skipped(_) => return None,
        };
        Some(Deployment {
            key: key.to_owned(),
            head: head.to_owned(),
            environment: deployed(environment, target),
            state,
            description: description(environment),
            environment_url: target.url.clone(),
            log_url: report.run_url.clone(),
        })
    });
    each.collect()
}

fn deployed(environment: &EnvironmentReport, target: &Target) -> DeployedEnvironment {
    DeployedEnvironment { name: environment.name.clone(), preview_namespace: target.preview_namespace.clone() }
}

/// What was done, and how many tests did not pass: an environment that is there may fail its tests.
fn description(environment: &EnvironmentReport) -> String {
    let summary = environment.stage(Stage::Deploy).map(|stage| stage.summary.replace('`', "")).unwrap_or_default();
    let is_wrong = |outcome| matches!(outcome, TestOutcome::Failed | TestOutcome::Broken);
    let wrong = environment.tests.iter().filter(|test| is_wrong(test.outcome)).count();
    let tests = match wrong {
        0 => None,
        1 => Some("1 test did not pass".to_owned()),
        many => Some(format!("{many} tests did not pass")),
    };
    let clauses: Vec<String> = Some(summary).filter(|summary| !summary.is_empty()).into_iter().chain(tests).collect();
    clauses.join("; ")
}
