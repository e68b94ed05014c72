//! Containers (`core/validation` `validateContainerCommon` and what it calls). How limits and requests compare is a rule of its own.

use std::collections::HashMap;

use seatrial_model::Node;

use crate::provenance;
use crate::shape::{At, COUNT, Check, Found, INT32, Shape};
use crate::syntax::{config_key, container_resource, dns_label, dns_subdomain, image, path_below, variable_name};

use crate::slips::is_slip;

use super::probe::{LIFECYCLE, PORT_NAME, PROBE, PROBE_OF_LIFE};

/// A container.
pub(crate) static CONTAINER: Shape = Shape {
    fields: &[
        ("name", &[Check::Required, Check::Looks(dns_label)]),
        ("image", &[Check::Filled, Check::Looks(image)]),
        ("imagePullPolicy", &[Check::OneOf(&["Always", "IfNotPresent", "Never"])]),
        ("terminationMessagePolicy", &[Check::OneOf(&["File", "FallbackToLogsOnError"])]),
        ("ports", &[Check::Each(&PORT), Check::By(port_names_are_unique)]),
        ("env", &[Check::Each(&VARIABLE)]),
        ("envFrom", &[Check::Each(&VARIABLES)]),
        ("volumeMounts", &[Check::Each(&MOUNT)]),
        ("volumeDevices", &[Check::Each(&DEVICE)]),
        ("resources", &[Check::Of(&RESOURCES)]),
        ("livenessProbe", &[Check::Of(&PROBE_OF_LIFE)]),
        ("startupProbe", &[Check::Of(&PROBE_OF_LIFE)]),
        ("readinessProbe", &[Check::Of(&PROBE)]),
        ("lifecycle", &[Check::Of(&LIFECYCLE)]),
        ("securityContext", &[Check::Of(&SECURITY)]),
    ],
    whole: &[has_image],
};

/// `validateContainerCommon`. A patch with a misspelt name adds a container that has no more than what the patch sets.
fn has_image(at: &At<'_, '_>, found: &mut Found) {
    if at.get("image").is_some() {
        return;
    }
    found.lacks(at, "image");
    let Some((node, name)) = at.node.get("name").and_then(|node| Some((node, node.as_str()?))) else { return };
    found.points_at(provenance::first_written(node));
    let others = at.siblings().filter_map(|other| other.get("name")?.as_str());
    if let Some(meant) = others.take(100).find(|other| is_slip(name, other)) {
        found.helps(&format!("did you mean the container `{meant}`? A patch finds a container by its name"));
    }
}

static PORT: Shape = Shape {
    fields: &[
        ("name", &[PORT_NAME]),
        ("containerPort", &[Check::Between(1, 65535)]),
        ("hostPort", &[Check::Between(0, 65535)]),
        ("protocol", &[PROTOCOL]),
    ],
    whole: &[],
};

/// `supportedPortProtocols`.
pub(crate) const PROTOCOL: Check = Check::OneOf(&["TCP", "UDP", "SCTP"]);

/// `validateContainerPorts`: two ports of one name are refused, two of one number are not.
fn port_names_are_unique(at: &At<'_, '_>, found: &mut Found) {
    found.texts_are_unique(at, "name");
}

/// `ValidateEnv`.
static VARIABLE: Shape = Shape {
    fields: &[("name", &[Check::Required, Check::Looks(variable_name)]), ("valueFrom", &[Check::Of(&VALUE_FROM)])],
    whole: &[|at, found| {
        let has_value = at.get("value").is_some_and(|value| !value.is_empty());
        if let Some(source) = at.get("valueFrom").filter(|_| has_value) {
            found.says(&source, "must not be set together with `value`");
        }
    }],
};

static VALUE_FROM: Shape = Shape {
    fields: &[
        ("fieldRef", &[Check::Of(&FIELD_REFERENCE)]),
        ("resourceFieldRef", &[Check::Of(&RESOURCE_REFERENCE)]),
        ("configMapKeyRef", &[Check::Of(&KEY_REFERENCE)]),
        ("secretKeyRef", &[Check::Of(&SECRET_REFERENCE)]),
    ],
    whole: &[|at, found| {
        found.has_one(at, &["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"]);
    }],
};

/// `validateSecretKeySelector`, which knows how a Secret is called; of a ConfigMap only that it is.
static SECRET_REFERENCE: Shape = Shape {
    fields: &[
        ("name", &[Check::Required, Check::Looks(dns_subdomain)]),
        ("key", &[Check::Required, Check::Looks(config_key)]),
    ],
    whole: &[],
};

static KEY_REFERENCE: Shape = Shape {
    fields: &[("name", &[Check::Required]), ("key", &[Check::Required, Check::Looks(config_key)])],
    whole: &[],
};

static FIELD_REFERENCE: Shape =
    Shape { fields: &[("fieldPath", &[Check::Required, Check::Looks(field_of_pod)])], whole: &[] };

static RESOURCE_REFERENCE: Shape =
    Shape { fields: &[("resource", &[Check::Required, Check::Looks(resource_of_container)])], whole: &[] };

/// `validEnvDownwardAPIFieldPathExpressions`.
fn field_of_pod(text: &str) -> crate::syntax::Wrong {
    const FIELDS: &[&str] = &[
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    ];
    let subscript = ["metadata.labels['", "metadata.annotations['"].iter().any(|start| text.starts_with(start));
    let fits = FIELDS.contains(&text) || (subscript && text.ends_with("']"));
    (!fits).then(|| {
        let meant = seatrial_schema::nearest(text, FIELDS.iter().copied());
        let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        format!("is `{text}`, which the downward API does not support{hint}")
    })
}

/// `validateContainerResourceFieldSelector`.
fn resource_of_container(text: &str) -> crate::syntax::Wrong {
    let resource = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
    let known = |name: &str| matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    let fits = resource.is_some_and(known);
    (!fits).then(|| format!("must be a resource such as `limits.cpu` or `requests.memory`, not `{text}`"))
}

/// `ValidateEnvFrom`.
static VARIABLES: Shape = Shape {
    fields: &[
        ("prefix", &[Check::Looks(variable_name)]),
        ("configMapRef", &[Check::Of(&NAME_REFERENCE)]),
        ("secretRef", &[Check::Of(&NAME_REFERENCE)]),
    ],
    whole: &[|at, found| found.has_one(at, &["configMapRef", "secretRef"])],
};

static NAME_REFERENCE: Shape =
    Shape { fields: &[("name", &[Check::Required, Check::Looks(dns_subdomain)])], whole: &[] };

/// `ValidateVolumeMounts`.
static MOUNT: Shape = Shape {
    fields: &[
        ("name", &[Check::Required]),
        ("mountPath", &[Check::Required]),
        ("subPath", &[Check::Looks(path_below)]),
        ("subPathExpr", &[Check::Looks(path_below)]),
        ("mountPropagation", &[Check::OneOf(&["None", "HostToContainer", "Bidirectional"])]),
    ],
    whole: &[|at, found| found.has_at_most_one(at, &["subPath", "subPathExpr"])],
};

static DEVICE: Shape =
    Shape { fields: &[("name", &[Check::Required]), ("devicePath", &[Check::Required])], whole: &[] };

/// `ValidateContainerResourceRequirements`.
pub(crate) static RESOURCES: Shape = Shape {
    fields: &[
        ("limits", &[Check::Keys(container_resource), Check::By(amounts)]),
        ("requests", &[Check::Keys(container_resource), Check::By(amounts)]),
    ],
    whole: &[],
};

/// `ValidateResourceQuantityValue`: no amount is negative.
pub(crate) fn amounts(at: &At<'_, '_>, found: &mut Found) {
    for value in at.values() {
        if crate::quantity::amount(value.node).is_some_and(|amount| amount < 0.0) {
            found.says(&value, "must not be negative");
        }
    }
}

/// `ValidateSecurityContext`.
static SECURITY: Shape = Shape {
    fields: &[
        ("runAsUser", &[COUNT]),
        ("runAsGroup", &[COUNT]),
        ("procMount", &[Check::OneOf(&["Default", "Unmasked"])]),
        ("seccompProfile", &[Check::Of(&PROFILE)]),
        ("appArmorProfile", &[Check::Of(&PROFILE)]),
    ],
    whole: &[|at, found| {
        let is = |name: &str, wanted: bool| at.node.get(name).and_then(Node::as_bool) == Some(wanted);
        if let Some(escalation) = at.get("allowPrivilegeEscalation").filter(|_| is("privileged", true))
            && is("allowPrivilegeEscalation", false)
        {
            found.says(&escalation, "must not be `false` for a privileged container");
        }
    }],
};

/// `validateSeccompProfileField`, `ValidateAppArmorProfileField`.
pub(crate) static PROFILE: Shape = Shape {
    fields: &[("type", &[Check::Required, Check::OneOf(&["RuntimeDefault", "Unconfined", "Localhost"])])],
    whole: &[|at, found| {
        let local = at.get("localhostProfile");
        match (at.text_of("type"), local) {
            (Some("Localhost"), None) => found.lacks(at, "localhostProfile"),
            (Some("RuntimeDefault" | "Unconfined"), Some(local)) => {
                found.says(&local, "may be set only for the type `Localhost`");
            }
            _ => {}
        }
    }],
};

/// The names of all containers of a pod: `validateInitContainers` refuses one that a regular container has, too.
pub(crate) fn names_are_unique(at: &At<'_, '_>, found: &mut Found) {
    let Some(first) = at.get("containers") else { return };
    let names: HashMap<&str, _> =
        first.items().filter_map(|item| Some((item.text_of("name")?, item.node.get("name")?.span()))).collect();
    let Some(initial) = at.get("initContainers") else { return };
    for item in initial.items() {
        let Some(name) = item.get("name") else { continue };
        if let Some(span) = name.text().and_then(|text| names.get(text)) {
            found.says(&name, "is also the name of another container");
            found.relates(*span, "the other one");
        }
    }
}

/// Seconds that must not be none at all.
pub(crate) const SOME: Check = Check::Between(1, INT32);
