//! What every connector over HTTP needs of its client: trust, deadlines, bounded answers. Speaks no protocol.

use std::path::PathBuf;
use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::Certificate;
use reqwest::Client;
use reqwest::Response;
use reqwest::Url;
use reqwest::header::DATE;
use reqwest::header::HeaderName;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;

use crate::connector::Error;
use crate::connector::Result;
use crate::connector::trust;

/// A back office that does not take a connection by now will not.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Between two pieces of an answer.
const SILENT_AT_MOST: Duration = Duration::from_secs(30);

/// For a whole answer, however it trickles.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// Nobody is kept waiting longer, whatever he was told.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

/// Whose certificates are believed.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Whether they must be valid at all.
    pub verify: bool,
    /// A certificate authority as PEM, besides those of this machine.
    pub authority: Option<PathBuf>,
}

/// Why a connection cannot even be tried.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// No address.
    #[error("{0} is no address such as https://office.example")]
    Address(String),
    /// Passwords would travel in the open.
    #[error("{0} must begin with https://, only this machine itself may be reached over http://")]
    Plain(String),
    /// No address of a mail server.
    #[error("{address} is no address such as {scheme}s://mail.example")]
    Server {
        /// What was stated.
        address: String,
        /// What the server would speak.
        scheme: &'static str,
    },
    /// Passwords for a mail server would travel in the open, and nobody said that they may.
    #[error(
        "{address} would send passwords in the open: write {scheme}s:// or {scheme}+starttls://, or \
         {scheme}+plain:// if nobody else can listen"
    )]
    PlainServer {
        /// What was stated.
        address: String,
        /// What the server would speak.
        scheme: &'static str,
    },
    /// The certificate authority.
    #[error("cannot read the certificate authority {file}: {reason}")]
    Authority {
        /// Its file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// Nobody who could log in.
    #[error("`{0}`: {1}")]
    LogIn(&'static str, &'static str),
    /// The TLS library.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

/// The address of a back office: HTTPS, or HTTP on this machine.
pub fn address(text: &str) -> std::result::Result<Url, Unusable> {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let url = url.ok_or_else(|| Unusable::Address(text.to_owned()))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback => Ok(url),
        "http" => Err(Unusable::Plain(text.to_owned())),
        _ => Err(Unusable::Address(text.to_owned())),
    }
}

/// A client for this address. It follows no redirect: the log-in would go with it.
pub fn client(url: &Url, trust: &Trust) -> std::result::Result<Client, Unusable> {
    // The program installs the same one at its start; a second time is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("Lomme/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .read_timeout(SILENT_AT_MOST)
        .timeout(ANSWER_WITHIN)
        .tls_danger_accept_invalid_certs(!trust.verify);
    if let Some(file) = &trust.authority {
        let certificates: std::result::Result<Vec<_>, _> =
            trust::authorities(file)?.iter().map(|certificate| Certificate::from_der(certificate)).collect();
        builder = builder.tls_certs_merge(certificates.map_err(|error| Unusable::Tls(error.to_string()))?);
    } else if url.scheme() == "http" {
        // Spares reading the machine's certificates, which a small container may not even have.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| Unusable::Tls(error.to_string()))
}

/// An answer that did not come: later it may.
pub fn unanswered(error: reqwest::Error) -> Error {
    let what = match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "cannot connect",
        () => "the connection broke",
    };
    let mut message = what.to_owned();
    let error = error.without_url();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        message = format!("{what}: {error}");
        cause = error.source();
    }
    Error::Later { after: None, message }
}

/// The whole body, if it is no larger than `max` bytes once unpacked.
pub async fn body(mut response: Response, max: usize) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
        if body.len() + chunk.len() > max {
            return Err(Error::Protocol(format!("an answer of more than {max} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// How long `Retry-After` wants us to wait: seconds, or a date against the answer's own.
pub fn retry_after(response: &Response) -> Option<Duration> {
    let text = |name: HeaderName| response.headers().get(name)?.to_str().ok();
    wait(text(RETRY_AFTER)?, text(DATE))
}

fn wait(value: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
    }
    let instant = |text: &str| rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp());
    let wait = instant(value)?.duration_since(instant(date?)?);
    Some(Duration::try_from(wait).unwrap_or_default().min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::address;
    use super::wait;

    #[track_caller]
    fn waits(value: &str, date: Option<&str>, seconds: Option<u64>) {
        assert_eq!(wait(value, date), seconds.map(Duration::from_secs), "{value}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = Some("Sun, 22 Nov 2026 12:00:00 GMT");
        waits("120", None, Some(120));
        waits("0", None, Some(0));
        waits("99999999", None, Some(86_400));
        waits("Sun, 22 Nov 2026 12:01:00 GMT", date, Some(60));
        waits("Sun, 22 Nov 2026 11:00:00 GMT", date, Some(0));
        waits("Sun, 22 Nov 2026 12:01:00 GMT", None, None);
        waits("soon", date, None);
    }

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        let read = address(text).map_or_else(|error| error.to_string(), |url| url.to_string());
        assert_eq!(read, expected);
    }

    #[test]
    fn a_log_in_leaves_this_machine_only_encrypted() {
        reads("https://office.example/api", "https://office.example/api");
        reads("http://127.0.0.1:8090", "http://127.0.0.1:8090/");
        reads("http://[::1]:8090", "http://[::1]:8090/");
        reads("http://localhost", "http://localhost/");
        let plain = "must begin with https://, only this machine itself may be reached over http://";
        reads("http://office.example", &format!("http://office.example {plain}"));
        reads("office", "office is no address such as https://office.example");
        reads("ftp://office.example", "ftp://office.example is no address such as https://office.example");
    }
}
