//! What became of rendering and of checking, as outcomes of their stages.

use seatrial_model::{Age, FailOn, Level, Rendered, Stage, StageOutcome, StageResult, counted};

use crate::judge::examine::Found;

/// Why nothing was validated.
pub(crate) const NOTHING_RENDERED: &str = "nothing was rendered";

/// A rendering with an error failed, whoever brought the error: what is left of it is no environment.
pub(crate) fn render_stage(head: &Rendered, duration_ms: u64) -> StageOutcome {
    let result = if head.has_errors() { StageResult::Failed } else { StageResult::Passed };
    StageOutcome { stage: Stage::Render, result, summary: counted(head.manifests.len(), "object"), duration_ms }
}

/// A validation failed where something is wrong that fails the run.
pub(crate) fn validate_stage(
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

/// `2 errors, 1 warning`; empty for none.
fn counts(levels: &[Level]) -> String {
    let each = [(Level::Error, "error"), (Level::Warning, "warning")].into_iter().filter_map(|(level, word)| {
        match levels.iter().filter(|l| **l == level).count() {
            0 => None,
            number => Some(counted(number, word)),
        }
    });
    each.collect::<Vec<_>>().join(", ")
}
