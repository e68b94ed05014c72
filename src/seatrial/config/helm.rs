//! `helm:` of an environment: a chart, its values, and the release that it becomes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use seatrial_discover::HelmRelease;
use seatrial_tree::{join, parent};
use serde::{Deserialize, Serialize};

use super::template::is_dns_label;

/// Names of releases that Helm takes are no longer.
const LONGEST_NAME: usize = 53;

/// What `helm template` calls a release that nobody has named.
const UNNAMED: &str = "release-name";

/// A Helm chart, rendered with values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HelmSource {
    /// The directory of the chart, or its archive (`.tgz`), relative to the configuration's directory.
    pub(crate) chart: String,
    /// Files with values, relative to the configuration's directory; a later one counts more.
    #[serde(default)]
    pub(crate) values: Vec<String>,
    /// Single values as `--set` takes them: a mapping of paths (`image.tag`) to values, or a list of lines (`image.tag=1.4.0`).
    #[serde(default)]
    pub(crate) set: Option<Set>,
    /// Name of the release; by default the name of the environment, where that is one that Helm takes.
    #[serde(default)]
    pub(crate) release: Option<String>,
    /// Namespace of the release, `default` by default.
    #[serde(default)]
    pub(crate) namespace: Option<String>,
    /// Major version of Helm that installs it, 3 or 4 (the default). Both make the same objects of nearly every chart.
    #[serde(default)]
    pub(crate) version: Option<u8>,
    /// Files and directories with objects that `lookup` finds, relative to the configuration's directory; without them it finds nothing.
    #[serde(default)]
    pub(crate) lookup: Vec<String>,
    /// Whether the chart is tried and not installed: it may ask for values and for charts that are fetched first, and what is wrong with nothing
    /// but its own values is a warning.
    #[serde(default)]
    pub(crate) trial: bool,
}

/// Single values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Set {
    /// Lines as `--set` takes them.
    Lines(Vec<String>),
    /// Values by their paths; what is in quotes stays a string.
    Values(IndexMap<String, Scalar>),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// A string.
    Text(String),
    /// `null`, which takes a default away.
    Null(()),
}

impl HelmSource {
    /// The release, seen from the root of the tree; `None` where a path leads out of it.
    pub(super) fn in_tree(&self, config_path: &str, environment: &str) -> Option<HelmRelease> {
        let seen = |path: &str| join(parent(config_path), path);
        let is_name = |name: &&str| is_dns_label(name) && name.len() <= LONGEST_NAME;
        // One that is tried is called as where nobody says anything of it.
        let named = Some(environment).filter(is_name).filter(|_| !self.trial);
        Some(HelmRelease {
            chart: seen(&self.chart)?,
            values: self.values.iter().map(|path| seen(path)).collect::<Option<_>>()?,
            name: self.release.as_deref().or(named).unwrap_or(UNNAMED).to_owned(),
            namespace: self.namespace.as_deref().unwrap_or("default").to_owned(),
            helm: self.version.unwrap_or(4),
            lookup: self.lookup.iter().map(|path| seen(path)).collect::<Option<_>>()?,
            is_found: self.trial,
            configured: (!self.trial).then(|| (config_path.to_owned(), environment.to_owned())),
        })
    }

    /// What the types cannot say: the key and a sentence.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        match self.version {
            None | Some(3 | 4) => {}
            Some(version) => {
                let message = format!("`{version}` is not a major version of Helm that is known: 3 and 4");
                problems.push(("version", message));
            }
        }
        if self.trial && self.set.is_some() {
            let message = "a chart that is tried takes files of values alone; leave out `set` or `trial`".to_owned();
            problems.push(("set", message));
        }
        if let Some(name) = self.release.as_deref().filter(|name| !is_release_name(name)) {
            let message = format!(
                "`{name}` is not a name of a release; use lower-case letters, digits, `-` and `.`, at most {LONGEST_NAME}"
            );
            problems.push(("release", message));
        }
        if let Some(namespace) = self.namespace.as_deref().filter(|namespace| !is_dns_label(namespace)) {
            let message = format!(
                "`{namespace}` is not a valid namespace name; use lower-case letters, digits and `-`, at most 63"
            );
            problems.push(("namespace", message));
        }
        problems
    }
}

/// Whether Helm takes it (helm: `chartutil.ValidateReleaseName`).
fn is_release_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME && name.split('.').all(is_dns_label)
}
