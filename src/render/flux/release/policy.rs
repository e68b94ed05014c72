//! What a HelmRelease says of hooks, tests and the definitions in `crds/`: what of them is in the cluster after an installation and an upgrade.

use seatrial_model::{Hook, HookEvent, Manifest, Node};

use crate::objects::flux_object::{is_true, items, text};

/// Which hooks are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hooks {
    at_installation: bool,
    at_upgrade: bool,
}

impl Hooks {
    pub(super) fn of(release: &Manifest) -> Hooks {
        let is_enabled = |action: &str| !is_true(release, &[action, "disableHooks"]);
        Hooks { at_installation: is_enabled("install"), at_upgrade: is_enabled("upgrade") }
    }

    pub(super) fn make(self, hook: &Hook) -> bool {
        use HookEvent::{PostInstall, PostUpgrade, PreInstall, PreUpgrade};
        let is_made = |event: &HookEvent| match event {
            PreInstall | PostInstall => self.at_installation,
            PreUpgrade | PostUpgrade => self.at_upgrade,
            _ => false,
        };
        hook.is_known && hook.events.iter().any(is_made)
    }
}

/// Which tests are run (helm-controller: `internal/action/test.go`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Tests<'a> {
    is_enabled: bool,
    filters: &'a [Node],
}

impl<'a> Tests<'a> {
    pub(super) fn of(release: &'a Manifest) -> Tests<'a> {
        Tests { is_enabled: is_true(release, &["test", "enable"]), filters: items(release, &["test", "filters"]) }
    }

    pub(super) fn make(self, hook: &Hook) -> bool {
        self.is_enabled && hook.is_known && hook.is_test()
    }

    /// Whether the test of a name passes the filters: none excludes it, and where some include, one does.
    pub(super) fn run(self, name: &str) -> bool {
        let is_excluding = |filter: &&Node| filter.get("exclude").and_then(Node::as_bool) == Some(true);
        let (excluding, including): (Vec<&Node>, Vec<&Node>) = self.filters.iter().partition(is_excluding);
        let names = |filters: &[&Node]| {
            filters.iter().any(|filter| filter.get("name").and_then(Node::scalar_text) == Some(name))
        };
        self.is_enabled && !names(&excluding) && (including.is_empty() || names(&including))
    }
}

/// What becomes of the definitions in `crds/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Definitions {
    /// Neither an installation nor an upgrade brings them.
    Skipped,
    /// They are made where they are not there yet, and left as they are where they are.
    Created,
    /// An upgrade replaces them.
    Replaced,
}

impl Definitions {
    pub(super) fn of(release: &Manifest) -> Definitions {
        let policies = ["install", "upgrade"].map(|action| text(release, &[action, "crds"]).unwrap_or("Create"));
        match policies {
            ["Skip", "Skip"] => Definitions::Skipped,
            [_, "CreateReplace"] => Definitions::Replaced,
            _ => Definitions::Created,
        }
    }
}
