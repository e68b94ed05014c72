//! Where tests run, and what they are told of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use seatrial_api::Cluster;
use seatrial_deploy::CancelToken;
use seatrial_model::Manifest;
use seatrial_transport::Transport;
use serde_json::Value;

use crate::slug::slug;

/// Where one test runs.
#[derive(Clone)]
pub struct Context {
    /// The cluster.
    pub cluster: Cluster,
    /// For `url` tests.
    pub transport: Transport,
    /// Namespace of services and workloads that name none.
    pub namespace: String,
    /// The object that `job.manifest` names, or why there is none, as a sentence.
    pub job: Option<Result<Value, String>>,
    /// Why the test cannot be run at all, as a sentence.
    pub wrong: Option<String>,
    /// What all tests of the environment share.
    pub shared: Arc<Shared>,
}

/// What all tests of an environment share.
pub struct Shared {
    /// Name of the environment.
    pub environment: String,
    /// Its address for people, if there is one.
    pub url: Option<String>,
    /// The preview namespace, where all objects of the environment are in one.
    pub preview: Option<String>,
    /// Directory of the configuration: programs run in it, and their files are looked for below it.
    pub directory: PathBuf,
    /// The environment variables of the machine.
    pub variables: BTreeMap<String, String>,
    /// Whether the name of a variable says that its value is a secret.
    pub is_secret: fn(&str) -> bool,
    /// Marks what this run makes: a few letters and digits.
    pub run: String,
    /// Image of Seatrial itself, which brings files out of a pod; `None` where none is configured.
    pub collector: Option<String>,
    /// Where files that tests leave are copied to; `None` where the report is not written to a file.
    pub artifacts: Option<PathBuf>,
    /// Whether the cluster is the simulated one, in which no program runs.
    pub is_simulated: bool,
    /// Objects that the environment renders.
    pub manifests: Arc<[Manifest]>,
    /// Told when the run is stopped by a signal.
    pub cancel: CancelToken,
}

/// Where artifacts cannot be kept.
pub(crate) const NO_PLACE: &str = "no report is written to a file, so artifacts are not kept: add `--output json=FILE`";

impl Shared {
    /// The directory of a test's artifacts, relative to the report's.
    pub(crate) fn artifacts_of(&self, test: &str) -> String {
        format!("artifacts/{}", slug(&format!("{} {test}", self.environment)))
    }

    /// Variables that every program of a test is given.
    pub(crate) fn told(&self, namespace: &str) -> Vec<(String, String)> {
        let mut told = vec![
            ("SEATRIAL_ENVIRONMENT".to_owned(), self.environment.clone()),
            ("SEATRIAL_NAMESPACE".to_owned(), namespace.to_owned()),
        ];
        told.extend(self.url.iter().map(|url| ("SEATRIAL_URL".to_owned(), url.clone())));
        told
    }
}
