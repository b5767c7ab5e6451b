//! TLS for clients, over any open socket: rustls with Mozilla's roots, as Node has them built in. Certificates that can't be trusted
//! end the handshake, unless the script said that it wants them anyway; then they are reported.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Mutex;

use deno_core::OpState;
use deno_core::ResourceId;
use deno_core::op2;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::json;
use tokio_rustls::TlsConnector;

use super::network_error::NetworkError;
use super::sockets::Socket;
use super::tls_verifier::Judgement;
use super::tls_verifier::Verifier;

/// What `tls.connect` was given, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TlsOptions {
    servername: String,
    /// PEM texts that replace the built-in roots.
    ca: Option<Vec<String>>,
    cert: Option<String>,
    key: Option<String>,
    reject_unauthorized: bool,
    /// The script judges the name itself.
    own_name_check: bool,
    alpn: Vec<String>,
}

/// Puts TLS over a socket. JSON: `{resource, protocol, cipher, alpn, authorizationError, certificates}`, certificates in base64.
#[op2]
#[string]
pub(crate) async fn op_net_start_tls(
    state: Rc<RefCell<OpState>>,
    #[smi] resource: ResourceId,
    #[string] options: String,
) -> Result<String, NetworkError> {
    let options: TlsOptions =
        serde_json::from_str(&options).map_err(|_| NetworkError::invalid())?;
    let judgement = Arc::new(Mutex::new(Judgement::Trusted));
    let extra = extra_roots(&state.borrow());
    let config = client_config(&options, extra, judgement.clone())?;
    let name = ServerName::try_from(options.servername.clone())
        .map_err(|_| tls_error("ERR_INVALID_ARG_VALUE", "the servername is no name"))?;
    let socket: Rc<Socket> = state
        .borrow_mut()
        .resource_table
        .take::<Socket>(resource)
        .map_err(|_| NetworkError::closed())?;
    let transport = socket.take().await.ok_or_else(NetworkError::closed)?;
    let told = |judgement: &Mutex<Judgement>| {
        let judgement = judgement.lock();
        judgement.map_or(Judgement::Trusted, |held| held.clone())
    };
    let stream = match TlsConnector::from(Arc::new(config))
        .connect(name, transport)
        .await
    {
        Ok(stream) => stream,
        Err(error) => {
            return Err(match told(&judgement) {
                Judgement::Refused { code, message } => tls_error(code, message),
                Judgement::Trusted => handshake_error(error),
            });
        }
    };
    let (_, session) = stream.get_ref();
    let facts = json!({
        "protocol": session.protocol_version().map(protocol_name),
        "cipher": session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite())),
        "alpn": session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
        "authorizationError": match told(&judgement) {
            Judgement::Trusted => None,
            Judgement::Refused { code, message } => Some(json!({ "code": code, "message": message })),
        },
        "certificates": session.peer_certificates().unwrap_or_default().iter()
            .map(|certificate| certificate.to_vec()).collect::<Vec<_>>(),
    });
    let resource = state
        .borrow_mut()
        .resource_table
        .add(Socket::new(Box::new(stream)));
    let mut facts = facts;
    facts["resource"] = json!(resource);
    Ok(facts.to_string())
}

fn client_config(
    options: &TlsOptions,
    extra: Vec<CertificateDer<'static>>,
    judgement: Arc<Mutex<Judgement>>,
) -> Result<ClientConfig, NetworkError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (mut roots, mut own) = (RootCertStore::empty(), Vec::new());
    match &options.ca {
        Some(texts) => own = texts.iter().flat_map(|text| certificates(text)).collect(),
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    if options.ca.is_none() {
        own.extend(extra);
    }
    roots.add_parsable_certificates(own.iter().cloned());
    let verifier = Verifier::new(roots, own, provider.clone(), judgement)
        .accepting(!options.reject_unauthorized)
        .without_names(options.own_name_check);
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| tls_error("ERR_SSL_PROTOCOL", error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match (&options.cert, &options.key) {
        (Some(cert), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| {
                tls_error(
                    "ERR_OSSL_PEM_NO_START_LINE",
                    "the key is no private key in PEM",
                )
            })?;
            builder
                .with_client_auth_cert(certificates(cert), key)
                .map_err(|error| tls_error("ERR_SSL_CERTIFICATE", error.to_string()))?
        }
        _ => builder.with_no_client_auth(),
    };
    config.alpn_protocols = options
        .alpn
        .iter()
        .map(|name| name.clone().into())
        .collect();
    Ok(config)
}

fn certificates(text: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .filter_map(Result::ok)
        .collect()
}

/// The file that `NODE_EXTRA_CA_CERTS` names, as Node reads it; no script chooses it, so no permission is asked.
fn extra_roots(state: &OpState) -> Vec<CertificateDer<'static>> {
    let environment = state.borrow::<Arc<BTreeMap<String, String>>>();
    environment
        .get("NODE_EXTRA_CA_CERTS")
        .and_then(|path| std::fs::read_to_string(path).ok())
        .map(|text| certificates(&text))
        .unwrap_or_default()
}

fn protocol_name(version: rustls::ProtocolVersion) -> &'static str {
    match version {
        rustls::ProtocolVersion::TLSv1_2 => "TLSv1.2",
        rustls::ProtocolVersion::TLSv1_3 => "TLSv1.3",
        _ => "unknown",
    }
}

fn tls_error(code: &'static str, message: impl Into<String>) -> NetworkError {
    NetworkError::new(code, 0, message)
}

fn handshake_error(error: std::io::Error) -> NetworkError {
    let is_protocol = error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>());
    if is_protocol {
        tls_error("EPROTO", error.to_string())
    } else if error.kind() == std::io::ErrorKind::UnexpectedEof {
        std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()
    } else {
        error.into()
    }
}
