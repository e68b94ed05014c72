//! Reports about many environments, and about much that is alike.

use seatrial_model::{Comparison, Level, NotChecked, ObjectId, Report, StageOutcome, StageResult};

use super::{environment, finding, finding_of, label, passed, run};
use crate::samples::Stage;

/// One line of the base breaks five overlays, each of which names its objects in its own way; a second line breaks two of them.
pub(crate) fn one_mistake_in_five_overlays() -> Report {
    let mut report = Report::new("validate", "0.1.0");
    for name in ["dev", "test", "acc", "pre", "prod"] {
        let object = ObjectId::new("apps", "Deployment", Some(&format!("shop-{name}")), &format!("{name}-web"));
        let mut port = finding(
            "schema",
            &format!(
                "`spec.template.spec.containers[0].ports[0].containerPort` of {object} must be an integer, not a string"
            ),
            label("deploy/base/web.yaml", 24, 30, "            - containerPort: \"80\"", (29, 33), ""),
        );
        port.object = Some(object.clone());
        port.field = Some("/spec/template/spec/containers/0/ports/0/containerPort".to_owned());
        port.help = Some("remove the quotes".to_owned());
        let mut found = vec![port.found_by(Stage::Validate)];
        if name.starts_with('p') {
            let mut field = finding(
                "schema",
                &format!("{object} has no field `spec.replicaz`; did you mean `replicas`?"),
                label("deploy/components/large/patch.yaml", 9, 3, "  replicaz: 3", (2, 10), ""),
            );
            field.object = Some(object);
            field.field = Some("/spec/replicaz".to_owned());
            found.push(field.found_by(Stage::Validate));
        }
        let mut environment = environment(name, 42);
        environment.stages[1].result = StageResult::Failed;
        report.environments.push(environment);
        report.add_findings(Some(name), &found);
    }
    report.duration_ms = 38;
    report.decide();
    report
}

/// Of 262 environments one renders something else, one fails, and most have kinds without a schema; hundreds of warnings are alike.
pub(crate) fn estate() -> Report {
    let mut report = run();
    "validate".clone_into(&mut report.command);
    for number in 0..262 {
        let name = format!("clusters/c{number:03}");
        let mut environment = environment(&name, 33);
        environment.comparison = Some(Comparison::Compared);
        environment.changed = Some(number == 7);
        environment.stages.push(StageOutcome::skipped(Stage::Deploy, "no deploy block in seatrial.yaml"));
        environment.stages.push(StageOutcome::skipped(Stage::Test, "no deploy block in seatrial.yaml"));
        if number % 2 == 0 {
            let kind = "acme.io/Widget".to_owned();
            environment.not_checked = vec![NotChecked { kind, count: 30, because: "no schema".to_owned() }];
        }
        if number == 9 {
            environment.stages[1].result = StageResult::Failed;
            let places = (1..=40).map(|line| {
                let mut found = finding(
                    "load-restriction",
                    &format!("`../../shared/{line}.yaml` lies outside of the directory of the kustomization"),
                    label("clusters/c009/kustomization.yaml", line, 3, "- ../../shared/x.yaml", (2, 21), ""),
                );
                found.help = Some("allow it with `loadRestrictor: none`".to_owned());
                found.found_by(Stage::Validate)
            });
            report.add_findings(Some(&name), &places.collect::<Vec<_>>());
        }
        if number == 7 {
            let places = (1..=12).map(|line| {
                let warning = finding_of(Level::Warning, "latest-tag", &format!("image `app-{line}` has no tag"));
                let primary = label("clusters/c007/patch.yaml", line, 16, "        image: app", (15, 18), "");
                seatrial_model::ReportedFinding { primary, ..warning }
            });
            report.add_findings(Some(&name), &places.collect::<Vec<_>>());
        }
        report.environments.push(environment);
    }
    report.duration_ms = 812;
    report.decide();
    report
}

/// A Helm chart's custom resources: nothing could be checked.
pub(crate) fn nothing_checked() -> Report {
    let mut report = Report::new("validate", "0.1.0");
    let because = || "no schema".to_owned();
    let mut crds = environment("monitoring", 399);
    crds.not_checked = vec![
        NotChecked { kind: "monitoring.coreos.com/PrometheusRule".to_owned(), count: 398, because: because() },
        NotChecked { kind: "monitoring.coreos.com/Prometheus".to_owned(), count: 1, because: because() },
    ];
    crds.stages[1] = passed(Stage::Validate, "", 3);
    report.environments = vec![crds];
    report.decide();
    report
}
