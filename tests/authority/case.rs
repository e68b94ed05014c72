//! What a case says: files, histories, the CI, and what must hold of the run.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cases {
    pub(super) files: Files,
    pub(super) cases: Vec<Case>,
}

/// Path → text; none deletes the file; `-> target` is a symbolic link.
pub(super) type Files = BTreeMap<String, Option<String>>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) what: String,
    /// Beside the files that all cases have.
    #[serde(default)]
    pub(super) base: Files,
    #[serde(default)]
    pub(super) change: Files,
    /// What the target branch changes meanwhile.
    #[serde(default)]
    pub(super) meanwhile: Files,
    #[serde(default)]
    pub(super) checkout: Checkout,
    #[serde(default)]
    pub(super) ci: Ci,
    #[serde(default = "pull_request")]
    pub(super) event: String,
    /// Values of the event, by their JSON pointers.
    #[serde(default)]
    pub(super) event_with: BTreeMap<String, serde_json::Value>,
    /// What a shell does in the repository once it is checked out; `{merge}`, `{head}`, `{base}` and `{checkout}` are commits.
    #[serde(default)]
    pub(super) script: String,
    /// Files that lie beside those of the checkout.
    #[serde(default)]
    pub(super) beside: Files,
    /// Beside the variables of the CI; none unsets one; `{merge}`, `{head}` and `{base}` are commits.
    #[serde(default)]
    pub(super) env: BTreeMap<String, Option<String>>,
    /// Whose branch GitHub says it is, where it can be asked.
    #[serde(default)]
    pub(super) forge_says: Option<String>,
    /// Whose branch it is.
    #[serde(default = "ours")]
    pub(super) head_repository: String,
    /// Where it runs, from the root, by the letters.
    #[serde(default, rename = "in")]
    pub(super) directory: String,
    /// Objects that are on the dev cluster before, as JSON, by their path.
    #[serde(default)]
    pub(super) seeded: BTreeMap<String, serde_json::Value>,
    /// Arguments of a run on the host's merge commit before, while the pull request was open.
    #[serde(default)]
    pub(super) first: Vec<String>,
    pub(super) args: Vec<String>,
    pub(super) exit: i32,
    /// Which clusters may be asked, and must.
    #[serde(default)]
    pub(super) asked: Vec<String>,
    /// Paths on the dev cluster that are there afterwards; one behind `!` is not.
    #[serde(default)]
    pub(super) live: Vec<String>,
    /// On standard output and error, line breaks apart.
    #[serde(default)]
    pub(super) says: Vec<String>,
    #[serde(default)]
    pub(super) silent: Vec<String>,
    /// Sentences of the JSON report about what the change does to its own checks.
    #[serde(default)]
    pub(super) alterations: Vec<String>,
}

fn pull_request() -> String {
    "pull_request".to_owned()
}

fn ours() -> String {
    "acme/shop".to_owned()
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Checkout {
    /// The merge commit that the host made.
    #[default]
    Merge,
    /// The pull request's head.
    Head,
    /// A merge commit that the pull request made: its first parent is its own, and its second parent is the head.
    OwnMerge,
    /// The target branch.
    Target,
    /// The target branch after a merge.
    Merged,
    /// The target branch after a squash.
    Squashed,
    /// The merge commit, and nothing else of the history.
    Shallow,
    /// The pull request's head, without the target branch.
    HeadAlone,
    /// A merge of the target branch into the head, as Jenkins makes one: nobody else knows it.
    JenkinsMerge,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ci {
    #[default]
    Github,
    Azure,
    Jenkins,
    Gitlab,
    Plain,
    None,
}

/// All cases, each with the name of its suite and the files that the suite shares.
pub(super) fn cases() -> Vec<(String, Case, Files)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/authority");
    let mut all = Vec::new();
    let paths = std::fs::read_dir(folder).expect("the cases").flatten().map(|entry| entry.path());
    for path in paths.filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("readable");
        let Cases { files, cases } = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        all.extend(cases.into_iter().map(|case| (name.clone(), case, files.clone())));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}
