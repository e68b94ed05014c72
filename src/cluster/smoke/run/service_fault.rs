//! Why nobody answers for a Service that a test asks: what of its manifest, or of that of its pods, is wrong.

use std::collections::BTreeSet;

use seatrial_deploy::{declared_ports, in_backticks, lacks_target_port, selects_no_pods};
use seatrial_model::{Cause, ObjectId, Subject};
use serde_json::Value;

use crate::outcome::ended::{Ended, ServiceFault};
use crate::service::endpoint::{Behind, Endpoint, behind, is_ready, target};
use crate::{Context, Probe};

/// A test that failed waits no longer for its cause.
const TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// Looks for the cause of a test that failed; where there is one, its words are the test's.
pub(crate) async fn add(probe: &Probe, context: &Context, ended: &mut Ended) {
    let Some((service, port)) = asked(probe) else { return };
    let endpoint = Endpoint::of(service, port, context);
    let looking = behind(&context.cluster, endpoint.namespace, endpoint.service);
    let Ok(Ok(Some(behind))) = tokio::time::timeout(TIME, looking).await else { return };
    let Some(cause) = cause(&endpoint, &behind, ended.is_refused) else { return };
    ended.message = format!("{}{}", cause.text, ended.summary);
    let service = ObjectId::new("", "Service", Some(endpoint.namespace), endpoint.service);
    ended.fault = Some(ServiceFault { service, cause });
}

/// The Service that a test asks, and its port.
fn asked(probe: &Probe) -> Option<(&str, Option<&str>)> {
    match probe {
        Probe::Http(http) => {
            let port = http.port.as_deref().map(|port| port.strip_prefix("https:").unwrap_or(port));
            Some((http.service.as_deref()?, port))
        }
        Probe::Tcp(tcp) => Some((tcp.service.as_deref()?, tcp.port.as_deref())),
        Probe::Grpc(grpc) => Some((grpc.endpoint.as_deref()?, grpc.port.as_deref())),
        Probe::Rollout(_) | Probe::Job(_) | Probe::Command(_) | Probe::HelmTest(_) => None,
    }
}

/// The cause that lies in the way from a Service to its pods. Pure.
fn cause(endpoint: &Endpoint<'_>, behind: &Behind, is_refused: bool) -> Option<Cause> {
    let called = format!("service `{}`", endpoint.service);
    let selector = behind.selector.as_deref()?;
    if behind.pods.is_empty() {
        let labels: Vec<(&str, &str)> = selector.split(',').filter_map(|pair| pair.split_once('=')).collect();
        let text = selects_no_pods(called, &labels);
        return Some(Cause::of_object("NoPods", text).about(Subject::ServiceSelector));
    }
    let port = endpoint.port_of(&behind.service).ok()?;
    let number = port.get("port").and_then(Value::as_u64).and_then(|number| u16::try_from(number).ok())?;
    if let Some(name) = port.get("targetPort").and_then(Value::as_str)
        && behind.pods.iter().all(|pod| target(port, pod).is_none())
    {
        let names: BTreeSet<&str> = behind.pods.iter().flat_map(declared_ports).filter_map(|port| port.name).collect();
        let text = lacks_target_port(called, name, &names);
        return Some(Cause::of_object("NoSuchPort", text).about(Subject::TargetPort(number)));
    }
    if !is_refused {
        return None;
    }
    let pod = behind.pods.iter().find(|pod| is_ready(pod))?;
    let leads_to = target(port, pod)?;
    let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let nobody = format!("{called} cannot be reached: nobody listens on port {leads_to} of pod {name}");
    let declared = declared_ports(pod).find(|port| port.number == Some(u64::from(leads_to)));
    let (text, subject, container) = match declared {
        Some(port) => {
            let text = format!("{nobody}, though container `{}` declares it", port.container);
            (text, Subject::ContainerPort(leads_to), Some(port.container.to_owned()))
        }
        None => {
            let declared: BTreeSet<u64> = declared_ports(pod).filter_map(|port| port.number).collect();
            let key =
                if port.get("targetPort").is_some_and(|target| !target.is_null()) { "targetPort" } else { "port" };
            let they = match declared.len() {
                0 => String::new(),
                _ => format!("; its containers declare {}", in_backticks(declared)),
            };
            (format!("{nobody}, where its `{key}` leads{they}"), Subject::TargetPort(number), None)
        }
    };
    let cause = Cause::of_object("ConnectionRefused", text).about(subject);
    Some(Cause { pod: Some(name.to_owned()), container, ..cause })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::service::endpoint::selector;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        claim: String,
        port: Option<String>,
        service: Value,
        #[serde(default)]
        pods: Vec<Value>,
        #[serde(default)]
        refused: bool,
        subject: Option<Subject>,
        says: Option<String>,
    }

    #[test]
    fn what_is_wrong_behind_a_service_is_what_the_table_says() {
        let cases: Vec<Case> =
            serde_saphyr::from_str(include_str!("../testdata/service_faults.yaml")).expect("valid YAML");
        for case in cases {
            let endpoint = Endpoint { namespace: "shop", service: "web", port: case.port.as_deref() };
            let selector = selector(&case.service);
            let behind = Behind { service: case.service, selector, pods: case.pods };
            let found = cause(&endpoint, &behind, case.refused);
            let (subject, says) = (found.as_ref().and_then(|c| c.subject.clone()), found.map(|c| c.text));
            assert_eq!((subject, says), (case.subject, case.says), "{}", case.claim);
        }
    }
}
