//! The walk over all dangers, and the cases of each: `testdata/dangers/<id>/*.yaml`. `SEATRIAL_ACCEPT=1` writes anew what is found.
//!
//! ```yaml
//! # case: a Deployment is gone
//! # owner: prune                   (who applies all objects: a Kustomization with these of `prune`, `force`, `suspended`; nobody unless said)
//! # role on base: tracked          (what definitions are to a Helm release: tracked, kept, crds, replaced; nothing unless said)
//! # warning base 3:18: the message (a finding of this danger, and where its line is, counted from the first one of that side)
//! #   at /spec                     (details: field, related places, help, notes)
//! # warning[other-rule] head 1:1: … (a finding of another one)
//! # base
//! …
//! # head
//! …
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_model::{
    Finding, Graph, GraphNode, Health, Label, Lifecycle, Manifest, NodeState, ObjectId, Owner, ReleaseName,
    ReleasePart, ReleaseRole, Rendered, RuleId, Sources,
};

use super::{catalog, dangers};
use crate::cases::{CONTEXT, objects};
use crate::compare_renderings;

/// One case: its claim, what is said of it, what is expected, and the objects of both sides.
pub(super) struct Case {
    pub(super) claim: String,
    pub(super) options: BTreeMap<String, String>,
    expected: Vec<String>,
    pub(super) base: String,
    pub(super) head: String,
}

/// What a line says beside findings.
const OPTIONS: [&str; 4] = ["owner", "role on base", "role on head", "finds"];

impl Case {
    pub(super) fn read(text: &str) -> Case {
        let (header, sides) = text.split_once("# base\n").expect("a case has a base");
        let (base, head) = sides.split_once("# head\n").expect("a case has a head");
        let (claim, header) = header.split_once('\n').expect("a claim");
        let (mut options, mut expected) = (BTreeMap::new(), Vec::new());
        for line in header.lines().map(|line| line.strip_prefix("# ").expect("a comment")) {
            match line.split_once(": ").filter(|(name, _)| OPTIONS.contains(name)) {
                Some((name, value)) => _ = options.insert(name.to_owned(), value.to_owned()),
                None => expected.push(line.to_owned()),
            }
        }
        Case { claim: claim.to_owned(), options, expected, base: base.to_owned(), head: head.to_owned() }
    }

    fn written(&self, said: &[String]) -> String {
        let options: String = self.options.iter().map(|(name, value)| format!("# {name}: {value}\n")).collect();
        let said: String = said.iter().map(|line| format!("# {line}\n")).collect();
        format!("# case: {}\n{options}{said}# base\n{}# head\n{}", self.claim, self.base, self.head)
    }

    fn side(&self, sources: &Sources, name: &str, text: &str) -> Rendered {
        let mut manifests = objects(sources, name, text);
        let option = |name: &str| self.options.get(name).map(String::as_str);
        if let Some(role) = option(&format!("role on {name}")) {
            manifests.iter_mut().for_each(|manifest| manifest.release = Some(part(role)));
        }
        let graph = option("owner").map(|lifecycle| owned(&mut manifests, lifecycle));
        Rendered { manifests, graph, ..Rendered::default() }
    }

    pub(super) fn run(&self) -> (Sources, Vec<Finding>) {
        let sources = Sources::new();
        let (base, head) = (self.side(&sources, "base", &self.base), self.side(&sources, "head", &self.head));
        let diff = compare_renderings(&base, &head, CONTEXT);
        assert_eq!(diff.not_compared, None);
        let findings = dangers(&diff, &base, &head, CONTEXT);
        (sources, findings)
    }
}

/// The owner of all objects, and its place in the graph.
fn owned(manifests: &mut [Manifest], lifecycle: &str) -> Graph {
    let id = ObjectId::new("kustomize.toolkit.fluxcd.io", "Kustomization", Some("flux-system"), "apps");
    let has = |word: &str| lifecycle.split(", ").any(|part| part == word);
    let lifecycle =
        Lifecycle { prune: has("prune"), force: has("force"), suspended: has("suspended"), ..Lifecycle::default() };
    let span = manifests.first().map(|manifest| manifest.span).expect("an object");
    for manifest in manifests.iter_mut().filter(|manifest| manifest.id != id) {
        manifest.owner = Some(Owner(id.clone()));
    }
    let (objects, health) = (manifests.len(), Health::default());
    let (owner, state, from, depends_on) = (None, NodeState::Rendered, None, Vec::new());
    Graph { nodes: vec![GraphNode { id, owner, span, state, from, objects, depends_on, lifecycle, health }] }
}

fn part(role: &str) -> ReleasePart {
    let release = Arc::new(ReleaseName { name: "shop".to_owned(), namespace: "shop".to_owned() });
    let role = match role {
        "tracked" => ReleaseRole::Tracked { is_kept: false },
        "kept" => ReleaseRole::Tracked { is_kept: true },
        "crds" => ReleaseRole::Definition { is_replaced: false },
        "replaced" => ReleaseRole::Definition { is_replaced: true },
        other => panic!("{other} is not a role"),
    };
    ReleasePart { release, role }
}

/// A file of cases.
struct CaseFile {
    path: PathBuf,
    cases: Vec<Case>,
}

#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
fn files(rule: RuleId) -> Vec<CaseFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/dangers").join(rule.as_str());
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("readable");
        let cases = text.split("# case: ").skip(1).map(Case::read).collect();
        CaseFile { path, cases }
    };
    paths.into_iter().map(read).collect()
}

/// Findings as a case writes them.
fn said(rule: RuleId, sources: &Sources, findings: &[Finding]) -> Vec<String> {
    let place = |label: &Label| {
        let file = sources.get(label.span.file).expect("a file");
        let (line, column) = file.line_column(label.span.start);
        format!("{} {line}:{column}", file.path())
    };
    let mut lines = Vec::new();
    for finding in findings {
        let of = if finding.rule == rule { String::new() } else { format!("[{}]", finding.rule.as_str()) };
        lines.push(format!("{}{of} {}: {}", finding.level.as_str(), place(&finding.primary), finding.message));
        lines.push(format!("  at {}", finding.field.as_deref().unwrap_or_default()).trim_end().to_owned());
        lines.extend(finding.related.iter().map(|label| format!("  {} {}", place(label), label.text)));
        lines.extend(finding.help.iter().map(|help| format!("  help: {help}")));
        lines.extend(finding.notes.iter().map(|note| format!("  {note}")));
    }
    lines
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test writes its cases where it is asked to")]
fn every_danger_says_what_its_cases_expect() {
    let mut wrong = Vec::new();
    for rule in catalog() {
        for CaseFile { path, cases } in files(rule) {
            let mut written = String::new();
            for case in cases {
                let (sources, findings) = case.run();
                let said = said(rule, &sources, &findings);
                if said != case.expected {
                    wrong.push(format!(
                        "{}: {}\n  expected {:#?}\n  found {said:#?}",
                        rule.as_str(),
                        case.claim,
                        case.expected
                    ));
                }
                written.push_str(&case.written(&said));
            }
            if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
                std::fs::write(&path, written).expect("written");
            }
        }
    }
    assert!(wrong.is_empty() || std::env::var_os("SEATRIAL_ACCEPT").is_some(), "{}", wrong.join("\n"));
}

#[test]
fn every_danger_has_three_cases_and_is_silent_in_one() {
    for rule in catalog() {
        let cases: Vec<Case> = files(rule).into_iter().flat_map(|file| file.cases).collect();
        let speaks = |case: &&Case| case.run().1.iter().any(|finding| finding.rule == rule);
        let speaking = cases.iter().filter(speaks).count();
        assert!(cases.len() >= 3 && speaking >= 1 && speaking < cases.len(), "{}: {speaking}", rule.as_str());
    }
}

#[test]
fn every_finding_lies_in_a_file_and_is_one_sentence() {
    for case in catalog().flat_map(files).flat_map(|file| file.cases) {
        let (sources, findings) = case.run();
        for finding in findings {
            let (span, message) = (finding.primary.span, &finding.message);
            let file = sources.get(span.file).expect("a file");
            assert!(file.text().get(span.start as usize..span.end as usize).is_some_and(|text| !text.is_empty()));
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
            assert!(finding.object.is_some() && finding.field.is_some(), "{message}");
        }
    }
}
