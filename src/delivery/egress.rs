//! The one HTTP client for URLs that others gave us: it connects where the egress rules allow.
//!
//! Not here: the rules themselves (`domain::egress`). An address written in a URL is never
//! resolved, so whoever uses this client calls `check_url` before every request; names end up in
//! the resolver here, which drops each address that is not allowed, at the time of connecting.
//! `main` builds one client and hands it to the courier.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use crate::domain::egress::{EgressRules, address_allowed};

/// How long resolving a name, connecting and the TLS handshake may take together, in seconds.
pub const CONNECT_DEADLINE_SECONDS: u64 = 5;

/// Who the client says it is.
pub const USER_AGENT: &str = concat!("fasttrack/", env!("CARGO_PKG_VERSION"));

/// Why a name led to no address; found among the sources of a [`reqwest::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The name has no address, or asking for it failed.
    #[error("the name has no address")]
    NoAddress,
    /// It has addresses, and the egress rules allow none of them.
    #[error("the name leads to no address that is allowed")]
    Blocked,
}

/// Builds the client: no redirects, no proxy, no retries of its own, and a connection for each
/// request, so that every attempt asks the rules anew.
///
/// # Errors
/// The system's root certificates cannot be used.
pub fn client(rules: &EgressRules) -> Result<reqwest::Client, reqwest::Error> {
    // The provider is the process's; that another call installed it first is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .dns_resolver(RuledResolver { rules: rules.clone() })
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(Duration::from_secs(CONNECT_DEADLINE_SECONDS))
        .build()
}

struct RuledResolver {
    rules: EgressRules,
}

impl Resolve for RuledResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = self.rules.clone();
        Box::pin(async move {
            // Port 0: the client puts the URL's own in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_err(|_| Unresolved::NoAddress)?.collect();
            if found.is_empty() {
                return Err(Unresolved::NoAddress.into());
            }
            let allowed: Vec<SocketAddr> = found.into_iter().filter(|found| address_allowed(found.ip(), &rules)).collect();
            if allowed.is_empty() {
                return Err(Unresolved::Blocked.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(name: &str, networks: &[&str]) -> Result<Vec<SocketAddr>, Unresolved> {
        let allow_private = networks.iter().map(|net| net.parse().unwrap()).collect();
        let rules = EgressRules { allow_private, ..EgressRules::default() };
        let resolver = RuledResolver { rules };
        match resolver.resolve(name.parse().unwrap()).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(*error.downcast().unwrap()),
        }
    }

    #[tokio::test]
    async fn names_lead_only_to_addresses_that_are_allowed() {
        assert_eq!(resolve("localhost", &[]).await, Err(Unresolved::Blocked));
        assert_eq!(resolve("localhost", &["10.0.0.0/8"]).await, Err(Unresolved::Blocked));
        let found = resolve("localhost", &["127.0.0.0/8"]).await.unwrap();
        assert!(!found.is_empty() && found.iter().all(|found| found.is_ipv4()), "{found:?}");
        assert_eq!(resolve("nowhere.invalid", &[]).await, Err(Unresolved::NoAddress));
    }

    #[test]
    fn the_client_builds_more_than_once() {
        assert!(client(&EgressRules::default()).is_ok());
        assert!(client(&EgressRules::default()).is_ok());
    }
}
