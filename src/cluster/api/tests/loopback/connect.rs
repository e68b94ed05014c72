//! Reaching a cluster: kubeconfigs, certificates, addresses that are none.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use seatrial_api::{ApiError, Cluster, ClusterTarget, Environment};
use seatrial_model::Masker;
use seatrial_transport::{Settings, Transport};
use tokio::net::TcpListener;

use crate::server::{AUTHORITY, CLIENT, Server, Step, basics};

/// Connects with a kubeconfig of this text.
pub(crate) async fn with(text: &str, masker: &Arc<Masker>) -> Result<Cluster, ApiError> {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("config"), text).expect("written");
    fs::write(directory.path().join("ca.pem"), AUTHORITY).expect("written");
    fs::write(directory.path().join("client.pem"), CLIENT.0).expect("written");
    fs::write(directory.path().join("client.key"), CLIENT.1).expect("written");
    fs::write(directory.path().join("token"), "token-from-file\n").expect("written");
    in_directory(directory.path(), None, masker).await
}

async fn in_directory(directory: &Path, context: Option<&str>, masker: &Arc<Masker>) -> Result<Cluster, ApiError> {
    let transport = Transport::new(&Settings::default()).expect("no settings are fine");
    let environment = Environment::from([
        ("KUBECONFIG".to_owned(), directory.join("config").to_string_lossy().into_owned()),
        ("PATH".to_owned(), std::env!("PATH").to_owned()),
    ]);
    let target = ClusterTarget::Kubeconfig { file: None, context: context.map(str::to_owned) };
    Cluster::connect(&target, &environment, &transport, masker).await
}

/// A kubeconfig of one cluster and one user, each given as a YAML flow mapping.
pub(crate) fn kubeconfig(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: dev\n\
         clusters:\n- name: c\n  cluster: {cluster}\nusers:\n- name: u\n  user: {user}\n\
         contexts:\n- name: dev\n  context: {{ cluster: c, user: u, namespace: shop }}\n- name: prod\n  context: {{ cluster: x, user: u }}\n"
    )
}

async fn open() -> Server {
    Server::plain(|request, _| basics(request).unwrap_or(Step::Close)).await
}

async fn sentence(text: &str) -> String {
    with(text, &Arc::new(Masker::new())).await.err().expect("an error").to_string()
}

#[tokio::test]
async fn a_kubeconfig_gives_name_namespace_address_and_token() {
    let table = [
        ("{ token: token-of-the-user }", "authorization: bearer token-of-the-user"),
        ("{ tokenFile: token }", "authorization: bearer token-from-file"),
        ("{ username: bob, password: hunter2hunter2 }", "authorization: basic ym9iomh1bnrlcjjodw50zxiy"),
        ("{ token: token-of-the-user, as: alice, as-groups: [dev] }", "impersonate-group: dev"),
    ];
    for (user, header) in table {
        let (server, masker) = (open().await, Arc::new(Masker::new()));
        let text = kubeconfig(&format!("{{ server: 'http://{}' }}", server.address), user);
        let cluster = with(&text, &masker).await.expect("it answers");
        assert_eq!((cluster.name(), cluster.default_namespace(), cluster.version()), ("dev", "shop", "v1.35.4"));
        let headers = &server.seen("GET /version")[0].headers;
        assert!(headers.contains(header), "{headers}");
        for secret in ["token-of-the-user", "token-from-file", "hunter2hunter2"] {
            assert!(!user.contains(secret) || masker.mask(secret) == "***", "{secret} is masked from now on");
        }
    }
}

#[tokio::test]
async fn a_wrong_kubeconfig_is_told_with_file_and_choice() {
    let good = "{ server: 'http://127.0.0.1:1' }";
    let table = [
        (
            "apiVersion: v1\nkind: Config\ncurrent-context: dev\nusers: 7\n".to_owned(),
            "is not valid at line 4, column 8",
        ),
        ("current-context: [\n  {token: hunter2hunter2\n".to_owned(), "is not valid at line "),
        ("{}".to_owned(), "has no current context: choose one with `--cluster`; it has no contexts"),
        (String::new(), "has no current context"),
        (
            kubeconfig(good, "{}").replace("current-context: dev", "current-context: stage"),
            "has no context `stage`; it has `dev`, `prod`",
        ),
        (
            kubeconfig(good, "{}").replace("current-context: dev", "current-context: prod"),
            "refers to the cluster `x`, which does not exist",
        ),
        (kubeconfig("{}", "{}"), "the cluster of context `dev` has no `server`"),
        (kubeconfig("{ server: 'ftp://x' }", "{}"), "`server` of context `dev` is not an address of the form"),
        (
            kubeconfig("{ server: 'https://x', certificate-authority: nowhere.pem }", "{}"),
            "nowhere.pem` cannot be read",
        ),
        (
            kubeconfig("{ server: 'https://x', certificate-authority-data: '***' }", "{}"),
            "`certificate-authority-data` of the kubeconfig is not valid base64",
        ),
        (
            kubeconfig("{ server: 'https://x', certificate-authority-data: aGVsbG8= }", "{}"),
            "the certificate authority of context `dev` contains no certificate",
        ),
        (
            kubeconfig("{ server: 'https://x', certificate-authority: ca.pem, insecure-skip-tls-verify: true }", "{}"),
            "has both a certificate authority and `insecure-skip-tls-verify`",
        ),
        (kubeconfig(good, "{ auth-provider: { name: azure } }"), "user `u` uses the auth provider `azure`"),
        (kubeconfig(good, "{ client-key-data: aGVsbG8= }"), "user `u` has a client key but no client certificate"),
        (kubeconfig("{ server: 'https://x', proxy-url: 'socks5://p:1' }", "{}"), "`proxy-url` has the scheme `socks5`"),
    ];
    for (text, says) in table {
        let sentence = sentence(&text).await;
        assert!(sentence.contains(says), "{sentence:?} should contain {says:?}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
}

#[tokio::test]
async fn a_missing_kubeconfig_names_the_file() {
    let transport = Transport::new(&Settings::default()).expect("no settings are fine");
    let env = |pairs: &[(&str, &str)]| -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let file = |file: &str| ClusterTarget::Kubeconfig { file: Some(file.to_owned()), context: None };
    let default = ClusterTarget::Kubeconfig { file: None, context: None };
    let table = [
        (file("/nowhere/config"), env(&[]), "the kubeconfig `/nowhere/config` does not exist"),
        (file("/"), env(&[]), "the kubeconfig `/` cannot be read: it is a directory"),
        (
            default.clone(),
            env(&[("KUBECONFIG", "/nowhere/a:/nowhere/b")]),
            "KUBECONFIG names `/nowhere/a`, `/nowhere/b`, which does not exist",
        ),
        (
            default.clone(),
            env(&[("HOME", "/nowhere")]),
            "no kubeconfig: KUBECONFIG is not set and `/nowhere/.kube/config` does not exist",
        ),
        (default, env(&[]), "no kubeconfig: neither KUBECONFIG nor HOME is set"),
        (ClusterTarget::InCluster, env(&[]), "not running inside a cluster: "),
    ];
    for (target, environment, says) in table {
        let outcome = Cluster::connect(&target, &environment, &transport, &Arc::new(Masker::new())).await;
        let sentence = outcome.err().expect("an error").to_string();
        assert!(sentence.starts_with(says), "{sentence}");
    }
}

#[tokio::test]
async fn trusts_the_authority_of_the_kubeconfig_and_no_other() {
    let server = Server::tls(|request, _| basics(request).unwrap_or(Step::Close)).await;
    let port = server.address.rsplit(':').next().expect("a port");
    let table = [
        ("certificate-authority: ca.pem", "127.0.0.1", None),
        ("insecure-skip-tls-verify: true", "127.0.0.1", None),
        ("certificate-authority: ca.pem, tls-server-name: localhost", "127.0.0.1", None),
        (
            "certificate-authority: ca.pem, tls-server-name: other.example",
            "127.0.0.1",
            Some("its TLS certificate is for another name"),
        ),
        ("namespace: none", "127.0.0.1", Some("signed by an authority that is not trusted here")),
    ];
    for (trust, host, says) in table {
        let text = kubeconfig(&format!("{{ server: 'https://{host}:{port}', {trust} }}"), "{ token: abcdefgh }");
        let outcome = with(&text, &Arc::new(Masker::new())).await;
        match (says, outcome) {
            (None, Ok(cluster)) => assert_eq!(cluster.notices().is_empty(), !trust.contains("insecure"), "{trust}"),
            (Some(says), Err(error)) => {
                let error = error.to_string();
                assert!(error.starts_with(&format!("cannot reach the cluster at https://{host}:{port}: ")), "{error}");
                assert!(error.contains(says), "{error}");
            }
            (_, outcome) => panic!("{trust}: {:?}", outcome.err()),
        }
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_and_its_key_masked() {
    let server = Server::mutual(|request, _| basics(request).unwrap_or(Step::Close)).await;
    let cluster = format!("{{ server: 'https://{}', certificate-authority: ca.pem }}", server.address);
    let masker = Arc::new(Masker::new());
    let good = "{ client-certificate: client.pem, client-key: client.key }";
    with(&kubeconfig(&cluster, good), &masker).await.expect("it is accepted");
    let line = CLIENT.1.lines().nth(1).expect("a line of the key");
    assert_eq!(masker.mask(line), "***");

    let sentence_of = async |user: &str| sentence(&kubeconfig(&cluster, user)).await;
    let none = sentence_of("{}").await;
    assert!(none.starts_with("cannot reach the cluster at https://127.0.0.1:"), "{none}");
    assert!(none.ends_with("it refused the TLS handshake (CertificateRequired)"), "{none}");
    let swapped = sentence_of("{ client-certificate: client.pem, client-key: ca.pem }").await;
    assert_eq!(swapped, "the client key of user `u` is not valid PEM");
    let other = sentence_of("{ client-certificate: ca.pem, client-key: client.key }").await;
    assert_eq!(other, "the client certificate and the client key do not match");
}

#[tokio::test]
async fn an_address_without_an_api_server_is_told_soon_and_without_credentials() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound");
    let web = Server::plain(|_, _| Step::Answer("200 OK", "<html>hello</html>".to_owned())).await;
    let elsewhere = Server::plain(|_, _| Step::Answer("404 Not Found", "<html>no</html>".to_owned())).await;
    let closing = Server::plain(|_, _| Step::Close).await;
    let not_kubernetes = "the answer does not come from a Kubernetes API server: is the address right?";
    let table = [
        (free.to_string(), format!("cannot reach the cluster at http://{free}: connection refused")),
        (web.address.clone(), format!("the API server failed (200): {not_kubernetes}")),
        (elsewhere.address.clone(), format!("the API server failed (404): {not_kubernetes}")),
        (closing.address.clone(), format!("cannot reach the cluster at http://{}: ", closing.address)),
    ];
    for (address, says) in table {
        let text = kubeconfig(&format!("{{ server: 'http://bob:hunter2@{address}/?x=hunter2' }}"), "{}");
        let sentence = sentence(&text).await;
        assert!(sentence.starts_with(&says) && !sentence.contains("hunter2"), "{sentence}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_after_ten_seconds() {
    let server = Server::plain(|_, _| Step::Hang).await;
    let sentence = sentence(&kubeconfig(&format!("{{ server: 'http://{}' }}", server.address), "{}")).await;
    assert_eq!(sentence, format!("cannot reach the cluster at http://{}: no answer within 10 s", server.address));
}

#[tokio::test]
async fn the_first_file_of_a_list_wins_and_missing_ones_do_not_count() {
    let server = open().await;
    let directory = tempfile::tempdir().expect("a directory");
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    fs::write(&first, "contexts:\n- name: stage\n  context: { cluster: c, user: u, namespace: first }\n")
        .expect("written");
    let text = kubeconfig(&format!("{{ server: 'http://{}' }}", server.address), "{}");
    fs::write(&second, text.replace("name: dev", "name: stage")).expect("written");
    let list = format!("{}::/nowhere:{}", first.display(), second.display());
    let environment = Environment::from([("KUBECONFIG".to_owned(), list)]);
    let transport = Transport::new(&Settings::default()).expect("no settings are fine");
    let target = ClusterTarget::Kubeconfig { file: None, context: Some("stage".to_owned()) };
    let cluster = Cluster::connect(&target, &environment, &transport, &Arc::new(Masker::new())).await.expect("merged");
    assert_eq!((cluster.name(), cluster.default_namespace()), ("stage", "first"));
}

#[tokio::test]
async fn goes_through_the_proxy_of_the_kubeconfig() {
    let proxy = Server::plain(|_, _| Step::Answer("407 Proxy Authentication Required", String::new())).await;
    let cluster = format!("{{ server: 'https://api.example', proxy-url: 'http://bob:hunter2@{}' }}", proxy.address);
    let sentence = sentence(&kubeconfig(&cluster, "{}")).await;
    let address = format!("https://api.example (through the proxy http://{})", proxy.address);
    assert!(sentence.starts_with(&format!("cannot reach the cluster at {address}: ")), "{sentence}");
    let asked = &proxy.seen("CONNECT api.example:443")[0];
    assert!(asked.headers.contains("proxy-authorization: basic ym9iomh1bnrlcji="), "{asked:?}");
}
