//! `NO_PROXY`, read as Go's `golang.org/x/net/http/httpproxy` reads it, since kubectl and flux do.

use std::net::IpAddr;

/// Hosts that are reached without a proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Host {
    Any,
    Address(IpAddr),
    Network {
        base: IpAddr,
        prefix: u8,
    },
    /// The name itself and what lies below it.
    Domain(String),
    /// Only what lies below it: `.example.com`, `*.example.com`.
    Below(String),
}

impl NoProxy {
    /// Comma-separated entries; blanks around them do not count, what makes no sense matches nothing.
    pub(crate) fn parse(list: &str) -> NoProxy {
        let entries = list.split(',').map(|entry| entry.trim().to_ascii_lowercase());
        NoProxy { entries: entries.filter(|entry| !entry.is_empty()).map(|entry| Entry::parse(&entry)).collect() }
    }

    /// Whether `host` (brackets of an IPv6 address allowed) at `port` goes without a proxy. The own machine always does.
    pub(crate) fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
        let address = host.parse::<IpAddr>().ok();
        if host == "localhost" || address.is_some_and(|a| a.is_loopback()) {
            return true;
        }
        self.entries.iter().any(|entry| entry.port.is_none_or(|p| p == port) && entry.host.matches(&host, address))
    }
}

impl Entry {
    fn parse(text: &str) -> Entry {
        if let Some(host) = Host::parse_numeric(text) {
            return Entry { host, port: None };
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
            _ => (text, None),
        };
        let host = Host::parse_numeric(host).unwrap_or_else(|| Host::parse_name(host));
        Entry { host, port }
    }
}

impl Host {
    fn parse_numeric(text: &str) -> Option<Host> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Some(Host::Address(address));
        }
        let (base, prefix) = text.split_once('/')?;
        let base = base.parse::<IpAddr>().ok()?;
        let prefix = prefix.parse::<u8>().ok()?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        (prefix <= bits).then_some(Host::Network { base, prefix })
    }

    fn parse_name(text: &str) -> Host {
        if text == "*" {
            return Host::Any;
        }
        if let Some(below) = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')) {
            return Host::Below(below.to_owned());
        }
        Host::Domain(text.to_owned())
    }

    fn matches(&self, host: &str, address: Option<IpAddr>) -> bool {
        match self {
            Host::Any => true,
            Host::Address(own) => address == Some(*own),
            Host::Network { base, prefix } => address.is_some_and(|a| in_network(a, *base, *prefix)),
            Host::Domain(name) => host == name || is_below(host, name),
            Host::Below(name) => is_below(host, name),
        }
    }
}

fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

fn in_network(address: IpAddr, base: IpAddr, prefix: u8) -> bool {
    let differs = match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(a.to_bits() ^ b.to_bits()) << 96,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() ^ b.to_bits(),
        _ => return false,
    };
    differs.checked_shr(128 - u32::from(prefix)).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_no_proxy_as_go_does() {
        // list, host, port, direct?
        let table = [
            ("", "example.com", 443, false),
            ("", "localhost", 443, true),
            ("", "127.0.0.9", 443, true),
            ("", "[::1]", 443, true),
            ("*", "example.com", 443, true),
            ("*", "10.0.0.1", 443, true),
            ("example.com", "example.com", 443, true),
            ("example.com", "API.example.com", 443, true),
            ("example.com", "notexample.com", 443, false),
            (".example.com", "example.com", 443, false),
            (".example.com", "api.example.com", 443, true),
            ("*.example.com", "api.example.com", 443, true),
            ("example.com:8443", "example.com", 8443, true),
            ("example.com:8443", "example.com", 443, false),
            ("10.0.0.0/8", "10.20.30.40", 443, true),
            ("10.0.0.0/8", "11.20.30.40", 443, false),
            ("0.0.0.0/0", "11.20.30.40", 443, true),
            ("10.1.2.3/32", "10.1.2.3", 443, true),
            ("10.1.2.3/32", "10.1.2.2", 443, false),
            ("10.0.0.0/99", "10.0.0.1", 443, false),
            ("fd00::/8", "[fd12::1]", 443, true),
            ("fd00::/8", "10.0.0.1", 443, false),
            ("fd12::1", "[fd12::1]", 443, true),
            ("10.0.0.1:6443", "10.0.0.1", 6443, true),
            (" a.example , , b.example ", "b.example", 443, true),
            (".svc,.cluster.local", "shop.svc", 80, true),
        ];
        for (list, host, port, direct) in table {
            assert_eq!(NoProxy::parse(list).covers(host, port), direct, "{list:?} {host} {port}");
        }
    }
}
