//! What a chart makes at random is deployed with a seed that lies in the cluster: nobody guesses it, and the next run makes the same.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/clusters.rs"]
mod clusters;
#[path = "support/scratch.rs"]
mod scratch;

use std::path::Path;
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clusters::Clusters;
use scratch::files;

const CHART: (&str, &str) = ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");
const SECRET: (&str, &str) = (
    "shop/templates/secret.yaml",
    "apiVersion: v1\nkind: Secret\nmetadata: { name: login }\nstringData: { password: \"made-{{ randAlphaNum 24 }}\" }\n",
);
/// An environment that is deployed to a cluster.
const CONFIG: &str = "\
version: 1
environments:
  dev:
    helm: { chart: shop }
    cluster: { kubeconfig: { context: dev } }
    deploy: { timeout: 30s }
";

fn deploy(directory: &Path, kubeconfig: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.arg("deploy").args(["--output", "json=report.json", "--output", "markdown=report.md", "-v"]).args(args);
    command.current_dir(directory).env_clear().env("KUBECONFIG", kubeconfig).output().expect("the program runs")
}

/// All that was said.
fn said(directory: &Path, output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let file = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
    text(&output.stdout) + &text(&output.stderr) + &file("report.json") + &file("report.md")
}

/// What follows each of some words in what was sent, up to a quote.
fn sent(clusters: &Clusters, word: &str) -> Vec<String> {
    let all = clusters.sent("dev").concat();
    let parts = all.split(word).skip(1).filter_map(|rest| rest.split('"').next());
    let mut found: Vec<String> = parts.map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

fn decoded(text: &str) -> String {
    let bytes = STANDARD.decode(text).expect("base64");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn the_next_run_makes_the_same_password_and_nobody_is_told_the_seed() {
    keeps_its_password(CONFIG, &[], 0);
}

#[test]
fn a_chart_of_a_kustomization_has_the_seed_of_its_target() {
    let kustomization = "\
resources: [name.yaml]
helmGlobals: { chartHome: charts }
helmCharts: [{ name: shop, releaseName: shop }]
namePrefix: my-
";
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n";
    let config = CONFIG.replace("helm: { chart: shop }", "kustomize: { path: deploy }");
    let files = [
        ("deploy/kustomization.yaml", kustomization),
        ("deploy/name.yaml", other),
        ("deploy/charts/shop/Chart.yaml", CHART.1),
        ("deploy/charts/shop/templates/secret.yaml", SECRET.1),
        ("deploy/charts/shop/values.yaml", "{}\n"),
    ];
    keeps_its_password(&config, &files, 0);
}

/// Kinds of Flux, as far as a test needs them.
fn definitions() -> String {
    let define = |kind: &str, group: &str, version: &str| {
        let one = kind.to_lowercase();
        let many = one.strip_suffix('y').map_or_else(|| format!("{one}s"), |one| format!("{one}ies"));
        format!(
            "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: {many}.{group} }}\nspec:\n  group: {group}\n  scope: Namespaced\n  names: {{ kind: {kind}, plural: {many}, singular: {one} }}\n  versions:\n  - {{ name: {version}, served: true, storage: true, schema: {{ openAPIV3Schema: {{ type: object, x-kubernetes-preserve-unknown-fields: true }} }} }}\n"
        )
    };
    define("HelmRelease", "helm.toolkit.fluxcd.io", "v2")
        + &define("GitRepository", "source.toolkit.fluxcd.io", "v1")
        + &define("ResourceSet", "fluxcd.controlplane.io", "v1")
}

/// A cluster that Flux reconciles; the source of its charts is checked out here.
const FLUX: &str = "flux: { path: clusters/dev, repositories: { charts: . } }";

#[test]
fn what_a_helm_release_installs_has_the_seed_of_its_target() {
    let release = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: charts, namespace: default }
spec: { interval: 1h, url: 'https://example.com/charts' }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: shop, namespace: default }
spec:
  interval: 1h
  chart: { spec: { chart: ./shop, sourceRef: { kind: GitRepository, name: charts } } }
";
    let config = CONFIG.replace("helm: { chart: shop }", FLUX).replace("30s", "3s");
    // The kinds of Flux have no controller there.
    keeps_its_password(
        &config,
        &[("clusters/dev/definitions.yaml", &definitions()), ("clusters/dev/shop.yaml", release)],
        1,
    );
}

#[test]
fn what_a_resource_set_makes_has_the_seed_of_its_target() {
    let set = "\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: { name: shop, namespace: default }
spec:
  resources:
  - { apiVersion: v1, kind: Secret, metadata: { name: login, namespace: default }, stringData: { password: 'made-<< randInt 100000000 999999999 >>' } }
";
    let config = CONFIG.replace("helm: { chart: shop }", FLUX);
    keeps_its_password(
        &config,
        &[("clusters/dev/definitions.yaml", &definitions()), ("clusters/dev/shop.yaml", set)],
        0,
    );
}

/// Deploys twice what makes a password that begins with `made-`, and ends so each time.
fn keeps_its_password(config: &str, more: &[(&str, &str)], code: i32) {
    let clusters = Clusters::start(&["dev"]);
    let scratch = files(&[&[CHART, SECRET, ("seatrial.yaml", config)], more].concat());
    let kubeconfig = clusters.kubeconfig(scratch.path());
    let run = || {
        let output = deploy(scratch.path(), &kubeconfig, &[]);
        let said = said(scratch.path(), &output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let first = run();
    let rendered = Command::new(env!("CARGO_BIN_EXE_seatrial"))
        .args(["render", "--environment", "dev"])
        .current_dir(scratch.path())
        .env_clear()
        .output()
        .expect("the program runs");
    let second = run();
    let mut passwords = sent(&clusters, "\"password\":\"");
    passwords.retain(|password| !password.contains("<<"));
    assert_eq!(passwords.len(), 1, "{passwords:?}");
    let password = decoded(&passwords[0]);
    assert!(password.starts_with("made-"), "{password}");
    let rendered = String::from_utf8_lossy(&rendered.stdout);
    assert!(
        rendered.contains("made-") && !rendered.contains(&password),
        "the seed is not that of a render: {rendered}"
    );
    let seeds = sent(&clusters, "\"seed\":\"");
    assert_eq!(seeds.len(), 1, "{seeds:?}");
    for text in [first, second] {
        assert!(text.contains("the Secret `seatrial-seed` in namespace `default`"), "{text}");
        for secret in [&seeds[0], &passwords[0], &password] {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
    assert_eq!(clusters.asked(), ["dev"]);
    assert!(clusters.has("dev", "/api/v1/namespaces/default/secrets/seatrial-seed"));
}

#[test]
fn each_preview_has_a_password_of_its_own() {
    let clusters = Clusters::start(&["dev"]);
    let config = CONFIG.replace("{ timeout: 30s }", "{ timeout: 30s, preview: { namespace: 'shop-pr-{number}' } }");
    let scratch = files(&[CHART, SECRET, ("seatrial.yaml", &config)]);
    let kubeconfig = clusters.kubeconfig(scratch.path());
    for number in ["7", "8"] {
        let output = deploy(scratch.path(), &kubeconfig, &["--pull-request", number]);
        assert_eq!(output.status.code(), Some(0), "{}", said(scratch.path(), &output));
        assert!(clusters.has("dev", &format!("/api/v1/namespaces/shop-pr-{number}/secrets/seatrial-seed")));
    }
    assert_eq!(sent(&clusters, "\"password\":\"").len(), 2);
}

#[test]
fn a_repository_cannot_bring_a_seed() {
    let clusters = Clusters::start(&["dev"]);
    let own = "apiVersion: v1\nkind: Secret\nmetadata: { name: seatrial-seed, labels: { app.kubernetes.io/managed-by: seatrial } }\nimmutable: true\ndata: { seed: MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA= }\n";
    let scratch = files(&[CHART, SECRET, ("shop/templates/seed.yaml", own), ("seatrial.yaml", CONFIG)]);
    let kubeconfig = clusters.kubeconfig(scratch.path());
    let output = deploy(scratch.path(), &kubeconfig, &[]);
    let said = said(scratch.path(), &output);
    assert_eq!((output.status.code(), said.contains("error[reserved-name]")), (Some(1), true), "{said}");
    assert!(!clusters.has("dev", "/api/v1/namespaces/default/secrets/seatrial-seed"));
}

#[test]
fn nothing_is_deployed_with_a_seed_that_somebody_else_made() {
    let clusters = Clusters::start(&["dev"]);
    let theirs = serde_json::json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "seatrial-seed", "namespace": "default" },
        "data": { "seed": STANDARD.encode([7; 32]) },
    });
    clusters.put("dev", "/api/v1/namespaces/default/secrets", &theirs);
    let scratch = files(&[CHART, SECRET, ("seatrial.yaml", CONFIG)]);
    let kubeconfig = clusters.kubeconfig(scratch.path());
    let output = deploy(scratch.path(), &kubeconfig, &[]);
    let said = said(scratch.path(), &output);
    assert!(
        said.contains(
            "they could be guessed: the Secret `seatrial-seed` in namespace `default` was not made by Seatrial"
        ),
        "{said}"
    );
    assert!(!clusters.has("dev", "/api/v1/namespaces/default/secrets/login"));
}
