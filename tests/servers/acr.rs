//! An Azure Container Registry's face before a plain registry: its challenge, its token exchange, its refusals.
//!
//! `/v2/…` needs a token (or Basic credentials of a login) and goes to the upstream registry, bodies streamed. `POST /oauth2/exchange` takes an
//! Entra token for a refresh token, `/oauth2/token` a refresh token or a login for an access token, as docker, containerd, Flux and `az` do it.
//! Tokens look like JWTs with ACR's claims (Azure/acr, docs/AAD-OAuth.md), expire by an injected [`Clock`], and hold for what they name.
//!
//! A login of a pull-only user who asks for a push gets a token without it, and the push is a 401 with `error="insufficient_scope"`:
//! that is what docker words as "denied".
//!
//! Not imitated: TLS, real signatures, the redirect of blobs to storage accounts, `/acr/v1`, anonymous pull, repository-scoped tokens and
//! ABAC, the deprecated exchanges with a refresh token of Entra, token audiences of ARM, throttling by count (it throttles when told to).
//! Guessed, because nothing public shows it: a wrong `service` is a 401 like a wrong password; a missing field is a 400.

mod claims;
mod oauth;
mod proxy;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::call::Body;
use crate::clock::Clock;
use crate::listen::{ANY_PORT, Dropped, Listening, bind};

/// The user whose password is a refresh token.
pub const NULL_USER: &str = "00000000-0000-0000-0000-000000000000";

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// As `AcrPull` gives.
    Pull,
    /// As `AcrPush` gives.
    PullAndPush,
    /// Also delete and list the catalogue.
    All,
}

impl Rights {
    fn actions(self) -> &'static [&'static str] {
        match self {
            Rights::Pull => &["pull"],
            Rights::PullAndPush => &["pull", "push"],
            Rights::All => &["pull", "push", "delete", "*"],
        }
    }
}

/// Whom the registry knows, and how long its word holds.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The registry's name: `shop.azurecr.io`.
    pub service: String,
    /// The registry behind it: `http://HOST:PORT`.
    pub upstream: String,
    /// Users with passwords.
    pub logins: Vec<(String, String, Rights)>,
    /// Entra tokens.
    pub entra_tokens: Vec<(String, Rights)>,
    /// How long an access token holds.
    pub access_lifetime: Duration,
    /// How long a refresh token holds.
    pub refresh_lifetime: Duration,
    /// The time.
    pub clock: Clock,
}

impl Settings {
    /// A registry that knows nobody; tokens hold as long as ACR's.
    #[must_use]
    pub fn new(service: &str, upstream: &str) -> Settings {
        Settings {
            service: service.to_owned(),
            upstream: upstream.trim_end_matches('/').to_owned(),
            logins: Vec::new(),
            entra_tokens: Vec::new(),
            access_lifetime: Duration::from_secs(75 * 60),
            refresh_lifetime: Duration::from_secs(3 * 60 * 60),
            clock: Clock::system(),
        }
    }

    /// Lets a user in.
    #[must_use]
    pub fn with_login(mut self, user: &str, password: &str, rights: Rights) -> Settings {
        self.logins.push((user.to_owned(), password.to_owned(), rights));
        self
    }

    /// Lets an Entra token in.
    #[must_use]
    pub fn with_entra_token(mut self, token: &str, rights: Rights) -> Settings {
        self.entra_tokens.push((token.to_owned(), rights));
        self
    }

    /// Tells the time.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Settings {
        self.clock = clock;
        self
    }
}

/// What goes wrong on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 429 with `Retry-After`.
    Throttled {
        /// In so many seconds.
        retry_after: u64,
    },
    /// 503 with ACR's body.
    Unavailable,
    /// The connection is closed without an answer.
    Dropped,
}

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AcrFace {
    shared: Arc<Shared>,
    listening: Arc<Listening>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    settings: Settings,
    troubles: Mutex<Vec<(String, usize, Trouble)>>,
    log: Mutex<Vec<String>>,
}

impl AcrFace {
    /// Starts on a free port of loopback.
    pub async fn start(settings: Settings) -> AcrFace {
        AcrFace::start_at(ANY_PORT, settings).await.expect("a port of loopback is free")
    }

    /// Starts on an address.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_at(address: SocketAddr, settings: Settings) -> io::Result<AcrFace> {
        let shared = Arc::new(Shared { settings, troubles: Mutex::default(), log: Mutex::default() });
        let handed = Arc::clone(&shared);
        let listening = bind(address).await?.serve(move |request| handle(request, Arc::clone(&handed)));
        Ok(AcrFace { shared, listening: Arc::new(listening) })
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Where it is, as an image's name begins: `127.0.0.1:PORT`.
    #[must_use]
    pub fn host(&self) -> String {
        self.listening.address.to_string()
    }

    /// The next so many requests whose path begins like this go wrong.
    pub fn trouble(&self, path: &str, times: usize, trouble: Trouble) {
        let mut troubles = self.shared.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.push((path.to_owned(), times, trouble));
    }

    /// Every request so far as `METHOD /path?query STATUS`; a dropped one without status.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Shared {
    fn trouble_of(&self, path: &str) -> Option<Trouble> {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let due = troubles.iter_mut().find(|(prefix, times, _)| *times > 0 && path.starts_with(prefix.as_str()));
        due.map(|(_, times, trouble)| {
            *times -= 1;
            *trouble
        })
    }
}

async fn handle(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Body>, Dropped> {
    let name = format!("{} {}", request.method(), request.uri());
    let path = request.uri().path().to_owned();
    let answer = match shared.trouble_of(&path) {
        Some(Trouble::Dropped) => Err(Dropped),
        Some(Trouble::Throttled { retry_after }) => Ok(oauth::throttled(retry_after)),
        Some(Trouble::Unavailable) => Ok(oauth::refusal(503, "UNAVAILABLE", "service unavailable")),
        None if path.starts_with("/oauth2/") => oauth::handle(request, &shared.settings).await,
        None => Ok(proxy::handle(request, &shared.settings).await),
    };
    let status = answer.as_ref().map(|answer| format!(" {}", answer.status().as_u16())).unwrap_or_default();
    shared.log.lock().unwrap_or_else(PoisonError::into_inner).push(name + &status);
    answer
}
