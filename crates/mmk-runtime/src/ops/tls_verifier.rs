//! Judges a server's certificate as Node does: the chain, then the name, each with Node's code. What the script wants accepted is
//! accepted, and the judgement kept beside.

use std::sync::Arc;
use std::sync::Mutex;

use rustls::CertificateError;
use rustls::DigitallySignedStruct;
use rustls::Error;
use rustls::RootCertStore;
use rustls::SignatureScheme;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::server::ParsedCertificate;

#[derive(Clone, Debug)]
pub(crate) enum Judgement {
    Trusted,
    Refused { code: &'static str, message: String },
}

#[derive(Debug)]
pub(crate) struct Verifier {
    /// None without a single root: then nothing is trusted.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that the user trusts by name; a server's own may be among them.
    own: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    judgement: Arc<Mutex<Judgement>>,
    accept_anything: bool,
    skip_names: bool,
}

impl Verifier {
    pub(crate) fn new(
        roots: RootCertStore,
        own: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
        judgement: Arc<Mutex<Judgement>>,
    ) -> Self {
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .ok();
        Self {
            chain,
            own,
            provider,
            judgement,
            accept_anything: false,
            skip_names: false,
        }
    }

    pub(crate) fn accepting(mut self, anything: bool) -> Self {
        self.accept_anything = anything;
        self
    }

    pub(crate) fn without_names(mut self, skip: bool) -> Self {
        self.skip_names = skip;
        self
    }

    fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        // OpenSSL takes a certificate that is trusted itself, whatever it may sign.
        if self.own.iter().any(|own| own == leaf) {
            return verify_server_name(&ParsedCertificate::try_from(leaf)?, name);
        }
        match &self.chain {
            Some(chain) => chain
                .verify_server_cert(leaf, intermediates, name, ocsp, now)
                .map(drop),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn word(&self, error: &Error, leaf: &CertificateDer<'_>, chain: usize) -> Judgement {
        let Error::InvalidCertificate(reason) = error else {
            return refused("ERR_SSL_CERTIFICATE", error.to_string());
        };
        match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                refused("CERT_HAS_EXPIRED", "certificate has expired")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                refused("CERT_NOT_YET_VALID", "certificate is not yet valid")
            }
            reason if is_name(reason) => refused(
                "ERR_TLS_CERT_ALTNAME_INVALID",
                format!("Hostname/IP does not match certificate's altnames: {error}"),
            ),
            CertificateError::UnknownIssuer | CertificateError::Other(_)
                if self.signed_itself(leaf) =>
            {
                refused("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate")
            }
            CertificateError::UnknownIssuer if chain > 0 => refused(
                "SELF_SIGNED_CERT_IN_CHAIN",
                "self-signed certificate in certificate chain",
            ),
            CertificateError::UnknownIssuer => refused(
                "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
                "unable to verify the first certificate",
            ),
            other => refused("CERT_REJECTED", format!("{other:?}")),
        }
    }

    /// Whether a certificate would be trusted if it were a root: then it is its own issuer.
    fn signed_itself(&self, leaf: &CertificateDer<'_>) -> bool {
        let mut roots = RootCertStore::empty();
        if roots.add(leaf.clone().into_owned()).is_err() {
            return false;
        }
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
                .build();
        let Ok(verifier) = verifier else { return false };
        let anybody = ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into());
        match verifier.verify_server_cert(leaf, &[], &anybody, &[], UnixTime::now()) {
            Ok(_) => true,
            Err(Error::InvalidCertificate(reason)) => {
                is_name(&reason) || matches!(reason, CertificateError::Other(_))
            }
            Err(_) => false,
        }
    }
}

fn refused(code: &'static str, message: impl Into<String>) -> Judgement {
    Judgement::Refused {
        code,
        message: message.into(),
    }
}

fn is_name(reason: &CertificateError) -> bool {
    matches!(
        reason,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    )
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let trusted = Ok(ServerCertVerified::assertion());
        let error = match self.judge(end_entity, intermediates, server_name, ocsp_response, now) {
            Ok(()) => return trusted,
            Err(error) => error,
        };
        if self.skip_names && matches!(&error, Error::InvalidCertificate(reason) if is_name(reason))
        {
            return trusted;
        }
        if let Ok(mut judgement) = self.judgement.lock() {
            *judgement = self.word(&error, end_entity, intermediates.len());
        }
        if self.accept_anything {
            return trusted;
        }
        Err(error)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
