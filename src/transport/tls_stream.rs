//! TLS over a connection that somebody else has opened, for protocols that are not ours to speak: gRPC.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::transport::tls;
use crate::{Transport, innermost};

impl Transport {
    /// HTTP/2 over TLS with this transport's roots, to a server of this name.
    ///
    /// # Errors
    /// A clause: why the server is not trusted, or does not speak TLS.
    pub async fn tls_over<S>(&self, stream: S, name: &str) -> Result<TlsStream<S>, String>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let roots = self.root_store(None).map_err(|error| error.to_string())?;
        let mut config = tls(roots).map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        let server =
            ServerName::try_from(name.to_owned()).map_err(|_| format!("`{name}` is not the name of a server"))?;
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(server, stream).await.map_err(|error| innermost(&error))
    }
}
