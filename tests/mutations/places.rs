//! The lines of the estate that can be mutated: what stands behind `#:` says as what, and the files are read without it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// What comes of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// No cluster takes it.
    Wrong,
    /// A cluster takes it.
    Right,
}

/// Where something wrong must be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Told {
    /// On the mutated line, or, where that is gone, on what lacks it.
    #[default]
    Line,
    /// By two places of which the mutated line is one.
    Either,
    /// On a line with the old name, or on the mutated one.
    Users,
    /// On the mutated line, on what lacks it, or on the default that counts instead.
    Lacking,
    /// On the line that opens a block which nothing closes any more, or on that of a block around it.
    Opener,
}

/// The least level of a finding about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Least {
    #[default]
    Error,
    Note,
}

/// How a line is mutated; see `kinds.yaml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Kind {
    pub(crate) key: Option<Outcome>,
    pub(crate) typo: Option<Outcome>,
    pub(crate) gone: Option<Outcome>,
    /// Values, put between the quotes of the old one.
    pub(crate) wrong: Vec<Written>,
    pub(crate) right: Vec<Written>,
    /// Values, put in the place of the old one and its quotes.
    pub(crate) raw: Vec<Written>,
    /// A text of the line, and another one that makes it wrong.
    pub(crate) edits: Vec<(String, String)>,
    pub(crate) place: Told,
    pub(crate) least: Least,
}

/// A value as it is written into a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Truth(bool),
    Whole(i64),
    Broken(f64),
    Text(String),
}

impl Written {
    pub(crate) fn text(&self) -> String {
        match self {
            Written::Truth(value) => value.to_string(),
            Written::Whole(value) => value.to_string(),
            Written::Broken(value) => value.to_string(),
            Written::Text(value) => value.clone(),
        }
    }
}

/// A line that can be mutated, counted from 0.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) kinds: Vec<String>,
}

/// The files of the estate, and what is known of their lines.
pub(crate) struct Estate {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) places: Vec<Place>,
    /// By their kinds, which of the places are of them.
    pub(crate) of_kinds: BTreeMap<String, Vec<usize>>,
    pub(crate) kinds: BTreeMap<String, Kind>,
}

/// Stands before what a line is.
const MARK: &str = " #: ";

impl Estate {
    /// The estate in a directory beside this file.
    pub(crate) fn read(directory: &str) -> Estate {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mutations");
        let kinds = std::fs::read_to_string(root.join("kinds.yaml")).expect("is there");
        let kinds: BTreeMap<String, Kind> = serde_saphyr::from_str(&kinds).expect("fits");
        let mut estate = Estate { files: BTreeMap::new(), places: Vec::new(), of_kinds: BTreeMap::new(), kinds };
        estate.read_below(&root.join(directory), "");
        let known = |place: &Place| place.kinds.iter().all(|kind| estate.kinds.contains_key(kind));
        assert!(estate.places.iter().all(known), "a line of the estate is of an unknown kind");
        estate
    }

    fn read_below(&mut self, root: &Path, below: &str) {
        let entries =
            std::fs::read_dir(root.join(below)).expect("is readable").map(|entry| entry.expect("is readable"));
        let mut names: Vec<(String, bool)> = entries
            .map(|entry| {
                let name = entry.file_name().into_string().expect("is text");
                let path = if below.is_empty() { name } else { format!("{below}/{name}") };
                (path, entry.path().is_dir())
            })
            .collect();
        names.sort();
        for (path, is_directory) in names {
            if is_directory {
                self.read_below(root, &path);
                continue;
            }
            let text = std::fs::read_to_string(root.join(&path)).expect("is text");
            self.take(path, &text);
        }
    }

    fn take(&mut self, file: String, text: &str) {
        let mut plain = String::new();
        for (line, whole) in text.lines().enumerate() {
            let (rest, marks) = whole.split_once(MARK).unwrap_or((whole, ""));
            plain.push_str(rest);
            plain.push('\n');
            let kinds: Vec<String> = marks.split_whitespace().map(str::to_owned).collect();
            for kind in &kinds {
                self.of_kinds.entry(kind.clone()).or_default().push(self.places.len());
            }
            if !kinds.is_empty() {
                self.places.push(Place { file: file.clone(), line, kinds });
            }
        }
        self.files.insert(file, plain);
    }
}
