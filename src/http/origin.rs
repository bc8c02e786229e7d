//! Where a request comes from and how it travelled, with or without a reverse proxy. Lets nobody in.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::config::Server;
use crate::web::Visitor;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The client's address, as far as it is known.
    pub(super) address: IpAddr,
    /// Whether it travelled encrypted, at least to our proxy.
    pub(super) is_encrypted: bool,
    /// Whether somebody passed it on whom we do not know.
    is_passed_on: bool,
}

impl Origin {
    pub(super) fn new(address: IpAddr, is_encrypted: bool) -> Self {
        Self { address: address.to_canonical(), is_encrypted, is_passed_on: false }
    }

    /// Takes the word of a proxy that the configuration names, and of no other.
    pub(super) fn behind_proxy(self, headers: &HeaderMap, server: &Server) -> Self {
        let last = |name: &str| {
            let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
            value.rsplit(',').next().map(str::trim)
        };
        let forwarded_for = last("x-forwarded-for");
        if !server.is_proxy(self.address) {
            let is_passed_on = forwarded_for.is_some() || headers.contains_key("forwarded");
            return Self { is_passed_on, ..self };
        }
        let address = forwarded_for.and_then(|text| text.parse::<IpAddr>().ok());
        let is_encrypted = self.is_encrypted
            || last("x-forwarded-proto").is_some_and(|text| text.eq_ignore_ascii_case("https"));
        Self {
            address: address.map_or(self.address, |address| address.to_canonical()),
            is_encrypted,
            is_passed_on: false,
        }
    }

    /// Whether passwords may be read from it (`server.plain_http`).
    pub(super) fn may_log_in(&self, server: &Server) -> bool {
        self.is_encrypted
            || server.plain_http.unwrap_or_else(|| self.address.is_loopback() || server.listen_tls.is_none())
    }

    /// The same for the pages.
    pub(super) fn visitor(self, server: &Server) -> Visitor {
        Visitor {
            address: self.address,
            is_encrypted: self.is_encrypted,
            may_log_in: self.may_log_in(server),
        }
    }

    /// Whether it may read what only this machine may (`server.metrics_from`).
    pub(super) fn may_read_metrics(&self, server: &Server) -> bool {
        let is_listed = server.metrics_from.iter().any(|address| address.to_canonical() == self.address);
        !self.is_passed_on && (self.address.is_loopback() || is_listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    const LOCAL: &str = "127.0.0.1";

    fn plain(address: &str) -> Origin {
        Origin::new(address.parse().unwrap(), false)
    }

    #[test]
    fn only_a_known_proxy_is_believed() {
        let told = headers(&[("x-forwarded-for", "1.2.3.4, 203.0.113.9"), ("x-forwarded-proto", "https")]);
        let server = Server { proxies: vec![LOCAL.parse().unwrap()], ..Server::default() };
        let known = plain(LOCAL).behind_proxy(&told, &server);
        assert_eq!((known.address.to_string().as_str(), known.is_encrypted), ("203.0.113.9", true));
        let unknown = plain(LOCAL).behind_proxy(&told, &Server::default());
        assert_eq!((unknown.address.to_string().as_str(), unknown.is_encrypted), (LOCAL, false));
        assert!(!unknown.may_read_metrics(&Server::default()));
        assert!(plain(LOCAL).may_read_metrics(&Server::default()));
    }

    #[test]
    fn plain_http_is_for_this_machine_unless_configured() {
        let tls = Server { listen_tls: Some("0.0.0.0:443".parse().unwrap()), ..Server::default() };
        assert!(plain(LOCAL).may_log_in(&tls));
        assert!(plain("::ffff:127.0.0.1").may_log_in(&tls));
        assert!(!plain("192.0.2.1").may_log_in(&tls));
        assert!(Origin::new("192.0.2.1".parse().unwrap(), true).may_log_in(&tls));
        assert!(plain("192.0.2.1").may_log_in(&Server::default()));
        assert!(plain("192.0.2.1").may_log_in(&Server { plain_http: Some(true), ..tls.clone() }));
        assert!(!plain(LOCAL).may_log_in(&Server { plain_http: Some(false), ..tls }));
    }
}
