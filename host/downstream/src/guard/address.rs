//! Which addresses may be contacted.
//!
//! The classes follow IANA's special-purpose address registries (RFC 6890 and its updates), with what clouds put at fixed
//! addresses added: an instance metadata service hands credentials to whoever asks from the inside, which makes it the
//! prize of server-side request forgery.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the internet.
    Public,
    /// Into the host's own network, or back to the machine: only where the grant says `private-addresses = true`.
    Private,
    /// Nowhere that a tool has business: metadata services, link-local, multicast, reserved, documentation.
    Never,
}

/// The class of an address.
pub(crate) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

/// Azure's virtual public address of the platform: DNS, DHCP and the guest agent's channel (Microsoft documentation, "What
/// is IP address 168.63.129.16?").
const AZURE_WIRE_SERVER: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Alibaba Cloud's metadata service, in what is otherwise the shared space of carriers.
const ALIBABA_METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

fn reach_v4(address: Ipv4Addr) -> Reach {
    if address == AZURE_WIRE_SERVER || address == ALIBABA_METADATA {
        return Reach::Never;
    }
    match address.octets() {
        // This network (RFC 1122): Linux takes 0.0.0.0 for loopback.
        [0, ..]
        // Link-local, with 169.254.169.254 and the other metadata and credential services in it.
        | [169, 254, ..]
        // IETF protocol assignments, with Oracle's metadata service in them; documentation; the anycast of 6to4;
        // benchmarks.
        | [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        // Multicast, reserved, broadcast.
        | [224..=255, ..] => Reach::Never,
        [10 | 127, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        // Shared address space of carriers (RFC 6598), which clouds use inside, too.
        | [100, 64..=127, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let segments = address.segments();
    let octets = address.octets();
    let last = || Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]);
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Reach::Never,
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // IPv4-mapped, IPv4-compatible, IPv4-translated (RFC 4291 §2.5.5, RFC 2765 §2.1), NAT64 (RFC 6052 §2.1): an IPv4
        // address in other clothes.
        [0, 0, 0, 0, 0, 0xffff | 0, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => {
            disguised(last())
        }
        // 6to4 (RFC 3056 §2).
        [0x2002, ..] => disguised(Ipv4Addr::new(octets[2], octets[3], octets[4], octets[5])),
        // The metadata services of AWS and of Google, inside unique-local space.
        [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..] => Reach::Never,
        // Unique-local (RFC 4193).
        [0xfc00..=0xfdff, ..] => Reach::Private,
        // IETF protocol assignments, with Teredo in them, whose server and client are both somebody's choice;
        // documentation (RFC 3849, RFC 9637).
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Reach::Never,
        // Global unicast, as far as it is assigned (RFC 4291 §2.4).
        [0x2000..=0x3fff, ..] => Reach::Public,
        // Link-local, site-local, multicast, discard-only, local NAT64, and what has no meaning yet.
        _ => Reach::Never,
    }
}

/// An IPv4 address inside an IPv6 one. Nobody who means a public IPv4 address writes it so: it counts as private at best.
fn disguised(address: Ipv4Addr) -> Reach {
    match reach_v4(address) {
        Reach::Public | Reach::Private => Reach::Private,
        Reach::Never => Reach::Never,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn assert_all(expected: Reach, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        assert_all(
            Reach::Public,
            &[
                "8.8.8.8",
                "20.190.160.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.167.1.1",
                "223.255.255.255",
                "2603:1027:1:28::1",
                "2001:4860:4860::8888",
                "2a00:1450:4001:80b::200e",
            ],
        );
    }

    #[test]
    fn the_hosts_own_network_is_private() {
        assert_all(
            Reach::Private,
            &[
                "10.0.0.1",
                "127.0.0.1",
                "127.255.255.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.254",
                "::1",
                "fc00::1",
                "fd12:3456:789a::1",
            ],
        );
    }

    #[test]
    fn metadata_services_are_never_reached() {
        assert_all(
            Reach::Never,
            &[
                "169.254.169.254",
                "169.254.170.2",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
                "fd00:ec2::254",
                "fd00:ec2::23",
                "fd20:ce::254",
                "::ffff:169.254.169.254",
                "::169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "::ffff:0:169.254.169.254",
                "::ffff:168.63.129.16",
            ],
        );
    }

    #[test]
    fn what_leads_nowhere_is_never_reached() {
        assert_all(
            Reach::Never,
            &[
                "0.0.0.0",
                "0.1.2.3",
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.1",
                "198.18.0.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "2001:db8::1",
                "3fff::1",
                "100::1",
                "2001::1",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "64:ff9b:1::1",
                "4000::1",
            ],
        );
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_private_at_best() {
        assert_all(
            Reach::Private,
            &[
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::808:808",
                "2002:7f00:1::1",
                "2002:808:808::1",
                "::ffff:0:10.0.0.1",
            ],
        );
    }
}
