//! Renders and checks environments: the part of a trial that needs no cluster and no clock but a stopwatch.

pub(crate) mod against;
pub(crate) mod charts;
pub(crate) mod checkouts;
pub(crate) mod given;
pub(crate) mod object_changes;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod preparation;
pub(crate) mod renderer;
pub(crate) mod resolved;
pub(crate) mod unseen;

use std::collections::BTreeMap;
use std::time::Instant;

use rayon::prelude::*;
use seatrial_discover::Source;
use seatrial_flux::tell_here;
use seatrial_helm::ids::CHANGING_VALUE;
use seatrial_kubernetes::flux::group_kinds;
use seatrial_kustomize::ImageOverride;
use seatrial_model::{
    Age, BelongsTo, EnvironmentReport, FailOn, Finding, Level, Manifest, ObjectId, Rendered, Report, ReportedFinding,
    Stage, StageOutcome, StageResult,
};
use seatrial_rules::{Checked, Context, Options, check};
use seatrial_schema::is_substitution;

use crate::config::RuleLevel;
use crate::context::session::Session;
use crate::judge::against::{Against, Head, Told};
use crate::judge::plan::Planned;
use crate::judge::renderer::{Renderer, flux_release, image_names, matches_nothing, unmatched};
use crate::judge::resolved::Resolved;
use crate::judge::unseen::Unseen;
use crate::process::stop::Stop;
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
    /// What was not rendered of it.
    pub(crate) unseen: Unseen,
    /// How its objects compare with those of the base, where they are kept and both are known.
    pub(crate) objects: Option<ObjectChanges>,
}

/// What environments are judged with.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) session: &'a Session,
    pub(crate) fail_on: FailOn,
    pub(crate) images: &'a [ImageOverride],
    pub(crate) levels: &'a BTreeMap<String, RuleLevel>,
    /// What the rules are told.
    pub(crate) options: Options,
    pub(crate) keep: Keep,
    /// Whether to stop: asked before each environment.
    pub(crate) is_stopped: &'a (dyn Fn() -> bool + Sync),
}

/// An environment, and with what it is rendered.
pub(crate) struct Seat<'a> {
    pub(crate) planned: Planned,
    pub(crate) head: &'a Renderer,
    pub(crate) base: Option<&'a Against>,
}

/// What is kept of what was rendered; the objects of a large repository are more than all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The objects, to deploy them.
    Objects,
    /// The findings alone.
    Findings,
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
pub(crate) fn judge(seats: Vec<Seat<'_>>, bench: Bench<'_>) -> Result<Vec<Judged>, Stop> {
    let examined: Vec<Examined> = seats.into_par_iter().map(|seat| examine(seat, bench)).collect();
    bench.session.masker.learn(&bench.session.sources);
    let changed: Vec<&[usize]> = examined.iter().map(|e| e.changed.as_slice()).collect();
    if let Some(image) = unmatched(bench.images, &changed) {
        let mut names: Vec<&str> = examined.iter().flat_map(|e| e.images.iter().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        let sentence = format!("{}; {}", matches_nothing(image, bench.session), there_are(&names));
        return Err(Stop::Usage(bench.session.masked(&sentence)));
    }
    // Only now the Secrets of all environments are known, and one may stand in the line of another's finding.
    let resolved = Resolved::new(bench.session);
    let told = examined.par_iter().map(|examined| {
        let all = examined.findings.iter();
        let found = all.map(|found| resolved.get(&found.finding).found_by(found.stage).aged(found.age)).collect();
        let fixed = examined.fixed.iter().map(|finding| resolved.get(finding)).collect();
        (found, fixed)
    });
    let told: Vec<(Vec<ReportedFinding>, Vec<ReportedFinding>)> = told.collect();
    drop(resolved);
    let judged = examined.into_iter().zip(told);
    Ok(judged.map(|(examined, (findings, fixed))| Judged { findings, fixed, ..examined.judged }).collect())
}

/// An environment whose findings still are to be resolved.
#[derive(Debug)]
struct Examined {
    judged: Judged,
    findings: Vec<Found>,
    fixed: Vec<Finding>,
    /// How many containers each `--image` changed.
    changed: Vec<usize>,
    /// The images that are rendered, where `--image` was given.
    images: Vec<String>,
}

impl Examined {
    /// One that is not looked at any more.
    fn stopped(planned: Planned, images: usize) -> Examined {
        let stages = [Stage::Render, Stage::Validate].map(|stage| StageOutcome::skipped(stage, "stopped by a signal"));
        let report = EnvironmentReport {
            name: planned.name.clone(),
            source: planned.describe(),
            kubernetes: planned.minor.to_string(),
            target: None,
            comparison: None,
            stages: stages.to_vec(),
            objects: 0,
            changed: None,
            changes: Vec::new(),
            tests: Vec::new(),
            skipped: Vec::new(),
            not_checked: Vec::new(),
            vanished: Vec::new(),
            holds: None,
        };
        let judged = Judged {
            planned,
            is_changing: false,
            manifests: Vec::new(),
            report,
            findings: Vec::new(),
            fixed: Vec::new(),
            notices: Vec::new(),
            unseen: Unseen::default(),
            objects: None,
        };
        // Nobody knows whether an `--image` matches here: that it matches nothing is not said.
        Examined { judged, findings: Vec::new(), fixed: Vec::new(), changed: vec![1; images], images: Vec::new() }
    }
}

fn there_are(images: &[&str]) -> String {
    match images {
        [] => "no image is rendered".to_owned(),
        _ => format!("there are {}", images.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// A finding, and what is known about it beside.
#[derive(Debug)]
struct Found {
    finding: Finding,
    stage: Stage,
    age: Age,
}

/// Checks the objects of a source; what is wrong in files of other repositories is told at the line that asked for them.
pub(crate) fn checked(
    manifests: &[Manifest],
    context: Context<'_>,
    renderer: &Renderer,
    source: &Source,
    session: &Session,
) -> Checked {
    let mut checked = checked_where_it_lies(manifests, context, renderer, source, session);
    tell_here(&mut checked.findings, manifests, &session.sources);
    checked
}

/// Checks the objects of a source. What Flux fills in or adds by a patch is not known yet, unless a cluster was walked: where it evidently
/// reconciles the source, a text that it fills in is no mistake; and where it evidently patches objects of its own, one that lacks something may
/// get it. Only a finding about such a text or object makes anybody look for the evidence.
fn checked_where_it_lies(
    manifests: &[Manifest],
    context: Context<'_>,
    renderer: &Renderer,
    source: &Source,
    session: &Session,
) -> Checked {
    // What a walk did not fill in is a value that only the cluster has.
    if matches!(source, Source::Flux(_)) {
        return check(manifests, &Context { substitutes: true, walked: true, ..context });
    }
    let as_it_is = check(manifests, &context);
    let is_about_substitution = |finding: &Finding| {
        let span = finding.primary.span;
        let file = session.sources.get(span.file);
        let text = file.as_ref().and_then(|file| file.text().get(span.start as usize..span.end as usize));
        text.is_some_and(is_substitution)
    };
    let is_about_flux = |finding: &Finding| {
        finding.level == Level::Error && finding.object.as_ref().is_some_and(|id| !group_kinds(&id.group).is_empty())
    };
    let is_asked = as_it_is.findings.iter().any(|finding| is_about_substitution(finding) || is_about_flux(finding));
    if !is_asked {
        return as_it_is;
    }
    let found = renderer.discovery();
    let (substitutes, patches) = (found.is_reconciled_by_flux(source.path()), found.has_patches_of_flux());
    if substitutes || patches { check(manifests, &Context { substitutes, patches, ..context }) } else { as_it_is }
}

fn examine(seat: Seat<'_>, bench: Bench<'_>) -> Examined {
    let Seat { planned, head: renderer, base } = seat;
    if (bench.is_stopped)() {
        return Examined::stopped(planned, bench.images.len());
    }
    let started = Instant::now();
    let with_levels = |findings| with_levels(findings, bench.levels);
    let (mut head, mut changed) = renderer.render(planned.subject(), bench.images);
    if head.has_errors() {
        // An `--image` may match what is missing: that it matches nothing would follow from the first error, and hide it.
        changed.fill(1);
    }
    let is_changing = head.findings.iter().any(|finding| finding.rule == CHANGING_VALUE);
    head.findings = with_levels(head.findings);
    bench.session.masker.add_manifests(&head.manifests, &bench.session.sources);
    let rendering = render_stage(&head, elapsed_ms(started));

    let before = base.map(|base| (base, base.render(&planned, &with_levels)));
    let is_before = |before: &against::Before| {
        bench.session.masker.add_manifests(&before.rendered.manifests, &bench.session.sources);
        is_equal(&before.rendered, &head)
    };
    let unchanged = before.as_ref().map(|(_, before)| before.as_ref().is_ok_and(is_before));
    let compared = before.as_ref().filter(|_| bench.keep == Keep::Objects);
    let compared = compared.and_then(|(_, before)| ObjectChanges::between(&before.as_ref().ok()?.rendered, &head));

    let started = Instant::now();
    let context = Context {
        environment: &planned.name,
        minor: planned.minor,
        is_assumed: planned.is_minor_assumed(),
        flux: flux_release(&planned.source, &head.manifests),
        sources: &bench.session.sources,
        options: bench.options,
        complete: head.is_complete(),
        substitutes: false,
        walked: false,
        patches: false,
    };
    let Checked { findings: checked, not_checked, .. } =
        checked(&head.manifests, context, renderer, &planned.source, bench.session);
    let checked = with_levels(of_trial(checked, &planned.source));
    let checked_in = elapsed_ms(started);

    tracing::debug!(
        environment = %planned.name, source = %planned.describe(), kubernetes = %planned.minor, objects = head.manifests.len(),
        render_ms = rendering.duration_ms, check_ms = checked_in, unchanged, "judged"
    );
    let told = before.map(|(base, before)| {
        let is_unchanged = unchanged == Some(true);
        let head = Head { rendered: &head, checked: &checked, context, is_unchanged, with_levels: &with_levels };
        before.map_or_else(Told::nothing_before, |before| before.tell(base, &head, bench.session))
    });
    let (comparison, ages, fixed) = match told {
        Some(told) => (Some(told.comparison), told.ages, told.fixed),
        None => (None, Vec::new(), Vec::new()),
    };
    // Only now: the base's finding lies at the missing path, too, and the two are compared by their files.
    point_at_configuration(&mut head.findings, &planned, bench.session);
    let unseen = Unseen::of(&head);
    let of_rendering = head.findings.into_iter().map(|finding| (finding, Stage::Render));
    let of_checking = checked.into_iter().map(|finding| (finding, Stage::Validate));
    let ages = ages.into_iter().chain(std::iter::repeat(Age::New));
    let all = of_rendering.chain(of_checking).zip(ages);
    let findings: Vec<Found> = all.map(|((finding, stage), age)| Found { finding, stage, age }).collect();

    let objects = head.manifests.len();
    let images = if bench.images.is_empty() { Vec::new() } else { image_names(&head.manifests) };
    // A chart that is only tried may ask for more than there is; what was not rendered is not called valid.
    let is_trial = matches!(&planned.source, Source::Helm(release) if release.is_trial());
    let validation = match objects {
        0 if is_trial => StageOutcome::skipped(Stage::Validate, NOTHING_RENDERED),
        _ => validate_stage(&findings, &rendering, objects, bench.fail_on, checked_in),
    };
    let report = EnvironmentReport {
        name: planned.name.clone(),
        source: planned.describe(),
        kubernetes: planned.minor.to_string(),
        target: None,
        comparison,
        stages: vec![rendering, validation],
        objects,
        changed: unchanged.map(|unchanged| !unchanged),
        changes: Vec::new(),
        tests: Vec::new(),
        skipped: Vec::new(),
        not_checked,
        vanished: Vec::new(),
        holds: None,
    };
    let manifests = match bench.keep {
        Keep::Objects => head.manifests,
        Keep::Findings => Vec::new(),
    };
    let notices = Vec::new();
    let (of_head, of_base) = (Vec::new(), Vec::new());
    let judged = Judged {
        planned,
        is_changing,
        manifests,
        report,
        findings: of_head,
        fixed: of_base,
        notices,
        unseen,
        objects: compared,
    };
    Examined { judged, findings, fixed, changed, images }
}

/// What a chart prints without any values but its own may be waiting for some: nobody has said that it is installed so.
fn of_trial(mut findings: Vec<Finding>, source: &Source) -> Vec<Finding> {
    if matches!(source, Source::Helm(release) if release.is_found && release.values.is_empty()) {
        findings.iter_mut().for_each(|finding| finding.level = finding.level.min(Level::Warning));
    }
    findings
}

/// Why nothing was validated.
const NOTHING_RENDERED: &str = "nothing was rendered";

/// A rendering with an error failed, whoever brought the error: what is left of it is no environment.
fn render_stage(head: &Rendered, duration_ms: u64) -> StageOutcome {
    let result = if head.has_errors() { StageResult::Failed } else { StageResult::Passed };
    StageOutcome { stage: Stage::Render, result, summary: count(head.manifests.len(), "object"), duration_ms }
}

/// A validation failed where something is wrong that fails the run.
fn validate_stage(
    findings: &[Found],
    rendering: &StageOutcome,
    objects: usize,
    fail_on: FailOn,
    duration_ms: u64,
) -> StageOutcome {
    let stage = Stage::Validate;
    if objects == 0 && rendering.result == StageResult::Failed {
        return StageOutcome::skipped(stage, NOTHING_RENDERED);
    }
    // What is left of a rendering that failed may fit, and is not called valid for it.
    let is_failed = rendering.result == StageResult::Failed;
    if is_failed && !findings.iter().any(|f| f.stage == stage && f.finding.level > Level::Note) {
        return StageOutcome::skipped(stage, "rendering failed");
    }
    let fails = |f: &&Found| f.stage == stage && fail_on.fails(f.finding.level, f.age, Some(stage));
    let result = if findings.iter().any(|f| fails(&f)) { StageResult::Failed } else { StageResult::Passed };
    let new = findings.iter().filter(|f| f.stage == stage && f.age == Age::New);
    StageOutcome { stage, result, summary: counts(&new.map(|f| f.finding.level).collect::<Vec<_>>()), duration_ms }
}

/// A source that is not there has no line of its own: the line to edit is the one that names it.
fn point_at_configuration(findings: &mut [Finding], planned: &Planned, session: &Session) {
    let Some(place) = planned.place else { return };
    for finding in findings {
        let file = session.sources.get(finding.primary.span.file);
        let is_no_file = file.is_some_and(|f| {
            f.text().is_empty() && f.path() == planned.path() && *f.belongs_to() == BelongsTo::Repository
        });
        if is_no_file {
            finding.primary.span = place;
        }
    }
}

/// Milliseconds since an instant.
pub(crate) fn elapsed_ms(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// `1 object`, `42 objects`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `2 errors, 1 warning`; empty for none.
fn counts(levels: &[Level]) -> String {
    let each = [(Level::Error, "error"), (Level::Warning, "warning")].into_iter().filter_map(|(level, word)| {
        match levels.iter().filter(|l| **l == level).count() {
            0 => None,
            number => Some(count(number, word)),
        }
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Findings as the configuration has them.
pub(crate) fn with_levels(findings: Vec<Finding>, levels: &BTreeMap<String, RuleLevel>) -> Vec<Finding> {
    let apply = |finding: Finding| match levels.get(finding.rule.as_str()) {
        None => Some(finding),
        Some(RuleLevel::Off) => None,
        Some(RuleLevel::Note) => Some(finding.with_level(Level::Note)),
        Some(RuleLevel::Warning) => Some(finding.with_level(Level::Warning)),
        Some(RuleLevel::Error) => Some(finding.with_level(Level::Error)),
    };
    findings.into_iter().filter_map(apply).collect()
}

/// Whether two renderings put the same objects on a cluster: object by object, order does not count. A rendering with errors equals none.
fn is_equal(base: &Rendered, head: &Rendered) -> bool {
    if base.has_errors() || head.has_errors() || base.manifests.len() != head.manifests.len() {
        return false;
    }
    let known: BTreeMap<(&ObjectId, &str), &Manifest> =
        base.manifests.iter().map(|m| ((&m.id, m.version.as_str()), m)).collect();
    head.manifests.iter().all(|m| known.get(&(&m.id, m.version.as_str())).is_some_and(|before| before.node == m.node))
}
