//! One entry of `--allow-net`: a host, with or without a port. Hosts are compared as names or as addresses, never by resolving them,
//! so that a name which leads to an allowed address allows nothing.

use std::net::IpAddr;
use std::net::Ipv6Addr;

/// `HOST`, `HOST:PORT`, `*.DOMAIN`, `[IPV6]:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRule {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    Name(String),
    /// Every name below this one, not the name itself.
    Below(String),
}

impl NetworkRule {
    /// Reads a rule, or says what is wrong with it in words that follow its text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.contains("://") || text.contains('/') {
            return Err("must be a host, not a URL");
        }
        let (host, port) = split_port(text)?;
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err("must be a host, `host:port` or `*.domain`");
        }
        let host = match host.strip_prefix("*.") {
            Some(domain) => Host::Below(plain_name(domain)),
            None => host_of(host),
        };
        Ok(Self { host, port })
    }

    /// Whether the rule covers a host at a port; without one, at any port.
    #[must_use]
    pub(crate) fn covers(&self, host: &str, port: Option<u16>) -> bool {
        let same_port = match (self.port, port) {
            (Some(rule), Some(asked)) => rule == asked,
            _ => true,
        };
        same_port && self.covers_host(host)
    }

    fn covers_host(&self, host: &str) -> bool {
        match (&self.host, host_of(host)) {
            (Host::Address(rule), Host::Address(asked)) => *rule == asked,
            (Host::Name(rule), Host::Name(asked)) => *rule == asked,
            (Host::Below(domain), Host::Name(asked)) => asked
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            _ => false,
        }
    }
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    // An IPv6 address without brackets has colons of its own and no port.
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text, None));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or("lacks the `]`")?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(parse_port(port)?),
            None if rest.is_empty() => None,
            None => return Err("has something other than a port behind the `]`"),
        };
        return Ok((address, port));
    }
    match text.rsplit_once(':') {
        Some((host, port)) => Ok((host, Some(parse_port(port)?))),
        None => Ok((text, None)),
    }
}

fn parse_port(text: &str) -> Result<u16, &'static str> {
    text.parse()
        .map_err(|_| "must have a port between 0 and 65535 behind the colon")
}

fn host_of(text: &str) -> Host {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    match bare.parse::<IpAddr>() {
        // `::ffff:127.0.0.1` is 127.0.0.1.
        Ok(address) => Host::Address(address.to_canonical()),
        Err(_) => Host::Name(plain_name(bare)),
    }
}

fn plain_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::NetworkRule;

    fn covers(rule: &str, host: &str, port: u16) -> bool {
        NetworkRule::parse(rule)
            .expect("a rule")
            .covers(host, Some(port))
    }

    #[test]
    fn hosts_are_compared_as_names_or_as_addresses() {
        assert!(covers("Example.com", "example.COM.", 80));
        assert!(!covers("example.com", "www.example.com", 80));
        assert!(!covers("example.com", "badexample.com", 80));
        assert!(covers("127.0.0.1", "::ffff:127.0.0.1", 80));
        assert!(covers("::1", "0:0:0:0:0:0:0:1", 80));
        assert!(covers("[::1]", "[::1]", 80));
        for spelling in [
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "localhost",
            "0.0.0.0",
            "::1",
            "::",
        ] {
            assert!(!covers("127.0.0.1", spelling, 80), "{spelling}");
        }
        assert!(!covers("localhost", "127.0.0.1", 80));
    }

    #[test]
    fn a_port_narrows_and_a_star_covers_what_is_below() {
        assert!(covers("example.com:443", "example.com", 443));
        assert!(!covers("example.com:443", "example.com", 80));
        assert!(covers("[::1]:80", "::1", 80));
        assert!(!covers("[::1]:80", "::1", 81));
        assert!(covers("*.example.com", "a.b.example.com", 1));
        for host in [
            "example.com",
            "xexample.com",
            ".example.com",
            "example.com.evil",
        ] {
            assert!(!covers("*.example.com", host, 1), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            "https://example.com",
            "example.com/x",
            "a b",
            "host:x",
            "host:70000",
            "[::1",
            "[::1]x",
            ":80",
        ] {
            assert!(NetworkRule::parse(text).is_err(), "{text}");
        }
    }
}
