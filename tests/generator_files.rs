//! Of a generator of Secrets the values are hidden, and the files that they come from are named.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

use std::process::Command;

/// Standard output and error of `validate` over one kustomization.
fn validate(generator: &str) -> String {
    let scratch = tempfile::tempdir().expect("a directory");
    let text =
        format!("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n{generator}");
    std::fs::write(scratch.path().join("kustomization.yaml"), text).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    let output = command.args(["validate", "."]).current_dir(scratch.path()).env_clear().output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn the_file_that_is_missing_is_shown() {
    let table = [
        ("- name: db\n  envs: [db.env]\n", "envs: [db.env]"),
        ("- name: db\n  envs:\n  - db.env\n", "- db.env"),
        ("- name: db\n  env: db.env\n", "env: db.env"),
        ("- name: db\n  files:\n  - certs/tls.key\n", "- certs/tls.key"),
        ("- name: db\n  files:\n  - tls.key=certs/web.key\n", "- tls.key=certs/web.key"),
    ];
    for (generator, shown) in table {
        let text = validate(generator);
        assert!(text.contains(shown) && !text.contains("***"), "{shown}: {text}");
    }
}

#[test]
fn a_value_stays_hidden_also_beside_a_file() {
    let table = [
        "- { name: db, envs: [db.env], literals: [password=hunter2hunter2] }\n",
        "- name: db\n  envs: [db.env]\n  literals: [password=hunter2hunter2]\n",
        "- name: db\n  literals:\n  - password=hunter2hunter2\n  files: [gone.txt]\n",
        "- name: db\n  literals: { password: hunter2hunter2 }\n",
    ];
    for generator in table {
        let text = validate(generator);
        assert!(!text.contains("hunter2"), "{generator}: {text}");
    }
}
