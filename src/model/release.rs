//! What an object is to the Helm release that brings it: what an upgrade changes and deletes, and what it never does.

use std::sync::Arc;

/// A release, as Helm knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseName {
    /// Its name.
    pub name: String,
    /// The namespace that it is installed into.
    pub namespace: String,
}

/// An object as a part of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasePart {
    /// The release, shared by all of its objects.
    pub release: Arc<ReleaseName>,
    /// What the object is to it.
    pub role: ReleaseRole,
}

/// What an object is to its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseRole {
    /// The manifest of the release has it: an upgrade changes it, and deletes it when the chart does not print it any more. What
    /// `helm.sh/resource-policy: keep` marks is left where it is, and belongs to nobody then.
    Tracked {
        /// Whether it is marked so.
        is_kept: bool,
    },
    /// It is made at certain moments and not tracked: nobody deletes it when it is not printed any more.
    Hook(Arc<Hook>),
    /// It lies in `crds/`: it is installed once, and no upgrade and no uninstallation deletes it.
    Definition {
        /// Whether an upgrade replaces it, as helm-controller does with the policy `CreateReplace`.
        is_replaced: bool,
    },
}

/// When a hook is made, and when it is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Whether Helm knows all of its events; else it passes over the document, without a word.
    pub is_known: bool,
    /// The moments.
    pub events: Vec<HookEvent>,
    /// Lower ones come first.
    pub weight: i64,
    /// `before-hook-creation`, `hook-succeeded`, `hook-failed`, as written; none counts as the first.
    pub delete_policies: Vec<String>,
}

impl Hook {
    /// Whether it is a test.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}

/// The moment of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

/// The events and their names, the one that Helm prints first.
const EVENTS: [(&str, HookEvent); 10] = [
    ("pre-install", HookEvent::PreInstall),
    ("post-install", HookEvent::PostInstall),
    ("pre-delete", HookEvent::PreDelete),
    ("post-delete", HookEvent::PostDelete),
    ("pre-upgrade", HookEvent::PreUpgrade),
    ("post-upgrade", HookEvent::PostUpgrade),
    ("pre-rollback", HookEvent::PreRollback),
    ("post-rollback", HookEvent::PostRollback),
    ("test", HookEvent::Test),
    ("test-success", HookEvent::Test),
];

impl HookEvent {
    /// The event of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<HookEvent> {
        EVENTS.iter().find(|(known, _)| *known == name).map(|(_, event)| *event)
    }

    /// Its name: `pre-install`.
    #[must_use]
    pub fn name(self) -> &'static str {
        EVENTS.iter().find(|(_, event)| *event == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_name_and_may_be_written_in_another_way() {
        for (name, event) in EVENTS {
            assert_eq!(HookEvent::named(name), Some(event));
            assert_eq!(HookEvent::named(event.name()), Some(event));
        }
        assert_eq!(HookEvent::Test.name(), "test");
        assert_eq!(HookEvent::named("crd-install"), None);
    }
}
