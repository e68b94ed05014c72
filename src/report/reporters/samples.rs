//! Hand-made reports for the tests of all reporters.

use seatrial_model::{
    Action, Age, Change, EnvironmentReport, Evidence, ExcerptLine, Level, Location, NotChecked, ObjectId, Patch,
    PullRequest, Report, ReportedEdit, ReportedFinding, ReportedFix, ReportedLabel, Skipped, Stage, StageOutcome,
    StageResult, Target, TestOutcome, TestResult,
};

mod altered;
mod cases;
mod changed;
mod compared;
mod extreme;
mod misconfigured;
mod wide;

pub(crate) use altered::{alteration, many_alterations};
pub(crate) use cases::case;
pub(crate) use extreme::{filled_with, many_alike, many_failures};

/// Every sample by its name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("green", green()),
        ("image-missing", image_missing()),
        ("schema-in-two-environments", schema_in_two_environments()),
        ("test-failed", test_failed()),
        ("broken-cluster", broken_cluster()),
        ("broken-run", broken_run()),
        ("broken-and-failed", broken_and_failed()),
        ("fork", fork()),
        ("preview", preview()),
        ("compared", compared::compared()),
        ("compared-all", compared::compared_all()),
        ("only-old", compared::only_old()),
        ("never", compared::never()),
        ("altered", altered::altered()),
        ("altered-and-failed", altered::altered_and_failed()),
        ("altered-and-broken", altered::altered_and_broken()),
        ("tolerated", altered::tolerated()),
        ("misconfigured", misconfigured::misconfigured()),
        ("misconfigured-twice", misconfigured::misconfigured_twice()),
        ("unknown-base", misconfigured::unknown_base()),
        ("five-overlays", wide::one_mistake_in_five_overlays()),
        ("estate", wide::estate()),
        ("nothing-checked", wide::nothing_checked()),
        ("cases-failed", cases::failed()),
        ("cases-flaky", cases::flaky()),
        ("cases-tolerated", cases::tolerated()),
        ("changed", changed::changed()),
        ("dangerous", changed::dangerous()),
        ("nothing-changed", changed::nothing_changed()),
        ("routine", changed::routine()),
    ]
}

/// Everything passed; dev was deployed to the embedded simulation.
pub(crate) fn green() -> Report {
    let mut report = run();
    let mut dev = environment("dev", 7);
    dev.target = Some(Target {
        cluster: "simulated".to_owned(),
        simulated: true,
        url: Some("https://shop-pr-7.dev.example.com".to_owned()),
        ..Target::default()
    });
    dev.stages.push(passed(Stage::Deploy, "2 created, 1 configured, 4 unchanged", 2_400));
    dev.stages.push(passed(Stage::Test, "", 310));
    dev.changes = vec![
        change("apps", "Deployment", "web", Action::Configured),
        change("", "ConfigMap", "shop-config-5g2b9f7h4k", Action::Created),
        change("batch", "Job", "migrate", Action::Created),
        change("", "Service", "web", Action::Unchanged),
    ];
    dev.tests = vec![test("shop answers", TestOutcome::Passed, ""), test("web rolls out", TestOutcome::Passed, "")];
    let mut prod = environment("prod", 6);
    prod.stages.push(StageOutcome::skipped(Stage::Deploy, "no deploy block in seatrial.yaml"));
    prod.stages.push(StageOutcome::skipped(Stage::Test, "no tests for it in seatrial.yaml"));
    prod.not_checked =
        vec![NotChecked { kind: "acme.io/Widget".to_owned(), count: 2, because: "no schema".to_owned() }];
    report.environments = vec![dev, prod];
    report.duration_ms = 3_120;
    report.decide();
    report
}

/// The rollout of dev fails: the tag of an image does not exist.
pub(crate) fn image_missing() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.target = Some(Target { cluster: "aks-dev".to_owned(), ..Target::default() });
    dev.stages[2] = StageOutcome {
        stage: Stage::Deploy,
        result: StageResult::Failed,
        summary: "`Deployment/web` not ready".to_owned(),
        duration_ms: 21_300,
    };
    dev.stages[3] = StageOutcome::skipped(Stage::Test, "deploy failed");
    dev.tests.clear();
    let mut finding = finding(
        "image-pull",
        "`Deployment/web` cannot start: image `shopacr.azurecr.io/image/web:1.4.1` does not exist",
        label("deploy/overlays/dev/kustomization.yaml", 12, 13, "    newTag: 1.4.1", (12, 17), "the tag is set here"),
    );
    finding.object = Some(ObjectId::new("apps", "Deployment", Some("shop"), "web"));
    finding.related = vec![label("deploy/base/web.yaml", 21, 18, "          image: image/web", (17, 26), "used here")];
    finding.notes = vec!["the registry answered: manifest unknown".to_owned()];
    finding.help = Some("push the image first, or correct the tag".to_owned());
    finding.evidence = vec![Evidence {
        title: "events of pod web-7d9f-x2x4k".to_owned(),
        text:
            "Pulling image \"shopacr.azurecr.io/image/web:1.4.1\"\nFailed: manifest unknown\nBack-off pulling image\n"
                .to_owned(),
    }];
    let mut warning = finding_of(Level::Warning, "latest-tag", "image `nginx` has no tag");
    warning.primary = label("deploy/overlays/prod/patch.yaml", 9, 16, "        image: nginx", (15, 20), "");
    report.add_findings(Some("dev"), &[finding.found_by(Stage::Deploy)]);
    report.add_findings(Some("prod"), &[warning]);
    report.duration_ms = 72_000;
    report.decide();
    report
}

/// One unknown field of the base, found in both environments; a patch without target in one of them.
pub(crate) fn schema_in_two_environments() -> Report {
    let mut report = Report::new("validate", "0.1.0");
    let mut unknown = finding(
        "schema",
        "Deployment shop/web has no field `spec.replicaz`; did you mean `replicas`?",
        label("deploy/base/web.yaml", 9, 3, "  replicaz: 3", (2, 10), ""),
    );
    unknown.object = Some(ObjectId::new("apps", "Deployment", Some("shop"), "web"));
    unknown.field = Some("/spec/replicaz".to_owned());
    unknown.notes = vec!["Kubernetes 1.35 rejects unknown fields when validation is strict".to_owned()];
    unknown.fix = Some(fix(&unknown.primary.location, "replicas"));
    let mut patch = finding(
        "patch-target",
        "no object matches this patch: HelmRelease v2beta1 flux-system/web",
        label(
            "apps/web/dev/patch.yaml",
            1,
            1,
            "apiVersion: helm.toolkit.fluxcd.io/v2beta1",
            (0, 42),
            "the base moved on",
        ),
    );
    patch.related = vec![label(
        "apps/web/base/release.yaml",
        101,
        1,
        "apiVersion: helm.toolkit.fluxcd.io/v2",
        (0, 37),
        "it is v2 here",
    )];
    patch.help = Some("write `helm.toolkit.fluxcd.io/v2` in the patch".to_owned());
    for (name, findings) in [("dev", vec![patch, unknown.clone()]), ("prod", vec![unknown])] {
        let mut environment = environment(name, 42);
        environment.stages[1].result = StageResult::Failed;
        environment.stages.push(StageOutcome::skipped(Stage::Deploy, "validation failed"));
        environment.stages.push(StageOutcome::skipped(Stage::Test, "validation failed"));
        report.environments.push(environment);
        report.add_findings(Some(name), &findings);
    }
    let text = "diff --git a/deploy/base/web.yaml b/deploy/base/web.yaml\n--- a/deploy/base/web.yaml\n+++ b/deploy/base/web.yaml\n\
                @@ -8,2 +8,2 @@\n spec:\n-  replicaz: 3\n+  replicas: 3\n";
    report.patch = Some(Patch { fixes: 1, text: text.to_owned() });
    report.duration_ms = 38;
    report.decide();
    report
}

/// Deployed, but one of two tests fails.
pub(crate) fn test_failed() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.stages[3].result = StageResult::Failed;
    let failed = &mut dev.tests[0];
    failed.outcome = TestOutcome::Failed;
    failed.message = "expected status 200, the answer was 503 (31 attempts in 30 s)".to_owned();
    failed.duration_ms = 30_000;
    failed.attempts = 31;
    failed.location = Some(
        label(
            "seatrial.yaml",
            14,
            5,
            "  - { name: shop answers, environment: dev, http: { service: shop } }",
            (4, 68),
            "",
        )
        .location,
    );
    let body: String = (1..=14).map(|i| format!("<p>line {i}</p>\n")).collect();
    failed.evidence = vec![Evidence { title: "last answer".to_owned(), text: format!("HTTP/1.1 503\n\n```\n{body}") }];
    report.decide();
    report
}

/// The cluster cannot be reached; prod is judged all the same.
pub(crate) fn broken_cluster() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.target = Some(Target { cluster: "aks-dev".to_owned(), ..Target::default() });
    dev.stages[2] = StageOutcome {
        stage: Stage::Deploy,
        result: StageResult::Broken(
            "cannot reach the cluster `aks-dev` at https://aks-dev.example.com:443: connection refused".to_owned(),
        ),
        summary: String::new(),
        duration_ms: 10_000,
    };
    dev.stages[3] = StageOutcome::skipped(Stage::Test, "deploy broke");
    dev.tests.clear();
    dev.changes.clear();
    report.decide();
    report
}

/// The cluster of dev cannot be reached, and prod has a problem of its own.
pub(crate) fn broken_and_failed() -> Report {
    let mut report = broken_cluster();
    let mut finding = schema_in_two_environments().findings.remove(1);
    finding.environments.clear();
    report.add_findings(Some("prod"), &[finding]);
    report.environments[1].stages[1].result = StageResult::Failed;
    report.decide();
    report
}

/// Nothing could be looked at.
pub(crate) fn broken_run() -> Report {
    let mut report = run();
    report.broken = vec!["interrupted by SIGTERM while `dev` was being rendered".to_owned()];
    report.duration_ms = 12;
    report.decide();
    report
}

/// A fork's pull request is validated and not deployed.
pub(crate) fn fork() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.target = None;
    dev.changes.clear();
    dev.tests.clear();
    for environment in &mut report.environments {
        environment.stages[2] = StageOutcome::skipped(Stage::Deploy, "the pull request comes from a fork");
        environment.stages[3] = StageOutcome::skipped(Stage::Test, "not deployed");
    }
    report.notices = vec![
        "the pull request comes from a fork: it is validated and reported, not deployed, and gets no secrets"
            .to_owned(),
        "no comment was written: the token may not (`pull-requests: write` is missing)".to_owned(),
    ];
    report.decide();
    report
}

/// A preview namespace leaves cluster-scoped objects alone; an object of the last run is no longer rendered.
pub(crate) fn preview() -> Report {
    let mut report = green();
    let dev = &mut report.environments[0];
    dev.target = Some(Target {
        cluster: "aks-dev".to_owned(),
        simulated: false,
        preview_namespace: Some("shop-pr-7".to_owned()),
        url: Some("https://shop-pr-7.dev.example.com".to_owned()),
    });
    let because = "cluster-scoped, not part of a preview namespace";
    dev.skipped = ["ClusterRole", "ClusterRoleBinding"]
        .map(|kind| Skipped {
            object: ObjectId::new("rbac.authorization.k8s.io", kind, None, "shop-reader"),
            because: because.to_owned(),
        })
        .to_vec();
    dev.vanished = vec![ObjectId::new("", "ConfigMap", Some("shop-pr-7"), "shop-config-2222222222")];
    report.decide();
    report
}

fn run() -> Report {
    let mut report = Report::new("run", "0.1.0");
    report.revision.head = Some("abc1234def5678abc1234def5678abc1234def56".to_owned());
    report.revision.pull_request = Some(PullRequest {
        number: 7,
        repository: "acme/shop".to_owned(),
        file_url: Some(
            "https://github.com/acme/shop/blob/abc1234def5678abc1234def5678abc1234def56/{path}#L{line}".to_owned(),
        ),
    });
    report.run_url = Some("https://github.com/acme/shop/actions/runs/5678".to_owned());
    report
}

fn environment(name: &str, objects: usize) -> EnvironmentReport {
    EnvironmentReport {
        name: name.to_owned(),
        source: format!("kustomize deploy/overlays/{name}"),
        kubernetes: "1.35".to_owned(),
        target: None,
        comparison: None,
        stages: vec![
            passed(Stage::Render, &format!("{objects} objects"), 8),
            StageOutcome { summary: String::new(), ..passed(Stage::Validate, "", 3) },
        ],
        objects,
        changed: None,
        diff: None,
        changes: Vec::new(),
        tests: Vec::new(),
        skipped: Vec::new(),
        not_checked: Vec::new(),
        vanished: Vec::new(),
        holds: None,
    }
}

fn passed(stage: Stage, summary: &str, duration_ms: u64) -> StageOutcome {
    StageOutcome { stage, result: StageResult::Passed, summary: summary.to_owned(), duration_ms }
}

fn change(group: &str, kind: &str, name: &str, action: Action) -> Change {
    Change { object: ObjectId::new(group, kind, Some("shop"), name), action, because: None }
}

fn test(name: &str, outcome: TestOutcome, message: &str) -> TestResult {
    TestResult {
        name: name.to_owned(),
        kind: "http".to_owned(),
        outcome,
        message: message.to_owned(),
        duration_ms: 120,
        attempts: 1,
        evidence: Vec::new(),
        location: None,
        age: None,
        cases: Vec::new(),
        artifacts: Vec::new(),
    }
}

fn finding(rule: &str, message: &str, primary: ReportedLabel) -> ReportedFinding {
    ReportedFinding { primary, ..finding_of(Level::Error, rule, message) }
}

fn finding_of(level: Level, rule: &str, message: &str) -> ReportedFinding {
    ReportedFinding {
        rule: rule.to_owned(),
        level,
        message: message.to_owned(),
        primary: label("", 1, 1, "", (0, 0), ""),
        related: Vec::new(),
        object: None,
        field: None,
        help: None,
        fix: None,
        notes: Vec::new(),
        evidence: Vec::new(),
        fingerprint: "0011223344556677".to_owned(),
        age: Age::New,
        stage: None,
        is_danger: false,
        environments: Vec::new(),
    }
}

/// What is written in place of what a location underlines.
fn fix(at: &Location, text: &str) -> ReportedFix {
    let Location { path, line, column, end_line, end_column, .. } = at.clone();
    let edit = ReportedEdit { path, line, column, end_line, end_column, text: text.to_owned() };
    ReportedFix { title: format!("write `{text}`"), edits: vec![edit] }
}

fn label(path: &str, line: usize, column: usize, text: &str, underline: (usize, usize), said: &str) -> ReportedLabel {
    let excerpt =
        if text.is_empty() { Vec::new() } else { vec![ExcerptLine { number: line, text: text.to_owned(), underline }] };
    let end_column = column + underline.1.saturating_sub(underline.0);
    let path = path.to_owned();
    let location = Location { belongs_to: None, path, line, column, end_line: line, end_column, excerpt };
    ReportedLabel { location, text: said.to_owned() }
}
