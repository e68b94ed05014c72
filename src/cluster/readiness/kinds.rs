//! The table: kind → how its status is read.

mod api_service;
mod cron_job;
mod custom_resource_definition;
mod daemon_set;
mod deployment;
mod flux;
mod horizontal_pod_autoscaler;
mod ingress;
mod job;
mod namespace;
mod persistent_volume_claim;
mod pod_disruption_budget;
mod replica_set;
mod service;
mod stateful_set;

use crate::pods::pod;
use crate::{Live, Status};
use flux::{helm_release, helm_repository, kustomization, source};

/// One kind.
pub(crate) struct Row {
    group: &'static str,
    /// Kind; the file of its cases has this name.
    pub(crate) kind: &'static str,
    /// What shows more than its own status.
    beside: Beside,
    /// Who reads the observed generation and the standard conditions.
    pub(crate) conditions: Conditions,
    /// Reads the status of an object that is not being deleted.
    pub(crate) status: fn(Live<'_>) -> Status,
}

#[derive(PartialEq)]
enum Beside {
    Nothing,
    Events,
    PodsAndEvents,
}

/// Who reads the observed generation and the standard conditions.
#[derive(PartialEq)]
pub(crate) enum Conditions {
    /// They are as everywhere: the row is asked about an object whose generation was observed and that is not stalled.
    Standard,
    /// They mean something else here: the row reads them itself.
    Own,
}

const fn row(group: &'static str, kind: &'static str, beside: Beside, status: fn(Live<'_>) -> Status) -> Row {
    Row { group, kind, beside, conditions: Conditions::Standard, status }
}

const fn flux(group: &'static str, kind: &'static str, beside: Beside, status: fn(Live<'_>) -> Status) -> Row {
    Row { group, kind, beside, conditions: Conditions::Own, status }
}

const SOURCES: &str = "source.toolkit.fluxcd.io";

/// Every kind with a rule of its own; the others follow the generic one.
pub(crate) const KINDS: &[Row] = &[
    row("", "Namespace", Beside::Nothing, namespace::status),
    row("", "PersistentVolumeClaim", Beside::Events, persistent_volume_claim::status),
    row("", "Pod", Beside::Events, pod::status),
    row("", "Service", Beside::Events, service::status),
    row("apiextensions.k8s.io", "CustomResourceDefinition", Beside::Nothing, custom_resource_definition::status),
    row("apiregistration.k8s.io", "APIService", Beside::Nothing, api_service::status),
    row("apps", "DaemonSet", Beside::PodsAndEvents, daemon_set::status),
    row("apps", "Deployment", Beside::PodsAndEvents, deployment::status),
    row("apps", "ReplicaSet", Beside::PodsAndEvents, replica_set::status),
    row("apps", "StatefulSet", Beside::PodsAndEvents, stateful_set::status),
    row("autoscaling", "HorizontalPodAutoscaler", Beside::Nothing, horizontal_pod_autoscaler::status),
    row("batch", "CronJob", Beside::Nothing, cron_job::status),
    row("batch", "Job", Beside::PodsAndEvents, job::status),
    row("networking.k8s.io", "Ingress", Beside::Events, ingress::status),
    row("policy", "PodDisruptionBudget", Beside::Nothing, pod_disruption_budget::status),
    flux("helm.toolkit.fluxcd.io", "HelmRelease", Beside::Nothing, helm_release::status),
    flux("kustomize.toolkit.fluxcd.io", "Kustomization", Beside::Events, kustomization::status),
    flux(SOURCES, "Bucket", Beside::Nothing, source::status),
    flux(SOURCES, "ExternalArtifact", Beside::Nothing, source::status),
    flux(SOURCES, "GitRepository", Beside::Nothing, source::status),
    flux(SOURCES, "HelmChart", Beside::Nothing, source::status),
    flux(SOURCES, "HelmRepository", Beside::Nothing, helm_repository::status),
    flux(SOURCES, "OCIRepository", Beside::Nothing, source::status),
];

/// The row of a kind.
pub(crate) fn find(group: &str, kind: &str) -> Option<&'static Row> {
    KINDS.iter().find(|row| row.group == group && row.kind == kind)
}

/// Whether readiness of this kind looks at pods: those must be fetched for [`Live::pods`].
#[must_use]
pub fn has_pods(group: &str, kind: &str) -> bool {
    find(group, kind).is_some_and(|row| row.beside == Beside::PodsAndEvents)
}

/// Whether readiness of this kind looks at events: those must be fetched for [`Live::events`].
#[must_use]
pub fn has_events(group: &str, kind: &str) -> bool {
    find(group, kind).is_some_and(|row| row.beside != Beside::Nothing)
}
