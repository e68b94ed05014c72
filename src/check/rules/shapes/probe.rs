//! Probes and the hooks of a container's life (`core/validation` `validateProbe`, `validateHandler`, `validateLifecycle`).

use crate::shape::{COUNT, Check, INT32, Shape};
use crate::syntax::port_name;

const HANDLERS: &[&str] = &["exec", "grpc", "httpGet", "tcpSocket"];
const HOOKS: &[&str] = &["exec", "httpGet", "sleep", "tcpSocket"];

/// A readiness probe.
pub(crate) static PROBE: Shape = Shape {
    fields: &[
        ("exec", &[Check::Of(&EXEC)]),
        ("httpGet", &[Check::Of(&HTTP)]),
        ("tcpSocket", &[Check::Of(&TCP)]),
        ("grpc", &[Check::Of(&GRPC)]),
        ("initialDelaySeconds", &[COUNT]),
        ("timeoutSeconds", &[COUNT]),
        ("periodSeconds", &[COUNT]),
        ("successThreshold", &[COUNT]),
        ("failureThreshold", &[COUNT]),
        ("terminationGracePeriodSeconds", &[Check::Between(1, INT32)]),
    ],
    whole: &[|at, found| found.has_one(at, HANDLERS)],
};

/// A probe that succeeds at once: liveness and startup (`validateLivenessProbe`).
pub(crate) static PROBE_OF_LIFE: Shape = Shape {
    fields: &[("successThreshold", &[Check::Between(0, 1)])],
    whole: &[|at, found| {
        if at.node.get("successThreshold").and_then(seatrial_model::Node::as_i64).is_none_or(|n| n <= 1) {
            found.walk(at, &PROBE);
        }
    }],
};

/// Hooks.
pub(crate) static LIFECYCLE: Shape =
    Shape { fields: &[("postStart", &[Check::Of(&HOOK)]), ("preStop", &[Check::Of(&HOOK)])], whole: &[] };

static HOOK: Shape = Shape {
    fields: &[("exec", &[Check::Of(&EXEC)]), ("httpGet", &[Check::Of(&HTTP)]), ("tcpSocket", &[Check::Of(&TCP)])],
    whole: &[|at, found| found.has_one(at, HOOKS)],
};

static EXEC: Shape = Shape { fields: &[("command", &[Check::Required])], whole: &[] };

static HTTP: Shape = Shape {
    fields: &[
        ("port", &[Check::Required, Check::Port]),
        ("scheme", &[Check::OneOf(&["HTTP", "HTTPS"])]),
        ("httpHeaders", &[Check::Each(&HEADER)]),
    ],
    whole: &[],
};

static HEADER: Shape = Shape { fields: &[("name", &[Check::Required, Check::Looks(header)])], whole: &[] };

static TCP: Shape = Shape { fields: &[("port", &[Check::Required, Check::Port])], whole: &[] };

static GRPC: Shape = Shape { fields: &[("port", &[Check::Required, Check::Between(1, 65535)])], whole: &[] };

/// `IsHTTPHeaderName`.
fn header(text: &str) -> crate::syntax::Wrong {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (!fits).then(|| "must consist of letters, digits and `-`".to_owned())
}

/// The name of a port.
pub(crate) const PORT_NAME: Check = Check::Looks(port_name);
