//! The program from a shell: servers print where they are, pushes print what they pushed, mistakes are sentences.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

use seatrial_test_servers::azure_repos;
use seatrial_test_servers::github::TOKEN;
use seatrial_transport::{Settings, Transport};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial-stand-ins"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server that ends with this, and where it is.
struct Server(Child, String);

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let mut child = program(arguments).stderr(Stdio::inherit()).spawn().expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("is piped")).read_line(&mut line).expect("prints its address");
        Server(child, line.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = program(arguments).spawn().expect("starts");
    child.stdin.take().expect("is piped").write_all(input.as_bytes()).expect("is read or not");
    child.wait_with_output().expect("ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[test]
fn pushes_through_the_acr_face_with_a_password_and_not_without() {
    let registry = Server::start(&["registry"]);
    let face = ["acr", "--upstream", &registry.1, "--service", "shop.azurecr.io", "--login", "admin:word"];
    let face = Server::start(&face);
    let scratch = tempfile::tempdir().expect("a directory");
    let file = scratch.path().join("shop");
    std::fs::write(&file, "program").expect("written");
    let content = format!("{}:/shop:755", file.display());
    let push =
        ["push-image", &face.1, "shop/web:1.4.0", "--entrypoint", "/shop", "--cmd", "-x", &content, "/bin/sh->/shop"];

    let refused = run(&push, "");
    assert_eq!(refused.status.code(), Some(1));
    let sentence = text(&refused.stderr);
    assert!(sentence.starts_with("seatrial-stand-ins: HEAD http://") && sentence.contains("401"), "{sentence}");

    let pushed = run(&[push.as_slice(), &["--login", "admin", "--password-stdin"]].concat(), "word\n");
    let printed = text(&pushed.stdout);
    assert!(printed.starts_with("shop/web:1.4.0 sha256:"), "{printed}\n{}", text(&pushed.stderr));
    let directly = [
        "push-image",
        &registry.1,
        "shop/web:1.4.0",
        "--entrypoint",
        "/shop",
        "--cmd",
        "-x",
        &content,
        "/bin/sh->/shop",
    ];
    assert_eq!(text(&run(&directly, "").stdout), printed, "the same files give the same digest");
}

#[test]
fn pushes_charts_and_artifacts_from_directories() {
    let registry = Server::start(&["registry"]);
    let chart = tempfile::tempdir().expect("a directory");
    std::fs::write(chart.path().join("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0+7\n").expect("written");
    let directory = chart.path().display().to_string();
    let pushed = run(&["push-chart", &registry.1, "charts/shop", &directory], "");
    assert!(text(&pushed.stdout).starts_with("charts/shop:1.0.0_7 sha256:"), "{}", text(&pushed.stderr));
    let other = run(&["push-chart", &registry.1, "charts/other", &directory], "");
    let sentence = "seatrial-stand-ins: the repository `charts/other` must end with the chart's name, `shop`";
    assert_eq!((other.status.code(), text(&other.stderr).as_str()), (Some(1), sentence));
    let artifact = ["push-artifact", &registry.1, "flux/shop:main", &directory, "--revision", "main@sha1:abc"];
    let pushed = run(&artifact, "");
    assert!(text(&pushed.stdout).starts_with("flux/shop:main sha256:"), "{}", text(&pushed.stderr));
}

#[test]
fn a_mistake_in_the_arguments_is_said_and_exits_with_two() {
    let table: [(&[&str], &str); 7] = [
        (&["push-image", "http://h", "shop/web", "a:b"], "it is no REPOSITORY:TAG"),
        (&["push-image", "http://h", "shop/web:1", "nonsense"], "it is neither FILE:PATH[:MODE] nor LINK->TARGET"),
        (&["acr", "--upstream", "http://h", "--service", "s", "--login", "nobody"], "it is no USER:PASSWORD"),
        (&["github", "--pull", "shop@cafe"], "it is no OWNER/NAME#NUMBER@HEAD"),
        (&["github", "--permission", "wishes=read"], "there is no permission `wishes`"),
        (&["azure-repos", "--pull", "7#cafe"], "it is not a NUMBER@HEAD"),
        (&["git", "--listen", "nowhere"], "invalid socket address syntax"),
    ];
    for (arguments, sentence) in table {
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(sentence), "{}", text(&output.stderr));
    }
    let nowhere = run(&["git", "--root", "/does/not/exist"], "");
    assert_eq!(text(&nowhere.stderr), "seatrial-stand-ins: there is no directory /does/not/exist");
}

#[tokio::test]
async fn the_github_fake_serves_what_its_flags_say() {
    let github =
        Server::start(&["github", "--pull", "acme/shop#7@cafe", "--permission", "statuses=read", "--hourly", "9"]);
    let transport = Transport::new(&Settings::default()).expect("is a client");
    let client = transport.client();
    let repository = format!("{}/repos/acme/shop", github.1);
    let pull = client.get(format!("{repository}/pulls/7")).bearer_auth(TOKEN).send().await.expect("is answered");
    assert_eq!(
        (pull.status().as_u16(), &pull.headers()["x-ratelimit-remaining"]),
        (200, &"8".parse().expect("a value"))
    );
    let status = client.post(format!("{repository}/statuses/cafe")).bearer_auth(TOKEN).body(r#"{"state":"success"}"#);
    assert_eq!(status.send().await.expect("is answered").status(), 403);
    let remembered = client.get(format!("{}/_remembered", github.1)).send().await.expect("is answered");
    let remembered = remembered.text().await.expect("is text");
    assert!(remembered.contains("POST /repos/acme/shop/statuses/cafe"), "{remembered}");
}

#[tokio::test]
async fn the_azure_repos_fake_serves_what_its_flags_say() {
    let statuses = "POST /pullRequests/*/statuses";
    let azure = Server::start(&["azure-repos", "--pull", "7@cafe", "--forbid", statuses, "--version", "7.0"]);
    let transport = Transport::new(&Settings::default()).expect("is a client");
    let client = transport.client();
    let pull = format!("{}/Web%20Shop/_apis/git/repositories/shop/pullRequests/7", azure.1);
    let ask =
        |version: &str| client.get(format!("{pull}?api-version={version}")).bearer_auth(azure_repos::TOKEN).send();
    assert_eq!(ask("7.0").await.expect("is answered").status(), 200);
    assert_eq!(ask("7.1").await.expect("is answered").status(), 400);
    let status = client.post(format!("{pull}/statuses?api-version=7.0")).bearer_auth(azure_repos::TOKEN).body("{}");
    assert_eq!(status.send().await.expect("is answered").status(), 403);
    let remembered = client.get(format!("{}/_remembered", azure.1)).send().await.expect("is answered");
    let remembered = remembered.text().await.expect("is text");
    assert!(remembered.contains("POST /pullRequests/7/statuses"), "{remembered}");
}
