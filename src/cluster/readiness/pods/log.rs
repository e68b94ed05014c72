//! What the last lines of a container's log tell of why it ended or is not ready: things that no status and no event tells.

use seatrial_model::{Cause, IdentityFault, ImageFault, Subject};
use serde_json::Value;

use crate::live::field::{at, items, text};
use crate::messages::volume::identity;
use crate::pods::container::specified;
use crate::pods::last_words;

/// The label by which the webhook of workload identity knows its pods.
const LABEL: &str = "azure.workload.identity/use";

/// How libraries of Azure say that they were given no identity (azidentity of Go, azure-identity of Python, Java and .NET, MSAL).
const NO_IDENTITY: [&str; 4] = [
    "WorkloadIdentityCredential authentication unavailable",
    "WorkloadIdentityCredential: no client ID specified",
    "WorkloadIdentityCredential: no token file specified",
    "workload identity options are not fully configured",
];

/// The cause as the log tells it, where it knows better than the cause that the cluster shows: of that container, in this pod.
#[must_use]
pub fn told_by_log(cause: &Cause, pod: &Value, log: &str) -> Option<Cause> {
    // Only a container that ends or does not get ready is unexplained.
    if !matches!(
        cause.subject,
        Some(
            Subject::Container | Subject::Command | Subject::Probe(_) | Subject::ProbeField(..) | Subject::ProbePort(_)
        )
    ) {
        return None;
    }
    let told =
        log.lines().rev().find_map(|line| other_platform(cause, pod, line).or_else(|| without_token(cause, pod, line)));
    told.or_else(|| last_words::told(cause, pod, log))
}

/// The kernel does not know the format of the program (runc: `exec /web: exec format error`).
fn other_platform(cause: &Cause, pod: &Value, line: &str) -> Option<Cause> {
    let line = line.trim();
    let is_of_runtime = line.starts_with("exec ") || line.starts_with("standard_init_linux");
    if cause.exit_code.is_none() || !is_of_runtime || !line.ends_with("exec format error") {
        return None;
    }
    let container = cause.container.as_deref().unwrap_or_default();
    let specified = specified(pod, container);
    // What the manifest runs need not be a part of the image.
    let command = specified.and_then(|c| items(c, &["command"]).first()).and_then(Value::as_str);
    if command.is_some_and(|command| line.contains(command)) {
        let why = "it was built for another platform than the node's, or is a script without `#!`";
        let text = format!("container `{container}` cannot start: {line}: {why}");
        return Some(Cause { text, ..cause.clone() }.about(Subject::Command));
    }
    let image = specified.and_then(|c| text(c, &["image"])).unwrap_or_default();
    let text =
        format!("container `{container}` cannot start, {image} was built for another platform than the node's: {line}");
    let cause = Cause { text, image: Some(image.to_owned()), ..cause.clone() };
    Some(cause.about(Subject::Image(ImageFault::CannotRun)))
}

/// It asks Entra for a token and gets none.
fn without_token(cause: &Cause, pod: &Value, line: &str) -> Option<Cause> {
    let container = cause.container.as_deref().unwrap_or_default();
    let account = text(pod, &["spec", "serviceAccountName"]).unwrap_or("default");
    let namespace = text(pod, &["metadata", "namespace"]).unwrap_or_default();
    let (fault, why) = if let Some(fault) = identity(line) {
        let code = code(line);
        let why = match fault {
            IdentityFault::ClientId => {
                format!("Entra does not know the client ID that ServiceAccount `{account}` is annotated with ({code})")
            }
            _ => format!(
                "Entra has no federated credential for the subject `system:serviceaccount:{namespace}:{account}` of this cluster's issuer ({code})"
            ),
        };
        (fault, why)
    } else if NO_IDENTITY.iter().any(|words| line.contains(words)) {
        unconfigured(pod, container, account)?
    } else {
        return None;
    };
    let text = format!("container `{container}` gets no token, {why}");
    Some(Cause { text, ..cause.clone() }.about(Subject::WorkloadIdentity(fault)))
}

/// What the pod lacks for the webhook of workload identity to do its part.
fn unconfigured(pod: &Value, container: &str, account: &str) -> Option<(IdentityFault, String)> {
    let label = at(pod, &["metadata", "labels"]).and_then(|labels| labels.get(LABEL)).and_then(Value::as_str);
    if label != Some("true") {
        return Some((IdentityFault::Label, format!("the pod does not have the label `{LABEL}: \"true\"`")));
    }
    let variables = specified(pod, container).map_or(&[][..], |c| items(c, &["env"]));
    let client = variables.iter().find(|v| text(v, &["name"]) == Some("AZURE_CLIENT_ID"));
    let is_known = client.is_some_and(|v| text(v, &["value"]).is_none_or(|value| !value.is_empty()));
    (!is_known).then(|| {
        let why = format!("ServiceAccount `{account}` has no annotation `azure.workload.identity/client-id`");
        (IdentityFault::ClientId, why)
    })
}

/// `AADSTS70021`.
fn code(line: &str) -> String {
    let (_, rest) = line.split_once("AADSTS").unwrap_or_default();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    format!("AADSTS{digits}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(subject: Subject, labels: &Value, log: &str) -> Option<(Option<Subject>, String)> {
        let containers = json!([{ "name": "web", "image": "acr.io/web:1" }]);
        let pod = json!({
            "metadata": { "name": "web-1", "namespace": "shop", "labels": labels },
            "spec": { "serviceAccountName": "web", "containers": containers },
        });
        let cause =
            Cause { container: Some("web".to_owned()), exit_code: Some(255), ..Cause::of_object("Error", "crashes") };
        told_by_log(&cause.about(subject), &pod, log).map(|cause| (cause.subject, cause.text))
    }

    #[test]
    fn a_log_tells_what_no_status_tells() {
        let labelled = json!({ "azure.workload.identity/use": "true" });
        let table = [
            (
                json!({}),
                "exec /web: exec format error",
                Subject::Image(ImageFault::CannotRun),
                "container `web` cannot start, acr.io/web:1 was built for another platform than the node's: exec /web: exec format error",
            ),
            (
                labelled.clone(),
                "starting\nerror: AADSTS700213: No matching federated identity record found for presented assertion subject",
                Subject::WorkloadIdentity(IdentityFault::FederatedCredential),
                "container `web` gets no token, Entra has no federated credential for the subject `system:serviceaccount:shop:web` of this cluster's issuer (AADSTS700213)",
            ),
            (
                labelled.clone(),
                "AADSTS700016: Application with identifier 'x' was not found",
                Subject::WorkloadIdentity(IdentityFault::ClientId),
                "container `web` gets no token, Entra does not know the client ID that ServiceAccount `web` is annotated with (AADSTS700016)",
            ),
            (
                json!({}),
                "WorkloadIdentityCredential: no client ID specified. Check pod configuration or set ClientID in the options",
                Subject::WorkloadIdentity(IdentityFault::Label),
                "container `web` gets no token, the pod does not have the label `azure.workload.identity/use: \"true\"`",
            ),
            (
                labelled,
                "WorkloadIdentityCredential authentication unavailable. The workload options are not fully configured",
                Subject::WorkloadIdentity(IdentityFault::ClientId),
                "container `web` gets no token, ServiceAccount `web` has no annotation `azure.workload.identity/client-id`",
            ),
        ];
        for (labels, log, subject, text) in table {
            assert_eq!(told(Subject::Container, &labels, log), Some((Some(subject), text.to_owned())), "{log}");
        }
    }

    #[test]
    fn a_command_that_cannot_run_is_told_from_an_image_that_cannot() {
        let containers = json!([{ "name": "web", "image": "acr.io/web:1", "command": ["/scripts/run"] }]);
        let pod = json!({ "spec": { "containers": containers } });
        let cause =
            Cause { container: Some("web".to_owned()), exit_code: Some(255), ..Cause::of_object("Error", "crashes") };
        let told = told_by_log(&cause.about(Subject::Container), &pod, "exec /scripts/run: exec format error");
        let told = told.map(|cause| (cause.subject, cause.text));
        let text = "container `web` cannot start: exec /scripts/run: exec format error: it was built for another platform than the node's, or is a script without `#!`";
        assert_eq!(told, Some((Some(Subject::Command), text.to_owned())));
    }

    #[test]
    fn a_log_does_not_overrule_what_the_cluster_knows() {
        let log = "exec /web: exec format error";
        assert_eq!(told(Subject::Paused, &json!({}), log), None);
        let of_plugin = told(Subject::Container, &json!({}), "plugin: exec format error");
        assert_eq!(of_plugin.map(|(subject, _)| subject), Some(Some(Subject::Container)));
        let own_words = told(Subject::Container, &json!({}), "panic: no such table");
        assert_eq!(own_words, Some((Some(Subject::Container), "crashes: panic: no such table".to_owned())));
    }
}
