//! A port of a service in the cluster, and the pod behind it that takes a connection.

use std::time::Duration;

use seatrial_api::{ApiError, Cluster};
use seatrial_deploy::declared_ports;
use seatrial_model::ObjectId;
use serde_json::Value;

use crate::Context;
use crate::outcome::trouble::Trouble;

/// Looking a service and its pods up takes no longer.
const LOOKING: Duration = Duration::from_secs(10);

/// A port of a service.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) service: &'a str,
    /// Name or number; `None` is the only one.
    pub(crate) port: Option<&'a str>,
}

/// A port of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodPort {
    pub(crate) namespace: String,
    pub(crate) pod: String,
    pub(crate) port: u16,
}

impl<'a> Endpoint<'a> {
    /// `shop` or `namespace/shop`.
    pub(crate) fn of(service: &'a str, port: Option<&'a str>, context: &'a Context) -> Endpoint<'a> {
        let (namespace, service) = service.split_once('/').unwrap_or((&context.namespace, service));
        Endpoint { namespace, service, port }
    }

    /// What is wrong with the name of a service that stands at `key`.
    pub(crate) fn problem(key: &str, service: &str) -> Option<String> {
        let names: Vec<&str> = service.split('/').collect();
        let is_wrong = names.len() > 2 || !names.iter().all(|name| is_dns_name(name));
        is_wrong.then(|| format!("`{key}` is `{service}`; write `shop` or `namespace/shop`"))
    }

    /// ``port `http` of service `web` ``.
    pub(crate) fn name(&self) -> String {
        match self.port {
            Some(port) => format!("port `{port}` of service `{}`", self.service),
            None => format!("service `{}`", self.service),
        }
    }

    /// The port of a ready pod that the service leads to.
    pub(crate) async fn pod(&self, context: &Context) -> Result<PodPort, Trouble> {
        let looking = behind(&context.cluster, self.namespace, self.service);
        let found = tokio::time::timeout(LOOKING, looking).await;
        let found = found.unwrap_or(Err(ApiError::TimedOut { seconds: LOOKING.as_secs() }));
        match found.map_err(|error| Trouble::of(&error, "the API server", LOOKING))? {
            None => Err(Trouble::Wrong(format!(
                "service `{}` does not exist in namespace `{}`",
                self.service, self.namespace
            ))),
            Some(Behind { service, selector, pods }) => self.chosen(&service, selector.as_deref(), &pods),
        }
    }

    /// Chooses a pod and its port. Pure.
    fn chosen(&self, service: &Value, selector: Option<&str>, pods: &[Value]) -> Result<PodPort, Trouble> {
        let called = format!("service `{}`", self.service);
        let Some(selector) = selector else {
            return Err(Trouble::Wrong(format!("{called} has no selector, so that no pod is known to be behind it")));
        };
        let port = self.port_of(service)?;
        let takes = |pod: &&Value| is_ready(pod) && pod.pointer("/metadata/deletionTimestamp").is_none();
        let Some(pod) = pods.iter().find(takes) else {
            let clause = match pods.len() {
                0 => format!("{called} selects no pod: none has the labels `{selector}`"),
                1 => format!("{called} has no ready endpoints: its only pod is not ready"),
                all => format!("{called} has no ready endpoints: none of its {all} pods is ready"),
            };
            return Err(Trouble::NotYet(clause));
        };
        let number = target(port, pod).ok_or_else(|| match port.get("targetPort").and_then(Value::as_str) {
            Some(name) => Trouble::Wrong(format!(
                "{called} leads to the port `{name}` (`targetPort`), which no container of its pods has"
            )),
            None => Trouble::Wrong(format!("{called} has a port that is not a number")),
        })?;
        let name = text(pod, "/metadata/name").unwrap_or_default();
        Ok(PodPort { namespace: self.namespace.to_owned(), pod: name.to_owned(), port: number })
    }

    /// The entry of the service's ports that is meant.
    pub(crate) fn port_of<'v>(&self, service: &'v Value) -> Result<&'v Value, Trouble> {
        let ports = service.pointer("/spec/ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let called = |port: &Value| match (text(port, "/name"), port.get("port")) {
            (Some(name), _) => name.to_owned(),
            (None, number) => number.map(Value::to_string).unwrap_or_default(),
        };
        let known = || ports.iter().map(|port| format!("`{}`", called(port))).collect::<Vec<_>>().join(", ");
        let is_meant = |port: &&Value, wanted: &str| {
            let number = wanted.parse().ok();
            text(port, "/name") == Some(wanted)
                || number.is_some_and(|n| port.get("port").and_then(Value::as_u64) == Some(n))
        };
        let speaks_tcp = |port: &&Value| matches!(text(port, "/protocol"), None | Some("TCP"));
        let found = match (self.port, ports) {
            (None, [only]) => Ok(only),
            (None, []) => Err(Trouble::Wrong(format!("service `{}` has no port", self.service))),
            (None, _) => Err(Trouble::Wrong(format!(
                "service `{}` has the ports {}: choose one with `port`",
                self.service,
                known()
            ))),
            (Some(wanted), _) => {
                let meant = || ports.iter().filter(|port| is_meant(port, wanted));
                meant().find(speaks_tcp).or_else(|| meant().next()).ok_or_else(|| {
                    Trouble::Wrong(format!("service `{}` has no port `{wanted}`, but {}", self.service, known()))
                })
            }
        }?;
        // Who asks by way of the API server reaches the pod all the same, and nobody else does.
        let protocol = text(found, "/protocol").filter(|_| !speaks_tcp(&found));
        match protocol {
            None => Ok(found),
            Some(protocol) => Err(Trouble::Wrong(format!(
                "service `{}` has the port `{}` for {protocol} (`protocol`), and the test speaks TCP",
                self.service,
                called(found)
            ))),
        }
    }
}

/// The number that a service's port means in a pod; `None` where the pod has no port of that name.
pub(crate) fn target(port: &Value, pod: &Value) -> Option<u16> {
    let number = match port.get("targetPort") {
        None | Some(Value::Null) => port.get("port").and_then(Value::as_u64),
        Some(Value::String(name)) => declared_ports(pod).find(|port| port.name == Some(name.as_str()))?.number,
        Some(number) => number.as_u64(),
    };
    number.and_then(|number| u16::try_from(number).ok())
}

/// A service and what is behind it.
pub(crate) struct Behind {
    pub(crate) service: Value,
    /// `None` where the service selects no pods by itself.
    pub(crate) selector: Option<String>,
    pub(crate) pods: Vec<Value>,
}

/// Looks a service and its pods up; `None` when there is no such service.
pub(crate) async fn behind(cluster: &Cluster, namespace: &str, service: &str) -> Result<Option<Behind>, ApiError> {
    let id = ObjectId::new("", "Service", Some(namespace), service);
    let Some(service) = cluster.get("v1", &id).await? else { return Ok(None) };
    let selector = selector(&service);
    let pods = match &selector {
        Some(selector) => cluster.list("v1", "Pod", Some(namespace), Some(selector)).await?,
        None => Vec::new(),
    };
    Ok(Some(Behind { service, selector, pods }))
}

/// Whether a pod has the condition `Ready`.
pub(crate) fn is_ready(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let ready = |c: &Value| text(c, "/type") == Some("Ready") && text(c, "/status") == Some("True");
    conditions.is_some_and(|all| all.iter().any(ready))
}

/// `app=web,tier=front`; `None` where the service selects no pods by itself.
pub(crate) fn selector(service: &Value) -> Option<String> {
    let labels = service.pointer("/spec/selector")?.as_object().filter(|labels| !labels.is_empty())?;
    let pair = |(key, value): (&String, &Value)| format!("{key}={}", value.as_str().unwrap_or_default());
    Some(labels.iter().map(pair).collect::<Vec<_>>().join(","))
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// DNS-1123 without the limit of length, which the API server knows better.
pub(crate) fn is_dns_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    !text.is_empty() && text.chars().all(inner) && !text.starts_with(['-', '.']) && !text.ends_with(['-', '.'])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        claim: String,
        port: Option<String>,
        service: Value,
        #[serde(default)]
        pods: Vec<Value>,
        leads_to: Option<String>,
        says: Option<String>,
    }

    #[test]
    fn a_service_leads_where_the_table_says() {
        let cases: Vec<Case> = serde_saphyr::from_str(include_str!("../testdata/endpoints.yaml")).expect("valid YAML");
        for case in cases {
            let endpoint = Endpoint { namespace: "shop", service: "web", port: case.port.as_deref() };
            let found = endpoint.chosen(&case.service, selector(&case.service).as_deref(), &case.pods);
            let (leads_to, says) = match found {
                Ok(found) => (Some(format!("{}:{}", found.pod, found.port)), None),
                Err(Trouble::NotYet(clause)) => (None, Some(format!("not yet: {clause}"))),
                Err(Trouble::Wrong(sentence)) => (None, Some(format!("wrong: {sentence}"))),
                Err(other) => (None, Some(format!("{other:?}"))),
            };
            assert_eq!((leads_to, says), (case.leads_to, case.says), "{}", case.claim);
        }
    }
}
