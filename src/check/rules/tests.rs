//! The walk over all rules: what holds for each of them, and what each says to its cases.

use std::collections::HashSet;
use std::fmt::Write;

use seatrial_model::{FileId, Label, Node, Origin, SetBy, Span};

use crate::cases::{self, Expected, manifests};

use super::*;

#[test]
fn ids_are_unique() {
    let mut seen = HashSet::new();
    for id in catalog() {
        assert!(seen.insert(id), "{} is there twice", id.as_str());
    }
}

#[test]
fn every_rule_says_what_its_cases_expect() {
    let mut wrong = String::new();
    for id in catalog() {
        for case in cases::of(id) {
            let said = case.run().said(id);
            if agree(&case.expected, &said) {
                continue;
            }
            let _ = writeln!(wrong, "\n{}", case.claim);
            for Expected { line, details } in said {
                let _ = writeln!(wrong, "# {line}");
                for detail in details {
                    let _ = writeln!(wrong, "#   {detail}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn agree(expected: &[Expected], said: &[Expected]) -> bool {
    let agrees = |(expected, said): (&Expected, &Expected)| {
        expected.line == said.line && expected.details.iter().all(|detail| said.details.contains(detail))
    };
    expected.len() == said.len() && expected.iter().zip(said).all(agrees)
}

#[test]
fn every_rule_has_a_case_that_fails_and_one_that_passes() {
    for id in catalog() {
        let fails = |case: &cases::Case| case.run().checked.findings.iter().any(|f| f.rule == id);
        let (failing, passing): (Vec<_>, Vec<_>) = cases::of(id).into_iter().partition(fails);
        assert!(!failing.is_empty(), "no case of {} fails", id.as_str());
        assert!(!passing.is_empty(), "no case of {} passes", id.as_str());
    }
}

#[test]
fn every_finding_lies_in_a_file_and_is_one_sentence() {
    for case in catalog().flat_map(cases::of) {
        let cases::Outcome { file, checked } = case.run();
        for finding in &checked.findings {
            let (label, message) = (&finding.primary, &finding.message);
            assert_eq!(label.span.file, file.id(), "{message}");
            assert!(label.span.start < label.span.end, "{message}");
            assert!(file.text().get(label.span.start as usize..label.span.end as usize).is_some(), "{message}");
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
            assert!(finding.object.is_some() && finding.field.is_some(), "{message}");
        }
    }
}

fn found(text: String) -> Vec<Finding> {
    let sources = Sources::new();
    let file = sources.add("case.yaml", text);
    check(&manifests(&file), &Context::new("dev", Minor::DEFAULT, &sources)).findings
}

#[test]
fn a_secret_value_is_in_no_message() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: login }\ndata: { password: hunter2! }\n";
    let said = format!("{:?}", found(secret.to_owned()));
    assert!(said.contains("must be base64") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_hundred_thousand_wrong_fields_are_counted() {
    let fields: String = (0..100_000).map(|i| format!("  field{i}: x\n")).collect();
    let found = found(format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: web }}\nspec:\n{fields}"));
    assert_eq!(found.len(), 101);
    let last = found.last().map(|f| f.message.as_str());
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
    let found = check(&[manifest], &Context::new("dev", Minor::DEFAULT, &sources)).findings;
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
