//! `route-changed`: host names that nobody answers for any more, and their certificates. Where a kind says them stands in
//! `route_changed/routes.rs`.

mod routes;

use std::cell::LazyCell;

use seatrial_model::{Finding, Level, Manifest, QuickSet, RuleId, RuleInfo, Setting};
use seatrial_schema::is_substitution;

use super::place::at_value;
use super::{Danger, Transition};
use routes::{Certificate, Host, KINDS, Layer, Route, covers};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "route-changed",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a host name is not answered for any more, or its TLS is another one",
    page: "Whoever has the old name in a bookmark, a client or a DNS record gets a 404 or a refused connection, whatever the rollout says. Without its TLS entry a host gets the default certificate of the controller, or plain HTTP; with another secret, another certificate. Host names that another route of the change has are not told of. Keep the old name beside the new one until nobody asks for it.",
});

/// The danger.
pub(super) struct RouteChanged;

impl Danger for RouteChanged {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        let answered = LazyCell::new(|| Answered::of(transition));
        for object in transition.touched() {
            let (Some(before), Some(after)) = (transition.before(object), transition.after(object)) else { continue };
            let (Some(was), Some(now)) = (Route::of(before), Route::of(after)) else { continue };
            let gone: Vec<&Host<'_>> = was.hosts.iter().filter(|host| !now.answers(host.name)).collect();
            let new = now.hosts.iter().filter(|host| !was.says(host.name));
            let instead = new.map(Some).chain(std::iter::repeat(None));
            for (host, instead) in gone.iter().zip(instead) {
                if !is_substitution(host.name) && !answered.has(was.layer, host.name) {
                    findings.push(host_gone(host, instead, after));
                }
            }
            let names: QuickSet<&str> = gone.iter().map(|host| host.name).collect();
            let is_gone = |certificate: &&Certificate<'_>| names.contains(certificate.of);
            for certificate in was.certificates.iter().filter(|certificate| !is_gone(certificate)) {
                findings.extend(match now.certificate_of(certificate.of) {
                    Some(one) => other_certificate(certificate, one, after),
                    None if answered.certificates.contains(&(was.layer, certificate.of)) => None,
                    None => Some(certificate_gone(certificate, after)),
                });
            }
        }
    }
}

/// The host names of all routes of the head, and those that have a certificate; read when the first one is missing.
#[derive(Default)]
struct Answered<'a> {
    names: QuickSet<(Layer, &'a str)>,
    wildcards: QuickSet<(Layer, &'a str)>,
    certificates: QuickSet<(Layer, &'a str)>,
}

impl<'a> Answered<'a> {
    fn of(transition: &Transition<'a>) -> Answered<'a> {
        let mut answered = Answered::default();
        let all = KINDS.iter().flat_map(|(group, kind)| transition.head.objects.of_kind(group, kind));
        for route in all.filter_map(|manifest| Route::of(manifest)) {
            answered.names.extend(route.hosts.iter().map(|host| (route.layer, host.name)));
            answered.wildcards.extend(route.wildcards().map(|name| (route.layer, name)));
            let named = route.certificates.iter().filter(|certificate| !certificate.of.is_empty());
            answered.certificates.extend(named.map(|certificate| (route.layer, certificate.of)));
        }
        answered
    }

    fn has(&self, layer: Layer, name: &str) -> bool {
        let is_it = |(of, pattern): &(Layer, &str)| *of == layer && covers(pattern, name);
        self.names.contains(&(layer, name)) || self.wildcards.iter().any(is_it)
    }
}

/// What is said of a host of the base, and of the one that the head has instead.
fn host_gone(host: &Host<'_>, instead: Option<&Host<'_>>, after: &Manifest) -> Finding {
    let id = &after.id;
    let finding = match instead {
        Some(new) => {
            let message = format!("{id} does not answer for `{}` any more, but for `{}`", host.name, new.name);
            at_value(ID, new.node, after, new.field.clone(), message)
        }
        None => {
            let message = format!("{id} does not answer for `{}` any more", host.name);
            let place = after.node.get("spec").unwrap_or(&after.node);
            at_value(ID, place, after, host.field.clone(), message)
        }
    };
    finding.with_related(host.node.span(), "it was here")
}

fn certificate_gone(was: &Certificate<'_>, after: &Manifest) -> Finding {
    let message = format!("{} loses its TLS{}", after.id, of(was));
    let place = after.node.get("spec").unwrap_or(&after.node);
    at_value(ID, place, after, was.field.clone(), message).with_related(was.node.span(), "it was here")
}

/// What is said where the certificate comes from another secret.
fn other_certificate(was: &Certificate<'_>, now: &Certificate<'_>, after: &Manifest) -> Option<Finding> {
    let (old, new) = (was.secret?, now.secret?);
    if old == new || is_substitution(old) || is_substitution(new) {
        return None;
    }
    let message = format!("{} takes its certificate{} from `{new}`, no longer from `{old}`", after.id, of(was));
    Some(at_value(ID, now.node, after, now.field.clone(), message).with_related(was.node.span(), "the base has this"))
}

/// ` for web.acme.io`, with the name in backticks.
fn of(certificate: &Certificate<'_>) -> String {
    if certificate.of.is_empty() { String::new() } else { format!(" for `{}`", certificate.of) }
}
