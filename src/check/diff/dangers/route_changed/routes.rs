//! Where the kinds that route traffic say host names and certificates.

use seatrial_model::{Manifest, Node, QuickMap, QuickSet};

/// Kinds that are read.
pub(super) const KINDS: [(&str, &str); 10] = [
    ("networking.k8s.io", "Ingress"),
    ("extensions", "Ingress"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("gateway.networking.k8s.io", "GRPCRoute"),
    ("gateway.networking.k8s.io", "TLSRoute"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("k8s.nginx.org", "VirtualServer"),
    ("networking.istio.io", "VirtualService"),
    ("networking.istio.io", "Gateway"),
    ("route.openshift.io", "Route"),
];

/// What answers: a route needs a gateway that listens for the same name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Layer {
    Routes,
    Gateways,
}

/// A host name, and where it is said.
pub(super) struct Host<'a> {
    pub(super) name: &'a str,
    pub(super) node: &'a Node,
    pub(super) field: String,
}

/// A certificate, and where it is said.
pub(super) struct Certificate<'a> {
    /// The host name; empty for all.
    pub(super) of: &'a str,
    /// The name of the secret, where that is said.
    pub(super) secret: Option<&'a str>,
    pub(super) node: &'a Node,
    pub(super) field: String,
}

/// An object that routes.
pub(super) struct Route<'a> {
    pub(super) layer: Layer,
    pub(super) hosts: Vec<Host<'a>>,
    pub(super) certificates: Vec<Certificate<'a>>,
    /// Whether it answers for any name.
    takes_all: bool,
    /// The names, and which of the certificates is theirs.
    names: QuickSet<&'a str>,
    own: QuickMap<&'a str, usize>,
}

impl<'a> Route<'a> {
    /// What an object routes; `None` for one of another kind.
    pub(super) fn of(manifest: &'a Manifest) -> Option<Route<'a>> {
        let spec = manifest.node.get("spec")?;
        let is_gateway = manifest.id.kind == "Gateway";
        let layer = if is_gateway { Layer::Gateways } else { Layer::Routes };
        let mut route = Route {
            layer,
            hosts: Vec::new(),
            certificates: Vec::new(),
            takes_all: false,
            names: QuickSet::default(),
            own: QuickMap::default(),
        };
        match (&*manifest.id.group, &*manifest.id.kind) {
            ("networking.k8s.io" | "extensions", "Ingress") => route.ingress(spec),
            ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => route.names(spec, "hostnames", ""),
            ("networking.istio.io", "VirtualService") => route.names(spec, "hosts", ""),
            ("gateway.networking.k8s.io", "Gateway") => route.listeners(spec),
            ("networking.istio.io", "Gateway") => route.servers(spec),
            ("k8s.nginx.org", "VirtualServer") => route.one_host(spec, &["tls", "secret"]),
            ("route.openshift.io", "Route") => route.one_host(spec, &["tls", "externalCertificate", "name"]),
            _ => return None,
        }
        Some(route)
    }

    /// Whether it answers for a name: by itself, by a wildcard, or as it takes all.
    pub(super) fn answers(&self, name: &str) -> bool {
        self.takes_all || self.says(name) || self.wildcards().any(|pattern| covers(pattern, name))
    }

    /// Whether a name is written in it.
    pub(super) fn says(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names that stand for others.
    pub(super) fn wildcards(&self) -> impl Iterator<Item = &'a str> {
        self.hosts.iter().map(|host| host.name).filter(|name| name.starts_with('*'))
    }

    /// The certificate of a host name: its own, else one of a wildcard, else the one of all.
    pub(super) fn certificate_of(&self, name: &str) -> Option<&Certificate<'a>> {
        let own = self.own.get(name).and_then(|place| self.certificates.get(*place));
        own.or_else(|| self.certificates.iter().find(|one| one.of.is_empty() || covers(one.of, name)))
    }

    fn host(&mut self, node: Option<&'a Node>, field: String) {
        match node.and_then(|node| Some((node.scalar_text()?, node))) {
            Some((name, node)) => {
                self.names.insert(name);
                self.hosts.push(Host { name, node, field });
            }
            None => self.takes_all = true,
        }
    }

    /// A list of host names; none stands for all of them.
    fn names(&mut self, node: &'a Node, list: &str, place: &str) {
        let items = node.get(list).map_or(&[][..], Node::items);
        self.takes_all |= items.is_empty();
        for (index, item) in items.iter().enumerate() {
            self.host(Some(item), format!("/spec{place}/{list}/{index}"));
        }
    }

    fn one_host(&mut self, spec: &'a Node, secret: &[&str]) {
        self.host(spec.get("host"), "/spec/host".to_owned());
        if let Some(tls) = spec.get("tls").filter(|tls| !tls.is_null()) {
            self.certificate("", tls, spec.at(secret), "/spec/tls".to_owned());
        }
    }

    fn certificate(&mut self, of: &'a str, tls: &'a Node, secret: Option<&'a Node>, field: String) {
        let node = secret.unwrap_or(tls);
        self.own.entry(of).or_insert(self.certificates.len());
        self.certificates.push(Certificate { of, secret: secret.and_then(Node::scalar_text), node, field });
    }

    fn ingress(&mut self, spec: &'a Node) {
        let rules = spec.get("rules").map_or(&[][..], Node::items);
        for (index, rule) in rules.iter().enumerate() {
            self.host(rule.get("host"), format!("/spec/rules/{index}/host"));
        }
        let all = spec.get("tls").map_or(&[][..], Node::items);
        for (index, tls) in all.iter().enumerate() {
            let (field, secret) = (format!("/spec/tls/{index}"), tls.get("secretName"));
            let hosts = tls.get("hosts").map_or(&[][..], Node::items);
            for host in hosts.iter().filter_map(Node::scalar_text) {
                self.certificate(host, tls, secret, field.clone());
            }
            if hosts.is_empty() {
                self.certificate("", tls, secret, field);
            }
        }
    }

    fn listeners(&mut self, spec: &'a Node) {
        let listeners = spec.get("listeners").map_or(&[][..], Node::items);
        for (index, listener) in listeners.iter().enumerate() {
            self.host(listener.get("hostname"), format!("/spec/listeners/{index}/hostname"));
            let name = listener.get("hostname").and_then(Node::as_str).unwrap_or_default();
            if let Some(tls) = listener.get("tls") {
                let references = tls.get("certificateRefs").map_or(&[][..], Node::items);
                let secret = references.first().and_then(|reference| reference.get("name"));
                self.certificate(name, tls, secret, format!("/spec/listeners/{index}/tls"));
            }
        }
    }

    fn servers(&mut self, spec: &'a Node) {
        let servers = spec.get("servers").map_or(&[][..], Node::items);
        for (index, server) in servers.iter().enumerate() {
            self.names(server, "hosts", &format!("/servers/{index}"));
            if let Some(tls) = server.get("tls").filter(|tls| tls.get("mode").is_some()) {
                let (field, secret) = (format!("/spec/servers/{index}/tls"), tls.get("credentialName"));
                for name in server.get("hosts").map_or(&[][..], Node::items).iter().filter_map(Node::scalar_text) {
                    self.certificate(name, tls, secret, field.clone());
                }
            }
        }
    }
}

/// Whether a name is another one, or a wildcard for it.
pub(super) fn covers(pattern: &str, name: &str) -> bool {
    let below = pattern.strip_prefix('*').filter(|domain| domain.is_empty() || domain.starts_with('.'));
    pattern == name || below.is_some_and(|domain| name.ends_with(domain))
}
