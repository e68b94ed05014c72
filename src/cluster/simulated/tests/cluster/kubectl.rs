//! The real kubectl, where it is installed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::bed::Bed;

const SPECIFICATION: &str = "
images: [{ name: shop/web, tags: ['1'], logs: [listening] }]
forbid: [{ verb: delete, resource: secrets }]
";
const MANIFESTS: &str = "
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { a: b }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: \"shop/web:1\" }] }
";

/// Runs kubectl; whether it succeeded, and what it said on both streams. None when it is not installed.
fn kubectl(bed: &Bed, arguments: &[&str], input: &str) -> Option<(bool, String)> {
    let mut command = Command::new("kubectl");
    command.arg("--server").arg(bed.cluster.url()).args(arguments);
    command.env("KUBECONFIG", "/nonexistent").env("HOME", std::env::temp_dir());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("is written");
    let output = child.wait_with_output().expect("ends");
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_finds_a_cluster() {
    let bed = Bed::start(SPECIFICATION).await;
    if kubectl(&bed, &["version", "--client"], "").is_none() {
        println!("SKIPPED: kubectl is not installed; nothing of what it does was tried");
        return;
    }
    let steps: [(&[&str], bool, &str); 15] = [
        (&["api-resources"], true, "deployments                         deploy"),
        (&["apply", "--server-side", "-f", "-"], true, "deployment.apps/web serverside-applied"),
        (&["wait", "--for=condition=Available", "deployment/web", "--timeout=10s"], true, "condition met"),
        (&["rollout", "status", "deployment/web", "--timeout=10s"], true, "successfully rolled out"),
        (&["get", "deployments,pods"], true, "2/2"),
        (&["get", "pods", "-o", "name", "--field-selector=status.phase=Running"], true, "pod/web-"),
        (&["get", "configmap", "settings", "-o", "jsonpath={.data.a}"], true, "b"),
        (&["describe", "deployment", "web"], true, "Scaled up replica set"),
        (&["logs", "deployment/web"], true, "listening"),
        (&["apply", "--server-side", "--field-manager=other", "-f", "-"], false, "Apply failed with 1 conflict"),
        (&["apply", "-f", "-", "--dry-run=server"], true, "server dry run"),
        (&["exec", "deployment/web", "--", "ls"], false, "the simulated cluster does not know how to"),
        (&["delete", "deployment", "web"], true, "deployment.apps \"web\" deleted"),
        (
            &["create", "namespace", "shop"],
            false,
            "does not know how to read a body of application/vnd.kubernetes.protobuf",
        ),
        (&["delete", "namespace", "default"], true, "namespace \"default\" deleted"),
    ];
    for (arguments, succeeds, expected) in steps {
        let other = arguments.contains(&"--field-manager=other");
        let input = if other { MANIFESTS.replace("replicas: 2", "replicas: 3") } else { MANIFESTS.to_owned() };
        let input = if arguments.contains(&"-") { input } else { String::new() };
        let (succeeded, said) = kubectl(&bed, arguments, &input).expect("is installed");
        assert_eq!(succeeded, succeeds, "kubectl {arguments:?}: {said}");
        assert!(said.contains(expected), "kubectl {arguments:?}: {said}");
    }
}
