//! The quick reader against the parser, over all YAML files of this repository, and of the folder that `SEATRIAL_YAML_FILES` names.
#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use std::path::{Path, PathBuf};

use seatrial_model::Sources;
use seatrial_yaml::{Dialect, readers_agree};

#[test]
fn both_readers_agree_about_the_files_of_this_repository() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let (all, quick) = agreed(ours);
    assert!(quick > all / 2, "only {quick} of {all} files are read quickly");
    if let Some(named) = std::env::var_os("SEATRIAL_YAML_FILES") {
        agreed(named.into());
    }
}

/// Compares all files of a folder; gives how many there are, and how many the quick reader does not refuse.
fn agreed(folder: PathBuf) -> (usize, usize) {
    let (mut all, mut quick) = (0, 0);
    for path in yaml_files(folder) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let file = Sources::new().add("any.yaml", text);
        let agree = readers_agree(&file, Dialect::Kubectl);
        assert_ne!(agree, Some(false), "{}", path.display());
        all += 1;
        quick += usize::from(agree.is_some());
    }
    (all, quick)
}

fn yaml_files(root: PathBuf) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().expect("known");
            if kind.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(entry.path());
            } else if kind.is_file() && (name.ends_with(".yaml") || name.ends_with(".yml")) {
                found.push(entry.path());
            }
        }
    }
    found
}
