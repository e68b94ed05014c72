//! Tables (`as=Table`): what `kubectl get` prints. Columns of the kinds of daily use; name and age for the others.

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::json;
use crate::resource::Resource;

/// A column's name and how a cell is made.
type Column = (&'static str, fn(&Value) -> Value);

/// A list or an object as a table; what is not an object of the resource (a `Status`) is left as it is.
pub(crate) fn table(resource: &Resource, value: Value, now: Moment) -> Value {
    let is_list = json::text(&value, "/kind") == format!("{}List", resource.kind);
    if !is_list && json::text(&value, "/kind") != resource.kind {
        return value;
    }
    let one = [value.clone()];
    let objects = if is_list { json::items(&value, "/items") } else { &one };
    let columns = columns(resource);
    let mut definitions =
        vec![json!({"name": "Name", "type": "string", "format": "name", "priority": 0, "description": ""})];
    definitions.extend(
        columns
            .iter()
            .map(|(name, _)| json!({"name": name, "type": "string", "format": "", "priority": 0, "description": ""})),
    );
    definitions.push(json!({"name": "Age", "type": "string", "format": "", "priority": 0, "description": ""}));
    let rows = objects.iter().map(|object| {
        let mut cells = vec![json!(json::text(object, "/metadata/name"))];
        cells.extend(columns.iter().map(|(_, cell)| cell(object)));
        cells.push(json!(age(object, now)));
        let metadata = object.get("metadata").cloned().unwrap_or_default();
        let partial = json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
        json!({"cells": cells, "object": partial})
    });
    let rows: Vec<Value> = rows.collect();
    let metadata = if is_list {
        value.get("metadata").cloned().unwrap_or_default()
    } else {
        json!({"resourceVersion": json::text(&value, "/metadata/resourceVersion")})
    };
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": definitions, "rows": rows,
    })
}

fn columns(resource: &Resource) -> Vec<Column> {
    match resource.qualified_kind().as_str() {
        "Pod" => vec![("Ready", pod_ready), ("Status", pod_status), ("Restarts", pod_restarts)],
        "Deployment.apps" => vec![
            ("Ready", |o| json!(format!("{}/{}", count(o, "/status/readyReplicas"), count(o, "/spec/replicas")))),
            ("Up-to-date", |o| json!(count(o, "/status/updatedReplicas"))),
            ("Available", |o| json!(count(o, "/status/availableReplicas"))),
        ],
        "ReplicaSet.apps" => vec![
            ("Desired", |o| json!(count(o, "/spec/replicas"))),
            ("Current", |o| json!(count(o, "/status/replicas"))),
            ("Ready", |o| json!(count(o, "/status/readyReplicas"))),
        ],
        "StatefulSet.apps" => {
            vec![("Ready", |o| json!(format!("{}/{}", count(o, "/status/readyReplicas"), count(o, "/spec/replicas"))))]
        }
        "DaemonSet.apps" => vec![
            ("Desired", |o| json!(count(o, "/status/desiredNumberScheduled"))),
            ("Ready", |o| json!(count(o, "/status/numberReady"))),
        ],
        "Job.batch" => vec![
            ("Status", job_status),
            ("Completions", |o| json!(format!("{}/{}", count(o, "/status/succeeded"), count(o, "/spec/completions")))),
        ],
        "Service" => vec![
            ("Type", |o| text(o, "/spec/type")),
            ("Cluster-IP", |o| text(o, "/spec/clusterIP")),
            ("External-IP", |o| json!(or_none(json::text(o, "/status/loadBalancer/ingress/0/ip")))),
            ("Port(s)", service_ports),
        ],
        "ConfigMap" => vec![("Data", |o| json!(json::pairs(o, "/data").count()))],
        "Secret" => vec![("Type", |o| text(o, "/type")), ("Data", |o| json!(json::pairs(o, "/data").count()))],
        "Namespace" => vec![("Status", |o| text(o, "/status/phase"))],
        "PersistentVolumeClaim" => {
            vec![("Status", |o| text(o, "/status/phase")), ("Volume", |o| text(o, "/spec/volumeName"))]
        }
        "Node" => vec![("Status", |_| json!("Ready")), ("Version", |o| text(o, "/status/nodeInfo/kubeletVersion"))],
        "Event" => vec![
            ("Type", |o| text(o, "/type")),
            ("Reason", |o| text(o, "/reason")),
            ("Object", |o| {
                let kind = json::text(o, "/involvedObject/kind").to_lowercase();
                json!(format!("{kind}/{}", json::text(o, "/involvedObject/name")))
            }),
            ("Message", |o| text(o, "/message")),
        ],
        _ => vec![],
    }
}

fn count(object: &Value, pointer: &str) -> i64 {
    json::integer(object, pointer).unwrap_or(0)
}

fn text(object: &Value, pointer: &str) -> Value {
    json!(json::text(object, pointer))
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

fn pod_ready(pod: &Value) -> Value {
    let statuses = json::items(pod, "/status/containerStatuses");
    let ready = statuses.iter().filter(|s| s.get("ready") == Some(&Value::Bool(true))).count();
    json!(format!("{ready}/{}", json::items(pod, "/spec/containers").len()))
}

/// The reason of the first container that has one, else the phase (kubernetes: `printers/internalversion`).
fn pod_status(pod: &Value) -> Value {
    if json::has(pod, "/metadata/deletionTimestamp") {
        return json!("Terminating");
    }
    let reason = |status: &Value| {
        let reasons = ["/state/waiting/reason", "/state/terminated/reason"].map(|p| json::text(status, p).to_owned());
        reasons.into_iter().find(|reason| !reason.is_empty())
    };
    let init = json::items(pod, "/status/initContainerStatuses").iter().filter_map(reason);
    let init = init
        .filter(|reason| reason != "Completed" && reason != "PodInitializing")
        .map(|reason| format!("Init:{reason}"));
    let main = json::items(pod, "/status/containerStatuses").iter().filter_map(reason);
    json!(init.chain(main).next().unwrap_or_else(|| json::text(pod, "/status/phase").to_owned()))
}

fn pod_restarts(pod: &Value) -> Value {
    let statuses = json::items(pod, "/status/containerStatuses").iter();
    json!(statuses.filter_map(|status| json::integer(status, "/restartCount")).sum::<i64>().to_string())
}

fn job_status(job: &Value) -> Value {
    let is_true = |kind: &str| {
        let mut conditions = json::items(job, "/status/conditions").iter();
        conditions.any(|c| json::text(c, "/type") == kind && json::text(c, "/status") == "True")
    };
    json!(["Complete", "Failed", "Suspended"].into_iter().find(|kind| is_true(kind)).unwrap_or("Running"))
}

fn service_ports(service: &Value) -> Value {
    let ports = json::items(service, "/spec/ports").iter().map(|port| {
        let node = json::integer(port, "/nodePort").map(|n| format!(":{n}")).unwrap_or_default();
        format!("{}{node}/{}", count(port, "/port"), json::text(port, "/protocol"))
    });
    let ports: Vec<String> = ports.collect();
    json!(or_none(&ports.join(",")))
}

/// As `duration.HumanDuration` prints it, in its shorter forms.
fn age(object: &Value, now: Moment) -> String {
    let Some(made) = Moment::parse(json::text(object, "/metadata/creationTimestamp")) else {
        return "<unknown>".to_owned();
    };
    match now.since(made).max(0) / 1000 {
        seconds @ ..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds => format!("{}h", seconds / 3_600),
    }
}
