//! One call to a forge's REST API, with the rules for trying again. Knows no comment and no status; what differs between the forges is
//! [`Dialect`]'s.
//!
//! Our own policy and no client library's: what may be sent twice depends on the call, and the waits on headers and on words of a refusal. So
//! octocrab, which writes GitHub's requests, sends each of them once.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use reqwest::Request;
use seatrial_model::Secret;
use seatrial_transport::{Transport, TransportError};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::answer::{Answer, Failure, Received};
use super::body::{Incoming, Kind, Unread, beginning, whole};
use super::{Dialect, Patience};
use crate::github;

/// Attempts of one call at most, however much time is left.
const ATTEMPTS: u32 = 3;

/// The way out of a rate limit.
const LATER: &str = "run the job again later";

/// Whether a call may be sent again when it is not known what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is as good as once.
    Harmless,
    /// Twice would do it twice.
    Never,
}

/// An API base with a token.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) transport: Transport,
    pub(crate) base: Url,
    pub(crate) dialect: Dialect,
    /// The value of the header.
    pub(crate) authorization: Secret,
    pub(crate) patience: Patience,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Option<Value>,
    pub(crate) repeat: Repeat,
}

/// What an attempt suggests.
enum Next {
    Done(Received),
    Stop(Failure),
    /// Try again after a wait: the server's, or one of our own choice.
    Again(Option<Duration>, Failure),
}

impl Api {
    /// The address of a path below the base; each segment is escaped.
    pub(crate) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Carries a call out before `end`, again where that is allowed; its answer is one JSON document.
    pub(crate) async fn call(&self, call: &Call, end: Instant) -> Result<Answer, Failure> {
        let received = self.exchange(call, Kind::Object, end).await?;
        self.answer(call, &received)
    }

    /// The JSON document of what was received.
    pub(crate) fn answer(&self, call: &Call, received: &Received) -> Result<Answer, Failure> {
        if received.body.trim_ascii().is_empty() {
            return Ok(Answer { json: Value::Null });
        }
        // A proxy's login page, for instance. What it did with the request nobody knows, and asking again gives the same page.
        let json =
            serde_json::from_slice(&received.body).map_err(|_| self.unhelpful(call, "something that is not JSON"))?;
        Ok(Answer { json })
    }

    /// The same, whatever the answer is, as long as it is not larger than its kind can be.
    pub(crate) async fn exchange(&self, call: &Call, kind: Kind, end: Instant) -> Result<Received, Failure> {
        let mut backoff = self.transport.backoff();
        loop {
            let (asked, failure) = match self.attempt(call, kind, end).await {
                Next::Done(received) => return Ok(received),
                Next::Stop(failure) => return Err(failure),
                Next::Again(asked, failure) => (asked, failure),
            };
            let wait = backoff.next_wait_asked(asked);
            if backoff.failures() >= ATTEMPTS || Instant::now() + wait >= end {
                return Err(failure);
            }
            tracing::debug!(wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), "asking the forge again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, call: &Call, kind: Kind, end: Instant) -> Next {
        let left = end.saturating_duration_since(Instant::now()).min(self.patience.attempt);
        if left.is_zero() {
            return Next::Stop(Failure::Unreached(format!("no time was left to ask {}", self.name())));
        }
        match self.send(call, left).await {
            Ok(response) => self.judge(call, kind, response, left).await,
            Err(TransportError::Settings(sentence)) => Next::Stop(Failure::Unreached(sentence)),
            Err(error @ (TransportError::Redirected { .. } | TransportError::Barred { .. })) => {
                Next::Stop(Failure::Unreached(error.to_string()))
            }
            Err(error @ TransportError::Unreachable { .. }) => Next::Again(None, Failure::Unreached(error.to_string())),
            Err(error) => unclear(call, error.to_string()),
        }
    }

    async fn send(&self, call: &Call, left: Duration) -> Result<Response<Incoming>, TransportError> {
        if self.dialect == Dialect::GitHub {
            return github::octocrab::send(&self.transport, &self.authorization, call, left).await;
        }
        let response = self.transport.attempt(self.request(call), self.dialect.redirects(), left).await?;
        Ok(Response::from(response).map(|body: reqwest::Body| body.map_err(Into::into).boxed()))
    }

    fn request(&self, call: &Call) -> Request {
        let mut request = Request::new(call.method.clone(), call.url.clone());
        let headers = request.headers_mut();
        for (name, value) in self.dialect.headers() {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if let Ok(mut value) = HeaderValue::from_str(self.authorization.expose()) {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        if let Some(body) = &call.body {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.to_string().into());
        }
        request
    }

    async fn judge(&self, call: &Call, kind: Kind, response: Response<Incoming>, left: Duration) -> Next {
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(failure) = self.dialect.sign_in(status, &headers) {
            return Next::Stop(failure);
        }
        if status.is_success() {
            return match whole(response.into_body(), kind).await {
                Ok(body) => Next::Done(Received { body, headers }),
                Err(unread) => self.unread(call, kind, unread, left),
            };
        }
        let text = match beginning(response.into_body()).await {
            Ok(body) => String::from_utf8_lossy(&body).into_owned(),
            Err(unread) => return self.unread(call, kind, unread, left),
        };
        let message = self.dialect.message(&text);
        if let Some(wait) = self.dialect.limit(status, &headers, &message) {
            let limited = format!("{} limits the rate of requests", self.name());
            let unknown = || Failure::Limited(format!("{limited}; {LATER}"));
            return match wait {
                Some(wait) => {
                    let sentence = format!("{limited} and asks to wait {} s; {LATER}", wait.as_secs());
                    Next::Again(Some(wait), Failure::Limited(sentence))
                }
                // A short one, of a proxy perhaps. The secondary limit of GitHub itself wants a minute of silence at least.
                None if status == StatusCode::TOO_MANY_REQUESTS => Next::Again(None, unknown()),
                None => Next::Stop(unknown()),
            };
        }
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            return unclear(call, format!("{} answered {}", self.name(), status.as_u16()));
        }
        Next::Stop(Failure::Refused { status: status.as_u16(), message })
    }

    /// A success whose body was not read to its end.
    fn unread(&self, call: &Call, kind: Kind, unread: Unread, left: Duration) -> Next {
        match unread {
            Unread::Broken => unclear(call, format!("{} broke off in the middle of its answer", self.host())),
            Unread::Late => {
                let within = left.as_secs_f64();
                unclear(call, format!("{} did not finish its answer within {within:.1} s", self.host()))
            }
            Unread::TooLarge => Next::Stop(self.unhelpful(call, &format!("more than {} MiB", kind.most() >> 20))),
        }
    }

    /// A success that does not help; what was to be written may be there all the same.
    pub(crate) fn unhelpful(&self, call: &Call, what: &str) -> Failure {
        let message = format!("{} answered with {what}", self.host());
        if call.method.is_safe() { Failure::Refused { status: 200, message } } else { Failure::Unclear(message) }
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or(self.name())
    }

    fn name(&self) -> &'static str {
        self.dialect.name()
    }
}

fn unclear(call: &Call, sentence: String) -> Next {
    match call.repeat {
        Repeat::Harmless => Next::Again(None, Failure::Unclear(sentence)),
        Repeat::Never => Next::Stop(Failure::Unclear(sentence)),
    }
}
