//! A connection to a port of a pod, through the API server.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use seatrial_transport::innermost;
use tokio::io::DuplexStream;
use tokio::time::Instant;

use crate::call::answer::{About, error_of};
use crate::{ApiError, Cluster};

/// A connection to a port of a pod.
pub struct PortForward {
    /// What is written comes to the pod, and what the pod answers is read.
    pub stream: DuplexStream,
    /// Ends with the kubelet's words when the pod's port cannot be reached.
    pub refused: std::pin::Pin<Box<dyn Future<Output = Option<String>> + Send>>,
    /// How long it took to open it: a round trip to the node, or more.
    pub opened_in: Duration,
}

impl Cluster {
    /// Opens a connection to a port of a pod (kubelet: `portforward`, over WebSockets). Whether somebody listens there is told afterwards, by
    /// [`PortForward::refused`], and only when nobody does.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn port_forward(
        &self,
        namespace: &str,
        pod: &str,
        port: u16,
        timeout: Duration,
    ) -> Result<PortForward, ApiError> {
        let begun = Instant::now();
        let pods: Api<Pod> = Api::namespaced(self.line().client().await?, namespace);
        let ports = [port];
        let opening = tokio::time::timeout(timeout, pods.portforward(pod, &ports)).await;
        let Ok(opened) = opening else { return Err(ApiError::TimedOut { seconds: timeout.as_secs().max(1) }) };
        let mut forwarder = opened.map_err(|error| self.not_forwarded(&error, namespace, pod))?;
        let broken = || ApiError::Closed("the connection was not opened".to_owned());
        let stream = forwarder.take_stream(port).ok_or_else(broken)?;
        let refused = forwarder.take_error(port).ok_or_else(broken)?;
        // It forwards in a task of its own, until the stream is dropped.
        Ok(PortForward { stream, refused: Box::pin(refused), opened_in: begun.elapsed() })
    }

    fn not_forwarded(&self, error: &kube::Error, namespace: &str, pod: &str) -> ApiError {
        let about = About {
            verb: "create",
            resource: "pods/portforward".to_owned(),
            namespace: Some(namespace.to_owned()),
            kind: None,
            name: Some(pod.to_owned()),
        };
        match error {
            kube::Error::Api(status) => {
                let body = serde_json::to_vec(status).unwrap_or_default();
                error_of(status.code, &body, &about, self.masker())
            }
            other => ApiError::Closed(innermost(other)),
        }
    }
}
