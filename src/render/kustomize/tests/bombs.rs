//! Small repositories that would become large ones by themselves: the build ends where the budget does, and says at which line.
#![allow(clippy::disallowed_methods, reason = "tests look at the clock")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seatrial_kustomize::{Builder, Options, build};
use seatrial_model::Sources;
use seatrial_tree::Tree;

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { a: { b: c } }\n";
const COMPONENT: &str = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
const VALUES: &str = "the build stops here: it adds more than 2000000 values to those of its files";
const BYTES: &str = "the build stops here: it adds more than 64 MB of text to that of its files";
const INCLUSIONS: &str =
    "the build stops here: it includes more than 50000 directories, counting each as often as it is named";
const STEPS: &str = "the build stops here: it looks at more than 5000000 values to change objects";
const FINDINGS: &str = "the build stops here: it has more than 100000 findings";
const DEPTH: &str = "the build stops here: values are nested more than 500 levels deep";

/// Files by path.
type Files = BTreeMap<String, String>;

fn files<const N: usize>(all: [(&str, String); N]) -> Files {
    all.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

/// What is found, as `path:line message`, in a build that gives no objects and ends in a time that a busy machine takes.
fn found(files: &Files) -> Vec<String> {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    let start = Instant::now();
    let rendered = build(&tree, "", Options::default());
    assert!(start.elapsed() < Duration::from_secs(150), "{:?}", start.elapsed());
    assert!(rendered.manifests.is_empty(), "what is incomplete is not handed on");
    let show = |finding: &seatrial_model::Finding| {
        let file = sources.get(finding.primary.span.file).expect("a file of the tree");
        assert_eq!(finding.rule.as_str() == "budget-exceeded", finding.help.is_some() && !finding.notes.is_empty());
        format!("{}:{} {}", file.path(), file.line_column(finding.primary.span.start).0, finding.message)
    };
    rendered.findings.iter().map(show).collect()
}

/// The map with one patch, replacement or the like in its kustomization.
fn over_the_map(field: &str) -> Files {
    files([("kustomization.yaml", format!("resources: [map.yaml]\n{field}")), ("map.yaml", MAP.to_owned())])
}

/// A patch of the map, each operation on a line.
fn patch(operations: impl Iterator<Item = String>) -> Files {
    let mut all = over_the_map("patches:\n- path: patch.yaml\n  target: { kind: ConfigMap }\n");
    all.insert("patch.yaml".to_owned(), operations.map(|operation| format!("- {{ {operation} }}\n")).collect());
    all
}

#[test]
fn a_value_that_a_json_patch_copies_into_itself_ends_at_the_operation() {
    let new_keys = patch((0..26).map(|n| format!("op: copy, from: /data, path: /data/k{n}")));
    assert_eq!(found(&new_keys), [format!("patch.yaml:20 {VALUES}")]);
    let in_turns = patch((0..40).map(|n| format!("op: copy, from: /data, path: /data/k{}", n % 2)));
    assert_eq!(found(&in_turns), [format!("patch.yaml:26 {VALUES}")]);
    let chain = patch((0..2_000).map(|_| "op: copy, from: /data, path: /data/a".to_owned()));
    assert_eq!(found(&chain), [format!("patch.yaml:497 {DEPTH}")]);
    let moved = [
        "op: add, path: /data/x, value: {}",
        "op: move, from: /data/a, path: /data/x/a",
        "op: move, from: /data/x, path: /data/a",
    ];
    let moved = patch(moved.iter().cycle().take(3_000).map(|operation| (*operation).to_owned()));
    assert_eq!(found(&moved), [format!("patch.yaml:1490 {DEPTH}")]);
}

#[test]
fn a_value_that_is_added_to_many_objects_is_counted_for_each() {
    let maps: String = (0..2_000).map(|n| MAP.replace("name: map", &format!("name: map{n}")) + "---\n").collect();
    let value = format!("op: add, path: /data/x, value: [{}]", "a,".repeat(2_000));
    let mut all = patch(std::iter::once(value));
    all.insert("map.yaml".to_owned(), maps);
    assert_eq!(found(&all), [format!("patch.yaml:1 {VALUES}")]);
}

#[test]
fn a_value_that_is_replaced_into_itself_ends_at_the_replacement() {
    let replacement = |from: &str, to: &str| {
        format!(
            "- source: {{ kind: ConfigMap, fieldPath: {from} }}\n  targets:\n  - select: {{ kind: ConfigMap }}\n    fieldPaths: [{to}]\n    options: {{ create: true }}\n"
        )
    };
    let new_keys: String = (0..28).map(|n| replacement("data", &format!("data.k{n}"))).collect();
    let all = over_the_map(&format!("replacements:\n{new_keys}"));
    assert_eq!(found(&all), [format!("kustomization.yaml:96 {VALUES}")]);
    // One text between delimiters is twice as long each time.
    let once = replacement("data.a", "data.a").replace("{ create: true }", "\n      delimiter: \"/\"\n      index: 99");
    let doubling = once.repeat(30);
    let mut all = over_the_map(&format!("replacements:\n{doubling}"));
    all.insert("map.yaml".to_owned(), MAP.replace("{ b: c }", "bc"));
    assert_eq!(found(&all), [format!("kustomization.yaml:167 {BYTES}")]);
}

#[test]
fn a_long_value_that_is_replaced_into_a_text_many_times_is_counted() {
    let text = format!("[{}]", "{a: b},".repeat(500));
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: map }}\ndata:\n  long: {}\n  list: '{text}'\n",
        "x".repeat(1 << 20)
    );
    let field = "replacements:\n- source: { kind: ConfigMap, fieldPath: data.long }\n  targets:\n  - select: { kind: ConfigMap }\n    fieldPaths: ['data.list.*.a']\n";
    let mut all = over_the_map(field);
    all.insert("map.yaml".to_owned(), map);
    assert_eq!(found(&all), [format!("kustomization.yaml:6 {BYTES}")]);
}

#[test]
fn a_long_var_that_is_used_many_times_ends_at_the_text_that_uses_it() {
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{ name: pod, annotations: {{ long: {} }} }}\nspec:\n  containers:\n  - name: a\n    command:\n    - {}\n",
        "x".repeat(1 << 20),
        "$(LONG)".repeat(100_000)
    );
    let field = "vars:\n- name: LONG\n  objref: { apiVersion: v1, kind: Pod, name: pod }\n  fieldref: { fieldPath: metadata.annotations.long }\n";
    let mut all = over_the_map(field);
    all.insert("map.yaml".to_owned(), pod);
    assert_eq!(found(&all), [format!("map.yaml:8 {BYTES}")]);
}

#[test]
fn a_long_prefix_over_many_objects_ends_at_the_prefix() {
    let maps: String = (0..500).map(|n| MAP.replace("name: map", &format!("name: map{n}")) + "---\n").collect();
    let long = "x".repeat(5 << 20);
    for field in ["namePrefix", "nameSuffix", "namespace"] {
        let mut all = over_the_map(&format!("{field}: {long}\n"));
        all.insert("map.yaml".to_owned(), maps.clone());
        assert_eq!(found(&all), [format!("kustomization.yaml:2 {BYTES}")], "{field}");
    }
    for field in ["commonLabels", "commonAnnotations"] {
        let mut all = over_the_map(&format!("{field}:\n  a: {long}\n"));
        all.insert("map.yaml".to_owned(), maps.clone());
        assert_eq!(found(&all), [format!("kustomization.yaml:3 {BYTES}")], "{field}");
    }
}

#[test]
fn a_long_key_over_many_objects_is_counted_like_a_value() {
    let maps: String = (0..500).map(|n| MAP.replace("name: map", &format!("name: map{n}")) + "---\n").collect();
    let long = "k".repeat(1 << 20);
    let patch = format!(
        "patches:\n- target: {{ kind: ConfigMap }}\n  patch: '[{{\"op\": \"add\", \"path\": \"/data/{long}\", \"value\": 1}}]'\n"
    );
    for (field, line) in [(format!("commonAnnotations: {{\n ? {long}\n : a }}\n"), 4), (patch, 4)] {
        let mut all = over_the_map(&field);
        all.insert("map.yaml".to_owned(), maps.clone());
        assert_eq!(found(&all), [format!("kustomization.yaml:{line} {BYTES}")]);
    }
}

#[test]
fn what_plugins_are_configured_with_is_free_only_once() {
    // A component whose large transformer comes in with each inclusion, and a copy that would be large.
    let spec = "- { path: a, create: false }\n".repeat(2_000);
    let transformer = format!(
        "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {{ name: p }}\nprefix: x\nfieldSpecs:\n{spec}"
    );
    let mut all = patch((0..26).map(|n| format!("op: copy, from: /data, path: /data/k{n}")));
    let kustomization = all.get_mut("kustomization.yaml").expect("is there");
    kustomization.push_str(&format!("components:\n{}", "- c\n".repeat(300)));
    all.insert("c/kustomization.yaml".to_owned(), format!("{COMPONENT}transformers: [t.yaml]\n"));
    all.insert("c/t.yaml".to_owned(), transformer);
    assert_eq!(found(&all), [format!("patch.yaml:17 {VALUES}")]);
}

#[test]
fn a_long_name_that_many_objects_refer_to_ends_at_a_reference() {
    let pods: String = (0..500)
        .map(|n| format!("---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: p{n} }}\nspec: {{ volumes: [{{ name: v, configMap: {{ name: map }} }}] }}\n"))
        .collect();
    let mut all = over_the_map("transformers: [prefix.yaml]\n");
    let prefix = format!(
        "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {{ name: p }}\nfieldSpecs: [{{ kind: ConfigMap, path: metadata/name }}]\nprefix: {}\n",
        "x".repeat(1 << 20)
    );
    all.insert("prefix.yaml".to_owned(), prefix);
    all.insert("map.yaml".to_owned(), format!("{MAP}{pods}"));
    assert_eq!(found(&all), [format!("map.yaml:329 {BYTES}")]);
}

#[test]
fn bases_that_double_at_each_level_end_at_the_line_that_includes_one_too_many() {
    let mut all =
        files([("l20/kustomization.yaml", "resources: [map.yaml]\n".to_owned()), ("l20/map.yaml", MAP.to_owned())]);
    for level in 0..20 {
        for side in ["a", "b"] {
            let text = format!("namePrefix: {side}-\nresources: [../../l{}]\n", level + 1);
            all.insert(format!("l{level}/{side}/kustomization.yaml"), text);
        }
        let dir = if level == 0 { String::new() } else { format!("l{level}/") };
        let below = if level == 0 { "l0/" } else { "" };
        all.insert(format!("{dir}kustomization.yaml"), format!("resources:\n- {below}a\n- {below}b\n"));
    }
    assert_eq!(found(&all), [format!("l6/kustomization.yaml:3 {INCLUSIONS}")]);
}

#[test]
fn a_base_is_charged_alike_whoever_built_it_first() {
    let mut all: Files = patch((0..19).map(|n| format!("op: copy, from: /data, path: /data/k{n}")))
        .into_iter()
        .map(|(path, text)| (format!("near/{path}"), text))
        .collect();
    all.insert("again/kustomization.yaml".to_owned(), "namePrefix: x-\nresources: [../near]\n".to_owned());
    all.insert("two/kustomization.yaml".to_owned(), "resources:\n- ../near\n- ../again\n".to_owned());
    all.insert("three/kustomization.yaml".to_owned(), "resources: [../two]\n".to_owned());
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(all.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    for order in [["near", "two", "three", "again"], ["three", "again", "two", "near"]] {
        let builder = Builder::new(&tree, Options::default(), &Arc::default());
        for dir in order {
            let rendered = builder.build(dir);
            let places = rendered.findings.iter().map(|finding| {
                let file = sources.get(finding.primary.span.file).expect("a file of the tree");
                format!("{}:{} {}", file.path(), file.line_column(finding.primary.span.start).0, finding.message)
            });
            let is_large = dir == "two" || dir == "three";
            let expected = if is_large { vec![format!("two/kustomization.yaml:3 {VALUES}")] } else { Vec::new() };
            assert_eq!(places.collect::<Vec<_>>(), expected, "{dir} of {order:?}");
            assert_eq!(rendered.manifests.len(), usize::from(!is_large), "{dir} of {order:?}");
        }
    }
}

#[test]
fn components_that_include_each_other_end_at_an_inclusion() {
    let component = |names: Vec<usize>| {
        let all: String = names.iter().map(|n| format!("- ../c{n}\n")).collect();
        format!("{COMPONENT}components:\n{all}")
    };
    let root = "resources: [map.yaml]\ncomponents: [c0]\n";
    let later = |all: &mut Files| {
        for n in 0..26 {
            all.insert(format!("c{n}/kustomization.yaml"), component((n + 1..26).collect()));
        }
    };
    let mut all = over_the_map("components: [c0]\n");
    later(&mut all);
    assert_eq!(found(&all).len(), 2, "the last component is empty, and the build ends once");
    let mut each_other = files([("kustomization.yaml", root.to_owned()), ("map.yaml", MAP.to_owned())]);
    for n in 0..9 {
        let others = (0..9).filter(|other| *other != n).collect();
        each_other.insert(format!("c{n}/kustomization.yaml"), component(others));
    }
    let findings = found(&each_other);
    assert_eq!(findings.iter().filter(|finding| finding.ends_with(INCLUSIONS)).count(), 1, "{findings:?}");
}

#[test]
fn a_component_that_is_listed_100_000_times_has_an_end() {
    let component = format!("{COMPONENT}commonAnnotations: {{ a: b }}\n");
    let mut all = over_the_map(&format!("components:\n{}", "- c\n".repeat(100_000)));
    all.insert("c/kustomization.yaml".to_owned(), component.clone());
    assert_eq!(found(&all), [format!("kustomization.yaml:50003 {INCLUSIONS}")]);
    // And a diamond of them.
    let mut all = over_the_map("components: [c0]\n");
    for level in 0..17 {
        let text =
            format!("{COMPONENT}components:\n- ../c{0}\n- ../c{0}\ncommonAnnotations: {{ a: b{level} }}\n", level + 1);
        all.insert(format!("c{level}/kustomization.yaml"), text);
    }
    all.insert("c17/kustomization.yaml".to_owned(), component);
    let findings = found(&all);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].ends_with(INCLUSIONS), "{findings:?}");
}

#[test]
fn what_a_generator_merges_into_is_counted_with_each_inclusion() {
    let mut all = Files::new();
    let merged = "resources: [map.yaml]\nconfigMapGenerator:\n- { name: map, behavior: merge, literals: [d=e] }\n";
    all.insert("base/kustomization.yaml".to_owned(), merged.to_owned());
    all.insert("base/map.yaml".to_owned(), MAP.replace("{ b: c }", &"x".repeat(1 << 20)));
    for n in 0..200 {
        let text = format!("namePrefix: p{n}-\nresources: [../base]\n");
        all.insert(format!("d{n}/kustomization.yaml"), text);
    }
    let list: String = (0..200).map(|n| format!("- d{n}\n")).collect();
    all.insert("kustomization.yaml".to_owned(), format!("resources:\n{list}"));
    assert_eq!(found(&all), [format!("kustomization.yaml:67 {BYTES}")]);
}

#[test]
fn a_long_label_that_many_places_share_is_counted_for_each() {
    let claim = "  - { metadata: { name: c }, spec: {} }\n".repeat(500);
    let set = format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{ name: set }}\nspec:\n  template: {{}}\n  volumeClaimTemplates:\n{claim}"
    );
    let mut all = over_the_map("");
    let overlay = format!("resources: [base]\nlabels:\n- pairs:\n    a: {}\n", "x".repeat(1 << 20));
    all.insert("kustomization.yaml".to_owned(), overlay);
    all.insert("base/kustomization.yaml".to_owned(), "resources: [set.yaml]\ncommonLabels: { a: b }\n".to_owned());
    all.insert("base/set.yaml".to_owned(), set);
    assert_eq!(found(&all), [format!("kustomization.yaml:4 {BYTES}")]);
}

#[test]
fn one_file_that_many_generators_read_is_counted_each_time() {
    let generator = |n: usize| format!("- name: g{n}\n  files: [long.txt]\n");
    let generators: String = (0..1_000).map(generator).collect();
    let mut all = files([("kustomization.yaml", format!("configMapGenerator:\n{generators}"))]);
    all.insert("long.txt".to_owned(), "x".repeat(1 << 20));
    assert_eq!(found(&all), [format!("kustomization.yaml:133 {BYTES}")]);
    let envs = "long.env, ".repeat(10_000);
    let mut all = files([("kustomization.yaml", format!("configMapGenerator:\n- name: a\n  envs: [{envs}]\n"))]);
    all.insert("long.env".to_owned(), format!("A={}\n", "x".repeat(1 << 20)));
    let findings = found(&all);
    assert_eq!(findings.last(), Some(&format!("kustomization.yaml:3 {BYTES}")));
}

#[test]
fn patches_are_counted_by_what_they_look_at() {
    // Small patches of a large object.
    let mut all = patch((0..15).map(|n| format!("op: copy, from: /data, path: /data/k{n}")));
    let small = "- patch: |-\n    { kind: ConfigMap, apiVersion: v1, metadata: { name: map } }\n".repeat(1_000);
    all.get_mut("kustomization.yaml").expect("is there").push_str(&small);
    let findings = found(&all);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].ends_with(STEPS), "{findings:?}");
}

#[test]
fn findings_are_counted() {
    let maps: String = (0..1_000).map(|n| MAP.replace("name: map", &format!("name: map{n}")) + "---\n").collect();
    let wrong =
        "- { target: { kind: ConfigMap }, patch: '[{\"op\": \"remove\", \"path\": \"/data/x\"}]' }\n".repeat(1_000);
    let mut all = over_the_map(&format!("patches:\n{wrong}"));
    all.insert("map.yaml".to_owned(), maps);
    let findings = found(&all);
    assert_eq!(findings.last(), Some(&format!("kustomization.yaml:103 {FINDINGS}")));
}

#[test]
fn aliases_in_many_documents_are_counted_together() {
    let bomb = "  a: &a [x,x,x,x,x,x,x,x,x,x]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n  e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let documents: String = (0..100)
        .map(|n| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: m{n} }}\ndata:\n{bomb}"))
        .collect();
    let mut all = over_the_map("");
    all.insert("map.yaml".to_owned(), documents);
    assert_eq!(found(&all), [format!("kustomization.yaml:1 {VALUES}")]);
}

#[test]
fn values_count_as_they_are_printed() {
    let list = "x,".repeat(200_000);
    let deep = format!("{MAP}spec: {}[{list}]{}\n", "{a: ".repeat(480), "}".repeat(480));
    let mut all = over_the_map("");
    all.insert("map.yaml".to_owned(), deep);
    assert_eq!(found(&all), [format!("kustomization.yaml:1 {BYTES}")]);
}

#[test]
fn fields_that_are_created_below_deep_lists_are_printed() {
    let lists = format!("{MAP}spec: {}{{}}{}\n", "[".repeat(490), "]".repeat(490));
    let transformer = format!(
        "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {{ name: t }}\nlabels: {{ a: b }}\nfieldSpecs: [{{ path: spec{}, create: true }}]\n",
        "/a".repeat(490)
    );
    let mut all = over_the_map("transformers: [t.yaml]\n");
    all.insert("map.yaml".to_owned(), lists);
    all.insert("t.yaml".to_owned(), transformer);
    let tree = Tree::memory(all.iter().map(|(path, text)| (path.as_str(), text.as_str())), &Arc::new(Sources::new()));
    let rendered = build(&tree, "", Options::default());
    let printed = seatrial_yaml::emit_all(rendered.manifests.iter().map(|manifest| &manifest.node));
    assert!(printed.ends_with("a: b\n"), "{}", printed.len());
}

#[test]
fn fields_that_are_created_very_deep_are_refused() {
    let path = "a/".repeat(100_000);
    let spec = format!("fieldSpecs:\n- path: {path}a\n  create: true\n");
    let transformer =
        |kind: &str, more: &str| format!("apiVersion: builtin\nkind: {kind}\nmetadata: {{ name: t }}\n{more}");
    let table = [
        ("a prefix", transformer("PrefixTransformer", &format!("prefix: p\n{spec}"))),
        ("labels", transformer("LabelTransformer", &format!("labels: {{ a: b }}\n{spec}"))),
        ("a value", transformer("ValueAddTransformer", &format!("value: v\ntargets:\n- fieldPath: {path}a\n"))),
    ];
    for (what, text) in table {
        let mut all = over_the_map("transformers: [t.yaml]\n");
        all.insert("t.yaml".to_owned(), text);
        let sources = Arc::new(Sources::new());
        let tree = Tree::memory(all.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
        let rendered = build(&tree, "", Options::default());
        assert!(rendered.findings.iter().any(|f| f.message.contains("nested more than 500 deep")), "{what}");
    }
    let mut all = over_the_map(&format!(
        "replacements:\n- sourceValue: x\n  targets:\n  - select: {{ kind: ConfigMap }}\n    fieldPaths: [{}a]\n    options: {{ create: true }}\n",
        "a.".repeat(100_000)
    ));
    all.insert("x".to_owned(), String::new());
    let tree = Tree::memory(all.iter().map(|(path, text)| (path.as_str(), text.as_str())), &Arc::new(Sources::new()));
    let rendered = build(&tree, "", Options::default());
    assert!(
        rendered.findings.iter().any(|f| f.message.contains("nested more than 500 deep")),
        "{:?}",
        rendered.findings.iter().map(|f| &f.message).collect::<Vec<_>>()
    );
}
