//! The report of a run: the one thing that all sinks show. Serialised as versioned JSON with a JSON Schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confidential::without_quotations_of;
use crate::location::hidden_values;
use crate::{
    Change, Evidence, Finding, Level, Location, Masker, ObjectId, Sources, StageOutcome, StageResult, Verdict, locate,
};

/// Characters of a finding's sentence at most.
const LONGEST_SENTENCE: usize = 1_000;

/// A whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this format; raised when a reader could misread it.
    pub version: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// The subcommand: `run`, `validate`, `deploy`, `test`.
    pub command: String,
    /// The verdict; decided here alone, see [`Report::decide`].
    pub verdict: Verdict,
    /// What was judged.
    pub revision: Revision,
    /// Per environment, in the order of the configuration.
    pub environments: Vec<EnvironmentReport>,
    /// All findings, worst first, each once with the environments that have it.
    pub findings: Vec<ReportedFinding>,
    /// Sentences about what was not done, not posted or needs attention.
    pub notices: Vec<String>,
    /// Reasons outside any environment why the change could not be judged, as sentences.
    pub broken: Vec<String>,
    /// Where the run can be watched (CI).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_url: Option<String>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// Name and version of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// `seatrial`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// What was judged: commits and pull request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The head commit that statuses and links belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The commit that head is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequest>,
}

/// A pull request, as a place to click.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// `owner/name` of the repository it is raised against.
    pub repository: String,
    /// Prefix of links to files at the head commit: `https://github.com/o/r/blob/SHA/`; `None` where unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob_url: Option<String>,
}

/// One environment's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentReport {
    /// Its name in the configuration, or the path that was discovered.
    pub name: String,
    /// What was rendered: `kustomize deploy/overlays/dev`.
    pub source: String,
    /// Kubernetes minor it was checked for: `1.35`.
    pub kubernetes: String,
    /// Where it was deployed; `None` when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Outcomes of all four stages, in their order.
    pub stages: Vec<StageOutcome>,
    /// Objects rendered.
    pub objects: usize,
    /// What was done to which object.
    pub changes: Vec<Change>,
    /// Results of its tests.
    pub tests: Vec<TestResult>,
    /// Objects that were rendered and left out on purpose.
    pub skipped: Vec<Skipped>,
    /// Kinds that were not validated.
    pub not_checked: Vec<NotChecked>,
    /// Objects of the inventory that the change no longer renders and that still exist.
    pub vanished: Vec<ObjectId>,
}

/// Where an environment was deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Kubeconfig context, `in-cluster`, or `simulated`.
    pub cluster: String,
    /// Whether the cluster was the embedded simulation.
    pub simulated: bool,
    /// The preview namespace, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_namespace: Option<String>,
    /// Address of the environment for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An object that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The object.
    pub object: ObjectId,
    /// A clause: `cluster-scoped, not part of a preview namespace`.
    pub because: String,
}

/// A kind whose objects were not validated, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotChecked {
    /// `acme.io/Widget`.
    pub kind: String,
    /// How many objects.
    pub count: usize,
    /// A clause: `no schema`, `encrypted with SOPS`.
    pub because: String,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestOutcome {
    /// As expected.
    Passed,
    /// Not as expected.
    Failed,
    /// Could not be run.
    Broken,
    /// Not run.
    Skipped,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Its name in the configuration.
    pub name: String,
    /// `http`, `rollout`.
    pub kind: String,
    /// How it ended.
    pub outcome: TestOutcome,
    /// One sentence; empty when it passed.
    pub message: String,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Attempts that were made.
    pub attempts: u32,
    /// Responses, log lines.
    pub evidence: Vec<Evidence>,
    /// Where the test is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// A finding as readers see it: places resolved, texts masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedFinding {
    /// Rule id.
    pub rule: String,
    /// Level.
    pub level: Level,
    /// One sentence without a full stop, names in backticks.
    pub message: String,
    /// The line a human must edit.
    pub primary: ReportedLabel,
    /// Second places.
    pub related: Vec<ReportedLabel>,
    /// The object it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// JSON pointer into the object, or field path in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Further facts.
    pub notes: Vec<String>,
    /// Proofs.
    pub evidence: Vec<Evidence>,
    /// Identity across lines, base and head, and sinks.
    pub fingerprint: String,
    /// Environments that have it, in their order; empty for a finding outside any environment.
    pub environments: Vec<String>,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedLabel {
    /// The place.
    pub location: Location,
    /// A short clause; may be empty.
    pub text: String,
}

impl ReportedFinding {
    /// Resolves a finding's places and masks every text of it.
    #[must_use]
    pub fn resolve(finding: &Finding, sources: &Sources, masker: &Masker) -> ReportedFinding {
        let hidden = hidden_values(sources, finding.primary.span);
        let masked = |text: &str| short(&without_quotations_of(&hidden, &masker.mask(beginning(text))));
        let label = |label: &crate::Label| ReportedLabel {
            location: locate(sources, masker, label.span),
            text: masked(&label.text),
        };
        let primary = label(&finding.primary);
        let evidence = finding.evidence.iter();
        ReportedFinding {
            rule: finding.rule.as_str().to_owned(),
            level: finding.level,
            message: masked(&finding.message),
            related: finding.related.iter().map(label).collect(),
            object: finding.object.clone(),
            field: finding.field.as_deref().map(masked),
            help: finding.help.as_deref().map(masked),
            notes: finding.notes.iter().map(|n| masked(n)).collect(),
            evidence: evidence
                .map(|e| Evidence { title: masked(&e.title), text: masker.mask(&e.text).into_owned() })
                .collect(),
            fingerprint: finding.fingerprint(&primary.location.path),
            environments: Vec::new(),
            primary,
        }
    }
}

/// As much of a text as is worth looking through for secrets, when only its first sentence will be shown.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(20 * LONGEST_SENTENCE).map_or(text, |(end, _)| &text[..end])
}

/// A sentence that can be read: what a file calls a name may have megabytes.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SENTENCE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl EnvironmentReport {
    /// The outcome of a stage, when it was reached or skipped.
    #[must_use]
    pub fn stage(&self, stage: crate::Stage) -> Option<&StageOutcome> {
        self.stages.iter().find(|s| s.stage == stage)
    }
}

impl Report {
    /// The version of the JSON format that this program writes.
    pub const VERSION: u32 = 1;

    /// An empty report of a command; the verdict is passed until [`Report::decide`].
    #[must_use]
    pub fn new(command: &str, tool_version: &str) -> Report {
        Report {
            version: Report::VERSION,
            tool: Tool { name: "seatrial".to_owned(), version: tool_version.to_owned() },
            command: command.to_owned(),
            verdict: Verdict::Passed,
            revision: Revision::default(),
            environments: Vec::new(),
            findings: Vec::new(),
            notices: Vec::new(),
            broken: Vec::new(),
            run_url: None,
            duration_ms: 0,
        }
    }

    /// Adds an environment's findings. The same finding at the same place in a second environment is one finding in two environments;
    /// twice in one environment it stays twice.
    pub fn add_findings(&mut self, environment: Option<&str>, findings: &[ReportedFinding]) {
        let mut taken = vec![false; self.findings.len()];
        for finding in findings {
            let twin = environment.and_then(|name| {
                self.findings.iter().enumerate().position(|(i, known)| {
                    taken.get(i) == Some(&false)
                        && is_same(known, finding)
                        && !known.environments.iter().any(|e| e == name)
                })
            });
            if let Some(index) = twin {
                taken[index] = true;
                self.findings[index].environments.extend(environment.map(str::to_owned));
                continue;
            }
            let mut finding = finding.clone();
            finding.environments.extend(environment.map(str::to_owned));
            self.findings.push(finding);
        }
    }

    /// Orders the findings (worst first, then by place) and decides the verdict: broken beats failed beats passed.
    pub fn decide(&mut self) {
        self.findings.sort_by(|a, b| {
            let place = |f: &ReportedFinding| {
                let at = &f.primary.location;
                (at.path.clone(), at.line, at.column, f.rule.clone(), f.message.clone())
            };
            b.level.cmp(&a.level).then_with(|| place(a).cmp(&place(b)))
        });
        let stages = self.environments.iter().flat_map(|e| &e.stages);
        let of_stages = stages.map(|s| match s.result {
            StageResult::Passed | StageResult::Skipped(_) => Verdict::Passed,
            StageResult::Failed => Verdict::Failed,
            StageResult::Broken(_) => Verdict::Broken,
        });
        let tests = self.environments.iter().flat_map(|e| &e.tests);
        let of_tests = tests.map(|t| match t.outcome {
            TestOutcome::Passed | TestOutcome::Skipped => Verdict::Passed,
            TestOutcome::Failed => Verdict::Failed,
            TestOutcome::Broken => Verdict::Broken,
        });
        let of_findings = self.findings.iter().filter(|f| f.level == Level::Error).map(|_| Verdict::Failed);
        let of_run = self.broken.iter().map(|_| Verdict::Broken);
        let all = of_stages.chain(of_tests).chain(of_findings).chain(of_run);
        self.verdict = all.max().unwrap_or(Verdict::Passed);
    }

    /// How many findings have a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|f| f.level == level).count()
    }
}

fn is_same(a: &ReportedFinding, b: &ReportedFinding) -> bool {
    a.rule == b.rule && a.level == b.level && a.message == b.message && a.primary == b.primary && a.field == b.field
}

/// The JSON Schema of [`Report`] (`seatrial schema report`).
#[must_use]
pub fn report_schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Span, ids};

    fn finding(message: &str) -> ReportedFinding {
        let sources = Sources::new();
        let file = sources.add("a.yaml", "a: 1\n".to_owned());
        ReportedFinding::resolve(
            &Finding::new(ids::SCHEMA, Span::new(file.id(), 0, 1), message),
            &sources,
            &Masker::new(),
        )
    }

    #[test]
    fn one_finding_in_two_environments_is_listed_once() {
        let mut report = Report::new("validate", "0");
        report.add_findings(Some("dev"), &[finding("x"), finding("y")]);
        report.add_findings(Some("prod"), &[finding("x")]);
        report.decide();
        let seen: Vec<_> = report.findings.iter().map(|f| (f.message.as_str(), f.environments.join(","))).collect();
        assert_eq!(seen, [("x", "dev,prod".to_owned()), ("y", "dev".to_owned())]);
        assert_eq!(report.verdict, Verdict::Failed);
    }

    #[test]
    fn equal_findings_of_one_environment_are_counted_not_merged() {
        let mut report = Report::new("validate", "0");
        report.add_findings(Some("dev"), &[finding("x"), finding("x")]);
        report.add_findings(Some("prod"), &[finding("x"), finding("x")]);
        assert_eq!(report.findings.len(), 2);
    }

    #[test]
    fn broken_outside_any_environment_breaks_the_run() {
        let mut report = Report::new("run", "0");
        report.broken.push("cannot reach the cluster".to_owned());
        report.decide();
        assert_eq!(report.verdict, Verdict::Broken);
    }

    #[test]
    fn survives_json() {
        let mut report = Report::new("run", "0");
        report.add_findings(Some("dev"), &[finding("x")]);
        report.decide();
        let json = serde_json::to_string(&report).expect("serialises");
        assert_eq!(serde_json::from_str::<Report>(&json).expect("reads back"), report);
    }
}
