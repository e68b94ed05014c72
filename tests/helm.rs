//! Charts on the command line, as users of `helm template` and `helm lint` know them.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/scratch.rs"]
mod scratch;

use std::path::Path;
use std::process::{Command, Output};

use scratch::files;

const CHART: (&str, &str) = ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");

fn seatrial(directory: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command
        .args(args)
        .current_dir(directory)
        .env_clear()
        .env("SEATRIAL_OFFLINE", "true")
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is printed where that succeeds.
fn printed(directory: &Path, args: &[&str]) -> String {
    let seen = seatrial(directory, args);
    assert_eq!((seen.status.code(), text(&seen.stderr)), (Some(0), String::new()), "{args:?}");
    text(&seen.stdout)
}

#[test]
fn the_text_is_that_of_the_version_of_helm() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { helm: {{ .Capabilities.HelmVersion.Version }} }\n\n\n";
    let scratch = files(&[CHART, ("shop/templates/map.yaml", map)]);
    let expected = |version: &str| {
        format!(
            "---\n# Source: shop/templates/map.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: map }}\ndata: {{ helm: {version} }}\n"
        )
    };
    let print = |flags: &[&str]| printed(scratch.path(), &[&["render", "shop"], flags].concat());
    assert_eq!(print(&[]), expected("v4.3.1"));
    assert_eq!(print(&["--helm-version", "4"]), print(&[]));
    assert_eq!(print(&["--helm-version", "3"]), expected("v3.17.2"));
    let two = seatrial(scratch.path(), &["render", "shop", "--helm-version", "2"]);
    assert_eq!(two.status.code(), Some(2), "{}", text(&two.stderr));
}

#[test]
fn what_is_looked_up_is_found_in_files() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { found: {{ ((lookup \"v1\" \"Secret\" .Release.Namespace \"login\").data | default dict).user | default \"none\" }} }\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: login }\ndata: { user: YW5u }\n";
    let scratch = files(&[
        CHART,
        ("shop/templates/map.yaml", map),
        ("live/secret.yaml", secret),
        ("seatrial.yaml", "version: 1\nenvironments:\n  dev: { helm: { chart: shop, lookup: [live] } }\n"),
    ]);
    let found = |args: &[&str]| {
        let text = printed(scratch.path(), &[&["render"], args].concat());
        text.lines()
            .find_map(|line| line.split_once("found: "))
            .map(|(_, found)| found.trim_end_matches(" }").to_owned())
    };
    assert_eq!(found(&["shop"]).as_deref(), Some("none"));
    for path in ["live", "live/secret.yaml"] {
        assert_eq!(found(&["shop", "--lookup-resources", path]).as_deref(), Some("YW5u"), "{path}");
        assert_eq!(found(&["shop", "-n", "shop", "--lookup-resources", path]).as_deref(), Some("YW5u"), "{path}");
    }
    assert_eq!(found(&["--environment", "dev"]).as_deref(), Some("YW5u"));
    let missing = seatrial(scratch.path(), &["render", "shop", "--lookup-resources", "nowhere"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing.stderr));
}

#[test]
fn a_link_out_of_what_is_looked_up_is_not_followed() {
    let scratch =
        files(&[CHART, ("shop/templates/map.yaml", "{{ toJson (lookup \"v1\" \"Secret\" \"default\" \"\") }}\n")]);
    let outside = files(&[("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: { name: outside-login }\n")]);
    std::fs::create_dir(scratch.path().join("live")).expect("made");
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), scratch.path().join("live/a.yaml")).expect("linked");
    let seen = seatrial(scratch.path(), &["render", "shop", "--lookup-resources", "live"]);
    assert!(!text(&seen.stdout).contains("outside-login"));
    assert_eq!(seen.status.code(), Some(1), "{}", text(&seen.stderr));
}

#[test]
fn a_chart_beside_a_kustomization_is_one_when_it_is_said() {
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: {name} }}\n");
    let (of_chart, of_kustomization) = (map("of-chart"), map("of-kustomization"));
    let scratch = files(&[
        CHART,
        ("shop/templates/map.yaml", of_chart.as_str()),
        ("shop/kustomization.yaml", "resources: [map.yaml]\n"),
        ("shop/map.yaml", of_kustomization.as_str()),
        ("plain/map.yaml", of_kustomization.as_str()),
    ]);
    let print = |args: &[&str]| printed(scratch.path(), &[&["render"], args].concat());
    assert!(print(&["shop"]).contains("of-kustomization"));
    assert!(print(&["shop", "--as", "helm"]).contains("of-chart"));
    let validated = |args: &[&str]| {
        let seen = seatrial(scratch.path(), &[&["validate"], args].concat());
        (seen.status.code(), text(&seen.stdout) + &text(&seen.stderr))
    };
    let template = scratch.path().join("shop/templates/map.yaml");
    std::fs::write(template, "{{ .Values.none.none }}\n").expect("written");
    assert_eq!(validated(&["shop"]).0, Some(0));
    let (code, said) = validated(&["shop", "--as", "helm"]);
    assert_eq!((code, said.contains("error[template]")), (Some(1), true), "{said}");
    for args in [&["plain", "--as", "helm"][..], &["--as", "helm"], &["shop/map.yaml", "--as", "helm"]] {
        let (code, said) = validated(args);
        assert_eq!(code, Some(2), "{args:?}: {said}");
        let rendered = seatrial(scratch.path(), &[&["render"], args].concat());
        assert_eq!(rendered.status.code(), Some(2), "{args:?}: {}", text(&rendered.stderr));
    }
}

/// A repository of charts.
fn charts() -> tempfile::TempDir {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n";
    files(&[
        ("charts/asks/Chart.yaml", "apiVersion: v2\nname: asks\nversion: 0.1.0\nicon: https://a.b/c\n"),
        ("charts/asks/templates/map.yaml", "{{ required \"give a host\" .Values.host }}\n"),
        ("charts/asks/ci/host-values.yaml", "host: a\n"),
        (
            "charts/library/Chart.yaml",
            "apiVersion: v2\nname: library\nversion: 0.1.0\ntype: library\nicon: https://a.b/c\n",
        ),
        ("charts/library/templates/_a.tpl", "{{ define \"a\" }}a{{ end }}\n"),
        (
            "charts/needs/Chart.yaml",
            "apiVersion: v2\nname: needs\nversion: 0.1.0\nicon: https://a.b/c\ndependencies:\n- { name: db, version: 1.x, repository: https://charts.example.com }\n",
        ),
        ("charts/needs/templates/map.yaml", map),
        (
            "charts/newer/Chart.yaml",
            "apiVersion: v2\nname: newer\nversion: 0.1.0\nicon: https://a.b/c\nkubeVersion: '>=1.99'\n",
        ),
        ("charts/newer/templates/map.yaml", map),
        ("charts/waits/Chart.yaml", "apiVersion: v2\nname: waits\nversion: 0.1.0\nicon: https://a.b/c\n"),
        (
            "charts/waits/templates/map.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: {{ .Values.port }} }] }\n",
        ),
        ("charts/waits/ci/port-values.yaml", "port: 80\n"),
    ])
}

#[test]
fn charts_that_are_found_are_tried_and_may_ask_for_more() {
    let scratch = charts();
    std::fs::write(
        scratch.path().join("charts/asks/templates/map.yaml"),
        "{{ $_ := required \"give a host\" .Values.host }}\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\n",
    )
    .expect("written");
    let seen = seatrial(scratch.path(), &["validate", "-v"]);
    let said = text(&seen.stdout) + &text(&seen.stderr);
    assert_eq!(seen.status.code(), Some(0), "{said}");
    for expected in [
        "note[chart-asks]: give a host",
        "charts/asks with ci/host-values.yaml",
        "note[chart-dependency]",
        "note[kube-version]",
        "not validated: nothing was rendered",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("error["), "{said}");
}

#[test]
fn a_chart_that_is_found_fails_with_the_values_of_its_tests() {
    let scratch = charts();
    let root = scratch.path();
    std::fs::write(root.join("charts/asks/templates/map.yaml"), "").expect("written");
    std::fs::write(root.join("charts/waits/ci/port-values.yaml"), "port: many\n").expect("written");
    let seen = seatrial(root, &["validate"]);
    let said = text(&seen.stdout) + &text(&seen.stderr);
    assert_eq!(seen.status.code(), Some(1), "{said}");
    assert!(said.contains("charts/waits/ci/port-values.yaml:1:7"), "{said}");
    std::fs::write(root.join("charts/waits/templates/broken.yaml"), "{{ if }}\n").expect("written");
    let seen = seatrial(root, &["validate"]);
    assert!(text(&seen.stdout).contains("error[template]"), "{}", text(&seen.stdout));
}

#[test]
fn a_chart_that_is_named_needs_its_dependencies() {
    let scratch = charts();
    let validated = |chart: &str| {
        let seen = seatrial(scratch.path(), &["validate", chart]);
        (seen.status.code(), text(&seen.stdout) + &text(&seen.stderr))
    };
    let (code, said) = validated("charts/needs");
    assert_eq!((code, said.contains("error[chart-dependency]")), (Some(1), true), "{said}");
    let (code, said) = validated("charts/library");
    assert_eq!((code, said.contains("nothing was rendered")), (Some(0), true), "{said}");
}

#[test]
fn what_helm_prints_is_printed_whatever_is_wrong_with_the_objects() {
    let template = "kind: ConfigMap\nmetadata: { name: map }\ndata:\n  a: 1\n  a: 2\n---\nmetadata: {}\n";
    let scratch = files(&[CHART, ("shop/templates/map.yaml", template)]);
    let output = seatrial(scratch.path(), &["render", "shop"]);
    let printed = "---\n# Source: shop/templates/map.yaml\nkind: ConfigMap\nmetadata: { name: map }\ndata:\n  a: 1\n  a: 2\n\n---\n# Source: shop/templates/map.yaml\nmetadata: {}\n";
    assert_eq!(text(&output.stdout), printed);
    assert!(output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("warning[duplicate-key]") && said.contains("warning[invalid-object]"), "{said}");
}
