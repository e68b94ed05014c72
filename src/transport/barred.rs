//! Addresses that nothing of ours ever asks: link-local ones and the clouds' metadata services, which give credentials to whoever reaches them;
//! and loopback and private ones, where who names them has no say.
//!
//! A literal address is judged as the URL standard reads it (`0xA9FEA9FE` and `2852039166` are 169.254.169.254); what a name stands for is
//! judged at the moment of connecting, so that it cannot change in between. Through a proxy the name alone is judged: the proxy resolves it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::Private;

/// A name stands for a loopback or private address, and may not.
#[derive(Debug, thiserror::Error)]
#[error("it is a loopback or private address")]
pub(crate) struct NotPublic;

/// Names of metadata services, and everything below them.
const NAMES: [&str; 8] = [
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
];

/// Alibaba's metadata service, Oracle's older one, and Azure's "wire server": none of them is link-local.
const ADDRESSES: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];

/// A name stands for a barred address only.
#[derive(Debug, thiserror::Error)]
#[error("it is a link-local or metadata address")]
pub(crate) struct Barred;

/// Whether an address names, or literally is, one that is never asked.
#[must_use]
pub fn is_barred(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_barred_name(name),
        Some(Host::Ipv4(address)) => is_barred_address(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_barred_address(IpAddr::V6(address)),
        None => false,
    }
}

/// Whether an address literally is, or names, a loopback or private one.
pub(crate) fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => is_private_address(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_private_address(IpAddr::V6(address)),
        None => false,
    }
}

/// RFC 1918, RFC 6598 (carrier-grade NAT, which clouds use inside), loopback; RFC 4193, and IPv4 inside of IPv6.
fn is_private_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            address.is_loopback() || address.is_private() || (a == 100 && b & 0xc0 == 64) || is_barred_v4(address)
        }
        IpAddr::V6(address) => {
            let parts = address.segments();
            address.is_loopback()
                || parts[0] & 0xfe00 == 0xfc00
                // Site-local addresses, which RFC 3879 gave up.
                || parts[0] & 0xffc0 == 0xfec0
                || is_barred_v6(address)
                || v4_inside(parts).is_some_and(|inside| is_private_address(IpAddr::V4(inside)))
        }
    }
}

fn is_barred_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    // Schemes that the URL standard does not know keep `169.254.169.254` as a name.
    if let Ok(address) = name.parse::<IpAddr>() {
        return is_barred_address(address);
    }
    NAMES.iter().any(|barred| name.strip_suffix(barred).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn is_barred_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_barred_v4(address),
        IpAddr::V6(address) => is_barred_v6(address),
    }
}

/// `0.0.0.0/8` is "this host": Linux connects it to loopback, whatever the port listens for.
fn is_barred_v4(address: Ipv4Addr) -> bool {
    address.is_link_local() || address.octets()[0] == 0 || ADDRESSES.contains(&address)
}

/// fe80::/10, and Amazon's (fd00:ec2::/32) and Google's (fd20:ce::254) services; an IPv4 address inside of it counts as that.
fn is_barred_v6(address: Ipv6Addr) -> bool {
    if address == Ipv6Addr::LOCALHOST {
        return false;
    }
    let parts = address.segments();
    let google = Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254);
    address.is_unspecified()
        || parts[0] & 0xffc0 == 0xfe80
        || parts[..2] == [0xfd00, 0xec2]
        || address == google
        || v4_inside(parts).is_some_and(is_barred_v4)
}

/// Mapped (`::ffff:a.b.c.d`), compatible (`::a.b.c.d`), NAT64 (`64:ff9b::a.b.c.d`, `64:ff9b:1::a.b.c.d`), 6to4 (`2002:a.b.c.d::`) and Teredo
/// (`2001:0:…`) addresses.
fn v4_inside(parts: [u16; 8]) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match parts {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => Some(v4(high, low)),
        // RFC 4380: the address of a client is written with its bits turned round.
        [0x2001, 0, .., high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

/// Looks names up and leaves barred addresses out. A proxy is the machine's own choice: its name may stand for any address.
pub(crate) struct Names {
    pub(crate) proxies: Vec<String>,
    pub(crate) private: Private,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.proxies.iter().any(|proxy| proxy == name.as_str());
        let may_be_private = is_proxy || self.private.has(name.as_str());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !may_be_private && found.iter().any(|address| is_private_address(address.ip())) {
                return Err(NotPublic.into());
            }
            let kept = if is_proxy { found } else { permitted(found)? };
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

impl Names {
    pub(crate) fn shared(proxies: Vec<String>, private: Private) -> Arc<Names> {
        Arc::new(Names { proxies, private })
    }
}

/// Those that may be asked. A machine's own name often has a link-local address among others, so that one such bars no name.
fn permitted(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Barred> {
    let any = !found.is_empty();
    let kept: Vec<SocketAddr> = found.into_iter().filter(|address| !is_barred_address(address.ip())).collect();
    if any && kept.is_empty() { Err(Barred) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_link_local_and_metadata_addresses_however_they_are_written() {
        let barred = [
            "http://169.254.169.254/latest/meta-data",
            "http://169.254.170.2/",
            "http://2852039166/",
            "http://0xA9FEA9FE/",
            "http://0251.0376.0251.0376/",
            "http://169.254.43518/",
            "http://169.254.169.254./",
            "http://１６９.254.169.254/",
            "http://[::ffff:169.254.169.254]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[::169.254.169.254]/",
            "http://[64:ff9b::169.254.169.254]/",
            "http://[2002:a9fe:a9fe::1]/",
            "http://[fe80::1]/",
            "http://[febf::1]/",
            "http://[fd00:ec2::254]/",
            "http://[FD20:CE::254]/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://0.0.0.0:8080/",
            "http://0/",
            "http://[::]/",
            "http://metadata.google.internal/",
            "http://METADATA.google.internal./computeMetadata",
            "http://x.metadata.goog/",
            "http://metadata/",
            "gopher://169.254.169.254:80/",
        ];
        for text in barred {
            assert!(is_barred(&text.parse().expect("a test address")), "{text}");
        }
        let free = [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://10.0.0.1/",
            "http://169.253.0.1/",
            "http://[fd00::1]/",
            "http://[fec0::1]/",
            "http://[2001:db8::a9fe:a9fe]/",
            "https://metadata.example.com/",
            "https://mymetadata/",
            "https://169.254.169.254.example.com/",
            "data:text/plain,x",
        ];
        for text in free {
            assert!(!is_barred(&text.parse().expect("a test address")), "{text}");
        }
    }

    #[test]
    fn private_addresses_are_told_however_they_are_written() {
        let private = [
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://127.0.0.1/",
            "http://127.8.8.8/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://10.0.0.1/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://100.64.0.1/",
            "http://100.127.255.255/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::10.0.0.1]/",
            "http://[64:ff9b:1::10.0.0.1]/",
            "http://[2001:0:1:2:3:4:f5ff:fffe]/",
            "http://[2002:c0a8:101::1]/",
            "http://[fc00::1]/",
            "http://[fd12:3456::1]/",
            "http://[fec0::1]/",
            "http://169.254.169.254/",
            "http://0.0.0.0/",
            "http://[::]/",
        ];
        for text in private {
            assert!(is_private(&text.parse().expect("a test address")), "{text}");
        }
        let public = [
            "https://ghcr.io/",
            "https://localhost.example.com/",
            "https://172.15.0.1/",
            "https://172.32.0.1/",
            "https://100.63.0.1/",
            "https://100.128.0.1/",
            "https://192.169.0.1/",
            "https://8.8.8.8/",
            "https://[2001:db8::1]/",
            "https://[::ffff:8.8.8.8]/",
        ];
        for text in public {
            assert!(!is_private(&text.parse().expect("a test address")), "{text}");
        }
    }

    #[test]
    fn a_name_is_what_it_stands_for() {
        let addresses =
            |texts: &[&str]| texts.iter().map(|t| SocketAddr::new(t.parse().expect("an address"), 0)).collect();
        assert!(permitted(addresses(&["169.254.169.254"])).is_err());
        assert!(permitted(addresses(&["169.254.169.254", "fe80::1"])).is_err());
        assert_eq!(permitted(addresses(&["fe80::1", "10.0.0.1"])).ok(), Some(addresses(&["10.0.0.1"])));
        assert_eq!(permitted(Vec::new()).ok(), Some(Vec::new()));
    }
}
