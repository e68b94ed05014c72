//! TLS and proxy → a kube client. kube gets a finished HTTP service: it reads no environment and runs no plugin of its own.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use hyper_rustls::{DefaultServerNameResolver, FixedServerNameResolver, HttpsConnector, ResolveServerName};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::Body;
use percent_encoding::percent_decode_str;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use seatrial_transport::Transport;
use url::Url;

use crate::ApiError;
use crate::access::credential::Identity;
use crate::access::{Access, Trust, settings};

/// Less than the 10 s within which "cannot reach the cluster" is said.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// Load balancers forget connections that were idle for minutes; Azure's does after four.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A kube client over the access's proxy, trust and this identity.
pub(crate) fn client(
    access: &Access,
    identity: Option<&Identity>,
    transport: &Transport,
) -> Result<kube::Client, ApiError> {
    let tls = Arc::new(tls(&access.trust, identity)?);
    let names: Arc<dyn ResolveServerName + Send + Sync> = match &access.tls_server_name {
        Some(name) => {
            let name = ServerName::try_from(name.clone());
            let name = name.map_err(|_| wrong("`tls-server-name` of the kubeconfig is not a host name"))?;
            Arc::new(FixedServerNameResolver::new(name))
        }
        None => Arc::new(DefaultServerNameResolver::default()),
    };
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT);
    let namespace = access.namespace.clone();
    let Some(proxy) = access.proxies.of(&access.base) else {
        let connector = HttpsConnector::new(tcp(), tls, false, names);
        return Ok(kube::Client::new(builder.build::<_, Body>(connector), namespace));
    };
    let roots = transport.root_store(None).map_err(settings)?;
    let tunnel = tunnel(proxy, Arc::new(verified(roots, None)?))?;
    let connector = HttpsConnector::new(tunnel, tls, false, names);
    Ok(kube::Client::new(builder.build::<_, Body>(connector), namespace))
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector.set_keepalive(Some(Duration::from_secs(30)));
    connector.set_nodelay(true);
    connector
}

/// CONNECT through the proxy, over TLS when its address says so.
fn tunnel(proxy: &Url, tls: Arc<ClientConfig>) -> Result<Tunnel<HttpsConnector<HttpConnector>>, ApiError> {
    let not_an_address = || wrong("the proxy's address is not valid");
    let port = proxy.port_or_known_default().unwrap_or(80);
    let authority = format!("{}:{port}", proxy.host_str().ok_or_else(not_an_address)?);
    let destination = Uri::builder().scheme(proxy.scheme()).authority(authority).path_and_query("/").build();
    let names = Arc::new(DefaultServerNameResolver::default());
    let to_proxy = HttpsConnector::new(tcp(), tls, false, names);
    let tunnel = Tunnel::new(destination.map_err(|_| not_an_address())?, to_proxy);
    if proxy.username().is_empty() {
        return Ok(tunnel);
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pair = format!("{}:{}", decoded(proxy.username()), decoded(proxy.password().unwrap_or_default()));
    let header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)));
    Ok(tunnel.with_auth(header.map_err(|_| not_an_address())?))
}

fn tls(trust: &Trust, identity: Option<&Identity>) -> Result<ClientConfig, ApiError> {
    match trust {
        Trust::Roots(roots) => verified(roots.clone(), identity),
        Trust::Anything => {
            let provider = provider();
            let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
            let builder = versions(provider)?.dangerous().with_custom_certificate_verifier(verifier);
            with_identity(builder, identity)
        }
    }
}

fn verified(roots: RootCertStore, identity: Option<&Identity>) -> Result<ClientConfig, ApiError> {
    with_identity(versions(provider())?.with_root_certificates(roots), identity)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn versions(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, ApiError> {
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    builder.map_err(|error| ApiError::Configuration(format!("cannot set up TLS: {error}")))
}

fn with_identity(
    builder: rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>,
    identity: Option<&Identity>,
) -> Result<ClientConfig, ApiError> {
    let Some(identity) = identity else { return Ok(builder.with_no_client_auth()) };
    let config = builder.with_client_auth_cert(identity.chain.clone(), identity.key.clone_key());
    config.map_err(|_| wrong("the client certificate and the client key do not match"))
}

fn wrong(sentence: &str) -> ApiError {
    ApiError::Configuration(sentence.to_owned())
}

/// `insecure-skip-tls-verify`: any certificate, but the handshake must be signed by its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
