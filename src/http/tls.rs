//! The certificate: from its files, or one of our own making; taken up anew when the files change. No connection here.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::ClientHello;
use rustls::server::ResolvesServerCert;
use rustls::sign::CertifiedKey;

use crate::config::Config;
use crate::secret::write_private;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificate or its key.
    #[error("cannot use {}{}: {reason}", file.display(), said_by(*key))]
    File {
        /// Which key of the configuration names it; none of a file that we made.
        key: Option<&'static str>,
        /// Which file.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Everything else that rustls refuses.
    #[error("cannot set up TLS: {0}")]
    Setup(#[from] rustls::Error),
}

/// The certificate in use.
#[derive(Debug)]
pub struct Certificates {
    files: Files,
    provider: Arc<CryptoProvider>,
    current: RwLock<(Arc<CertifiedKey>, Stamp)>,
}

#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// Whether the configuration names them.
    is_configured: bool,
}

fn said_by(key: Option<&str>) -> String {
    key.map(|key| format!(" ({key})")).unwrap_or_default()
}

/// When both files were last written.
type Stamp = [Option<SystemTime>; 2];

/// A renewed certificate is in use after this.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// iOS refuses certificates that are good for longer than 825 days.
const GOOD_FOR_DAYS: i64 = 820;
/// Ours is made anew when it has been in use for so long.
const RENEWED_AFTER: Duration = Duration::from_hours(24 * 790);

impl Certificates {
    /// Loads the configured files; where there are none, those in the data folder, made now if need be.
    pub fn load(config: &Config, now: Timestamp) -> Result<Arc<Self>, Error> {
        let files = match (&config.server.certificate, &config.server.key) {
            (Some(certificate), Some(key)) => {
                Files { certificate: certificate.clone(), key: key.clone(), is_configured: true }
            }
            (Some(_), None) | (None, Some(_)) | (None, None) => own(config, now)?,
        };
        let provider = CryptoProvider::get_default()
            .cloned()
            .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
        let stamp = files.stamp();
        let key = files.read(&provider)?;
        Ok(Arc::new(Self { files, provider, current: RwLock::new((Arc::new(key), stamp)) }))
    }

    /// What a listener needs.
    pub fn server_config(self: &Arc<Self>) -> Result<ServerConfig, Error> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        // Not HTTP/2: a phone has one request at a time, and a waiting one costs a quarter less this way.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Looks for new files now and then; never ends.
    pub async fn keep_fresh(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.refresh();
        }
    }

    fn refresh(&self) {
        let stamp = self.files.stamp();
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).1;
        if stamp == known {
            return;
        }
        match self.files.read(&self.provider) {
            Ok(key) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = (Arc::new(key), stamp);
                tracing::info!("a new certificate is in use");
            }
            // Half written perhaps: the old one serves on, and the next look tries again.
            Err(error) => tracing::warn!(%error, "the new certificate is not used"),
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).0))
    }
}

impl Files {
    fn stamp(&self) -> Stamp {
        [&self.certificate, &self.key].map(|file| fs::metadata(file).and_then(|data| data.modified()).ok())
    }

    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, Error> {
        let wrong = |file: &Path, reason: String| {
            let key = if file == self.key { "server.key" } else { "server.certificate" };
            Error::File { key: self.is_configured.then_some(key), file: file.to_owned(), reason }
        };
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(&self.certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(wrong(&self.certificate, "it holds no certificate in PEM".to_owned()));
        }
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| wrong(&self.key, error.to_string()))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| wrong(&self.key, error.to_string()))
    }
}

/// The files of our own certificate.
fn own(config: &Config, now: Timestamp) -> Result<Files, Error> {
    let folder = config.store.data.join("tls");
    let files = Files {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
        is_configured: false,
    };
    let written = fs::metadata(&files.certificate).and_then(|data| data.modified());
    let is_fresh = written.is_ok_and(|written| {
        // A time in the future is none of our business.
        SystemTime::from(now).duration_since(written).map_or(true, |age| age < RENEWED_AFTER)
    });
    if is_fresh && files.key.exists() {
        return Ok(files);
    }
    let address = config.server.listen_tls.map(|address| address.ip());
    let wrong = |reason: String| Error::File { key: None, file: files.certificate.clone(), reason };
    let (certificate, key) = make(address, now).map_err(|error| wrong(error.to_string()))?;
    let write = || -> io::Result<()> {
        fs::create_dir_all(&folder)?;
        for file in [&files.certificate, &files.key] {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        write_private(&files.key, key.as_bytes())?;
        fs::write(&files.certificate, certificate)
    };
    write().map_err(|error| wrong(error.to_string()))?;
    Ok(files)
}

/// A certificate that vouches for itself, and its key, as PEM.
fn make(address: Option<IpAddr>, now: Timestamp) -> Result<(String, String), rcgen::Error> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(host_name());
    let own = address.filter(|address| !address.is_unspecified() && !address.is_loopback());
    names.extend(own.map(|address| address.to_string()));
    let key = rcgen::KeyPair::generate()?;
    let mut parameters = rcgen::CertificateParams::new(names)?;
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "Lomme");
    parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let today = now.to_zoned(TimeZone::UTC).date();
    let day = |date: jiff::civil::Date| {
        let part = |number: i8| u8::try_from(number).unwrap_or(1);
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    // From yesterday: the phone's clock may be behind ours.
    parameters.not_before = day(today.saturating_sub(1.day()));
    parameters.not_after = day(today.saturating_add(GOOD_FOR_DAYS.days()));
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty() && name != "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_certificate_is_made_once_and_a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.data = folder.path().to_owned();
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        Certificates::load(&config, now).unwrap().server_config().unwrap();
        let file = folder.path().join("tls/certificate.pem");
        let first = fs::read(&file).unwrap();
        let certificates = Certificates::load(&config, now).unwrap();
        assert_eq!(fs::read(&file).unwrap(), first);

        // A key that does not fit is not taken up, and the old one serves on.
        let (_, other) = make(None, now).unwrap();
        fs::write(folder.path().join("tls/key.pem"), other).unwrap();
        certificates.refresh();
        let error = Certificates::load(&config, now).unwrap_err().to_string();
        assert!(error.contains("tls/key.pem"), "{error}");
    }
}
