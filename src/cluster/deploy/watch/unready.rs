//! An object that failed or did not become ready → a finding with the line to edit.

use seatrial_model::{Cause, Finding, IdentityFault, ImageFault, Subject};
use seatrial_readiness::Status;

use crate::blame::field_path::name_span;
use crate::blame::{image_of, place_of};
use crate::ids;
use crate::plan::place::Placed;

/// A finding about an object that is not ready; `after` is the deadline, when it was that which ended the wait.
pub(crate) fn finding(placed: &Placed<'_>, status: &Status, after: Option<&str>) -> Finding {
    let manifest = placed.manifest;
    let name = placed.id.kind_and_name();
    let cause = status.cause.as_ref();
    let rule = if cause.is_some_and(is_image) { ids::IMAGE_PULL } else { ids::NOT_READY };
    let why = cause.map_or_else(|| status.message.clone(), in_backticks);
    let message = match (rule, after) {
        (ids::IMAGE_PULL, _) => format!("`{name}` cannot start, {why}"),
        (_, None) => format!("`{name}` is not ready, {why}"),
        (_, Some(after)) => format!("`{name}` was not ready after {after}, {}", status.message),
    };
    let place = cause.and_then(|cause| place_of(manifest, cause));
    let (span, field) = match place {
        Some((span, field)) => (span, Some(field)),
        None => (name_span(&manifest.node), None),
    };
    let mut finding = Finding::new(rule, span, message).with_object(&placed.id);
    if let Some(field) = field {
        finding = finding.with_field(field);
    }
    let image = cause.filter(|c| c.exit_code.is_some()).and_then(|c| image_of(manifest, c));
    if let Some(image) = image.filter(|image| *image != finding.primary.span) {
        finding = finding.with_related(image, "the image that ended");
    }
    if let Some(cause) = cause {
        let of_pod = cause.pod.as_ref().map(|pod| format!("pod {pod}, ")).unwrap_or_default();
        finding = finding.with_note(format!("{}, {of_pod}{}", placed.id, cause.reason));
    }
    match cause.and_then(|cause| help(cause, placed.id.namespace.as_deref())) {
        Some(help) => finding.with_help(help),
        None => finding,
    }
}

/// The cause's text with its image as a name: a report that shows addresses as links must not make one of it.
fn in_backticks(cause: &Cause) -> String {
    let named = |image: &String| cause.text.replace(image.as_str(), &format!("`{image}`"));
    cause.image.as_ref().filter(|image| !image.is_empty()).map_or_else(|| cause.text.clone(), named)
}

/// An image that did not come to the node.
fn is_image(cause: &Cause) -> bool {
    match &cause.subject {
        Some(Subject::Image(fault)) => *fault != ImageFault::CannotRun,
        subject => matches!(subject, Some(Subject::ImagePullSecret(_))),
    }
}

fn help(cause: &Cause, namespace: Option<&str>) -> Option<String> {
    let help = match cause.subject.as_ref()? {
        Subject::Image(ImageFault::NotFound) => "push the image first, or correct the tag where it is set",
        Subject::Image(ImageFault::NotAllowed | ImageFault::NotFoundOrNotAllowed) => return Some(help_to_pull(cause)),
        Subject::ImagePullSecret(name) => {
            let namespace = namespace.unwrap_or("default");
            return Some(format!(
                "create the Secret `{name}` in the namespace `{namespace}`; or {}",
                help_to_pull(cause)
            ));
        }
        Subject::Image(ImageFault::OtherPlatform | ImageFault::CannotRun) => {
            "build the image for the platform of the nodes too, or choose other nodes with the node label `kubernetes.io/arch`"
        }
        Subject::Limit(amount) if cause.exit_code.is_some() && amount.resource == "memory" => {
            "raise `resources.limits.memory`, or let the program use less"
        }
        Subject::WorkloadIdentity(IdentityFault::Label) => {
            "label the pods with `azure.workload.identity/use: \"true\"`, in the template of their workload"
        }
        Subject::WorkloadIdentity(IdentityFault::ClientId) => {
            "annotate the ServiceAccount with `azure.workload.identity/client-id`, the client ID of the managed identity"
        }
        Subject::WorkloadIdentity(IdentityFault::FederatedCredential) => {
            let namespace = namespace.unwrap_or("default");
            return Some(format!(
                "create the federated credential: `az identity federated-credential create --issuer <the cluster's \
                 oidcIssuerProfile.issuerUrl> --subject system:serviceaccount:{namespace}:<the ServiceAccount> --audiences \
                 api://AzureADTokenExchange`, with `--identity-name`, `--resource-group` and `--name`"
            ));
        }
        Subject::Paused => "remove `spec.paused`",
        _ => return None,
    };
    Some(help.to_owned())
}

/// An Azure Container Registry lets the nodes in by a role of theirs.
fn help_to_pull(cause: &Cause) -> String {
    let host = cause.image.as_deref().and_then(|image| image.split('/').next()).unwrap_or_default();
    let of_azure = [".azurecr.io", ".azurecr.cn", ".azurecr.us"].iter().find_map(|suffix| host.strip_suffix(suffix));
    match of_azure {
        Some(registry) => format!(
            "give the kubelet's identity the role AcrPull on the registry: `az aks update --name <cluster> \
             --resource-group <group> --attach-acr {registry}`; or name a Secret that allows it in `imagePullSecrets`"
        ),
        None => {
            "allow the cluster's nodes to pull from this registry, or name a Secret that allows it in `imagePullSecrets`"
                .to_owned()
        }
    }
}
