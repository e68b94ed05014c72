//! SIGTERM and SIGINT in the middle of a deployment end in a report that says where it stopped.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::Repo;

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

#[test]
fn a_signal_in_the_middle_of_a_deployment_ends_in_a_report() {
    for signal in ["TERM", "INT"] {
        let repo = Repo::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", NEVER_READY), ("later/a.yaml", WRONG)]);
        let running = repo.start(&["run"], &[]);
        let begun = Instant::now();
        while !running.progress().contains("wait ") {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not wait: {}", running.progress());
            std::thread::sleep(Duration::from_millis(20));
        }
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", running.id())).status();
        assert!(sent.expect("sh runs").success());
        let seen = running.end(Duration::from_secs(30));
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
