//! `grpc:` the health service of gRPC says SERVING (grpc: `doc/health-checking.md`, `grpc.health.v1`).

use std::time::Duration;

use hyper_util::rt::TokioIo;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tonic::Code;
use tonic::transport::{Channel, Uri};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::Context;
use crate::outcome::ended::Ended;
use crate::outcome::patience::seconds;
use crate::outcome::trouble::{Trouble, ask};
use crate::probes::tcp::{connect_address, endpoint_problems, host_and_port};
use crate::service::endpoint::Endpoint;
use crate::service::forward::{open, words};

/// `grpc:` one of `endpoint` and `address`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Grpc {
    /// Service in the environment's namespace: `cart` or `namespace/cart`. One of its ready pods is asked, through the API server.
    pub endpoint: Option<String>,
    /// Its port: name or number; the only one by default.
    pub port: Option<String>,
    /// `host:port`, or `https://host` with TLS, instead of a service, asked from the machine that runs Seatrial; placeholders as in `deploy.url`.
    pub address: Option<String>,
    /// Connect over TLS. The certificate of a service must be valid for `SERVICE.NAMESPACE.svc` and issued by an authority that this machine trusts.
    pub tls: bool,
    /// The gRPC service whose health is asked, such as `shop.v1.Cart`; that of the whole server by default.
    pub service: Option<String>,
}

/// What is wrong with it before it is run. Sentences.
pub(crate) fn problems(grpc: &Grpc) -> Vec<String> {
    let address = grpc.address.as_deref().map(|text| Address::of(text, grpc.tls).host_and_port);
    endpoint_problems("grpc", ("endpoint", grpc.endpoint.as_deref()), grpc.port.as_deref(), address.as_deref())
}

/// An address, and whether TLS is spoken there.
struct Address {
    host_and_port: String,
    is_tls: bool,
}

impl Address {
    fn of(text: &str, is_tls: bool) -> Address {
        let Some(rest) = text.strip_prefix("https://") else {
            return Address { host_and_port: text.to_owned(), is_tls };
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        Address { host_and_port: if has_port { host.to_owned() } else { format!("{host}:443") }, is_tls: true }
    }
}

/// Asks until the answer is SERVING.
pub(crate) async fn probe(grpc: &Grpc, context: &Context, limit: Duration) -> Ended {
    let service = grpc.service.as_deref().unwrap_or_default();
    if let Some(endpoint) = &grpc.endpoint {
        if context.shared.is_simulated {
            return Ended::skipped("the simulated cluster forwards no ports");
        }
        let endpoint = Endpoint::of(endpoint, grpc.port.as_deref(), context);
        return ask(limit, async |time| check_service(&endpoint, grpc, context, time).await).await;
    }
    let Address { host_and_port: address, is_tls } = Address::of(grpc.address.as_deref().unwrap_or_default(), grpc.tls);
    let check = async |time| {
        let stream = connect_address(&address, time).await?;
        let name = host_and_port(&address).map(|(host, _)| host).filter(|_| is_tls);
        check_over(stream, (name, context), service, &format!("`{address}`"), time).await
    };
    ask(limit, check).await
}

/// One health check over a connection, with TLS where the server has a name for it.
async fn check_over<S>(
    stream: S,
    (name, context): (Option<&str>, &Context),
    service: &str,
    what: &str,
    time: Duration,
) -> Result<(), Trouble>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let Some(name) = name else { return check(stream, service, what, time).await };
    match tokio::time::timeout(time, context.transport.tls_over(stream, name)).await {
        Ok(Ok(stream)) => check(stream, service, what, time).await,
        Ok(Err(why)) => Err(Trouble::NotYet(format!("{what} cannot be reached over TLS: {why}"))),
        Err(_) => Err(Trouble::NotYet(format!("{what} did not answer within {}", seconds(time)))),
    }
}

async fn check_service(endpoint: &Endpoint<'_>, grpc: &Grpc, context: &Context, time: Duration) -> Result<(), Trouble> {
    let pod = endpoint.pod(context).await?;
    let opened = open(context, &pod).await.map_err(|error| Trouble::of(&error, &endpoint.name(), time))?;
    let name = endpoint.name();
    let server = grpc.tls.then(|| format!("{}.{}.svc", endpoint.service, endpoint.namespace));
    let service = grpc.service.as_deref().unwrap_or_default();
    let asking = check_over(opened.stream, (server.as_deref(), context), service, &name, time);
    tokio::pin!(asking);
    tokio::select! {
        biased;
        Some(said) = opened.refused => Err(Trouble::Refused(format!("{name} cannot be reached: nobody listens on port {} of pod {}: {}", pod.port, pod.pod, words(&said)))),
        outcome = &mut asking => outcome,
    }
}

/// One health check over a connection.
async fn check<S>(stream: S, service: &str, what: &str, time: Duration) -> Result<(), Trouble>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let asking = async {
        let channel =
            channel(stream).await.map_err(|error| Trouble::NotYet(format!("{what} does not speak gRPC: {error}")))?;
        let request = HealthCheckRequest { service: service.to_owned() };
        HealthClient::new(channel).check(request).await.map_err(|status| of_status(&status, service, what))
    };
    let Ok(answer) = tokio::time::timeout(time, asking).await else {
        return Err(Trouble::NotYet(format!("{what} did not answer within {}", seconds(time))));
    };
    let of = if service.is_empty() { String::new() } else { format!(" of `{service}`") };
    match answer?.into_inner().status() {
        ServingStatus::Serving => Ok(()),
        ServingStatus::NotServing => Err(Trouble::NotYet(format!("{what} says NOT_SERVING{of}"))),
        ServingStatus::ServiceUnknown => Err(Trouble::NotYet(format!("{what} says SERVICE_UNKNOWN{of}"))),
        ServingStatus::Unknown => Err(Trouble::NotYet(format!("{what} says UNKNOWN{of}"))),
    }
}

async fn channel<S>(stream: S) -> Result<Channel, tonic::transport::Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let mut stream = Some(stream);
    // There is this one connection and no other: once it is broken, so is the channel.
    let connector = tower::service_fn(move |_: Uri| {
        let taken = stream.take().map(TokioIo::new).ok_or(std::io::ErrorKind::NotConnected);
        std::future::ready(taken.map_err(std::io::Error::from))
    });
    tonic::transport::Endpoint::from_static("http://service").connect_with_connector(connector).await
}

fn of_status(status: &tonic::Status, service: &str, what: &str) -> Trouble {
    match status.code() {
        Code::Unimplemented => Trouble::NotYet(format!("{what} has no health service (`grpc.health.v1.Health`)")),
        Code::NotFound => Trouble::NotYet(format!("{what} does not know the service `{service}`")),
        // The channel's own word: no answer came that is gRPC.
        _ if std::error::Error::source(status).is_some() => {
            Trouble::NotYet(format!("{what} does not speak gRPC: {}", seatrial_transport::innermost(status)))
        }
        code => Trouble::NotYet(format!("{what} answered {code:?}: {}", status.message())),
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioExecutor;
    use hyper_util::service::TowerToHyperService;
    use tonic_health::server::health_reporter;

    use super::*;

    #[tokio::test]
    async fn tells_a_server_that_serves_from_one_that_does_not() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (reporter, service) = health_reporter();
        reporter.set_service_status("cart", tonic_health::ServingStatus::NotServing).await;
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let serving = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service.clone()));
                tokio::spawn(serving);
            }
        });
        let asked = async |service: &str| {
            let time = Duration::from_secs(5);
            let stream = connect_address(&address.to_string(), time).await.expect("it listens");
            check(stream, service, "it", time).await
        };
        assert_eq!(asked("").await, Ok(()));
        assert_eq!(asked("cart").await, Err(Trouble::NotYet("it says NOT_SERVING of `cart`".to_owned())));
        assert_eq!(asked("till").await, Err(Trouble::NotYet("it does not know the service `till`".to_owned())));
        server.abort();
    }

    #[tokio::test]
    async fn what_does_not_speak_it_fails() {
        let (here, mut there) = tokio::io::duplex(1 << 10);
        let answering = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let _ = there.read(&mut [0; 64]).await;
            let _ = there.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        });
        let outcome = check(here, "", "it", Duration::from_secs(5)).await;
        assert!(matches!(&outcome, Err(Trouble::NotYet(_))), "{outcome:?}");
        answering.await.expect("answered");
    }
}
