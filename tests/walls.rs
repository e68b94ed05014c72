//! The walls of the house: which crate may see which, which stay pure, and how files look. Held against `cargo metadata` and the sources.
#![allow(clippy::disallowed_methods, reason = "this test reads the workspace")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The stations of the flow, in their order: a crate uses its own room and those above.
const ROOMS: [&str; 10] =
    ["model", "kubernetes", "formats", "render", "check", "transport", "cluster", "supply", "report", "seatrial"];

/// Rooms that do not see each other, though one stands above the other.
const STRANGERS: [&str; 3] = ["cluster", "supply", "report"];

/// Libraries that a pure crate cannot have among its own dependencies.
const IMPURE: [&str; 9] =
    ["tokio", "reqwest", "hyper", "hyper-util", "kube", "octocrab", "gix", "rustls-native-certs", "indicatif"];

/// Crates in pure rooms that may touch the world, and those in other rooms that may not.
const READS_FILES: &str = "render/tree";
const PURE_BEYOND: [&str; 3] = ["cluster/readiness", "report/published", "report/reporters"];

struct Member {
    /// `render/tree`.
    folder: String,
    /// Folders of workspace crates among the normal dependencies.
    uses: Vec<String>,
    /// Names of other crates among the normal dependencies.
    libraries: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// The crates of the house; cargo is asked once.
fn members() -> &'static [Member] {
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
        })
    };
    packages.iter().filter_map(member).collect()
}

fn room(folder: &str) -> usize {
    let name = folder.split('/').next().unwrap_or_default();
    ROOMS.iter().position(|room| *room == name).unwrap_or_else(|| panic!("{folder} stands in no room"))
}

fn is_pure(folder: &str) -> bool {
    (room(folder) <= room("check") && folder != READS_FILES) || PURE_BEYOND.contains(&folder)
}

#[test]
fn every_crate_of_the_house_is_seen() {
    let folders: Vec<&str> = members().iter().map(|m| m.folder.as_str()).collect();
    for expected in ["model", "formats/yaml", "render/kustomize", "cluster/deploy", "report/reporters", "seatrial"] {
        assert!(folders.contains(&expected), "{expected} is missing among {folders:?}");
    }
}

#[test]
fn a_crate_uses_its_own_room_and_those_above_never_one_below() {
    for member in members() {
        for used in &member.uses {
            assert!(room(used) <= room(&member.folder), "{} must not use {used}: it stands below", member.folder);
        }
    }
}

#[test]
fn cluster_supply_and_report_do_not_see_each_other() {
    for member in members() {
        let own = ROOMS[room(&member.folder)];
        for used in member.uses.iter().filter(|_| STRANGERS.contains(&own)) {
            let other = ROOMS[room(used)];
            assert!(other == own || !STRANGERS.contains(&other), "{} must not use {used}", member.folder);
        }
    }
}

#[test]
fn reporters_see_the_model_alone() {
    let all = members();
    let reporters = all.iter().find(|m| m.folder == "report/reporters").expect("reporters");
    assert_eq!(reporters.uses, ["model"]);
}

#[test]
fn pure_crates_have_no_network_no_runtime_and_no_git() {
    let all = members();
    let pure: Vec<&Member> = all.iter().filter(|m| is_pure(&m.folder)).collect();
    assert!(pure.len() >= 8, "too few pure crates were found");
    for member in pure {
        let impure: Vec<&String> = member.libraries.iter().filter(|l| IMPURE.contains(&l.as_str())).collect();
        assert!(impure.is_empty(), "{} is pure and must not depend on {impure:?}", member.folder);
    }
}

#[test]
fn only_the_rim_may_touch_files_clocks_and_processes() {
    for file in sources() {
        let text = std::fs::read_to_string(&file).expect("readable");
        let shown = file.strip_prefix(root().join("src")).expect("below src").to_string_lossy().into_owned();
        let folder = members_folder(&shown);
        let is_exempt = shown.contains("/examples/") || shown.contains("/tests/") || shown.contains("/benches/");
        let allows = text.lines().any(|line| line.starts_with("#![") && line.contains("disallowed_methods"));
        assert!(
            !allows || is_exempt || !is_pure(&folder),
            "{shown} allows itself files, clocks or processes, but its crate is pure"
        );
    }
}

#[test]
fn everything_on_standard_output_and_error_goes_through_one_file() {
    let writers = ["stdout()", "stderr()", "print!(", "println!(", "dbg!(", ".print()", ".exit()", "DrawTarget::std"];
    for file in sources() {
        let shown = file.strip_prefix(root()).expect("in the house").to_string_lossy().into_owned();
        let is_exempt = ["/examples/", "/tests/", "/benches/", "/bench/"].iter().any(|folder| shown.contains(folder));
        if is_exempt || shown == "src/seatrial/process/streams.rs" {
            continue;
        }
        // Where clap wants its text is only a question.
        let text = std::fs::read_to_string(&file).expect("readable").replace("use_stderr()", "");
        let found: Vec<&str> = writers.into_iter().filter(|word| text.contains(word)).collect();
        assert!(
            found.is_empty(),
            "{shown} has {found:?}: what is written goes through src/seatrial/process/streams.rs"
        );
    }
}

#[test]
fn every_file_says_first_what_lives_in_it() {
    for file in sources() {
        let text = std::fs::read_to_string(&file).expect("readable");
        assert!(text.starts_with("//! "), "{} does not start with `//!`", file.display());
    }
}

#[test]
fn files_stay_small_enough_for_one_head() {
    for file in sources() {
        let lines = std::fs::read_to_string(&file).expect("readable").lines().count();
        assert!(lines <= 450, "{} has {lines} lines; is there a second thing in it that has a name?", file.display());
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for member in members() {
        let manifest = root().join("src").join(&member.folder).join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).expect("readable");
        assert!(text.contains("[lints]\nworkspace = true"), "{}", manifest.display());
    }
}

/// The crate that a file below `src` belongs to: the longest member folder that its path starts with.
fn members_folder(file: &str) -> String {
    let all = members();
    let owners = all.iter().map(|m| m.folder.as_str()).filter(|folder| file.starts_with(&format!("{folder}/")));
    owners.max_by_key(|folder| folder.len()).unwrap_or_else(|| panic!("{file} belongs to no crate")).to_owned()
}

/// Every Rust file below `src`.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join("src")];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 50, "too few files were found");
    found
}
