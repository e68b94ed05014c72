//! What a test over HTTP does: it asks until the answer is as expected.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use seatrial_api::{ApiError, ProxyRequest};
use seatrial_model::{Evidence, ObjectId, TestOutcome};
use seatrial_transport::{Origin, Redirects, TransportError, Unfollowed, shown_origin};
use serde_json::Value;
use tokio::time::Instant;

use crate::outcome::ended::Ended;
use crate::outcome::patience::seconds;
use crate::outcome::trouble::{Trouble, ask};
use crate::probes::http::answer::Answer;
use crate::probes::http::expectation::Expectation;
use crate::probes::http::redirect::{Leads, MOST, leads};
use crate::service::endpoint::Endpoint;
use crate::service::evidence;
use crate::{Context, EnvText, Http};

/// More of a body is not read.
const MOST_OF_A_BODY: usize = 1 << 20;

/// The way out where a redirect is what the test is about.
const EXPECT_IT: &str = "expect the redirect with `expect.status`";

/// What became of one attempt.
type Attempt = Result<Answer, Trouble>;

/// A request, its texts resolved.
struct Request {
    method: http::Method,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn of(http: &Http, context: &Context) -> Result<Request, String> {
        let masker = context.cluster.masker();
        let resolved =
            |(name, text): (&String, &EnvText)| Ok((name.clone(), text.resolve(&context.shared.variables, masker)?));
        let headers = http.headers.iter().map(resolved).collect::<Result<_, String>>()?;
        let body = http.body.clone().unwrap_or_default();
        Ok(Request { method: http.method.unwrap_or_default().to_http(), headers, body })
    }

    /// Whether redirects are followed: what changes something is not sent a second time.
    fn is_reading(&self) -> bool {
        matches!(self.method, http::Method::GET | http::Method::HEAD)
    }
}

/// All that is known of a test while it asks.
struct Asked<'a> {
    http: &'a Http,
    request: &'a Request,
    expectation: &'a Expectation,
    context: &'a Context,
}

impl Asked<'_> {
    fn follows(&self) -> bool {
        self.request.is_reading() && !self.expectation.is_redirect()
    }
}

/// Asks until the answer is as expected or the time is up.
pub(crate) async fn probe(http: &Http, context: &Context, limit: Duration) -> Ended {
    let target = Target::of(http, context);
    let expectation = match Expectation::new(&http.expect) {
        Ok(expectation) => expectation,
        Err(problems) => return Ended::failed(problems.join(", and "), 0),
    };
    let request = match Request::of(http, context) {
        Ok(request) => request,
        Err(sentence) => return Ended::broken(sentence, 0),
    };
    if context.shared.is_simulated && http.service.is_some() && !request.is_reading() {
        return Ended::skipped(format!("the simulated cluster answers GET alone, not {}", request.method));
    }
    let asked = Asked { http, request: &request, expectation: &expectation, context };
    let mut evidence: Option<Evidence> = None;
    let mut ended = ask(limit, async |time| {
        let answer = target.ask(&asked, time).await?;
        let Some(mismatch) = expectation.mismatch(&answer) else { return Ok(()) };
        evidence = Some(answer.evidence(&target.name(), context.cluster.masker()));
        Err(Trouble::NotYet(format!("{} {mismatch}", target.name())))
    })
    .await;
    if ended.is_passed() {
        return ended;
    }
    ended.evidence.extend(evidence);
    // Who cannot be asked about the service cannot be asked about its pods.
    if ended.outcome == TestOutcome::Failed
        && let Target::Service { namespace, service, .. } = &target
    {
        ended.evidence.extend(evidence::of_service(context, namespace, service).await);
    }
    ended
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
            let Endpoint { namespace, service, port } = Endpoint::of(service, http.port.as_deref(), context);
            return Target::Service { namespace, service, port, only: OnceLock::new(), path };
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

    async fn ask(&self, asked: &Asked<'_>, time: Duration) -> Attempt {
        match self {
            Target::Service { path, .. } => self.ask_service(asked, path, time).await,
            Target::Address(address) => self.ask_address(address, asked, time).await,
        }
    }

    async fn ask_service(&self, asked: &Asked<'_>, path: &str, time: Duration) -> Attempt {
        let Target::Service { namespace, service, port, ref only, .. } = *self else {
            return Err(Trouble::Wrong(self.name()));
        };
        let Asked { request, context, .. } = *asked;
        let port = match (port, only.get()) {
            (Some(port), _) => Some(port),
            (None, Some(only)) => only.as_deref(),
            (None, None) => {
                let found = self.only_port(context, namespace, service, time).await?;
                only.get_or_init(|| found).as_deref()
            }
        };
        let mut path = path.to_owned();
        for hop in 0..=MOST {
            let (method, headers, body) = (request.method.clone(), &request.headers, &request.body);
            let proxied = ProxyRequest { method, namespace, service, port, path: &path, headers, body };
            let begun = Instant::now();
            let answer = match context.cluster.proxy(&proxied, time).await {
                Ok(got) => Answer { status: got.status, headers: got.headers, body: got.body, took: begun.elapsed() },
                Err(ApiError::NotFound(_)) => return Err(self.of_missing(context, namespace, service, time).await),
                Err(error) => return Err(self.of_api_error(&error, service, time)),
            };
            let follows = asked.follows() && is_redirect(answer.status);
            let next = answer.header("location").filter(|_| follows);
            match next.map(|location| leads(location, namespace, service, &path)) {
                Some(Leads::Within(next)) if hop < MOST => path = next,
                Some(Leads::Elsewhere(to)) => {
                    return Err(Trouble::NotYet(self.leaves_service(&format!("`{}`", shown_origin(&to)))));
                }
                Some(Leads::AnotherService) => return Err(Trouble::NotYet(self.leaves_service("another service"))),
                _ => return Ok(answer),
            }
        }
        Err(Trouble::Wrong(self.name()))
    }

    /// The name of the service's only port. The proxy takes an address without a port for the port that has no name, and calls a service
    /// whose only port has one a service without endpoints (kubernetes: `pkg/registry/core/service/storage` `ResourceLocation`).
    async fn only_port(
        &self,
        context: &Context,
        namespace: &str,
        service: &str,
        time: Duration,
    ) -> Result<Option<String>, Trouble> {
        let id = ObjectId::new("", "Service", Some(namespace), service);
        let live = match look(context, &id, time).await? {
            Ok(Some(live)) => live,
            Ok(None) => return Err(absent(namespace, service)),
            // Without the right to look, an unnamed port can still be reached.
            Err(ApiError::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(self.of_api_error(&error, service, time)),
        };
        if live.pointer("/spec/ports").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            return Ok(None);
        }
        let only = Endpoint { namespace, service, port: None };
        Ok(only.port_of(&live)?.get("name").and_then(Value::as_str).map(str::to_owned))
    }

    /// The proxy says "not found" of a service that is not there, and of one whose endpoints nobody has written yet.
    async fn of_missing(&self, context: &Context, namespace: &str, service: &str, time: Duration) -> Trouble {
        let id = ObjectId::new("", "Service", Some(namespace), service);
        let seen = match look(context, &id, time).await {
            Ok(seen) => seen,
            Err(trouble) => return trouble,
        };
        match seen {
            Ok(Some(_)) => Trouble::NotYet(format!("service `{service}` has no endpoints")),
            Ok(None) => absent(namespace, service),
            Err(ApiError::Forbidden { .. }) => Trouble::NotYet(format!(
                "service `{service}` does not exist in namespace `{namespace}`, or has no endpoints"
            )),
            Err(error) => self.of_api_error(&error, service, time),
        }
    }

    fn of_api_error(&self, error: &ApiError, service: &str, time: Duration) -> Trouble {
        if error.is_service_unavailable() {
            return nobody(error, service);
        }
        Trouble::of(error, &self.name(), time)
    }

    async fn ask_address(&self, address: &str, asked: &Asked<'_>, time: Duration) -> Attempt {
        let Ok(url) = reqwest::Url::parse(address) else {
            return Err(Trouble::Wrong(format!("{} is not a URL", self.name())));
        };
        let mut request = reqwest::Request::new(asked.request.method.clone(), url);
        *request.headers_mut() = header_map(&asked.request.headers).map_err(Trouble::Wrong)?;
        if !asked.request.body.is_empty() {
            *request.body_mut() = Some(asked.request.body.clone().into());
        }
        let allowed: Vec<Origin> = asked.http.redirects.iter().filter_map(|text| Origin::parse(text)).collect();
        let redirects = if asked.follows() { Redirects::Follow(&allowed) } else { Redirects::Stop };
        let begun = Instant::now();
        match asked.context.transport.attempt(request, redirects, time).await {
            Ok(response) => match read(response, begun).await {
                Some(answer) => Ok(answer),
                None => Err(Trouble::NotYet(format!("{} broke off in the middle of its answer", self.name()))),
            },
            Err(TransportError::Redirected { to, why, .. }) => Err(Trouble::NotYet(self.leaves_origin(&to, why))),
            Err(error @ TransportError::Barred { .. }) => Err(Trouble::Wrong(error.to_string())),
            Err(TransportError::Settings(sentence)) => Err(Trouble::Broken(sentence)),
            Err(TransportError::TimedOut { .. }) => {
                Err(Trouble::NotYet(format!("{} did not answer within {}", self.name(), seconds(time))))
            }
            Err(error) => Err(Trouble::NotYet(error.to_string())),
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
async fn look(context: &Context, id: &ObjectId, time: Duration) -> Result<Result<Option<Value>, ApiError>, Trouble> {
    let late = |_| Trouble::Troubled(format!("the API server did not answer within {}", seconds(time)));
    tokio::time::timeout(time, context.cluster.get("v1", id)).await.map_err(late)
}

fn absent(namespace: &str, service: &str) -> Trouble {
    Trouble::Wrong(format!("service `{service}` does not exist in namespace `{namespace}`"))
}

/// Why nobody answered for a service, in our words where the API server's are known.
fn nobody(error: &ApiError, service: &str) -> Trouble {
    let ApiError::Server { message, .. } = error else { return Trouble::NotYet(error.to_string()) };
    if message.contains("no endpoints available") {
        return Trouble::NotYet(format!("service `{service}` has no ready endpoints"));
    }
    // `error trying to reach service: dial tcp 10.0.0.1:80: connect: connection refused`.
    let cause = message.rsplit(": ").next().unwrap_or_default();
    let clause = format!("service `{service}` cannot be reached: {cause}");
    if cause == "connection refused" { Trouble::Refused(clause) } else { Trouble::NotYet(clause) }
}

/// `path` replaces what the address has as path.
fn address(url: &str, path: Option<&str>) -> String {
    let Some(path) = path else { return url.to_owned() };
    let joined =
        reqwest::Url::parse(url).ok().and_then(|base| base.join(path).ok().filter(|j| j.host() == base.host()));
    joined.map_or_else(|| url.to_owned(), String::from)
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let key = HeaderName::try_from(name).map_err(|_| format!("`{name}` is not a valid header name"))?;
        let value = HeaderValue::try_from(value)
            .map_err(|_| format!("header `{name}` has a value that is not valid in a header"))?;
        map.insert(key, value);
    }
    Ok(map)
}

/// `None` when the body breaks off.
async fn read(mut response: reqwest::Response, begun: Instant) -> Option<Answer> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let status = response.status().as_u16();
    let mut answer = Answer { status, headers, body: Vec::new(), took: Duration::ZERO };
    while let Some(chunk) = response.chunk().await.ok()? {
        let room = MOST_OF_A_BODY - answer.body.len();
        answer.body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() >= room {
            break;
        }
    }
    answer.took = begun.elapsed();
    Some(answer)
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}
