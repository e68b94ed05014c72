//! Images that cases need and the bed does not have: Seatrial's own, and one with a test suite and nothing else in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use seatrial_test_servers::oci::{Blob, Image, Package};
use serde_json::Value;

use crate::case::root;

/// Where `cargo build --profile static --target x86_64-unknown-linux-musl` puts the program.
const STATIC: &str = "x86_64-unknown-linux-musl/static/seatrial";

/// Seatrial's image, out of the layout that its example `image` writes.
pub(crate) fn collector() -> Package {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let program = target.join(STATIC);
    assert!(
        program.exists(),
        "there is no {}: run `cargo build --profile static --locked -p seatrial --target x86_64-unknown-linux-musl`",
        program.display()
    );
    let directory = tempfile::tempdir().expect("a directory");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--locked", "-p", "seatrial", "--example", "image", "--"]);
    succeed(cargo.arg(&program).arg(directory.path()).current_dir(root()));
    let read = |name: &str| std::fs::read(directory.path().join(name)).expect("the layout has it");
    let blob = |digest: &Value| {
        let digest = digest.as_str().expect("a digest");
        read(&format!("blobs/{}", digest.replace(':', "/")))
    };
    let index: Value = serde_json::from_slice(&read("index.json")).expect("JSON");
    let manifest: Value = serde_json::from_slice(&blob(&index["manifests"][0]["digest"])).expect("JSON");
    let part =
        |descriptor: &Value| Blob::new(descriptor["mediaType"].as_str().expect("a type"), blob(&descriptor["digest"]));
    Package {
        config: part(&manifest["config"]),
        layer: part(&manifest["layers"][0]),
        annotations: std::collections::BTreeMap::new(),
    }
}

/// An image whose only file is the program of `tests/live/suite`.
pub(crate) fn suite() -> Package {
    let directory = tempfile::tempdir().expect("a directory");
    let program = directory.path().join("suite");
    // As the bed's own pause container is made.
    let mut compiler = Command::new("cc");
    compiler.args(["-static", "-Os", "-s", "-o"]).arg(&program).arg(root().join("tests/live/suite/suite.c"));
    succeed(&mut compiler);
    let image = Image::new().with_file("/suite", Path::new(&program), 0o755).expect("a file");
    image.with_entrypoint(vec!["/suite".to_owned()]).package()
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
