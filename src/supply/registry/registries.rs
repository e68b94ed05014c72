//! All registries and repositories, as those who fetch ask them.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_transport::Transport;
use seatrial_tree::is_digest;

use crate::address::{Repository, host_of, repository};
use crate::answer::is_tag;
use crate::choice::{choose, is_exact, newest};
use crate::index::{Pulled, Repositories};
use crate::manifest::{Manifest, Wanted};
use crate::oci::{Client, Found};
use crate::{FetchError, HostSettings, Login};

/// Registries and repositories of charts. Cheap to clone; what one of them has learned, all know.
#[derive(Clone, Debug)]
pub struct Registries(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    repositories: Repositories,
    hosts: BTreeMap<String, HostSettings>,
}

/// Something that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// `sha256:` and the digest of the bytes in hexadecimal.
    pub digest: String,
    /// The version that was chosen.
    pub version: String,
    /// The digest of the manifest that names it; `None` where it is from a repository of charts.
    pub manifest_digest: Option<String>,
}

impl Registries {
    /// With what is said of hosts, by host and port in small letters.
    #[must_use]
    pub fn new(transport: Transport, hosts: BTreeMap<String, HostSettings>) -> Registries {
        let repositories = Repositories::new(transport.clone());
        Registries(Arc::new(Inner { client: Client::new(transport), repositories, hosts }))
    }

    /// A chart. `url` is `oci://HOST/PATH/NAME`, or the address of a repository of charts with the chart's name behind it; `version` is a
    /// version, a range of versions (Masterminds), a tag, a digest (`sha256:…`), or empty for the newest.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn chart(&self, url: &str, version: &str) -> Result<Artifact, FetchError> {
        if url.starts_with("oci://") {
            return self.of_registry(url, version, Wanted::Chart).await;
        }
        let Pulled { bytes, digest, version } =
            self.0.repositories.chart(url, version, &self.host(&host_of(url))).await?;
        Ok(Artifact { bytes, digest, version, manifest_digest: None })
    }

    /// An artifact of Flux: the layer of a media type, else the first one. Without a version it is the tag `latest`.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn artifact(&self, url: &str, version: &str, layer: Option<&str>) -> Result<Artifact, FetchError> {
        let version = if version.is_empty() { "latest" } else { version };
        self.of_registry(url, version, Wanted::Layer(layer)).await
    }

    /// All tags of a repository.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn tags(&self, url: &str) -> Result<Vec<String>, FetchError> {
        let (repository, login) = self.repository(url)?;
        self.all_tags(&repository, login).await
    }

    /// The digest of a manifest, by tag or digest.
    ///
    /// # Errors
    /// See [`FetchError`]; it is [`FetchError::NotFound`] only where the registry lets us in and has none.
    pub async fn digest(&self, url: &str, reference: &str) -> Result<String, FetchError> {
        let (repository, login) = self.repository(url)?;
        if !is_digest(reference) && !is_tag(&tag(reference)) {
            return Err(FetchError::Wrong(format!("`{reference}` is neither a tag nor a digest")));
        }
        match self.0.client.digest(&repository, login, &tag(reference)).await? {
            Some(found) => Ok(found),
            // Who may read the tags would have been shown it.
            None => Err(self.not_there(&repository, login, reference).await?),
        }
    }

    async fn of_registry(&self, url: &str, version: &str, wanted: Wanted<'_>) -> Result<Artifact, FetchError> {
        let (repository, login) = self.repository(url)?;
        let (chosen, found) = self.chosen(&repository, login, version).await?;
        let what = format!("{}/{}:{chosen}", repository.host, repository.name);
        let mut manifest = Manifest::read(&what, &found.bytes)?;
        if let Some(only) = manifest.only(&what)? {
            let inner = self.0.client.manifest(&repository, login, &only.digest).await?;
            let inner = inner.ok_or_else(|| absent(&repository, &only.digest))?;
            manifest = Manifest::read(&what, &inner.bytes)?;
        }
        let layer = manifest.layer(&what, wanted)?;
        let bytes = self.0.client.blob(&repository, login, layer).await?;
        // Only of a version, `_` stands for a `+`.
        let plus = chosen.replace('_', "+");
        let (digest, version) = (layer.digest.clone(), if is_exact(&plus) { plus } else { chosen });
        Ok(Artifact { bytes, digest, version, manifest_digest: Some(found.digest) })
    }

    /// The manifest of a version, with the tag that was chosen.
    async fn chosen(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        version: &str,
    ) -> Result<(String, Found), FetchError> {
        let is_named = version.starts_with("sha256:");
        if is_named && !is_digest(version) {
            return Err(FetchError::Wrong(format!("`{version}` is not a digest")));
        }
        let is_tag = is_tag(&tag(version));
        // A version may be a range as well: `1.2` is tried as a tag first, as Helm does it.
        if is_named || is_tag {
            let reference = if is_named { version.to_owned() } else { tag(version) };
            if let Some(found) = self.0.client.manifest(repository, login, &reference).await? {
                return Ok((reference, found));
            }
            if is_named {
                return Err(self.not_there(repository, login, version).await?);
            }
        }
        let tags = self.all_tags(repository, login).await?;
        let versions: Vec<String> = tags.iter().map(|tag| tag.replace('_', "+")).collect();
        let versions = versions.iter().map(String::as_str);
        let chosen = if is_exact(version) { None } else { choose(versions.clone(), version) };
        let Some(chosen) = chosen else {
            let (host, name) = (&repository.host, &repository.name);
            let what = if version.is_empty() {
                format!("{host}/{name} has no version")
            } else if is_tag {
                format!("{host}/{name} has no tag `{}`", tag(version))
            } else {
                format!("{host}/{name} has no version in `{version}`")
            };
            return Err(FetchError::NotFound { what, newest: newest(versions).map(str::to_owned) });
        };
        let reference = tag(chosen);
        let found = self.0.client.manifest(repository, login, &reference).await?;
        found.map(|found| (reference.clone(), found)).ok_or_else(|| absent(repository, &reference))
    }

    /// What a manifest that is not there proves: where not even a tag is shown, nothing.
    async fn not_there(
        &self,
        repository: &Repository,
        login: Option<&Login>,
        reference: &str,
    ) -> Result<FetchError, FetchError> {
        let shows = login.is_some() || self.0.client.shows_tags(repository, login).await?;
        Ok(FetchError::not_there(without(repository, reference), shows))
    }

    async fn all_tags(&self, repository: &Repository, login: Option<&Login>) -> Result<Vec<String>, FetchError> {
        let tags = self.0.client.tags(repository, login).await?;
        let what = format!("{} has no repository `{}`", repository.host, repository.name);
        tags.ok_or_else(|| FetchError::not_there(what, login.is_some()))
    }

    fn repository(&self, url: &str) -> Result<(Repository, Option<&Login>), FetchError> {
        let repository = repository(url, |host| self.host(host))?;
        let login = self.0.hosts.get(&repository.host).and_then(|settings| settings.login.as_ref());
        Ok((repository, login))
    }

    fn host(&self, host: &str) -> HostSettings {
        self.0.hosts.get(host).cloned().unwrap_or_default()
    }
}

/// A tag cannot have a `+` (helm: `registry` writes `_` for it).
fn tag(version: &str) -> String {
    version.replace('+', "_")
}

fn absent(repository: &Repository, reference: &str) -> FetchError {
    FetchError::not_there(without(repository, reference), true)
}

fn without(repository: &Repository, reference: &str) -> String {
    format!("{}/{} has no `{reference}`", repository.host, repository.name)
}
