//! Exec credential plugins: what they are told, what they give, and how they fail.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use seatrial_api::{ApiError, Cluster};
use seatrial_model::Masker;
use tempfile::TempDir;

use crate::connect::{kubeconfig, with};
use crate::server::{Server, Step, basics};

/// A shell script that stands for a plugin.
struct Script {
    directory: TempDir,
    path: PathBuf,
}

impl Script {
    fn new(text: &str) -> Script {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("login");
        // Written by another process: a file that this one holds open while another test forks could not be run (ETXTBSY).
        let mut writer = Command::new("sh")
            .args(["-c", "cat > \"$0\" && chmod +x \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut stdin = writer.stdin.take().expect("piped");
        write!(stdin, "#!/bin/sh\n{text}\n").expect("written");
        drop(stdin);
        assert!(writer.wait().expect("it ended").success());
        Script { directory, path }
    }

    fn user(&self, more: &str) -> String {
        let version = "client.authentication.k8s.io/v1";
        format!(
            "{{ exec: {{ apiVersion: {version}, command: {}, interactiveMode: Never{more} }} }}",
            self.path.display()
        )
    }
}

fn credential(status: &str) -> String {
    format!(r#"{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{status}}}"#)
}

async fn connect(server: &Server, user: &str, masker: &Arc<Masker>) -> Result<Cluster, ApiError> {
    with(&kubeconfig(&format!("{{ server: 'http://{}' }}", server.address), user), masker).await
}

async fn open() -> Server {
    Server::plain(|request, _| basics(request).unwrap_or(Step::Close)).await
}

#[tokio::test]
async fn a_plugin_is_told_that_nobody_is_there_and_its_token_is_used_once_got() {
    let script = Script::new(&format!(
        "cd \"$(dirname \"$0\")\"; echo \"$KUBERNETES_EXEC_INFO\" >> told; read line && echo asked >> told; echo '{}'",
        credential(r#"{"token":"token-of-the-plugin","expirationTimestamp":"2999-01-01T00:00:00Z"}"#)
    ));
    let (server, masker) = (open().await, Arc::new(Masker::new()));
    let cluster = connect(&server, &script.user(", provideClusterInfo: true"), &masker).await.expect("it answers");
    cluster.scope("apps/v1", "Deployment").await.expect("served");
    for request in server.seen("GET ") {
        assert!(request.headers.contains("authorization: bearer token-of-the-plugin"), "{request:?}");
    }
    assert_eq!(masker.mask("token-of-the-plugin"), "***");
    let told = fs::read_to_string(script.directory.path().join("told")).expect("it ran");
    assert_eq!(told.lines().count(), 1, "it ran once, and was not read to: {told}");
    assert!(told.contains(r#""interactive":false"#) && told.contains(&server.address), "{told}");
}

#[tokio::test]
async fn a_token_that_ran_out_or_is_refused_is_got_again() {
    // The plugin counts its runs; the first token has run out, the second is refused.
    let script = Script::new(&format!(
        "cd \"$(dirname \"$0\")\"; echo x >> runs; n=$(wc -l < runs | tr -d ' ')\n\
         if [ $n = 1 ]; then end=2001-01-01T00:00:00Z; else end=2999-01-01T00:00:00Z; fi\necho '{}'",
        credential(r#"{"token":"token-number-'$n'","expirationTimestamp":"'$end'"}"#)
    ));
    let server = Server::plain(|request, _| {
        if request.headers.contains("token-number-3") {
            return basics(request).unwrap_or(Step::Close);
        }
        Step::Answer("401 Unauthorized", r#"{"kind":"Status","message":"Unauthorized"}"#.to_owned())
    })
    .await;
    connect(&server, &script.user(""), &Arc::new(Masker::new())).await.expect("the third token is accepted");
    let seen = server.seen("GET /version");
    assert_eq!(seen.len(), 2);
    assert!(seen[0].headers.contains("token-number-2") && seen[1].headers.contains("token-number-3"));
}

#[tokio::test]
async fn a_plugin_that_fails_is_told_without_what_the_kubeconfig_gave_it() {
    let table = [
        (
            "echo 'warning: $SECRET and hunter2hunter2' >&2; echo $CLIENT_SECRET >&2; exit 7",
            "failed with exit code 7: warning: $SECRET and ***",
        ),
        ("echo \"no $CLIENT_SECRET for $2\" >&2; exit 1", "failed with exit code 1: no *** for ***"),
        ("kill -9 $$", "was killed"),
        ("echo hello", "did not print an ExecCredential in JSON"),
        (
            "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'",
            "did not print an ExecCredential of `client.authentication.k8s.io/v1`",
        ),
    ];
    for (text, says) in table {
        let script = Script::new(text);
        let given = ", args: [--server-id, hunter2hunter2], env: [{ name: CLIENT_SECRET, value: swordfish-swordfish }]";
        let error =
            connect(&open().await, &script.user(given), &Arc::new(Masker::new())).await.err().expect("an error");
        assert_eq!(error.to_string(), format!("the credential plugin `login` {says}"));
    }
    for (status, says) in [
        ("{}", "returned neither a token nor a client certificate"),
        (r#"{"clientKeyData":"x"}"#, "returned a client certificate without its key, or a key without its certificate"),
    ] {
        let script = Script::new(&format!("echo '{}'", credential(status)));
        let error = connect(&open().await, &script.user(""), &Arc::new(Masker::new())).await.err().expect("an error");
        assert_eq!(error.to_string(), format!("the credential plugin `login` {says}"));
    }
}

#[tokio::test]
async fn a_plugin_that_cannot_be_run_is_told_with_its_hint() {
    let exec = |more: &str| format!("{{ exec: {{ apiVersion: client.authentication.k8s.io/v1, {more} }} }}");
    let table = [
        (
            exec("command: no-such-login, installHint: 'get it from\\n  example'"),
            "is not installed: it was not found in PATH; the kubeconfig says: get it from",
        ),
        (
            exec("command: x, interactiveMode: Always"),
            "needs input from a person (`interactiveMode: Always`), which is not possible here",
        ),
        (
            "{ exec: { apiVersion: client.authentication.k8s.io/v1alpha1, command: x } }".to_owned(),
            "has the apiVersion `client.authentication.k8s.io/v1alpha1`: ",
        ),
    ];
    for (user, says) in table {
        let error = connect(&open().await, &user, &Arc::new(Masker::new())).await.err().expect("an error").to_string();
        assert!(error.starts_with("the credential plugin `") && error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn what_a_plugin_leaves_running_does_not_hold_us_up() {
    let script = Script::new(&format!("sleep 30 & echo '{}'", credential(r#"{"token":"token-of-the-plugin"}"#)));
    let begun = tokio::time::Instant::now();
    connect(&open().await, &script.user(""), &Arc::new(Masker::new())).await.expect("it answers");
    assert!(begun.elapsed().as_secs() < 5);
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_waits_is_given_up_after_thirty_seconds() {
    let script = Script::new("sleep 600");
    let error = connect(&open().await, &script.user(""), &Arc::new(Masker::new())).await.err().expect("an error");
    let says = "did not finish within 30 s and was killed (is it waiting for a login?)";
    assert_eq!(error.to_string(), format!("the credential plugin `login` {says}"));
}
