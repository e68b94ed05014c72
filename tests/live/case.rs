//! What a case is: `case.yaml`, `repo/`, manifests that stand on the cluster before, and expected texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::files::files;
use crate::history::Event;

/// A case, as `case.yaml` writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// One sentence: what is the matter on the cluster, not what the report says.
    pub(crate) what: String,
    #[serde(default = "run_on_the_bed")]
    pub(crate) args: Vec<String>,
    pub(crate) exit: i32,
    /// Tried by `tests/live/run --all` only, as it takes long.
    #[serde(default, rename = "long")]
    pub(crate) is_long: bool,
    /// Another repository than `repo`, relative to the case.
    #[serde(default)]
    pub(crate) repo: Option<String>,
    /// What a pull request changes: a folder of the case, written over the repository. Its runs are then those of GitHub Actions.
    #[serde(default)]
    pub(crate) head: Option<String>,
    /// Its number.
    #[serde(default = "seven", rename = "pull-request")]
    pub(crate) pull_request: u64,
    /// Deleted before and after; `live-` and the case's name where nothing is said.
    #[serde(default)]
    pub(crate) namespaces: Vec<String>,
    /// As whom the program comes; as the bed's administrator where nothing is said.
    #[serde(default)]
    pub(crate) identity: Option<Identity>,
    #[serde(default)]
    pub(crate) before: Vec<Step>,
    /// Undoes what outlives the namespaces, before and after; may fail where there is nothing to undo.
    #[serde(default)]
    pub(crate) cleanup: Vec<Step>,
    /// Several runs one after another; one where nothing is said.
    #[serde(default)]
    pub(crate) runs: Vec<Run>,
    /// What happens while the program runs, in order.
    #[serde(default)]
    pub(crate) meanwhile: Vec<Meanwhile>,
    /// What the reports should say and do not say yet. Whoever makes them say it takes it out.
    #[serde(default)]
    pub(crate) should: Vec<String>,
}

/// One run of the program.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// Its texts are `expected.NAME.txt` and so on.
    #[serde(default)]
    pub(crate) name: String,
    /// The case's where nothing is said.
    #[serde(default)]
    pub(crate) exit: Option<i32>,
    /// The case's where nothing is said.
    #[serde(default)]
    pub(crate) args: Option<Vec<String>>,
    /// What is edited in the repository before it; stays for the runs after it.
    #[serde(default)]
    pub(crate) edit: Vec<Edit>,
    /// What made the CI start it, where there is a pull request.
    #[serde(default)]
    pub(crate) event: Event,
    /// What happens to the cluster before it.
    #[serde(default)]
    pub(crate) before: Vec<Step>,
    /// What happens while it runs; what the case says where nothing is said.
    #[serde(default)]
    pub(crate) meanwhile: Vec<Meanwhile>,
    /// What the cluster has to say after it.
    #[serde(default)]
    pub(crate) then: Vec<Then>,
    /// Values of the JSON report, by their JSON pointers.
    #[serde(default)]
    pub(crate) report: BTreeMap<String, Value>,
}

/// A question to the cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Then {
    /// Arguments of kubectl, separated by blanks.
    pub(crate) kubectl: String,
    /// What it prints, without blanks around it.
    pub(crate) prints: String,
}

/// One replacement in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    pub(crate) file: String,
    pub(crate) replace: String,
    pub(crate) with: String,
}

/// Who the program is to the cluster.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Identity {
    /// `namespace/name`: by a token of its own.
    ServiceAccount(String),
    /// A user whom the administrator impersonates.
    As(String),
}

/// Something that is done to the cluster with kubectl.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Step {
    /// Applies a file of the case's folder; server-side by that manager where there is one.
    #[serde(rename_all = "kebab-case")]
    Apply {
        apply: String,
        #[serde(default)]
        manager: Option<String>,
    },
    /// Arguments of `tests/testbed/daemon`; waits until the API server answers where it is started.
    Daemon { daemon: String },
    /// Any kubectl command, its arguments separated by blanks.
    Kubectl { kubectl: String },
    /// Waits until a dry-run of a file of the case is answered with a text: a policy takes a moment to be in force.
    #[serde(rename_all = "kebab-case")]
    Answered { dry_run: String, answered: String },
    /// Tags an image of the bed's registry as one for another processor: `REPOSITORY:TAG` → another tag.
    #[serde(rename_all = "kebab-case")]
    ForAnotherProcessor { for_another_processor: String, tag: String },
    /// Pushes Seatrial's own image, as its example `image` makes it: `REPOSITORY:TAG`.
    Collector { collector: String },
    /// Pushes the image that holds nothing but the program of `tests/live/suite`: `REPOSITORY:TAG`.
    Suite { suite: String },
}

/// Something that happens while the program runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meanwhile {
    /// A text on standard error, or of the webhook; at once where nothing is said.
    #[serde(default)]
    pub(crate) when: String,
    /// So many seconds later.
    #[serde(default)]
    pub(crate) after: u64,
    /// Arguments of `tests/testbed/daemon`: `kill kube-apiserver`.
    #[serde(default)]
    pub(crate) daemon: Option<String>,
    /// Arguments of kubectl.
    #[serde(default)]
    pub(crate) kubectl: Option<String>,
    /// A signal to the program, as `kill -s` knows it.
    #[serde(default)]
    pub(crate) signal: Option<String>,
}

fn seven() -> u64 {
    7
}

fn run_on_the_bed() -> Vec<String> {
    ["run", "--cluster", "testbed"].map(str::to_owned).to_vec()
}

impl Case {
    /// Whether it must have the cluster for itself.
    pub(crate) fn stops_a_daemon(&self) -> bool {
        let of_runs = self.runs.iter().flat_map(|run| &run.meanwhile);
        let mut before = self.runs.iter().flat_map(|run| &run.before);
        self.meanwhile.iter().chain(of_runs).any(|m| m.daemon.is_some())
            || before.any(|step| matches!(step, Step::Daemon { .. }))
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        if self.runs.is_empty() { vec![Run::default()] } else { self.runs.clone() }
    }
}

impl Run {
    /// `expected.txt`, or `expected.NAME.txt`.
    pub(crate) fn expected(&self, extension: &str) -> String {
        if self.name.is_empty() {
            format!("expected.{extension}")
        } else {
            format!("expected.{}.{extension}", self.name)
        }
    }
}

/// The workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

pub(crate) fn folder(name: &str) -> PathBuf {
    root().join("tests/live/cases").join(name)
}

pub(crate) fn names() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("tests/live/cases")).expect("readable").flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub(crate) fn read(name: &str) -> Case {
    let text = std::fs::read_to_string(folder(name).join("case.yaml")).expect("case.yaml");
    let mut case: Case = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    if case.namespaces.is_empty() {
        case.namespaces = vec![format!("live-{name}")];
    }
    case
}

/// All files of a case's repository, path → bytes.
pub(crate) fn repository(name: &str, case: &Case) -> BTreeMap<String, Vec<u8>> {
    files(&folder(name).join(case.repo.as_deref().unwrap_or("repo")))
}
