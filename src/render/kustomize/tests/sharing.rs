//! Builds that share bases and files give what each gives alone, whatever else was built before and beside them.

#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_kustomize::{Additions, Builder, Options, build};
use seatrial_model::{Rendered, Sources, Span};
use seatrial_tree::{KUSTOMIZATION_FILES, Tree};
use seatrial_yaml::{Dialect, emit_all, parse};

/// What a person sees of a build.
fn shown(rendered: &Rendered, sources: &Sources) -> String {
    let mut text = emit_all(rendered.manifests.iter().map(|m| &m.node));
    for finding in &rendered.findings {
        let labels = std::iter::once(&finding.primary).chain(&finding.related);
        let places = labels.map(|label| {
            let file = sources.get(label.span.file).expect("a file of the tree");
            format!("{}:{:?} {}", file.path(), file.line_column(label.span.start), label.text)
        });
        let _ = writeln!(
            text,
            "{} {} at {}",
            finding.rule.as_str(),
            finding.message,
            places.collect::<Vec<_>>().join(" and ")
        );
    }
    text
}

fn directories(tree: &Tree) -> Vec<String> {
    let files = tree.walk("");
    let in_directory = |path: &String| match path.rsplit_once('/') {
        Some((dir, name)) => KUSTOMIZATION_FILES.contains(&name).then(|| dir.to_owned()),
        None => KUSTOMIZATION_FILES.contains(&path.as_str()).then(String::new),
    };
    files.iter().filter_map(in_directory).collect()
}

fn alone(tree: &Tree, directories: &[String]) -> HashMap<String, String> {
    let build = |dir: &String| (dir.clone(), shown(&build(tree, dir, Options::default()), tree.sources()));
    directories.iter().map(build).collect()
}

/// Whether all directories, built in that order and then by four threads at once, give what they give alone.
fn assert_shared(tree: &Tree, case: &str) {
    let directories = directories(tree);
    let alone = alone(tree, &directories);
    let backwards: Vec<String> = directories.iter().rev().cloned().collect();
    for order in [&directories, &backwards] {
        let builder = Builder::new(tree, Options::default(), &Arc::default());
        for dir in order.iter().chain(order) {
            assert_eq!(shown(&builder.build(dir), tree.sources()), alone[dir], "{case}: {dir}");
        }
    }
    let builder = Builder::new(tree, Options::default(), &Arc::default());
    std::thread::scope(|scope| {
        for start in 0..4 {
            let order = directories.iter().cycle().skip(start * directories.len() / 4).take(directories.len());
            let (builder, alone) = (&builder, &alone);
            scope.spawn(move || {
                for dir in order {
                    assert_eq!(shown(&builder.build(dir), tree.sources()), alone[dir], "{case}: {dir}, on threads");
                }
            });
        }
    });
}

#[test]
fn every_directory_of_every_case_gives_the_same_beside_the_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let cases: Vec<PathBuf> = root.read_dir().expect("testdata").map(|e| e.expect("an entry").path()).collect();
    assert!(cases.len() >= 40, "the cases are there");
    for case in cases {
        let tree = Tree::working_copy(&case, &Arc::new(Sources::new())).expect("a case");
        assert_shared(&tree, &case.display().to_string());
    }
}

#[test]
fn bases_that_depend_on_who_includes_them_are_not_shared() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n";
    let files = [
        // A circle of three, entered from each of them and from outside.
        ("a/kustomization.yaml", "resources: [../b, map.yaml]\n"),
        ("b/kustomization.yaml", "resources: [../c]\nnamePrefix: b-\n"),
        ("c/kustomization.yaml", "resources: [../a, ../apps/base]\nnameSuffix: -c\n"),
        ("d/kustomization.yaml", "resources: [../c]\n"),
        ("a/map.yaml", map),
        // `apps` contains the overlay that includes it by way of the base, but not the base by itself.
        ("apps/kustomization.yaml", "resources: [map.yaml]\n"),
        ("apps/map.yaml", map),
        ("apps/prod/kustomization.yaml", "resources: [../../around]\n"),
        ("apps/base/kustomization.yaml", "resources: [broken.yaml]\nnamespace: shop\n"),
        ("apps/base/broken.yaml", "a: b: c\n---\nkind: Nothing\n"),
        ("around/kustomization.yaml", "resources: [../apps]\n"),
        ("both/kustomization.yaml", "resources: [../around, ../apps/base]\ncomponents: [../component]\n"),
        ("other/kustomization.yaml", "resources: [../apps/base, ../with-schemas]\ncomponents: [../component]\n"),
        (
            "component/kustomization.yaml",
            "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [../around]\nnamePrefix: x-\n",
        ),
        ("with-schemas/kustomization.yaml", "openapi: { path: schemas.json }\nresources: [../around]\n"),
        ("with-schemas/schemas.json", "{}"),
    ];
    let tree = Tree::memory(files, &Arc::new(Sources::new()));
    assert_eq!(directories(&tree).len(), 12);
    assert_shared(&tree, "circles");
}

/// What the objects of a controller add, each at its own place: nothing, what every object gets, and what only some get.
const ADDED: [&str; 6] = [
    "set: {}\n",
    "set: { namespace: shop, namePrefix: a- }\n",
    "set: { nameSuffix: -b }\nappended:\n  patches:\n  - target: { kind: ConfigMap }\n    patch: '[{ op: add, path: /metadata/labels, value: { b: c } }]'\n",
    "appended:\n  patches:\n  - patch: '{ apiVersion: v1, kind: ConfigMap, metadata: { name: map }, data: { a: $patch } }'\n  - patch: '{ apiVersion: v1, kind: Other, metadata: { name: map } }'\n",
    "set: { buildMetadata: [originAnnotations, transformerAnnotations] }\nimages: [{ name: nginx, newTag: '2' }]\n",
    "appended: { components: [../component, ./component, missing] }\nimages: [{ name: nginx, digest: 'sha256:0' }]\n",
];

/// Additions of several controllers' objects, two of each.
fn additions(sources: &Sources) -> Vec<Additions> {
    let of = |(position, text): (usize, &&str)| {
        let file = sources.add(&format!("cluster-{position}.yaml"), (*text).to_owned());
        let parsed = parse(&file, Dialect::Kubectl);
        let root = &parsed.documents.first().expect("a document").node;
        let entries = |field: &str| root.get(field).map(|node| node.entries().to_vec()).unwrap_or_default();
        Additions {
            set: entries("set"),
            appended: entries("appended"),
            images: root.get("images").map(|node| node.items().to_vec()).unwrap_or_default(),
            place: Span::start_of(file.id()),
        }
    };
    ADDED.iter().chain(&ADDED).enumerate().map(of).collect()
}

/// The same to a person, and each value from the same place.
fn shown_with_origins(rendered: &Rendered, sources: &Sources) -> String {
    let nodes: Vec<String> = rendered.manifests.iter().map(|manifest| format!("{manifest:?}")).collect();
    format!("{}{}", shown(rendered, sources), nodes.join("\n"))
}

/// Whether every directory, built with what each of several objects adds to it, gives what it gives where nothing is shared.
fn assert_shared_with_additions(tree: &Tree, dirs: &[String], case: &str) {
    let all = additions(tree.sources());
    let new = || Builder::new(tree, Options::default(), &Arc::default());
    let pairs: Vec<(&String, &Additions)> = dirs.iter().flat_map(|dir| all.iter().map(move |a| (dir, a))).collect();
    let alone: Vec<String> = pairs
        .iter()
        .map(|(dir, additions)| shown_with_origins(&new().build_with(dir, additions), tree.sources()))
        .collect();
    let builder = new();
    std::thread::scope(|scope| {
        for is_backwards in [false, true] {
            let (builder, pairs, alone) = (&builder, &pairs, &alone);
            scope.spawn(move || {
                for position in 0..pairs.len() {
                    let position = if is_backwards { pairs.len() - 1 - position } else { position };
                    let (dir, additions) = pairs[position];
                    let shared = shown_with_origins(&builder.build_with(dir, additions), tree.sources());
                    assert_eq!(shared, alone[position], "{case}: {dir} with {additions:?}");
                }
            });
        }
    });
}

#[test]
fn what_a_controller_adds_to_a_directory_changes_nothing_for_another() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let cases: Vec<PathBuf> = root.read_dir().expect("testdata").map(|e| e.expect("an entry").path()).collect();
    for case in cases {
        let tree = Tree::working_copy(&case, &Arc::new(Sources::new())).expect("a case");
        assert_shared_with_additions(&tree, &directories(&tree), &case.display().to_string());
    }
}

#[test]
fn directories_without_a_kustomization_are_gathered_for_each_who_names_their_directories() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n";
    let files = [
        ("files/map.yaml", map),
        ("files/broken.yaml", "a: b: c\n"),
        ("mixed/map.yaml", map),
        ("mixed/base/kustomization.yaml", "resources: [map.yaml, missing.yaml]\n"),
        ("mixed/base/map.yaml", map),
        ("component/kustomization.yaml", "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"),
        ("schemas/kustomization.yaml", "resources: [../with-schemas]\n"),
        ("with-schemas/kustomization.yaml", "openapi: { path: schemas.json }\nresources: [../files/map.yaml]\n"),
        ("with-schemas/schemas.json", "{}"),
        ("empty/kustomization.yaml", ""),
    ];
    let tree = Tree::memory(files, &Arc::new(Sources::new()));
    let dirs = ["files", "mixed", "schemas", "with-schemas", "empty", "component", "nowhere"].map(str::to_owned);
    assert_shared_with_additions(&tree, &dirs, "without a kustomization");
}
