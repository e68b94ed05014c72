//! How hosts are asked: what the caller says of them.

use std::fmt;

use secrecy::SecretString;

/// How a host is asked.
#[derive(Clone, Debug, Default)]
pub struct HostSettings {
    /// Without TLS.
    pub plain_http: bool,
    /// Host that is asked instead, with port and path if need be: `mirror.example.com/docker`.
    pub mirror: Option<String>,
    /// Who asks, where the host wants to know.
    pub login: Option<Login>,
}

/// Who asks a registry.
#[derive(Clone)]
pub struct Login {
    /// Empty where the password is an identity token.
    pub username: String,
    /// What proves it.
    pub password: SecretString,
}

/// Nothing of it is shown.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}
