//! Secrets planted in manifests, kustomizations, patches, logs and answers: no output but `render`'s manifests shows them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::{PLANTED, Repo};

const KUSTOMIZE: &str =
    "version: 1\nenvironments:\n  dev:\n    kustomize: { path: deploy }\n    deploy: { timeout: 5s }\n";
const MANIFESTS: &str =
    "version: 1\nenvironments:\n  dev:\n    manifests: { path: deploy }\n    deploy: { timeout: 5s }\n";
const DEPLOY: &str = "deploy/kustomization.yaml";

/// A Secret whose values are `values`, written below its kind.
fn secret(values: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: database\n{values}")
}

#[test]
fn no_value_of_a_secret_is_shown_by_a_finding_about_it() {
    let encoded = STANDARD.encode("sw0rdf1sh-data");
    let table: [(&str, String); 21] = [
        ("an unknown field beside it", secret("dta: 1\nstringData:\n  password: sw0rdf1sh-1\n")),
        ("data in the wrong place", secret("spec:\n  password: sw0rdf1sh-1\n")),
        ("data under a misspelt key", secret("stringDatta:\n  password: sw0rdf1sh-1\n")),
        ("data under a misspelt key, in flow style", secret("stringDatta: { password: sw0rdf1sh-1 }\n")),
        ("a list as a value", secret("stringData:\n  password: [sw0rdf1sh-1]\n")),
        ("a map as a value", secret("stringData:\n  password: { a: sw0rdf1sh-1, b: sw0rdf1sh-2 }\n")),
        ("a scalar in the place of the map", secret("stringData: sw0rdf1sh-1\n")),
        ("not base64", secret("data:\n  password: sw0rdf1sh-1 !\n")),
        ("base64, with an unknown field in flow style", secret(&format!("data: {{ password: {encoded} }}\ndta: {{}}\n"))),
        ("a key twice", secret("stringData:\n  password: sw0rdf1sh-1\n  password: sw0rdf1sh-2\n")),
        ("a tab", secret("stringData:\n\tpassword: sw0rdf1sh-1\n")),
        ("a quote that is not closed", secret("stringData:\n  password: \"sw0rdf1sh-1\n")),
        ("a brace that is not closed", secret("stringData: { password: sw0rdf1sh-1\n")),
        ("a misplaced colon", secret("stringData:\n  password: sw0rdf1sh-1: sw0rdf1sh-2\n")),
        ("a bad indentation", secret("stringData:\n    user: sw0rdf1sh-1\n  password: sw0rdf1sh-2\n")),
        ("keys that are called like those of metadata", secret("stringData:\n  name: sw0rdf1sh-1\n  type: [sw0rdf1sh-2]\n\tkind: sw0rdf1sh-3\n")),
        ("an unknown alias", secret("stringData:\n  password: *sw0rdf1sh-1\n")),
        ("one line of JSON", format!("{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{{\"name\":\"a\"}},\"data\":{{\"password\":[\"{encoded}\"]}}}}\n")),
        ("one line of flow style that does not end", "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {password: sw0rdf1sh-1\n".to_owned()),
        ("a Secret in a List", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: { name: a }\n  stringData: { password: [sw0rdf1sh-1] }\n".to_owned()),
        ("block text", secret("stringData:\n  config: |\n    user: a\n    password: sw0rdf1sh-1\n   broken: sw0rdf1sh-2\n")),
    ];
    for (what, text) in table {
        for (config, kustomization) in [(MANIFESTS, None), (KUSTOMIZE, Some("resources: [secret.yaml]\n"))] {
            let repo = Repo::with(&[("seatrial.yaml", config), ("deploy/secret.yaml", &text)]);
            if let Some(kustomization) = kustomization {
                repo.write(DEPLOY, kustomization.as_bytes());
            }
            let seen = repo.run(&["validate"]);
            assert_eq!(seen.exit, Some(1), "{what}: it is wrong: {seen}");
            seen.keeps_secrets(what);
            let rendered = repo.run(&["render", "-e", "dev"]);
            super::harness::keeps_secrets(&format!("{what}: standard error of render"), &rendered.stderr);
        }
    }
}

#[test]
fn no_value_of_a_generator_is_shown_whatever_is_wrong_around_it() {
    let generator = "secretGenerator:\n- name: db\n  literals:\n  - password=sw0rdf1sh-1\n";
    let table: [(&str, String); 14] = [
        ("no equals sign", generator.replace("password=", "")),
        (
            "in flow style, without an equals sign",
            "secretGenerator: [{ name: db, literals: [sw0rdf1sh-1] }]\n".to_owned(),
        ),
        (
            "in flow style, with an unknown field",
            "secretGenerator: [{ name: db, literals: [a=sw0rdf1sh-1], litrals: [b=sw0rdf1sh-2] }]\n".to_owned(),
        ),
        ("a misspelt field", generator.replace("literals", "litrals")),
        ("a misspelt generator", generator.replace("secretGenerator", "secretGenerater")),
        ("literals are a map", "secretGenerator:\n- name: db\n  literals:\n    password: sw0rdf1sh-1\n".to_owned()),
        ("a literal is a map", "secretGenerator:\n- name: db\n  literals:\n  - password: sw0rdf1sh-1\n".to_owned()),
        ("a literal twice", format!("{generator}  - password=sw0rdf1sh-2\n")),
        ("an unknown field elsewhere", format!("{generator}resorces: []\n")),
        ("a missing resource", format!("{generator}resources: [nowhere.yaml]\n")),
        (
            "a patch without target",
            format!(
                "{generator}patches:\n- patch: |-\n    apiVersion: v1\n    kind: Secret\n    metadata: {{ name: nobody }}\n    stringData: {{ password: sw0rdf1sh-2 }}\n"
            ),
        ),
        (
            "a JSON patch that does not apply",
            format!(
                "{generator}patches:\n- target: {{ kind: Secret, name: db }}\n  patch: |-\n    - op: replace\n      path: /stringData/password\n      value: sw0rdf1sh-2\n"
            ),
        ),
        ("YAML that does not parse", format!("{generator}resources: [\n")),
        (
            "files with words that are none",
            "secretGenerator:\n- name: db\n  files: [password=nowhere.txt]\n  envs: [.env, bad.env]\n".to_owned(),
        ),
    ];
    for (what, text) in table {
        let files = [
            ("seatrial.yaml", KUSTOMIZE),
            (DEPLOY, &text),
            ("deploy/.env", "A=sw0rdf1sh-env\n"),
            ("deploy/bad.env", "A=1\n=sw0rdf1sh-env\n1 2=sw0rdf1sh-env\n"),
        ];
        let repo = Repo::with(&files);
        let seen = repo.run(&["validate"]);
        assert_eq!(seen.exit, Some(1), "{what}: it is wrong: {seen}");
        seen.keeps_secrets(what);
        let rendered = repo.run(&["render", "-e", "dev"]);
        super::harness::keeps_secrets(&format!("{what}: standard error of render"), &rendered.stderr);
    }
}

/// The same value in a Deployment, a ConfigMap or another environment is as secret as in the Secret.
#[test]
fn a_value_of_a_secret_is_shown_nowhere_else_either() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { url: 'postgres://sw0rdf1sh-1@db', count: 1 }\n";
    let config = "version: 1\nenvironments:\n  a:\n    manifests: { path: a }\n  b:\n    kustomize: { path: b }\n";
    let tables = [
        (
            "a Secret of another environment",
            "resources: [secret.yaml]\n",
            secret("stringData: { password: sw0rdf1sh-1 }\n"),
        ),
        ("a generator", "secretGenerator: [{ name: db, literals: [password=sw0rdf1sh-1] }]\n", String::new()),
        ("files", "secretGenerator: [{ name: db, files: [password=secret.yaml] }]\n", "sw0rdf1sh-1".to_owned()),
        ("envs", "secretGenerator: [{ name: db, envs: [secret.yaml] }]\n", "password=sw0rdf1sh-1\n".to_owned()),
        (
            "a generator of a kustomization that is broken elsewhere",
            "secretGenerator: [{ name: db, literals: [password=sw0rdf1sh-1] }]\nresources: [nowhere.yaml]\n",
            String::new(),
        ),
        (
            "a generator of a kustomization that has an unknown field",
            "secretGenerator: [{ name: db, literals: [password=sw0rdf1sh-1] }]\nresorces: [nowhere.yaml]\n",
            String::new(),
        ),
    ];
    for (what, kustomization, text) in tables {
        let files = [
            ("seatrial.yaml", config),
            ("a/config.yaml", config_map),
            ("b/kustomization.yaml", kustomization),
            ("b/secret.yaml", &text),
        ];
        let seen = Repo::with(&files).run(&["validate"]);
        seen.expect(what, 1, &["`data.count` of ConfigMap a must be a string"]);
        seen.keeps_secrets(what);
    }
}

#[test]
fn render_prints_what_the_cluster_gets_on_standard_output_alone() {
    let repo =
        Repo::with(&[("seatrial.yaml", MANIFESTS), ("deploy/a.yaml", &secret("stringData: { p: sw0rdf1sh-1 }\n"))]);
    let seen = repo.run(&["render", "-vv"]);
    seen.expect("render", 0, &[]);
    assert!(seen.stdout.contains(PLANTED), "{seen}");
    assert!(!seen.stderr.contains(PLANTED), "{seen}");
}

const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: example.com/web:1
          ports: [{ name: http, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: http }]
---
apiVersion: v1
kind: Secret
metadata: { name: database }
stringData: { password: sw0rdf1sh-live }
";

#[test]
fn logs_and_answers_that_print_the_password_are_masked() {
    let encoded = STANDARD.encode("sw0rdf1sh-live");
    let crash = format!(
        "{MANIFESTS}    simulated: {{ images: [{{ name: example.com/web, tags: ['1'], exits: 1, logs: ['login as sw0rdf1sh-live', '{encoded}'] }}] }}\n"
    );
    let answers = format!(
        "{MANIFESTS}    simulated: {{ images: [{{ name: example.com/web, tags: ['1'], serves: {{ /: 'hello sw0rdf1sh-live', /b: '{encoded}' }} }}] }}\n\
         tests:\n\
         - {{ name: plain, environment: dev, http: {{ service: web, path: /, expect: {{ contains: bye }}, timeout: 1s }} }}\n\
         - {{ name: encoded, environment: dev, http: {{ service: web, path: /b, expect: {{ contains: bye }}, timeout: 1s }} }}\n\
         - {{ name: wanted, environment: dev, http: {{ service: web, path: /b, expect: {{ contains: sw0rdf1sh-live }}, timeout: 1s }} }}\n"
    );
    for (what, config, says) in [("logs", &crash, "login as ***"), ("answers", &answers, "hello ***")] {
        let repo = Repo::with(&[("seatrial.yaml", config), ("deploy/a.yaml", WORKLOAD)]);
        let seen = repo.run(&["run", "-vv"]);
        seen.expect(what, 1, &[says]);
        seen.keeps_secrets(what);
    }
}
