//! The client itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Request, Response};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::Instant;
use url::Url;

use crate::barred::{Names, is_private};
use crate::cause::{is_barred_name, is_private_name, is_tls};
use crate::proxy::host_and_port;
use crate::retry::ATTEMPTS;
use crate::{Backoff, Private, Proxies, Redirects, Retry, Settings, TransportError, innermost, is_barred};
use crate::{redirect, retry_after, roots};

/// What servers are told of us.
pub const USER_AGENT: &str = concat!("seatrial/", env!("CARGO_PKG_VERSION"));

/// A connection that is not there by then will not come.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client that builds requests itself may forget a deadline: no answer pauses longer than this.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// As many as browsers and curl allow in earnest.
const MOST_REDIRECTS: usize = 10;

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    proxies: Proxies,
    roots: RootCertStore,
    client: Client,
    seed: AtomicU64,
}

/// One attempt that failed, and whether the server may have received it.
struct Failure {
    error: TransportError,
    again: Again,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It was not sent: nothing speaks against another attempt.
    Always,
    /// It may have been carried out.
    WhenIdempotent,
    /// It will fail in the same way: an untrusted certificate.
    Never,
}

impl Transport {
    /// Builds the client.
    ///
    /// # Errors
    /// [`TransportError::Settings`] for an unreadable CA bundle or proxy address.
    #[allow(clippy::disallowed_methods, reason = "the rim: what differs between jobs is the process")]
    pub fn new(settings: &Settings) -> Result<Transport, TransportError> {
        let proxies = Proxies::new(settings)?;
        let mut trusted = roots::public_roots();
        if let Some(bundle) = &settings.ca_bundle {
            roots::add_pem(&mut trusted, bundle, "the CA bundle")?;
        }
        let client = client(&trusted, &proxies, &settings.private)?;
        // The process id differs between jobs that start at the same moment: that is all that jitter needs.
        let seed = AtomicU64::new(u64::from(std::process::id()) << 32);
        let inner = Inner { settings: settings.clone(), proxies, roots: trusted, client, seed };
        Ok(Transport(Arc::new(inner)))
    }

    /// The client for one that builds requests itself. It follows no redirect.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// The settings it was built from.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The proxies it uses: for clients that are not reqwest.
    #[must_use]
    pub fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }

    /// TLS with this transport's roots, and further ones in PEM: for clients that are not reqwest.
    ///
    /// # Errors
    /// [`TransportError::Settings`] for roots that cannot be read.
    pub fn root_store(&self, more: Option<&[u8]>) -> Result<RootCertStore, TransportError> {
        let mut trusted = self.0.roots.clone();
        if let Some(pem) = more {
            roots::add_pem(&mut trusted, pem, "the CA data")?;
        }
        Ok(trusted)
    }

    /// A new series of waits between attempts, different from those given out before.
    #[must_use]
    pub fn backoff(&self) -> Backoff {
        Backoff::new(self.0.seed.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a request within `deadline`, again where `retry` allows: exponential with jitter of a given seed, and not before `Retry-After`.
    /// A wait that would pass the deadline is not begun: what there is by then is the result. Reading the body counts into the deadline.
    /// Redirects are followed within the origin.
    ///
    /// # Errors
    /// See [`TransportError`]. An HTTP error status is an answer, not an error.
    pub async fn send(&self, request: Request, retry: Retry, deadline: Duration) -> Result<Response, TransportError> {
        self.send_through(request, Redirects::Follow(&[]), retry, deadline).await
    }

    /// The same with other redirects.
    ///
    /// # Errors
    /// See [`TransportError`]. An HTTP error status is an answer, not an error.
    pub async fn send_through(
        &self,
        request: Request,
        redirects: Redirects<'_>,
        retry: Retry,
        deadline: Duration,
    ) -> Result<Response, TransportError> {
        let end = Instant::now() + deadline;
        let mut backoff = self.backoff();
        let mut pending = Some(request);
        loop {
            let Some(attempt) = pending.take() else {
                return Err(TransportError::Settings("a request without a body that can be sent".to_owned()));
            };
            pending = if backoff.failures() + 1 < ATTEMPTS { attempt.try_clone() } else { None };
            let left = end.saturating_duration_since(Instant::now());
            let outcome = self.try_once(attempt, redirects, left, deadline).await;
            let Some(asked) = wait_before_next(&outcome, retry) else { return finish(outcome) };
            let wait = backoff.next_wait_asked(asked);
            if pending.is_none() || Instant::now() + wait >= end {
                return finish(outcome);
            }
            tracing::debug!(wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), "sending again");
            tokio::time::sleep(wait).await;
        }
    }

    /// Sends a request once, for callers with a patience of their own.
    ///
    /// # Errors
    /// See [`TransportError`]. An HTTP error status is an answer, not an error.
    pub async fn attempt(
        &self,
        request: Request,
        redirects: Redirects<'_>,
        deadline: Duration,
    ) -> Result<Response, TransportError> {
        finish(self.try_once(request, redirects, deadline, deadline).await)
    }

    /// `left` limits this attempt with all its redirects, `whole` is what the error speaks of. The body of a redirect is not read.
    async fn try_once(
        &self,
        request: Request,
        redirects: Redirects<'_>,
        left: Duration,
        whole: Duration,
    ) -> Result<Response, Failure> {
        let end = Instant::now() + left;
        let mut asked = request;
        for _ in 0..MOST_REDIRECTS {
            if redirects == Redirects::Stop {
                break;
            }
            let again = asked.try_clone();
            let answer = self.ask(asked, end, whole).await?;
            let Some(again) = again else { return Ok(answer) };
            match redirect::next(&again, answer.status(), answer.headers(), redirects) {
                Ok(Some(next)) => asked = next,
                Ok(None) => return Ok(answer),
                Err((to, why)) => {
                    let (address, to) = (self.address(again.url()), redirect::shown_origin(&to));
                    let error = TransportError::Redirected { address, to, why };
                    return Err(Failure { error, again: Again::Never });
                }
            }
        }
        self.ask(asked, end, whole).await
    }

    /// One request, one answer.
    async fn ask(&self, mut request: Request, end: Instant, whole: Duration) -> Result<Response, Failure> {
        let url = request.url().clone();
        if is_barred(&url) {
            let error = TransportError::Barred { address: self.address(&url) };
            return Err(Failure { error, again: Again::Never });
        }
        if is_private(&url) && !url.host_str().is_some_and(|host| self.0.settings.private.has(host)) {
            let error = TransportError::Private { address: self.address(&url) };
            return Err(Failure { error, again: Again::Never });
        }
        *request.timeout_mut() = Some(end.saturating_duration_since(Instant::now()));
        self.0.client.execute(request).await.map_err(|error| self.failure(&error, &url, whole))
    }

    fn failure(&self, error: &reqwest::Error, asked: &Url, whole: Duration) -> Failure {
        let address = self.address(error.url().unwrap_or(asked));
        if error.is_builder() {
            let error = TransportError::Settings(format!("the request to {address} is not valid"));
            return Failure { error, again: Again::Never };
        }
        if is_barred_name(error) {
            return Failure { error: TransportError::Barred { address }, again: Again::Never };
        }
        if is_private_name(error) {
            return Failure { error: TransportError::Private { address }, again: Again::Never };
        }
        if error.is_connect() {
            let cause = if error.is_timeout() {
                format!("no answer to the connection attempt within {} s", CONNECT_TIMEOUT.as_secs())
            } else {
                innermost(error)
            };
            let again = if is_tls(error) { Again::Never } else { Again::Always };
            return Failure { error: TransportError::Unreachable { address, cause }, again };
        }
        if error.is_timeout() {
            let error = TransportError::TimedOut { address, after: whole };
            return Failure { error, again: Again::WhenIdempotent };
        }
        let error = TransportError::Closed { address, cause: innermost(error) };
        Failure { error, again: Again::WhenIdempotent }
    }

    /// `host:port`, and the proxy where one stands between.
    fn address(&self, url: &Url) -> String {
        let destination = host_and_port(url);
        match self.0.proxies.of(url) {
            Some(proxy) => format!("{destination} (through the proxy {})", host_and_port(proxy)),
            None => destination,
        }
    }
}

fn finish(outcome: Result<Response, Failure>) -> Result<Response, TransportError> {
    outcome.map_err(|failure| failure.error)
}

/// `None`: this is the result. `Some(None)`: again, after a wait of our own choice. `Some(Some(wait))`: again, as the server asked.
fn wait_before_next(outcome: &Result<Response, Failure>, retry: Retry) -> Option<Option<Duration>> {
    match outcome {
        Ok(answer) => {
            retry.again_after_status(answer.status(), answer.headers()).then(|| retry_after(answer.headers()))
        }
        Err(failure) => match failure.again {
            Again::Always => Some(None),
            Again::WhenIdempotent if retry == Retry::Idempotent => Some(None),
            Again::WhenIdempotent | Again::Never => None,
        },
    }
}

fn client(roots: &RootCertStore, proxies: &Proxies, private: &Private) -> Result<Client, TransportError> {
    let (proxies, names) = (proxies.clone(), Names::shared(proxies.hosts(), private.clone()));
    let builder = Client::builder()
        .tls_backend_preconfigured(tls(roots.clone())?)
        // The environment is the binary's to read: reqwest must not look for proxies there itself.
        .no_proxy()
        .proxy(reqwest::Proxy::custom(move |url| proxies.of(url).cloned()))
        .dns_resolver(names)
        // Who may be asked next, and with which headers, is ours to decide.
        .redirect(Policy::none())
        .referer(false)
        // reqwest repeats requests of its own accord on some HTTP/2 answers; how often is ours to decide.
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .user_agent(USER_AGENT);
    builder
        .build()
        .map_err(|error| TransportError::Settings(format!("cannot set up an HTTP client: {}", innermost(&error))))
}

/// The provider is named, so that this works whether or not the binary installed a default one.
pub(crate) fn tls(roots: RootCertStore) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Settings(format!("cannot set up TLS: {error}")))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
