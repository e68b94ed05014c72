//! Hand-made reports of changes that were compared with their base.

use seatrial_model::{Age, Comparison, FailOn, Level, Listing, Report, Stage, StageOutcome, StageResult};

use super::{finding, finding_of, green, label, schema_in_two_environments};

/// One problem is new, two and a warning were there before, two are mended; one environment could not be compared.
pub(super) fn compared() -> Report {
    let mut report = schema_in_two_environments();
    report.command = "run".to_owned();
    report.revision.base = Some("def5678abc1234def5678abc1234def5678abc12".to_owned());
    report.revision.base_found = Some("the base of this pull request".to_owned());
    report.environments[0].comparison = Some(Comparison::Compared);
    report.environments[1].comparison = Some(Comparison::NotCompared("the base cannot be rendered".to_owned()));
    for found in &mut report.findings {
        found.stage = Some(Stage::Validate);
    }
    let in_dev = |message: &str| finding("schema", message, label("deploy/base/api.yaml", 4, 3, "  x: 1", (2, 3), ""));
    let mut warning = finding_of(Level::Warning, "latest-tag", "image `nginx` has no tag");
    warning.primary = label("deploy/base/web.yaml", 12, 16, "        image: nginx", (15, 20), "");
    let old = [
        in_dev("Deployment shop/api has no field `spec.x`"),
        in_dev("`spec.y` of Deployment shop/api must be a string"),
    ];
    let old = old.into_iter().chain([warning]).map(|f| f.found_by(Stage::Validate).aged(Age::AlreadyThere));
    report.add_findings(Some("dev"), &old.collect::<Vec<_>>());
    report
        .add_fixed("dev", &[in_dev("Deployment shop/api has no field `spec.z`"), in_dev("`spec.a` must be a number")]);
    report.decide();
    report
}

/// The same, and everything is asked for.
pub(super) fn compared_all() -> Report {
    Report { listing: Listing::All, ..compared() }
}

/// Nothing is new: what is wrong was there before, and one environment cannot be rendered, as on the base.
pub(super) fn only_old() -> Report {
    let mut report = green();
    let mut wrong = schema_in_two_environments().findings;
    wrong.iter_mut().for_each(|found| found.environments.clear());
    let [patch, schema] = wrong.try_into().expect("two findings");
    report.add_findings(Some("dev"), &[schema.found_by(Stage::Validate).aged(Age::AlreadyThere)]);
    report.add_findings(Some("prod"), &[patch.found_by(Stage::Render).aged(Age::AlreadyThere)]);
    for environment in &mut report.environments {
        environment.comparison = Some(Comparison::Compared);
    }
    let prod = &mut report.environments[1];
    prod.stages[0].result = StageResult::Failed;
    prod.stages[2] = StageOutcome::skipped(Stage::Deploy, "rendering failed, as on the base");
    report.decide();
    report
}

/// Errors are new, and nobody wants them to fail.
pub(super) fn never() -> Report {
    let mut report = schema_in_two_environments();
    report.fail_on = FailOn::Never;
    for environment in &mut report.environments {
        environment.comparison = Some(Comparison::Compared);
        environment.stages[1].result = StageResult::Passed;
    }
    report.decide();
    report
}
