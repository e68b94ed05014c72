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

pub(crate) fn a_signal_while_a_server_is_silent_ends_in_a_report() {
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

pub(crate) fn a_signal_in_the_middle_of_a_test_ends_in_a_report() {
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

pub(crate) fn a_signal_in_the_middle_of_a_deployment_ends_in_a_report() {
    for signal in ["TERM", "INT"] {
        let repo = Repo::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", NEVER_READY), ("later/a.yaml", WRONG)]);
        let seen = stop(signal, repo.start(&["run"], &[]), |progress| progress.contains("wait "));
        seen.expect(
            signal,
            3,
            &[
                "stopped by a signal",
                "cancelled while waiting for `Deployment/web`; so far 1 created",
                "`data.a` of ConfigMap other must be a string",
            ],
        );
        assert_eq!(seen.json["verdict"], "broken", "{signal}");
        assert!(seen.markdown.contains("stopped by a signal"), "{}", seen.markdown);
        assert!(seen.junit.contains("</testsuites>"), "{}", seen.junit);
    }
}

const DEV: &str = "\
version: 1
environments:
  dev: { manifests: { path: deploy }, cluster: { kubeconfig: {} }, deploy: { timeout: 60s } }
";
const SETTINGS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: default }\n";

/// A repository, and a cluster that never answers its first write, for which the Lease is held.
fn held() -> (Repo, ApiServer, String) {
    let repo = Repo::with(&[("seatrial.yaml", DEV), ("deploy/a.yaml", SETTINGS)]);
    let fault = Fault::on("PATCH ", "/configmaps/a", Behaviour::Hang).lacking("dryRun");
    let server = ApiServer::with(fault);
    let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
    (repo, server, kubeconfig)
}

fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn a_second_signal_without_a_terminal_changes_nothing() {
    for signals in [["TERM", "TERM"], ["INT", "INT"], ["TERM", "INT"], ["INT", "TERM"]] {
        let (repo, server, kubeconfig) = held();
        let running = repo.start(&["run"], &[("KUBECONFIG", &kubeconfig)]);
        wait_for("the write is sent", || server.has_met());
        let begun = Instant::now();
        for signal in signals {
            send(signal, running.id());
            std::thread::sleep(Duration::from_millis(300));
        }
        let seen = running.end(begun.elapsed() + Duration::from_secs(20));
        let says = "cancelled while applying ConfigMap default/a, which may or may not have been carried out";
        seen.expect(&signals.concat(), 3, &["stopped by a signal", says]);
        assert_eq!(seen.json["verdict"], "broken", "{signals:?}");
        let lease = server.behind("GET", "/apis/coordination.k8s.io/v1/namespaces/default/leases/seatrial-dev", "");
        assert!(lease.contains(r#""holderIdentity":"""#), "{signals:?}: {lease}");
    }
}

/// `script` gives it a terminal; it is part of every distribution but the smallest.
pub(crate) fn a_second_interrupt_at_a_terminal_ends_at_once_and_says_when_the_lease_expires() {
    let (repo, server, kubeconfig) = held();
    let (program, number) = (env!("CARGO_BIN_EXE_seatrial"), repo.beside("number"));
    let line = format!("echo $$ > '{}'; exec '{program}' run", number.display());
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(repo.path()).env_clear();
    command.envs([("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh"), ("TERM", "dumb"), ("KUBECONFIG", &kubeconfig)]);
    let file = std::fs::File::create(repo.beside("terminal")).expect("created");
    let Ok(mut child) = command.stdin(std::process::Stdio::null()).stdout(file).spawn() else {
        eprintln!("SKIPPED: there is no `script` that gives a terminal");
        return;
    };
    wait_for("the write is sent", || server.has_met());
    let process = repo.read("number").trim().parse().expect("a number");
    send("INT", process);
    wait_for("the first one is answered", || repo.read("terminal").contains("press Ctrl-C again to stop at once"));
    let begun = Instant::now();
    send("INT", process);
    let code = child.wait().expect("waited for").code();
    let said = repo.read("terminal");
    assert!(begun.elapsed() < Duration::from_secs(2), "{said}");
    assert!(said.contains("the Lease `default/seatrial-dev` is still held and expires in "), "{said}");
    assert_eq!(code, Some(3), "{said}");
}

pub(crate) fn a_signal_while_many_environments_are_rendered_ends_in_a_report() {
    let objects: String = (0..400)
        .map(|n| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: map-{n} }}\ndata: {{ a: x }}\n"))
        .collect();
    let environments: String =
        (0..1_000).map(|n| format!("  e{n}: {{ kustomize: {{ path: 'overlays/{n}' }} }}\n")).collect();
    let repo = Repo::with(&[
        ("seatrial.yaml", &format!("version: 1\nenvironments:\n{environments}")),
        ("base/kustomization.yaml", "resources: [all.yaml]\n"),
        ("base/all.yaml", &objects),
    ]);
    for n in 0..1_000 {
        let text = format!("resources: [../../base]\nnamePrefix: p{n}-\n");
        repo.write(&format!("overlays/{n}/kustomization.yaml"), text.as_bytes());
    }
    let running = repo.start(&["run"], &[]);
    std::thread::sleep(Duration::from_millis(1_500));
    send("TERM", running.id());
    let seen = running.end(Duration::from_secs(1) + Duration::from_secs(9));
    assert_eq!(seen.exit, Some(3), "{seen}");
    assert_eq!(seen.json["environments"].as_array().map(Vec::len), Some(1_000), "{seen}");
    assert!(seen.json.to_string().contains("stopped by a signal"), "{seen}");
}
