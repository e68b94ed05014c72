//! Calls to GitHub's REST API: one request with GitHub's rules for trying again. Knows no comment and no status.
//!
//! Our own policy and no client library's: what may be sent twice depends on the call, and the waits on headers that such libraries hide.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{Request, Response};
use seatrial_model::Secret;
use seatrial_transport::{Redirects, Transport, TransportError, retry_after, wait_until};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::Patience;
use super::answer::{Answer, Failure, Received};
use super::body::{Kind, Unread, beginning, whole};

/// Attempts of one call at most, however much time is left.
const ATTEMPTS: u32 = 3;

/// Characters of a server's message that are repeated.
const LONGEST_MESSAGE: usize = 200;

const LIMITED: &str = "GitHub limits the rate of requests";

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
    pub(crate) token: Secret,
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
        let Received { body, .. } = self.exchange(call, Kind::Object, end).await?;
        if body.trim_ascii().is_empty() {
            return Ok(Answer { json: Value::Null });
        }
        // A proxy's login page, for instance. What it did with the request nobody knows, and asking again gives the same page.
        let json = serde_json::from_slice(&body).map_err(|_| self.unhelpful(call, "something that is not JSON"))?;
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
            tracing::debug!(wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), "asking GitHub again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, call: &Call, kind: Kind, end: Instant) -> Next {
        let left = end.saturating_duration_since(Instant::now()).min(self.patience.attempt);
        if left.is_zero() {
            return Next::Stop(Failure::Unreached("no time was left to ask GitHub".to_owned()));
        }
        match self.transport.attempt(self.request(call), Redirects::Follow(&[]), left).await {
            Ok(response) => self.judge(call, kind, response, left).await,
            Err(TransportError::Settings(sentence)) => Next::Stop(Failure::Unreached(sentence)),
            Err(error @ (TransportError::Redirected { .. } | TransportError::Barred { .. })) => {
                Next::Stop(Failure::Unreached(error.to_string()))
            }
            Err(error @ TransportError::Unreachable { .. }) => Next::Again(None, Failure::Unreached(error.to_string())),
            Err(error) => unclear(call, error.to_string()),
        }
    }

    fn request(&self, call: &Call) -> Request {
        let mut request = Request::new(call.method.clone(), call.url.clone());
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        headers.insert("x-github-api-version", HeaderValue::from_static("2022-11-28"));
        if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", self.token.expose())) {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        if let Some(body) = &call.body {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.to_string().into());
        }
        request
    }

    async fn judge(&self, call: &Call, kind: Kind, response: Response, left: Duration) -> Next {
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_success() {
            return match whole(response, kind).await {
                Ok(body) => Next::Done(Received { body, next: self.next_page(&headers) }),
                Err(unread) => self.unread(call, kind, unread, left),
            };
        }
        let text = match beginning(response).await {
            Ok(body) => String::from_utf8_lossy(&body).into_owned(),
            Err(unread) => return self.unread(call, kind, unread, left),
        };
        let message = message_of(&text);
        if let Some(wait) = limited(status, &headers, &message) {
            return match wait {
                Some(wait) => Next::Again(Some(wait), Failure::Limited(wait_sentence(wait))),
                // A short one, of a proxy perhaps. The secondary limit of GitHub itself wants a minute of silence at least.
                None if status == StatusCode::TOO_MANY_REQUESTS => {
                    Next::Again(None, Failure::Limited(LIMITED.to_owned()))
                }
                None => Next::Stop(Failure::Limited(LIMITED.to_owned())),
            };
        }
        if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
            return unclear(call, format!("GitHub answered {}", status.as_u16()));
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

    /// `rel="next"` of the `Link` header (RFC 8288), on the API's own origin whatever host it names: a server behind an alias names itself,
    /// and the token goes nowhere else.
    fn next_page(&self, headers: &HeaderMap) -> Option<Url> {
        let link = headers.get(header::LINK)?.to_str().ok()?;
        let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
        let target = next.split_once('<')?.1.split_once('>')?.0;
        let named = self.base.join(target).ok()?;
        let mut url = self.base.clone();
        url.set_path(named.path());
        url.set_query(named.query());
        Some(url)
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or("GitHub")
    }
}

fn unclear(call: &Call, sentence: String) -> Next {
    match call.repeat {
        Repeat::Harmless => Next::Again(None, Failure::Unclear(sentence)),
        Repeat::Never => Next::Stop(Failure::Unclear(sentence)),
    }
}

/// Whether an answer is a rate limit, and how long it asks to wait (docs.github.com: "Rate limits for the REST API"): `Retry-After`, else,
/// with nothing remaining, the time of the reset, else nothing is said.
#[allow(clippy::option_option, reason = "not limited, limited without a word, limited for so long")]
fn limited(status: StatusCode, headers: &HeaderMap, message: &str) -> Option<Option<Duration>> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let used_up = number("x-ratelimit-remaining") == Some(0);
    let asked = retry_after(headers);
    let says_so = message.to_lowercase().contains("rate limit");
    let is_limit = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => asked.is_some() || used_up || says_so,
        _ => false,
    };
    if !is_limit {
        return None;
    }
    Some(asked.or_else(|| if used_up { wait_until(number("x-ratelimit-reset")?, headers) } else { None }))
}

fn wait_sentence(wait: Duration) -> String {
    format!("{LIMITED} and asks to wait {} s", wait.as_secs())
}

/// GitHub's reason: the message, and that of the first error in it. Not trusted: one line, bounded.
fn message_of(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let message = json.get("message").and_then(Value::as_str).unwrap_or_default();
    let detail = json.pointer("/errors/0/message").and_then(Value::as_str);
    let whole = detail.map_or_else(|| message.to_owned(), |detail| format!("{message}: {detail}"));
    let line: String = whole.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_MESSAGE).collect();
    line.trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn knows_a_rate_limit_from_a_missing_permission() {
        let date = ("date", "Thu, 01 Jan 1970 00:16:40 GMT");
        let (remaining, reset) = (("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1042"));
        let never = ("x-ratelimit-reset", "18446744073709551615");
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        let table = [
            (403, vec![], "Resource not accessible by integration", None),
            (404, vec![("retry-after", "5")], "", None),
            (429, vec![], "", Some(None)),
            (429, vec![("retry-after", "5")], "", Some(Some(5))),
            (403, vec![("retry-after", "5")], secondary, Some(Some(5))),
            (403, vec![], secondary, Some(None)),
            (403, vec![remaining, reset, date], "API rate limit exceeded", Some(Some(42))),
            (403, vec![remaining, never, date], "API rate limit exceeded", Some(Some(86_400))),
            (403, vec![remaining, reset], "API rate limit exceeded", Some(None)),
            (403, vec![("x-ratelimit-remaining", "4971"), reset, date], "Forbidden", None),
        ];
        for (status, sent, message, expected) in table {
            let status = StatusCode::from_u16(status).expect("a status");
            let got = limited(status, &headers(&sent), message);
            assert_eq!(got, expected.map(|wait| wait.map(Duration::from_secs)), "{status} {sent:?}");
        }
    }

    #[test]
    fn repeats_a_servers_reason_on_one_bounded_line() {
        let text = r#"{"message": "Validation Failed", "errors": [{"message": "Body is too long\n::error::x."}]}"#;
        assert_eq!(message_of(text), "Validation Failed: Body is too long ::error::x");
        assert_eq!(message_of(&format!(r#"{{"message": "{}"}}"#, "x".repeat(999))).len(), LONGEST_MESSAGE);
        assert_eq!(message_of("<html>"), "");
    }
}
