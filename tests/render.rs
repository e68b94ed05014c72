//! `seatrial render` in the place of `kustomize build`, and the origins that it shows beside the manifests.
//!
//! With `SEATRIAL_KUSTOMIZE=/path/to/kustomize` what is printed is compared with the real one, byte for byte.
#![allow(clippy::disallowed_methods, reason = "this test runs the program on folders")]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/unbroken.rs"]
mod unbroken;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use scratch::files;
use unbroken::unbroken;

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/shop/repo").canonicalize().expect("the shop")
}

fn render(directory: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.arg("render").args(args).current_dir(directory).env_clear().output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map, namespace: shop }\n";

#[test]
fn takes_the_place_of_kustomize_build() {
    let scratch = files(&[
        ("overlay/kustomization.yaml", "resources: [../base]\nnamePrefix: a-\n"),
        ("base/kustomization.yaml", "resources: [map.yaml]\n"),
        ("base/map.yaml", MAP),
    ]);
    let expected = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a-map\n  namespace: shop\n";
    let overlay = scratch.path().join("overlay");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let absolute = overlay.display().to_string();
    // Without git nothing bounds where bases lie, as kustomize has it.
    for (directory, args) in [
        (scratch.path(), vec!["overlay"]),
        (&overlay, vec![]),
        (&overlay, vec!["."]),
        (elsewhere.path(), vec![absolute.as_str()]),
        (&overlay, vec!["--enable-helm", "--helm-command", "helm", "--load-restrictor", "LoadRestrictionsRootOnly"]),
        (
            &overlay,
            vec!["--network", "--mount", "a", "--env", "A=b", "--as-current-user", "--stack-trace", "--reorder=none"],
        ),
    ] {
        let seen = render(directory, &args);
        assert_eq!((text(&seen.stdout).as_str(), text(&seen.stderr).as_str()), (expected, ""), "{args:?}");
        assert_eq!(seen.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn charts_are_rendered_where_helm_is_enabled_and_a_cluster_may_be_told() {
    let scratch = files(&[
        ("kustomization.yaml", "helmCharts: [{ name: web, releaseName: shop }]\nnamePrefix: a-\n"),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("charts/web/values.yaml", ""),
        (
            "charts/web/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\n\
             data: { v: {{ .Capabilities.KubeVersion }}, has: {{ .Capabilities.APIVersions.Has \"a/v1\" | quote }} }\n",
        ),
    ]);
    let refused = render(scratch.path(), &["."]);
    assert_eq!((refused.status.code(), text(&refused.stdout).as_str()), (Some(1), ""));
    let said = text(&refused.stderr);
    assert!(said.contains("the chart `web` is not rendered: must specify --enable-helm"), "{said}");
    let seen = render(
        scratch.path(),
        &[".", "--enable-helm", "--helm-kube-version", "1.30", "--helm-api-versions", "a/v1", "--helm-command", "x"],
    );
    let expected = "apiVersion: v1\ndata:\n  has: \"true\"\n  v: v1.30\nkind: ConfigMap\nmetadata:\n  name: a-shop\n";
    assert_eq!((text(&seen.stdout).as_str(), text(&seen.stderr).as_str()), (expected, ""));
}

#[test]
fn what_fails_prints_nothing_but_its_findings_on_standard_error() {
    let scratch = files(&[("kustomization.yaml", "resources: [map.yaml, gone.yaml]\n"), ("map.yaml", MAP)]);
    let target = scratch.path().join("out.yaml");
    for args in [vec![], vec!["-o", "out.yaml"], vec!["--with-origins"]] {
        let seen = render(scratch.path(), &args);
        assert_eq!((seen.status.code(), text(&seen.stdout).as_str()), (Some(1), ""), "{args:?}");
        assert!(text(&seen.stderr).contains("`gone.yaml` does not exist"), "{}", text(&seen.stderr));
        assert!(!target.exists());
    }
}

#[test]
fn words_of_kustomize_that_are_refused_name_the_way_out() {
    let scratch = files(&[("kustomization.yaml", "resources: [map.yaml]\n"), ("map.yaml", MAP)]);
    for (args, sentence) in [
        (["--enable-alpha-plugins", "."], "programs from a repository are never executed. Remove the flag"),
        (["--enable-exec", "."], "--enable-exec is refused"),
        (["--reorder=legacy", "."], "sortOptions: { order: legacy }"),
        (["--load-restrictor=nothing", "."], "rootOnly, none"),
        (["https://github.com/acme/shop//deploy?ref=v1", "-v"], "clone the repository and name the directory"),
        (["nowhere", "-v"], "cannot open `nowhere`"),
        (["--object=ConfigMap/mop", "."], "no ConfigMap mop is rendered; there are `ConfigMap shop/map`"),
    ] {
        let seen = render(scratch.path(), &args);
        assert_eq!((seen.status.code(), text(&seen.stdout).as_str()), (Some(2), ""), "{args:?}");
        assert!(text(&seen.stderr).contains(sentence), "{args:?}: {}", text(&seen.stderr));
    }
}

#[test]
fn the_load_restrictor_is_the_one_of_kustomize() {
    let scratch = files(&[("a/kustomization.yaml", "resources: [../map.yaml]\n"), ("map.yaml", MAP)]);
    assert_eq!(render(scratch.path(), &["a"]).status.code(), Some(1));
    let free = render(scratch.path(), &["a", "--load-restrictor", "LoadRestrictionsNone"]);
    assert_eq!((free.status.code(), text(&free.stdout).contains("name: map")), (Some(0), true));
}

#[test]
fn several_paths_get_a_file_each_and_what_one_lacks_hides_nothing_of_the_others() {
    let scratch = files(&[
        ("base/kustomization.yaml", "resources: [map.yaml]\n"),
        ("base/map.yaml", MAP),
        ("overlays/a/kustomization.yaml", "resources: [../../base]\nnamePrefix: a-\n"),
        ("overlays/b/kustomization.yaml", "resources: [../../base, gone.yaml]\n"),
        ("overlays/c/kustomization.yaml", "resources: [../../base]\nnamePrefix: c-\n"),
    ]);
    let written = |name: &str| std::fs::read_to_string(scratch.path().join("out").join(name)).ok();
    let alone = |path: &str| Some(text(&render(scratch.path(), &[path]).stdout));

    let seen = render(scratch.path(), &["overlays/a", "overlays/c", "./overlays/a/", "-o", "out"]);
    assert_eq!((seen.status.code(), text(&seen.stdout), text(&seen.stderr)), (Some(0), String::new(), String::new()));
    assert_eq!([written("overlays/a.yaml"), written("overlays/c.yaml")], [alone("overlays/a"), alone("overlays/c")]);

    // All that the repository has, as nothing is named: the broken one has no file and says why.
    let seen = render(scratch.path(), &["-o", "out", "--image", "shop/web=shop/web:2"]);
    assert_eq!(seen.status.code(), Some(2), "{}", text(&seen.stderr));
    std::fs::remove_dir_all(scratch.path().join("out")).expect("removed");
    let seen = render(scratch.path(), &["-o", "out"]);
    let told = text(&seen.stderr);
    assert_eq!((seen.status.code(), text(&seen.stdout)), (Some(1), String::new()), "{told}");
    assert!(told.contains("`gone.yaml` does not exist") && told.contains("overlays/b/kustomization.yaml:1"), "{told}");
    let all = [written("overlays/a.yaml"), written("overlays/b.yaml"), written("overlays/c.yaml")];
    assert_eq!(all, [alone("overlays/a"), None, alone("overlays/c")]);
}

#[test]
fn several_paths_are_not_mixed_on_standard_output() {
    let kustomization = "resources: [map.yaml]\n";
    let scratch = files(&[
        ("a/kustomization.yaml", kustomization),
        ("a/map.yaml", MAP),
        ("b/kustomization.yaml", kustomization),
        ("b/map.yaml", MAP),
    ]);
    for (args, sentence) in [
        (vec!["a", "b"], "2 paths cannot be told apart on standard output; --output DIR writes a file for each"),
        (vec![], "--environment takes one of `a`, `b`; --output DIR writes a file for each"),
        (vec!["-o", "out", "--object", "ConfigMap/mop"], "no ConfigMap mop is rendered in any of 2 environments"),
    ] {
        let seen = render(scratch.path(), &args);
        assert_eq!((seen.status.code(), text(&seen.stdout).as_str()), (Some(2), ""), "{args:?}");
        assert!(text(&seen.stderr).contains(sentence), "{args:?}: {}", text(&seen.stderr));
    }
    let seen = render(scratch.path(), &["a", "b", "-o", "out", "--object", "ConfigMap/map", "--format", "tree"]);
    assert_eq!(seen.status.code(), Some(0), "{}", text(&seen.stderr));
    let tree = std::fs::read_to_string(scratch.path().join("out/b.txt")).expect("written");
    assert_eq!(tree, "v1 ConfigMap shop/map\n");
}

#[test]
fn an_output_that_is_a_directory_gets_a_file_for_each_object_with_the_names_of_kustomize() {
    let more = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: Web }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";
    let scratch = files(&[
        ("kustomization.yaml", "resources: [map.yaml]\n"),
        ("map.yaml", &format!("{MAP}{more}")),
        ("out/.keep", ""),
    ]);
    assert_eq!(render(scratch.path(), &["-o", "out"]).status.code(), Some(0));
    let mut names: Vec<String> = std::fs::read_dir(scratch.path().join("out"))
        .expect("there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [".keep", "default_apps_v1_deployment_web.yaml", "shop_v1_configmap_map.yaml", "v1_namespace_shop.yaml"]
    );
    let map = std::fs::read_to_string(scratch.path().join("out/shop_v1_configmap_map.yaml")).expect("written");
    assert_eq!(map, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\n  namespace: shop\n");
    assert_eq!(render(scratch.path(), &["--output", "all.yaml"]).status.code(), Some(0));
    assert!(scratch.path().join("all.yaml").is_file());
}

#[test]
fn is_equal_to_the_real_kustomize_on_the_shop() {
    let Some(kustomize) = std::env::var_os("SEATRIAL_KUSTOMIZE") else {
        eprintln!("SKIPPED: SEATRIAL_KUSTOMIZE names no kustomize to compare with");
        return;
    };
    for overlay in ["deploy/overlays/dev", "deploy/overlays/prod", "deploy/base"] {
        let real = Command::new(&kustomize).args(["build", overlay]).current_dir(shop()).output().expect("runs");
        assert_eq!(text(&render(&shop(), &[overlay]).stdout), text(&real.stdout), "{overlay}");
    }
}

#[test]
fn origins_stand_behind_the_same_yaml() {
    for overlay in ["deploy/overlays/dev", "deploy/overlays/prod"] {
        let plain = text(&render(&shop(), &[overlay]).stdout);
        let told = text(&render(&shop(), &[overlay, "--with-origins"]).stdout);
        let bare: String =
            told.lines().map(|line| format!("{}\n", line.split("  # ").next().unwrap_or(line).trim_end())).collect();
        assert_eq!(bare, plain);
        assert!(told.lines().filter(|line| line.contains("  # ")).count() > plain.lines().count() / 2, "{told}");
    }
}

#[test]
fn an_origin_tells_the_setter_and_what_was_set_over() {
    let told = text(&render(&shop(), &["-e", "prod", "--with-origins", "--object", "deployment/web"]).stdout);
    for line in [
        "replicas: 3 # deploy/overlays/prod/kustomization.yaml:15:12 (replicas) ← deploy/base/web.yaml:6:13",
        "cpu: 500m # deploy/overlays/prod/web-resources.yaml:12:20 (patch) ← deploy/base/web.yaml:30:20",
        "path: /healthz # deploy/base/web.yaml:26:21",
    ] {
        let said = told.lines().any(|seen| {
            let flat = seen.split_whitespace().collect::<Vec<_>>().join(" ");
            // The shop lies in a git repository here; the paths are those from its root.
            flat.replace("tests/cases/shop/repo/", "") == line
        });
        assert!(said, "no `{line}`:\n{told}");
    }
    let json =
        render(&shop(), &["-e", "prod", "--with-origins", "--format=json", "--object=Deployment/shop/web"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let values = json["objects"][0]["values"].as_array().expect("values");
    let replicas = values.iter().find(|value| value["pointer"] == "/spec/replicas").expect("replicas");
    assert_eq!(replicas["value"], 3);
    let origins: Vec<String> = replicas["origins"]
        .as_array()
        .expect("a chain")
        .iter()
        .map(|o| format!("{} {} {}", o["by"], o["field"], o["line"]))
        .collect();
    assert_eq!(origins, ["\"field\" \"replicas\" 15", "\"file\" null 6"]);
}

#[test]
fn a_value_on_several_lines_keeps_its_origin_out_of_its_text() {
    let long = "word ".repeat(40);
    let map =
        format!("{MAP}data:\n  block: |\n    one\n    two\n  plain: {long}\n  quoted: '{long}: x'\n  empty: {{}}\n");
    let scratch = files(&[("kustomization.yaml", "resources: [map.yaml]\n"), ("map.yaml", &map)]);
    let plain: serde_json::Value = serde_saphyr::from_str(&text(&render(scratch.path(), &[]).stdout)).expect("YAML");
    let told = text(&render(scratch.path(), &["--with-origins"]).stdout);
    let read: serde_json::Value = serde_saphyr::from_str(&told).expect("YAML");
    assert_eq!(read, plain, "{told}");
    assert_eq!(told.matches("# map.yaml:").count(), 10, "{told}");
}

#[test]
fn a_remote_base_is_taken_from_a_checkout_and_from_nowhere_else() {
    let overlay = "resources: ['https://github.com/acme/bases//web?ref=v1', 'github.com/acme/files/map.yaml?ref=v1']\n";
    let other = MAP.replace("name: map,", "name: other,");
    let scratch = files(&[
        ("overlay/kustomization.yaml", overlay),
        ("bases/web/kustomization.yaml", "resources: [map.yaml]\nnamePrefix: web-\n"),
        ("bases/web/map.yaml", MAP),
        ("files/map.yaml", &other),
    ]);
    let seen = render(scratch.path(), &["overlay"]);
    let told = unbroken(&text(&seen.stderr));
    assert_eq!((seen.status.code(), text(&seen.stdout).as_str()), (Some(1), ""), "{told}");
    assert!(told.contains("is outside the repository and was not fetched"), "{told}");
    assert!(told.contains("--checkout URL=DIR") && told.contains("overlay/kustomization.yaml:1:13"), "{told}");

    let one = ["overlay", "--checkout", "https://github.com/acme/bases?ref=v1=bases"];
    let told = unbroken(&text(&render(scratch.path(), &one).stderr));
    assert!(
        !told.contains("`https://github.com/acme/bases") && told.contains("`github.com/acme/files/map.yaml`"),
        "{told}"
    );
    let flags =
        ["--checkout", "git@github.com:acme/bases.git=bases", "--checkout", "https://github.com/acme/files=files"];
    let seen = render(scratch.path(), &[&["overlay"], flags.as_slice()].concat());
    let (rendered, told) = (text(&seen.stdout), text(&seen.stderr));
    assert_eq!((seen.status.code(), told.as_str()), (Some(0), ""));
    assert!(rendered.contains("name: web-map\n") && rendered.contains("name: other\n"), "{rendered}");

    // The configuration says the same for all commands.
    let checkouts = "checkouts:\n  - { url: 'https://github.com/acme/bases?ref=v1', path: bases }\n  - { url: 'https://github.com/acme/files', path: files }\n";
    let config = format!("version: 1\nenvironments: {{ dev: {{ kustomize: {{ path: overlay }} }} }}\n{checkouts}");
    std::fs::write(scratch.path().join("seatrial.yaml"), &config).expect("written");
    for args in [vec!["overlay"], vec!["-e", "dev"]] {
        assert_eq!(text(&render(scratch.path(), &args).stdout), rendered, "{args:?}");
    }
    std::fs::write(scratch.path().join("seatrial.yaml"), config.replace("ref=v1", "ref=v2")).expect("written");
    let told = text(&render(scratch.path(), &["-e", "dev"]).stderr);
    assert!(told.contains("`bases` is a checkout of v2, but v1 is needed"), "{told}");
    std::fs::write(scratch.path().join("seatrial.yaml"), config.replace("path: bases", "path: ../bases"))
        .expect("written");
    let seen = render(scratch.path(), &["-e", "dev"]);
    assert_eq!(seen.status.code(), Some(2));
    assert!(text(&seen.stderr).contains("seatrial.yaml:4"), "{}", text(&seen.stderr));
    std::fs::remove_file(scratch.path().join("seatrial.yaml")).expect("removed");
    for (flag, sentence) in [
        ("bases", "is not URL=DIR"),
        ("../base=bases", "is not the URL of a repository"),
        ("https://github.com/acme/bases=gone", "`gone` cannot be opened"),
        ("https://github.com/acme/bases=/", "is outside the repository"),
    ] {
        let seen = render(scratch.path(), &["overlay", "--checkout", flag]);
        assert_eq!(seen.status.code(), Some(2), "{flag}");
        assert!(text(&seen.stderr).contains(sentence), "{flag}: {}", text(&seen.stderr));
    }
}

#[test]
fn what_kustomize_prints_is_printed_and_only_warned_of() {
    let map = "kind: ConfigMap\nmetadata:\n  name: map\n";
    let scratch = files(&[("kustomization.yaml", "resources: [map.yaml]\n"), ("map.yaml", map)]);
    let seen = render(scratch.path(), &[]);
    let told = text(&seen.stderr);
    assert_eq!((seen.status.code(), text(&seen.stdout).as_str()), (Some(0), map));
    assert!(told.starts_with("warning[invalid-object]: the object has no `apiVersion`"), "{told}");
    assert!(told.contains("map.yaml:1:1") && !told.contains("passed"), "{told}");
}
