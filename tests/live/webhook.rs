//! An admission webhook on this side of the bed: HTTPS with a certificate of its own, and what it answers depends on the path.

use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

/// How long `/hold` holds a change: longer than a daemon needs to be killed.
const HELD_FOR: Duration = Duration::from_secs(8);

/// A running server; its threads end with the test's process.
pub(crate) struct Webhook {
    /// Host and port as the API server reaches it.
    pub(crate) address: String,
    authority: String,
    heard: Arc<Mutex<String>>,
}

impl Webhook {
    /// Listens on the address of this machine that faces `server`.
    pub(crate) fn start(server: &str) -> Webhook {
        let probe = UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.connect(server).map(|()| socket));
        let host = probe.and_then(|socket| socket.local_addr()).expect("a way to the API server").ip();
        let listener = TcpListener::bind((host, 0)).expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let (certificate, key) = self_signed(&host.to_string());
        let config = server_config(&certificate, &key);
        let heard = Arc::new(Mutex::new(String::new()));
        let hears = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, hears) = (Arc::clone(&config), Arc::clone(&hears));
                std::thread::spawn(move || serve(stream, config, &hears));
            }
        });
        Webhook { address, authority: STANDARD.encode(certificate), heard }
    }

    /// A manifest with `{{webhook}}` and `{{webhook-authority}}` filled in.
    pub(crate) fn fill(&self, manifest: &str) -> String {
        manifest.replace("{{webhook}}", &self.address).replace("{{webhook-authority}}", &self.authority)
    }

    /// One line for each change that it held, `held live-x/name UPDATE`, and for each dry-run, `tried live-x/name CREATE`.
    pub(crate) fn heard(&self) -> String {
        self.heard.lock().expect("no panic").clone()
    }
}

/// A certificate and its key in PEM; it is its own authority.
fn self_signed(host: &str) -> (Vec<u8>, Vec<u8>) {
    let scratch = tempfile::tempdir().expect("a directory");
    let (certificate, key) = (scratch.path().join("certificate"), scratch.path().join("key"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=webhook", "-addext", &format!("subjectAltName=IP:{host}")])
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (std::fs::read(certificate).expect("written"), std::fs::read(key).expect("written"))
}

fn server_config(certificate: &[u8], key: &[u8]) -> Arc<ServerConfig> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(key).expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("TLS");
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).expect("a certificate and its key"))
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, heard: &Mutex<String>) {
    let Ok(connection) = ServerConnection::new(config) else { return };
    let mut stream = StreamOwned::new(connection, stream);
    while let Some((path, review)) = read_review(&mut stream) {
        let body = answer(&path, &review, heard).to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        if stream.write_all(format!("{head}{body}").as_bytes()).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

/// How long a request waits: at `/hold` a change, at `/hold/NAME/DRY/WET` what has a name that begins so, in milliseconds.
fn held_for(path: &str, name: &str, is_dry: bool) -> Option<Duration> {
    let mut parts = path.strip_prefix("/hold")?.split(['/', '?']).filter(|part| !part.contains('='));
    parts.next();
    let Some(prefix) = parts.next().filter(|prefix| !prefix.is_empty()) else { return (!is_dry).then_some(HELD_FOR) };
    let mut time = || parts.next().and_then(|number| number.parse().ok()).map(Duration::from_millis);
    let (dry, wet) = (time()?, time()?);
    let time = if is_dry { dry } else { wet };
    (name.starts_with(prefix) && !time.is_zero()).then_some(time)
}

/// `/deny` refuses; `/hold` lets a change wait.
fn answer(path: &str, review: &Value, heard: &Mutex<String>) -> Value {
    let request = &review["request"];
    let mut response = json!({"uid": request["uid"], "allowed": true});
    let what = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
    if path.starts_with("/deny") {
        let message = "the label `cost-centre` is missing, see https://wiki.example.com/labels";
        response["allowed"] = json!(false);
        response["status"] = json!({"code": 403, "message": message});
    }
    let is_dry = request["dryRun"].as_bool() == Some(true);
    if let Some(time) = held_for(path, &what("name"), is_dry) {
        let word = if is_dry { "tried" } else { "held" };
        let line = format!("{word} {}/{} {}\n", what("namespace"), what("name"), what("operation"));
        heard.lock().expect("no panic").push_str(&line);
        std::thread::sleep(time);
    }
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response})
}

/// Path and body of one request; `None` at the end of the connection.
fn read_review(stream: &mut impl Read) -> Option<(String, Value)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            })?;
            if bytes.len() >= end + 4 + length {
                let path = head.split_whitespace().nth(1)?.to_owned();
                return Some((path, serde_json::from_slice(&bytes[end + 4..end + 4 + length]).ok()?));
            }
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}
