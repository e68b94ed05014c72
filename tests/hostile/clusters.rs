//! Kubeconfigs, API servers and credential plugins that are wrong, refuse, hang or break off.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::api_server::{ApiServer, Behaviour, Fault, write_kubeconfig};
use crate::harness::{Repo, Seen, script};

const CONFIG: &str = "\
version: 1
environments:
  dev:
    manifests: { path: deploy }
    cluster: { kubeconfig: { context: dev } }
    deploy: { timeout: 8s }
  other:
    manifests: { path: other }
";
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: default }\ndata: { a: b }\n";
const OTHER: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\ndata:\n  a: 1\n";

fn repo() -> Repo {
    Repo::with(&[("seatrial.yaml", CONFIG), ("deploy/a.yaml", OBJECT), ("other/a.yaml", OTHER)])
}

/// With a deadline that is longer than what we wait for a connection.
fn patient_repo() -> Repo {
    let config = CONFIG.replace("timeout: 8s", "timeout: 60s");
    Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", OBJECT), ("other/a.yaml", OTHER)])
}

/// Broken, in these words, and the other environment is judged all the same.
#[track_caller]
fn broken(what: &str, seen: &Seen, says: &[&str]) {
    seen.expect(what, 3, says);
    seen.expect(what, 3, &["`data.a` of ConfigMap other must be a string", "--> other/a.yaml:5:6"]);
    assert_eq!(seen.json["verdict"], "broken", "{what}");
    seen.keeps_secrets(what);
}

pub(crate) fn an_unreadable_kubeconfig_is_told() {
    let binary: Vec<u8> = (0..=255).collect();
    let deep = "[".repeat(100_000);
    type Row<'a> = (&'a str, Option<&'a [u8]>, &'a [&'a str]);
    let table: [Row<'_>; 6] = [
        ("not there", None, &["KUBECONFIG names `", "kubeconfig`, which does not exist"]),
        ("not YAML", Some(b"{{{{ sw0rdf1sh-token"), &["kubeconfig` is not valid at line 1, column "]),
        ("binary", Some(&binary), &["kubeconfig` is not UTF-8 text"]),
        ("deep", Some(deep.as_bytes()), &["kubeconfig` is not valid at line 1, column "]),
        ("empty", Some(b""), &["has no context `dev`; it has no contexts"]),
        (
            "no such context",
            Some(b"contexts: [{ name: prod, context: { cluster: a, user: b } }]\nusers: [{ name: b, user: { token: sw0rdf1sh } }]\n"),
            &["has no context `dev`; it has `prod`"],
        ),
    ];
    for (what, bytes, says) in table {
        let repo = repo();
        let path = repo.beside("kubeconfig");
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).expect("written");
        }
        broken(what, &repo.run_in(&[("KUBECONFIG", path.to_str().expect("a path"))], &["run"]), says);
    }
    broken(
        "a directory",
        &repo().run_in(&[("KUBECONFIG", "deploy")], &["run"]),
        &["cannot be read: it is a directory"],
    );
    broken("unset", &repo().run(&["run"]), &["no kubeconfig: neither KUBECONFIG nor HOME is set"]);
}

const FORBIDDEN: &str = r#"configmaps \"a\" is forbidden: User \"bob\" cannot patch resource \"configmaps\" in API group \"\" in the namespace \"default\""#;

fn status(code: u16, reason: &str, message: &str) -> String {
    format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{reason}","message":"{message}","code":{code}}}"#
    )
}

pub(crate) fn an_api_server_that_misbehaves_is_broken_and_told_in_its_own_words() {
    let answer = |head, code, reason, message: &str| Behaviour::Answer(head, status(code, reason, message));
    let forbidden = || answer("403 Forbidden", 403, "Forbidden", FORBIDDEN);
    let table: [(&str, Fault, &[&str]); 11] = [
        (
            "401",
            Fault::everywhere(answer("401 Unauthorized", 401, "Unauthorized", "Unauthorized")),
            &["the cluster does not accept the credentials (401)"],
        ),
        ("403 everywhere", Fault::everywhere(forbidden()), &["not allowed: "]),
        (
            "500",
            Fault::everywhere(answer("500 Internal Server Error", 500, "InternalError", "etcd is gone")),
            &["the API server failed (500): etcd is gone"],
        ),
        (
            "503 on the change",
            Fault::on("PATCH", "/configmaps/a", answer("503 Service Unavailable", 503, "ServiceUnavailable", "later")),
            &["(503): later"],
        ),
        (
            "429 for an hour",
            Fault::everywhere(answer(
                "429 Too Many Requests\r\nRetry-After: 3600",
                429,
                "TooManyRequests",
                "slow down",
            )),
            &["the API server is overloaded (429)"],
        ),
        (
            "garbage",
            Fault::everywhere(Behaviour::Raw("\u{1}\u{2} what?\r\n\r\n")),
            &["cannot reach the cluster at http://127.0.0.1:"],
        ),
        (
            "a web page",
            Fault::everywhere(Behaviour::Answer("200 OK", "<html><body>Log in</body></html>".to_owned())),
            &["127.0.0.1:"],
        ),
        ("closes at once", Fault::everywhere(Behaviour::Close), &["cannot reach the cluster at http://127.0.0.1:"]),
        (
            "closes in the middle of the version",
            Fault::on("GET /version", "", Behaviour::Raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")),
            &["cannot reach the cluster at http://127.0.0.1:"],
        ),
        (
            "closes in the middle of the change",
            Fault::on("PATCH", "/configmaps/a", Behaviour::Raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")),
            &["the connection to the API server broke"],
        ),
        (
            "nonsense as the object",
            Fault::on("PATCH", "/configmaps/a", Behaviour::Answer("200 OK", "[1, 2".to_owned())),
            &["ConfigMap"],
        ),
    ];
    for (what, fault, says) in table {
        let (repo, server) = (repo(), ApiServer::with(fault));
        let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
        broken(what, &repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["run", "-vv"]), says);
    }
    let repo = repo();
    let kubeconfig = write_kubeconfig(&repo, "{ server: 'http://127.0.0.1:1' }", "{ token: sw0rdf1sh-token }");
    let seen = repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["run", "-vv"]);
    broken("refused", &seen, &["cannot reach the cluster at http://127.0.0.1:1: connection refused"]);
}

pub(crate) fn an_overloaded_server_is_waited_for() {
    for head in ["429 Too Many Requests\r\nRetry-After: 1", "429 Too Many Requests"] {
        let answer = Behaviour::Answer(head, status(429, "TooManyRequests", "slow down"));
        let (repo, server) = (repo(), ApiServer::with(Fault::on("PATCH", "/configmaps/a", answer).times(2)));
        let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
        let seen = repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["run"]);
        seen.expect(head, 1, &["1 created", "`data.a` of ConfigMap other"]);
    }
}

pub(crate) fn a_conflict_a_missing_permission_and_a_refused_object_are_findings() {
    let conflict = r#"{"kind":"Status","status":"Failure","reason":"Conflict","code":409,"message":"Apply failed with 1 conflict: conflict with \"kustomize-controller\" using v1: .data.a","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kustomize-controller\" using v1","field":".data.a"}]}}"#;
    let table = [
        ("409", Behaviour::Answer("409 Conflict", conflict.to_owned()), "kustomize-controller"),
        (
            "403",
            Behaviour::Answer("403 Forbidden", status(403, "Forbidden", FORBIDDEN)),
            "`bob` may not patch `configmaps` in namespace `default`",
        ),
        (
            "422",
            Behaviour::Answer("422 Unprocessable Entity", status(422, "Invalid", "ConfigMap a is invalid: no way")),
            "no way",
        ),
    ];
    for (what, behaviour, says) in table {
        let (repo, server) = (repo(), ApiServer::with(Fault::on("PATCH", "/configmaps/a", behaviour)));
        let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
        repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["run"]).expect(what, 1, &[says, "--> deploy/a.yaml:"]);
    }
}

fn plugin(repo: &Repo, text: &str, more: &str) -> String {
    let path = script(&repo.beside(""), text);
    let version = "client.authentication.k8s.io/v1";
    let user =
        format!("{{ exec: {{ apiVersion: {version}, command: '{}', interactiveMode: Never{more} }} }}", path.display());
    write_kubeconfig(repo, "{ server: 'http://127.0.0.1:1' }", &user)
}

pub(crate) fn a_plugin_that_fails_shows_no_secret() {
    let given = ", args: [--server-id, sw0rdf1sh-argument], env: [{ name: CLIENT_SECRET, value: sw0rdf1sh-variable }]";
    let token = "eyJzdzByZGYxc2giOjF9.eyJzdzByZGYxc2giOjF9.c3cwcmRmMXNo";
    let table = [
        (
            "what it was given",
            "echo \"no $CLIENT_SECRET $2\" >&2; exit 7".to_owned(),
            "the credential plugin `login` failed with exit code 7: no *** ***",
        ),
        (
            "a password of its own",
            "echo 'cannot log in with password=sw0rdf1sh-own' >&2; exit 1".to_owned(),
            "password=***",
        ),
        ("a token of its own", format!("echo 'refused: {token}' >&2; exit 1"), "refused: ***"),
        (
            "a broken credential",
            "echo '{\"token\": \"sw0rdf1sh-own\"'".to_owned(),
            "did not print an ExecCredential in JSON",
        ),
    ];
    for (what, text, says) in table {
        let repo = repo();
        let kubeconfig = plugin(&repo, &text, given);
        broken(what, &repo.run_in(&[("KUBECONFIG", &kubeconfig), ("PATH", "/usr/bin:/bin")], &["run", "-vv"]), &[says]);
    }
    let repo = repo();
    let kubeconfig = plugin(&repo, "exit 0", "").replace("unused", "");
    let text = std::fs::read_to_string(&kubeconfig).expect("written").replace("Never", "Always");
    std::fs::write(&kubeconfig, text).expect("written");
    let seen = repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["run"]);
    broken(
        "interactive",
        &seen,
        &["needs input from a person (`interactiveMode: Always`), which is not possible here"],
    );
}

/// What hangs is given up after our own deadlines; all at once, because they only wait.
pub(crate) fn what_hangs_is_given_up() {
    let run = |kubeconfig: &str, repo: &Repo, most: u64| {
        let environment = [("KUBECONFIG", kubeconfig), ("PATH", "/usr/bin:/bin")];
        repo.start(&["run"], &environment).end(Duration::from_secs(most))
    };
    std::thread::scope(|scope| {
        scope.spawn(crate::forges::a_silent_github_is_told);
        scope.spawn(|| {
            let repo = patient_repo();
            let kubeconfig = plugin(&repo, "sleep 600", "");
            let says = "the credential plugin `login` did not finish within 30 s and was killed";
            broken("a plugin", &run(&kubeconfig, &repo, 45), &[says]);
        });
        scope.spawn(|| {
            let (repo, server) = (patient_repo(), ApiServer::with(Fault::everywhere(Behaviour::Hang)));
            let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
            broken(
                "a server",
                &run(&kubeconfig, &repo, 20),
                &["cannot reach the cluster at http://127.0.0.1:", "no answer within 10 s"],
            );
        });
        scope.spawn(|| {
            let (repo, server) = (repo(), ApiServer::with(Fault::on("PATCH", "/configmaps/a", Behaviour::Hang)));
            let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
            broken("a change", &run(&kubeconfig, &repo, 45), &["dev"]);
        });
        scope.spawn(|| {
            let answer = Behaviour::Answer("429 Too Many Requests", status(429, "TooManyRequests", "slow down"));
            let (repo, server) = (repo(), ApiServer::with(Fault::on("PATCH", "/configmaps/a", answer)));
            let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
            broken("429 for ever", &run(&kubeconfig, &repo, 45), &["the deadline of 8s passed"]);
        });
    });
}

pub(crate) fn cleanup_leaves_alone_what_belongs_to_another_repository_or_pull_request() {
    let config = CONFIG.replace("timeout: 8s", "preview: { namespace: shop-preview }");
    let namespace = |repository: &str, number: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"shop-preview","labels":{{"app.kubernetes.io/managed-by":"seatrial",
            "seatrial.dev/preview":"true"{number}}},"annotations":{{{repository}}}}}}}"#
        )
    };
    let number = |n: u32| format!(r#","seatrial.dev/pull-request":"{n}""#);
    let named = r#""seatrial.dev/repository":"acme/shop""#;
    let table = [
        ("another repository", namespace(named, &number(1)), "with `--repository OWNER/NAME`", true),
        (
            "another pull request",
            namespace("", &number(2)),
            "belongs to the pull request 2, so it is not deleted",
            true,
        ),
        ("a branch", namespace("", ""), "belongs to no pull request, so it is not deleted", true),
        ("ours", namespace("", &number(1)), "shop-preview deleted", false),
    ];
    for (what, namespace, says, stays) in table {
        let repo = Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", OBJECT), ("other/a.yaml", OTHER)]);
        let server = ApiServer::with(Fault::on("NOTHING", "", Behaviour::Close));
        server.behind("POST", "/api/v1/namespaces", &namespace);
        let kubeconfig = server.kubeconfig(&repo, "{ token: sw0rdf1sh-token }");
        let seen = repo.run_in(&[("KUBECONFIG", &kubeconfig)], &["cleanup", "--pull-request=1"]);
        seen.expect(what, if stays { 3 } else { 0 }, &[says]);
        let live = server.behind("GET", "/api/v1/namespaces/shop-preview", "");
        assert_eq!(live.contains(r#""phase":"Active""#), stays, "{what}: {live}");
    }
}

pub(crate) fn a_plugin_is_never_found_in_the_repository_by_a_relative_part_of_path() {
    let user =
        "{ exec: { apiVersion: client.authentication.k8s.io/v1, command: cloud-login, interactiveMode: Never } }";
    for path in
        ["", ":", ".", ":/usr/bin:/bin", "/usr/bin::/bin", "/usr/bin:/bin:", "/usr/bin:.", "deploy/..:/usr/bin:/bin"]
    {
        let repo = repo();
        let program = script(&repo.path(), "touch ../ran");
        std::fs::rename(program, repo.path().join("cloud-login")).expect("renamed");
        let kubeconfig = write_kubeconfig(&repo, "{ server: 'http://127.0.0.1:1' }", user);
        let seen = repo.run_in(&[("KUBECONFIG", &kubeconfig), ("PATH", path)], &["run"]);
        let says =
            if path.is_empty() { "it was not found in PATH" } else { "an empty or relative entry of PATH leads to it" };
        broken(path, &seen, &["the credential plugin `cloud-login` is not ", says]);
        assert!(!repo.beside("ran").exists(), "{path}: the repository's program was run");
    }
}

/// A server of its own thread that answers every request with this status line, these header lines and this body, and remembers the requests.
fn answering(head: String, body: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("bound"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 8192];
            let count = stream.read(&mut buffer).unwrap_or(0);
            kept.lock().expect("no panic").push(String::from_utf8_lossy(&buffer[..count]).into_owned());
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    (origin, seen)
}

/// A test's address belongs to whoever wrote the base; where it sends us does not.
pub(crate) fn a_test_is_not_led_to_another_origin() {
    let (inner, asked) = answering("200 OK".to_owned(), "sw0rdf1sh-internal");
    let leads = [
        (format!("{inner}/admin?token=sw0rdf1sh-query"), format!("redirects to `{inner}`, which is another origin")),
        (
            "http://169.254.169.254/latest".to_owned(),
            "redirects to `http://169.254.169.254`, which is a link-local".to_owned(),
        ),
        ("http://[::ffff:a9fe:a9fe]/".to_owned(), "which is a link-local or metadata address".to_owned()),
        (
            "gopher://127.0.0.1:6379/_x".to_owned(),
            "redirects to `gopher://127.0.0.1:6379`, which is not HTTP".to_owned(),
        ),
        ("file:///etc/passwd".to_owned(), "redirects to `file:`, which is not HTTP".to_owned()),
    ];
    for (location, says) in leads {
        let (outer, _) = answering(format!("302 Found\r\nLocation: {location}"), "");
        let config = format!(
            "version: 1\nenvironments:\n  dev: {{ manifests: {{ path: deploy }}, deploy: {{ timeout: 8s }} }}\ntests:\n  \
             - name: away\n    environment: dev\n    http: {{ url: '{outer}/', headers: {{ X-Api-Key: sw0rdf1sh-key }}, timeout: 1s }}\n"
        );
        let repo = Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", OBJECT)]);
        let seen = repo.run(&["run", "--cluster", "simulated"]);
        seen.expect(&location, 1, &[&says, "is not followed"]);
        seen.keeps_secrets(&location);
    }
    assert_eq!(asked.lock().expect("no panic").len(), 0);
}
