//! Why admission refuses a pod, or a workload: quota, limit range, service account, Pod Security, policies and webhooks.

use seatrial_model::{Amount, Cause, Subject};

use crate::messages::reference::quoted;

/// What of the workload is refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) subject: Option<Subject>,
    /// The container that is told.
    pub(crate) container: Option<String>,
}

/// The words of an API server that refuses or warns of an object, as a cause.
#[must_use]
pub fn told_by_admission(said: &str) -> Cause {
    let Refused { subject, container } = refused(said);
    Cause { container, ..Cause::of_object("Refused", said).about(subject) }
}

/// What of the workload the words are about.
pub(crate) fn refused(said: &str) -> Refused {
    let about = |subject| Refused { subject: Some(subject), container: None };
    if let Some(subject) = quota(said) {
        return about(subject);
    }
    if let Some((_, missing)) = said.split_once(": must specify ") {
        return unspecified(missing);
    }
    if let Some((_, rest)) = said.split_once("error looking up service account ") {
        let account = rest.split(':').next().unwrap_or(rest);
        return about(Subject::ServiceAccount(account.rsplit('/').next().unwrap_or(account).to_owned()));
    }
    if let Some((_, rest)) = said.split_once("no PriorityClass with name ") {
        return about(Subject::PriorityClass(rest.split(' ').next().unwrap_or(rest).to_owned()));
    }
    if let Some(name) = quoted(said, "RuntimeClass \"") {
        return about(Subject::RuntimeClass(name.to_owned()));
    }
    if let Some((_, violations)) = said.split_once(" PodSecurity \"") {
        return pod_security(violations);
    }
    Refused { subject: limit_range(said).or_else(|| field(said)).or_else(|| admission(said)), container: None }
}

/// `exceeded quota: q, requested: limits.memory=1Gi,pods=1, used: limits.memory=0,pods=1, limited: limits.memory=512Mi,pods=1`.
fn quota(said: &str) -> Option<Subject> {
    let (_, rest) = said.split_once("exceeded quota: ")?;
    let list = |begin: &str| -> Vec<(&str, &str)> {
        let list = rest.split_once(begin).map_or("", |(_, list)| list.split(", ").next().unwrap_or(list));
        list.split(',').filter_map(|pair| pair.trim().split_once('=')).collect()
    };
    let (requested, used) = (list("requested: "), list("used: "));
    // What nothing else uses is too much for a single pod.
    let is_too_small = |resource: &str| used.iter().any(|(name, amount)| *name == resource && *amount == "0");
    let alone = requested.iter().find(|(resource, _)| is_too_small(resource));
    let (resource, _) = alone.or(requested.first())?;
    Some(Subject::Quota { resource: (*resource).to_owned(), is_too_small: alone.is_some() })
}

/// `failed quota: q: must specify limits.memory for: web; requests.cpu for: web`.
fn unspecified(missing: &str) -> Refused {
    let (resource, containers) = missing.split_once(" for: ").unwrap_or((missing, ""));
    let resource = resource.split(',').next().unwrap_or(resource).trim();
    let subject = match resource.split_once('.') {
        Some(("limits", resource)) => Subject::Limit(Amount::of(resource)),
        Some(("requests", resource)) => Subject::Request(Amount::of(resource)),
        _ => Subject::Request(Amount::of(resource)),
    };
    let container = containers.split([',', ';', ' ']).next().filter(|name| !name.is_empty());
    Refused { subject: Some(subject), container: container.map(str::to_owned) }
}

/// `maximum memory usage per Container is 64Mi, but limit is 128Mi` (kubernetes: `plugin/pkg/admission/limitranger`).
fn limit_range(said: &str) -> Option<Subject> {
    let (bound, asked) = said.split_once(" usage per ")?;
    let resource = bound.rsplit([' ', '[']).next()?.to_owned();
    let of = |word: &str| {
        let (_, rest) = asked.split_once(word)?;
        Some(rest.trim_start().split([',', ' ']).next()?.trim_end_matches(['.', ']']).to_owned())
    };
    if let Some(quantity) = of("but request is ") {
        return Some(Subject::Request(Amount { resource, quantity: Some(quantity) }));
    }
    let is_request = asked.contains("No request is specified");
    let amount = Amount { resource, quantity: of("but limit is ") };
    Some(if is_request { Subject::Request(amount) } else { Subject::Limit(amount) })
}

/// `restricted:latest": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), …`
/// (pod-security-admission: `policy/check_*.go`): the first one.
fn pod_security(violations: &str) -> Refused {
    let (_, first) = violations.split_once("\": ").unwrap_or(("", violations));
    let end = first.find(')').unwrap_or(first.len());
    let first = first.get(..end).unwrap_or(first);
    let names = quoted(first, "container \"").or_else(|| quoted(first, "containers \""));
    let container = names.map(str::to_owned);
    let (_, why) = first.split_once('(').unwrap_or(("", first));
    let subject = if let Some((_, rest)) = why.split_once("securityContext.") {
        let field = rest.split([' ', '=', ',']).next().unwrap_or(rest);
        Subject::SecurityContext(field.to_owned())
    } else if let Some(volume) = quoted(why, "volume \"").or_else(|| quoted(why, "volumes \"")) {
        Subject::Volume(volume.to_owned())
    } else if why.contains("hostPort") {
        Subject::HostPort
    } else if let Some((_, rest)) = why.split_once("runAs") {
        let field = rest.split([' ', '=', ',']).next().unwrap_or(rest);
        Subject::SecurityContext(format!("runAs{field}"))
    } else {
        // `host namespaces (hostNetwork=true, hostPID=true)`.
        let field = why.split(['=', ',', ' ']).next().unwrap_or(why);
        Subject::PodField(format!("spec.{field}"))
    };
    Refused { subject: Some(subject), container }
}

/// A field that the words name: `spec.containers[0].image must not be latest`.
fn field(said: &str) -> Option<Subject> {
    let named = said.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|c: char| "`'\"(),:;.".contains(c));
        let path = word.strip_prefix("object.").unwrap_or(word);
        let known =
            path.starts_with("spec.") || path.starts_with("metadata.labels") || path.starts_with("metadata.annot");
        (known && !path.contains('(')).then_some(path)
    })?;
    Some(Subject::PodField(named.to_owned()))
}

/// The policy or the webhook that refuses, or does not answer.
fn admission(said: &str) -> Option<Subject> {
    let policy = said.split_once("ValidatingAdmissionPolicy '").and_then(|(_, rest)| rest.split_once('\''));
    if let Some((name, _)) = policy {
        return Some(Subject::Policy(name.to_owned()));
    }
    let name = quoted(said, "admission webhook \"").or_else(|| quoted(said, "failed calling webhook \""))?;
    Some(Subject::Webhook(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_refused() {
        let quota = |resource: &str, is_too_small| Subject::Quota { resource: resource.to_owned(), is_too_small };
        let amount = |resource: &str, quantity: Option<&str>| Amount {
            resource: resource.to_owned(),
            quantity: quantity.map(str::to_owned),
        };
        let table = [
            ("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1", quota("pods", false), None),
            (
                "exceeded quota: q, requested: limits.memory=1Gi,pods=1, used: limits.memory=0,pods=4, limited: limits.memory=512Mi,pods=4",
                quota("limits.memory", true),
                None,
            ),
            (
                "failed quota: memory: must specify limits.memory for: web",
                Subject::Limit(amount("memory", None)),
                Some("web"),
            ),
            (
                "error looking up service account shop/shop: serviceaccount \"shop\" not found",
                Subject::ServiceAccount("shop".to_owned()),
                None,
            ),
            (
                "[maximum memory usage per Container is 32Mi, but limit is 64Mi, maximum cpu usage per Container is 1, but limit is 2]",
                Subject::Limit(amount("memory", Some("64Mi"))),
                None,
            ),
            (
                "minimum cpu usage per Container is 100m, but request is 64m",
                Subject::Request(amount("cpu", Some("64m"))),
                None,
            ),
            ("no PriorityClass with name urgent was found", Subject::PriorityClass("urgent".to_owned()), None),
            (
                "violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"web\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"web\" must set securityContext.capabilities.drop=[\"ALL\"])",
                Subject::SecurityContext("allowPrivilegeEscalation".to_owned()),
                Some("web"),
            ),
            (
                "violates PodSecurity \"baseline:latest\": privileged (container \"side\" must not set securityContext.privileged=true)",
                Subject::SecurityContext("privileged".to_owned()),
                Some("side"),
            ),
            (
                "violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true, hostPID=true)",
                Subject::PodField("spec.hostNetwork".to_owned()),
                None,
            ),
            (
                "violates PodSecurity \"baseline:latest\": hostPath volumes (volume \"host\")",
                Subject::Volume("host".to_owned()),
                None,
            ),
            (
                "violates PodSecurity \"baseline:latest\": hostPort (container \"web\" uses hostPort 8080)",
                Subject::HostPort,
                Some("web"),
            ),
            (
                "ValidatingAdmissionPolicy 'images' with binding 'images' denied request: spec.containers[0].image must have a digest",
                Subject::PodField("spec.containers[0].image".to_owned()),
                None,
            ),
            (
                "ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: at least two replicas",
                Subject::Policy("replicas".to_owned()),
                None,
            ),
            (
                "admission webhook \"labels.example.com\" denied the request: the label `cost-centre` is missing, see https://wiki.example.com/labels",
                Subject::Webhook("labels.example.com".to_owned()),
                None,
            ),
            (
                "Internal error occurred: failed calling webhook \"labels.example.com\": failed to call webhook: Post \"https://x\": context deadline exceeded",
                Subject::Webhook("labels.example.com".to_owned()),
                None,
            ),
        ];
        for (said, subject, container) in table {
            let expected = Refused { subject: Some(subject), container: container.map(str::to_owned) };
            assert_eq!(refused(said), expected, "{said}");
        }
        assert_eq!(refused("something else"), Refused::default());
    }
}
