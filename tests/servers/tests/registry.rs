//! The registry in memory answers as a registry does; where Debian's docker-registry is installed, both are asked the same.
#![allow(clippy::disallowed_methods, reason = "this test writes a file and runs docker-registry")]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, Response};
use seatrial_test_servers::oci::{Image, MANIFEST, Package, Remote, digest};
use seatrial_test_servers::registry::Registry;
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

thread_local! {
    /// One for each test, which has a thread and a runtime of its own.
    static CLIENT: Client = Transport::new(&Settings::default()).expect("is a client").client().clone();
}

fn client() -> Client {
    CLIENT.with(Client::clone)
}

fn package(text: &str) -> Package {
    Image::new().with_content("/file", text.as_bytes().to_vec(), 0o644).expect("is a plain path").package()
}

async fn send(method: Method, url: &str, media_type: &str, body: Vec<u8>) -> Response {
    let request = client().request(method, url).header("content-type", media_type).body(body);
    request.send().await.expect("is answered")
}

async fn status_and_code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap_or_default();
    let code = body.pointer("/errors/0/code").and_then(Value::as_str);
    (status, code.unwrap_or_default().to_owned())
}

/// What every registry answers to the same requests, in this order.
async fn behaves(base: &str) {
    let package = package("one");
    let pushed = Remote::new(base).push("shop/web", "1.4.0", &package).await.expect("is pushed");
    let nothing = digest(b"nothing");
    let unknown_part = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": nothing, "size": 7 },
        "layers": [],
    });
    let v2 = format!("{base}/v2/shop/web");
    let manifest = package.manifest();
    let table = [
        (Method::GET, format!("{base}/v2/"), Vec::new(), 200, ""),
        (Method::GET, format!("{v2}/tags/list"), Vec::new(), 200, ""),
        (Method::GET, format!("{base}/v2/shop/none/tags/list"), Vec::new(), 404, "NAME_UNKNOWN"),
        (Method::GET, format!("{v2}/manifests/1.4.0"), Vec::new(), 200, ""),
        (Method::GET, format!("{v2}/manifests/{pushed}"), Vec::new(), 200, ""),
        (Method::HEAD, format!("{v2}/manifests/1.4.1"), Vec::new(), 404, ""),
        (Method::GET, format!("{v2}/manifests/1.4.1"), Vec::new(), 404, "MANIFEST_UNKNOWN"),
        (Method::GET, format!("{v2}/blobs/{nothing}"), Vec::new(), 404, "BLOB_UNKNOWN"),
        (Method::PUT, format!("{v2}/manifests/bad"), b"{".to_vec(), 400, "MANIFEST_INVALID"),
        (
            Method::PUT,
            format!("{v2}/manifests/bad"),
            unknown_part.to_string().into_bytes(),
            400,
            "MANIFEST_BLOB_UNKNOWN",
        ),
        (Method::PUT, format!("{v2}/manifests/{nothing}"), manifest.clone(), 400, "DIGEST_INVALID"),
        (Method::PUT, format!("{v2}/manifests/latest"), manifest, 201, ""),
        (Method::DELETE, format!("{v2}/manifests/{nothing}"), Vec::new(), 404, "MANIFEST_UNKNOWN"),
        (Method::DELETE, format!("{v2}/manifests/{pushed}"), Vec::new(), 202, ""),
        (Method::GET, format!("{v2}/manifests/1.4.0"), Vec::new(), 404, "MANIFEST_UNKNOWN"),
    ];
    for (method, url, body, status, code) in table {
        let name = format!("{method} {url}");
        let answer =
            client().request(method, url).header("content-type", MANIFEST).header("accept", MANIFEST).body(body);
        let got = status_and_code(answer.send().await.expect("is answered")).await;
        assert_eq!(got, (status, code.to_owned()), "{name}");
    }
}

/// An upload in two chunks, and one with a wrong digest.
async fn takes_chunks(base: &str) {
    let uploads = format!("{base}/v2/shop/chunks/blobs/uploads/");
    for (named, want) in [(digest(b"onetwo"), 201), (digest(b"three"), 400)] {
        let mut location = location(base, &send(Method::POST, &uploads, "", Vec::new()).await);
        for chunk in [b"one".to_vec(), b"two".to_vec()] {
            let answer = send(Method::PATCH, &location, "application/octet-stream", chunk).await;
            assert_eq!(answer.status(), 202);
            location = self::location(base, &answer);
        }
        let separator = if location.contains('?') { '&' } else { '?' };
        let url = format!("{location}{separator}digest={named}");
        assert_eq!(send(Method::PUT, &url, "application/octet-stream", Vec::new()).await.status(), want);
    }
    let blob = client().get(format!("{base}/v2/shop/chunks/blobs/{}", digest(b"onetwo"))).send().await;
    assert_eq!(blob.expect("is answered").bytes().await.expect("is there").as_ref(), b"onetwo");
}

fn location(base: &str, response: &Response) -> String {
    let given = response.headers()["location"].to_str().expect("is text");
    if given.starts_with("http") { given.to_owned() } else { format!("{base}{given}") }
}

#[tokio::test]
async fn answers_as_a_registry_does() {
    let registry = Registry::start().await;
    behaves(&registry.url()).await;
    takes_chunks(&registry.url()).await;
}

#[tokio::test]
async fn lists_tags_by_pages_with_links() {
    let registry = Registry::start_at("127.0.0.1:0".parse().expect("is an address"), 2).await.expect("is bound");
    for tag in ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"] {
        registry.put("shop/web", tag, &package(tag));
    }
    let mut url = format!("{}/v2/shop/web/tags/list", registry.url());
    let mut pages = Vec::new();
    loop {
        let response = client().get(&url).send().await.expect("is answered");
        let link = response.headers().get("link").map(|l| l.to_str().expect("is text").to_owned()).unwrap_or_default();
        let body: Value = response.json().await.expect("is JSON");
        pages.push(body["tags"].clone());
        let Some((next, _)) = link.split_once(">; rel=\"next\"") else { break };
        url = format!("{}{}", registry.url(), next.trim_start_matches('<'));
    }
    assert_eq!(Value::from(pages), json!([["1.0.0", "1.1.0"], ["1.2.0", "1.3.0"], ["1.4.0"]]));
    let fewer = client().get(format!("{}/v2/shop/web/tags/list?n=1&last=1.3.0", registry.url())).send().await;
    let fewer: Value = fewer.expect("is answered").json().await.expect("is JSON");
    assert_eq!(fewer["tags"], json!(["1.4.0"]));
}

#[tokio::test]
async fn has_no_referrers_and_mounts_from_another_repository() {
    let registry = Registry::start().await;
    let package = package("one");
    registry.put("shop/web", "1", &package);
    let url = format!("{}/v2/shop/web/referrers/{}", registry.url(), package.digest());
    assert_eq!(client().get(url).send().await.expect("is answered").status(), 404);
    let layer = digest(&package.layer.bytes);
    let mount = format!("{}/v2/other/blobs/uploads/?mount={layer}&from=shop/web", registry.url());
    assert_eq!(send(Method::POST, &mount, "", Vec::new()).await.status(), 201);
    assert_eq!(registry.blob("other", &layer).as_ref(), Some(&package.layer.bytes));
}

/// Debian's registry on a free port, ended with this.
struct Debian(Child);

impl Drop for Debian {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn debians_registry_answers_the_same() {
    let scratch = tempfile::tempdir().expect("a directory");
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port is free");
    let config = format!(
        "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nhttp: {{addr: \"{free}\"}}\n\
         storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n",
        scratch.path().join("data").display()
    );
    let file = scratch.path().join("config.yaml");
    std::fs::write(&file, config).expect("written");
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(child) = command.spawn() else {
        eprintln!("SKIPPED: there is no docker-registry to compare with");
        return;
    };
    let _debian = Debian(child);
    let base = format!("http://{free}");
    for _ in 0..200 {
        if client().get(format!("{base}/v2/")).send().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    behaves(&base).await;
    takes_chunks(&base).await;
}
