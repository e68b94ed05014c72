//! What a scenario is: the words of `testdata/scenarios/*.yaml`. `testdata/scenarios/README.md` tells them to people.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One of the two kinds of cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Which {
    Simulated,
    Real,
}

/// Pointers and what is to be there.
pub(crate) type Claims = BTreeMap<String, Value>;

/// A document of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) about: String,
    #[serde(default)]
    pub(crate) only: Option<Only>,
    pub(crate) steps: Vec<Step>,
    #[serde(skip)]
    pub(crate) file: String,
}

/// For one kind of cluster only, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Only {
    on: Which,
    because: String,
}

/// One request, or one thing to wait for, and what is expected of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Step {
    pub(crate) apply: Option<Value>,
    pub(crate) create: Option<Value>,
    pub(crate) replace: Option<Value>,
    pub(crate) patch: Option<String>,
    pub(crate) delete: Option<String>,
    pub(crate) see: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) stays: Option<String>,
    pub(crate) gone: Option<String>,

    #[serde(rename = "as")]
    pub(crate) manager: Option<String>,
    pub(crate) force: bool,
    pub(crate) with: Option<Value>,
    pub(crate) strategic: bool,
    pub(crate) propagation: Option<String>,
    #[serde(rename = "where")]
    pub(crate) chosen: Claims,

    #[serde(flatten)]
    pub(crate) expected: Expected,
    pub(crate) differs: Option<String>,
    pub(crate) simulated: Option<Expected>,
}

/// What is expected of a step.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Expected {
    pub(crate) refused: Option<Refused>,
    pub(crate) holds: Claims,
    pub(crate) owners: Option<BTreeMap<String, String>>,
    pub(crate) number: Option<usize>,
    pub(crate) remember: BTreeMap<String, String>,
}

/// The refusal of a request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Refused {
    pub(crate) code: u16,
    pub(crate) reason: Option<String>,
    pub(crate) message: Option<Value>,
    pub(crate) conflicts: Option<Vec<String>>,
    pub(crate) fields: Option<Vec<String>>,
}

impl Scenario {
    /// Whether it is run on such a cluster.
    pub(crate) fn is_for(&self, which: Which) -> bool {
        self.only.as_ref().is_none_or(|only| {
            assert!(!only.because.is_empty(), "{}: `only` has a reason", self.about);
            only.on == which
        })
    }
}

impl Step {
    /// What is expected of it on such a cluster.
    pub(crate) fn expected_on(&self, which: Which) -> Expected {
        assert_eq!(self.differs.is_some(), self.simulated.is_some(), "`differs` says why, `simulated` what: {self:?}");
        match &self.simulated {
            Some(other) if which == Which::Simulated => other.clone(),
            _ => self.expected.clone(),
        }
    }
}

/// Every scenario of the folder, in the order of files and documents.
pub(crate) fn all() -> Vec<Scenario> {
    let folder = format!("{}/testdata/scenarios", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(path: &std::path::Path) -> Vec<Scenario> {
    let text = std::fs::read_to_string(path).expect("readable");
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = seatrial_model::Sources::new().add(&name, text);
    let parsed = seatrial_yaml::parse(&source, seatrial_yaml::Dialect::Kubectl);
    assert!(parsed.findings.is_empty(), "{name}: {:?}", parsed.findings);
    let documents = parsed.documents.into_iter().map(|document| {
        let value = document.node.to_json();
        let about = value["about"].as_str().unwrap_or("?").to_owned();
        let scenario: Scenario = serde_json::from_value(value).unwrap_or_else(|e| panic!("{name}, {about}: {e}"));
        Scenario { file: name.clone(), ..scenario }
    });
    documents.collect()
}
