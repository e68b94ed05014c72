//! The walk over all rules: what holds for each of them, and what each says to its cases.

use std::collections::HashSet;
use std::fmt::Write;

use seatrial_model::{Contribution, Entry, FileId, Key, Label, Node, Origin, ScalarKind, SetBy, Span, Style, TextEdit};

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
    assert_eq!(finding.related[0].text, "a patch replaces this");
}

/// What is said of a Deployment whose value at `pointer` (two keys) a patch replaced by what stands behind the last colon of `patch`.
fn patched(base: &str, pointer: [&str; 2], patch: &str) -> (Vec<String>, Finding) {
    let sources = Sources::new();
    let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n";
    let base = sources.add("base.yaml", format!("{head}{base}"));
    let patch = sources.add("patch.yaml", patch.to_owned());
    let mut manifest = manifests(&base).remove(0);
    let parent = manifest.node.get_mut(pointer[0]).expect("is there");
    let before = parent.get(pointer[1]).cloned().expect("is there");
    let start = patch.text().rfind(": ").expect("a pair") + 2;
    let text = patch.text()[start..].trim_end();
    let origin = Origin::over(Span::new(patch.id(), start, start + text.len()), SetBy::Patch, Some(before.origin()));
    parent.set(pointer[1], Node::scalar(text, before.kind(), before.style(), origin));
    let found = check(&[manifest], &Context::new("dev", Minor::DEFAULT, &sources)).findings;
    let pointer = format!("/{}/{}", pointer[0], pointer[1]);
    let finding = found.into_iter().find(|f| f.field.as_ref() == Some(&pointer)).expect("found");
    let place = |label: &Label| {
        let file = sources.get(label.span.file).expect("a file");
        let (line, column) = file.line_column(label.span.start);
        format!("{}:{line}:{column} {}", file.path(), label.text).trim_end().to_owned()
    };
    (std::iter::once(&finding.primary).chain(&finding.related).map(place).collect(), finding)
}

#[test]
fn quotes_that_kustomize_keeps_are_pointed_at_where_they_are() {
    let (places, finding) = patched("spec: { replicas: \"1\" }\n", ["spec", "replicas"], "spec:\n  replicas: 5\n");
    assert_eq!(places, ["patch.yaml:2:13", "base.yaml:4:19 kustomize keeps these quotes"]);
    assert_eq!(finding.help.as_deref(), Some("remove the quotes from the value that is replaced"));
    let (places, finding) = patched("spec: { replicas: \"1\" }\n", ["spec", "replicas"], "spec:\n  replicas: \"5\"\n");
    assert_eq!(places, ["patch.yaml:2:13", "base.yaml:4:19 a patch replaces this"]);
    assert_ne!(finding.help.as_deref(), Some("remove the quotes from the value that is replaced"));
}

#[test]
fn an_unknown_field_that_is_patched_points_at_its_key_and_at_the_patch() {
    let (places, _) = patched("spec: { replicaz: 1 }\n", ["spec", "replicaz"], "spec:\n  replicaz: 5\n");
    assert_eq!(places, ["base.yaml:4:9", "patch.yaml:2:13 a patch sets it, too"]);
}

#[test]
fn what_follows_from_something_that_could_not_be_applied_is_left_out() {
    let sources = Sources::new();
    let text =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: many, template: {} }\n";
    let manifest = manifests(&sources.add("web.yaml", text.to_owned())).remove(0);
    let fields = |built| {
        let found = check(&[Manifest { built, ..manifest.clone() }], &Context::new("dev", Minor::DEFAULT, &sources));
        found.findings.into_iter().filter_map(|f| f.field).collect::<Vec<_>>()
    };
    let whole = fields(Built::Whole);
    assert!(["/spec/replicas", "/spec/selector"].iter().all(|f| whole.iter().any(|w| w == f)), "{whole:?}");
    let perhaps = fields(Built::PerhapsInPart);
    assert!(
        perhaps.iter().any(|f| f == "/spec/replicas") && !perhaps.iter().any(|f| f == "/spec/selector"),
        "{perhaps:?}"
    );
    assert_eq!(fields(Built::InPart), [""; 0]);
    let of_another = check(
        &[Manifest { built: Built::OfAnotherVersion, ..manifest.clone() }],
        &Context::new("dev", Minor::DEFAULT, &sources),
    );
    assert_eq!(of_another.findings.len(), whole.len());
    assert!(of_another.findings.iter().all(|finding| finding.level == Level::Note), "{of_another:?}");
}

#[test]
fn a_value_from_the_command_line_points_into_the_repository() {
    let finding = replaced(SetBy::CommandLine);
    assert_eq!(finding.primary.span.file.0, 0);
    assert_eq!(finding.notes, ["the value comes from the command line"]);
}

#[test]
fn a_variable_in_values_of_a_release_points_at_where_it_is_filled_in() {
    let at = |start| Span::new(FileId(0), start, start + 1);
    let variable = || SetBy::Variable("COUNT".into());
    let filled = Origin::over(at(1), variable(), Some(Origin::from(at(2))));
    let filled = filled.with_beside(vec![Contribution { by: SetBy::Variable("B".into()), origin: at(3).into() }]);
    let values = Origin::over(at(1), SetBy::Values("values"), Some(Origin::from(at(4))));
    let values = values.with_beside(vec![Contribution { by: variable(), origin: filled }]);
    let printed = Origin::over(at(1), SetBy::Template { action: at(5) }, Some(values));
    let manifest = manifests(&Sources::new().add("a.yaml", "kind: A\napiVersion: v1\nmetadata: {name: a}".to_owned()));
    let value = Node::string("many", printed);
    let finding = tell(Finding::new(seatrial_model::ids::INVALID_OBJECT, at(1), "x"), Some(&value), &manifest[0]);
    let told: Vec<(u32, &str)> = finding.related.iter().map(|l| (l.span.start, l.text.as_str())).collect();
    let expected = [
        (5, "a template prints it here"),
        (3, "the value also comes from the variable `B`"),
        (2, "`COUNT` is filled in here"),
        (4, "`values` of the release replaces this"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_value_that_a_var_puts_names_the_var_where_it_is_defined() {
    let finding = replaced(SetBy::Var("COUNT".into(), Span::new(FileId(0), 0, 10)));
    assert_eq!(finding.primary.span.file.0, 1, "where the value is written");
    let told: Vec<&Label> = finding.related.iter().filter(|l| l.text == "set by the var `COUNT` here").collect();
    assert_eq!(told.iter().map(|l| l.span.start).collect::<Vec<_>>(), [0]);
}

/// What `invalid-value` says of objects, as fields.
fn invalid_values(all: &[Manifest], minor: &str, sources: &Sources) -> Vec<String> {
    let minor = Minor::parse(minor).expect("a minor");
    let found = check(all, &Context::new("dev", minor, sources)).findings.into_iter();
    found.filter(|finding| finding.rule.as_str() == "invalid-value").filter_map(|finding| finding.field).collect()
}

#[test]
fn what_fits_once_is_not_taken_to_fit_elsewhere() {
    let sources = Sources::new();
    let text = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\nspec:\n  maxReplicas: 2\n  scaleTargetRef: { kind: Deployment, name: web, apiVersion: apps }\n";
    let scaler = manifests(&sources.add("web.yaml", text.to_owned()));
    for (minor, expected) in
        [("1.34", &[][..]), ("1.35", &["/spec/scaleTargetRef/apiVersion"]), ("1.34", &[]), ("1.34", &[])]
    {
        assert_eq!(invalid_values(&scaler, minor, &sources), expected, "{minor}");
    }

    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: web, namespace: shop }\nroleRef: { kind: ClusterRole, name: web, apiGroup: rbac.authorization.k8s.io }\nsubjects: [{ kind: ServiceAccount, name: web }]\n";
    let binding = manifests(&sources.add("binding.yaml", text.to_owned())).remove(0);
    let mut node = binding.node.clone();
    node.set("kind", Node::string("ClusterRoleBinding", node.span()));
    let everywhere = Manifest::from_node(node).expect("an object");
    assert_eq!(invalid_values(&[binding.clone(), everywhere], "1.35", &sources), ["/subjects/0/namespace"]);
    assert_eq!(invalid_values(&[binding], "1.35", &sources), [""; 0]);
}

#[test]
fn what_is_wrong_is_said_of_each_object_that_shares_it() {
    let sources = Sources::new();
    let text =
        "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { type: NodePorts, ports: [{ port: 80 }] }\n";
    let service = manifests(&sources.add("web.yaml", text.to_owned())).remove(0);
    let mut node = service.node.clone();
    node.get_mut("metadata").expect("is there").set("name", Node::string("api", service.span));
    let other = Manifest::from_node(node).expect("an object");
    for _ in 0..2 {
        let said = invalid_values(&[service.clone(), other.clone()], "1.35", &sources);
        assert_eq!(said, ["/spec/type", "/spec/type"]);
    }
}

/// The places of fixes of a CronJob whose parts another file may bring.
fn fixed_where(by: Option<SetBy>) -> usize {
    let sources = Sources::new();
    let text = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: { name: report }\nspec:\n  schedule: \"0 4 * * *\"\n  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: report, image: \"a/b:1\" }] } } } }\n";
    let mut manifest = manifests(&sources.add("job.yaml", text.to_owned())).remove(0);
    let other = sources.add("other.yaml", "spec: { suspend: true }\n".to_owned());
    let spec = manifest.node.get_mut("spec").expect("is there");
    if let Some(by) = by {
        let origin = Origin::over(Span::new(other.id(), 17, 21), by, None);
        spec.set("suspend", Node::scalar("true", ScalarKind::Bool, Style::Plain, origin));
    }
    let found = check(&[manifest], &Context::new("dev", Minor::DEFAULT, &sources)).findings;
    found.iter().filter(|finding| finding.fix.is_some()).count()
}

#[test]
fn a_version_that_a_patch_may_ask_for_stays() {
    assert_eq!(fixed_where(None), 1);
    assert_eq!(fixed_where(Some(SetBy::Field("labels"))), 1, "a field of a kustomization asks for no version");
    assert_eq!(fixed_where(Some(SetBy::Patch)), 0, "its target may ask for the version");
}

#[test]
fn a_key_that_a_patch_brings_is_mended_in_the_patch_and_one_that_both_have_in_neither() {
    let (_, finding) = patched("spec: { replicaz: 1 }\n", ["spec", "replicaz"], "spec:\n  replicaz: 5\n");
    assert_eq!(finding.fix, None);
    let sources = Sources::new();
    let base = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: 1 }\n";
    let mut manifest = manifests(&sources.add("base.yaml", base.to_owned())).remove(0);
    let patch = sources.add("patch.yaml", "spec:\n  replicaz: 5\n".to_owned());
    let key = Key::new("replicaz", Span::new(patch.id(), 8, 16));
    let origin = Origin::over(Span::new(patch.id(), 18, 19), SetBy::Patch, None);
    let value = Node::scalar("5", ScalarKind::Integer, Style::Plain, origin);
    let spec = manifest.node.get_mut("spec").expect("is there");
    let mut entries = spec.entries().to_vec();
    entries.push(Entry { key, value });
    spec.set_entries(entries);
    let found = check(&[manifest], &Context::new("dev", Minor::DEFAULT, &sources)).findings;
    let fix = found.into_iter().find_map(|finding| finding.fix).expect("one has a fix");
    assert_eq!(fix.edits, [TextEdit { span: Span::new(patch.id(), 8, 16), text: "replicas".to_owned() }]);
}
