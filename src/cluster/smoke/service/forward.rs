//! A port on loopback that leads to a service in the cluster, for a program on this machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use seatrial_api::{ApiError, PortForward};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::Context;
use crate::outcome::trouble::Trouble;
use crate::service::endpoint::{Endpoint, PodPort};

/// Opening a connection takes no longer.
const OPENING: Duration = Duration::from_secs(10);

/// A connection that ended is waited for no longer to say why.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A port on loopback. It is closed when this is dropped.
pub(crate) struct Forward {
    port: u16,
    trouble: Arc<Mutex<Option<String>>>,
    serving: AbortHandle,
}

impl Forward {
    /// Listens; each connection is led to a ready pod of the service, chosen when it comes.
    pub(crate) async fn open(endpoint: &Endpoint<'_>, context: &Context) -> Result<Forward, Trouble> {
        // What cannot be reached now need not be tried by a program.
        let first = endpoint.pod(context).await?;
        let broken = |error: std::io::Error| Trouble::Broken(format!("cannot listen on loopback: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(broken)?;
        let port = listener.local_addr().map_err(broken)?.port();
        let trouble = Arc::default();
        let way = Way {
            context: context.clone(),
            namespace: endpoint.namespace.to_owned(),
            service: endpoint.service.to_owned(),
            port: endpoint.port.map(str::to_owned),
            trouble: Arc::clone(&trouble),
        };
        let serving = tokio::spawn(serve(listener, Arc::new(way), first)).abort_handle();
        Ok(Forward { port, trouble, serving })
    }

    /// `http://127.0.0.1:PORT`, `https` where the service speaks TLS.
    pub(crate) fn url(&self, is_tls: bool) -> String {
        format!("{}://127.0.0.1:{}", if is_tls { "https" } else { "http" }, self.port)
    }

    /// Why a connection was not led to the service, the last time that one was not.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Where connections are led.
struct Way {
    context: Context,
    namespace: String,
    service: String,
    port: Option<String>,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Way {
    async fn pod(&self) -> Result<PodPort, Trouble> {
        let endpoint = Endpoint { namespace: &self.namespace, service: &self.service, port: self.port.as_deref() };
        endpoint.pod(&self.context).await
    }

    fn note(&self, why: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

async fn serve(listener: TcpListener, way: Arc<Way>, mut pod: PodPort) {
    // Connections end with the listener.
    let mut connections = JoinSet::new();
    while let Ok((incoming, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let opened = match open(&way.context, &pod).await {
            Ok(opened) => Ok(opened),
            // The pod may have gone: another one.
            Err(_) => match way.pod().await {
                Ok(next) => {
                    pod = next;
                    open(&way.context, &pod).await.map_err(|error| error.to_string())
                }
                Err(
                    Trouble::NotYet(why)
                    | Trouble::Refused(why)
                    | Trouble::Troubled(why)
                    | Trouble::Wrong(why)
                    | Trouble::Broken(why),
                ) => Err(why),
            },
        };
        match opened {
            Ok(opened) => drop(connections.spawn(lead(incoming, opened, Arc::clone(&way)))),
            Err(why) => way.note(why),
        }
    }
}

/// Opens a connection to a port of a pod.
pub(crate) async fn open(context: &Context, pod: &PodPort) -> Result<PortForward, ApiError> {
    context.cluster.port_forward(&pod.namespace, &pod.pod, pod.port, OPENING).await
}

async fn lead(mut incoming: TcpStream, opened: PortForward, way: Arc<Way>) {
    let PortForward { mut stream, refused, .. } = opened;
    let copying = tokio::io::copy_bidirectional(&mut incoming, &mut stream);
    tokio::pin!(copying, refused);
    let why = tokio::select! {
        _ = &mut copying => tokio::time::timeout(LAST_WORDS, &mut refused).await.ok().flatten(),
        why = &mut refused => match why {
            Some(why) => Some(why),
            // Nothing was refused: the stream lives on.
            None => {
                let _ = copying.await;
                None
            }
        },
    };
    if let Some(why) = why {
        way.note(words(&why));
    }
}

/// The kubelet's words without what names its layers: `… dial tcp4 127.0.0.1:81: connect: connection refused` → `connection refused`.
pub(crate) fn words(said: &str) -> String {
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.to_ascii_lowercase().contains("connection refused") {
        return "connection refused".to_owned();
    }
    line
}
