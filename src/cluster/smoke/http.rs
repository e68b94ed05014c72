//! `http:` against a service, through the API server, or against an address.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use seatrial_api::ApiError;
use seatrial_model::{Evidence, ObjectId};
use seatrial_transport::{Origin, Redirects, TransportError, Unfollowed, shown_origin};
use serde_json::Value;

use crate::answer::Answer;
use crate::expectation::Expectation;
use crate::patience::{Patience, seconds};
use crate::redirect::{Leads, MOST, leads};
use crate::run::Ended;
use crate::{Context, Http};

/// More of a body is not read.
const MOST_OF_A_BODY: usize = 1 << 20;

/// The way out where a redirect is what the test is about.
const EXPECT_IT: &str = "expect the redirect with `expect.status`";

/// What became of one attempt.
enum Attempt {
    Answered(Answer),
    /// There is no answer yet, but there may be: a clause that follows what was asked.
    NotYet(String),
    /// The cluster cannot be asked, but that may pass.
    Troubled(String),
    /// No use in asking again: the test is wrong. A sentence.
    Wrong(String),
    /// No use in asking again: the cluster refuses. A sentence.
    Broken(String),
}

/// Asks until the answer is as expected or the time is up.
pub(crate) async fn probe(http: &Http, context: &Context) -> Ended {
    let target = Target::of(http, context);
    let expectation = match Expectation::new(&http.expect) {
        Ok(expectation) => expectation,
        Err(problems) => return Ended::failed(problems.join(", and "), 0),
    };
    let mut patience = Patience::begin(http.timeout.as_deref());
    let mut evidence: Option<Evidence> = None;
    loop {
        let time = patience.attempt();
        let last = match target.ask(http, &expectation, context, time).await {
            Attempt::Answered(answer) => match expectation.mismatch(&answer) {
                None => return Ended::passed(patience.attempts()),
                Some(mismatch) => {
                    evidence = Some(answer.evidence(&target.name(), context.cluster.masker()));
                    Attempt::NotYet(format!("{} {mismatch}", target.name()))
                }
            },
            Attempt::NotYet(clause) => Attempt::NotYet(clause),
            Attempt::Wrong(sentence) => return Ended::failed(sentence, patience.attempts()),
            Attempt::Broken(sentence) => return Ended::broken(sentence, patience.attempts()),
            troubled => troubled,
        };
        if patience.pause().await {
            continue;
        }
        let attempts = patience.attempts();
        let mut ended = match last {
            Attempt::Troubled(sentence) => Ended::broken(format!("{sentence} ({})", patience.summary()), attempts),
            Attempt::NotYet(clause) => Ended::failed(format!("{clause} ({})", patience.summary()), attempts),
            Attempt::Answered(_) | Attempt::Wrong(_) | Attempt::Broken(_) => Ended::failed(String::new(), attempts),
        };
        ended.evidence.extend(evidence);
        return ended;
    }
}

/// What is asked.
enum Target<'a> {
    Service {
        namespace: &'a str,
        service: &'a str,
        port: Option<&'a str>,
        /// The service's only port, where none is named: looked up once.
        only: OnceLock<Option<String>>,
        path: &'a str,
    },
    Address(String),
}

impl<'a> Target<'a> {
    fn of(http: &'a Http, context: &'a Context) -> Target<'a> {
        let path = http.path.as_deref().unwrap_or("/");
        if let Some(service) = &http.service {
            let (namespace, service) = service.split_once('/').unwrap_or((&context.namespace, service));
            return Target::Service { namespace, service, port: http.port.as_deref(), only: OnceLock::new(), path };
        }
        Target::Address(address(http.url.as_deref().unwrap_or_default(), http.path.as_deref()))
    }

    /// `` `/healthz` of service `shop` ``, or the address without query and credentials.
    fn name(&self) -> String {
        match self {
            Target::Service { service, path, .. } => format!("`{}` of service `{service}`", without_query(path)),
            Target::Address(address) => match reqwest::Url::parse(address) {
                Ok(url) => {
                    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
                    format!("`{}://{}{port}{}`", url.scheme(), url.host_str().unwrap_or_default(), url.path())
                }
                Err(_) => "the address".to_owned(),
            },
        }
    }

    async fn ask(&self, http: &Http, expectation: &Expectation, context: &Context, time: Duration) -> Attempt {
        match self {
            Target::Service { path, .. } => self.ask_service(http, expectation, context, path, time).await,
            Target::Address(address) => self.ask_address(address, http, expectation, context, time).await,
        }
    }

    async fn ask_service(
        &self,
        http: &Http,
        expectation: &Expectation,
        context: &Context,
        path: &str,
        time: Duration,
    ) -> Attempt {
        let Target::Service { namespace, service, port, ref only, .. } = *self else {
            return Attempt::Wrong(self.name());
        };
        let port = match (port, only.get()) {
            (Some(port), _) => Some(port),
            (None, Some(only)) => only.as_deref(),
            (None, None) => match self.only_port(context, namespace, service, time).await {
                Ok(found) => only.get_or_init(|| found).as_deref(),
                Err(attempt) => return attempt,
            },
        };
        let headers: Vec<(String, String)> = http.headers.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
        let mut path = path.to_owned();
        for hop in 0..=MOST {
            let asked = context.cluster.proxy_get(namespace, service, port, &path, &headers, time).await;
            let answer = match asked {
                Ok(got) => Answer { status: got.status, headers: got.headers, body: got.body },
                Err(ApiError::NotFound(_)) => return self.of_missing(context, namespace, service, time).await,
                Err(error) => return self.of_api_error(&error, service, time),
            };
            let next = answer.header("location").filter(|_| !expectation.is_redirect() && is_redirect(answer.status));
            match next.map(|location| leads(location, namespace, service, &path)) {
                Some(Leads::Within(next)) if hop < MOST => path = next,
                Some(Leads::Elsewhere(to)) => {
                    return Attempt::NotYet(self.leaves_service(&format!("`{}`", shown_origin(&to))));
                }
                Some(Leads::AnotherService) => return Attempt::NotYet(self.leaves_service("another service")),
                _ => return Attempt::Answered(answer),
            }
        }
        Attempt::Wrong(self.name())
    }

    /// The name of the service's only port. The proxy takes an address without a port for the port that has no name, and calls a service
    /// whose only port has one a service without endpoints (kubernetes: `pkg/registry/core/service/storage` `ResourceLocation`).
    async fn only_port(
        &self,
        context: &Context,
        namespace: &str,
        service: &str,
        time: Duration,
    ) -> Result<Option<String>, Attempt> {
        let id = ObjectId::new("", "Service", Some(namespace), service);
        let live = match look(context, &id, time).await? {
            Ok(Some(live)) => live,
            Ok(None) => return Err(absent(namespace, service)),
            // Without the right to look, an unnamed port can still be reached.
            Err(ApiError::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(self.of_api_error(&error, service, time)),
        };
        let ports = live.pointer("/spec/ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let name = |port: &Value| port.get("name").and_then(Value::as_str).map(str::to_owned);
        match ports {
            [] => Ok(None),
            [only] => Ok(name(only)),
            many => {
                let names: Vec<String> = many.iter().filter_map(name).map(|n| format!("`{n}`")).collect();
                let sentence =
                    format!("service `{service}` has the ports {}: choose one with `port`", names.join(", "));
                Err(Attempt::Wrong(sentence))
            }
        }
    }

    /// The proxy says "not found" of a service that is not there, and of one whose endpoints nobody has written yet.
    async fn of_missing(&self, context: &Context, namespace: &str, service: &str, time: Duration) -> Attempt {
        let id = ObjectId::new("", "Service", Some(namespace), service);
        let seen = match look(context, &id, time).await {
            Ok(seen) => seen,
            Err(attempt) => return attempt,
        };
        match seen {
            Ok(Some(_)) => Attempt::NotYet(format!("service `{service}` has no endpoints")),
            Ok(None) => absent(namespace, service),
            Err(ApiError::Forbidden { .. }) => Attempt::NotYet(format!(
                "service `{service}` does not exist in namespace `{namespace}`, or has no endpoints"
            )),
            Err(error) => self.of_api_error(&error, service, time),
        }
    }

    fn of_api_error(&self, error: &ApiError, service: &str, time: Duration) -> Attempt {
        if error.is_service_unavailable() {
            return Attempt::NotYet(nobody(error, service));
        }
        match error {
            ApiError::TimedOut { .. } => {
                Attempt::NotYet(format!("{} did not answer within {}", self.name(), seconds(time)))
            }
            ApiError::Unreachable { .. }
            | ApiError::Closed(_)
            | ApiError::Server { .. }
            | ApiError::TooManyRequests => Attempt::Troubled(error.to_string()),
            ApiError::Configuration(_) | ApiError::Rejected { .. } => Attempt::Wrong(error.to_string()),
            _ => Attempt::Broken(error.to_string()),
        }
    }

    async fn ask_address(
        &self,
        address: &str,
        http: &Http,
        expectation: &Expectation,
        context: &Context,
        time: Duration,
    ) -> Attempt {
        let Ok(url) = reqwest::Url::parse(address) else {
            return Attempt::Wrong(format!("{} is not a URL", self.name()));
        };
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        match header_map(http) {
            Ok(headers) => *request.headers_mut() = headers,
            Err(sentence) => return Attempt::Wrong(sentence),
        }
        let allowed: Vec<Origin> = http.redirects.iter().filter_map(|text| Origin::parse(text)).collect();
        let redirects = if expectation.is_redirect() { Redirects::Stop } else { Redirects::Follow(&allowed) };
        match context.transport.attempt(request, redirects, time).await {
            Ok(response) => match read(response).await {
                Some(answer) => Attempt::Answered(answer),
                None => Attempt::NotYet(format!("{} broke off in the middle of its answer", self.name())),
            },
            Err(TransportError::Redirected { to, why, .. }) => Attempt::NotYet(self.leaves_origin(&to, why)),
            Err(error @ TransportError::Barred { .. }) => Attempt::Wrong(error.to_string()),
            Err(TransportError::Settings(sentence)) => Attempt::Broken(sentence),
            Err(TransportError::TimedOut { .. }) => {
                Attempt::NotYet(format!("{} did not answer within {}", self.name(), seconds(time)))
            }
            Err(error) => Attempt::NotYet(error.to_string()),
        }
    }
}

/// What to do about a redirect that is not followed.
impl Target<'_> {
    fn leaves_service(&self, to: &str) -> String {
        format!("{} redirects to {to}, out of the service; the redirect is not followed; {EXPECT_IT}", self.name())
    }

    fn leaves_origin(&self, to: &str, why: Unfollowed) -> String {
        let way_out = match why {
            Unfollowed::OtherOrigin => format!("allow it with `redirects: [\"{to}\"]`, or {EXPECT_IT}"),
            Unfollowed::Barred | Unfollowed::NotHttp => EXPECT_IT.to_owned(),
        };
        format!("{} redirects to `{to}`, {why}; the redirect is not followed; {way_out}", self.name())
    }
}

/// A Service as the API server has it, within the time of an attempt. One that does not answer says nothing about the service.
async fn look(context: &Context, id: &ObjectId, time: Duration) -> Result<Result<Option<Value>, ApiError>, Attempt> {
    let late = |_| Attempt::Troubled(format!("the API server did not answer within {}", seconds(time)));
    tokio::time::timeout(time, context.cluster.get("v1", id)).await.map_err(late)
}

fn absent(namespace: &str, service: &str) -> Attempt {
    Attempt::Wrong(format!("service `{service}` does not exist in namespace `{namespace}`"))
}

/// Why nobody answered for a service, in our words where the API server's are known.
fn nobody(error: &ApiError, service: &str) -> String {
    let ApiError::Server { message, .. } = error else { return error.to_string() };
    if message.contains("no endpoints available") {
        return format!("service `{service}` has no ready endpoints");
    }
    // `error trying to reach service: dial tcp 10.0.0.1:80: connect: connection refused`.
    let cause = message.rsplit(": ").next().unwrap_or_default();
    format!("service `{service}` cannot be reached: {cause}")
}

/// `path` replaces what the address has as path.
fn address(url: &str, path: Option<&str>) -> String {
    let Some(path) = path else { return url.to_owned() };
    let joined =
        reqwest::Url::parse(url).ok().and_then(|base| base.join(path).ok().filter(|j| j.host() == base.host()));
    joined.map_or_else(|| url.to_owned(), String::from)
}

fn header_map(http: &Http) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in &http.headers {
        let key = HeaderName::try_from(name).map_err(|_| format!("`{name}` is not a valid header name"))?;
        let value = HeaderValue::try_from(value)
            .map_err(|_| format!("header `{name}` has a value that is not valid in a header"))?;
        map.insert(key, value);
    }
    Ok(map)
}

/// `None` when the body breaks off.
async fn read(mut response: reqwest::Response) -> Option<Answer> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let mut answer = Answer { status: response.status().as_u16(), headers, body: Vec::new() };
    while let Some(chunk) = response.chunk().await.ok()? {
        let room = MOST_OF_A_BODY - answer.body.len();
        answer.body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() >= room {
            break;
        }
    }
    Some(answer)
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}
