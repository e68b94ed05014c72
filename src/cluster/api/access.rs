//! From a target to everything that is needed to reach it: address, trust, proxy and credentials.

pub(crate) mod credential;
mod credentials;
mod file;
pub(crate) mod kubeconfig;
mod plugin;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use kube::config::{AuthInfo, Cluster, ExecAuthCluster};
use rustls::RootCertStore;
use seatrial_model::{Masker, Secret};
use seatrial_transport::{Proxies, Transport, only_roots};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::access::credential::{Identity, bearer};
use crate::access::credentials::Credentials;
use crate::access::file::{read_bytes, read_text};
use crate::access::kubeconfig::Selected;
use crate::access::plugin::Plugin;
use crate::{ApiError, ClusterTarget, Environment};

/// Where a pod finds its service account (kubernetes.io: "Accessing the Kubernetes API from a Pod").
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Everything that is needed to reach a cluster.
pub(crate) struct Access {
    pub(crate) name: String,
    pub(crate) base: Url,
    pub(crate) namespace: String,
    pub(crate) trust: Trust,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) proxies: Proxies,
    pub(crate) credentials: Credentials,
    pub(crate) impersonation: Vec<(HeaderName, HeaderValue)>,
    pub(crate) notices: Vec<String>,
}

/// Whose certificate is accepted.
pub(crate) enum Trust {
    /// One that these authorities signed.
    Roots(RootCertStore),
    /// Any: `insecure-skip-tls-verify`.
    Anything,
}

impl Access {
    /// Reads what `target` names. Every credential is entered into `masker`.
    pub(crate) fn read(
        target: &ClusterTarget,
        environment: &Environment,
        transport: &Transport,
        masker: &Masker,
    ) -> Result<Access, ApiError> {
        match target {
            ClusterTarget::Kubeconfig { file, context } => {
                let selected = kubeconfig::select(file.as_deref(), context.as_deref(), environment)?;
                from_kubeconfig(selected, environment, transport, masker)
            }
            ClusterTarget::InCluster => in_cluster(Path::new(SERVICE_ACCOUNT), environment, transport, masker),
            ClusterTarget::Url(address) => Ok(Access {
                name: address.clone(),
                base: parse_address(address, "the address")?,
                namespace: "default".to_owned(),
                trust: Trust::Roots(transport.root_store(None).map_err(settings)?),
                tls_server_name: None,
                proxies: transport.proxies().clone(),
                credentials: Credentials::Nobody,
                impersonation: Vec::new(),
                notices: Vec::new(),
            }),
        }
    }

    /// `https://host:port/path` without credentials and query, and the proxy where one stands between.
    pub(crate) fn address(&self) -> String {
        let shown = bare(&self.base);
        match self.proxies.of(&self.base) {
            Some(proxy) => format!("{shown} (through the proxy {})", bare(proxy)),
            None => shown,
        }
    }
}

/// An address without user, password, query and fragment.
pub(crate) fn bare(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    format!("{}://{}{port}{path}", url.scheme(), url.host_str().unwrap_or("?"))
}

fn from_kubeconfig(
    selected: Selected,
    environment: &Environment,
    transport: &Transport,
    masker: &Masker,
) -> Result<Access, ApiError> {
    let Selected { context, namespace, cluster, user, user_name } = selected;
    let server = cluster.server.clone().filter(|server| !server.is_empty());
    let server = server.ok_or_else(|| wrong(format!("the cluster of context `{context}` has no `server`")))?;
    let base = parse_address(&server, &format!("`server` of context `{context}`"))?;
    let mut notices = Vec::new();
    let trust = trust_of(&cluster, &context, transport, &mut notices)?;
    let proxies = match cluster.proxy_url.as_deref().filter(|proxy| !proxy.is_empty()) {
        Some(proxy) => Proxies::only(proxy, "proxy-url").map_err(settings)?,
        None => transport.proxies().clone(),
    };
    let impersonation = impersonation(&user)?;
    let credentials = credentials_of(&user, &user_name, &cluster, environment, masker)?;
    Ok(Access {
        name: context,
        base,
        namespace: namespace.filter(|n| !n.is_empty()).unwrap_or_else(|| "default".to_owned()),
        trust,
        tls_server_name: cluster.tls_server_name.clone().filter(|name| !name.is_empty()),
        proxies,
        credentials,
        impersonation,
        notices,
    })
}

fn in_cluster(
    directory: &Path,
    environment: &Environment,
    transport: &Transport,
    masker: &Masker,
) -> Result<Access, ApiError> {
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let (Some(host), Some(port)) = (variable("KUBERNETES_SERVICE_HOST"), variable("KUBERNETES_SERVICE_PORT")) else {
        let needed = "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set";
        return Err(wrong(format!("not running inside a cluster: {needed}; name a context of a kubeconfig instead")));
    };
    let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let base = parse_address(&format!("https://{host}:{port}"), "the address in KUBERNETES_SERVICE_HOST")?;
    let token = directory.join("token");
    let credentials = Credentials::TokenFile(token.clone());
    masker.add(&read_text(&token, "the service account's token")?);
    let authority = read_bytes(&directory.join("ca.crt"), "the cluster's CA")?;
    let namespace = read_text(&directory.join("namespace"), "the pod's namespace");
    Ok(Access {
        name: "in-cluster".to_owned(),
        base,
        namespace: namespace.map_or_else(|_| "default".to_owned(), |text| text.trim().to_owned()),
        trust: Trust::Roots(only_roots(&authority, "the cluster's CA (`ca.crt`)").map_err(settings)?),
        tls_server_name: None,
        proxies: transport.proxies().clone(),
        credentials,
        impersonation: Vec::new(),
        notices: Vec::new(),
    })
}

fn trust_of(
    cluster: &Cluster,
    context: &str,
    transport: &Transport,
    notices: &mut Vec<String>,
) -> Result<Trust, ApiError> {
    let data = cluster.certificate_authority_data.as_deref().filter(|data| !data.is_empty());
    let file = cluster.certificate_authority.as_deref().filter(|file| !file.is_empty());
    if cluster.insecure_skip_tls_verify == Some(true) {
        if data.is_some() || file.is_some() {
            let both = "has both a certificate authority and `insecure-skip-tls-verify`";
            return Err(wrong(format!("the cluster of context `{context}` {both}: remove one")));
        }
        notices.push(format!("The server of context `{context}` is not verified (`insecure-skip-tls-verify`)."));
        return Ok(Trust::Anything);
    }
    let pem = match (data, file) {
        (Some(data), _) => decode(data, "certificate-authority-data")?,
        (None, Some(file)) => read_bytes(Path::new(file), "the certificate authority")?,
        (None, None) => return Ok(Trust::Roots(transport.root_store(None).map_err(settings)?)),
    };
    let what = format!("the certificate authority of context `{context}`");
    Ok(Trust::Roots(only_roots(&pem, &what).map_err(settings)?))
}

/// Client certificate; and of the rest the first of token, token file, user and password, plugin, as client-go has it.
fn credentials_of(
    user: &AuthInfo,
    user_name: &str,
    cluster: &Cluster,
    environment: &Environment,
    masker: &Masker,
) -> Result<Credentials, ApiError> {
    let exposed = |secret: &Option<SecretString>| {
        secret.as_ref().map(|s| s.expose_secret().to_owned()).filter(|text| !text.is_empty())
    };
    if let Some(provider) = &user.auth_provider {
        let name = &provider.name;
        let gone = "Kubernetes removed auth providers in 1.26";
        return Err(wrong(format!("user `{user_name}` uses the auth provider `{name}`: {gone}; use an exec plugin")));
    }
    let identity = identity_of(user, user_name, masker)?;
    let held = |authorization| Credentials::Held { authorization, identity: identity.clone() };
    if let Some(token) = exposed(&user.token) {
        masker.add(&token);
        return Ok(held(Some(bearer(&token))));
    }
    if let Some(file) = user.token_file.as_deref().filter(|file| !file.is_empty()) {
        masker.add(&read_text(Path::new(file), "the token file")?);
        return Ok(Credentials::TokenFile(PathBuf::from(file)));
    }
    if let (Some(name), Some(password)) = (user.username.as_deref().filter(|n| !n.is_empty()), exposed(&user.password))
    {
        masker.add(&password);
        let encoded = STANDARD.encode(format!("{name}:{password}"));
        masker.add(&encoded);
        return Ok(held(Some(Secret::new(format!("Basic {encoded}")))));
    }
    if let Some(exec) = &user.exec {
        let info = ExecAuthCluster::try_from(cluster).ok();
        return Ok(Credentials::Plugin(Box::new(Plugin::new(exec, info, user_name, environment, masker)?)));
    }
    Ok(held(None))
}

fn identity_of(user: &AuthInfo, user_name: &str, masker: &Masker) -> Result<Option<Identity>, ApiError> {
    let filled = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
    let certificate = match (filled(&user.client_certificate_data), filled(&user.client_certificate)) {
        (Some(data), _) => Some(decode(&data, "client-certificate-data")?),
        (None, Some(file)) => Some(read_bytes(Path::new(&file), "the client certificate")?),
        (None, None) => None,
    };
    let key_data = user.client_key_data.as_ref().map(|s| s.expose_secret().to_owned()).filter(|t| !t.is_empty());
    let key = match (key_data, filled(&user.client_key)) {
        (Some(data), _) => Some(decode(&data, "client-key-data")?),
        (None, Some(file)) => Some(read_bytes(Path::new(&file), "the client key")?),
        (None, None) => None,
    };
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Identity::read(&certificate, &key, user_name, masker).map(Some),
        (Some(_), None) => Err(wrong(format!("user `{user_name}` has a client certificate but no client key"))),
        (None, Some(_)) => Err(wrong(format!("user `{user_name}` has a client key but no client certificate"))),
    }
}

/// `as`, `as-uid`, `as-groups` and `as-user-extra` as headers (kubernetes.io: "User impersonation").
fn impersonation(user: &AuthInfo) -> Result<Vec<(HeaderName, HeaderValue)>, ApiError> {
    let mut texts: Vec<(String, &str)> = Vec::new();
    texts.extend(user.impersonate.iter().map(|name| ("impersonate-user".to_owned(), name.as_str())));
    texts.extend(user.impersonate_uid.iter().map(|uid| ("impersonate-uid".to_owned(), uid.as_str())));
    let groups = user.impersonate_groups.iter().flatten();
    texts.extend(groups.map(|group| ("impersonate-group".to_owned(), group.as_str())));
    for (key, values) in user.impersonate_user_extra.iter().flatten() {
        texts.extend(values.iter().map(|value| (format!("impersonate-extra-{}", key.to_lowercase()), value.as_str())));
    }
    let header = |(name, value): (String, &str)| {
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    };
    let headers: Option<Vec<_>> = texts.into_iter().filter(|(_, value)| !value.is_empty()).map(header).collect();
    headers.ok_or_else(|| {
        wrong("`as` of the kubeconfig's user contains characters that are not allowed in a header".to_owned())
    })
}

fn parse_address(text: &str, what: &str) -> Result<Url, ApiError> {
    // client-go takes a `server` without a scheme; with credentials in play we do as it does for those: HTTPS.
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&full).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut url = url.ok_or_else(|| wrong(format!("{what} is not an address of the form `https://HOST:PORT`")))?;
    // Only where the server is counts: credentials come from the user entry.
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_password(None);
    let _ = url.set_username("");
    Ok(url)
}

fn decode(data: &str, field: &str) -> Result<Vec<u8>, ApiError> {
    let compact: String = data.split_whitespace().collect();
    STANDARD.decode(compact).map_err(|_| wrong(format!("`{field}` of the kubeconfig is not valid base64")))
}

fn wrong(sentence: String) -> ApiError {
    ApiError::Configuration(sentence)
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn settings(error: seatrial_transport::TransportError) -> ApiError {
    ApiError::Configuration(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_transport::Settings;

    const AUTHORITY: &[u8] = include_bytes!("../../transport/testdata/authority.pem");

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a service account is files")]
    fn a_pod_finds_its_cluster_by_variables_and_files() {
        let directory = tempfile::tempdir().expect("a directory");
        let write = |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).expect("written");
        let pairs = [("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443")];
        let environment: Environment = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        let transport = Transport::new(&Settings::default()).expect("no settings are fine");
        let masker = Masker::new();
        let read = || in_cluster(directory.path(), &environment, &transport, &masker);

        let sentence = read().err().expect("no token").to_string();
        assert!(sentence.starts_with("the service account's token `"), "{sentence}");
        write("token", b"token-of-the-pod\n");
        let sentence = read().err().expect("no authority").to_string();
        assert!(sentence.starts_with("the cluster's CA `"), "{sentence}");
        write("ca.crt", AUTHORITY);
        write("namespace", b"ci");
        let access = read().expect("all there");
        assert_eq!((access.name.as_str(), access.namespace.as_str()), ("in-cluster", "ci"));
        assert_eq!(access.address(), "https://[fd00::1]");
        assert_eq!(masker.mask("token-of-the-pod"), "***");
    }

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let url =
            parse_address("https://bob:hunter2@host:6443/k8s/clusters/c-1/?token=hunter2", "x").expect("an address");
        assert_eq!(bare(&url), "https://host:6443/k8s/clusters/c-1");
        assert_eq!(parse_address("host:6443", "x").expect("an address").as_str(), "https://host:6443/");
        assert!(parse_address("mailto:bob", "x").is_err());
    }
}
