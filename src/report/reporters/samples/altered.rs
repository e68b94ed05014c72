//! Hand-made reports of changes to the pull request's own checks.

use seatrial_model::{Alteration, AlterationKind, AlteredSubject, Evidence, Report, TestOutcome};

use super::{broken_and_failed, green, label, test_failed};
use AlterationKind::{Changed, Removed};
use AlteredSubject::{Environment, Rule, Test};

/// An alteration; a test is one of dev.
pub(crate) fn alteration(kind: AlterationKind, subject: AlteredSubject, name: &str, details: &str) -> Alteration {
    let environment = (subject == Test).then(|| "dev".to_owned());
    Alteration { subject, name: name.to_owned(), environment, kind, details: details.to_owned() }
}

/// As many tests as asked for are removed; nothing else is wrong.
pub(crate) fn many_alterations(number: usize) -> Report {
    let mut report = green();
    let removed = |i: usize| alteration(Removed, Test, &format!("the shop answers in language {i}"), "");
    report.alterations = (0..number).map(removed).collect();
    report
}

/// Everything passed, with fewer checks than the base has.
pub(super) fn altered() -> Report {
    let mut report = green();
    report.alterations = vec![
        alteration(Changed, Environment, "dev", "`deploy` takes effect after merge"),
        alteration(Removed, Test, "checkout works", ""),
        alteration(Removed, Environment, "staging", "it was neither rendered nor checked"),
        alteration(Changed, Rule, "latest-tag", "`error` becomes `off`"),
    ];
    report
}

/// One test is gone and another one fails.
pub(super) fn altered_and_failed() -> Report {
    let mut report = test_failed();
    report.alterations = vec![alteration(Removed, Test, "checkout works", "")];
    report
}

/// One environment is changed, the cluster of dev cannot be reached, and prod has a problem of its own.
pub(super) fn altered_and_broken() -> Report {
    let mut report = broken_and_failed();
    report.alterations = altered().alterations.into_iter().take(1).collect();
    report
}

/// A test that reaches out ran as the base has it, and failed.
pub(super) fn tolerated() -> Report {
    let mut report = green();
    report.alterations = vec![alteration(Changed, Test, "partner answers", "it ran as the base has it")];
    let partner = &mut report.environments[0].tests[0];
    partner.name = "partner answers".to_owned();
    partner.outcome = TestOutcome::Tolerated;
    partner.message =
        "expected status 200, the answer was 503; tolerated because the pull request changes this test".to_owned();
    partner.evidence =
        vec![Evidence { title: "last answer".to_owned(), text: "HTTP/1.1 503\n\nout of order\n".to_owned() }];
    let line = "  - { name: partner answers, environment: dev, http: { url: https://partner.example.com } }";
    partner.location = Some(label("seatrial.yaml", 15, 5, line, (4, line.len()), "").location);
    report.decide();
    report
}
