//! Where this service may connect to on someone else's say-so: which URLs and which addresses.
//!
//! Not here: resolving names and connecting (`delivery::egress` does, and asks
//! [`address_allowed`] about every address). Registering an endpoint and every attempt to reach it
//! call [`check_url`], since a rule may have changed and an address in a URL is never resolved.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// The longest URL that is accepted, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;

/// What an operator allows beyond the default: public addresses, by HTTPS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressRules {
    /// Networks that are not public and yet allowed, such as the platform's own.
    pub allow_private: Vec<IpNet>,
    /// Plain HTTP is allowed too, into [`EgressRules::allow_private`] and nowhere else: an address in such a
    /// URL must lie there, and so must what its name resolves to ([`address_listed`]).
    pub allow_http: bool,
    /// Ports below 1024 or otherwise refused that are allowed in addition.
    pub allow_ports: Vec<u16>,
}

/// Why a URL is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EgressRefused {
    /// It is not a URL with a host, or it is too long.
    Malformed,
    /// Its scheme is not allowed.
    Scheme,
    /// It carries a user name or password.
    Userinfo,
    /// It carries a fragment, which is never sent.
    Fragment,
    /// Its port is not allowed.
    Port,
    /// Its host is an address that is not allowed.
    Address,
}

impl EgressRefused {
    /// The word that is stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            EgressRefused::Malformed => "malformed",
            EgressRefused::Scheme => "scheme",
            EgressRefused::Userinfo => "userinfo",
            EgressRefused::Fragment => "fragment",
            EgressRefused::Port => "port",
            EgressRefused::Address => "address",
        }
    }
}

impl fmt::Display for EgressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EgressRefused::Malformed => "not a URL with a host of at most 2048 bytes",
            EgressRefused::Scheme => "the URL's scheme is not allowed; use https",
            EgressRefused::Userinfo => "the URL must not contain a user name or password",
            EgressRefused::Fragment => "the URL must not contain a fragment",
            EgressRefused::Port => "the URL's port is not allowed; use 443 or one from 1024 up",
            EgressRefused::Address => "the URL's address is not a public one",
        })
    }
}

impl std::error::Error for EgressRefused {}

/// Reads a URL that this service is asked to connect to.
///
/// # Errors
/// The first rule it breaks; the error contains nothing of the URL.
pub fn check_url(url: &str, rules: &EgressRules) -> Result<Url, EgressRefused> {
    // The parser passes over blanks and line ends, and what is kept and shown is the text.
    if url.len() > URL_BYTES_MAX || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(EgressRefused::Malformed);
    }
    let url = Url::parse(url).map_err(|_| EgressRefused::Malformed)?;
    match url.scheme() {
        "https" => {}
        "http" if rules.allow_http => {}
        _ => return Err(EgressRefused::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EgressRefused::Userinfo);
    }
    if url.fragment().is_some() {
        return Err(EgressRefused::Fragment);
    }
    let address = match url.host().ok_or(EgressRefused::Malformed)? {
        Host::Domain(_) => None,
        Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
    };
    let port = url.port_or_known_default().ok_or(EgressRefused::Port)?;
    if !port_allowed(port, rules) {
        return Err(EgressRefused::Port);
    }
    if let Some(ip) = address {
        if !address_allowed(ip, rules) {
            return Err(EgressRefused::Address);
        }
        if url.scheme() == "http" && !address_listed(ip, rules) {
            return Err(EgressRefused::Scheme);
        }
    }
    Ok(url)
}

/// Whether this service may connect to an address: a public one, or one the operator allows.
///
/// An IPv6 address that leads to an IPv4 one is judged as that one.
pub fn address_allowed(ip: IpAddr, rules: &EgressRules) -> bool {
    if address_listed(ip, rules) {
        return true;
    }
    match judged(ip) {
        IpAddr::V4(v4) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(&v4)),
        IpAddr::V6(v6) => GLOBAL_UNICAST_V6.contains(&v6) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&v6)),
    }
}

/// Whether an address lies in a network that the operator lists.
pub fn address_listed(ip: IpAddr, rules: &EgressRules) -> bool {
    let ip = judged(ip);
    rules.allow_private.iter().any(|net| net.contains(&ip))
}

/// The address that counts: an IPv6 address that leads to an IPv4 one is that one.
fn judged(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => embedded_v4(v6).map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// Databases, caches and control ports: they parse enough of an HTTP request to be harmed by one.
const DANGEROUS_PORTS: [u16; 16] = [1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5900, 6379, 6443, 9200, 10250, 11211, 27017];

fn port_allowed(port: u16, rules: &EgressRules) -> bool {
    let usual = port == 443 || (port == 80 && rules.allow_http) || (port >= 1_024 && !DANGEROUS_PORTS.contains(&port));
    usual || rules.allow_ports.contains(&port)
}

/// The IANA special-purpose registry of IPv4, and multicast and the reserved rest.
const NOT_PUBLIC_V4: [Ipv4Net; 17] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    // A cloud's metadata service at a public address: 168.63.129.16 is Azure's.
    v4([168, 63, 129, 16], 32),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 31, 196, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// All that is assigned for the public so far; whatever lies outside is refused.
const GLOBAL_UNICAST_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// The parts of [`GLOBAL_UNICAST_V6`] that are not public: protocol assignments with Teredo and
/// ORCHID, both documentation networks, and a retired one.
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    v6([0x3ffe, 0, 0, 0, 0, 0, 0, 0], 16),
];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// The IPv4 address that packets for `ip` end up at: mapped, 6to4, or NAT64.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let in_segments = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(in_segments(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(in_segments(high, low)),
        [0x2002, high, low, ..] => Some(in_segments(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(networks: &[&str], allow_http: bool) -> EgressRules {
        let allow_private = networks.iter().map(|net| net.parse().unwrap()).collect();
        EgressRules { allow_private, allow_http, allow_ports: vec![] }
    }

    #[test]
    fn public_addresses_are_allowed_and_no_others() {
        let rules = EgressRules::default();
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(address_allowed(public.parse().unwrap(), &rules), "{public}");
        }
        for not_public in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "168.63.129.16",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "4000::1",
            "5f00::1",
        ] {
            assert!(!address_allowed(not_public.parse().unwrap(), &rules), "{not_public}");
        }
    }

    #[test]
    fn an_operator_allows_a_network_and_nothing_next_to_it() {
        let rules = rules(&["10.1.0.0/16", "fd12::/32"], false);
        for (ip, allowed) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("fd12::1", true),
            ("fd13::1", false),
            ("127.0.0.1", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(address_allowed(ip.parse().unwrap(), &rules), allowed, "{ip}");
        }
    }

    #[test]
    fn urls_are_refused_for_the_rule_they_break() {
        use EgressRefused::{Address, Fragment, Malformed, Port, Scheme, Userinfo};
        for (url, refused) in [
            ("", Malformed),
            ("shop.example", Malformed),
            ("https://", Malformed),
            (" https://shop.example/", Malformed),
            ("https://shop.example\n/", Malformed),
            ("ht\ttps://shop.example/", Malformed),
            ("ftp://shop.example/", Scheme),
            ("http://shop.example/", Scheme),
            ("file:///etc/passwd", Scheme),
            ("https://me@shop.example/", Userinfo),
            ("https://me:pw@shop.example/", Userinfo),
            ("https://shop.example/#top", Fragment),
            ("https://shop.example:80/", Port),
            ("https://shop.example:22/", Port),
            ("https://shop.example:6379/", Port),
            ("https://127.0.0.1/", Address),
            ("https://2130706433/", Address),
            ("https://0x7f.1/", Address),
            ("https://0177.0.0.1/", Address),
            ("https://127.1/", Address),
            ("https://127.0.0.1./", Address),
            ("https://127。0。0。1/", Address),
            ("https://１２７.0.0.1/", Address),
            ("https://①②⑦.⓪.⓪.①/", Address),
            ("https://0x7f000001/", Address),
            ("https://017700000001/", Address),
            ("https://%31%32%37.0.0.1/", Address),
            ("https://[::127.0.0.1]/", Address),
            ("https://[0:0:0:0:0:0:0:1]/", Address),
            ("https://[64:ff9b::7f00:1]/", Address),
            ("https://[64:ff9b:1::7f00:1]/", Address),
            ("https://[2002:7f00:1::]/", Address),
            ("https://[fe80::1]/", Address),
            ("https://100.100.100.200/", Address),
            ("https://0/", Address),
            ("https://[::1]/", Address),
            ("https://[::ffff:10.0.0.1]/", Address),
            ("https://169.254.169.254/latest/meta-data/", Address),
        ] {
            assert_eq!(check_url(url, &EgressRules::default()), Err(refused), "{url}");
        }
        let long = format!("https://shop.example/{}", "a".repeat(URL_BYTES_MAX));
        assert_eq!(check_url(&long, &EgressRules::default()), Err(Malformed));
    }

    #[test]
    fn usual_urls_are_allowed() {
        for url in ["https://shop.example/hooks?x=1", "https://shop.example:8443/", "https://8.8.8.8/", "https://[2606:4700::1111]:443/"] {
            assert!(check_url(url, &EgressRules::default()).is_ok(), "{url}");
        }
        let own = rules(&["127.0.0.0/8"], true);
        assert!(check_url("http://127.0.0.1:8080/hook", &own).is_ok());
        assert!(check_url("http://shop.example/", &own).is_ok());
        assert_eq!(check_url("http://127.0.0.1:22/", &own), Err(EgressRefused::Port));
        assert_eq!(check_url("http://8.8.8.8/", &own), Err(EgressRefused::Scheme));
        let ports = EgressRules { allow_ports: vec![22], ..own };
        assert!(check_url("http://127.0.0.1:22/", &ports).is_ok());
    }
}
