//! Fetches what a rendering needed, and remembers what came of it for the next one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt as _;
use futures::stream;
use seatrial_entra::{Identity, is_azure_registry, registry_login};
use seatrial_kubernetes::ImageReference;
use seatrial_model::{Masker, NeededKind};
use seatrial_registry::{FetchError, HostSettings, Login, Registries, host_of};
use seatrial_transport::{Settings, Transport};
use seatrial_tree::{Artifact, Fetched, Key, NotFetched, file_name};
use secrecy::ExposeSecret as _;

use crate::context::authority::Authority;
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::context::workspace::Workspace;
use crate::process::stop::Stop;
use crate::supply::cache::{Cache, Entry, cache_directory};
use crate::supply::docker_config::DockerConfig;
use crate::supply::identity;
use crate::supply::policy::Policy;
use crate::supply::wanted::{Came, Outcome, Wanted, one_of_each_host_first};

/// How many are fetched at the same time: registries answer so many without slowing down.
const AT_ONCE: usize = 16;

/// How often something new may be needed once what was needed is there.
const MOST_ROUNDS: usize = 6;

/// What became of images, by their full names; a digest where there is one.
pub(crate) type Images = HashMap<String, Result<String, NotFetched>>;

/// What is here for a rendering.
#[derive(Debug, Default)]
pub(crate) struct Supplied {
    pub(crate) fetched: Fetched,
    pub(crate) images: Images,
}

/// Fetches, and remembers.
#[derive(Debug)]
pub(crate) struct Fetcher {
    policy: Policy,
    /// `None`: `--offline`.
    network: Option<Settings>,
    cache: Option<Cache>,
    docker: DockerConfig,
    identity: Option<Identity>,
    masker: Arc<Masker>,
    known: Mutex<Known>,
}

/// What is known of what is wanted.
#[derive(Debug, Default)]
struct Known {
    artifacts: HashMap<Key, Outcome>,
    /// What the cache has, and nobody was asked about in this run.
    unsettled: HashMap<Key, Entry>,
    images: Images,
    /// Hosts where nobody answers, and what was said of that.
    silent: HashMap<String, String>,
    /// Sentences about what was not asked for again, and about logins that are not there.
    notices: BTreeSet<String>,
}

impl Known {
    /// Whether something came of it that can be read.
    fn has(&self, key: &Key) -> bool {
        self.artifacts.get(key).is_some_and(|outcome| !outcome.as_ref().is_ok_and(|artifact| artifact.is_broken()))
    }

    /// What an earlier run fetched, and may be another by now.
    fn before(&self, key: &Key) -> Option<(Entry, Arc<Artifact>)> {
        let entry = self.unsettled.get(key)?.clone();
        let kept = self.artifacts.get(key)?.as_ref().ok().filter(|artifact| !artifact.is_broken())?;
        Some((entry, Arc::clone(kept)))
    }

    fn is_due(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::Artifact(key) => !self.has(key) || self.unsettled.contains_key(key),
            Wanted::Image(name) => !self.images.contains_key(name),
        }
    }

    /// Remembers what came; says whether it is another than before.
    fn take(&mut self, came: Came) -> bool {
        match came {
            Came::Artifact(key, outcome) => {
                self.unsettled.remove(&key);
                let is_new = !self.has(&key) || self.artifacts.get(&key) != Some(&outcome);
                self.artifacts.insert(key, outcome);
                is_new
            }
            Came::Image(name, outcome) => self.images.insert(name, outcome).is_none(),
        }
    }
}

impl Fetcher {
    /// For a change.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a CA bundle that cannot be read.
    pub(crate) fn of(context: &RunContext<'_>) -> Result<Fetcher, Stop> {
        Fetcher::new(Policy::of(context), context.session)
    }

    /// For what is rendered without a report.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a CA bundle that cannot be read.
    pub(crate) fn under(authority: &Authority, workspace: &Workspace, session: &Session) -> Result<Fetcher, Stop> {
        Fetcher::new(Policy::under(authority, workspace.config.as_ref(), session), session)
    }

    fn new(policy: Policy, session: &Session) -> Result<Fetcher, Stop> {
        let network = if session.offline { None } else { Some(session.network(session.ca_bundle.as_deref())?) };
        let cache = cache_directory(&session.env).map(Cache::at);
        let mut known = Known::default();
        for entry in cache.iter().flat_map(Cache::entries) {
            let wanted = (entry.kind(), entry.url.clone(), entry.asked.clone());
            if let Some(cache) = &cache {
                known.artifacts.insert(wanted.clone(), Ok(cache.artifact(&entry)));
            }
            if !entry.is_settled() {
                known.unsettled.insert(wanted, entry);
            }
        }
        let docker = DockerConfig::read(&session.env);
        let masker = Arc::clone(&session.masker);
        let identity = identity::of_environment(&session.env, &masker).filter(|_| policy.uses_credentials);
        Ok(Fetcher { policy, network, cache, docker, identity, masker, known: Mutex::new(known) })
    }

    /// What is known now, for a rendering.
    fn supplied(&self) -> Supplied {
        let known = self.known();
        Supplied { fetched: Fetched::new(known.artifacts.clone()), images: known.images.clone() }
    }

    /// Sentences for the report.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.known().notices.iter().cloned().collect()
    }

    /// Makes something of what is fetched, again as long as more comes of what it needs.
    pub(crate) fn until_all_is_here<T>(
        &self,
        mut make: impl FnMut(&Supplied) -> T,
        wants: impl Fn(&T) -> BTreeSet<Wanted>,
    ) -> T {
        let mut supplied = self.supplied();
        let mut made = make(&supplied);
        for _ in 0..MOST_ROUNDS {
            let mut wanted = wants(&made);
            wanted.extend(supplied.fetched.used().into_iter().map(Wanted::Artifact));
            if !self.fetch(&wanted) {
                break;
            }
            supplied = self.supplied();
            made = make(&supplied);
        }
        made
    }

    /// Fetches what is new, and asks again about what an earlier run fetched; says whether something is another now.
    fn fetch(&self, wanted: &BTreeSet<Wanted>) -> bool {
        let Some(network) = &self.network else { return false };
        let due: Vec<Wanted> = {
            let known = self.known();
            one_of_each_host_first(wanted.iter().filter(|wanted| known.is_due(wanted)).cloned())
        };
        if due.is_empty() {
            return false;
        }
        let came = on_a_runtime(async {
            match self.registries(network, &due).await {
                Ok(registries) => {
                    let each = stream::iter(due).map(|wanted| self.ask(&registries, wanted));
                    each.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await
                }
                Err(why) => {
                    let failed = NotFetched { is_absent: false, why };
                    due.into_iter().map(|wanted| wanted.failed(failed.clone())).collect()
                }
            }
        });
        let mut known = self.known();
        let mut is_new = false;
        for came in came {
            is_new |= known.take(came);
        }
        is_new
    }

    /// Asks for one thing.
    async fn ask(&self, registries: &Registries, wanted: Wanted) -> Came {
        let host = wanted.host();
        if !self.policy.permits(&host) {
            let why = format!("`registries` of the target branch does not name `{host}`");
            return wanted.failed(NotFetched { is_absent: false, why });
        }
        let silent = self.known().silent.get(&host).cloned();
        match wanted {
            Wanted::Artifact(key) => {
                let outcome = self.artifact(registries, &key, silent).await;
                Came::Artifact(key, outcome)
            }
            Wanted::Image(name) => {
                let reference = ImageReference::parse(&name);
                let url = format!("oci://{}", reference.full_name());
                let wanted = reference.digest.unwrap_or_else(|| reference.tag_or_latest());
                let outcome = match silent {
                    Some(why) => Err(FetchError::NoAnswer(why)),
                    None => registries.digest(&url, wanted).await,
                };
                let outcome = outcome.map_err(|error| self.told(&host, error));
                Came::Image(name, outcome)
            }
        }
    }

    /// Asks for a chart or an artifact of manifests.
    async fn artifact(&self, registries: &Registries, key: &Key, silent: Option<String>) -> Outcome {
        let (kind, url, version) = key;
        let before = self.known().before(key);
        if let Some((entry, kept)) = before.as_ref().filter(|(entry, _)| entry.is_of_a_tag())
            && silent.is_none()
            && registries.digest(url, version).await.is_ok_and(|digest| entry.manifest.as_ref() == Some(&digest))
        {
            return Ok(Arc::clone(kept));
        }
        let came = match (silent, kind) {
            (Some(why), _) => Err(FetchError::NoAnswer(why)),
            (None, NeededKind::Source) => registries.artifact(url, version, None).await,
            (None, NeededKind::Chart | NeededKind::Base) => registries.chart(url, version).await,
        };
        match (came, before) {
            (Ok(artifact), before) => {
                let entry = Entry {
                    is_source: *kind == NeededKind::Source,
                    url: url.clone(),
                    asked: version.clone(),
                    version: artifact.version,
                    digest: artifact.digest,
                    manifest: artifact.manifest_digest,
                };
                if let Some(cache) = &self.cache
                    && before.is_none_or(|(before, _)| before != entry)
                    && let Err(why) = cache.keep(&entry, &artifact.bytes)
                {
                    tracing::warn!("what was fetched is not kept: {why}");
                }
                Ok(Arc::new(Artifact::verified(&entry.digest, &entry.version, artifact.bytes)))
            }
            (Err(FetchError::Unreachable(why) | FetchError::NoAnswer(why)), Some((entry, kept))) => {
                let (name, version) = (file_name(url.trim_end_matches('/')), entry.version);
                let said = format!("`{name} {version}` is rendered as it was fetched before: {why}");
                self.known().notices.insert(said);
                Ok(kept)
            }
            (Err(error), _) => Err(self.told(&host_of(url), error)),
        }
    }

    /// Why something was not fetched. A host where nobody answers is not asked for the rest.
    fn told(&self, host: &str, error: FetchError) -> NotFetched {
        let (is_absent, why) = (matches!(error, FetchError::NotFound { .. }), error.to_string());
        if let FetchError::NoAnswer(why) = error {
            self.known().silent.insert(host.to_owned(), why);
        }
        NotFetched { is_absent, why }
    }

    async fn registries(&self, network: &Settings, due: &[Wanted]) -> Result<Registries, String> {
        let settings = Settings { private: self.policy.private.clone(), ..network.clone() };
        let transport = Transport::new(&settings).map_err(|error| error.to_string())?;
        let named = self.policy.registries.keys().cloned();
        let hosts: BTreeSet<String> = due.iter().map(Wanted::host).chain(named).collect();
        let mut settings: BTreeMap<String, HostSettings> = BTreeMap::new();
        for host in hosts {
            let of_host = self.host(&transport, &host).await;
            settings.insert(host, of_host);
        }
        Ok(Registries::new(transport, settings))
    }

    async fn host(&self, transport: &Transport, host: &str) -> HostSettings {
        let configured = self.policy.registries.get(host).cloned().unwrap_or_default();
        let found = self.policy.uses_credentials.then(|| self.docker.of(host, &self.masker)).flatten();
        let mut login = found.map(|found| Login { username: found.username, password: found.password.into() });
        let is_azure = configured.azure || is_azure_registry(host);
        if login.is_none()
            && is_azure
            && let Some(identity) = &self.identity
        {
            match registry_login(transport, identity, host, configured.plain_http).await {
                Ok(password) => {
                    self.masker.add(password.expose_secret());
                    login = Some(Login { username: String::new(), password });
                }
                Err(error) => drop(self.known().notices.insert(format!("no login at {host}: {error}"))),
            }
        }
        HostSettings { plain_http: configured.plain_http, mirror: configured.mirror, login }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// What it is.
    fn kind(&self) -> NeededKind {
        if self.is_source { NeededKind::Source } else { NeededKind::Chart }
    }

    /// Whether it was asked for by a tag of a registry, which a digest can be asked of.
    fn is_of_a_tag(&self) -> bool {
        self.manifest.is_some() && self.asked == self.version
    }

    /// Whether nobody needs to be asked again: a digest says what it is, and a repository of charts never has another chart of one version
    /// (Flux' source-controller does not look for one, either). A tag may be moved, and a range may have more in it.
    fn is_settled(&self) -> bool {
        let is_digest = self.asked.starts_with("sha256:");
        is_digest || (self.manifest.is_none() && self.asked == self.version)
    }
}

/// Runs on a runtime of its own: whoever renders is not async, and may itself run on one.
fn on_a_runtime<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime is there").block_on(work)
    };
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
