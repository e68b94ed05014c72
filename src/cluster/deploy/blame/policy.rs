//! What a ValidatingAdmissionPolicy looks at: the field that its expression reads, where its sentence names none.

use seatrial_api::Cluster;
use seatrial_model::{Cause, ObjectId, Subject};
use serde_json::Value;

const API_VERSION: &str = "admissionregistration.k8s.io/v1";
const GROUP: &str = "admissionregistration.k8s.io";

/// The same cause, about the field, where the policy is there, may be read and tells.
pub(crate) async fn located(cluster: &Cluster, cause: Cause) -> Cause {
    let Some(Subject::Policy(name)) = &cause.subject else { return cause };
    let id = ObjectId::new(GROUP, "ValidatingAdmissionPolicy", None, name);
    let policy = cluster.get(API_VERSION, &id).await.ok().flatten();
    let field = policy.and_then(|policy| field_of(&policy, &cause.text));
    match field {
        Some(field) => cause.about(Subject::PodField(field)),
        None => cause,
    }
}

/// The first field that the expression reads whose sentence was said.
fn field_of(policy: &Value, said: &str) -> Option<String> {
    let text =
        |validation: &Value, key: &str| validation.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let validations = policy.pointer("/spec/validations")?.as_array()?;
    // Without a message the expression itself is said.
    let is_said = |v: &&Value| {
        let (message, expression) = (text(v, "message"), text(v, "expression"));
        let words = if message.trim().is_empty() { expression } else { message };
        said.contains(words.trim())
    };
    let failed = validations.iter().find(is_said).or_else(|| validations.first().filter(|_| validations.len() == 1))?;
    first_path(&text(failed, "expression"))
}

/// `object.spec.replicas >= 2` → `spec.replicas`.
fn first_path(expression: &str) -> Option<String> {
    let (_, rest) = expression.split_once("object.")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_')).unwrap_or(rest.len());
    let path = rest.get(..end)?;
    // A method is called on what stands before it: `object.spec.containers.all(c, …)`.
    let is_called = rest.get(end..).is_some_and(|after| after.starts_with('('));
    let path = if is_called { path.rsplit_once('.')?.0 } else { path };
    path.contains('.').then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_field_of_the_validation_that_was_said() {
        let policy = json!({ "spec": { "validations": [
            { "expression": "has(object.metadata.labels) && 'team' in object.metadata.labels", "message": "name the team" },
            { "expression": "object.spec.replicas >= 2", "message": "two replicas" },
            { "expression": "object.spec.template.spec.containers.all(c, c.image.contains('@'))" },
        ] } });
        let table = [
            ("denied request: two replicas", Some("spec.replicas")),
            ("denied request: name the team", Some("metadata.labels")),
            (
                "denied request: failed expression: object.spec.template.spec.containers.all(c, c.image.contains('@'))",
                Some("spec.template.spec.containers"),
            ),
            ("denied request: something else", None),
        ];
        for (said, expected) in table {
            assert_eq!(field_of(&policy, said).as_deref(), expected, "{said}");
        }
        assert_eq!(first_path("request.userInfo.username == 'a'"), None);
    }
}
