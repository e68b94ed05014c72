//! What the simulated cluster does not know is said, and fails no run.
#![allow(clippy::disallowed_methods, reason = "this test runs the program")]

#[path = "support/trials.rs"]
mod trials;

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    trials::suite!(
        [
            an_image_that_nobody_lists_is_accepted_and_said_once,
            a_tag_that_a_listed_image_lacks_still_fails,
            a_kind_that_is_not_served_is_left_out_and_named_and_one_that_is_defined_is_accepted,
            the_simulated_cluster_serves_the_minor_of_the_environment,
            events_tell_programs_each_change_of_state_once,
        ],
        []
    )
}

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
const WIDGET: &str =
    "apiVersion: acme.io/v1\nkind: Widget\nmetadata: { name: one, namespace: default }\nspec: { size: 3 }\n";
const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.acme.io }
spec:
  group: acme.io
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget, listKind: WidgetList }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
";

/// Exit code, and standard output without line breaks.
fn run(config: &str, files: &[(&str, &str)]) -> (Option<i32>, String) {
    let scratch = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(scratch.path().join("app")).expect("created");
    std::fs::write(scratch.path().join("seatrial.yaml"), config).expect("written");
    for (name, text) in files {
        std::fs::write(scratch.path().join("app").join(name), text).expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    let output = command.arg("run").current_dir(scratch.path()).env_clear().output().expect("runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" "))
}

fn environment(name: &str, simulated: &str) -> String {
    format!("  {name}: {{ manifests: {{ path: app }}, deploy: {{ timeout: 20s }}{simulated} }}\n")
}

fn an_image_that_nobody_lists_is_accepted_and_said_once() {
    let config = format!("version: 1\nenvironments:\n{}{}", environment("dev", ""), environment("test", ""));
    let (exit, text) = run(&config, &[("web.yaml", WEB)]);
    assert_eq!(exit, Some(0), "{text}");
    assert_eq!(text.matches("pulling was not simulated for `acme.io/web`").count(), 1, "{text}");
}

fn a_tag_that_a_listed_image_lacks_still_fails() {
    let listed = |tag: &str| {
        let simulated = format!(", simulated: {{ images: [ {{ name: acme.io/web, tags: ['{tag}'] }} ] }}");
        run(&format!("version: 1\nenvironments:\n{}", environment("dev", &simulated)), &[("web.yaml", WEB)])
    };
    let (exit, text) = listed("1.2.2");
    assert!(exit == Some(1) && text.contains("image not found: `acme.io/web:1.2.3`"), "{text}");
    let (exit, text) = listed("1.2.3");
    assert!(exit == Some(0) && !text.contains("not simulated"), "{text}");
}

fn a_kind_that_is_not_served_is_left_out_and_named_and_one_that_is_defined_is_accepted() {
    let config = format!("version: 1\nenvironments:\n{}", environment("dev", ""));
    let (exit, text) = run(&config, &[("web.yaml", WEB), ("widget.yaml", WIDGET)]);
    assert!(exit == Some(0) && text.contains("does not serve `acme.io/v1`") && text.contains("Widget"), "{text}");
    let (exit, text) = run(&config, &[("crd.yaml", DEFINITION), ("widget.yaml", WIDGET)]);
    assert!(exit == Some(0) && text.contains("2 created"), "{text}");
    let preview = environment("dev", "").replace("timeout: 20s", "timeout: 20s, preview: { namespace: shop }");
    let (exit, text) = run(
        &format!("version: 1\nenvironments:\n{preview}"),
        &[("crd.yaml", DEFINITION), ("widget.yaml", WIDGET), ("web.yaml", WEB)],
    );
    assert!(exit == Some(0) && text.contains("does not serve `acme.io/v1`"), "{text}");
}

fn the_simulated_cluster_serves_the_minor_of_the_environment() {
    let binding = "\
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: { name: mirror }
spec: { policyName: mirror }
";
    let run = |minor: &str| {
        let environment = environment("dev", &format!(", kubernetes: '{minor}'"));
        run(&format!("version: 1\nenvironments:\n{environment}"), &[("binding.yaml", binding)])
    };
    let (exit, text) = run("1.36");
    assert!(exit == Some(0) && text.contains("1 created"), "{text}");
    let (exit, text) = run("1.35");
    assert!(exit == Some(1) && text.contains("Kubernetes 1.36 is the first that serves it"), "{text}");
}

fn events_tell_programs_each_change_of_state_once() {
    let scratch = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(scratch.path().join("app")).expect("created");
    let config = format!("version: 1\nenvironments:\n{}", environment("dev", ""));
    std::fs::write(scratch.path().join("seatrial.yaml"), config).expect("written");
    std::fs::write(scratch.path().join("app/web.yaml"), WEB).expect("written");
    let run = |file: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
        command.args(["run", "--events", file]).current_dir(scratch.path()).env_clear().output().expect("runs")
    };
    assert_eq!(run("events.jsonl").status.code(), Some(0));
    let text = std::fs::read_to_string(scratch.path().join("events.jsonl")).expect("written");
    let events: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object on each line")).collect();
    assert!(events.iter().all(|event| event["version"] == 1 && event["environment"] == "dev"), "{text}");
    let states = |kind: &str, subject: (&str, &str)| {
        let about =
            |event: &&serde_json::Value| event["type"] == kind && event.pointer(subject.0) == Some(&subject.1.into());
        events.iter().filter(about).map(|event| event["state"].as_str().expect("a state")).collect::<Vec<_>>()
    };
    assert_eq!(states("stage", ("/stage", "deploy")), ["started", "passed"]);
    assert_eq!(states("stage", ("/stage", "test")), ["skipped"]);
    let web = states("object", ("/object/name", "web"));
    assert_eq!(web.iter().filter(|state| **state == "ready").count(), 1, "{web:?}");
    assert_eq!(web.last(), Some(&"ready"));
    let refused = run("/dev/stderr");
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
}
