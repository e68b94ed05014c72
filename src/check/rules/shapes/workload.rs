//! Workloads (`pkg/apis/apps/validation`, `pkg/apis/batch/validation`, `core/validation` for ReplicationControllers).

use seatrial_model::Node;

use crate::cron::schedule;
use crate::shape::{At, COUNT, Check, Found, Shape};

use super::claim;
use super::pod::TEMPLATE;
use super::selector::{SELECTOR, is_not_empty};

const CHOSEN: &[Check] = &[Check::Of(&SELECTOR), Check::By(is_not_empty)];
const LASTING: &[Check] = &[Check::Of(&TEMPLATE), Check::By(lasts)];
const ENDING: &[Check] = &[Check::Of(&TEMPLATE), Check::By(ends)];

/// `ValidatePodTemplateSpecForReplicaSet` and its like.
fn lasts(at: &At<'_, '_>, found: &mut Found) {
    let Some(spec) = at.get("spec") else { return };
    if let Some(policy) = spec.get("restartPolicy") {
        // A word that is none of the three is said already.
        if matches!(policy.text(), Some("OnFailure" | "Never")) {
            found.says(&policy, &format!("must be `Always` for a {}", at.manifest.id.kind));
        }
    }
    if let Some(deadline) = spec.get("activeDeadlineSeconds") {
        found.says(&deadline, &format!("must not be set for a {}", at.manifest.id.kind));
    }
}

/// `validateJobSpec`: "valid values: OnFailure, Never".
fn ends(at: &At<'_, '_>, found: &mut Found) {
    let Some(spec) = at.get("spec").filter(|spec| spec.node.is_mapping()) else { return };
    match spec.get("restartPolicy") {
        None => {
            found.lacks(&spec, "restartPolicy");
            found.helps("write `restartPolicy: OnFailure` or `Never`: the default `Always` is not allowed in a Job");
        }
        Some(policy) if matches!(policy.text(), Some("Always" | "")) => {
            found.says(&policy, "must be `OnFailure` or `Never` for a Job");
        }
        Some(_) => {}
    }
}

/// A ReplicationController.
pub(crate) static REPLICATION_CONTROLLER: Shape =
    Shape { fields: &[("spec", &[Check::Of(&REPLICATION_CONTROLLER_SPEC)])], whole: &[] };

static REPLICATION_CONTROLLER_SPEC: Shape =
    Shape { fields: &[("replicas", &[COUNT]), ("minReadySeconds", &[COUNT]), ("template", LASTING)], whole: &[] };

/// A ReplicaSet.
pub(crate) static REPLICA_SET: Shape =
    Shape { fields: &[("spec", &[Check::Required, Check::Of(&REPLICA_SET_SPEC)])], whole: &[] };

static REPLICA_SET_SPEC: Shape = Shape {
    fields: &[
        ("replicas", &[COUNT]),
        ("minReadySeconds", &[COUNT]),
        ("selector", CHOSEN),
        ("template", &[Check::Required, Check::Of(&TEMPLATE), Check::By(lasts)]),
    ],
    whole: &[],
};

/// A Deployment.
pub(crate) static DEPLOYMENT: Shape =
    Shape { fields: &[("spec", &[Check::Required, Check::Of(&DEPLOYMENT_SPEC)])], whole: &[] };

static DEPLOYMENT_SPEC: Shape = Shape {
    fields: &[
        ("replicas", &[COUNT]),
        ("minReadySeconds", &[COUNT]),
        ("revisionHistoryLimit", &[COUNT]),
        ("progressDeadlineSeconds", &[COUNT]),
        ("selector", CHOSEN),
        ("template", LASTING),
        ("strategy", &[Check::Of(&STRATEGY)]),
    ],
    whole: &[deadline_is_after_ready],
};

/// `ValidateDeploymentSpec`: "must be greater than minReadySeconds".
fn deadline_is_after_ready(at: &At<'_, '_>, found: &mut Found) {
    let number = |name: &str| at.node.get(name).and_then(Node::as_i64);
    let ready = number("minReadySeconds").unwrap_or(0);
    let deadline = number("progressDeadlineSeconds").unwrap_or(600);
    if deadline < 0 || ready < 0 || deadline > ready {
        return;
    }
    if let Some(at) = at.get("progressDeadlineSeconds").or_else(|| at.get("minReadySeconds")) {
        found.says(
            &at,
            &format!(
                "is not valid: `progressDeadlineSeconds` ({deadline}) must be greater than `minReadySeconds` ({ready})"
            ),
        );
    }
}

/// `ValidateDeploymentStrategy`.
static STRATEGY: Shape = Shape {
    fields: &[("type", &[Check::OneOf(&["RollingUpdate", "Recreate"])]), ("rollingUpdate", &[Check::Of(&ROLLING)])],
    whole: &[
        |at, found| is_for_rolling(at, found, "Recreate"),
        |at, found| {
            let rolling = at.get("rollingUpdate").filter(|_| at.text_of("type") != Some("Recreate"));
            let Some(rolling) = rolling else { return };
            if is_none(&rolling, "maxSurge", false) && is_none(&rolling, "maxUnavailable", false) {
                found.says(&rolling, "must not have both `maxSurge` and `maxUnavailable` at 0");
            }
        },
    ],
};

static ROLLING: Shape = Shape {
    fields: &[("maxSurge", &[Check::Share]), ("maxUnavailable", &[Check::Share, Check::By(at_most_all)])],
    whole: &[],
};

/// `isNotMoreThan100Percent`.
pub(crate) fn at_most_all(at: &At<'_, '_>, found: &mut Found) {
    let share = at.text().and_then(|text| text.strip_suffix('%')).and_then(|digits| digits.parse::<u64>().ok());
    if share.is_some_and(|share| share > 100) {
        found.says(at, "must not be more than 100%");
    }
}

/// Whether a number or share is 0; what it is where it is not set.
fn is_none(at: &At<'_, '_>, name: &str, unset: bool) -> bool {
    let Some(value) = at.get(name) else { return unset };
    value.node.as_i64() == Some(0) || value.text().is_some_and(|text| text.trim_end_matches('%').parse() == Ok(0))
}

fn is_for_rolling(at: &At<'_, '_>, found: &mut Found, other: &str) {
    if let Some(rolling) = at.get("rollingUpdate").filter(|_| at.text_of("type") == Some(other)) {
        found.says(&rolling, &format!("must not be set for the type `{other}`"));
    }
}

/// A StatefulSet.
pub(crate) static STATEFUL_SET: Shape =
    Shape { fields: &[("spec", &[Check::Required, Check::Of(&STATEFUL_SET_SPEC)])], whole: &[] };

static STATEFUL_SET_SPEC: Shape = Shape {
    fields: &[
        ("replicas", &[COUNT]),
        ("minReadySeconds", &[COUNT]),
        ("revisionHistoryLimit", &[COUNT]),
        ("selector", CHOSEN),
        ("template", LASTING),
        ("serviceName", &[Check::Looks(service_name)]),
        ("podManagementPolicy", &[Check::OneOf(&["OrderedReady", "Parallel"])]),
        ("updateStrategy", &[Check::Of(&STATEFUL_SET_STRATEGY)]),
        ("persistentVolumeClaimRetentionPolicy", &[Check::Of(&RETENTION)]),
        ("volumeClaimTemplates", &[Check::Each(&claim::TEMPLATE)]),
    ],
    whole: &[],
};

/// "" is none.
fn service_name(text: &str) -> crate::syntax::Wrong {
    if text.is_empty() { None } else { crate::syntax::dns_label(text) }
}

static RETENTION: Shape = Shape {
    fields: &[
        ("whenDeleted", &[Check::OneOf(&["Retain", "Delete"])]),
        ("whenScaled", &[Check::OneOf(&["Retain", "Delete"])]),
    ],
    whole: &[],
};

static STATEFUL_SET_STRATEGY: Shape = Shape {
    fields: &[("type", &[Check::OneOf(&["RollingUpdate", "OnDelete"])]), ("rollingUpdate", &[Check::Of(&PARTITION)])],
    whole: &[|at, found| is_for_rolling(at, found, "OnDelete")],
};

static PARTITION: Shape = Shape { fields: &[("partition", &[COUNT]), ("maxUnavailable", &[Check::Share])], whole: &[] };

/// A DaemonSet.
pub(crate) static DAEMON_SET: Shape =
    Shape { fields: &[("spec", &[Check::Required, Check::Of(&DAEMON_SET_SPEC)])], whole: &[] };

static DAEMON_SET_SPEC: Shape = Shape {
    fields: &[
        ("minReadySeconds", &[COUNT]),
        ("revisionHistoryLimit", &[COUNT]),
        ("selector", CHOSEN),
        ("template", LASTING),
        ("updateStrategy", &[Check::Of(&DAEMON_SET_STRATEGY)]),
    ],
    whole: &[],
};

/// `ValidateRollingUpdateDaemonSet`.
static DAEMON_SET_STRATEGY: Shape = Shape {
    fields: &[
        ("type", &[Check::OneOf(&["RollingUpdate", "OnDelete"])]),
        ("rollingUpdate", &[Check::Of(&DAEMON_SET_ROLLING)]),
    ],
    whole: &[|at, found| {
        let Some(rolling) = at.get("rollingUpdate") else { return };
        let (surge, unavailable) = (is_none(&rolling, "maxSurge", true), is_none(&rolling, "maxUnavailable", false));
        if surge && unavailable {
            found.says(&rolling, "must have `maxSurge` or `maxUnavailable` above 0");
        }
        if !surge && !unavailable {
            found.says(&rolling, "must not have both `maxSurge` and `maxUnavailable` above 0");
            found.helps("also write `maxUnavailable: 0`: its default is 1");
        }
    }],
};

static DAEMON_SET_ROLLING: Shape = Shape {
    fields: &[
        ("maxSurge", &[Check::Share, Check::By(at_most_all)]),
        ("maxUnavailable", &[Check::Share, Check::By(at_most_all)]),
    ],
    whole: &[],
};

/// A Job.
pub(crate) static JOB: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&JOB_SPEC)])], whole: &[] };

/// `validateJobSpec`.
static JOB_SPEC: Shape = Shape {
    fields: &[
        ("parallelism", &[COUNT]),
        ("completions", &[COUNT]),
        ("activeDeadlineSeconds", &[COUNT]),
        ("backoffLimit", &[COUNT]),
        ("ttlSecondsAfterFinished", &[COUNT]),
        ("completionMode", &[Check::OneOf(&["NonIndexed", "Indexed"])]),
        ("podReplacementPolicy", &[Check::OneOf(&["Failed", "TerminatingOrFailed"])]),
        ("selector", &[Check::Of(&SELECTOR)]),
        ("template", ENDING),
    ],
    whole: &[|at, found| {
        if at.text_of("completionMode") == Some("Indexed") && at.get("completions").is_none() {
            found.lacks(at, "completions");
        }
    }],
};

/// A CronJob.
pub(crate) static CRON_JOB: Shape =
    Shape { fields: &[("spec", &[Check::Required, Check::Of(&CRON_JOB_SPEC)])], whole: &[] };

/// `validateCronJobSpec`.
static CRON_JOB_SPEC: Shape = Shape {
    fields: &[
        ("schedule", &[Check::Required, Check::Looks(schedule)]),
        ("timeZone", &[Check::Filled]),
        ("concurrencyPolicy", &[Check::OneOf(&["Allow", "Forbid", "Replace"])]),
        ("startingDeadlineSeconds", &[COUNT]),
        ("successfulJobsHistoryLimit", &[COUNT]),
        ("failedJobsHistoryLimit", &[COUNT]),
        ("jobTemplate", &[Check::Of(&JOB_TEMPLATE)]),
    ],
    whole: &[],
};

static JOB_TEMPLATE: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&JOB_SPEC)])], whole: &[] };
