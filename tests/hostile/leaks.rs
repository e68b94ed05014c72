//! Credentials of the program itself — tokens, proxies, kubeconfigs — and values that an API server echoes: in no output, `-vv` included.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::api_server::{ApiServer, Behaviour, Fault, write_kubeconfig};
use crate::forges::PullRequest;
use crate::harness::{Repo, keeps_secrets};

const CONFIG: &str = "\
version: 1
environments:
  dev:
    manifests: { path: deploy }
    cluster: { kubeconfig: { context: dev } }
    deploy: { timeout: 8s }
";
const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: { name: database, namespace: default }
stringData: { password: sw0rdf1sh-deployed }
";

pub(crate) fn a_value_that_the_api_server_echoes_is_masked() {
    let encoded = STANDARD.encode("sw0rdf1sh-deployed");
    let message = format!("Secret database is invalid: data[password]: Invalid value: sw0rdf1sh-deployed ({encoded})");
    let body = format!(
        r#"{{"kind":"Status","status":"Failure","reason":"Invalid","code":422,"message":"{message}","details":{{"causes":[{{"reason":"FieldValueInvalid","message":"Invalid value: {encoded} sw0rdf1sh-deployed","field":"stringData[password]"}}]}}}}"#
    );
    for head in ["422 Unprocessable Entity", "400 Bad Request", "500 Internal Server Error"] {
        let repo = Repo::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", SECRET)]);
        let server = ApiServer::with(Fault::on("PATCH", "/secrets/database", Behaviour::Answer(head, body.clone())));
        let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
        let seen = repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["run", "-vv"]);
        assert!(matches!(seen.exit, Some(1 | 3)), "{head}: {seen}");
        assert!(seen.said().contains("Invalid value: ***"), "{head}: {seen}");
        seen.keeps_secrets(head);
    }
}

pub(crate) fn no_credential_of_a_kubeconfig_is_shown() {
    let server = ApiServer::with(Fault::on("", "/nothing", Behaviour::Close));
    let plain = format!("{{ server: '{}' }}", server.url);
    let nobody = "{ server: 'http://127.0.0.1:1' }".to_owned();
    let key = STANDARD.encode("-----BEGIN PRIVATE KEY-----\nsw0rdf1sh\n-----END PRIVATE KEY-----\n");
    let table = [
        ("a token", plain.clone(), "{ token: sw0rdf1sh-token }".to_owned()),
        ("a token for nobody", nobody.clone(), "{ token: sw0rdf1sh-token }".to_owned()),
        ("a token with a line end in it", plain.clone(), "{ token: \"sw0rdf1sh\\ntoken\" }".to_owned()),
        ("a password", plain.clone(), "{ username: bob, password: sw0rdf1sh-password }".to_owned()),
        ("a password of many words", nobody, "{ username: bob, password: 'sw0rdf1sh and more' }".to_owned()),
        ("a key that is none", plain.clone(), format!("{{ client-certificate-data: {key}, client-key-data: {key} }}")),
        (
            "a key that is no base64",
            plain.clone(),
            "{ client-certificate-data: sw0rdf1sh!, client-key-data: sw0rdf1sh! }".to_owned(),
        ),
        ("a token file that is not there", plain, "{ tokenFile: nowhere, token: sw0rdf1sh-token }".to_owned()),
        (
            "a proxy with a password",
            format!("{{ server: '{}', proxy-url: 'http://bob:sw0rdf1sh-proxy@127.0.0.1:1' }}", server.url),
            "{ token: sw0rdf1sh-token }".to_owned(),
        ),
        (
            "a proxy of a wrong scheme",
            format!("{{ server: '{}', proxy-url: 'socks5://bob:sw0rdf1sh-proxy@127.0.0.1:1' }}", server.url),
            "{ token: sw0rdf1sh-token }".to_owned(),
        ),
        (
            "an address with a password",
            "{ server: 'http://bob:sw0rdf1sh-url@127.0.0.1:1' }".to_owned(),
            "{}".to_owned(),
        ),
    ];
    for (what, cluster, user) in table {
        let repo = Repo::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", SECRET)]);
        let kubeconfig = write_kubeconfig(&repo, &cluster, &user);
        for command in ["run", "test", "deploy"] {
            repo.run_in(&[("KUBECONFIG", &kubeconfig)], &[command, "-vv"]).keeps_secrets(what);
        }
    }
}

pub(crate) fn no_credential_of_the_environment_is_shown() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b }\n";
    // What a pull request prints of them is masked as well.
    let leak = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata: { a: 'sw0rdf1sh-github-token', sw0rdf1sh-own: 1, c: 'sw0rdf1sh-own' }\n";
    let config = "version: 1\nenvironments:\n  dev:\n    manifests: { path: deploy }\n    deploy: { timeout: 5s }\n";
    let proxies = [
        "http://bob:sw0rdf1sh-proxy@127.0.0.1:1",
        "socks5://bob:sw0rdf1sh-proxy@127.0.0.1:1",
        "bob:sw0rdf1sh-proxy@127.0.0.1:1",
    ];
    for proxy in proxies {
        let pull_request =
            PullRequest::with(&[("seatrial.yaml", config), ("deploy/a.yaml", object)], &[("deploy/b.yaml", leak)]);
        let environment = [
            ("HTTPS_PROXY", proxy),
            ("http_proxy", proxy),
            ("MY_PASSWORD", "sw0rdf1sh-own"),
            ("GITHUB_API_URL", "http://api.github.invalid"),
        ];
        let seen = pull_request.run(&["run", "-vv"], &environment);
        assert!(matches!(seen.exit, Some(1 | 2)), "{proxy}: {seen}");
        seen.keeps_secrets(proxy);
        keeps_secrets(proxy, &pull_request.posted());
    }
}

pub(crate) fn a_comment_shows_no_secret_of_base_or_head() {
    let config = "version: 1\nenvironments:\n  dev:\n    manifests: { path: deploy }\n";
    let before = SECRET.replace("deployed", "before");
    let change =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata: { a: [sw0rdf1sh-before, sw0rdf1sh-deployed] }\n";
    let pull_request = PullRequest::with(
        &[("seatrial.yaml", config), ("deploy/a.yaml", &before)],
        &[("deploy/a.yaml", SECRET), ("deploy/b.yaml", change)],
    );
    let seen = pull_request.run(&["run", "-vv"], &[]);
    seen.expect("a change", 1, &["`data.a` of ConfigMap b must be a string"]);
    seen.keeps_secrets("a change");
    assert!(pull_request.posted().contains("ConfigMap b"), "{}", pull_request.posted());
    keeps_secrets("posted", &pull_request.posted());
}
