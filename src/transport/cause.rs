//! A chain of errors → the clause that a person can act on. Never an address with its query, never a header.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::barred::{Barred, NotPublic};

/// The innermost cause of a failed connection or request as a clause: TLS trouble says what is wrong with the certificate.
#[must_use]
pub fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut current = error;
    loop {
        if let Some(clause) = known(current) {
            return clause;
        }
        match next(current) {
            Some(inner) => current = inner,
            None => return current.to_string(),
        }
    }
}

/// Whether the other side's certificate, or TLS with it at all, is the trouble: another attempt would fail in the same way.
#[must_use]
pub fn is_tls(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |current| next(*current)).any(|e| e.is::<rustls::Error>())
}

/// Whether a name was not asked for because of what it stands for.
pub(crate) fn is_barred_name(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |current| next(*current)).any(|e| e.is::<Barred>())
}

/// Whether a name was not asked for because it stands for a loopback or private address.
pub(crate) fn is_private_name(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |current| next(*current)).any(|e| e.is::<NotPublic>())
}

/// `io::Error::source` skips the error it wraps, so that one is asked for by name.
fn next<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn known(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(tls));
    }
    let io = error.downcast_ref::<io::Error>()?;
    let clause = match io.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::ConnectionReset => "the connection was reset",
        io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => "the connection was cut",
        io::ErrorKind::NotConnected => "the connection was closed",
        io::ErrorKind::NetworkUnreachable => "no route to that network",
        io::ErrorKind::HostUnreachable => "no route to that host",
        io::ErrorKind::TimedOut => "no answer to the connection attempt",
        io::ErrorKind::UnexpectedEof if io.get_ref().is_none_or(|inner| !inner.is::<rustls::Error>()) => {
            "the connection ended in the middle"
        }
        _ => return lookup_failure(io),
    };
    Some(clause.to_owned())
}

/// A name that does not resolve: the system's words differ, the prefix is the standard library's.
fn lookup_failure(io: &io::Error) -> Option<String> {
    let text = io.to_string();
    let detail = text.strip_prefix("failed to lookup address information")?;
    Some(format!("its name does not resolve ({})", detail.trim_start_matches([':', ' '])))
}

fn of_tls(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(certificate) => of_certificate(certificate),
        rustls::Error::InvalidMessage(_) => "it does not speak TLS there (is it plain HTTP?)".to_owned(),
        rustls::Error::AlertReceived(alert) => format!("it refused the TLS handshake ({alert:?})"),
        other => format!("TLS: {other}"),
    }
}

fn of_certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "its TLS certificate is signed by an authority that is not trusted here (add a private CA to the CA bundle)"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its TLS certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its TLS certificate is not valid yet".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its TLS certificate is for another name".to_owned()
        }
        CertificateError::Revoked => "its TLS certificate is revoked".to_owned(),
        // webpki's own words for a certificate that signs itself; there is no variant for it.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "its TLS certificate is a self-signed CA certificate, not a server certificate".to_owned()
        }
        other => format!("its TLS certificate is not acceptable ({other})"),
    }
}
