//! What is made from files: the same bytes each time, readable by others, and pushed once.
#![allow(clippy::disallowed_methods, reason = "this test writes files and runs tar")]
#![allow(clippy::print_stderr, reason = "a skipped check is said aloud")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;
use seatrial_test_servers::oci::{Chart, FluxArtifact, Image, Package, Remote, digest};
use seatrial_test_servers::registry::Registry;
use serde_json::Value;

fn web() -> Image {
    let image = Image::new().with_content("/shop", b"program".to_vec(), 0o755).expect("is a plain path");
    image.with_link("/bin/sh", "../shop").expect("is a plain path").with_entrypoint(vec!["/shop".to_owned()])
}

fn unpacked(package: &Package) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(package.layer.bytes.as_ref()).read_to_end(&mut bytes).expect("is gzip");
    bytes
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("is JSON")
}

/// Paths and contents as tar(1) unpacks them; `None` where there is no tar.
fn extracted(tar: &[u8]) -> Option<BTreeMap<String, String>> {
    let scratch = tempfile::tempdir().expect("a directory");
    let (file, to) = (scratch.path().join("layer.tar"), scratch.path().join("to"));
    fs::write(&file, tar).expect("written");
    fs::create_dir(&to).expect("created");
    let Ok(status) = Command::new("tar").arg("xf").arg(&file).arg("-C").arg(&to).status() else {
        eprintln!("SKIPPED: there is no tar(1) to read what was made");
        return None;
    };
    assert!(status.success(), "tar refuses the archive");
    let mut found = BTreeMap::new();
    list(&to, &to, &mut found);
    Some(found)
}

fn list(root: &Path, directory: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).expect("is readable").flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root).expect("is below").display().to_string();
        if path.is_symlink() {
            found.insert(name, format!("-> {}", fs::read_link(&path).expect("is a link").display()));
        } else if path.is_dir() {
            list(root, &path, found);
        } else {
            found.insert(name, fs::read_to_string(&path).expect("is text"));
        }
    }
}

#[test]
fn the_same_files_give_the_same_digest_in_any_order() {
    let in_order = |paths: [&str; 2]| {
        let add = |image: Image, path: &&str| image.with_content(path, path.as_bytes().to_vec(), 0o644).expect("plain");
        paths.iter().fold(Image::new(), add).package().digest()
    };
    assert_eq!(in_order(["/a", "/b/c"]), in_order(["/b/c", "/a"]));
    assert_ne!(web().package().digest(), web().with_user("1").package().digest());
    assert_ne!(web().package().digest(), web().with_created("2026-11-25T00:00:00Z").package().digest());
}

#[test]
fn an_image_says_how_it_runs_and_tar_reads_its_layer() {
    let package =
        web().with_command(vec!["-x".to_owned()]).with_variable("A=b").with_user("1").with_port(8080).package();
    let config = json(&package.config.bytes);
    assert_eq!(config["config"]["Entrypoint"][0], "/shop");
    assert_eq!(config["config"]["Cmd"][0], "-x");
    assert_eq!(config["config"]["Env"][1], "A=b");
    assert_eq!(config["config"]["User"], "1");
    assert!(config["config"]["ExposedPorts"]["8080/tcp"].is_object());
    assert_eq!(config["rootfs"]["diff_ids"][0], digest(&unpacked(&package)).as_str());
    if let Some(files) = extracted(&unpacked(&package)) {
        let want = [("bin/sh", "-> ../shop"), ("shop", "program")];
        assert_eq!(files, want.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    }
}

#[test]
fn a_chart_lies_under_its_name_and_its_tag_has_no_plus() {
    let scratch = tempfile::tempdir().expect("a directory");
    fs::create_dir(scratch.path().join("templates")).expect("created");
    let file = |name: &str, text: &str| fs::write(scratch.path().join(name), text).expect("written");
    file("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3+build.4\nappVersion: \"1.4\"\n");
    file("templates/web.yaml", "kind: Service\n");
    let chart = Chart::read(scratch.path()).expect("is a chart");
    assert_eq!((chart.name(), chart.tag().as_str()), ("shop", "1.2.3_build.4"));
    let package = chart.package();
    assert_eq!(json(&package.config.bytes)["version"], "1.2.3+build.4");
    if let Some(files) = extracted(&unpacked(&package)) {
        assert_eq!(files.keys().collect::<Vec<_>>(), ["shop/Chart.yaml", "shop/templates/web.yaml"]);
    }

    file("Chart.yaml", "apiVersion: v2\nname: shop\n");
    let refused = Chart::read(scratch.path()).expect_err("has no version").to_string();
    assert!(refused.contains("Chart.yaml") && refused.contains("version"), "{refused}");
}

#[test]
fn a_flux_artifact_says_where_it_comes_from_and_leaves_git_out() {
    let scratch = tempfile::tempdir().expect("a directory");
    fs::create_dir(scratch.path().join(".git")).expect("created");
    fs::write(scratch.path().join(".git/HEAD"), "ref: x").expect("written");
    fs::write(scratch.path().join("app.yaml"), "kind: A\n").expect("written");
    let artifact = FluxArtifact::read(scratch.path()).expect("is readable");
    let package = artifact.with_source("https://example.com/shop").with_revision("main@sha1:abc").package();
    let annotations = &json(&package.manifest())["annotations"];
    assert_eq!(annotations["org.opencontainers.image.source"], "https://example.com/shop");
    assert_eq!(annotations["org.opencontainers.image.revision"], "main@sha1:abc");
    assert_eq!(annotations["org.opencontainers.image.created"], "1970-01-01T00:00:00Z");
    if let Some(files) = extracted(&unpacked(&package)) {
        assert_eq!(files.into_keys().collect::<Vec<_>>(), ["app.yaml"]);
    }
}

#[tokio::test]
async fn what_is_there_already_is_not_sent_again() {
    let registry = Registry::start().await;
    let remote = Remote::new(&registry.url());
    let package = web().package();
    let digest = remote.push("shop/web", "1.4.0", &package).await.expect("is pushed");
    assert_eq!(digest, package.digest());
    let sent = |method: &str| registry.requests().iter().filter(|line| line.starts_with(method)).count();
    assert_eq!((sent("HEAD"), sent("POST"), sent("PUT")), (2, 2, 3));
    remote.push("shop/web", "latest", &package).await.expect("is pushed");
    assert_eq!((sent("HEAD"), sent("POST"), sent("PUT")), (4, 2, 4));
    assert_eq!(registry.tags("shop/web"), ["1.4.0", "latest"]);
    assert_eq!(registry.manifest("shop/web", &digest).as_deref(), Some(package.manifest().as_slice()));
}

#[tokio::test]
async fn a_refusal_names_the_request_and_what_the_registry_said() {
    let registry = Registry::start().await;
    let refused = Remote::new(&registry.url()).push("Shop", "1", &web().package()).await.expect_err("is no name");
    let sentence = refused.to_string();
    assert!(sentence.contains("HEAD http://") && sentence.contains("400"), "{sentence}");
    let nobody = Remote::new("http://127.0.0.1:1").push("shop", "1", &web().package()).await;
    assert_eq!(nobody.expect_err("nobody listens").to_string(), "cannot connect to 127.0.0.1:1");
}
