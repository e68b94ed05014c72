//! Renders and checks environments: the part of a trial that needs no cluster and no clock but a stopwatch.

pub(crate) mod base;
pub(crate) mod charts;
pub(crate) mod check;
pub(crate) mod checkouts;
mod examine;
pub(crate) mod given;
mod images;
pub(crate) mod object_changes;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod preparation;
pub(crate) mod renderer;
pub(crate) mod resolved;
mod routine;
mod stages;
pub(crate) mod unseen;

use std::collections::BTreeMap;
use std::time::Instant;

use rayon::prelude::*;
use seatrial_diff::{Diff, show};
use seatrial_kustomize::ImageOverride;
use seatrial_model::{EnvironmentReport, FailOn, Manifest, Report, ReportedDiff, ReportedFinding};
use seatrial_rules::Options;
use seatrial_tree::Fetched;

use crate::config::RuleLevel;
use crate::context::session::Session;
use crate::judge::base::BaseCommit;
use crate::judge::plan::Planned;
use crate::judge::renderer::{Renderer, matches_nothing, unmatched};
use crate::judge::resolved::Resolved;
use crate::judge::unseen::Unseen;
use crate::process::stop::Stop;
use crate::supply::{Fetcher, Supplied};
use examine::{Examined, examine};
use object_changes::ObjectChanges;

/// An environment, rendered and checked.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) planned: Planned,
    /// Whether charts made something of it at random or of the time, whatever is told of that: it is rendered anew for its target.
    pub(crate) is_changing: bool,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) report: EnvironmentReport,
    pub(crate) findings: Vec<ReportedFinding>,
    /// What the base has and the change does not.
    pub(crate) fixed: Vec<ReportedFinding>,
    /// Sentences for the report.
    pub(crate) notices: Vec<String>,
    /// How it differs from its base, where that is kept.
    pub(crate) diff: Option<Diff>,
    /// What was not rendered of it.
    pub(crate) unseen: Unseen,
    /// How its objects compare with those of the base, where they are kept and both are known.
    pub(crate) objects: Option<ObjectChanges>,
}

/// What environments are judged with.
#[derive(Clone, Copy)]
pub(crate) struct JudgeOptions<'a> {
    pub(crate) session: &'a Session,
    pub(crate) fail_on: FailOn,
    pub(crate) images: &'a [ImageOverride],
    pub(crate) levels: &'a BTreeMap<String, RuleLevel>,
    /// What the rules are told.
    pub(crate) options: Options,
    pub(crate) keep: Keep,
    /// Fetches what is needed.
    pub(crate) fetcher: &'a Fetcher,
    /// Whether registries are asked for the images.
    pub(crate) checks_images: bool,
    /// Whether to stop: asked before each environment.
    pub(crate) is_stopped: &'a (dyn Fn() -> bool + Sync),
}

/// An environment, and with what it is rendered.
#[derive(Clone)]
pub(crate) struct Sides<'a> {
    pub(crate) planned: Planned,
    pub(crate) head: &'a Renderer,
    pub(crate) base: Option<&'a BaseCommit>,
}

impl Sides<'_> {
    fn use_fetched(&self, fetched: &Fetched) {
        self.head.use_fetched(fetched);
        if let Some(base) = self.base {
            base.use_fetched(fetched);
        }
    }
}

/// What is kept of what was rendered; the objects of a large repository are more than all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The objects, to deploy them.
    Objects,
    /// The findings alone.
    Findings,
    /// How the objects differ from those of the base.
    Differences,
}

impl Judged {
    /// Puts what there is to say of it into the report.
    pub(crate) fn into_report(self, report: &mut Report) {
        report.add_findings(Some(&self.planned.name), &self.findings);
        report.add_fixed(&self.planned.name, &self.fixed);
        report.environments.push(self.report);
    }
}

/// Renders and checks all environments, on all cores; the order is kept.
///
/// # Errors
/// [`Stop::Usage`] for an `--image` that matches nothing anywhere.
pub(crate) fn judge(environments: &[Sides<'_>], options: JudgeOptions<'_>) -> Result<Vec<Judged>, Stop> {
    let examine_all = |supplied: &Supplied| -> Vec<Examined> {
        environments.iter().for_each(|sides| sides.use_fetched(&supplied.fetched));
        environments.par_iter().map(|sides| examine(sides.clone(), options, &supplied.images)).collect()
    };
    let wants = |all: &Vec<Examined>| all.iter().flat_map(|examined| examined.wanted.clone()).collect();
    let examined = options.fetcher.until_all_is_here(examine_all, wants);
    options.session.masker.learn(&options.session.sources);
    let changed: Vec<&[usize]> = examined.iter().map(|e| e.changed.as_slice()).collect();
    if let Some(image) = unmatched(options.images, &changed) {
        let mut names: Vec<&str> = examined.iter().flat_map(|e| e.images.iter().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        let sentence = format!("{}; {}", matches_nothing(image, options.session), there_are(&names));
        return Err(Stop::Usage(options.session.masked(&sentence)));
    }
    // Only now the Secrets of all environments are known, and one may stand in the line of another's finding.
    let resolved = Resolved::new(options.session);
    let told = examined.par_iter().map(|examined| {
        let all = examined.findings.iter();
        let found = all
            .map(|found| resolved.get(&found.finding).found_by(found.stage).aged(found.age).dangerous(found.is_danger));
        let found = found.collect();
        let fixed = examined.fixed.iter().map(|finding| resolved.get(finding)).collect();
        let diff = examined.diff.as_ref().map(|diff| show(diff, &options.session.sources, &options.session.masker));
        (found, fixed, diff)
    });
    let told: Vec<Told> = told.collect();
    drop(resolved);
    let judged = examined.into_iter().zip(told);
    let complete = judged.map(|(examined, (findings, fixed, diff))| {
        let report = EnvironmentReport { diff, ..examined.judged.report };
        let kept = examined.diff.filter(|_| options.keep == Keep::Differences);
        Judged { findings, fixed, report, diff: kept, ..examined.judged }
    });
    Ok(complete.collect())
}

/// The findings of an environment, those that are gone, and how its objects differ.
type Told = (Vec<ReportedFinding>, Vec<ReportedFinding>, Option<ReportedDiff>);

fn there_are(images: &[&str]) -> String {
    match images {
        [] => "no image is rendered".to_owned(),
        _ => format!("there are {}", images.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// Milliseconds since an instant.
pub(crate) fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
