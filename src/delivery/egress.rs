//! The HTTP clients for URLs that others gave us: they connect where the egress rules allow.
//!
//! Not here: the rules themselves (`domain::egress`). An address written in a URL is never
//! resolved, so whoever uses these clients calls `check_url` before every request; names end up in
//! the resolver here, which drops each address that is not allowed, at the time of connecting: what
//! was looked at is what is connected to. There are two, because plain HTTP may lead to fewer addresses.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use crate::domain::egress::{EgressRules, address_allowed, address_listed};

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

/// The clients, by what they speak.
#[derive(Clone, Debug)]
pub struct Clients {
    https: reqwest::Client,
    http: reqwest::Client,
}

impl Clients {
    /// Builds them: no redirects, no proxy, no retries of their own, and a connection for each
    /// request, so that every attempt asks the rules anew.
    ///
    /// # Errors
    /// The system's root certificates cannot be used.
    pub fn new(rules: &EgressRules) -> Result<Self, reqwest::Error> {
        // The provider is the process's; that another call installed it first is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = |plain: bool| {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .dns_resolver(RuledResolver { rules: rules.clone(), plain })
                .redirect(Policy::none())
                .referer(false)
                .no_proxy()
                .retry(reqwest::retry::never())
                .pool_max_idle_per_host(0)
                .http1_only()
                .connect_timeout(Duration::from_secs(CONNECT_DEADLINE_SECONDS))
                .build()
        };
        Ok(Clients { https: client(false)?, http: client(true)? })
    }

    /// The client for a URL that [`crate::domain::egress::check_url`] let through.
    pub fn of(&self, url: &url::Url) -> &reqwest::Client {
        if url.scheme() == "http" { &self.http } else { &self.https }
    }
}

struct RuledResolver {
    rules: EgressRules,
    /// Plain HTTP leads only into networks that the operator lists.
    plain: bool,
}

impl Resolve for RuledResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, plain) = (self.rules.clone(), self.plain);
        Box::pin(async move {
            // Port 0: the client puts the URL's own in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_err(|_| Unresolved::NoAddress)?.collect();
            if found.is_empty() {
                return Err(Unresolved::NoAddress.into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|found| address_allowed(found.ip(), &rules) && (!plain || address_listed(found.ip(), &rules)))
                .collect();
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
        resolve_for((name, false), networks).await
    }

    async fn resolve_for((name, plain): (&str, bool), networks: &[&str]) -> Result<Vec<SocketAddr>, Unresolved> {
        let allow_private = networks.iter().map(|net| net.parse().unwrap()).collect();
        let rules = EgressRules { allow_private, ..EgressRules::default() };
        let resolver = RuledResolver { rules, plain };
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

    #[tokio::test]
    async fn plain_http_leads_only_into_listed_networks() {
        assert!(resolve_for(("8.8.8.8", false), &["10.0.0.0/8"]).await.is_ok());
        assert_eq!(resolve_for(("8.8.8.8", true), &["10.0.0.0/8"]).await, Err(Unresolved::Blocked));
        assert_eq!(resolve_for(("localhost", true), &[]).await, Err(Unresolved::Blocked));
        assert!(resolve_for(("localhost", true), &["127.0.0.0/8"]).await.is_ok());
    }

    #[test]
    fn the_clients_build_more_than_once() {
        assert!(Clients::new(&EgressRules::default()).is_ok());
        assert!(Clients::new(&EgressRules::default()).is_ok());
    }
}
