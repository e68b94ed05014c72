//! Charts that are not in the repository: fetched from a registry and from a repository of charts on loopback, rendered, kept, and never asked
//! for where who names them has no say.
#![allow(clippy::disallowed_methods, reason = "this test runs git and the program")]

#[path = "support/git.rs"]
mod git;
#[path = "fetch/stage.rs"]
mod stage;

use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use git::git;
use seatrial_test_servers::acr::{AcrFace, Rights, Settings as Acr};
use seatrial_test_servers::files::{Answer, Files, Reply};
use seatrial_test_servers::oci::FluxArtifact;
use stage::{Stage, line, package, said};

#[test]
fn charts_are_fetched_and_rendered_and_the_same_again_without_a_network() {
    let stage = Stage::new();
    let (code, rendered, errors) = stage.run(&["render"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{rendered}");
    for expected in ["color: blue\n  version: 1.0.0", "color: green\n  version: 1.2.0"] {
        assert!(rendered.contains(expected), "{rendered}");
    }
    let Stage { scratch, runtime, registry, files } = stage;
    let hosts = [registry.host(), files.host()];
    drop((registry, files));
    drop(runtime);
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(["render", "--offline"]).current_dir(scratch.path().join("repo")).env_clear();
    let again = command.env("SEATRIAL_CACHE", scratch.path().join("cache")).output().expect("the program runs");
    assert_eq!(said(&again), (Some(0), rendered, String::new()), "{hosts:?}");
}

#[test]
fn what_a_chart_makes_wrong_is_told_at_the_line_of_the_values() {
    let stage = Stage::new();
    stage.change("color: blue", "color: 7");
    let (code, report, _) = stage.run(&["validate"]);
    let report = line(&report);
    let expected = "error[schema]: `data.color` of ConfigMap shop/web must be a string, not an integer --> clusters/dev/apps.yaml:16:12";
    assert!(code == Some(1) && report.contains(expected), "{report}");
}

#[test]
fn a_version_that_does_not_exist_is_an_error_at_its_line() {
    let stage = Stage::new();
    stage.change("version: 1.x", "version: 3.x");
    stage.change("tag: 1.0.0", "tag: 1.0.1");
    let (code, report, _) = stage.run(&["validate"]);
    let report = line(&report);
    let of_index = format!(
        "error[missing-chart]: there is no chart `web 3.x`: the index of http://{}/stable has no version `3.x` of it; the newest is `1.2.0` --> clusters/dev/apps.yaml:33:16",
        stage.files.host()
    );
    let of_registry = format!(
        "error[missing-chart]: there is no chart `web 1.0.1`: {}/charts/web has no tag `1.0.1`; the newest is `1.0.0` --> clusters/dev/apps.yaml:7:15",
        stage.registry.host()
    );
    assert!(code == Some(1) && report.contains(&of_index) && report.contains(&of_registry), "{report}");
}

#[test]
fn what_cannot_be_fetched_is_a_note_and_the_rest_is_judged() {
    let stage = Stage::new();
    stage.files.put("/stable/index.yaml", Reply::Content("entries: [".into()));
    let (code, report, _) = stage.run(&["validate"]);
    let report = line(&report);
    assert!(code == Some(0) && report.contains("note[not-fetched]: the chart `web 1.x` was not fetched"), "{report}");
    assert!(report.contains("not rendered: 1 chart (not fetched)"), "{report}");
    let (_, rendered, _) = stage.run(&["render"]);
    assert!(rendered.contains("color: blue\n  version") && !rendered.contains("color: green\n  version"), "{rendered}");
}

#[test]
fn a_tag_that_was_moved_is_fetched_again() {
    let stage = Stage::new();
    assert!(stage.run(&["render"]).1.contains("version: 1.0.0"));
    stage.registry.put("charts/web", "1.0.0", &package(stage.scratch.path(), "1.0.0-moved"));
    assert!(stage.run(&["render"]).1.contains("version: 1.0.0-moved"));
    assert!(stage.run(&["render", "--offline"]).1.contains("version: 1.0.0-moved"));
}

#[test]
fn what_was_fetched_before_is_rendered_where_nobody_answers_and_that_is_said() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["validate"]).0, Some(0));
    stage.files.put("/stable/index.yaml", Reply::Answer(Answer::new(501, serde_json::Value::Null)));
    let (code, report, _) = stage.run(&["validate"]);
    let said = format!("`web 1.2.0` is rendered as it was fetched before: {} answers 501", stage.files.host());
    assert!(code == Some(0) && line(&report).contains(&said) && report.contains("8 objects"), "{report}");
}

#[test]
fn offline_asks_nobody() {
    let stage = Stage::new();
    let (code, report, _) = stage.run(&["validate", "--offline"]);
    assert!(code == Some(0) && line(&report).contains("not rendered: 2 charts (not fetched)"), "{report}");
    assert_eq!(stage.requests(), 0);
}

#[test]
fn what_the_cache_lost_is_fetched_again() {
    let stage = Stage::new();
    let (_, rendered, _) = stage.run(&["render"]);
    let blobs = stage.scratch.path().join("cache/blobs/sha256");
    for blob in std::fs::read_dir(&blobs).expect("a cache") {
        std::fs::write(blob.expect("a file").path(), "another").expect("written");
    }
    assert_eq!(stage.run(&["render"]), (Some(0), rendered.clone(), String::new()), "its files are another's now");
    std::fs::remove_dir_all(&blobs).expect("removed");
    assert_eq!(stage.run(&["render"]), (Some(0), rendered, String::new()));
}

const POD: &str = "\
---
apiVersion: v1
kind: Pod
metadata: { name: worker, namespace: shop }
spec:
  containers:
  - name: there
    image: REGISTRY/shop/web:1.4.0
  - name: gone
    image: REGISTRY/shop/web:1.4.1
  - name: elsewhere
    image: nothing.invalid/web:1
";

#[test]
fn an_image_that_its_registry_lacks_is_an_error_at_its_tag() {
    let stage = Stage::new();
    stage.registry.put("shop/web", "1.4.0", &package(stage.scratch.path(), "1.4.0"));
    stage.write("clusters/dev/pod.yaml", POD);
    let (code, report, _) = stage.run(&["validate"]);
    assert_eq!(code, Some(0), "nobody asks unless told to: {report}");
    let (code, report, _) = stage.run(&["validate", "--check-images"]);
    let (report, registry) = (line(&report), stage.registry.host());
    let gone = format!(
        "error[image-not-found]: container `gone` of Pod shop/worker has the image `{registry}/shop/web:1.4.1`, which is not there: {registry}/shop/web has no `1.4.1` --> clusters/dev/pod.yaml:10:"
    );
    assert!(code == Some(1) && report.contains(&gone) && report.matches("error[").count() == 1, "{report}");
    assert!(
        report.contains("note[image-not-found]: the image `nothing.invalid/web:1` could not be checked"),
        "{report}"
    );
    let (code, report, _) = stage.run(&["validate", "--check-images", "--offline"]);
    let said = "the registries were not asked for the images: --offline";
    assert!(code == Some(0) && line(&report).contains(said), "{report}");
}

const SOURCE: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: { name: platform, namespace: flux-system }
spec:
  interval: 1m
  url: oci://REGISTRY/manifests/platform
  ref: { tag: 1.0.0 }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: platform, namespace: flux-system }
spec:
  interval: 1m
  path: ./dev
  prune: true
  sourceRef: { kind: OCIRepository, name: platform }
";

#[test]
fn an_artifact_of_manifests_is_fetched_and_built() {
    let stage = Stage::new();
    stage.write("clusters/dev/platform.yaml", SOURCE);
    let source = stage.scratch.path().join("platform");
    std::fs::create_dir_all(source.join("dev")).expect("created");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: platform, namespace: shop }\ndata: { a: [1] }\n";
    std::fs::write(source.join("dev/map.yaml"), map).expect("written");
    let artifact = FluxArtifact::read(&source).expect("files").package();
    stage.registry.put("manifests/platform", "1.0.0", &artifact);
    let (code, report, _) = stage.run(&["validate"]);
    let report = line(&report);
    let expected = "error[schema]: `data.a` of ConfigMap shop/platform must be a string, not a list --> clusters/dev/platform.yaml:14:9";
    assert!(code == Some(1) && report.contains(expected), "{report}");
    assert!(report.contains("flux-system/platform: dev/map.yaml:4:"), "{report}");
    let offline = stage.run(&["validate", "--offline"]);
    assert_eq!((offline.0, line(&offline.1).contains(expected)), (Some(1), true), "{}", offline.1);
    stage.registry.put("manifests/platform", "1.0.0", &package(stage.scratch.path(), "9.0.0"));
    let (_, report, _) = stage.run(&["validate"]);
    assert!(line(&report).contains("`./dev`"), "the path is not in what the tag is now: {report}");
}

/// As a step of GitHub Actions on a pull request that changes the configuration.
fn as_pull_request(stage: &Stage, configuration: &str, from: &str) -> (Option<i32>, String) {
    let repo = stage.repo();
    let git = |arguments: &[&str]| git(&repo, arguments);
    stage.write("seatrial.yaml", configuration);
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "shop"]);
    git(&["update-ref", "refs/remotes/origin/main", "main"]);
    git(&["checkout", "-qb", "change"]);
    stage.write("seatrial.yaml", &stage.configuration());
    stage.change("color: blue", "color: red");
    git(&["commit", "-qam", "change"]);
    let (base, head) = (git(&["rev-parse", "main"]), git(&["rev-parse", "HEAD"]));
    let side = |branch: &str, sha: &str, repository: &str| serde_json::json!({ "ref": branch, "sha": sha, "repo": { "full_name": repository } });
    let event = serde_json::json!({
        "number": 7,
        "pull_request": { "number": 7, "draft": false, "head": side("change", &head, from), "base": side("main", &base, "acme/shop") },
        "repository": { "full_name": "acme/shop" },
    });
    let file = stage.scratch.path().join("event.json");
    std::fs::write(&file, event.to_string()).expect("written");
    let mut command = stage.command(&["validate", "--all"]);
    command.env("GITHUB_EVENT_PATH", &file).envs([
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_SHA", &head),
        ("GITHUB_RUN_ID", "1"),
        ("GITHUB_SERVER_URL", "https://github.com"),
    ]);
    let (code, output, errors) = said(&command.output().expect("the program runs"));
    (code, line(&format!("{output} {errors}")))
}

/// An address of loopback that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port of loopback is free")
}

/// What the stand-ins of GitHub and Entra answer, and the environment of a job that asks them.
fn federation(files: &Files, entra: Reply) -> Vec<(&'static str, String)> {
    let claims = r#"{"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/shop:pull_request","aud":"api://AzureADTokenExchange"}"#;
    let assertion = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
    files.put("/oidc", Reply::Answer(Answer::new(200, serde_json::json!({ "value": assertion }))));
    files.put("/tenant/oauth2/v2.0/token", entra);
    let at = |path: &str| format!("http://{}{path}", files.host());
    vec![
        ("AZURE_CLIENT_ID", "client".to_owned()),
        ("AZURE_TENANT_ID", "tenant".to_owned()),
        ("AZURE_AUTHORITY_HOST", at("/")),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", at("/oidc?x=1")),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token".to_owned()),
    ]
}

#[test]
fn a_job_logs_in_at_an_azure_registry_by_its_own_identity() {
    let stage = Stage::new();
    let address = free_address();
    let acr = Acr::new(&address.to_string(), &stage.registry.url()).with_entra_token("entra-token", Rights::Pull);
    let face = stage.runtime.block_on(AcrFace::start_at(address, acr)).expect("starts");
    stage.change(&stage.registry.host(), &face.host());
    let configuration = stage.configuration().replacen(
        "registries:\n",
        &format!("registries:\n  \"{address}\": {{ plain-http: true, azure: true }}\n"),
        1,
    );
    stage.write("seatrial.yaml", &configuration);
    let run = |entra: Reply| {
        let environment = federation(&stage.files, entra);
        let mut command = stage.command(&["validate", "--all"]);
        let (code, output, errors) = said(&command.envs(environment).output().expect("the program runs"));
        assert!(!output.contains("entra-token") && !errors.contains("entra-token"), "{output} {errors}");
        (code, line(&format!("{output} {errors}")))
    };
    let refused =
        "AADSTS700213: No matching federated identity record found for presented assertion subject.\r\nTrace ID: x";
    let (code, report) = run(Reply::Answer(Answer::new(
        400,
        serde_json::json!({ "error": "invalid_client", "error_description": refused }),
    )));
    let expected = "Entra refuses the job's identity: AADSTS700213: No matching federated identity record found for presented assertion subject.; it needs a federated credential with issuer `https://token.actions.githubusercontent.com`, subject `repo:acme/shop:pull_request` and audience `api://AzureADTokenExchange`";
    assert!(code == Some(0) && report.contains(expected), "{report}");
    assert!(report.contains("does not let us in (401), and there are no credentials for it"), "{report}");
    let (code, report) = run(Reply::Answer(Answer::new(200, serde_json::json!({ "access_token": "entra-token" }))));
    assert!(code == Some(0) && report.contains("8 objects") && !report.contains("not fetched"), "{report}");
    let asked = stage.files.requests();
    assert!(asked.iter().any(|request| request == "GET /oidc as Bearer request-token"), "{asked:?}");
    let of_token = asked.iter().find(|request| request.starts_with("POST /tenant/")).expect("a token is asked for");
    for part in
        ["grant_type=client_credentials", "client_id=client", "containerregistry.azure.net", "client_assertion=e30."]
    {
        assert!(of_token.contains(part), "{part}: {of_token}");
    }
}

#[test]
fn the_words_of_a_pull_request_reach_no_private_host() {
    let stage = Stage::new();
    let (_, report) =
        as_pull_request(&stage, "version: 1\nenvironments:\n  dev: { flux: { path: clusters/dev } }\n", "acme/shop");
    assert_eq!(stage.requests(), 0, "{report}");
    assert!(
        report.contains("is a loopback or private address, which only a trusted configuration may name"),
        "{report}"
    );
}

#[test]
fn what_the_target_branch_names_is_asked_for_head_and_base() {
    let stage = Stage::new();
    let (code, report) = as_pull_request(&stage, &stage.configuration(), "acme/shop");
    assert!(code == Some(0) && report.contains("2 changed"), "{report}");
    let manifests = stage.registry.requests().iter().filter(|request| request.contains("/manifests/")).count();
    assert_eq!(manifests, 1, "head and base share what was fetched: {:?}", stage.registry.requests());
}

#[test]
fn a_fork_fetches_only_from_hosts_that_the_target_branch_names() {
    let stage = Stage::new();
    let only_one = format!(
        "version: 1\nenvironments:\n  dev: {{ flux: {{ path: clusters/dev }} }}\nregistries: {{ \"{}\": {{ plain-http: true }} }}\n",
        stage.files.host()
    );
    let (_, report) = as_pull_request(&stage, &only_one, "mallory/shop");
    assert!(stage.registry.requests().is_empty() && !stage.files.requests().is_empty(), "{report}");
    let expected = format!("`registries` of the target branch does not name `{}`", stage.registry.host());
    assert!(report.contains(&expected), "{report}");
}
