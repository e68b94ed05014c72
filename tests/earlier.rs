//! Reports of earlier runs: what is new and what is as before, and only what failed once more.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: web, image: 'acme.io/web:1.2.3' } ] }
";

const CONFIG: &str = "\
version: 1
environments:
  dev: { manifests: { path: app }, deploy: { timeout: 20s } }
tests:
  - { name: web is there, environment: dev, rollout: { workload: Deployment/web, timeout: 2s } }
  - { name: api is there, environment: dev, rollout: { workload: Deployment/api, timeout: 1s } }
";

struct Shop {
    scratch: tempfile::TempDir,
}

impl Shop {
    fn new() -> Shop {
        let scratch = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(scratch.path().join("app")).expect("created");
        std::fs::write(scratch.path().join("seatrial.yaml"), CONFIG).expect("written");
        std::fs::write(scratch.path().join("app/web.yaml"), WEB).expect("written");
        Shop { scratch }
    }

    /// Exit code, and what was said without line breaks.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        let output = command.args(arguments).current_dir(self.scratch.path()).env_clear().output().expect("runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn report(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).expect("written")).expect("JSON")
    }

    fn write(&self, name: &str, report: &Value) {
        std::fs::write(self.path(name), report.to_string()).expect("written");
    }

    /// The tests of a report, each as its name, its outcome and something more.
    fn tests(&self, name: &str, more: &str) -> Vec<String> {
        let report = self.report(name);
        let tests = report["environments"][0]["tests"].as_array().cloned().unwrap_or_default();
        let word = |test: &Value, key: &str| test[key].as_str().unwrap_or("-").to_owned();
        tests.iter().map(|t| format!("{}: {}, {}", word(t, "name"), word(t, "outcome"), word(t, more))).collect()
    }
}

#[test]
fn failures_are_new_or_as_before_and_only_what_failed_is_run_again() {
    let shop = Shop::new();
    let (exit, text) = shop.run(&["run", "--output", "json=old.json"]);
    assert_eq!(exit, Some(1), "{text}");
    assert_eq!(shop.tests("old.json", "age"), ["web is there: passed, -", "api is there: failed, -"]);

    let (exit, text) =
        shop.run(&["run", "--baseline", "old.json", "--output", "json=new.json", "--output", "terminal"]);
    assert_eq!(exit, Some(1), "what is as before fails all the same: {text}");
    assert_eq!(shop.tests("new.json", "age"), ["web is there: passed, -", "api is there: failed, known"]);
    assert!(text.contains("against the earlier report: 1 as before"), "{text}");

    // Nothing is deployed by `test`: the web, which passed before, would fail now if it were run.
    let again = ["test", "--failed-from", "old.json", "--output", "json=again.json"];
    let (exit, text) = shop.run(&again);
    assert_eq!(exit, Some(1), "{text}");
    assert!(
        shop.tests("again.json", "message")[0].starts_with("web is there: skipped, passed in `old.json`"),
        "{text}"
    );
    assert!(shop.tests("again.json", "message")[1].starts_with("api is there: failed, "), "{text}");

    assert!(text.contains("not run: web is there (passed in `old.json`)"), "{text}");

    let mut report = shop.report("old.json");
    report["environments"][0]["tests"][0]["outcome"] = "failed".into();
    shop.write("other.json", &report);
    let (exit, text) = shop.run(&["run", "--baseline", "other.json", "--output", "json=new.json"]);
    assert_eq!(exit, Some(1), "{text}");
    assert_eq!(shop.tests("new.json", "age"), ["web is there: passed, fixed", "api is there: failed, known"]);

    report["environments"][0]["tests"][0]["outcome"] = "passed".into();
    report["environments"][0]["tests"][1]["outcome"] = "passed".into();
    shop.write("green.json", &report);
    let (exit, text) = shop.run(&["test", "--failed-from", "green.json"]);
    assert!(exit == Some(0) && text.contains("nothing failed in `green.json`"), "{text}");

    let tests = report["environments"][0]["tests"].as_array_mut().expect("tests");
    let mut gone = tests[1].clone();
    gone["name"] = "gone".into();
    gone["outcome"] = "broken".into();
    tests.push(gone);
    shop.write("gone.json", &report);
    let (exit, text) = shop.run(&["test", "--failed-from", "gone.json"]);
    assert!(exit == Some(0) && text.contains("no test is left that failed in `gone.json`"), "{text}");
    assert!(text.contains("the test `gone` of dev did not pass in `gone.json` and is not run now"), "{text}");
}

#[test]
fn a_file_that_is_not_such_a_report_is_a_usage_error_with_the_way_out() {
    let shop = Shop::new();
    let out = "name a file that `--output json=FILE` wrote, or leave";
    std::fs::write(shop.path("text.json"), "passed").expect("written");
    std::fs::write(shop.path("later.json"), "{\"version\": 2, \"verdict\": {\"new\": true}}").expect("written");
    for (file, why) in [
        ("missing.json", "cannot be opened: No such file or directory"),
        ("text.json", "is not a report of Seatrial"),
        ("later.json", "has version 2 of the report's format, and this program reads 1"),
        ("app", "cannot be read"),
    ] {
        for arguments in [["run", "--baseline"], ["test", "--baseline"], ["test", "--failed-from"]] {
            let (exit, text) = shop.run(&[arguments[0], arguments[1], file]);
            let flag = arguments[1];
            assert!(exit == Some(2) && text.contains(&format!("{flag}: `{file}` {why}")), "{file}: {text}");
            assert!(text.contains(&format!("{out} {flag} out")), "{text}");
        }
    }
    let (exit, text) = shop.run(&["deploy", "--baseline", "old.json"]);
    assert!(exit == Some(2) && text.contains("unexpected argument '--baseline'"), "{text}");
}
