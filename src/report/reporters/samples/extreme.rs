//! Reports that are as large or as hostile as asked for.

use seatrial_model::{
    Action, Age, Alteration, AlterationKind, AlteredSubject, CaseAge, CaseOutcome, Change, Comparison, Evidence,
    Listing, NotChecked, ObjectId, Patch, Report, ReportedFinding, ReportedFix, Skipped, StageResult, Target, TestCase,
    TestOutcome,
};

use super::{case, environment, finding, fix, image_missing, label, run, test};

/// As many failures as asked for, each of ordinary size and each in words of its own.
pub(crate) fn many_failures(number: usize) -> Report {
    let mut report = many_alike(number);
    let letter = |digit: usize| char::from(b'a' + u8::try_from(digit % 26).unwrap_or_default());
    for (number, finding) in report.findings.iter_mut().enumerate() {
        let word: String = [number / 676, number / 26, number].map(letter).iter().collect();
        finding.message.push_str(&format!(" (part {word})"));
    }
    report
}

/// As many failures as asked for, which say the same of different objects.
pub(crate) fn many_alike(number: usize) -> Report {
    let mut report = run();
    let mut dev = environment("dev", number);
    dev.stages[1].result = StageResult::Failed;
    let findings: Vec<ReportedFinding> = (0..number)
        .map(|i| {
            let mut found = finding(
                "schema",
                &format!("Deployment shop/service-{i} has no field `spec.replicaz`; did you mean `replicas`?"),
                label(&format!("deploy/base/service-{i}.yaml"), 9, 3, "  replicaz: 3", (2, 10), ""),
            );
            found.object = Some(ObjectId::new("apps", "Deployment", Some("shop"), &format!("service-{i}")));
            found.help = Some("rename the field".to_owned());
            found.notes = vec!["Kubernetes 1.35 rejects unknown fields when validation is strict".to_owned()];
            found.evidence =
                vec![Evidence { title: format!("log of service-{i}"), text: "out of cheese error\n".repeat(40) }];
            found
        })
        .collect();
    report.environments.push(dev);
    report.add_findings(Some("dev"), &findings);
    report.decide();
    report
}

/// Every text of a report is the one given, but for addresses that may be clicked.
pub(crate) fn filled_with(text: &str) -> Report {
    let mut report = image_missing();
    let owned = || text.to_owned();
    let object = ObjectId::new(text, text, Some(text), text);
    report.notices = vec![owned()];
    let kinds = [AlterationKind::Removed, AlterationKind::Changed];
    report.alterations = kinds
        .map(|kind| Alteration {
            subject: AlteredSubject::Test,
            name: owned(),
            environment: Some(owned()),
            kind,
            details: owned(),
        })
        .to_vec();
    report.broken = vec![owned()];
    report.revision.head = Some(owned());
    report.revision.base = Some(owned());
    report.revision.base_found = Some(owned());
    for environment in &mut report.environments {
        environment.name = owned();
        environment.source = owned();
        environment.comparison = Some(Comparison::NotCompared(owned()));
        environment.kubernetes = owned();
        environment.target = Some(Target {
            cluster: owned(),
            simulated: false,
            preview_namespace: Some(owned()),
            url: Some(format!("no address: {text}")),
        });
        environment.tests = [TestOutcome::Failed, TestOutcome::Tolerated].map(|how| test(text, how, text)).to_vec();
        for test in &mut environment.tests {
            test.evidence = vec![Evidence { title: owned(), text: owned() }];
            test.artifacts = vec![owned()];
            test.cases = [CaseOutcome::Failed, CaseOutcome::Flaky, CaseOutcome::Skipped]
                .map(|how| TestCase {
                    suite: owned(),
                    class: owned(),
                    output: owned(),
                    age: Some(CaseAge::New),
                    ..case(text, how, text)
                })
                .to_vec();
        }
        environment.changes = vec![Change { object: object.clone(), action: Action::Created, because: Some(owned()) }];
        environment.diff = Some(super::changed::filled_with(text));
        environment.skipped = vec![Skipped { object: object.clone(), because: owned() }];
        environment.not_checked = vec![NotChecked { kind: owned(), count: 1, because: owned() }];
        environment.vanished = vec![object.clone()];
        for stage in &mut environment.stages {
            stage.summary = owned();
            stage.result = match stage.result {
                StageResult::Skipped(_) => StageResult::Skipped(owned()),
                StageResult::Broken(_) => StageResult::Broken(owned()),
                ref other => other.clone(),
            };
        }
    }
    for finding in &mut report.findings {
        finding.rule = owned();
        finding.message = owned();
        finding.primary = label(text, 1, 1, text, (0, text.chars().count()), text);
        finding.related = vec![label(text, 1, 1, text, (3, 1), text)];
        finding.object = Some(object.clone());
        finding.field = Some(owned());
        finding.help = Some(owned());
        finding.fix = Some(ReportedFix { title: owned(), ..fix(&finding.primary.location, text) });
        finding.notes = vec![owned()];
        finding.evidence = vec![Evidence { title: owned(), text: owned() }];
        finding.environments = vec![owned()];
    }
    report.fixed = report.findings.clone();
    report.patch = Some(Patch { fixes: 1, text: owned() });
    report.listing = Listing::All;
    report.add_findings(
        Some("dev"),
        &report.findings.clone().into_iter().map(|f| f.aged(Age::AlreadyThere)).collect::<Vec<_>>(),
    );
    report.decide();
    report
}
