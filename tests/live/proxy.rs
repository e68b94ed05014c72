//! The API server behind `kubectl proxy`, which has the credentials: asked whether it would create an object.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running proxy; it ends with this value.
pub(crate) struct Proxy {
    child: Child,
    address: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    /// A proxy to the cluster that `SEATRIAL_TEST_KUBECONFIG` names.
    pub(crate) fn start() -> Option<Proxy> {
        let kubeconfig = PathBuf::from(std::env::var_os("SEATRIAL_TEST_KUBECONFIG").filter(|path| !path.is_empty())?);
        // The bed keeps its binaries beside what belongs to the running one.
        let own = kubeconfig.parent().and_then(Path::parent).map(|cache| cache.join("bin/kubectl"));
        let kubectl = own.filter(|path| path.exists()).unwrap_or_else(|| PathBuf::from("kubectl"));
        let mut child = Command::new(kubectl)
            .args(["proxy", "--port=0"])
            .env_clear()
            .env("KUBECONFIG", &kubeconfig)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where it serves");
        let address = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        Some(Proxy { child, address })
    }

    /// Why the API server would not create an object; `None` where it would.
    pub(crate) fn refuses(&self, object: &Value, namespace: &str) -> Option<String> {
        let path = format!("{}?dryRun=All&fieldValidation=Strict", collection(object, namespace));
        let (status, answer) = self.post(&path, object);
        (status >= 400).then(|| answer["message"].as_str().unwrap_or("no message").to_owned())
    }

    /// Sends an object; the status and the answer.
    pub(crate) fn post(&self, path: &str, object: &Value) -> (u16, Value) {
        let body = object.to_string();
        let mut stream = TcpStream::connect(&self.address).expect("the proxy listens");
        let (host, length) = (&self.address, body.len());
        let head = format!(
            "POST {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

/// Where objects of a kind are created. The kind and version are never changed.
fn collection(object: &Value, namespace: &str) -> String {
    let (version, kind) = (object["apiVersion"].as_str().expect("a version"), object["kind"].as_str().expect("a kind"));
    let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
    let lower = kind.to_lowercase();
    let plural = match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if lower.ends_with('s') => format!("{lower}es"),
        None => format!("{lower}s"),
    };
    format!("{root}/namespaces/{namespace}/{plural}")
}
