//! Builds that share bases and files give what each gives alone, whatever else was built before and beside them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_kustomize::{Builder, FILE_NAMES, Options, build};
use seatrial_model::{Rendered, Sources};
use seatrial_tree::Tree;
use seatrial_yaml::emit_all;

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
        Some((dir, name)) => FILE_NAMES.contains(&name).then(|| dir.to_owned()),
        None => FILE_NAMES.contains(&path.as_str()).then(String::new),
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
