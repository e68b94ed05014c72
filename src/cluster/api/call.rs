//! One request to the API server: sent with our credentials, within a time-out, again where that is harmless, and its failure put into a sentence.

pub(crate) mod answer;
mod connection;
pub(crate) mod warning;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy;
use jiff::{SignedDuration, Timestamp};
use kube::client::Body;
use seatrial_model::Masker;
use seatrial_transport::{Backoff, Transport, USER_AGENT, innermost, retry_after};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::access::Access;
use crate::call::answer::{About, asked_to_wait, error_of};
use crate::{ApiError, clock};

/// How long 429s and 5xx are waited out.
const PATIENCE: Duration = Duration::from_secs(30);

/// An API server that answered before and is gone now may be restarting.
const RESTART: Duration = Duration::from_secs(10);

/// Credentials that end so soon are got anew: the request still has to travel.
const LEEWAY: SignedDuration = SignedDuration::from_secs(10);

/// The way to one cluster.
pub(crate) struct Line {
    access: Access,
    address: String,
    transport: Transport,
    masker: Arc<Masker>,
    session: Mutex<Option<Arc<Session>>>,
    reached: AtomicBool,
}

/// A client with the credentials of the moment.
struct Session {
    client: kube::Client,
    authorization: Option<HeaderValue>,
    expires: Option<Timestamp>,
}

/// One request.
pub(crate) struct Call {
    /// With a path from the server's root.
    pub(crate) request: Request<Vec<u8>>,
    pub(crate) about: About,
    pub(crate) repeat: Repeat,
    pub(crate) timeout: Duration,
    pub(crate) body: MostBody,
}

/// Whether it may be sent again when the server may have received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Receiving it twice is as good as once.
    Harmless,
    /// Only if it cannot have been received.
    Unreceived,
    /// Never: the caller has a patience of its own.
    Never,
}

/// How much of the body is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MostBody {
    /// What is beyond is cut off.
    Cut(usize),
    /// What is larger is an error.
    Refuse(usize),
}

/// An answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
enum Trouble {
    /// It was not sent.
    Unsent { cause: String, lasting: bool },
    /// It was sent, and the connection broke.
    Broke(String),
    /// It was sent, and no answer came in time.
    Late,
    /// There are no credentials to send it with, or the like.
    Other(ApiError),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Renewal {
    WhenExpired,
    Now,
}

impl Line {
    pub(crate) fn new(access: Access, transport: &Transport, masker: &Arc<Masker>) -> Line {
        let address = access.address();
        let (transport, masker) = (transport.clone(), Arc::clone(masker));
        let (session, reached) = (Mutex::new(None), AtomicBool::new(false));
        Line { access, address, transport, masker, session, reached }
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn masker(&self) -> &Arc<Masker> {
        &self.masker
    }

    /// Gets credentials, so that a plugin's time is not counted as the server's.
    pub(crate) async fn prepare(&self) -> Result<(), ApiError> {
        self.session(Renewal::WhenExpired).await.map(|_| ())
    }

    /// Sends it until there is a success or an error that another attempt would not change.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, ApiError> {
        let answer = self.ask(call).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(error_of(answer.status.as_u16(), &answer.body, &call.about, &self.masker))
    }

    /// The same, but an answer of any status is a result once there is no use in asking again.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Answer, ApiError> {
        let mut series = Series::new(self.transport.backoff());
        loop {
            let renewal = std::mem::replace(&mut series.renewal, Renewal::WhenExpired);
            let outcome = self.attempt(call, renewal).await;
            let wait = match &outcome {
                Ok(answer) => self.wait_after_answer(answer, call, &mut series),
                Err(trouble) => self.wait_after_trouble(trouble, call, &mut series),
            };
            let Some(wait) = wait else { return outcome.map_err(|trouble| self.error(trouble, call)) };
            tokio::time::sleep(wait).await;
        }
    }

    /// `None`: this is the result.
    fn wait_after_answer(&self, answer: &Answer, call: &Call, series: &mut Series) -> Option<Duration> {
        if answer.status == StatusCode::UNAUTHORIZED && self.access.credentials.may_change() && !series.renewed {
            (series.renewed, series.renewal) = (true, Renewal::Now);
            return Some(Duration::ZERO);
        }
        if call.repeat == Repeat::Never {
            return None;
        }
        let overloaded = answer.status == StatusCode::TOO_MANY_REQUESTS;
        let failed = answer.status.is_server_error() && call.repeat == Repeat::Harmless;
        let about_the_change = || {
            let error = error_of(answer.status.as_u16(), &answer.body, &call.about, &self.masker);
            error.is_the_changes_fault()
        };
        if !overloaded && (!failed || series.failures() >= 3 || about_the_change()) {
            return None;
        }
        let asked = retry_after(&answer.headers).or_else(|| asked_to_wait(&answer.body));
        series.wait(asked, PATIENCE)
    }

    fn wait_after_trouble(&self, trouble: &Trouble, call: &Call, series: &mut Series) -> Option<Duration> {
        match trouble {
            _ if call.repeat == Repeat::Never => None,
            Trouble::Unsent { lasting: true, .. } | Trouble::Late | Trouble::Other(_) => None,
            Trouble::Unsent { .. } if self.reached.load(Ordering::Relaxed) => series.wait(None, RESTART),
            // A wrong address should be told soon.
            Trouble::Unsent { .. } => series.wait(None, PATIENCE).filter(|_| series.failures() <= 2),
            Trouble::Broke(_) if call.repeat == Repeat::Harmless && !series.broke => {
                series.broke = true;
                series.wait(None, PATIENCE)
            }
            Trouble::Broke(_) => None,
        }
    }

    fn error(&self, trouble: Trouble, call: &Call) -> ApiError {
        match trouble {
            Trouble::Unsent { cause, .. } => ApiError::Unreachable { address: self.address.clone(), cause },
            Trouble::Broke(cause) => ApiError::Closed(cause),
            Trouble::Late => ApiError::TimedOut { seconds: call.timeout.as_secs().max(1) },
            Trouble::Other(error) => error,
        }
    }

    async fn attempt(&self, call: &Call, renewal: Renewal) -> Result<Answer, Trouble> {
        let session = self.session(renewal).await.map_err(Trouble::Other)?;
        let request = self.finished(call, &session).map_err(Trouble::Other)?;
        let exchange = async {
            let answer = session.client.send(request).await.map_err(|error| trouble(&error))?;
            self.reached.store(true, Ordering::Relaxed);
            read(answer, call.body).await
        };
        tokio::time::timeout(call.timeout, exchange).await.unwrap_or(Err(Trouble::Late))
    }

    /// The request with the whole address, and who we are.
    fn finished(&self, call: &Call, session: &Session) -> Result<Request<Body>, ApiError> {
        let request = call.request.clone().map(Body::from);
        let path = request.uri().path().to_owned();
        let addressed = addressed(request, &self.access.base, session, &self.access.impersonation);
        let mut request = addressed.map_err(|_| ApiError::Configuration(format!("the path `{path}` is not valid")))?;
        request.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        Ok(request)
    }

    /// A client that sends whatever it is given with our credentials: for what kube does by itself, as upgrading a connection.
    ///
    /// # Errors
    /// [`ApiError::Configuration`]: there are no credentials.
    pub(crate) async fn client(&self) -> Result<kube::Client, ApiError> {
        let session = self.session(Renewal::WhenExpired).await?;
        let (base, impersonation) = (self.access.base.clone(), self.access.impersonation.clone());
        let namespace = self.access.namespace.clone();
        let send = move |request: Request<Body>| {
            let session = Arc::clone(&session);
            let request = addressed(request, &base, &session, &impersonation);
            async move { session.client.send(request.map_err(kube::Error::Service)?).await }
        };
        Ok(kube::Client::new(tower::service_fn(send), namespace))
    }

    async fn session(&self, renewal: Renewal) -> Result<Arc<Session>, ApiError> {
        let mut held = self.session.lock().await;
        let soon = clock::now().checked_add(LEEWAY).unwrap_or(Timestamp::MAX);
        let valid = held.as_ref().filter(|s| s.expires.is_none_or(|end| end > soon));
        if let Some(session) = valid.filter(|_| renewal == Renewal::WhenExpired) {
            return Ok(Arc::clone(session));
        }
        let credential = self.access.credentials.obtain(&self.masker).await?;
        let authorization = credential.authorization.map(|secret| {
            let mut value = HeaderValue::try_from(secret.expose()).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        let authorization = match authorization {
            Some(None) => {
                let sentence =
                    "the token contains characters that are not allowed in a token: is it the right file or variable?";
                return Err(ApiError::Configuration(sentence.to_owned()));
            }
            other => other.flatten(),
        };
        let reusable = held.as_ref().filter(|_| credential.identity.is_none()).map(|s| s.client.clone());
        let client = match reusable {
            Some(client) => client,
            None => connection::client(&self.access, credential.identity.as_ref(), &self.transport)?,
        };
        let session = Arc::new(Session { client, authorization, expires: credential.expires });
        *held = Some(Arc::clone(&session));
        Ok(session)
    }
}

/// A request to a path from the server's root, with the whole address and who we are.
fn addressed(
    request: Request<Body>,
    base: &url::Url,
    session: &Session,
    impersonation: &[(HeaderName, HeaderValue)],
) -> Result<Request<Body>, Box<dyn std::error::Error + Send + Sync>> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    parts.uri = Uri::try_from(format!("{}{path}", base.as_str().trim_end_matches('/')))?;
    let headers = &mut parts.headers;
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    if let Some(authorization) = &session.authorization {
        headers.insert(header::AUTHORIZATION, authorization.clone());
    }
    for (name, value) in impersonation {
        headers.append(name.clone(), value.clone());
    }
    Ok(Request::from_parts(parts, body))
}

/// The attempts of one call.
struct Series {
    begun: Instant,
    backoff: Backoff,
    renewal: Renewal,
    renewed: bool,
    broke: bool,
}

impl Series {
    fn new(backoff: Backoff) -> Series {
        Series { begun: Instant::now(), backoff, renewal: Renewal::WhenExpired, renewed: false, broke: false }
    }

    fn failures(&self) -> u32 {
        self.backoff.failures()
    }

    /// The wait before the next attempt; `None` when it would end after `patience`.
    fn wait(&mut self, asked: Option<Duration>, patience: Duration) -> Option<Duration> {
        let wait = self.backoff.next_wait_asked(asked);
        (self.begun.elapsed() + wait < patience).then_some(wait)
    }
}

fn trouble(error: &kube::Error) -> Trouble {
    let chain = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |current| current.source());
    let unsent = chain.filter_map(|e| e.downcast_ref::<legacy::Error>()).any(legacy::Error::is_connect);
    let cause = innermost(error);
    if unsent {
        return Trouble::Unsent { lasting: seatrial_transport::is_tls(error), cause };
    }
    Trouble::Broke(cause)
}

async fn read(answer: http::Response<Body>, most: MostBody) -> Result<Answer, Trouble> {
    let (parts, mut incoming) = answer.into_parts();
    let limit = match most {
        MostBody::Cut(limit) | MostBody::Refuse(limit) => limit,
    };
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| Trouble::Broke(innermost(&error)))?;
        let Ok(data) = frame.into_data() else { continue };
        let room = limit - body.len();
        body.extend_from_slice(data.get(..room).unwrap_or(&data));
        if data.len() > room {
            match most {
                MostBody::Cut(_) => break,
                MostBody::Refuse(_) => {
                    let message = format!("an answer of more than {} MiB", limit >> 20);
                    return Err(Trouble::Other(ApiError::Server { code: parts.status.as_u16(), message }));
                }
            }
        }
    }
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}
