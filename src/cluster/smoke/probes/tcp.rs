//! `tcp:` somebody listens.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::Context;
use crate::outcome::ended::Ended;
use crate::outcome::patience;
use crate::outcome::trouble::{Trouble, ask};
use crate::service::endpoint::Endpoint;
use crate::service::forward::{open, words};

/// `tcp:` one of `service` and `address`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tcp {
    /// Service in the environment's namespace: `db` or `namespace/db`. One of its ready pods is asked, through the API server.
    pub service: Option<String>,
    /// Its port: name or number; the only one by default.
    pub port: Option<String>,
    /// `host:port` instead of a service, asked from the machine that runs Seatrial; placeholders as in `deploy.url`.
    pub address: Option<String>,
}

/// A refusal comes back within this time, and three times what opening the connection took: nobody says that a port is open.
const REFUSED_WITHIN: Duration = Duration::from_millis(500);

/// What is wrong with it before it is run. Sentences.
pub(crate) fn problems(tcp: &Tcp) -> Vec<String> {
    endpoint_problems("tcp", ("service", tcp.service.as_deref()), tcp.port.as_deref(), tcp.address.as_deref())
}

/// What is wrong with a service or an address.
pub(crate) fn endpoint_problems(
    kind: &str,
    (key, service): (&str, Option<&str>),
    port: Option<&str>,
    address: Option<&str>,
) -> Vec<String> {
    match (service, address) {
        (None, None) => vec![format!("`{kind}` has neither `{key}` nor `address`")],
        (Some(_), Some(_)) => vec![format!("`{kind}` has both `{key}` and `address`; keep one")],
        (Some(service), None) => Endpoint::problem(&format!("{kind}.{key}"), service).into_iter().collect(),
        (None, Some(address)) => {
            let mut problems = Vec::new();
            if port.is_some() {
                problems.push(format!("`{kind}.port` belongs to `{key}`; with `address`, write `host:port`"));
            }
            if !address.contains('{') && host_and_port(address).is_none() {
                problems.push(format!("`{kind}.address` is `{address}`; write `host:port`"));
            }
            problems
        }
    }
}

/// `db.example.com:5432`, `[::1]:5432`.
pub(crate) fn host_and_port(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let plain = !host.is_empty() && !host.contains(['/', '@', ' ']);
    Some((host, port.parse().ok().filter(|port| *port > 0)?)).filter(|_| plain)
}

/// Connects until somebody takes the connection.
pub(crate) async fn probe(tcp: &Tcp, context: &Context, limit: Duration) -> Ended {
    if let Some(service) = &tcp.service {
        if context.shared.is_simulated {
            return Ended::skipped("the simulated cluster forwards no ports");
        }
        let endpoint = Endpoint::of(service, tcp.port.as_deref(), context);
        return ask(limit, async |time| connect_service(&endpoint, context, time).await).await;
    }
    let address = tcp.address.as_deref().unwrap_or_default();
    ask(limit, async |time| connect_address(address, time).await.map(drop)).await
}

async fn connect_service(endpoint: &Endpoint<'_>, context: &Context, time: Duration) -> Result<(), Trouble> {
    let pod = endpoint.pod(context).await?;
    let opened = open(context, &pod).await.map_err(|error| Trouble::of(&error, &endpoint.name(), time))?;
    let mut stream = opened.stream;
    let quiet = REFUSED_WITHIN.max(opened.opened_in * 3);
    let mut first = [0];
    let nobody = |why: &str| {
        let (pod, port) = (&pod.pod, pod.port);
        Trouble::Refused(format!(
            "{} cannot be reached: nobody listens on port {port} of pod {pod}: {why}",
            endpoint.name()
        ))
    };
    tokio::select! {
        biased;
        Some(said) = opened.refused => Err(nobody(&words(&said))),
        read = stream.read(&mut first) => match read {
            Ok(0) | Err(_) => Err(nobody("the connection was closed at once")),
            Ok(_) => Ok(()),
        },
        () = tokio::time::sleep(quiet) => Ok(()),
    }
}

/// Connects to an address from this machine.
pub(crate) async fn connect_address(address: &str, time: Duration) -> Result<TcpStream, Trouble> {
    let Some((host, port)) = host_and_port(address) else {
        return Err(Trouble::Wrong(format!("`{address}` is not an address; write `host:port`")));
    };
    match tokio::time::timeout(time, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(Trouble::NotYet(format!("`{address}` cannot be reached: {error}"))),
        Err(_) => Err(Trouble::NotYet(format!("`{address}` did not answer within {}", patience::seconds(time)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        assert_eq!(host_and_port("db.example.com:5432"), Some(("db.example.com", 5432)));
        assert_eq!(host_and_port("[::1]:5432"), Some(("::1", 5432)));
        for wrong in ["db", "db:", "db:0", ":5432", "http://db:80", "db:99999"] {
            assert_eq!(host_and_port(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn an_open_port_passes_and_a_closed_one_does_not() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let time = Duration::from_secs(5);
        assert!(connect_address(&address, time).await.is_ok());
        drop(listener);
        let error = connect_address(&address, time).await.map(drop).expect_err("nobody listens");
        assert!(matches!(&error, Trouble::NotYet(clause) if clause.contains("cannot be reached")), "{error:?}");
    }
}
