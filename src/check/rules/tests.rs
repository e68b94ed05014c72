//! The walk over all rules: what holds for each of them, and what each says to its testdata.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_model::{CATALOG, FileId, Label, Node, Origin, SetBy, SourceFile, Sources, Span, ids};
use seatrial_yaml::{Dialect, parse};

use super::*;

const CONTEXT: Context = Context { minor: Minor::DEFAULT };

fn testdata(rule: RuleId, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(rule.as_str()).join(file)
}

#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifests(file: &Arc<SourceFile>) -> Vec<Manifest> {
    let parsed = parse(file, Dialect::Kubectl);
    assert_eq!(parsed.findings, []);
    parsed.documents.into_iter().map(|d| Manifest::from_node(d.node).expect("an object")).collect()
}

fn checked(text: String) -> (Arc<SourceFile>, Checked) {
    let file = Sources::new().add("case.yaml", text);
    let checked = check(&manifests(&file), &CONTEXT);
    (file, checked)
}

fn shown(file: &SourceFile, checked: &Checked, rule: RuleId) -> String {
    let mut text = String::new();
    let place = |label: &Label| {
        let (line, column) = file.line_column(label.span.start);
        format!("{line}:{column}")
    };
    for finding in checked.findings.iter().filter(|f| f.rule == rule) {
        let field = finding.field.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{} {} {}", place(&finding.primary), finding.level.as_str(), finding.message);
        let _ = writeln!(text, "    at {field}");
        for label in &finding.related {
            let _ = writeln!(text, "    {} {}", place(label), label.text);
        }
        for more in finding.help.iter().map(|h| format!("help: {h}")).chain(finding.notes.iter().cloned()) {
            let _ = writeln!(text, "    {more}");
        }
    }
    for NotChecked { kind, count, because } in &checked.not_checked {
        let _ = writeln!(text, "not checked: {count} {kind} ({because})");
    }
    text
}

#[test]
fn ids_are_unique_and_in_the_catalog() {
    let mut seen = HashSet::new();
    for rule in RULES {
        assert!(seen.insert(rule.id()), "{} is there twice", rule.id().as_str());
        assert!(CATALOG.iter().any(|info| info.id == rule.id()), "{} is not in the catalog", rule.id().as_str());
    }
}

#[test]
fn every_rule_fails_and_passes_its_testdata() {
    for rule in RULES {
        let id = rule.id();
        let (file, failing) = checked(read(&testdata(id, "failing.yaml")));
        assert!(failing.findings.iter().any(|f| f.rule == id), "{} does not fail", id.as_str());
        insta::assert_snapshot!(format!("{}-failing", id.as_str()), shown(&file, &failing, id));
        let (_, passing) = checked(read(&testdata(id, "passing.yaml")));
        assert!(passing.findings.iter().all(|f| f.rule != id), "{} does not pass", id.as_str());
    }
}

#[test]
fn every_finding_lies_in_a_file_and_is_one_sentence() {
    for rule in RULES {
        let (file, checked) = checked(read(&testdata(rule.id(), "failing.yaml")));
        for finding in &checked.findings {
            let label = &finding.primary;
            assert_eq!(label.span.file, file.id());
            assert!(label.span.start < label.span.end, "{}", finding.message);
            assert!(
                file.text().get(label.span.start as usize..label.span.end as usize).is_some(),
                "{}",
                finding.message
            );
            assert!(!finding.message.ends_with('.') && !finding.message.contains('\n'), "{}", finding.message);
            assert!(finding.object.is_some() && finding.field.is_some(), "{}", finding.message);
        }
    }
}

#[test]
fn a_secret_value_is_in_no_message() {
    let (_, checked) = checked(read(&testdata(ids::SCHEMA, "failing.yaml")));
    let said = format!("{:?}", checked.findings);
    assert!(said.contains("must be base64") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_hundred_thousand_wrong_fields_are_counted() {
    let fields: String = (0..100_000).map(|i| format!("  field{i}: x\n")).collect();
    let (_, checked) = checked(format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: web }}\nspec:\n{fields}"));
    assert_eq!(checked.findings.len(), 101);
    let last = checked.findings.last().map(|f| f.message.as_str());
    assert_eq!(last, Some("Pod web has 99901 more values that do not fit the schema"));
}

/// A Deployment whose `replicas` was set by somebody over what its file says.
fn replaced(by: SetBy) -> Finding {
    let sources = Sources::new();
    let base = sources.add(
        "base.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n".to_owned(),
    );
    let patch = sources.add("patch.yaml", "spec: {replicas: many}\n".to_owned());
    let mut manifest = manifests(&base).remove(0);
    let spec = manifest.node.get_mut("spec").expect("is there");
    let before = spec.get("replicas").map(Node::origin);
    spec.set("replicas", Node::string("many", Origin::over(Span::new(patch.id(), 17, 21), by, before)));
    let found = check(&[manifest], &CONTEXT).findings;
    found.into_iter().find(|f| f.field.as_deref() == Some("/spec/replicas")).expect("found")
}

#[test]
fn a_patched_value_points_at_the_patch_and_at_what_it_replaced() {
    let finding = replaced(SetBy::Patch);
    assert_eq!((finding.primary.span.file.0, finding.related[0].span.file.0), (1, 0));
    assert_eq!(finding.related[0].text, "patched over this");
}

#[test]
fn a_value_from_the_command_line_points_into_the_repository() {
    let finding = replaced(SetBy::CommandLine);
    assert_eq!(finding.primary.span.file.0, 0);
    assert_eq!(finding.notes, ["the value comes from the command line"]);
}

#[test]
fn a_value_that_a_var_puts_names_the_var_where_it_is_defined() {
    let finding = replaced(SetBy::Var("COUNT".into(), Span::new(FileId(0), 0, 10)));
    assert_eq!(finding.primary.span.file.0, 1, "where the value is written");
    let told: Vec<&Label> = finding.related.iter().filter(|l| l.text == "the var `COUNT` puts it here").collect();
    assert_eq!(told.iter().map(|l| l.span.start).collect::<Vec<_>>(), [0]);
}
