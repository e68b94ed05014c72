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

pub(crate) fn no_value_of_a_secret_is_shown_by_a_finding_about_it() {
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

pub(crate) fn no_value_of_a_generator_is_shown_whatever_is_wrong_around_it() {
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
pub(crate) fn a_value_of_a_secret_is_shown_nowhere_else_either() {
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

pub(crate) fn render_prints_what_the_cluster_gets_on_standard_output_alone() {
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

pub(crate) fn logs_and_answers_that_print_the_password_are_masked() {
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

/// What is a Secret is not said by letters: YAML has many ways to write one.
pub(crate) fn no_value_is_shown_of_a_secret_in_another_notation() {
    let values = "stringData:\n  name: [sw0rdf1sh-1]\n  password:\n    - sw0rdf1sh-2\n";
    let head = "apiVersion: v1\nmetadata: { name: database }\n";
    let table = [
        ("an anchor", format!("{head}kind: &a Secret\n{values}")),
        ("a tag", format!("{head}kind: !!str Secret\n{values}")),
        ("an escape", format!("{head}kind: \"S\\u0065cret\"\n{values}")),
        ("an escaped key", format!("{head}\"k\\u0069nd\": Secret\n{values}")),
        ("an alias", format!("{head}x: &a Secret\nkind: *a\n{values}")),
        ("a key with a mark", format!("{head}? kind\n: Secret\n{values}")),
        ("a merged kind", format!("{head}x: &a {{ kind: Secret }}\n<<: *a\n{values}")),
        ("a folded kind", format!("{head}kind: >-\n  Secret\n{values}")),
        ("an escaped field", format!("{head}kind: &a Secret\n{}", values.replace("stringData", "\"string\\u0044ata\""))),
        ("values that are merged", format!("{head}kind: &a Secret\nx: &v\n  name: [sw0rdf1sh-1]\nstringData: *v\n")),
        (
            "JSON without indentation",
            "{\n\"apiVersion\": \"v1\",\n\"kind\": \"Secret\",\n\"metadata\": {\n\"name\": \"a\"\n},\n\"stringData\": {\n\"name\": \"sw0rdf1sh-1\",\n\"type\": [\"sw0rdf1sh-2\"]\n}\n}\n".to_owned(),
        ),
        ("a list", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: &a Secret\n  metadata: { name: a }\n  stringData: { name: [sw0rdf1sh-1] }\n".to_owned()),
    ];
    for (what, text) in table {
        for config in [MANIFESTS, KUSTOMIZE] {
            let repo = Repo::with(&[("seatrial.yaml", config), ("deploy/secret.yaml", &text)]);
            if config == KUSTOMIZE {
                repo.write(DEPLOY, b"resources: [secret.yaml]\n");
            }
            let seen = repo.run(&["validate"]);
            assert_eq!(seen.exit, Some(1), "{what}: it is wrong: {seen}");
            seen.keeps_secrets(what);
        }
    }
}

const DATABASE: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: { name: database, labels: { a: b } }\nstringData: { user: bob }\n";

/// A patch goes where its target says, whatever it calls itself.
pub(crate) fn no_value_is_shown_of_a_patch_of_secrets_under_another_kind() {
    let merge = "apiVersion: v1\nkind: Whatever\nmetadata: { name: x }\ndata:\n  name: [sw0rdf1sh-1]\n  password: { a: sw0rdf1sh-2 }\n";
    let json = "- op: add\n  \"p\\u0061th\": /data\n  value:\n    name: [sw0rdf1sh-1]\n";
    let indented = |text: &str| text.replace('\n', "\n      ");
    let targets = [
        "{ kind: Secret }",
        "{ kind: \"S\\u0065cret\" }",
        "{ kind: Sec.* }",
        "{ name: database }",
        "{ labelSelector: a=b }",
    ];
    let mut table = Vec::new();
    for target in targets {
        for patch in [merge, json] {
            table.push((target, format!("- target: {target}\n  patch: |\n      {}", indented(patch)), String::new()));
            table.push((target, format!("- target: {target}\n  path: patch.yaml\n"), patch.to_owned()));
        }
        let quoted = serde_json::Value::from(merge).to_string();
        table.push((target, format!("- target: {target}\n  patch: {quoted}\n"), String::new()));
    }
    for (what, entry, patch) in table {
        let kustomization = format!("resources: [secret.yaml]\npatches:\n{entry}");
        let files = [
            ("seatrial.yaml", KUSTOMIZE),
            (DEPLOY, &kustomization),
            ("deploy/secret.yaml", DATABASE),
            ("deploy/patch.yaml", &patch),
        ];
        let seen = Repo::with(&files).run(&["validate"]);
        assert_eq!(seen.exit, Some(1), "{what}: it is wrong: {seen}");
        seen.keeps_secrets(&format!("{what}: {entry}{patch}"));
    }
}

pub(crate) fn no_value_is_shown_that_a_kustomization_reads_into_a_secret() {
    let database = DATABASE.replace("bob", "sw0rdf1sh-old");
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { count: 1, url: sw0rdf1sh-1 }\n";
    let local = DATABASE.replace("labels: { a: b }", "annotations: { config.kubernetes.io/local-config: 'true' }");
    let local = local.replace("bob", "sw0rdf1sh-1");
    let copied = "replacements:\n- source: { kind: Secret, name: database, fieldPath: stringData.user }\n  targets:\n  - select: { kind: ConfigMap }\n    fieldPaths: [FIELD]\n    options: { create: true }\n";
    let table: [(&str, String, &str, &str); 9] = [
        ("a line without an equals sign", "secretGenerator: [{ name: db, envs: [more.txt] }]\n".to_owned(), "", "sw0rdf1sh-1\n"),
        ("a line with a colon", "secretGenerator: [{ name: db, envs: [more.txt] }]\n".to_owned(), "", "name: sw0rdf1sh-1\n"),
        ("a key twice", "secretGenerator: [{ name: db, envs: [more.txt] }]\n".to_owned(), "", "sw0rdf1sh-1\nsw0rdf1sh-1\n"),
        ("a name of a field in escapes", "\"secret\\u0047enerator\": [{ name: db, literals: [name=a, sw0rdf1sh-1] }]\n".to_owned(), "", ""),
        ("a generator in a file", "generators: [more.txt]\n".to_owned(), "", "apiVersion: builtin\nkind: SecretGenerator\nmetadata: { name: db }\nliterals:\n- sw0rdf1sh-1\n"),
        ("a value in a name", format!("resources: [secret.yaml]\n{}", copied.replace("FIELD", "metadata.name")), &local, ""),
        ("a value in a key", format!("resources: [secret.yaml]\n{}", copied.replace("FIELD", "data.count")), &local, ""),
        ("a value that a patch replaces", "resources: [secret.yaml]\npatches: [{ patch: '{apiVersion: v1, kind: Secret, metadata: {name: database}, stringData: {user: x}}' }]\nnamePrefix: sw0rdf1sh-old-\n".to_owned(), &database, ""),
        ("an object that is deleted", "resources: [secret.yaml]\npatches: [{ patch: '{apiVersion: v1, kind: Secret, metadata: {name: database}, $patch: delete}' }]\nnamePrefix: sw0rdf1sh-old-\n".to_owned(), &database, ""),
    ];
    for (what, kustomization, secret, more) in table {
        let resources = kustomization.replace("resources: [", "resources: [config.yaml, ");
        let kustomization =
            if resources == kustomization { format!("resources: [config.yaml]\n{kustomization}") } else { resources };
        let config_map = config_map
            .replace("sw0rdf1sh-1", if secret.is_empty() && what.contains("equals") { "sw0rdf1sh-1" } else { "u" });
        let files = [
            ("seatrial.yaml", KUSTOMIZE),
            (DEPLOY, &kustomization),
            ("deploy/config.yaml", &config_map),
            ("deploy/secret.yaml", secret),
            ("deploy/more.txt", more),
        ];
        let repo = Repo::with(&files);
        let seen = repo.run(&["validate"]);
        assert_eq!(seen.exit, Some(1), "{what}: it is wrong: {seen}");
        seen.keeps_secrets(what);
        let rendered = repo.run(&["render", "-e", "dev", "--image", "nobody=x:1"]);
        super::harness::keeps_secrets(&format!("{what}: standard error of render"), &rendered.stderr);
    }
}

pub(crate) fn logs_that_print_the_password_encoded_are_masked() {
    let secret = "sw0rdf1sh-live";
    let docker = STANDARD.encode(format!("bob:{secret}")).trim_end_matches('=').to_owned();
    let auths = format!(r#"{{"auths":{{"r.example.com":{{"auth":"{docker}"}}}}}}"#);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let lines = [
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        STANDARD.encode(format!("{secret}\n")),
        docker.clone(),
        format!("Authorization: Basic {docker}"),
        auths.clone(),
        STANDARD.encode(&auths),
        format!("?x={}", secret.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()),
        hex(secret),
        hex(secret).to_uppercase(),
        secret.chars().map(|c| format!("{c}\0")).collect(),
        "GET https://example.com/x?token=sw0rdf1sh-url&a=b".to_owned(),
        "GET /x?a=b&sig=sw0rdf1sh-url".to_owned(),
        "keystore: sw0rdf1sh-store".to_owned(),
        "registry says: bob:sw0rdf1sh-docker is wrong".to_owned(),
    ];
    let logs = serde_json::Value::from(lines.map(serde_json::Value::from).to_vec());
    let config = format!(
        "{MANIFESTS}    simulated: {{ images: [{{ name: example.com/web, tags: ['1'], exits: 1, logs: {logs} }}] }}\n"
    );
    let binary = STANDARD.encode(b"\xFE\xED\x00\x02sw0rdf1sh-store\xFF\x00\x80");
    let login =
        STANDARD.encode(format!(r#"{{"auths":{{"r":{{"auth":"{}"}}}}}}"#, STANDARD.encode("bob:sw0rdf1sh-docker")));
    let more = format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{ name: more }}\ndata: {{ store: {binary}, .dockerconfigjson: {login} }}\n"
    );
    let repo = Repo::with(&[("seatrial.yaml", &config), ("deploy/a.yaml", &format!("{WORKLOAD}{more}"))]);
    let seen = repo.run(&["run", "-vv"]);
    seen.expect("logs", 1, &["keystore: ***", "registry says: *** is wrong", "token=***&a=b"]);
    seen.keeps_secrets("logs");
}
