//! An HTTP server whose answers a closure gives, one connection per request.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(crate) const CLIENT: (&str, &str) =
    (include_str!("../../testdata/client.pem"), include_str!("../../testdata/client.key"));
pub(crate) const AUTHORITY: &[u8] = include_bytes!("../../../../transport/testdata/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../../../transport/testdata/server.pem");
const KEY: &[u8] = include_bytes!("../../../../transport/testdata/server.key");

/// What the server does with a request.
pub(crate) enum Step {
    /// Status with further header lines, and body.
    Answer(&'static str, String),
    /// Hangs up without a word.
    Close,
    /// Never answers.
    Hang,
}

/// A request as it came: `GET /path?query`, the header lines in lower case, the body.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

pub(crate) struct Server {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Script = dyn Fn(&Seen, usize) -> Step + Send + Sync;

impl Server {
    /// `script` gets the request and how many requests of that line came before it.
    pub(crate) async fn plain(script: impl Fn(&Seen, usize) -> Step + Send + Sync + 'static) -> Server {
        Server::start(Arc::new(script), None).await
    }

    /// The same over TLS, with a certificate for `localhost` and `127.0.0.1`.
    pub(crate) async fn tls(script: impl Fn(&Seen, usize) -> Step + Send + Sync + 'static) -> Server {
        Server::start(Arc::new(script), Some(acceptor(WebPkiClientVerifier::no_client_auth()))).await
    }

    /// The same, for clients with a certificate of the authority only.
    pub(crate) async fn mutual(script: impl Fn(&Seen, usize) -> Step + Send + Sync + 'static) -> Server {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate")).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Server::start(Arc::new(script), Some(acceptor(verifier.expect("a verifier")))).await
    }

    async fn start(script: Arc<Script>, acceptor: Option<TlsAcceptor>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, all, acceptor) = (Arc::clone(&script), Arc::clone(&all), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, &*script, &all).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &*script, &all).await;
                            }
                        }
                    }
                });
            }
        });
        Server { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far whose line begins so.
    pub(crate) fn seen(&self, beginning: &str) -> Vec<Seen> {
        let seen = self.seen.lock().expect("no panic");
        seen.iter().filter(|request| request.line.starts_with(beginning)).cloned().collect()
    }
}

fn acceptor(clients: Arc<dyn ClientCertVerifier>) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(CERTIFICATE).map(|c| c.expect("a certificate")).collect();
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, script: &Script, all: &Mutex<Vec<Seen>>) {
    let Some(request) = read(&mut stream).await else { return };
    let before = {
        let mut all = all.lock().expect("no panic");
        let before = all.iter().filter(|earlier| earlier.line == request.line).count();
        all.push(request.clone());
        before
    };
    match script(&request, before) {
        Step::Close => {}
        Step::Hang => std::future::pending().await,
        Step::Answer(status, body) => {
            let mut answer = Vec::new();
            let length = body.len();
            let _ = write!(answer, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    }
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
            let headers = headers.to_lowercase();
            let length = headers.lines().find_map(|h| h.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                let line = line.trim_end_matches(" HTTP/1.1").to_owned();
                return Some(Seen { line, headers, body: body.to_owned() });
            }
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}

/// The version and the discovery that every cluster has; `None` for other requests.
pub(crate) fn basics(request: &Seen) -> Option<Step> {
    let body = match request.line.as_str() {
        "GET /version" => r#"{"gitVersion":"v1.35.4"}"#,
        "GET /api/v1" => {
            r#"{"resources":[
                {"name":"pods","kind":"Pod","namespaced":true},
                {"name":"pods/log","kind":"Pod","namespaced":true},
                {"name":"services","kind":"Service","namespaced":true},
                {"name":"namespaces","kind":"Namespace","namespaced":false}]}"#
        }
        "GET /apis/apps/v1" => {
            r#"{"resources":[
                {"name":"deployments/scale","kind":"Scale","namespaced":true},
                {"name":"deployments","kind":"Deployment","namespaced":true}]}"#
        }
        _ => return None,
    };
    Some(Step::Answer("200 OK", body.to_owned()))
}
