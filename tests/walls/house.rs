//! What the walls stand on: the crates of the house as cargo knows them, and the Rust files below a folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// A crate below `src`.
pub(crate) struct Member {
    /// `render/tree`.
    pub(crate) folder: String,
    /// Folders of workspace crates among the normal dependencies.
    pub(crate) uses: Vec<String>,
    /// Names of other crates among the normal dependencies.
    pub(crate) libraries: Vec<String>,
    /// Names of all crates that it asks for, those of its tests and of its build among them.
    pub(crate) asks_for: Vec<String>,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// The text of a file of the repository.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The crates of the house; cargo is asked once.
pub(crate) fn members() -> &'static [Member] {
    static MEMBERS: OnceLock<Vec<Member>> = OnceLock::new();
    MEMBERS.get_or_init(ask_cargo)
}

fn ask_cargo() -> Vec<Member> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let source = root().join("src");
    let folder = |path: &str| {
        let directory = Path::new(path).strip_prefix(&source).ok()?;
        Some(directory.to_string_lossy().into_owned())
    };
    let packages = metadata["packages"].as_array().expect("packages");
    let member = |package: &Value| {
        let manifest = Path::new(package["manifest_path"].as_str()?).parent()?;
        let all = package["dependencies"].as_array()?;
        let normal = all.iter().filter(|d| d["kind"].is_null());
        let (own, others): (Vec<_>, Vec<_>) = normal.partition(|d| d["path"].is_string());
        Some(Member {
            folder: folder(manifest.to_str()?)?,
            uses: own.iter().filter_map(|d| folder(d["path"].as_str()?)).collect(),
            libraries: others.iter().filter_map(|d| Some(d["name"].as_str()?.to_owned())).collect(),
            asks_for: all.iter().filter_map(|d| Some(d["name"].as_str()?.to_owned())).collect(),
        })
    };
    packages.iter().filter_map(member).collect()
}

/// The crate that a file of `src` belongs to, by its path from the root: the longest member folder that its path starts with.
pub(crate) fn owner(file: &str) -> String {
    let below = file.trim_start_matches("src/");
    let owners = members().iter().map(|m| m.folder.as_str()).filter(|folder| below.starts_with(&format!("{folder}/")));
    owners.max_by_key(|folder| folder.len()).unwrap_or_else(|| panic!("{file} belongs to no crate")).to_owned()
}

/// Every Rust file below a folder of the repository, by its path from the root; what cargo or a fuzzer built is left out.
pub(crate) fn rust_files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let root = root();
    let mut waiting = vec![root.join(folder)];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "target" {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path.strip_prefix(&root).expect("in the house").to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "too few files were found in {folder}");
    found
}

/// Whether a file is not part of what its crate ships.
pub(crate) fn is_beside(file: &str) -> bool {
    ["/examples/", "/tests/", "/benches/", "/bench/"].iter().any(|folder| file.contains(folder))
}
