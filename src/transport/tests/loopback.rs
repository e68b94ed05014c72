//! The client against servers on loopback that refuse, hang, hang up, limit, fail, redirect and show wrong certificates.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Method, Request};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use seatrial_transport::{Origin, Redirects, Retry, Settings, Transport, TransportError};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

const SHORT: Duration = Duration::from_secs(3);

/// What a server does with one connection.
#[derive(Clone)]
enum Step {
    /// Reads the request and sends this status line and these headers, with an empty body.
    Answer(&'static str),
    /// As `Answer`, with the server's own address for `{address}`.
    AnswerAddress(String),
    /// Reads the request and hangs up.
    Close,
    /// Reads the request and never answers.
    Hang,
    /// Answers whatever comes, as plain HTTP servers answer a TLS handshake.
    Refuse,
}

struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// One step per connection; the last one again and again.
    async fn start(steps: Vec<Step>, tls: Option<(&'static [u8], &'static [u8])>) -> Server {
        Server::start_at("127.0.0.1:0", steps, tls).await
    }

    async fn start_at(at: &str, steps: Vec<Step>, tls: Option<(&'static [u8], &'static [u8])>) -> Server {
        let listener = TcpListener::bind(at).await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, acceptor) = (Arc::clone(&requests), tls.map(acceptor));
        tokio::spawn(async move {
            let mut steps = steps.into_iter().peekable();
            let mut last = Step::Close;
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                last = steps.next().unwrap_or(last);
                let (step, seen, acceptor) = (last.clone(), Arc::clone(&seen), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, step, &seen).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, step, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        Server { address, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

fn acceptor((certificate, key): (&'static [u8], &'static [u8])) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(certificate).map(|c| c.expect("a certificate")).collect();
    let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, step: Step, seen: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    let ends: &[u8] = if matches!(step, Step::Refuse) { b"\x01" } else { b"\r\n\r\n" };
    while !head.windows(ends.len()).any(|w| w == ends) {
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => head.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    seen.lock().expect("no panic").push(String::from_utf8_lossy(&head).into_owned());
    let answer = match step {
        Step::Answer(answer) => answer.to_owned(),
        Step::AnswerAddress(answer) => answer,
        Step::Refuse => "400 Bad Request".to_owned(),
        Step::Close => return,
        Step::Hang => return std::future::pending().await,
    };
    let text = format!("HTTP/1.1 {answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn get(url: &str) -> Request {
    Request::new(Method::GET, url.parse().expect("a test address"))
}

fn plain() -> Transport {
    Transport::new(&Settings::default()).expect("no settings are fine")
}

fn trusting(pem: &[u8]) -> Transport {
    Transport::new(&Settings { ca_bundle: Some(pem.to_vec()), ..Settings::default() }).expect("a good bundle")
}

async fn error_of(transport: &Transport, url: &str, retry: Retry) -> TransportError {
    transport.send(get(url), retry, Duration::from_millis(400)).await.expect_err("an error")
}

#[tokio::test]
async fn a_refused_connection_names_host_port_and_cause_but_no_query() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let error = error_of(&plain(), &format!("http://bob:hunter2@{address}/x?token=hunter2"), Retry::Idempotent).await;
    assert_eq!(error.to_string(), format!("cannot reach {address}: connection refused"));
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_at_the_deadline() {
    let server = Server::start(vec![Step::Hang], None).await;
    let begun = Instant::now();
    let error = error_of(&plain(), &format!("http://{}/", server.address), Retry::Idempotent).await;
    assert_eq!(error.to_string(), format!("{} did not answer within 0.4 s", server.address));
    assert!(begun.elapsed() < SHORT);
}

#[tokio::test]
async fn a_closed_connection_is_tried_again_only_when_that_is_harmless() {
    for (retry, requests) in [(Retry::Idempotent, 2), (Retry::Once, 1)] {
        let server = Server::start(vec![Step::Close, Step::Answer("204 No Content")], None).await;
        let outcome = plain().send(get(&format!("http://{}/", server.address)), retry, SHORT).await;
        assert_eq!(server.requests().len(), requests, "{retry:?}");
        match (retry, outcome) {
            (Retry::Idempotent, Ok(answer)) => assert_eq!(answer.status(), 204),
            (Retry::Once, Err(error)) => {
                assert!(
                    error.to_string().starts_with(&format!("{} closed the connection: ", server.address)),
                    "{error}"
                );
            }
            (_, outcome) => panic!("{retry:?}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn repeats_by_status_and_method() {
    // First answer, retry, statuses of the answer and number of requests.
    let table = [
        ("503 Service Unavailable", Retry::Idempotent, 200, 2),
        ("503 Service Unavailable", Retry::Once, 503, 1),
        ("429 Too Many Requests\r\nRetry-After: 0", Retry::Once, 200, 2),
        ("429 Too Many Requests\r\nRetry-After: 600", Retry::Idempotent, 429, 1),
        ("429 Too Many Requests\r\nRetry-After: 18446744073709551615", Retry::Idempotent, 429, 1),
        ("429 Too Many Requests\r\nRetry-After: Fri, 01 Jan 10000 00:00:00 GMT", Retry::Once, 200, 2),
        ("429 Too Many Requests\r\nRetry-After: -1", Retry::Once, 200, 2),
        ("403 Forbidden\r\nRetry-After: 0", Retry::Once, 200, 2),
        ("404 Not Found", Retry::Idempotent, 404, 1),
    ];
    for (first, retry, status, requests) in table {
        let server = Server::start(vec![Step::Answer(first), Step::Answer("200 OK")], None).await;
        let answer = plain().send(get(&format!("http://{}/", server.address)), retry, SHORT).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), server.requests().len()), (status, requests), "{first} {retry:?}");
    }
}

#[tokio::test]
async fn waits_as_long_as_retry_after_says() {
    let steps = vec![Step::Answer("429 Too Many Requests\r\nRetry-After: 1"), Step::Answer("200 OK")];
    let server = Server::start(steps, None).await;
    let begun = Instant::now();
    let url = format!("http://{}/", server.address);
    let answer = plain().send(get(&url), Retry::Once, SHORT).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

/// Asked for no wait, or for one that is past, we would otherwise flood the server that limits us.
#[tokio::test]
async fn gives_up_after_five_attempts_with_growing_waits_and_keeps_the_answer() {
    let past =
        "429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:00:00 GMT";
    for limited in ["429 Too Many Requests\r\nRetry-After: 0", past] {
        let server = Server::start(vec![Step::Answer(limited)], None).await;
        let url = format!("http://{}/", server.address);
        let begun = Instant::now();
        let answer = plain().send(get(&url), Retry::Once, Duration::from_secs(30)).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), server.requests().len()), (429, 5));
        assert!(begun.elapsed() >= Duration::from_secs(4), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn says_who_we_are_and_never_follows_a_redirect_to_another_origin_unasked() {
    let target = Server::start(vec![Step::Answer("200 OK")], None).await;
    let moved = format!("302 Found\r\nLocation: http://bob:hunter2@{}/there?x=1", target.address);
    let server = Server::start(vec![Step::AnswerAddress(moved)], None).await;
    let request = || {
        let mut request = get(&format!("http://{}/here", server.address));
        for (name, value) in [("authorization", "Bearer hunter2hunter2"), ("x-api-key", "hunter2"), ("accept", "a/b")] {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        request
    };
    let error = plain().send(request(), Retry::Idempotent, SHORT).await.expect_err("is not followed");
    let (from, to) = (&server.address, &target.address);
    let sentence = format!("{from} redirects to `http://{to}`, which is another origin; the redirect is not followed");
    assert_eq!(error.to_string(), sentence);
    assert_eq!((server.requests().len(), target.requests().len()), (1, 0));
    let first = server.requests().remove(0).to_lowercase();
    assert!(
        first.contains("authorization: bearer hunter2hunter2") && first.contains("user-agent: seatrial/"),
        "{first}"
    );

    let allowed = [Origin::parse(&format!("http://{to}")).expect("an origin")];
    let answer = plain().attempt(request(), Redirects::Follow(&allowed), SHORT).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let second = target.requests().remove(0).to_lowercase();
    assert!(second.contains("accept: a/b") && second.contains(&format!("host: {to}")), "{second}");
    for word in ["hunter2", "authorization", "x-api-key", "referer"] {
        assert!(!second.contains(word), "{second}");
    }
}

#[tokio::test]
async fn a_link_local_or_metadata_address_is_never_asked() {
    let proxy = Server::start(vec![Step::Answer("200 OK")], None).await;
    let address = Some(format!("http://{}", proxy.address));
    let settings = Settings { https_proxy: address.clone(), http_proxy: address, ..Settings::default() };
    let proxied = Transport::new(&settings).expect("good settings");
    for transport in [plain(), proxied] {
        for url in ["http://169.254.169.254/latest", "http://0xa9fea9fe/", "https://metadata.google.internal/"] {
            let error = transport.send(get(url), Retry::Idempotent, SHORT).await.expect_err("is not asked").to_string();
            assert!(error.contains("is a link-local or metadata address, which is never contacted"), "{error}");
        }
        for to in ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0/"] {
            let moved = format!("302 Found\r\nLocation: {to}");
            let server = Server::start(vec![Step::AnswerAddress(moved)], None).await;
            let request = get(&format!("http://{}/", server.address));
            let error = transport.attempt(request, Redirects::Follow(&[]), SHORT).await.expect_err("is not followed");
            let sentence = error.to_string();
            assert!(sentence.ends_with("a link-local or metadata address; the redirect is not followed"), "{sentence}");
        }
    }
    assert_eq!(proxy.requests().len(), 0);
}

#[tokio::test]
async fn a_circle_of_redirects_ends_in_the_redirect_itself() {
    let server = Server::start(vec![Step::Answer("302 Found\r\nLocation: /again")], None).await;
    let url = format!("http://{}/", server.address);
    let answer = plain().send(get(&url), Retry::Once, SHORT).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), server.requests().len()), (302, 11));
    let answer = plain().attempt(get(&url), Redirects::Stop, SHORT).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), server.requests().len()), (302, 12));
}

const AUTHORITY: &[u8] = include_bytes!("../testdata/authority.pem");
const SERVER: (&[u8], &[u8]) = (include_bytes!("../testdata/server.pem"), include_bytes!("../testdata/server.key"));
const SELF_SIGNED: (&[u8], &[u8]) =
    (include_bytes!("../testdata/self-signed.pem"), include_bytes!("../testdata/self-signed.key"));

#[tokio::test]
async fn trusts_a_private_authority_only_when_told_to() {
    let server = Server::start(vec![Step::Answer("200 OK")], Some(SERVER)).await;
    let url = format!("https://{}/", server.address);
    let answer = trusting(AUTHORITY).send(get(&url), Retry::Once, SHORT).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let error = error_of(&plain(), &url, Retry::Idempotent).await.to_string();
    assert!(error.contains("signed by an authority that is not trusted here"), "{error}");
}

#[tokio::test]
async fn tls_trouble_is_a_clause_of_its_own_and_not_tried_again() {
    let tls = Server::start_at("127.0.0.2:0", vec![Step::Answer("200 OK")], Some(SERVER)).await;
    let own = Server::start(vec![Step::Answer("200 OK")], Some(SELF_SIGNED)).await;
    let http = Server::start(vec![Step::Refuse], None).await;
    let table = [
        (format!("https://{}/", tls.address), "its TLS certificate is for another name"),
        (format!("https://{}/", own.address), "its TLS certificate is a self-signed CA certificate"),
        (format!("https://{}/", http.address), "it does not speak TLS there"),
    ];
    for (url, clause) in table {
        let begun = Instant::now();
        let error = trusting(AUTHORITY).send(get(&url), Retry::Once, SHORT).await.expect_err("an error").to_string();
        assert!(error.starts_with("cannot reach 127.0.0.") && error.contains(clause), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test]
async fn tls_over_a_connection_trusts_the_same_roots_and_checks_the_name() {
    let server = Server::start(vec![Step::Answer("200 OK")], Some(SERVER)).await;
    let http = Server::start(vec![Step::Refuse], None).await;
    let opened = async |transport: &Transport, address: &str, name: &str| {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        tokio::time::timeout(SHORT, transport.tls_over(stream, name)).await.expect("in time").map(drop)
    };
    let (trusting, plain) = (trusting(AUTHORITY), plain());
    assert_eq!(opened(&trusting, &server.address, "127.0.0.1").await, Ok(()));
    let table = [
        (&plain, &server, "127.0.0.1", "signed by an authority that is not trusted here"),
        (&trusting, &server, "cart.shop.svc", "its TLS certificate is for another name"),
        (&trusting, &http, "127.0.0.1", "it does not speak TLS there"),
        (&trusting, &server, "a b", "`a b` is not the name of a server"),
    ];
    for (transport, server, name, clause) in table {
        let why = opened(transport, &server.address, name).await.expect_err("refused");
        assert!(why.contains(clause), "{name}: {why}");
    }
}

#[tokio::test]
async fn goes_through_the_proxy_of_the_settings_with_its_credentials() {
    let proxy = Server::start(vec![Step::Answer("407 Proxy Authentication Required")], None).await;
    let settings = Settings {
        https_proxy: Some(format!("http://bob:hunter2@{}", proxy.address)),
        no_proxy: Some("direct.example".to_owned()),
        ..Settings::default()
    };
    let transport = Transport::new(&settings).expect("good settings");
    let error =
        transport.attempt(get("https://api.example/x"), Redirects::Follow(&[]), SHORT).await.expect_err("an error");
    let error = error.to_string();
    assert!(
        error.starts_with(&format!("cannot reach api.example:443 (through the proxy {})", proxy.address)),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
    let asked = proxy.requests().remove(0);
    assert!(
        asked.starts_with("CONNECT api.example:443 ") && asked.to_lowercase().contains("proxy-authorization: basic ")
    );
}

#[test]
fn a_bundle_without_a_certificate_is_a_settings_error() {
    for (bundle, says) in [
        ("", "the CA bundle contains no certificate"),
        ("hello", "the CA bundle contains no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "certificate 1 of the CA bundle cannot be read",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
            "certificate 1 of the CA bundle cannot be read",
        ),
    ] {
        let settings = Settings { ca_bundle: Some(bundle.as_bytes().to_vec()), ..Settings::default() };
        let error = Transport::new(&settings).expect_err("a wrong bundle").to_string();
        assert!(error.starts_with(says), "{error}");
    }
}
