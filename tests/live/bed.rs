//! The test bed as the cases use it: its kubectl, its daemons, and who one is to its API server.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::case::{Identity, Step, root};
use crate::images;
use crate::registry::{push, tag_for_another_processor};
use crate::webhook::Webhook;

/// How long a namespace may take to go.
const GONE_WITHIN: &str = "--timeout=90s";

/// The registry listens beside the API server (tests/testbed/settings.sh).
const REGISTRY_PORT: u16 = 5000;

/// A running bed.
pub(crate) struct Bed {
    pub(crate) kubeconfig: PathBuf,
    kubectl: PathBuf,
    webhook: OnceLock<Webhook>,
}

impl Bed {
    /// The bed that `SEATRIAL_TEST_KUBECONFIG` names.
    pub(crate) fn from_environment() -> Option<Bed> {
        let kubeconfig = PathBuf::from(std::env::var_os("SEATRIAL_TEST_KUBECONFIG").filter(|path| !path.is_empty())?);
        // The bed keeps its binaries beside what belongs to the running one.
        let own = kubeconfig.parent().and_then(Path::parent).map(|cache| cache.join("bin/kubectl"));
        let kubectl = own.filter(|path| path.exists()).unwrap_or_else(|| PathBuf::from("kubectl"));
        Some(Bed { kubeconfig, kubectl, webhook: OnceLock::new() })
    }

    /// Runs kubectl as the administrator.
    fn kubectl(&self, arguments: &[&str]) -> Output {
        Command::new(&self.kubectl)
            .args(arguments)
            .env_clear()
            .env("KUBECONFIG", &self.kubeconfig)
            // Its cache goes there.
            .env("HOME", std::env::temp_dir().join("seatrial-live"))
            .stdin(Stdio::null())
            .output()
            .expect("kubectl runs")
    }

    /// Runs kubectl, which must succeed; what it printed.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let output = self.kubectl(arguments);
        assert!(output.status.success(), "kubectl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs kubectl, which may have nothing to do.
    pub(crate) fn try_to_ask(&self, arguments: &[&str]) {
        self.kubectl(arguments);
    }

    /// The directory of repositories that its Git server serves.
    pub(crate) fn served(&self) -> PathBuf {
        self.kubeconfig.with_file_name("git")
    }

    /// Does a step; `case` is the folder that its files are in.
    pub(crate) fn take(&self, step: &Step, case: &Path) {
        match step {
            Step::Kubectl { kubectl } => {
                self.ask(&kubectl.split_whitespace().collect::<Vec<_>>());
            }
            Step::Daemon { daemon } => {
                self.daemon(daemon);
                if daemon.starts_with("start") {
                    self.answers();
                }
            }
            Step::Apply { apply, manager } => self.apply(&case.join(apply), manager.as_deref()),
            Step::Answered { dry_run, answered } => self.wait_for_answer(&case.join(dry_run), answered),
            Step::ForAnotherProcessor { for_another_processor: image, tag } => {
                let (repository, from) = image.split_once(':').expect("REPOSITORY:TAG");
                tag_for_another_processor(&self.registry(), repository, from, tag);
            }
            Step::Collector { collector } => push(&self.registry(), collector, &images::collector()),
            Step::Suite { suite } => push(&self.registry(), suite, &images::suite()),
        }
    }

    /// `HOST:PORT` of its registry.
    fn registry(&self) -> String {
        let server = self.server();
        let (host, _) = server.split_once(':').expect("HOST:PORT");
        format!("{host}:{REGISTRY_PORT}")
    }

    fn wait_for_answer(&self, file: &Path, answered: &str) {
        let path = file.to_str().expect("a path");
        let mut said = String::new();
        for _ in 0..60 {
            let output = self.kubectl(&["apply", "--dry-run=server", "-f", path]);
            said = String::from_utf8_lossy(&output.stderr).into_owned();
            if said.contains(answered) {
                return;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("`{answered}` is not answered: {said}");
    }

    /// The same, where there may be nothing to do.
    pub(crate) fn try_to_take(&self, step: &Step, case: &Path) {
        match step {
            Step::Kubectl { kubectl } => {
                self.kubectl(&kubectl.split_whitespace().collect::<Vec<_>>());
            }
            other => self.take(other, case),
        }
    }

    fn apply(&self, file: &Path, manager: Option<&str>) {
        let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let filled = tempfile::NamedTempFile::new().expect("a file");
        let text = if text.contains("{{webhook") { self.webhook().fill(&text) } else { text };
        std::fs::write(filled.path(), text).expect("written");
        let path = filled.path().to_str().expect("a path");
        match manager {
            Some(manager) => {
                self.ask(&["apply", "--server-side", &format!("--field-manager={manager}"), "-f", path]);
            }
            None => {
                self.ask(&["apply", "-f", path]);
            }
        }
    }

    /// Deletes namespaces and waits until they are gone.
    pub(crate) fn delete_namespaces(&self, names: &[String]) {
        let mut arguments = vec!["delete", "namespace", "--ignore-not-found", GONE_WITHIN];
        arguments.extend(names.iter().map(String::as_str));
        self.ask(&arguments);
    }

    /// Deletes namespaces and does not wait.
    pub(crate) fn let_namespaces_go(&self, names: &[String]) {
        let mut arguments = vec!["delete", "namespace", "--ignore-not-found", "--wait=false"];
        arguments.extend(names.iter().map(String::as_str));
        self.kubectl(&arguments);
    }

    /// Stops or starts one of the bed's daemons.
    pub(crate) fn daemon(&self, arguments: &str) {
        let script = root().join("tests/testbed/daemon");
        let output = Command::new(&script).args(arguments.split_whitespace()).output().expect("the script runs");
        assert!(output.status.success(), "daemon {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Waits until the API server is ready.
    fn answers(&self) {
        assert!(self.answers_within(Duration::from_secs(60)), "the API server did not come back within a minute");
    }

    fn answers_within(&self, time: Duration) -> bool {
        let is_ready = || self.kubectl(&["get", "--raw=/readyz"]).status.success();
        let begun = Instant::now();
        while !is_ready() {
            if begun.elapsed() > time {
                return false;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        true
    }

    /// Brings the cluster back to work after a daemon was stopped: controllers that lost the API server ask for it again only after a while.
    pub(crate) fn recover(&self) {
        const PROBE: &str = "live-recovered";
        if !self.answers_within(Duration::from_secs(30)) {
            // A case that failed has left it dead.
            self.daemon("start kube-apiserver");
        }
        self.answers();
        for name in ["kube-controller-manager", "kube-scheduler", "kubelet"] {
            self.daemon(&format!("kill {name}"));
            self.daemon(&format!("start {name}"));
        }
        self.ask(&["create", "namespace", PROBE]);
        self.ask(&["wait", "--for=create", "serviceaccount/default", "-n", PROBE, "--timeout=60s"]);
        self.ask(&["run", "probe", "-n", PROBE, "--image=shopacr.azurecr.io/pause:testbed", "--restart=Never"]);
        self.ask(&["wait", "--for=condition=Ready", "pod/probe", "-n", PROBE, "--timeout=60s"]);
        self.delete_namespaces(&[PROBE.to_owned()]);
    }

    /// Writes a kubeconfig whose context `testbed` is somebody else.
    pub(crate) fn kubeconfig_of(&self, identity: &Identity, path: &Path) {
        let shown = self.ask(&["config", "view", "--raw", "--minify", "--flatten", "--context=testbed", "-o", "json"]);
        let mut config: Value = serde_json::from_str(&shown).expect("JSON");
        let user = &mut config["users"][0]["user"];
        match identity {
            Identity::ServiceAccount(account) => {
                let (namespace, name) = account.split_once('/').expect("namespace/name");
                *user = json!({"token": self.ask(&["create", "token", name, "-n", namespace]).trim()});
            }
            Identity::As(name) => user["as"] = json!(name),
        }
        std::fs::write(path, config.to_string()).expect("written");
    }

    /// The webhook server; starts with its first use and ends with the process.
    pub(crate) fn webhook(&self) -> &Webhook {
        self.webhook.get_or_init(|| Webhook::start(&self.server()))
    }

    /// Host and port of the API server.
    fn server(&self) -> String {
        let server = self.ask(&["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"]);
        server.trim_start_matches("https://").to_owned()
    }

    /// What the webhook was asked so far.
    pub(crate) fn heard(&self) -> String {
        self.webhook.get().map(Webhook::heard).unwrap_or_default()
    }

    /// What of the bed differs from run to run: the webhook's address.
    pub(crate) fn redacted(&self, text: &str) -> String {
        self.webhook.get().map_or_else(|| text.to_owned(), |webhook| text.replace(&webhook.address, "<webhook>"))
    }
}
