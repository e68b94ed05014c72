//! `seatrial validate PATH…`: files, directories, kustomizations and standard input, and what an ordinary repository holds beside manifests.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/unbroken.rs"]
mod unbroken;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use scratch::files;
use unbroken::unbroken;

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n";
const WRONG: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { replicas: two, selector: {}, template: {} }\n";

/// What `validate` says and its exit code.
fn validate(directory: &Path, args: &[&str], input: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.arg("validate").args(args).current_dir(directory).env_clear();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // It need not read what it does not ask for.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let seen = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&seen.stdout).into_owned() + &String::from_utf8_lossy(&seen.stderr);
    (seen.status.code().expect("an exit code"), said)
}

#[track_caller]
fn says(directory: &Path, args: &[&str], input: &str, code: i32, sentences: &[&str]) {
    let (exit, said) = validate(directory, args, input);
    let said = unbroken(&said);
    assert_eq!(exit, code, "{args:?}: {said}");
    for sentence in sentences {
        assert!(said.contains(sentence), "{args:?}: {sentence}: {said}");
    }
}

fn repository() -> tempfile::TempDir {
    files(&[
        ("base/kustomization.yaml", "resources: [map.yaml]\n"),
        ("base/map.yaml", MAP),
        ("overlays/dev/kustomization.yaml", "resources: [../../base]\npatches: [{ path: patch.yaml }]\n"),
        ("overlays/dev/patch.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { a: b }\n"),
        ("plain/wrong.yaml", WRONG),
        ("plain/more/map.yaml", MAP),
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\n"),
        ("chart/templates/web.yaml", "kind: {{ .Values.kind }}\napiVersion: v1\n"),
        ("blank.yaml", "# later\n---\n"),
        ("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n"),
        ("typo.yaml", "apiversion: v1\nkind: ConfigMap\nmetadata: { name: map }\n"),
        ("docker-compose.yml", "services: { web: { image: web } }\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/refs/heads/.keep", ""),
        (".git/objects/.keep", ""),
    ])
}

#[test]
fn any_number_of_paths_is_looked_into() {
    let repository = repository();
    let root = repository.path();
    says(root, &["base", "overlays"], "", 0, &["base", "overlays/dev", "2 objects in 2 environments"]);
    // The directory is discovered as the repository is: its kustomizations and what none of them reaches.
    says(root, &["plain"], "", 1, &["plain/wrong.yaml:4:19", "2 objects"]);
    says(root, &["plain/more/map.yaml", "base/kustomization.yaml"], "", 0, &["2 objects in 2 environments"]);
    says(root, &["base/map.yaml", "./base/map.yaml", "base"], "", 0, &["2 objects in 2 environments"]);
    says(&root.join("plain"), &["../base"], "", 0, &["1 object in 1 environment"]);
    says(root, &["gone.yaml"], "", 2, &["cannot open `gone.yaml`"]);
    says(root, &["chart"], "", 1, &["chart/Chart.yaml:1:1", "chart.metadata.version is required"]);
}

#[test]
fn what_a_hook_passes_is_judged_where_it_is_a_manifest() {
    let repository = repository();
    let root = repository.path();
    says(
        root,
        &["blank.yaml", "list.yaml"],
        "",
        0,
        &["note", "`blank.yaml` contains no Kubernetes object", "`list.yaml` contains"],
    );
    says(root, &["overlays/dev/patch.yaml"], "", 0, &["`overlays/dev/patch.yaml` is part of a kustomization"]);
    says(root, &["chart/templates/web.yaml"], "", 0, &["is part of a Helm chart: skipped"]);
    says(root, &["docker-compose.yml"], "", 0, &["is a docker-compose file: skipped"]);
    says(root, &["typo.yaml"], "", 1, &["has no `apiVersion`"]);
}

#[test]
fn standard_input_is_a_file_of_its_own() {
    let elsewhere = files(&[]);
    let at = elsewhere.path();
    let two = format!("---\n# Source: shop/templates/map.yaml\n{MAP}---\n{WRONG}");
    says(at, &["-"], &two, 1, &["<stdin>:10:19", "replicas: two", "standard input"]);
    says(at, &["-"], MAP, 0, &["standard input", "1 object in 1 environment"]);
    says(at, &["-"], "# nothing\n", 0, &["contains no Kubernetes object"]);
    says(at, &["-"], "", 2, &["standard input is empty"]);
    says(at, &["-", "-", "--kubernetes", "1.29"], MAP, 0, &["1 object in 1 environment"]);
}

#[test]
fn a_path_outside_of_the_repository_is_its_own_root() {
    let (repository, other) = (repository(), repository());
    let plain =
        files(&[("base/kustomization.yaml", "resources: [map.yaml]\n"), ("base/map.yaml", MAP), ("x.yaml", WRONG)]);
    let overlays = other.path().join("overlays").display().to_string();
    let base = plain.path().join("base").display().to_string();
    let file = plain.path().join("x.yaml").display().to_string();
    says(repository.path(), &["base", &overlays, &base], "", 0, &["3 objects in 3 environments", "overlays/dev"]);
    says(repository.path(), &[&file], "", 1, &["x.yaml:4:19"]);
}

#[test]
fn the_minor_is_that_of_the_configuration_else_of_the_flag() {
    let class = "apiVersion: resource.k8s.io/v1\nkind: DeviceClass\nmetadata: { name: gpu }\nspec: {}\n";
    let plain = files(&[("class.yaml", class)]);
    says(plain.path(), &["--kubernetes", "1.29"], "", 1, &["Kubernetes 1.29"]);
    says(plain.path(), &["class.yaml", "--kubernetes", "1.37"], "", 0, &["1 object"]);
    says(plain.path(), &["--kubernetes", "1.28"], "", 2, &["choose a minor from 1.29 to 1.37"]);
    let config = "version: 1\nenvironments:\n  dev: { manifests: { path: k8s }, kubernetes: '1.37' }\n";
    let configured = files(&[("k8s/class.yaml", class), ("seatrial.yaml", config)]);
    says(configured.path(), &["--kubernetes", "1.29"], "", 0, &["1 object"]);
}

#[test]
fn an_application_without_an_object_is_told_what_it_has() {
    let app = files(&[
        ("docker-compose.yml", "services: {}\n"),
        ("chart/Chart.yaml", "name: {{ .name }}\n"),
        ("mkdocs.yml", "a: 1\n"),
    ]);
    let expected = "1 Helm chart: checked when it is named, or a release is made of it; skipped: 1 docker-compose file, 1 YAML file that is not a Kubernetes object";
    says(app.path(), &[], "", 2, &["there is nothing to render", expected]);
}

/// A repository whose kustomizations read more than kustomize lets them.
fn estate(flux: &str, config: &str) -> tempfile::TempDir {
    let scratch = files(&[
        ("apps/web/kustomization.yaml", "resources: [../shared/web.yaml]\n"),
        (
            "apps/shared/web.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: '${PORT:=80}' }] }\n",
        ),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/refs/heads/.keep", ""),
        (".git/objects/.keep", ""),
    ]);
    for (path, text) in [("cluster.yaml", flux), ("seatrial.yaml", config)] {
        if !text.is_empty() {
            std::fs::write(scratch.path().join(path), text).expect("written");
        }
    }
    scratch
}

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: apps }\nspec: { path: ./apps }\n";

#[test]
fn a_kustomization_may_read_what_flux_would_let_it_where_flux_evidently_reconciles_it() {
    let (way_out, refused) = ("`loadRestrictor: none`", "`../shared/web.yaml` is not in or below `apps/web`");
    let plain = estate("", "");
    says(plain.path(), &[], "", 1, &[refused, "--load-restrictor none", way_out]);
    says(plain.path(), &["--load-restrictor", "none"], "", 1, &["must be an integer"]);
    let flux = estate(FLUX, "");
    says(flux.path(), &["apps"], "", 0, &["1 object in 1 environment"]);
    says(flux.path(), &["--load-restrictor", "LoadRestrictionsRootOnly"], "", 1, &[refused]);
    let config = |restrictor: &str| {
        format!("version: 1\nenvironments:\n  web:\n    kustomize: {{ path: apps/web{restrictor} }}\n")
    };
    says(estate(FLUX, &config("")).path(), &[], "", 0, &["1 object in 1 environment"]);
    says(estate(FLUX, &config(", loadRestrictor: rootOnly")).path(), &[], "", 1, &[refused]);
    says(estate("", &config("")).path(), &[], "", 1, &[refused]);
    says(estate("", &config(", loadRestrictor: none")).path(), &[], "", 1, &["must be an integer"]);
}

#[test]
fn render_with_a_path_stays_as_kustomize() {
    let flux = estate(FLUX, "");
    let render = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.arg("render").args(args).current_dir(flux.path()).env_clear().output().expect("the program runs")
    };
    assert_eq!(render(&["apps/web"]).status.code(), Some(1));
    assert_eq!(render(&["apps/web", "--load-restrictor", "none"]).status.code(), Some(0));
    assert_eq!(render(&["-e", "apps/web"]).status.code(), Some(0));
}
