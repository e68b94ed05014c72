//! What a case needs in the bed's registry beyond the images that are there.

use std::process::Command;

use seatrial_test_servers::oci::{MANIFEST, Package, Remote, digest};
use serde_json::{Value, json};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Tags an index whose only entry is the image `from`, said to be for another processor.
pub(crate) fn tag_for_another_processor(registry: &str, repository: &str, from: &str, tag: &str) {
    let address = |reference: &str| format!("http://{registry}/v2/{repository}/manifests/{reference}");
    let manifest = curl(&["-H", &format!("Accept: {MANIFEST}"), &address(from)]);
    let entry = json!({
        "mediaType": MANIFEST, "digest": digest(manifest.as_bytes()), "size": manifest.len(),
        "platform": { "os": "linux", "architecture": "s390x" },
    });
    let index: Value = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [entry] });
    let type_of_index = format!("Content-Type: {INDEX}");
    curl(&["-X", "PUT", "-H", &type_of_index, "--data-binary", &index.to_string(), &address(tag)]);
}

/// Pushes an image as `REPOSITORY:TAG`.
pub(crate) fn push(registry: &str, image: &str, package: &Package) {
    let (repository, tag) = image.split_once(':').expect("REPOSITORY:TAG");
    let remote = Remote::new(&format!("http://{registry}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(remote.push(repository, tag, package)).unwrap_or_else(|error| panic!("{image}: {error}"));
}

fn curl(arguments: &[&str]) -> String {
    let output =
        Command::new("curl").args(["-sS", "--fail", "--noproxy", "*"]).args(arguments).output().expect("curl runs");
    assert!(output.status.success(), "curl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
