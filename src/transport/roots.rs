//! Which authorities are trusted: webpki's, the system's where it has any, and the user's.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::TransportError;

/// webpki's and the system's roots. A machine without a CA file is not an error: webpki's remain.
pub(crate) fn public_roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::debug!(%error, "a system certificate could not be read");
    }
    let (added, ignored) = roots.add_parsable_certificates(system.certs);
    tracing::debug!(added, ignored, "system roots");
    roots
}

/// Only the authorities of a PEM text: for a server that names its own. `what` names it in the error.
///
/// # Errors
/// [`TransportError::Settings`] when it holds no certificate or one that cannot be read.
pub fn only_roots(pem: &[u8], what: &str) -> Result<RootCertStore, TransportError> {
    let mut roots = RootCertStore::empty();
    add_pem(&mut roots, pem, what)?;
    Ok(roots)
}

/// Adds the certificates of a PEM text; `what` names it in the error.
pub(crate) fn add_pem(roots: &mut RootCertStore, pem: &[u8], what: &str) -> Result<(), TransportError> {
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        count += 1;
        let added = certificate.ok().and_then(|der| roots.add(der).ok());
        if added.is_none() {
            return Err(TransportError::Settings(format!("certificate {count} of {what} cannot be read")));
        }
    }
    if count == 0 {
        let expected = "PEM is expected, with `-----BEGIN CERTIFICATE-----`";
        return Err(TransportError::Settings(format!("{what} contains no certificate: {expected}")));
    }
    Ok(())
}
