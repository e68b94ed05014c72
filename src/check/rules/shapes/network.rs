//! Ingresses and NetworkPolicies (`pkg/apis/networking/validation`).

use seatrial_model::Node;

use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{cidr, dns_1035_label, dns_subdomain, host, port_name};

use super::selector::SELECTOR;

/// An Ingress.
pub(crate) static INGRESS: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&SPEC)])], whole: &[] };

/// `ValidateIngressSpec`.
static SPEC: Shape = Shape {
    fields: &[
        ("defaultBackend", &[Check::Of(&BACKEND)]),
        ("rules", &[Check::Each(&RULE)]),
        ("tls", &[Check::Each(&TLS)]),
        ("ingressClassName", &[Check::Looks(dns_subdomain)]),
    ],
    whole: &[|at, found| {
        if at.get("rules").is_none_or(|rules| rules.is_empty()) && at.get("defaultBackend").is_none() {
            found.says(at, "must have `rules` or a `defaultBackend`");
        }
    }],
};

static TLS: Shape =
    Shape { fields: &[("hosts", &[Check::Texts(tls_host)]), ("secretName", &[Check::Looks(secret_name)])], whole: &[] };

fn tls_host(text: &str) -> crate::syntax::Wrong {
    if text.contains('*') { host(text) } else { dns_subdomain(text) }
}

fn secret_name(text: &str) -> crate::syntax::Wrong {
    if text.is_empty() { None } else { dns_subdomain(text) }
}

fn rule_host(text: &str) -> crate::syntax::Wrong {
    if text.is_empty() { None } else { host(text) }
}

static RULE: Shape =
    Shape { fields: &[("host", &[Check::Looks(rule_host)]), ("http", &[Check::Of(&HTTP)])], whole: &[] };

static HTTP: Shape = Shape { fields: &[("paths", &[Check::Required, Check::Each(&PATH)])], whole: &[] };

static PATH: Shape = Shape {
    fields: &[
        ("pathType", &[Check::Required, Check::OneOf(&["Exact", "ImplementationSpecific", "Prefix"])]),
        ("backend", &[Check::Of(&BACKEND)]),
    ],
    whole: &[path],
};

/// `validateHTTPIngressPath`.
fn path(at: &At<'_, '_>, found: &mut Found) {
    let is_exact = match at.text_of("pathType") {
        Some("Exact" | "Prefix") => true,
        Some("ImplementationSpecific") => false,
        _ => return,
    };
    let Some(path) = at.get("path") else {
        if is_exact {
            found.lacks(at, "path");
        }
        return;
    };
    let Some(text) = path.text().filter(|text| is_exact || !text.is_empty()) else { return };
    let wrong = ["//", "/./", "/../", "%2f", "%2F"].into_iter().find(|part| is_exact && text.contains(part));
    if !text.starts_with('/') {
        found.says(&path, "must begin with `/`");
    } else if let Some(part) = wrong {
        found.says(&path, &format!("must not contain `{part}`"));
    } else if is_exact && (text.ends_with("/..") || text.ends_with("/.")) {
        found.says(&path, "must not end with `/.` or `/..`");
    }
}

/// `validateIngressBackend`.
static BACKEND: Shape = Shape {
    fields: &[("service", &[Check::Of(&SERVICE)])],
    whole: &[|at, found| found.has_one(at, &["resource", "service"])],
};

static SERVICE: Shape = Shape {
    fields: &[("name", &[Check::Required, Check::Looks(dns_1035_label)])],
    whole: &[|at, found| match at.get("port") {
        None => found.lacks(at, "port"),
        Some(port) => service_port(&port, found),
    }],
};

fn service_port(at: &At<'_, '_>, found: &mut Found) {
    let name = at.get("name").filter(|name| !name.is_empty());
    let number = at.get("number").filter(|number| number.node.as_i64() != Some(0));
    match (name, number) {
        (Some(_), Some(_)) => found.says(at, "must not have both `name` and `number`"),
        (None, None) if at.is_struct() => found.says(at, "must have `name` or `number`"),
        (Some(name), None) => found.checks(&name, &Check::Looks(port_name)),
        (None, Some(number)) => found.between(&number, 1, 65535),
        (None, None) => {}
    }
}

/// A NetworkPolicy. Without a specification it is one that selects every pod.
pub(crate) static POLICY: Shape = Shape { fields: &[("spec", &[Check::Of(&POLICY_SPEC)])], whole: &[] };

/// `ValidateNetworkPolicySpec`.
static POLICY_SPEC: Shape = Shape {
    fields: &[
        ("podSelector", &[Check::Of(&SELECTOR)]),
        ("ingress", &[Check::Each(&INGRESS_RULE)]),
        ("egress", &[Check::Each(&EGRESS_RULE)]),
        ("policyTypes", &[Check::By(policy_types)]),
    ],
    whole: &[],
};

fn policy_types(at: &At<'_, '_>, found: &mut Found) {
    at.items().for_each(|item| found.checks(&item, &Check::Word(&["Ingress", "Egress"])));
    if at.node.items().len() > 2 {
        found.says(at, "must not have more than two items");
    }
}

static INGRESS_RULE: Shape =
    Shape { fields: &[("ports", &[Check::Each(&PORT)]), ("from", &[Check::Each(&PEER)])], whole: &[] };

static EGRESS_RULE: Shape =
    Shape { fields: &[("ports", &[Check::Each(&PORT)]), ("to", &[Check::Each(&PEER)])], whole: &[] };

/// `ValidateNetworkPolicyPort`.
static PORT: Shape = Shape {
    fields: &[("protocol", &[Check::Word(&["TCP", "UDP", "SCTP"])]), ("port", &[Check::Port])],
    whole: &[|at, found| {
        let Some(end) = at.get("endPort") else { return };
        match (end.node.as_i64(), at.node.get("port").map(|port| (port, port.as_i64()))) {
            (_, None) => found.says(&end, "must not be set without `port`"),
            (_, Some((_, None))) => found.says(&end, "must not be set together with a named `port`"),
            (Some(last), Some((_, Some(first)))) if last < first => found.says(&end, "must not be less than `port`"),
            _ => found.between(&end, 1, 65535),
        }
    }],
};

/// `ValidateNetworkPolicyPeer`.
static PEER: Shape = Shape {
    fields: &[
        ("podSelector", &[Check::Of(&SELECTOR)]),
        ("namespaceSelector", &[Check::Of(&SELECTOR)]),
        ("ipBlock", &[Check::Of(&BLOCK)]),
    ],
    whole: &[|at, found| {
        let has = |name: &str| at.node.get(name).is_some_and(|value: &Node| !value.is_null());
        let selects = has("podSelector") || has("namespaceSelector");
        match (at.get("ipBlock"), selects) {
            (Some(block), true) => found.says(&block, "must not be set together with a selector"),
            (None, false) if at.is_struct() => {
                found.says(at, "must have `podSelector`, `namespaceSelector` or `ipBlock`");
            }
            _ => {}
        }
    }],
};

static BLOCK: Shape = Shape {
    fields: &[("cidr", &[Check::Required, Check::Looks(cidr)]), ("except", &[Check::Texts(cidr)])],
    whole: &[],
};
