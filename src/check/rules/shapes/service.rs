//! Services (`core/validation` `ValidateService`).

use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{cidr, dns_label, dns_subdomain, ip, label_value, qualified_name};

use super::container::PROTOCOL;

/// A Service.
pub(crate) static SERVICE: Shape = Shape { fields: &[("spec", &[Check::Required, Check::Of(&SPEC)])], whole: &[] };

static SPEC: Shape = Shape {
    fields: &[
        ("type", &[Check::OneOf(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])]),
        ("ports", &[Check::Each(&PORT), Check::By(ports)]),
        ("selector", &[Check::Keys(qualified_name), Check::Texts(label_value)]),
        ("sessionAffinity", &[Check::OneOf(&["None", "ClientIP"])]),
        ("externalTrafficPolicy", &[Check::OneOf(&["Cluster", "Local"])]),
        ("internalTrafficPolicy", &[Check::OneOf(&["Cluster", "Local"])]),
        ("ipFamilyPolicy", &[Check::OneOf(&["SingleStack", "PreferDualStack", "RequireDualStack"])]),
        ("trafficDistribution", &[Check::OneOf(&["PreferClose", "PreferSameZone", "PreferSameNode"])]),
        ("externalIPs", &[Check::Texts(ip)]),
        ("loadBalancerSourceRanges", &[Check::Texts(cidr)]),
        ("clusterIP", &[Check::Looks(cluster_ip)]),
    ],
    whole: &[fits_its_type, affinity],
};

static PORT: Shape = Shape {
    fields: &[
        ("name", &[Check::Looks(dns_label)]),
        ("port", &[Check::Between(1, 65535)]),
        ("targetPort", &[Check::By(target)]),
        ("nodePort", &[Check::Between(0, 65535)]),
        ("protocol", &[PROTOCOL]),
    ],
    whole: &[],
};

/// `SetDefaults_Service`: a `targetPort` of 0 or "" is the port.
fn target(at: &At<'_, '_>, found: &mut Found) {
    if at.node.as_i64() != Some(0) && !at.is_empty() {
        found.checks(at, &Check::Port);
    }
}

fn cluster_ip(text: &str) -> crate::syntax::Wrong {
    if matches!(text, "" | "None") { None } else { ip(text) }
}

/// Several ports need names, and each its own (`validateServicePort`: `requireName`).
fn ports(at: &At<'_, '_>, found: &mut Found) {
    if at.node.items().len() > 1 {
        for port in at.items().filter(|port| port.is_struct() && port.text_of("name").is_none_or(str::is_empty)) {
            found.lacks(&port, "name");
            found.helps("where a Service has several ports, each needs a name");
        }
    }
    found.texts_are_unique(at, "name");
}

fn fits_its_type(at: &At<'_, '_>, found: &mut Found) {
    let kind = at.text_of("type").filter(|kind| !kind.is_empty()).unwrap_or("ClusterIP");
    let is_headless = at.text_of("clusterIP") == Some("None");
    let is_outside = matches!(kind, "NodePort" | "LoadBalancer");
    match kind {
        "ExternalName" => external_name(at, found),
        "ClusterIP" if is_headless => {}
        "ClusterIP" | "NodePort" | "LoadBalancer" => match at.get("ports") {
            None => found.lacks(at, "ports"),
            Some(ports) if ports.is_empty() => found.says(&ports, "must not be empty"),
            Some(_) => {}
        },
        // The word is said to be wrong; what else depends on it.
        _ => return,
    }
    if let Some(address) = at.get("clusterIP").filter(|_| is_headless && is_outside) {
        found.says(&address, &format!("must not be `None` for the type `{kind}`"));
    }
    let only = [
        ("externalTrafficPolicy", is_outside, "`NodePort` or `LoadBalancer`"),
        ("loadBalancerSourceRanges", kind == "LoadBalancer", "`LoadBalancer`"),
        ("loadBalancerClass", kind == "LoadBalancer", "`LoadBalancer`"),
        ("allocateLoadBalancerNodePorts", kind == "LoadBalancer", "`LoadBalancer`"),
    ];
    for (name, is_for_it, types) in only {
        if let Some(value) = at.get(name).filter(|value| !is_for_it && !value.is_empty()) {
            found.says(&value, &format!("may be set only for the type {types}"));
        }
    }
    let ports = at.get("ports").filter(|_| kind == "ClusterIP");
    for port in ports.iter().flat_map(At::items) {
        let is_set = |number: &At<'_, '_>| number.node.as_i64().is_some_and(|number| number != 0);
        if let Some(number) = port.get("nodePort").filter(is_set) {
            found.says(&number, "may be set only for the type `NodePort` or `LoadBalancer`");
        }
    }
}

fn external_name(at: &At<'_, '_>, found: &mut Found) {
    match at.get("externalName") {
        None => found.lacks(at, "externalName"),
        Some(name) => {
            let text = name.text().map(|text| text.strip_suffix('.').unwrap_or(text));
            if let Some(predicate) = text.and_then(dns_subdomain) {
                found.says(&name, &predicate);
            }
        }
    }
    if let Some(address) = at.get("clusterIP").filter(|address| !address.is_empty()) {
        found.says(&address, "must not be set for the type `ExternalName`");
    }
}

fn affinity(at: &At<'_, '_>, found: &mut Found) {
    let affinity = at.text_of("sessionAffinity").filter(|text| !text.is_empty()).unwrap_or("None");
    let Some(config) = at.get("sessionAffinityConfig") else { return };
    if affinity == "None" {
        found.says(&config, "may be set only for the affinity `ClientIP`");
        return;
    }
    if let Some(client) = config.get("clientIP")
        && let Some(seconds) = client.get("timeoutSeconds")
    {
        found.between(&seconds, 1, 86400);
    }
}
