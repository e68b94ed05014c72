//! The quick reader against the parser, over all YAML files of this repository, and of the folder that `SEATRIAL_YAML_FILES` names.
#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use std::path::{Path, PathBuf};

use seatrial_model::Sources;
use seatrial_yaml::{Dialect, readers_agree};

#[test]
fn both_readers_agree_about_the_files_of_this_repository() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let named = std::env::var_os("SEATRIAL_YAML_FILES").map(PathBuf::from);
    let (mut all, mut quick) = (0, 0);
    for path in yaml_files(ours).into_iter().chain(named.into_iter().flat_map(yaml_files)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let file = Sources::new().add("any.yaml", text);
        let agree = readers_agree(&file, Dialect::Kubectl);
        assert_ne!(agree, Some(false), "{}", path.display());
        all += 1;
        quick += usize::from(agree.is_some());
    }
    // Templates of charts, which nobody can read, are among those of other folders.
    assert!(quick > all / 4, "only {quick} of {all} files are read quickly");
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
