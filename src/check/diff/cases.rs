//! Cases lie in `testdata/diff/*.yaml`: a claim, what differs as comments, the objects of the base, and those of the head. `SEATRIAL_ACCEPT=1` writes
//! what differs anew.
//!
//! ```yaml
//! # case: a number is another one
//! # 1 changed, 2 unchanged
//! # changed Deployment shop/web 7
//! #   spec.replicas: 1 (2) → 3 (8)        (values, and the lines that set them, of the base and of the head)
//! # base
//! …
//! # head
//! …
//! ```

use std::path::Path;

use seatrial_kubernetes::Minor;
use seatrial_model::{
    Manifest, Masker, Node, ObjectId, Owner, Rendered, ReportedDiff, ReportedObjectDiff, ReportedValue, Sources,
};
use seatrial_yaml::{Dialect, parse};

use crate::{Between, Context, Diff, compare_renderings, show};

pub(crate) const CONTEXT: Context = Context { minor: Minor::DEFAULT, flux: None, between: Between::States };

/// One case: its claim, what is expected, and the objects of both sides.
struct Case {
    claim: String,
    expected: Vec<String>,
    base: String,
    head: String,
}

impl Case {
    fn read(text: &str) -> Case {
        let (header, sides) = text.split_once("# base\n").expect("a case has a base");
        let (base, head) = sides.split_once("# head\n").expect("a case has a head");
        let mut lines = header.lines().map(|line| line.trim_start_matches('#').trim_start_matches(' '));
        Case {
            claim: lines.next().expect("a claim").to_owned(),
            expected: header.lines().skip(1).map(|line| line.trim_start_matches("# ").to_owned()).collect(),
            base: base.to_owned(),
            head: head.to_owned(),
        }
    }

    fn written(&self, found: &[String]) -> String {
        let found: String = found.iter().map(|line| format!("# {line}\n")).collect();
        format!("{}\n{found}# base\n{}# head\n{}", self.claim, self.base, self.head)
    }
}

/// The objects of a text.
pub(crate) fn objects(sources: &Sources, path: &str, text: &str) -> Vec<Manifest> {
    let file = sources.add(path, text.to_owned());
    let parsed = parse(&file, Dialect::Kubectl);
    assert!(parsed.findings.is_empty(), "{path}: {:?}", parsed.findings);
    let objects = parsed.documents.into_iter().map(|document| Manifest::from_node(document.node).expect("an object"));
    objects.map(owned).collect()
}

/// An object whose annotation `test/owner` says which release prints it: `podinfo`.
fn owned(manifest: Manifest) -> Manifest {
    let release = manifest.node.at(&["metadata", "annotations", "test/owner"]).and_then(Node::as_str);
    let namespace = manifest.id.namespace.as_deref();
    let id = release.map(|name| ObjectId::new("helm.toolkit.fluxcd.io", "HelmRelease", namespace, name));
    Manifest { owner: id.map(Owner), ..manifest }
}

/// A difference as a case writes it.
fn told(diff: &ReportedDiff) -> Vec<String> {
    let mut lines = vec![diff.summary()];
    let routine = diff.routine.iter();
    lines.extend(
        routine.map(|bump| format!("routine: {} {} → {}, {}", bump.what, bump.from, bump.to, bump.size.as_str())),
    );
    for object in &diff.objects {
        lines.push(heading(object));
        for difference in &object.differences {
            let note = difference.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
            let values =
                [&difference.before, &difference.after].map(|value| value.as_ref().map_or("-".to_owned(), side));
            lines.push(format!("  {}: {}{note}", difference.path, values.join(" → ")));
            lines.extend(difference.lines.iter().map(|line| format!("    |{line}")));
        }
    }
    lines
}

fn heading(object: &ReportedObjectDiff) -> String {
    let was = object.was.as_ref().map(|was| format!(", was {was}")).unwrap_or_default();
    let by_place = if object.is_positional { ", by place" } else { "" };
    let line = object.line.as_ref().map_or(0, |line| line.line);
    format!("{} {} {line}{was}{by_place}", object.action.of_a_diff(), object.object)
}

fn side(value: &ReportedValue) -> String {
    let line = value.line.as_ref().map_or(0, |line| line.line);
    format!("{} ({line})", value.text.replace('\n', "⏎"))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its cases, and writes them where it is asked to")]
fn every_case_differs_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/diff");
    let mut paths: Vec<_> =
        std::fs::read_dir(&folder).expect("testdata").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("readable");
        let mut written = Vec::new();
        for case in text.split("# case: ").skip(1).map(Case::read) {
            let sources = Sources::new();
            let (base, head) = (objects(&sources, "base.yaml", &case.base), objects(&sources, "head.yaml", &case.head));
            let [base, head] = [base, head].map(|manifests| Rendered { manifests, ..Rendered::default() });
            let comparison = compare_renderings(&base, &head, CONTEXT);
            let found = told(&show(&comparison, &sources, &Masker::new()));
            if found != case.expected {
                wrong.push(format!(
                    "{}: {}\n  expected {:#?}\n  found {found:#?}",
                    path.display(),
                    case.claim,
                    case.expected
                ));
            }
            written.push(format!("# case: {}", case.written(&found)));
            cases += 1;
        }
        if std::env::var_os("SEATRIAL_ACCEPT").is_some() {
            std::fs::write(&path, written.concat()).expect("written");
        }
    }
    assert!(cases > 20, "{cases} cases");
    assert!(wrong.is_empty() || std::env::var_os("SEATRIAL_ACCEPT").is_some(), "{}", wrong.join("\n"));
}

#[test]
fn a_side_that_does_not_render_is_not_shown_as_deleted() {
    use seatrial_model::{Finding, Span, ids};
    let sources = Sources::new();
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    let base = Rendered { manifests: objects(&sources, "base.yaml", text), ..Rendered::default() };
    let finding = Finding::new(ids::MISSING_FILE, Span::start_of(seatrial_model::FileId(0)), "`a` does not exist");
    let head = Rendered { findings: vec![finding], ..Rendered::default() };
    let Diff { objects, not_compared, .. } = compare_renderings(&base, &head, CONTEXT);
    assert_eq!((objects.len(), not_compared.as_deref()), (0, Some("the change cannot be rendered")));
}
