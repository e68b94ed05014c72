//! What a command needs to know of the process it runs in: environment, CI, secrets, colours, network settings.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_ci::{CallerSays, CiContext, ForgeTarget, Host};
use seatrial_model::{Masker, Sources};
use seatrial_transport::Settings;

use crate::cli::variables::FromVariables;
use crate::cli::{ChangeArgs, Ci, Color, CommonArgs};
use crate::config::Placeholders;
use crate::context::revision::head_in_clone;
use crate::context::workspace::{normal, repository_of};
use crate::process::secrets::{environment, masker_of};
use crate::process::stop::Stop;
use crate::process::streams;

/// The process around a command.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) directory: PathBuf,
    pub(crate) ci: CiContext,
    /// Number of the pull request: from the CI, else from `--pull-request`.
    pub(crate) pull_request: Option<u64>,
    /// `owner/name`: from the CI, else from `--repository`.
    pub(crate) repository: Option<String>,
    /// Tells this process from all others, also from those of the same job.
    pub(crate) nonce: u64,
    pub(crate) masker: Arc<Masker>,
    pub(crate) sources: Arc<Sources>,
    pub(crate) color: bool,
    /// `--offline`: no network is used.
    pub(crate) offline: bool,
    /// Further certificates to trust, as the variable says; a command with the flag has its own.
    pub(crate) ca_bundle: Option<PathBuf>,
    pub(crate) from_variables: FromVariables,
}

impl Session {
    /// Reads the environment and the CI's event file.
    ///
    /// # Errors
    /// [`Stop::Broken`] when there is no current directory; [`Stop::Usage`] for a flag that contradicts the CI.
    pub(crate) fn open(common: &CommonArgs, change: Option<&ChangeArgs>) -> Result<Session, Stop> {
        let env = environment();
        let directory = current_directory(&env)?;
        let masker = Arc::new(masker_of(&env));
        let from_variables = common.from_variables.clone();
        let change = change.cloned().unwrap_or_default();
        let says = caller_says(common, &change)?;
        let event = Host::event_file(&env).and_then(|path| std::fs::read_to_string(path).ok());
        let mut ci = CiContext::detect(&env, event.as_deref(), &says).map_err(Stop::Usage)?;
        if let Some(pull_request) = &mut ci.pull_request
            && pull_request.head.is_none()
            && let Some(repository) = repository_of(&directory, common.config.as_deref())
        {
            pull_request.head = head_in_clone(pull_request, &repository);
        }
        let pull_request = number(&ci, &change, &from_variables)?;
        let given = says.forge.as_ref().map(ForgeTarget::name).or_else(|| change.repository.clone());
        let own = ci.forge.as_ref().map(ForgeTarget::name);
        let repository = agreed(from_variables.named("--repository"), own, given)?;
        // Keys of a hash map are random for each process: nothing more is needed here.
        let nonce = RandomState::new().hash_one(std::process::id());
        let color = wants_color(common.color, &env);
        let sources = Arc::new(Sources::new());
        tracing::debug!(host = ?ci.host, pull_request, "where this runs");
        let offline = common.offline;
        let ca_bundle = env.get("SEATRIAL_CA_BUNDLE").filter(|path| !path.trim().is_empty()).map(PathBuf::from);
        Ok(Session {
            offline,
            ca_bundle,
            env,
            directory,
            ci,
            pull_request,
            repository,
            nonce,
            masker,
            sources,
            color,
            from_variables,
        })
    }

    /// What names and addresses of an environment can be filled with.
    pub(crate) fn placeholders(&self, environment: &str) -> Placeholders {
        let pull_request = self.ci.pull_request.as_ref();
        let head = pull_request.and_then(|p| p.head.clone()).or_else(|| self.ci.checkout.clone());
        Placeholders {
            number: self.pull_request,
            environment: environment.to_owned(),
            branch: pull_request.map(|p| p.source_branch.clone()).filter(|b| !b.is_empty()),
            sha: head.filter(|s| !s.is_empty()),
        }
    }

    /// Masked text.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.masker.mask(text).into_owned()
    }

    /// Network settings: proxies from the environment, the CA bundle from its file.
    ///
    /// # Errors
    /// [`Stop::Usage`] when the bundle cannot be read.
    pub(crate) fn network(&self, ca_bundle: Option<&Path>) -> Result<Settings, Stop> {
        let variable = |name: &str| {
            let upper = self.env.get(&name.to_uppercase());
            upper.or_else(|| self.env.get(name)).filter(|v| !v.is_empty()).cloned()
        };
        let read = |file: &Path| {
            std::fs::read(file).map_err(|e| Stop::Usage(format!("cannot read the CA bundle `{}`: {e}", file.display())))
        };
        Ok(Settings {
            ca_bundle: ca_bundle.map(read).transpose()?,
            https_proxy: variable("https_proxy"),
            http_proxy: self.env.get("http_proxy").filter(|v| !v.is_empty()).cloned(),
            no_proxy: variable("no_proxy"),
            ..Settings::default()
        })
    }

    /// Whether a person watches standard error.
    pub(crate) fn has_terminal(&self) -> bool {
        self.ci.host == Host::Local && streams::errors_are_watched()
    }
}

/// What the flags say of the pull request.
///
/// # Errors
/// [`Stop::Usage`] for a forge that cannot be one.
fn caller_says(common: &CommonArgs, change: &ChangeArgs) -> Result<CallerSays, Stop> {
    let name = |flag| common.from_variables.named(flag);
    let forge = match (&change.forge, &change.repository) {
        (None, _) => None,
        (Some(_), None) => return Err(Stop::Usage(format!("{} needs --repository", name("--forge")))),
        (Some(url), Some(repository)) => Some(ForgeTarget::at(url, repository).ok_or_else(|| {
            let examples =
                "`https://github.com` and `owner/name`, or `https://dev.azure.com/organization` and `project/name`";
            Stop::Usage(format!(
                "{} `{url}` and {} `{repository}` do not name a repository, such as {examples}",
                name("--forge"),
                name("--repository")
            ))
        })?),
    };
    Ok(CallerSays {
        host: common.ci.map(Ci::host),
        pull_request: change.pull_request,
        head: change.head.clone(),
        target: change.target.clone(),
        forge,
        fork: change.fork,
    })
}

/// The number of the pull request, where CI and flags agree about it.
///
/// # Errors
/// [`Stop::Usage`] where they do not, and for flags that describe a pull request where there is none.
fn number(ci: &CiContext, change: &ChangeArgs, from_variables: &FromVariables) -> Result<Option<u64>, Stop> {
    let name = |flag| from_variables.named(flag);
    let own = ci.pull_request.as_ref();
    let given = change.pull_request.map(|number| number.to_string());
    let number = agreed(name("--pull-request"), own.map(|p| p.number.to_string()), given)?;
    agreed(name("--target"), own.map(|p| p.target_branch.clone()), change.target.clone())?;
    agreed(name("--head"), own.and_then(|p| p.head.clone()), change.head.clone())?;
    let described = match (&change.target, &change.head) {
        (Some(_), _) => Some("--target"),
        (None, Some(_)) => Some("--head"),
        (None, None) => None,
    };
    match described.filter(|_| own.is_none()).map(name) {
        None => Ok(number.and_then(|number| number.parse().ok())),
        Some(flag) if matches!(ci.host, Host::Other | Host::Local) => {
            Err(Stop::Usage(format!("{flag} describes a pull request: it needs --pull-request and --target")))
        }
        Some(flag) => {
            let host = ci.host.name();
            Err(Stop::Usage(format!("{flag} describes a pull request, and this run of {host} belongs to none")))
        }
    }
}

/// The current directory as the shell names it.
///
/// # Errors
/// [`Stop::Broken`] when there is none.
pub(crate) fn current_directory(env: &BTreeMap<String, String>) -> Result<PathBuf, Stop> {
    let directory = std::env::current_dir();
    let directory = directory.map_err(|e| Stop::Broken(format!("cannot find the current directory: {e}")))?;
    Ok(logical(directory, env))
}

/// What the CI says, else what a flag or its variable says. Neither silently wins over the other: a preview might be deleted that nobody meant.
fn agreed(flag: &str, ci: Option<String>, given: Option<String>) -> Result<Option<String>, Stop> {
    match (ci, given) {
        (Some(ci), Some(given)) if !ci.eq_ignore_ascii_case(&given) => {
            Err(Stop::Usage(format!("{flag} is `{given}`, and this run belongs to `{ci}`: leave it out")))
        }
        (ci, given) => Ok(ci.or(given)),
    }
}

/// The current directory by the letters of the way to it, where a shell keeps them: a step that runs in a link runs at the link's path.
fn logical(directory: PathBuf, env: &BTreeMap<String, String>) -> PathBuf {
    let logical = env.get("PWD").map(Path::new).filter(|path| path.is_absolute()).map(normal);
    let is_here = |path: &PathBuf| path.canonicalize().is_ok_and(|real| real == directory);
    logical.filter(is_here).unwrap_or(directory)
}

fn wants_color(color: Color, env: &BTreeMap<String, String>) -> bool {
    let set = |name: &str| env.get(name).is_some_and(|value| !value.is_empty());
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => streams::output_is_watched() && !set("NO_COLOR") && env.get("TERM").is_none_or(|t| t != "dumb"),
    }
}
