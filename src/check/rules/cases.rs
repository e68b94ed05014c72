//! The cases of a rule: `testdata/<id>/*.yaml`, read for the walk in `tests.rs`.
//!
//! A file holds any number of cases. A case begins with comments: the claim, what the rule is told, and what is found.
//!
//! ```yaml
//! # case: a Service without ports
//! # minor: 1.33                  (the default minor unless said)
//! # minor-is-assumed: true       (somebody has said it, unless said)
//! # flux: 2.8                   (not known unless said)
//! # complete: false              (complete unless said)
//! # strict-schemas: true
//! # patches: true                (Flux does not patch them any more unless said)
//! # walked: true                 (what Kustomizations of Flux apply is not seen unless said)
//! # error 5:3: the message       (a finding of this rule; lines are counted from the first one after these comments)
//! #   help: what to do           (of the finding above; details that are not written are not compared)
//! #   fix: 5:3-5:11 → replicas   (an edit)
//! #   no fix
//! # error[schema] 6:1: …         (a warning or an error of another rule)
//! # not checked: 2 acme.io/Widget (no schema)
//! ```
//!
//! Without a finding, none is expected. A case may hold many objects between `---`.

use std::path::Path;
use std::sync::Arc;

use seatrial_kubernetes::Minor;
use seatrial_kubernetes::flux::Release;
use seatrial_model::{Finding, Label, Level, Manifest, NotChecked, RuleId, SourceFile, Sources, TextEdit};
use seatrial_yaml::{Dialect, parse};

use crate::{Checked, Context, Options, check};

/// One case.
pub(crate) struct Case {
    /// File and claim.
    pub(crate) claim: String,
    /// Each finding, then its details.
    pub(crate) expected: Vec<Expected>,
    minor: Minor,
    is_assumed: bool,
    flux: Option<Release>,
    options: Options,
    complete: bool,
    patches: bool,
    walked: bool,
    text: String,
}

/// A finding as a case says it.
#[derive(Debug, PartialEq)]
pub(crate) struct Expected {
    pub(crate) line: String,
    pub(crate) details: Vec<String>,
}

/// What came of a case.
pub(crate) struct Outcome {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) checked: Checked,
}

/// The cases of a rule, by file name.
#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
pub(crate) fn of(rule: RuleId) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(rule.as_str());
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = format!("{}/{}", rule.as_str(), path.file_name().unwrap_or_default().to_string_lossy());
        let (before, cases) = text.split_once("# case: ").unwrap_or_else(|| panic!("{name} has no `# case: `"));
        assert!(before.lines().all(|line| line.starts_with('#')), "{name} begins with a case");
        cases.split("\n# case: ").map(|case| Case::read(&name, case)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(|path| read(path)).collect()
}

impl Case {
    fn read(name: &str, text: &str) -> Case {
        let (claim, mut rest) = text.split_once('\n').expect("a case has objects");
        let mut case = Case {
            claim: format!("{name}: {claim}"),
            expected: Vec::new(),
            minor: Minor::DEFAULT,
            is_assumed: false,
            flux: None,
            options: Options::default(),
            complete: true,
            patches: false,
            walked: false,
            text: String::new(),
        };
        while let Some((comment, below)) = rest.strip_prefix("# ").and_then(|rest| rest.split_once('\n')) {
            case.take(comment);
            rest = below;
        }
        rest.trim_end().trim_end_matches("\n---").clone_into(&mut case.text);
        case.text.push('\n');
        case
    }

    fn take(&mut self, comment: &str) {
        let truth = |text: &str| text.parse().expect("true or false");
        match comment.split_once(": ") {
            Some(("minor", minor)) => self.minor = Minor::parse(minor).expect("a minor"),
            Some(("minor-is-assumed", value)) => self.is_assumed = truth(value),
            Some(("flux", release)) => self.flux = Some(Release::parse(release).expect("a version of Flux")),
            Some(("complete", value)) => self.complete = truth(value),
            Some(("patches", value)) => self.patches = truth(value),
            Some(("walked", value)) => self.walked = truth(value),
            Some(("strict-schemas", value)) => self.options.strict_schemas = truth(value),
            _ => match (comment.strip_prefix("  "), self.expected.last_mut()) {
                (Some(detail), Some(last)) => last.details.push(detail.to_owned()),
                (Some(detail), None) => panic!("{}: `{detail}` belongs to no finding", self.claim),
                (None, _) => self.expected.push(Expected { line: comment.to_owned(), details: Vec::new() }),
            },
        }
    }

    /// Runs all rules over the objects of the case.
    pub(crate) fn run(&self) -> Outcome {
        let sources = Sources::new();
        let file = sources.add("case.yaml", self.text.clone());
        let Case { is_assumed, options, complete, flux, patches, walked, .. } = *self;
        let context = Context::new("dev", self.minor, &sources);
        let context = Context { is_assumed, options, complete, flux, patches, walked, ..context };
        let checked = check(&manifests(&file), &context);
        Outcome { file, checked }
    }
}

impl Outcome {
    /// What the findings are, as a case says it.
    pub(crate) fn said(&self, rule: RuleId) -> Vec<Expected> {
        let told = self.checked.findings.iter().filter(|f| f.rule == rule || f.level > Level::Note);
        let mut said: Vec<_> = told.map(|finding| self.finding(finding, rule)).collect();
        for NotChecked { kind, count, because } in &self.checked.not_checked {
            let line = format!("not checked: {count} {kind} ({because})");
            said.push(Expected { line, details: Vec::new() });
        }
        said
    }

    fn edit(&self, TextEdit { span, text }: &TextEdit) -> String {
        let ((line, column), (end_line, end_column)) =
            (self.file.line_column(span.start), self.file.line_column(span.end));
        format!("fix: {line}:{column}-{end_line}:{end_column} → {text}")
    }

    fn place(&self, label: &Label) -> String {
        let (line, column) = self.file.line_column(label.span.start);
        format!("{line}:{column}")
    }

    fn finding(&self, finding: &Finding, rule: RuleId) -> Expected {
        let of = if finding.rule == rule { String::new() } else { format!("[{}]", finding.rule.as_str()) };
        let line = format!("{}{of} {}: {}", finding.level.as_str(), self.place(&finding.primary), finding.message);
        let mut details = vec![format!("at {}", finding.field.as_deref().unwrap_or_default())];
        details.extend(finding.related.iter().map(|label| format!("{} {}", self.place(label), label.text)));
        details.extend(finding.help.iter().map(|help| format!("help: {help}")));
        details.extend(finding.notes.iter().cloned());
        let fix = finding.fix.as_ref().map(|fix| fix.edits.as_slice()).unwrap_or_default();
        details.extend(fix.iter().map(|edit| self.edit(edit)));
        if fix.is_empty() {
            details.push("no fix".to_owned());
        }
        Expected { line, details }
    }
}

/// The objects of a file.
pub(crate) fn manifests(file: &Arc<SourceFile>) -> Vec<Manifest> {
    let parsed = parse(file, Dialect::Kubectl);
    assert_eq!(parsed.findings, [], "{}", file.text());
    parsed.documents.into_iter().map(|d| Manifest::from_node(d.node).expect("an object")).collect()
}
