//! A server that falls silent at one kind of call: the deadline ends the run, and so does a signal, with the report written and the Lease free.

use std::net::TcpListener;
use std::thread::sleep;
use std::time::{Duration, Instant};

use seatrial_simulated::{Image, Specification};
use serde_json::{Value, json};

use crate::api_server::{ApiServer, Behaviour, Fault, write_kubeconfig};
use crate::harness::{Repo, Seen};
use crate::signals::send;

/// A deadline of five seconds, and a moment for the debug build on a busy machine. What is not bound takes 30 s or 60 s.
const AFTER_DEADLINE: Duration = Duration::from_secs(14);
/// From the signal on, in the same debug build.
const AFTER_SIGNAL: Duration = Duration::from_secs(9);

const SETTINGS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: default }\ndata: { a: b }\n";
/// It never becomes ready: the Secret is not there.
const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: 'example.com/web:1', envFrom: [{ secretRef: { name: absent } }] }] }
";
/// It is not available before ten minutes have passed, and nothing is missing.
const SLOW: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  minReadySeconds: 600
  progressDeadlineSeconds: 900
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: 'example.com/web:1' }] }
";
/// It ends, and has something to say.
const CRASH: &str = "\
apiVersion: batch/v1
kind: Job
metadata: { name: crash, namespace: default }
spec:
  backoffLimit: 0
  template: { spec: { restartPolicy: Never, containers: [{ name: crash, image: 'example.com/crash:1' }] } }
";
const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
";
const PREVIEW: &str = "preview: { namespace: 'shop-pr-{number}' }, ";
const ROLLOUT: &str =
    "tests: [{ name: rolls out, environment: dev, rollout: { workload: Deployment/web, timeout: 5s } }]\n";
const TEST: &str = "tests: [{ name: answers, environment: dev, http: { service: web, path: /, timeout: 5s } }]\n";

/// One kind of call.
struct Row {
    what: &'static str,
    fault: Fault,
    command: &'static str,
    /// The objects.
    deploy: &'static str,
    /// More of `deploy:`.
    more: &'static str,
    /// More of the configuration.
    tests: &'static str,
    /// The exit code after the deadline.
    exit: i32,
    /// What is said after the deadline.
    says: &'static str,
}

fn row(what: &'static str, begins: &'static str, holds: &'static str, says: &'static str) -> Row {
    let fault = Fault::on(begins, holds, Behaviour::Hang);
    Row { what, fault, command: "run", deploy: SETTINGS, more: "", tests: "", exit: 3, says }
}

fn rows() -> Vec<Row> {
    let asking = "while asking the cluster for its kinds";
    let lease = "while taking the Lease `default/seatrial-dev`";
    let inventory = "`seatrial-inventory-dev`";
    let making = "while creating the preview namespace `shop-pr-1`";
    let unsure = "which may or may not have been carried out";
    let waiting = "while waiting for `Deployment/web`, and the API server has not answered for";
    vec![
        row("everything", "", "", "the deadline of 5s passed while connecting to the cluster"),
        row("version", "GET /version", "", "the deadline of 5s passed while connecting to the cluster"),
        row("discovery", "GET /api/v1 ", "", asking),
        row("get", "GET ", "/configmaps/a", "while reading what is on the cluster"),
        row("dry-run", "PATCH ", "dryRun", "while dry-running the objects on the server"),
        Row {
            fault: Fault::on("PATCH ", "/configmaps/a", Behaviour::Hang).lacking("dryRun"),
            ..row("apply", "", "", unsure)
        },
        row("Lease get", "GET ", "/leases/", lease),
        row("Lease create", "POST ", "/leases", unsure),
        row("Lease replace", "PUT ", "/leases/", unsure),
        row("inventory get", "GET ", "/configmaps/seatrial-inventory", "while comparing with what was deployed before"),
        row("inventory apply", "PATCH ", "/configmaps/seatrial-inventory", inventory),
        Row { more: PREVIEW, ..row("namespace get", "GET ", "/namespaces/shop-pr-1 ", making) },
        Row { more: PREVIEW, ..row("namespace create", "POST ", "/namespaces?", unsure) },
        Row { more: PREVIEW, ..row("namespace apply", "PATCH ", "/namespaces/shop-pr-1?", unsure) },
        Row { deploy: WEB, ..row("events", "GET ", "/events", waiting) },
        Row { deploy: WEB, ..row("pods", "GET ", "/pods?", waiting) },
        Row { deploy: CRASH, exit: 1, ..row("logs", "GET ", "/log?", "exit code 3") },
        Row {
            command: "test",
            tests: TEST,
            ..row("service", "GET ", "/services/web ", "the API server did not answer within")
        },
        Row { tests: ROLLOUT, ..row("rollout", "GET ", "/events", "the API server did not answer within") },
        Row { deploy: SERVICE, tests: TEST, exit: 1, ..row("proxy", "GET ", "/proxy/", "selects no pods") },
    ]
}

impl Row {
    fn repo(&self, timeout: &str) -> Repo {
        let config = format!(
            "version: 1\nenvironments:\n  dev:\n    manifests: {{ path: deploy }}\n    cluster: {{ kubeconfig: {{ context: dev }} }}\n    \
             deploy: {{ {}timeout: {timeout} }}\n{}",
            self.more, self.tests
        );
        Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", self.deploy)])
    }

    fn server(&self) -> ApiServer {
        let server = ApiServer::running(self.fault.clone(), images());
        if self.what == "Lease replace" {
            let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": {"name": "seatrial-dev", "namespace": "default"}, "spec": {"holderIdentity": ""}});
            server.behind("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", &lease.to_string());
        }
        server
    }

    fn ends_at_its_deadline(&self) {
        let (repo, server) = (self.repo("5s"), self.server());
        let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
        let seen = repo.start(&[self.command, "--pull-request=1"], &[("KUBECONFIG", &kubeconfig)]).end(AFTER_DEADLINE);
        assert!(server.has_met(), "{}: the call was not made: {seen}", self.what);
        seen.expect(self.what, self.exit, &[self.says]);
        is_complete(self.what, &seen);
    }

    fn ends_after_a_signal(&self) {
        let (repo, server) = (self.repo("60s"), self.server());
        let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
        let running = repo.start(&[self.command, "--pull-request=1"], &[("KUBECONFIG", &kubeconfig)]);
        let begun = Instant::now();
        while !server.has_met() {
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "{}: it does not come so far: {}",
                self.what,
                running.progress()
            );
            sleep(Duration::from_millis(20));
        }
        sleep(Duration::from_millis(300));
        send("TERM", running.id());
        let most = begun.elapsed() + AFTER_SIGNAL;
        let seen = running.end(most);
        seen.expect(self.what, 3, &["stopped by a signal"]);
        is_complete(self.what, &seen);
        if !self.what.starts_with("Lease") {
            assert_eq!(holder(&server), "", "{}: the Lease is still held: {seen}", self.what);
        }
    }
}

fn images() -> Specification {
    let image =
        |name: &str, exits| Image { name: name.to_owned(), tags: vec!["1".to_owned()], exits, ..Image::default() };
    Specification {
        images: vec![image("example.com/web", None), image("example.com/crash", Some(3))],
        forbid: Vec::new(),
    }
}

/// Every file of the report is there.
#[track_caller]
fn is_complete(what: &str, seen: &Seen) {
    assert!(seen.json["verdict"].is_string(), "{what}: no report in JSON: {seen}");
    assert!(!seen.markdown.is_empty(), "{what}: no report in Markdown: {seen}");
    assert!(seen.junit.contains("</testsuites>"), "{what}: no report in JUnit: {seen}");
}

/// Who holds the Lease of the environment; nobody where there is none.
fn holder(server: &ApiServer) -> String {
    let lease = server.behind("GET", "/apis/coordination.k8s.io/v1/namespaces/default/leases/seatrial-dev", "");
    let lease: Value = serde_json::from_str(&lease).unwrap_or_default();
    lease["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

/// They only wait, and so all of them do at the same time.
fn all(check: impl Fn(&Row) + Sync) {
    let rows = rows();
    std::thread::scope(|scope| {
        for row in &rows {
            scope.spawn(|| check(row));
        }
    });
}

pub(crate) fn a_silent_server_is_left_at_the_deadline_whatever_was_asked() {
    all(Row::ends_at_its_deadline);
}

pub(crate) fn a_signal_ends_the_run_in_seconds_whatever_hangs() {
    all(Row::ends_after_a_signal);
}

pub(crate) fn a_silent_handshake_is_left_at_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let repo = row("handshake", "", "", "").repo("5s");
    let cluster = format!("{{ server: 'https://{address}', insecure-skip-tls-verify: true }}");
    let kubeconfig = write_kubeconfig(&repo, &cluster, "{ token: abc }");
    let seen = repo.start(&["run"], &[("KUBECONFIG", &kubeconfig)]).end(AFTER_DEADLINE);
    seen.expect("handshake", 3, &["the deadline of 5s passed while connecting to the cluster"]);
}

/// A renewal that hangs holds nothing up.
pub(crate) fn a_lease_is_released_while_its_renewal_hangs() {
    let web = Row { deploy: SLOW, ..row("renewal", "PUT ", "/leases/", "") };
    let fault = web.fault.clone().times(1);
    let (repo, server) = (web.repo("60s"), ApiServer::running(fault, images()));
    let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
    let running = repo.start(&["run"], &[("KUBECONFIG", &kubeconfig)]);
    let begun = Instant::now();
    while !server.has_met() {
        assert!(begun.elapsed() < Duration::from_secs(40), "no renewal: {}", running.progress());
        sleep(Duration::from_millis(20));
    }
    assert_ne!(holder(&server), "");
    send("TERM", running.id());
    let most = begun.elapsed() + AFTER_SIGNAL;
    running.end(most).expect("renewal", 3, &["cancelled while waiting for `Deployment/web`"]);
    assert_eq!(holder(&server), "");
}

/// Another run may take the target over once the Lease has expired.
pub(crate) fn a_run_that_cannot_renew_its_lease_stops_before_it_expires() {
    let web = Row { deploy: SLOW, ..row("renewal", "PUT ", "/leases/", "") };
    let (repo, server) = (web.repo("120s"), ApiServer::running(web.fault, images()));
    let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
    // 25 s after it was taken, and a moment to release it, which hangs, too.
    let seen = repo.start(&["run"], &[("KUBECONFIG", &kubeconfig)]).end(Duration::from_secs(36));
    let says = "stopped while waiting for `Deployment/web`, because its Lease could not be renewed";
    seen.expect("renewal", 3, &[says, "the Lease `default/seatrial-dev` was not released"]);
}

pub(crate) fn cleanup_is_stopped_by_a_signal_whatever_hangs() {
    let table =
        [("connecting", "GET ", "/version"), ("looking", "GET ", "/namespaces/shop-pr-1"), ("deleting", "DELETE ", "")];
    std::thread::scope(|scope| {
        for (what, begins, holds) in table {
            scope.spawn(move || {
                let preview = Row { more: PREVIEW, ..row(what, begins, holds, "") };
                let (repo, server) = (preview.repo("5s"), ApiServer::running(preview.fault, images()));
                let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop-pr-1", "labels":
                    {"app.kubernetes.io/managed-by": "seatrial", "seatrial.dev/preview": "true", "seatrial.dev/pull-request": "1"}}});
                server.behind("POST", "/api/v1/namespaces", &namespace.to_string());
                let kubeconfig = server.kubeconfig(&repo, "{ token: abc }");
                let running = repo.start(&["cleanup", "--pull-request=1"], &[("KUBECONFIG", &kubeconfig)]);
                let begun = Instant::now();
                while !server.has_met() {
                    assert!(begun.elapsed() < Duration::from_secs(40), "{what}: {}", running.progress());
                    sleep(Duration::from_millis(20));
                }
                send("TERM", running.id());
                let most = begun.elapsed() + AFTER_SIGNAL;
                running.end(most).expect(what, 3, &["shop-pr-1"]);
            });
        }
    });
}
