//! Who may be asked for what is needed: the words of a pull request are not enough to reach a private host, or to use a credential.

use seatrial_transport::Private;

use crate::config::{Config, RegistryConfig};
use crate::context::authority::Authority;
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use indexmap::IndexMap;

/// What may be asked.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    /// How hosts are asked that somebody with the say has named.
    pub(super) registries: IndexMap<String, RegistryConfig>,
    /// Which hosts may be loopback or private.
    pub(super) private: Private,
    /// Whether only the hosts of `registries` may be asked.
    pub(super) only_named: bool,
    /// Whether credentials of this machine may be used.
    pub(super) uses_credentials: bool,
}

impl Policy {
    /// For a change: what the checkout says counts only where it has the say.
    pub(super) fn of(context: &RunContext<'_>) -> Policy {
        let trusted = context.trusted.as_ref().and_then(|config| config.as_ref().ok());
        let policy = Policy::decide(&context.authority, context.workspace.config.as_ref(), trusted);
        let ci = &context.session.ci;
        // Where the CI cannot tell whose it is, and nobody was asked, it may be a fork's.
        let is_unknown = ci.pull_request.is_some() && !ci.host.tells_forks();
        Policy { uses_credentials: policy.uses_credentials && !is_unknown, ..policy }
    }

    /// For what is rendered without a report.
    pub(super) fn under(authority: &Authority, own: Option<&Config>, session: &Session) -> Policy {
        let policy = Policy::decide(authority, own, None);
        let is_change = session.ci.pull_request.is_some();
        Policy { uses_credentials: policy.uses_credentials && !is_change, ..policy }
    }

    fn decide(authority: &Authority, own: Option<&Config>, trusted: Option<&Config>) -> Policy {
        let of = |config: Option<&Config>| config.map(|config| config.registries.clone()).unwrap_or_default();
        let named = |registries: &IndexMap<String, RegistryConfig>| {
            let mirrors = registries.values().filter_map(|registry| registry.mirror.as_deref());
            let mirrors = mirrors.map(|mirror| mirror.split('/').next().unwrap_or_default().to_owned());
            Private::Only(registries.keys().cloned().chain(mirrors).collect())
        };
        match authority {
            Authority::Checkout => {
                Policy { registries: of(own), private: Private::Allowed, only_named: false, uses_credentials: true }
            }
            Authority::Base(config) => {
                let registries = of(Some(config));
                Policy { private: named(&registries), registries, only_named: false, uses_credentials: true }
            }
            Authority::Nobody(_) => {
                let registries = of(trusted);
                Policy { private: named(&registries), registries, only_named: true, uses_credentials: false }
            }
        }
    }

    /// Whether a host may be asked.
    pub(super) fn permits(&self, host: &str) -> bool {
        !self.only_named || self.registries.contains_key(host)
    }
}
