//! One environment: rendered and checked, beside its base where there is one.

use std::collections::BTreeSet;
use std::time::Instant;

use seatrial_diff::{Between, Diff, compare_renderings, dangers};
use seatrial_discover::Source;
use seatrial_helm::ids::CHANGING_VALUE;
use seatrial_model::{Age, BelongsTo, EnvironmentReport, Finding, Level, Rendered, Stage, StageOutcome};
use seatrial_rules::{Checked, Context};

use crate::context::session::Session;
use crate::judge::base::{BaseComparison, BaseRendering, HeadRendering, NotOnBase};
use crate::judge::check::{checked, with_levels};
use crate::judge::images;
use crate::judge::object_changes::{ObjectChanges, is_equal};
use crate::judge::plan::Planned;
use crate::judge::renderer::{flux_release, image_names};
use crate::judge::stages::{NOTHING_RENDERED, render_stage, validate_stage};
use crate::judge::unseen::Unseen;
use crate::judge::{JudgeOptions, Judged, Keep, Sides, elapsed_ms};
use crate::supply::{Images, Wanted, wanted};

/// An environment whose findings still are to be resolved.
#[derive(Debug)]
pub(crate) struct Examined {
    pub(crate) judged: Judged,
    pub(crate) findings: Vec<Found>,
    pub(crate) fixed: Vec<Finding>,
    /// How its objects differ from those of the base, where there is one.
    pub(crate) diff: Option<Diff>,
    /// What is needed and may be fetched.
    pub(crate) wanted: BTreeSet<Wanted>,
    /// How many containers each `--image` changed.
    pub(crate) changed: Vec<usize>,
    /// The images that are rendered, where `--image` was given.
    pub(crate) images: Vec<String>,
}

impl Examined {
    /// One that is not looked at any more.
    pub(crate) fn stopped(planned: Planned, images: usize) -> Examined {
        let stages = [Stage::Render, Stage::Validate].map(|stage| StageOutcome::skipped(stage, "stopped by a signal"));
        let mut judged = nothing_known(planned);
        judged.report.stages = stages.to_vec();
        // Nobody knows whether an `--image` matches here: that it matches nothing is not said.
        Examined {
            judged,
            findings: Vec::new(),
            fixed: Vec::new(),
            diff: None,
            wanted: BTreeSet::new(),
            changed: vec![1; images],
            images: Vec::new(),
        }
    }
}

/// An environment of which nothing is known yet.
fn nothing_known(planned: Planned) -> Judged {
    let report = EnvironmentReport {
        name: planned.name.clone(),
        source: planned.describe(),
        kubernetes: planned.minor.to_string(),
        target: None,
        comparison: None,
        stages: Vec::new(),
        objects: 0,
        changed: None,
        diff: None,
        changes: Vec::new(),
        tests: Vec::new(),
        skipped: Vec::new(),
        not_checked: Vec::new(),
        vanished: Vec::new(),
        holds: None,
    };
    Judged {
        planned,
        is_changing: false,
        manifests: Vec::new(),
        report,
        findings: Vec::new(),
        fixed: Vec::new(),
        notices: Vec::new(),
        diff: None,
        unseen: Unseen::default(),
        objects: None,
    }
}

/// A finding, and what is known about it beside.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    pub(crate) stage: Stage,
    pub(crate) age: Age,
    /// Whether it tells what the change may destroy.
    pub(crate) is_danger: bool,
}

pub(crate) fn examine(sides: Sides<'_>, options: JudgeOptions<'_>, known: &Images) -> Examined {
    let Sides { planned, head: renderer, base } = sides;
    if (options.is_stopped)() {
        return Examined::stopped(planned, options.images.len());
    }
    let started = Instant::now();
    let with_levels = |findings| with_levels(findings, options.levels);
    let (mut head, mut changed) = renderer.render(planned.subject(), options.images);
    if head.has_errors() {
        // An `--image` may match what is missing: that it matches nothing would follow from the first error, and hide it.
        changed.fill(1);
    }
    let is_changing = head.findings.iter().any(|finding| finding.rule == CHANGING_VALUE);
    head.findings = with_levels(head.findings);
    options.session.masker.add_manifests(&head.manifests, &options.session.sources);
    let rendering = render_stage(&head, elapsed_ms(started));

    let before = base.map(|base| (base, base.render(&planned, &with_levels)));
    let of_base = before.iter().filter_map(|(_, before)| before.as_ref().ok()).flat_map(|b| &b.rendered.needed);
    let mut wanted = wanted(head.needed.iter().chain(of_base));
    let mut of_images = Vec::new();
    if options.checks_images {
        wanted.extend(images::wanted(&head.manifests));
        let base = before.as_ref().and_then(|(_, before)| Some(before.as_ref().ok()?.rendered.manifests.as_slice()));
        of_images = images::findings(&head.manifests, base, known, &options.session.sources);
    }
    let is_before = |before: &BaseRendering| {
        options.session.masker.add_manifests(&before.rendered.manifests, &options.session.sources);
        is_equal(&before.rendered, &head)
    };
    let unchanged = before.as_ref().map(|(_, before)| before.as_ref().is_ok_and(is_before));
    let flux = flux_release(&planned.source, &head.manifests);
    let schemas = seatrial_diff::Context { minor: planned.minor, flux, between: Between::States };
    let mut diff = before.as_ref().map(|(_, before)| match (before, unchanged) {
        (Ok(_), Some(true)) => {
            Diff { unchanged: head.manifests.len(), is_partial: !head.is_complete(), ..Diff::default() }
        }
        (Ok(before), _) => compare_renderings(&before.rendered, &head, schemas),
        (Err(NotOnBase::New), _) => compare_renderings(&Rendered::default(), &head, schemas),
        (Err(NotOnBase::Outside), _) => Diff { not_compared: Some(NotOnBase::Outside.to_string()), ..Diff::default() },
    });
    let dangers = match (&before, &diff) {
        (Some((_, Ok(before))), Some(diff)) if unchanged != Some(true) => {
            with_levels(dangers(diff, &before.rendered, &head, schemas))
        }
        _ => Vec::new(),
    };
    if let Some(diff) = diff.as_mut().filter(|_| dangers.iter().any(|danger| danger.level > Level::Note)) {
        diff.routine.clear();
    }
    let compared = before.as_ref().filter(|_| options.keep == Keep::Objects);
    let compared = compared.and_then(|(_, before)| ObjectChanges::between(&before.as_ref().ok()?.rendered, &head));

    let started = Instant::now();
    let context = Context {
        environment: &planned.name,
        minor: planned.minor,
        is_assumed: planned.is_minor_assumed(),
        flux,
        sources: &options.session.sources,
        options: options.options,
        complete: head.is_complete(),
        substitutes: false,
        walked: false,
        patches: false,
    };
    let Checked { findings: checked, not_checked, .. } =
        checked(&head.manifests, context, renderer, &planned.source, options.session);
    let checked = with_levels(of_trial(checked, &planned.source));
    let checked_in = elapsed_ms(started);

    tracing::debug!(
        environment = %planned.name, source = %planned.describe(), kubernetes = %planned.minor, objects = head.manifests.len(),
        render_ms = rendering.duration_ms, check_ms = checked_in, unchanged, "judged"
    );
    let told = before.map(|(base, before)| {
        let is_unchanged = unchanged == Some(true);
        let head =
            HeadRendering { rendered: &head, checked: &checked, context, is_unchanged, with_levels: &with_levels };
        before.map_or_else(
            |because| BaseComparison::nothing_before(because.to_string()),
            |before| before.tell(base, &head, options.session),
        )
    });
    let (comparison, ages, fixed) = match told {
        Some(told) => (Some(told.comparison), told.ages, told.fixed),
        None => (None, Vec::new(), Vec::new()),
    };
    // Only now: the base's finding lies at the missing path, too, and the two are compared by their files.
    point_at_configuration(&mut head.findings, &planned, options.session);
    let unseen = Unseen::of(&head);
    let of_rendering = head.findings.into_iter().map(|finding| (finding, Stage::Render));
    let of_checking = checked.into_iter().map(|finding| (finding, Stage::Validate));
    let ages = ages.into_iter().chain(std::iter::repeat(Age::New));
    let all = of_rendering.chain(of_checking).zip(ages);
    let all = all.map(|((finding, stage), age)| Found { finding, stage, age, is_danger: false });
    let danger = |finding: Finding| {
        let is_danger = finding.level > Level::Note;
        Found { finding, stage: Stage::Validate, age: Age::New, is_danger }
    };
    let findings: Vec<Found> = all.chain(of_images).chain(dangers.into_iter().map(danger)).collect();

    let objects = head.manifests.len();
    let images = if options.images.is_empty() { Vec::new() } else { image_names(&head.manifests) };
    // A chart that is only tried may ask for more than there is; what was not rendered is not called valid.
    let is_trial = matches!(&planned.source, Source::Helm(release) if release.is_trial());
    let validation = match objects {
        0 if is_trial => StageOutcome::skipped(Stage::Validate, NOTHING_RENDERED),
        _ => validate_stage(&findings, &rendering, objects, options.fail_on, checked_in),
    };
    let nothing = nothing_known(planned);
    let report = EnvironmentReport {
        comparison,
        stages: vec![rendering, validation],
        objects,
        changed: unchanged.map(|unchanged| !unchanged),
        not_checked,
        ..nothing.report
    };
    let manifests = match options.keep {
        Keep::Objects => head.manifests,
        Keep::Findings | Keep::Differences => Vec::new(),
    };
    let judged = Judged { is_changing, manifests, report, unseen, objects: compared, ..nothing };
    Examined { judged, findings, fixed, diff, wanted, changed, images }
}

/// What a chart prints without any values but its own may be waiting for some: nobody has said that it is installed so.
fn of_trial(mut findings: Vec<Finding>, source: &Source) -> Vec<Finding> {
    if matches!(source, Source::Helm(release) if release.is_found && release.values.is_empty()) {
        findings.iter_mut().for_each(|finding| finding.level = finding.level.min(Level::Warning));
    }
    findings
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
