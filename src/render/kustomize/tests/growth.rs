//! Large inputs: the time that a build takes grows with them, and not with their square. Each took minutes once.
#![allow(clippy::disallowed_methods, reason = "tests look at the clock")]

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seatrial_kustomize::{Options, build};
use seatrial_model::{Node, Rendered, Sources};
use seatrial_tree::Tree;

/// What a build may take, without optimisation and on a machine that does other things, too.
const LONG: Duration = Duration::from_secs(60);

#[track_caller]
fn built(kustomization: &str, files: &[(&str, &str)]) -> Rendered {
    let sources = Arc::new(Sources::new());
    let all = files.iter().copied().chain([("kustomization.yaml", kustomization)]);
    let tree = Tree::memory(all, &sources);
    let start = Instant::now();
    let rendered = build(&tree, "", Options::default());
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    rendered
}

/// A build without findings.
#[track_caller]
fn objects(kustomization: &str, files: &[(&str, &str)]) -> Vec<Node> {
    let rendered = built(kustomization, files);
    assert_eq!(rendered.findings.first(), None);
    rendered.manifests.into_iter().map(|manifest| manifest.node).collect()
}

fn each<T: Display>(count: usize, line: impl Fn(usize) -> T) -> String {
    (0..count).map(|number| line(number).to_string()).collect()
}

fn config(name: &str, data: &str) -> String {
    format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: b\n{data}")
}

fn deployment(name: &str, containers: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  selector:\n    matchLabels: {{app: x}}\n  \
         template:\n    metadata:\n      labels: {{app: x}}\n    spec:\n      containers:\n{containers}"
    )
}

const ONE: &str = "      - {name: c, image: a}\n";

fn containers(count: usize) -> String {
    each(count, |number| format!("      - {{name: c{number}, image: a}}\n"))
}

fn count_at(node: &Node, path: &[&str]) -> usize {
    node.at(path).map_or(0, |found| found.entries().len() + found.items().len())
}

#[test]
fn thousands_of_labels_with_selectors() {
    let deployments = each(5, |number| deployment(&format!("d{number}"), ONE));
    let files = [("a.yaml", deployments.as_str())];
    let entries = each(2_000, |number| format!("- {{includeSelectors: true, pairs: {{l{number}: v}}}}\n"));
    let pairs = each(2_000, |number| format!("  l{number}: v\n"));
    for field in [format!("labels:\n{entries}"), format!("commonLabels:\n{pairs}")] {
        let objects = objects(&format!("resources: [a.yaml]\n{field}"), &files);
        assert_eq!(count_at(&objects[4], &["spec", "selector", "matchLabels"]), 2_001);
    }
}

#[test]
fn thousands_of_labels_over_those_of_a_base() {
    let pairs = |value: &str| each(2_000, |number| format!("  l{number}: {value}\n"));
    let (own, base) = (pairs("new"), format!("resources: [a.yaml]\ncommonLabels:\n{}", pairs("old")));
    let files = [("b/kustomization.yaml", base.as_str()), ("b/a.yaml", &deployment("d", ONE))];
    let objects = objects(&format!("resources: [b]\nlabels:\n- pairs:\n{}", own.replace("  ", "    ")), &files);
    // The labels of the base are one with its selectors in kustomize's memory.
    let selector = objects[0].at(&["spec", "selector", "matchLabels", "l1999"]);
    assert_eq!(selector.and_then(Node::as_str), Some("new"));
}

#[test]
fn tens_of_thousands_of_operations_of_a_json_patch() {
    let many = 10_000;
    let object = config("c", "");
    let deployment = deployment("d", "      - {name: c, image: a, args: [x]}\n");
    let files = [("a.yaml", object.as_str()), ("d.yaml", &deployment)];
    let patch = |kind: &str, operations: String| {
        format!("resources: [a.yaml, d.yaml]\npatches:\n- target: {{kind: {kind}}}\n  patch: |-\n{operations}")
    };
    let added = each(many, |number| format!("    - {{op: add, path: /data/k{number}, value: v}}\n"));
    let moved = each(many, |number| format!("    - {{op: move, from: /data/k{number}, path: /data/m{number}}}\n"));
    let tested = each(many, |number| format!("    - {{op: test, path: /data/m{number}, value: v}}\n"));
    let removed = each(many, |number| format!("    - {{op: remove, path: /data/m{number}}}\n"));
    assert_eq!(count_at(&objects(&patch("ConfigMap", added.clone()), &files)[0], &["data"]), many + 1);
    let all = objects(&patch("ConfigMap", added.clone() + &moved + &tested + &removed), &files);
    assert_eq!(count_at(&all[0], &["data"]), 1);
    let to_and_fro = each(
        many / 2,
        |_| "    - {op: move, from: /data, path: /other}\n    - {op: move, from: /other, path: /data}\n",
    );
    assert_eq!(count_at(&objects(&patch("ConfigMap", added + &to_and_fro), &files)[0], &["data"]), many + 1);

    let args = "/spec/template/spec/containers/0/args";
    let first = each(many, |number| format!("    - {{op: add, path: {args}/0, value: a{number}}}\n"));
    let last = each(many, |number| format!("    - {{op: add, path: {args}/-, value: b{number}}}\n"));
    let removed = each(many, |_| format!("    - {{op: remove, path: {args}/1}}\n"));
    let all = objects(&patch("Deployment", first + &last + &removed), &files);
    let args = all[1].at(&["spec", "template", "spec", "containers"]).and_then(|c| c.items()[0].get("args"));
    let args: Vec<&str> = args.map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect();
    assert_eq!((args.len(), args[0], args[1], args[many]), (many + 1, "a9999", "b0", "b9999"));
}

#[test]
fn tens_of_thousands_of_items_of_a_merged_list() {
    let many = 10_000;
    let (own, one) = (deployment("d", &containers(many)), deployment("d", ONE));
    let port = |number| format!("        - {{containerPort: {number}, protocol: TCP}}\n");
    let ports = deployment("d", &format!("      - name: c\n        image: a\n        ports:\n{}", each(many, port)));
    let deleted = each(many, |number| format!("      - {{name: c{number}, $patch: delete}}\n"));
    let (deleted, path) = (deployment("d", &deleted), ["spec", "template", "spec", "containers"]);
    let table = [(&one, &own, many + 1), (&own, &own, many), (&own, &one, many + 1), (&ports, &ports, 1)];
    for (object, patch, expected) in table {
        let merged =
            objects("resources: [a.yaml]\npatches: [{path: p.yaml}]\n", &[("a.yaml", object), ("p.yaml", patch)]);
        assert_eq!(count_at(&merged[0], &path), expected);
    }
    let files = [("a.yaml", own.as_str()), ("p.yaml", &deleted)];
    let merged = objects("resources: [a.yaml]\npatches: [{path: p.yaml}]\n", &files);
    assert_eq!(count_at(&merged[0], &path), 0);
}

#[test]
fn a_long_list_of_which_some_items_lack_a_key_is_a_finding() {
    let port = |number| {
        let protocol = if number % 2 == 0 { ", protocol: TCP" } else { "" };
        format!("        - {{containerPort: {number}{protocol}}}\n")
    };
    let of =
        |count| deployment("d", &format!("      - name: c\n        image: a\n        ports:\n{}", each(count, port)));
    let patched = |count| {
        let text = of(count);
        built("resources: [a.yaml]\npatches: [{path: p.yaml}]\n", &[("a.yaml", &text), ("p.yaml", &text)])
    };
    assert_eq!(patched(100).findings.first(), None);
    let messages: Vec<String> = patched(5_000).findings.into_iter().map(|finding| finding.message).collect();
    let expected = "the patch does not fit `Deployment apps/v1 d`: lists of more than 2000 items are merged only if every item has one of the keys `containerPort`, `protocol` in common";
    assert_eq!(messages, [expected]);
}

#[test]
fn thousands_of_patches_and_fields_that_name_what_is_not_there() {
    let many = 2_001;
    let objects = each(many, |number| config(&format!("c{number}"), ""));
    let lines = |line: &dyn Fn(usize) -> String| each(many, line);
    let fields = [
        format!(
            "patches:\n{}",
            lines(&|n| format!(
                "- {{target: {{kind: ConfigMap, name: n{n}}}, patch: '[{{\"op\":\"remove\",\"path\":\"/x\"}}]'}}\n"
            ))
        ),
        format!(
            "patches:\n{}",
            lines(&|n| format!(
                "- patch: '{{apiVersion: v1, kind: ConfigMap, metadata: {{name: n{n}}}, data: {{a: b}}}}'\n"
            ))
        ),
        format!("replicas:\n{}", lines(&|n| format!("- {{name: n{n}, count: 1}}\n"))),
        format!(
            "replacements:\n{}",
            lines(&|n| format!(
                "- {{source: {{kind: ConfigMap, name: n{n}}}, targets: [{{select: {{kind: Secret}}, fieldPaths: [a]}}]}}\n"
            ))
        ),
        format!("configMapGenerator:\n{}", lines(&|n| format!("- {{name: n{n}, behavior: merge, literals: [a=b]}}\n"))),
    ];
    for field in fields {
        let rendered = built(&format!("resources: [a.yaml]\n{field}"), &[("a.yaml", &objects)]);
        assert_eq!((rendered.findings.len(), rendered.manifests.len()), (many, many), "{field:.60}");
    }
}

#[test]
fn thousands_of_files_of_configurations() {
    let many = 6_000;
    let names: Vec<String> = (0..many).map(|number| format!("c{number}.yaml")).collect();
    let spec = |number| format!("commonAnnotations: [{{path: spec/a{number}, kind: ConfigMap, create: true}}]\n");
    let texts: Vec<String> = (0..many).map(spec).collect();
    let object = config("c", "");
    let files: Vec<(&str, &str)> = std::iter::zip(&names, &texts).map(|(name, text)| (&**name, &**text)).collect();
    let files = [files.as_slice(), &[("a.yaml", object.as_str())]].concat();
    let list = each(many, |number| format!("- c{number}.yaml\n"));
    let kustomization = format!("resources: [a.yaml]\ncommonAnnotations: {{a: b}}\nconfigurations:\n{list}");
    assert_eq!(count_at(&objects(&kustomization, &files)[0], &["spec"]), many);
}
