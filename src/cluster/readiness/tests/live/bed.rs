//! The test bed as these scenarios use it: its API server, its registry and its Git server. Starts nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use seatrial_api::{ApiError, Cluster, ClusterTarget, Environment};
use seatrial_kubernetes::Scope;
use seatrial_model::{Masker, ObjectId, group_of};
use seatrial_test_servers::oci::{Chart, FluxArtifact, Remote};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

/// What one scenario needs of a bed.
pub(crate) struct Bed {
    pub(crate) cluster: Cluster,
    /// The machine that the API server, the registry and the Git server answer at.
    pub(crate) host: String,
    /// Where the Git server's bare repositories lie.
    repositories: PathBuf,
}

impl Bed {
    pub(crate) async fn connect(kubeconfig: String) -> Bed {
        let transport = Transport::new(&Settings::default()).expect("no settings are fine");
        let repositories = Path::new(&kubeconfig).with_file_name("git");
        let target = ClusterTarget::Kubeconfig { file: Some(kubeconfig), context: None };
        let masker = Arc::new(Masker::new());
        let cluster = Cluster::connect(&target, &Environment::new(), &transport, &masker).await.expect("it answers");
        let address = cluster.address().trim_start_matches("https://");
        let host = address.split([':', '/']).next().unwrap_or_default().to_owned();
        Bed { cluster, host, repositories }
    }

    pub(crate) async fn has_flux(&self) -> bool {
        match self.cluster.scope("kustomize.toolkit.fluxcd.io/v1", "Kustomization").await {
            Ok(_) => true,
            Err(ApiError::UnknownKind { .. }) => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Puts the content into Git and into an artifact, and the charts into the registry.
    pub(crate) async fn publish(&self, content: &Path, charts: &Path) {
        let registry = Remote::new(&format!("http://{}:5000", self.host));
        let artifact = FluxArtifact::read(content).expect("the content is readable");
        registry.push("flux/app", "1", &artifact.package()).await.expect("pushed");
        for entry in std::fs::read_dir(charts).expect("the folder is there") {
            let chart = Chart::read(&entry.expect("readable").path()).expect("a chart");
            let repository = format!("flux/charts/{}", chart.name());
            registry.push(&repository, &chart.tag(), &chart.package()).await.expect("pushed");
        }
        self.commit(content);
    }

    /// Commits the content to `main` of `flux-app.git`.
    fn commit(&self, content: &Path) {
        let bare = self.repositories.join("flux-app.git");
        let work = tempfile::tempdir().expect("a directory");
        let index = work.path().join("index");
        let git = |arguments: &[&str]| {
            let author = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];
            let output = Command::new("git")
                .args(arguments)
                .envs(author.map(|name| (name, "tests")))
                .env("GIT_INDEX_FILE", &index)
                .env("GIT_DIR", &bare)
                .env("GIT_WORK_TREE", content)
                .output()
                .expect("git runs");
            assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let made = Command::new("git").args(["init", "--quiet", "--bare"]).arg(&bare).status();
        assert!(made.expect("git runs").success(), "{} cannot be made", bare.display());
        git(&["add", "--all", "."]);
        let tree = git(&["write-tree"]);
        let commit = git(&["commit-tree", &tree, "-m", "content of the scenarios"]);
        git(&["update-ref", "refs/heads/main", &commit]);
    }

    pub(crate) async fn make_namespace(&self, name: &str) -> Result<(), ApiError> {
        let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        self.cluster.apply(&object).await.map(drop)
    }

    /// The object as it is applied: in the namespace, when its kind has one.
    pub(crate) async fn place(&self, object: &Value, namespace: &str) -> Result<Value, ApiError> {
        let mut placed = object.clone();
        if self.cluster.scope(text(object, "apiVersion"), text(object, "kind")).await? == Scope::Namespaced {
            placed["metadata"]["namespace"] = json!(namespace);
        }
        Ok(placed)
    }
}

/// The identity of an object.
pub(crate) fn identity(object: &Value) -> ObjectId {
    let group = group_of(text(object, "apiVersion"));
    let metadata = &object["metadata"];
    ObjectId::new(group, text(object, "kind"), metadata["namespace"].as_str(), text(metadata, "name"))
}

pub(crate) fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}
