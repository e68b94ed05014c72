//! Every file of `testdata` is a case: files as `-- PATH --`, last what is expected as `-- expected --`; `SEATRIAL_ACCEPT=1` writes
//! what we give now.
#![allow(clippy::disallowed_methods, reason = "the tests read their cases")]

#[path = "../../../../tests/support/case_file.rs"]
mod case_file;
#[path = "../../../../tests/support/trials.rs"]
mod trials;

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_discover::{Discovery, Found, Source};
use seatrial_model::Sources;
use seatrial_tree::Tree;
use seatrial_yaml::ParsedFiles;

use case_file::{CaseFile, asked, each};

fn discover(tree: &Tree, directory: &str) -> Found {
    Discovery::of(tree, &Arc::new(ParsedFiles::default()), "").below(directory)
}

fn main() -> ExitCode {
    let cases = each(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), 4, discovered);
    trials::suite!(
        [
            a_base_that_is_included_through_a_link_is_no_environment,
            a_directory_is_reconciled_by_flux_where_a_kustomization_of_flux_refers_to_it_or_above_it,
            flux_patches_its_own_objects_where_a_patch_of_a_kustomization_of_flux_is_about_one
        ],
        cases
    )
}

fn discovered(case: &CaseFile) -> String {
    let mut got = String::new();
    let tree = Tree::memory(case.borrowed(), &Arc::new(Sources::new()));
    let found = discover(&tree, asked(&case.head, "below").unwrap_or_default());
    for environment in found.environments {
        let source = match environment.source {
            Source::Flux(root) => format!("flux {:?}", root.path.unwrap_or_default()),
            Source::Kustomize(path) => format!("kustomize {path:?}"),
            Source::Helm(release) => format!("helm {:?} {:?}", release.chart, release.values),
            Source::Manifests(path) => format!("manifests {path:?}"),
            Source::Loose(loose) => format!("{:?}", loose.files),
            Source::Mixed(path) => format!("mixed {path:?}"),
        };
        writeln!(got, "{}: {source}", environment.name).expect("writes to a string");
    }
    found.left_out.sentences().iter().for_each(|s| writeln!(got, "{s}").expect("writes to a string"));
    got
}

fn a_base_that_is_included_through_a_link_is_no_environment() {
    let dir = tempfile::TempDir::new().expect("temporary directory");
    for (path, text) in
        [("base/kustomization.yaml", "resources: []\n"), ("dev/kustomization.yaml", "resources: [base]\n")]
    {
        let full = dir.path().join(path);
        std::fs::create_dir_all(full.parent().expect("has a parent")).expect("directory is made");
        std::fs::write(full, text).expect("file is written");
    }
    std::os::unix::fs::symlink("../base", dir.path().join("dev/base")).expect("link is made");
    let tree = Tree::working_copy(dir.path(), &Arc::new(Sources::new())).expect("is a directory");
    let names: Vec<String> = discover(&tree, "").environments.into_iter().map(|found| found.name).collect();
    assert_eq!(names, ["dev"]);
}

fn a_directory_is_reconciled_by_flux_where_a_kustomization_of_flux_refers_to_it_or_above_it() {
    let flux = |name: &str, spec: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{ name: {name} }}\nspec: {spec}\n"
        )
    };
    let cluster = flux("a", "{ path: ./apps/prod }") + "---\n" + &flux("b", "{ path: '/infra/${ENV}/x' }");
    let elsewhere = flux("c", "{ path: ./, sourceRef: { kind: GitRepository, name: shop } }");
    let gone = flux("d", "{ path: other }") + "---\n" + &flux("e", "{ path: '${ENV}' }");
    let own = flux("flux-system", "{ sourceRef: { kind: GitRepository, name: flux-system } }");
    let map = "apiVersion: v1\nkind: ConfigMap\n";
    let mut files = vec![
        ("clusters/cluster.yaml", cluster.as_str()),
        ("clusters/elsewhere.yaml", &elsewhere),
        ("clusters/gone.yaml", &gone),
        ("apps/prod/web/map.yaml", map),
        ("apps/prod-2/map.yaml", map),
        ("infra/dev/x/map.yaml", map),
    ];
    let discovery = |files: &[(&str, &str)]| {
        let tree = Tree::memory(files.iter().copied(), &Arc::new(Sources::new()));
        Discovery::of(&tree, &Arc::new(ParsedFiles::default()), "")
    };
    let found = discovery(&files);
    let paths = ["apps/prod", "apps/prod/web", "apps/prod-2", "apps", "infra/dev/x", "other", ""];
    let covered = paths.map(|path| found.is_reconciled_by_flux(path));
    assert_eq!(covered, [true, true, false, false, true, false, false]);
    files.push(("clusters/own.yaml", &own));
    assert!(discovery(&files).is_reconciled_by_flux("apps"));
}

fn flux_patches_its_own_objects_where_a_patch_of_a_kustomization_of_flux_is_about_one() {
    let is_found = |spec: &str| {
        let head = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: a }\n";
        let file = format!("{head}spec: {spec}\n");
        let tree = Tree::memory([("cluster.yaml", file.as_str())], &Arc::new(Sources::new()));
        Discovery::of(&tree, &Arc::new(ParsedFiles::default()), "").has_patches_of_flux()
    };
    assert!(is_found("{ patches: [{ patch: x, target: { kind: HelmRelease } }] }"));
    assert!(is_found("{ patches: [{ patch: x, target: { group: kustomize.toolkit.fluxcd.io } }] }"));
    assert!(is_found("{ patches: [{ patch: '{ apiVersion: source.toolkit.fluxcd.io/v1, kind: Bucket }' }] }"));
    assert!(!is_found("{ patches: [{ patch: x, target: { kind: Deployment } }] }"));
    assert!(!is_found("{ path: ./apps }"));
}
