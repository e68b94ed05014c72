//! What an object is to the Helm release that brings it, as readers see it.

use seatrial_model::{ReleasePart, ReleaseRole};
use serde_json::{Value, json};

/// `release shop: hook pre-install, weight -5`.
pub(crate) fn told(part: &ReleasePart) -> String {
    let role = match &part.role {
        ReleaseRole::Tracked { is_kept: false } => return format!("release {}", part.release.name),
        ReleaseRole::Tracked { is_kept: true } => "kept when it is deleted".to_owned(),
        ReleaseRole::Hook(hook) => {
            let events: Vec<&str> = hook.events.iter().map(|event| event.name()).collect();
            let weight = if hook.weight == 0 { String::new() } else { format!(", weight {}", hook.weight) };
            format!("hook {}{weight}", events.join(" and "))
        }
        ReleaseRole::Definition { is_replaced: false } => "made once, never changed".to_owned(),
        ReleaseRole::Definition { is_replaced: true } => "replaced, never deleted".to_owned(),
    };
    format!("release {}: {role}", part.release.name)
}

/// The same for programs.
pub(crate) fn json(part: &ReleasePart) -> Value {
    let mut value = json!({ "name": part.release.name, "namespace": part.release.namespace });
    let role = match &part.role {
        ReleaseRole::Tracked { is_kept } => json!({ "role": "tracked", "keep": is_kept }),
        ReleaseRole::Hook(hook) => {
            let events: Vec<&str> = hook.events.iter().map(|event| event.name()).collect();
            let (weight, policies) = (hook.weight, &hook.delete_policies);
            json!({ "role": "hook", "events": events, "weight": weight, "deletePolicies": policies })
        }
        ReleaseRole::Definition { is_replaced } => json!({ "role": "definition", "replaced": is_replaced }),
    };
    if let (Some(value), Value::Object(role)) = (value.as_object_mut(), role) {
        value.extend(role);
    }
    value
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seatrial_model::{Hook, HookEvent, ReleaseName};

    use super::*;

    #[test]
    fn each_role_is_told() {
        let release = Arc::new(ReleaseName { name: "shop".to_owned(), namespace: "web".to_owned() });
        let hook = Hook {
            is_known: true,
            events: vec![HookEvent::PreInstall, HookEvent::PreUpgrade],
            weight: -5,
            delete_policies: vec!["hook-succeeded".to_owned()],
        };
        let roles = [
            (ReleaseRole::Tracked { is_kept: false }, "release shop", r#"{"keep":false,"role":"tracked"}"#),
            (
                ReleaseRole::Tracked { is_kept: true },
                "release shop: kept when it is deleted",
                r#"{"keep":true,"role":"tracked"}"#,
            ),
            (
                ReleaseRole::Hook(Arc::new(hook)),
                "release shop: hook pre-install and pre-upgrade, weight -5",
                r#"{"role":"hook","events":["pre-install","pre-upgrade"],"weight":-5,"deletePolicies":["hook-succeeded"]}"#,
            ),
            (
                ReleaseRole::Definition { is_replaced: false },
                "release shop: made once, never changed",
                r#"{"role":"definition","replaced":false}"#,
            ),
        ];
        for (role, expected, expected_json) in roles {
            let part = ReleasePart { release: Arc::clone(&release), role };
            assert_eq!(told(&part), expected);
            let mut expected: Value = serde_json::from_str(expected_json).expect("JSON");
            expected["name"] = "shop".into();
            expected["namespace"] = "web".into();
            assert_eq!(json(&part), expected);
        }
    }
}
