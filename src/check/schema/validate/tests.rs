//! Cases lie in `testdata/`: a claim, what a real API server (1.35.4, strict, dry run) said to it, and what we find, as comments.

use seatrial_kubernetes::{Minor, flux, schema};
use seatrial_model::{Manifest, Origin, Sources};
use seatrial_yaml::{Dialect, parse};

use super::*;

const CASES: [&str; 3] = [
    include_str!("../testdata/types.yaml"),
    include_str!("../testdata/fields.yaml"),
    include_str!("../testdata/lists.yaml"),
];

fn said(violation: &Violation) -> String {
    let path = &violation.path;
    match &violation.problem {
        Problem::UnknownField { suggestion: Some(meant), .. } => format!("{path} is unknown, {meant} is meant"),
        Problem::UnknownField { .. } => format!("{path} is unknown"),
        Problem::LaterField { since, .. } => format!("{path} is there since Flux {since}"),
        Problem::LaterValue { value, since } => format!("{path} has {value} since Flux {since}"),
        Problem::WrongType { expected, found } => format!("{path} must be {expected}, not {found}"),
        Problem::MissingField { name } => format!("{path} lacks {name}"),
        Problem::DuplicateItem { keys, .. } => format!("{path} has {keys} again"),
        Problem::Invalid(predicate) => format!("{path} {predicate}"),
    }
}

/// `line:column sentence` of every violation of a case; lines count from `apiVersion`.
fn found(text: &str, release: Option<flux::Release>) -> Vec<String> {
    let start = text.find("apiVersion").expect("an object");
    let file = Sources::new().add("case.yaml", text[start..].to_owned());
    let parsed = parse(&file, Dialect::Kubectl);
    assert_eq!(parsed.findings, [], "{text}");
    let manifest = Manifest::from_node(parsed.documents[0].node.clone()).expect("an object");
    let (group, version, kind) = (&manifest.id.group, &manifest.version, &manifest.id.kind);
    let schema = schema(Minor::DEFAULT, group, version, kind);
    let schema = schema.or_else(|| flux::schema(release, group, version, kind)).expect("is embedded");
    let place = |span: Span| {
        let (line, column) = file.line_column(span.start);
        format!("{line}:{column}")
    };
    validate(&schema, &manifest.node).iter().map(|v| format!("{} {}", place(v.span), said(v))).collect()
}

#[test]
fn decides_as_the_api_server_does() {
    let mut wrong = Vec::new();
    for case in CASES.iter().flat_map(|file| file.split("\n---\n")) {
        let mut comments = case.lines().map_while(|line| line.strip_prefix("# "));
        let claim = comments.next().expect("a claim");
        let server = comments.next().and_then(|line| line.strip_prefix("server: ")).expect("an answer");
        let expected: Vec<&str> = comments.collect();
        let found = found(case, None);
        assert_eq!(found.is_empty(), server == "takes it", "{claim}: {found:?}");
        if found != expected {
            wrong.push(format!("# {claim}\n# {}", found.join("\n# ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_flux_defines_is_decided_by_its_published_schemas() {
    let mut wrong = Vec::new();
    for case in include_str!("../testdata/flux.yaml").split("\n---\n") {
        let mut comments = case.lines().map_while(|line| line.strip_prefix("# "));
        let claim = comments.next().expect("a claim");
        let release = comments.next().and_then(|line| line.strip_prefix("flux: ")).expect("a version, or `unknown`");
        let expected: Vec<&str> = comments.collect();
        let found = found(case, flux::Release::parse(release));
        if found != expected {
            wrong.push(format!("# {claim}\n# {}", found.join("\n# ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_text_that_flux_fills_in_may_become_anything() {
    let file = Sources::new().add("case.yaml", String::new());
    let origin = Origin::from(Span::start_of(file.id()));
    let json = serde_json::json!({
        "metadata": {"labels": "${LABELS}", "creationTimestamp": "${NOW}"},
        "spec": {"replicas": "${REPLICAS:=2}", "paused": "${PAUSED}", "${MORE}": "x", "progressDeadlineSeconds": "$${A}"}
    });
    let schema = schema(Minor::DEFAULT, "apps", "v1", "Deployment").expect("built-in");
    let node = Node::from_json(&json, &origin);
    let wrong = |found: Vec<Violation>| found.into_iter().map(|v| v.pointer).collect::<Vec<_>>();
    assert_eq!(wrong(validate(&schema, &node)).len(), 8);
    let before = wrong(validate_before_substitution(&schema, &node));
    assert_eq!(before, ["/spec", "/spec", "/spec/progressDeadlineSeconds"]);
}

#[test]
fn points_into_the_object() {
    let file = Sources::new().add("case.yaml", String::new());
    let origin = Origin::from(Span::start_of(file.id()));
    let json = serde_json::json!({"metadata": {"labels": {"a.b/c": 1}}, "spec": {"containers": [{"name": "x", "imagee": "y"}]}});
    let schema = schema(Minor::DEFAULT, "", "v1", "Pod").expect("built-in");
    let found = validate(&schema, &Node::from_json(&json, &origin));
    let places: Vec<_> = found.iter().map(|v| (&*v.pointer, &*v.path)).collect();
    assert_eq!(
        places,
        [
            ("/metadata/labels/a.b~1c", "metadata.labels[\"a.b/c\"]"),
            ("/spec/containers/0/imagee", "spec.containers[0].imagee")
        ]
    );
}

#[test]
fn ends_at_a_depth_nobody_needs() {
    let origin = Origin::from(Span::start_of(Sources::new().add("case.yaml", String::new()).id()));
    let deep = (0..600).fold(Node::mapping(vec![], origin.clone()), |inner, _| {
        Node::mapping(vec![Entry::new("not", inner)], origin.clone())
    });
    let version = Node::mapping(
        vec![Entry::new("schema", Node::mapping(vec![Entry::new("openAPIV3Schema", deep)], origin.clone()))],
        origin,
    );
    let crd = schema(Minor::DEFAULT, "apiextensions.k8s.io", "v1", "CustomResourceDefinition").expect("built-in");
    let versions = crd.property("spec").and_then(|s| s.property("versions")).and_then(|v| v.items()).expect("declared");
    let found = validate(&versions, &version);
    let depth = Problem::Invalid("is nested deeper than 512 levels".to_owned());
    assert_eq!(found.iter().filter(|v| v.problem == depth).count(), 1);
}

#[test]
fn a_hundred_thousand_unknown_fields_take_no_time() {
    let origin = Origin::from(Span::start_of(Sources::new().add("case.yaml", String::new()).id()));
    let entries = (0..100_000).map(|i| Entry::new(format!("field{i}"), Node::null(origin.clone()))).collect();
    let pod = schema(Minor::DEFAULT, "", "v1", "Pod").expect("built-in");
    let found =
        validate(&pod, &Node::mapping(vec![Entry::new("spec", Node::mapping(entries, origin.clone()))], origin));
    assert_eq!(found.len(), 100_001);
}

#[test]
fn what_fits_once_is_not_looked_at_again_and_what_does_not_is() {
    let text =
        "metadata: {name: web}\nspec:\n  containers: [{name: web, image: web}]\nstatus: {containerStatuses: [{}]}\n";
    let read = |text: &str| {
        parse(&Sources::new().add("case.yaml", text.to_owned()), Dialect::Kubectl).documents[0].node.clone()
    };
    let pod = schema(Minor::DEFAULT, "", "v1", "Pod").expect("built-in");
    let node = read(text);
    for _ in 0..2 {
        assert!(validate(&pod, &node).is_empty());
        assert_eq!(validate(&schema(Minor::DEFAULT, "apps", "v1", "Deployment").expect("built-in"), &node).len(), 4);
        assert!(validate(&pod, &node.clone()).is_empty());
        assert_eq!(validate(&pod, &read(&text.replace("image", "imagee"))).len(), 1);
    }
    // What fits below a status lacks something elsewhere.
    let status = node.at(&["status", "containerStatuses"]).map(|list| list.items()[0].clone()).expect("is there");
    let statuses = pod.property("status").and_then(|s| s.property("containerStatuses")).and_then(|s| s.items());
    assert!(!validate(&statuses.expect("declared"), &status).is_empty());
}
