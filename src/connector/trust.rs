//! Whose certificates are believed, besides what an HTTP library decides by itself. Opens no connection.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::DigitallySignedStruct;
use rustls::SignatureScheme;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring;
use rustls::crypto::verify_tls12_signature;
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::pki_types::pem::PemObject as _;

use super::web::Trust;
use super::web::Unusable;

/// What TLS goes by.
pub fn tls(trust: &Trust) -> Result<Arc<ClientConfig>, Unusable> {
    let provider = Arc::new(ring::default_provider());
    let unusable = |error: rustls::Error| Unusable::Tls(error.to_string());
    let verifier: Arc<dyn ServerCertVerifier> = match (trust.verify, &trust.authority) {
        (false, _) => Arc::new(Anyone { provider: Arc::clone(&provider) }),
        (true, None) => {
            Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(&provider)).map_err(unusable)?)
        }
        (true, Some(file)) => {
            let roots = authorities(file)?;
            let verifier =
                rustls_platform_verifier::Verifier::new_with_extra_roots(roots, Arc::clone(&provider));
            Arc::new(verifier.map_err(unusable)?)
        }
    };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(unusable)?.dangerous().with_custom_certificate_verifier(verifier);
    Ok(Arc::new(config.with_no_client_auth()))
}

/// The certificates of a file.
pub fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let reason = |reason: String| Unusable::Authority { file: file.display().to_string(), reason };
    let pem = fs::read(file).map_err(|error| reason(error.to_string()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(reason("there is no certificate in it, as PEM".to_owned())),
        Err(error) => Err(reason(error.to_string())),
    }
}

/// Believes every certificate, as `verify_tls = false` asks for; the handshake itself is still checked.
#[derive(Debug)]
struct Anyone {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
