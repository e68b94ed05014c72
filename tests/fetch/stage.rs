//! A repository that a cluster is reconciled from, with a registry and a repository of charts on loopback.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use seatrial_test_servers::files::{Files, Reply};
use seatrial_test_servers::oci::{Chart, Package};
use seatrial_test_servers::registry::Registry;

const CLUSTER: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { url: https://github.com/acme/shop, interval: 1m }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: flux-system, namespace: flux-system }
spec:
  path: ./clusters/dev
  interval: 1m
  prune: true
  sourceRef: { kind: GitRepository, name: flux-system }
";

const APPS: &str = "\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: { name: web, namespace: shop }
spec:
  interval: 1m
  url: oci://REGISTRY/charts/web
  ref: { tag: 1.0.0 }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: shop }
spec:
  interval: 1m
  chartRef: { kind: OCIRepository, name: web }
  values:
    color: blue
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: stable, namespace: shop }
spec:
  interval: 1m
  url: http://REPOSITORY/stable/
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: api, namespace: shop }
spec:
  interval: 1m
  chart:
    spec:
      chart: web
      version: 1.x
      sourceRef: { kind: HelmRepository, name: stable }
  values:
    color: green
";

const TEMPLATE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: { name: '{{ .Release.Name }}' }
data:
  version: '{{ .Chart.Version }}'
  color: {{ .Values.color }}
";

/// A repository, a registry and a repository of charts.
pub(crate) struct Stage {
    pub(crate) scratch: tempfile::TempDir,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) registry: Registry,
    pub(crate) files: Files,
}

pub(crate) fn package(scratch: &Path, version: &str) -> Package {
    let directory = scratch.join(format!("web-{version}"));
    std::fs::create_dir_all(directory.join("templates")).expect("created");
    let metadata = format!("apiVersion: v2\nname: web\nversion: {version}\n");
    std::fs::write(directory.join("Chart.yaml"), metadata).expect("written");
    std::fs::write(directory.join("templates/map.yaml"), TEMPLATE).expect("written");
    Chart::read(&directory).expect("a chart").package()
}

impl Stage {
    pub(crate) fn new() -> Stage {
        let scratch = tempfile::tempdir().expect("a directory");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (registry, files) = runtime.block_on(async { (Registry::start().await, Files::start().await) });
        registry.put("charts/web", "1.0.0", &package(scratch.path(), "1.0.0"));
        let index =
            "entries:\n  web:\n  - {version: 1.2.0, urls: [web-1.2.0.tgz]}\n  - {version: 1.0.0, urls: [gone.tgz]}\n";
        files.put("/stable/index.yaml", Reply::Content(index.into()));
        files.put("/stable/web-1.2.0.tgz", Reply::Content(package(scratch.path(), "1.2.0").layer.bytes));
        let stage = Stage { scratch, runtime, registry, files };
        stage.write("clusters/dev/flux-system.yaml", CLUSTER);
        stage.write("clusters/dev/apps.yaml", APPS);
        stage.write("seatrial.yaml", &stage.configuration());
        stage
    }

    /// It names both, which are on loopback and without TLS.
    pub(crate) fn configuration(&self) -> String {
        format!(
            "version: 1\nenvironments:\n  dev: {{ flux: {{ path: clusters/dev }} }}\nregistries:\n  \"{}\": {{ plain-http: true }}\n  \"{}\": {{ plain-http: true }}\n",
            self.registry.host(),
            self.files.host()
        )
    }

    pub(crate) fn repo(&self) -> PathBuf {
        self.scratch.path().join("repo")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let text = text.replace("REGISTRY", &self.registry.host()).replace("REPOSITORY", &self.files.host());
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    }

    pub(crate) fn change(&self, from: &str, to: &str) {
        let path = self.repo().join("clusters/dev/apps.yaml");
        let text = std::fs::read_to_string(&path).expect("is there");
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replacen(from, to, 1)).expect("written");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(arguments).current_dir(self.repo()).env_clear();
        command.env("SEATRIAL_CACHE", self.scratch.path().join("cache"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        said(&self.command(arguments).output().expect("the program runs"))
    }

    pub(crate) fn requests(&self) -> usize {
        self.registry.requests().len() + self.files.requests().len()
    }
}

pub(crate) fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// All in one line.
pub(crate) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
