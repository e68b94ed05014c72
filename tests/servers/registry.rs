//! An OCI distribution registry in memory: blobs, uploads in one piece or in chunks, manifests by tag and digest, tags by pages.
//!
//! It checks what a registry checks: digests, names, and that a manifest's parts are there. Pushing is open to everybody; put
//! [`crate::acr`] before it for credentials.
//!
//! Not imitated: the referrers API (404, as registries before OCI 1.1 answer), ranges, `Accept` negotiation and Docker schema 1, `_catalog`
//! by pages, upload expiry, `Content-Range` checks of chunks, quotas, garbage collection, TLS.

pub(crate) mod path;
mod routes;
mod store;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::listen::{ANY_PORT, Listening, bind};
use crate::oci::Package;
use store::Store;

/// The server; stops when the last handle is dropped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    store: Arc<Mutex<Store>>,
    listening: Arc<Listening>,
}

impl Registry {
    /// Starts on a free port of loopback.
    pub async fn start() -> Registry {
        Registry::start_at(ANY_PORT, usize::MAX).await.expect("a port of loopback is free")
    }

    /// Starts on an address, and never lists more than so many tags in one answer.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start_at(address: SocketAddr, page: usize) -> io::Result<Registry> {
        let store = Arc::new(Mutex::new(Store::with_pages_of(page)));
        let shared = Arc::clone(&store);
        let listening = bind(address).await?.serve(move |request| routes::handle(request, Arc::clone(&shared)));
        Ok(Registry { store, listening: Arc::new(listening) })
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Where it is, as an image's name begins: `127.0.0.1:PORT`.
    #[must_use]
    pub fn host(&self) -> String {
        self.listening.address.to_string()
    }

    /// Puts a package there without HTTP, and gives its digest.
    pub fn put(&self, repository: &str, tag: &str, package: &Package) -> String {
        let mut store = self.store();
        for blob in [&package.config, &package.layer] {
            store.put_blob(repository, blob.bytes.clone());
        }
        store.put_manifest(repository, Some(tag), crate::oci::MANIFEST, package.manifest().into())
    }

    /// The tags of a repository, sorted.
    #[must_use]
    pub fn tags(&self, repository: &str) -> Vec<String> {
        self.store().tags(repository).unwrap_or_default()
    }

    /// A manifest's bytes, by tag or digest.
    #[must_use]
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<Bytes> {
        Some(self.store().manifest(repository, reference)?.bytes.clone())
    }

    /// A blob's bytes.
    #[must_use]
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Bytes> {
        self.store().blob(repository, digest)
    }

    /// Every request so far as `METHOD /path?query`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.store().log.clone()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
