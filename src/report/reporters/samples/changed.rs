//! Hand-made reports of changes whose objects were compared with those of the base.

use seatrial_model::{
    Action, Bump, BumpSize, Comparison, Level, ObjectId, Report, ReportedDiff, ReportedDifference, ReportedObjectDiff,
    ReportedValue, SourceLine, Stage,
};

use super::{finding_of, green, label};

/// An image is another one in dev and prod, a file in a ConfigMap changes in both, and prod gets an object more.
pub(super) fn changed() -> Report {
    let mut report = green();
    report.revision.base = Some("def5678abc1234def5678abc1234def5678abc12".to_owned());
    report.revision.base_found = Some("the base of this pull request".to_owned());
    let image = scalar(
        "spec.template.spec.containers[web].image",
        Some(("shopacr.azurecr.io/shop/web:1.4.0", "deploy/base/kustomization.yaml", 9)),
        Some(("shopacr.azurecr.io/shop/web:1.4.1", "deploy/base/kustomization.yaml", 9)),
    );
    let config = ReportedDifference {
        lines: [" three = 3", "-five = 5", "+five = 55", "@", "-nine = 9"].map(str::to_owned).to_vec(),
        ..scalar(
            "data[\"app.conf\"]",
            Some(("three = 3\nfive = 5\n", "deploy/base/app.conf", 1)),
            Some(("three = 3\nfive = 55\n", "deploy/base/app.conf", 1)),
        )
    };
    let gone = scalar("spec.paused", Some(("true", "deploy/base/web.yaml", 12)), None);
    let web = object("apps", "Deployment", "web", Action::Configured, vec![image, gone]);
    let settings = ReportedObjectDiff {
        was: Some("settings-5g2b9f7h4k".to_owned()),
        ..object("", "ConfigMap", "settings-7hk24f9b5t", Action::Configured, vec![config])
    };
    let both = vec![settings, web];
    let created = object("autoscaling", "HorizontalPodAutoscaler", "web", Action::Created, Vec::new());
    let in_prod: Vec<_> = both.iter().cloned().chain([created]).collect();
    for (environment, objects) in report.environments.iter_mut().zip([both, in_prod]) {
        environment.comparison = Some(Comparison::Compared);
        environment.changed = Some(true);
        environment.diff = Some(ReportedDiff { objects, unchanged: 4, ..ReportedDiff::default() });
    }
    report.decide();
    report
}

/// An image goes up by a patch version in dev and prod.
pub(super) fn routine() -> Report {
    let mut report = changed();
    let bump =
        Bump { what: "image web".to_owned(), from: "1.4.0".to_owned(), to: "1.4.1".to_owned(), size: BumpSize::Patch };
    for diff in report.environments.iter_mut().filter_map(|environment| environment.diff.as_mut()) {
        diff.objects.retain(|object| object.object.kind == "Deployment");
        diff.objects.iter_mut().for_each(|object| object.differences.truncate(1));
        diff.unchanged = 6;
        diff.routine = vec![bump.clone()];
    }
    report
}

/// A volume is made anew, in one environment; the other could not be compared.
pub(super) fn dangerous() -> Report {
    let mut report = changed();
    let size = scalar(
        "spec.volumeClaimTemplates[data].spec.resources.requests.storage",
        Some(("10Gi", "deploy/base/db.yaml", 31)),
        Some(("20Gi", "deploy/base/db.yaml", 31)),
    );
    let database = object("apps", "StatefulSet", "db", Action::Recreated, vec![size]);
    let mut danger = finding_of(
        Level::Warning,
        "immutable-field",
        "StatefulSet shop/db is made anew: `spec.volumeClaimTemplates` cannot be changed in place",
    );
    danger.primary = label("deploy/base/db.yaml", 31, 22, "            storage: 20Gi", (21, 25), "");
    danger.object = Some(database.object.clone());
    report.environments[0].diff = Some(ReportedDiff::not_compared("the base cannot be rendered"));
    if let Some(diff) = &mut report.environments[1].diff {
        diff.objects.insert(0, database);
    }
    report.add_findings(Some("prod"), &[danger.dangerous(true).found_by(Stage::Validate)]);
    report.decide();
    report
}

/// Nothing that is rendered changes.
pub(super) fn nothing_changed() -> Report {
    let mut report = changed();
    for environment in &mut report.environments {
        environment.changed = Some(false);
        environment.diff = Some(ReportedDiff { unchanged: environment.objects, ..ReportedDiff::default() });
    }
    report
}

/// One of each, full of a text. A value of several lines stands on lines of its own, whatever is in it.
pub(super) fn filled_with(text: &str) -> ReportedDiff {
    let owned = || text.to_owned();
    let value = |text: String| Some(ReportedValue { text, line: Some(SourceLine { path: owned(), line: 1 }) });
    let short = || value(text.replace(['\n', '\r'], " "));
    let long = || value(format!("a\n{text}"));
    let difference =
        |before, after, lines| ReportedDifference { path: owned(), before, after, lines, note: Some(owned()) };
    let objects = [Action::Deleted, Action::Configured].map(|action| ReportedObjectDiff {
        object: ObjectId::new(text, text, Some(text), text),
        action,
        was: Some(owned()),
        because: Some(owned()),
        line: Some(SourceLine { path: owned(), line: 1 }),
        differences: vec![
            difference(short(), short(), Vec::new()),
            difference(long(), long(), vec![format!("-{text}"), format!("+{text}")]),
            difference(None, long(), Vec::new()),
        ],
        left_out: 1,
        is_positional: true,
    });
    let routine = vec![Bump { what: owned(), from: owned(), to: owned(), size: BumpSize::Minor }];
    ReportedDiff { objects: objects.to_vec(), unchanged: 1, is_partial: false, routine, not_compared: None }
}

fn object(
    group: &str,
    kind: &str,
    name: &str,
    action: Action,
    differences: Vec<ReportedDifference>,
) -> ReportedObjectDiff {
    ReportedObjectDiff {
        object: ObjectId::new(group, kind, Some("shop"), name),
        action,
        was: None,
        because: None,
        line: Some(SourceLine { path: format!("deploy/base/{name}.yaml"), line: 1 }),
        differences,
        left_out: 0,
        is_positional: false,
    }
}

fn scalar(path: &str, before: Option<(&str, &str, usize)>, after: Option<(&str, &str, usize)>) -> ReportedDifference {
    let value = |(text, path, line): (&str, &str, usize)| ReportedValue {
        text: text.to_owned(),
        line: Some(SourceLine { path: path.to_owned(), line }),
    };
    ReportedDifference {
        path: path.to_owned(),
        before: before.map(value),
        after: after.map(value),
        lines: Vec::new(),
        note: None,
    }
}
