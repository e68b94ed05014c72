//! SIGTERM and SIGINT in the middle of a deployment end in a report that says where it stopped.

use std::process::Command;
use std::time::{Duration, Instant};

use seatrial_test_servers::github::{Behaviour as GitHubBehaviour, Fault as GitHubFault};

use crate::api_server::{ApiServer, Behaviour, Fault};
use crate::forges::{COMMENTS, green};
use crate::harness::{Repo, Running, Seen};

const CONFIG: &str = "\
version: 1
environments:
  dev:
    manifests: { path: deploy }
    deploy: { timeout: 60s }
    simulated: { images: [{ name: example.com/web, tags: ['1'] }] }
  later:
    manifests: { path: later }
    deploy: { timeout: 60s }
tests:
  - { name: web answers, environment: dev, http: { service: web, path: /, expect: { status: 200 } } }
";

/// Its image listens nowhere, so that it never becomes ready.
const NEVER_READY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: example.com/web:1
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http } }
";
const WRONG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\ndata:\n  a: 1\n";

/// Sends a signal once the progress says something, and waits no longer for the end than a CI does before it kills.
fn stop(signal: &str, running: Running<'_>, when: impl Fn(&str) -> bool) -> Seen {
    let begun = Instant::now();
    while !when(&running.progress()) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not come so far: {}", running.progress());
        std::thread::sleep(Duration::from_millis(20));
    }
    send(signal, running.id());
    let most = begun.elapsed() + Duration::from_secs(8);
    running.end(most)
}

/// Sends a signal to a process.
pub(crate) fn send(signal: &str, process: u32) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {process}")).status();
    assert!(sent.expect("sh runs").success());
}

/// Says yes after a while: for what is waited for in silence.
fn after_a_while() -> impl Fn(&str) -> bool {
    let begun = Instant::now();
    move |_| begun.elapsed() > Duration::from_secs(2)
}

#[test]
fn a_signal_while_a_server_is_silent_ends_in_a_report() {
    let config = CONFIG.replace("    simulated:", "    cluster: { kubeconfig: {} }\n    simulated:");
    let repo = Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", NEVER_READY), ("later/a.yaml", WRONG)]);
    let server = ApiServer::with(Fault::everywhere(Behaviour::Hang));
    let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
    let running = repo.start(&["run"], &[("KUBECONFIG", &kubeconfig)]);
    let seen = stop("TERM", running, after_a_while());
    seen.expect(
        "a cluster",
        3,
        &["stopped by a signal while connecting", "`data.a` of ConfigMap other must be a string"],
    );

    let pull_request = green();
    for method in ["GET", "POST"] {
        pull_request.github.arm(GitHubFault::new(method, COMMENTS, GitHubBehaviour::Hang));
    }
    let seen = stop("TERM", pull_request.start(&["run"], &[]), after_a_while());
    seen.expect("a forge", 0, &["the comment and the commit status may be missing"]);
    assert!(pull_request.repo.read("summary").contains("may be missing"));
}

#[test]
fn a_signal_in_the_middle_of_a_test_ends_in_a_report() {
    let config = CONFIG
        .replace("tags: ['1'] }", "tags: ['1'], serves: { /: hello } }")
        .replace("expect: { status: 200 }", "timeout: 60s, expect: { contains: never }");
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  selector: { app: web }\n  \
                   ports: [{ port: 80, targetPort: http }]\n";
    let deploy = format!("{NEVER_READY}{service}");
    let repo = Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", &deploy), ("later/a.yaml", WRONG)]);
    let begun = Instant::now();
    let ready = |progress: &str| progress.contains("ready") && begun.elapsed() > Duration::from_secs(3);
    let seen = stop("TERM", repo.start(&["run"], &[]), ready);
    seen.expect("a test", 3, &["stopped by a signal", "2 created"]);
    assert!(seen.junit.contains("web answers"), "{}", seen.junit);
}

#[test]
fn a_signal_in_the_middle_of_a_deployment_ends_in_a_report() {
    for signal in ["TERM", "INT"] {
        let repo = Repo::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", NEVER_READY), ("later/a.yaml", WRONG)]);
        let seen = stop(signal, repo.start(&["run"], &[]), |progress| progress.contains("wait "));
        seen.expect(
            signal,
            3,
            &[
                "stopped by a signal",
                "cancelled while waiting for `web`; so far 1 created",
                "`data.a` of ConfigMap other must be a string",
            ],
        );
        assert_eq!(seen.json["verdict"], "broken", "{signal}");
        assert!(seen.markdown.contains("stopped by a signal"), "{}", seen.markdown);
        assert!(seen.junit.contains("</testsuites>"), "{}", seen.junit);
    }
}
