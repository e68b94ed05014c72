//! Which kubeconfig files count, and what the chosen context says. No file that it names is opened here.

use std::io;
use std::path::{Path, PathBuf};

use kube::config::{AuthInfo, Cluster, Kubeconfig};

use crate::access::plugin;
use crate::{ApiError, ClusterTarget, Environment};

/// A context with its cluster and user; paths are absolute or relative to the working directory.
#[derive(Debug)]
pub(crate) struct Selected {
    pub(crate) context: String,
    pub(crate) namespace: Option<String>,
    pub(crate) cluster: Cluster,
    pub(crate) user: AuthInfo,
    /// The user's name, for messages.
    pub(crate) user_name: String,
}

/// Reads the kubeconfig as kubectl does: `file`, else the list in `KUBECONFIG`, else `~/.kube/config`; then takes a context from it.
pub(crate) fn select(
    file: Option<&str>,
    context: Option<&str>,
    environment: &Environment,
) -> Result<Selected, ApiError> {
    let (config, named) = read(file, environment)?;
    let wanted = match context.map(str::to_owned).or_else(|| config.current_context.clone()) {
        Some(wanted) if !wanted.is_empty() => wanted,
        _ => {
            let offer = contexts(&config);
            return Err(wrong(format!("{named} has no current context: choose one with `--cluster`; {offer}")));
        }
    };
    let Some(found) = config.contexts.iter().find(|c| c.name == wanted).and_then(|c| c.context.clone()) else {
        return Err(wrong(format!("{named} has no context `{wanted}`; {}", contexts(&config))));
    };
    let cluster = config.clusters.iter().find(|c| c.name == found.cluster).and_then(|c| c.cluster.clone());
    let Some(cluster) = cluster else {
        let name = &found.cluster;
        return Err(wrong(format!(
            "context `{wanted}` of {named} refers to the cluster `{name}`, which does not exist"
        )));
    };
    let user_name = found.user.clone().unwrap_or_default();
    let user = config.auth_infos.iter().find(|u| u.name == user_name).and_then(|u| u.auth_info.clone());
    let user = match user {
        Some(user) => user,
        None if user_name.is_empty() => AuthInfo::default(),
        None => {
            return Err(wrong(format!(
                "context `{wanted}` of {named} refers to the user `{user_name}`, which does not exist"
            )));
        }
    };
    Ok(Selected { context: wanted, namespace: found.namespace, cluster, user, user_name })
}

/// The files that lead to a cluster: kubeconfigs, and the certificates, tokens and programs that the context names. They are absolute or
/// relative to the working directory, and may not exist.
#[must_use]
pub fn named_files(target: &ClusterTarget, environment: &Environment) -> Vec<PathBuf> {
    let ClusterTarget::Kubeconfig { file, context } = target else { return Vec::new() };
    let mut files = match file {
        Some(file) => vec![PathBuf::from(file)],
        None => listed(environment),
    };
    if files.is_empty() {
        files.extend(default_file(environment));
    }
    if let Ok(selected) = select(file.as_deref(), context.as_deref(), environment) {
        files.extend(selected.files(environment));
    }
    files
}

impl Selected {
    /// The files that it names.
    fn files(&self, environment: &Environment) -> Vec<PathBuf> {
        let (cluster, user) = (&self.cluster, &self.user);
        let data = [&cluster.certificate_authority, &user.client_certificate, &user.client_key, &user.token_file];
        let data = data.into_iter().flatten().filter(|path| !path.is_empty()).map(PathBuf::from);
        data.chain(user.exec.iter().flat_map(|exec| plugin::files(exec, environment))).collect()
    }
}

fn wrong(sentence: String) -> ApiError {
    ApiError::Configuration(sentence)
}

/// `it has the contexts dev, prod`.
fn contexts(config: &Kubeconfig) -> String {
    const MOST: usize = 20;
    let mut names: Vec<String> = config.contexts.iter().map(|c| format!("`{}`", c.name)).collect();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    match (names.len(), more) {
        (0, _) => "it has no contexts".to_owned(),
        (_, 0) => format!("it has {}", names.join(", ")),
        (_, more) => format!("it has {} and {more} more", names.join(", ")),
    }
}

/// The merged kubeconfig and what to call it in a sentence.
fn read(file: Option<&str>, environment: &Environment) -> Result<(Kubeconfig, String), ApiError> {
    if let Some(file) = file {
        let config = read_file(Path::new(file))?;
        let config = config.ok_or_else(|| wrong(format!("the kubeconfig `{file}` does not exist")))?;
        return Ok((config, format!("the kubeconfig `{file}`")));
    }
    let paths = listed(environment);
    if paths.is_empty() {
        return read_default(environment);
    }
    let named = paths.iter().map(|p| format!("`{}`", p.display())).collect::<Vec<_>>().join(", ");
    let mut merged: Option<Kubeconfig> = None;
    for path in &paths {
        // kubectl passes over the files of the list that do not exist.
        let Some(next) = read_file(path)? else { continue };
        merged = Some(match merged {
            Some(earlier) => merge(earlier, next, path)?,
            None => next,
        });
    }
    match merged {
        Some(config) => Ok((config, format!("the kubeconfig {named}"))),
        None => Err(wrong(format!("KUBECONFIG names {named}, which does not exist"))),
    }
}

/// The files in `KUBECONFIG`.
fn listed(environment: &Environment) -> Vec<PathBuf> {
    let list = environment.get("KUBECONFIG").map(String::as_str).unwrap_or_default();
    std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect()
}

fn default_file(environment: &Environment) -> Option<PathBuf> {
    let home = environment.get("HOME").or_else(|| environment.get("USERPROFILE")).filter(|home| !home.is_empty());
    home.map(|home| Path::new(home).join(".kube").join("config"))
}

fn read_default(environment: &Environment) -> Result<(Kubeconfig, String), ApiError> {
    let Some(path) = default_file(environment) else {
        return Err(wrong("no kubeconfig: neither KUBECONFIG nor HOME is set".to_owned()));
    };
    let config = read_file(&path)?.ok_or_else(|| {
        wrong(format!("no kubeconfig: KUBECONFIG is not set and `{}` does not exist", path.display()))
    })?;
    Ok((config, format!("the kubeconfig `{}`", path.display())))
}

/// One file; `None` when it does not exist.
#[allow(clippy::disallowed_methods, reason = "the rim: the kubeconfig is a file")]
fn read_file(path: &Path) -> Result<Option<Kubeconfig>, ApiError> {
    let shown = path.display();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(format!("the kubeconfig `{shown}` cannot be read: {}", reason(&error)))),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(wrong(format!("the kubeconfig `{shown}` is not UTF-8 text")));
    };
    let documents: Vec<Kubeconfig> = serde_saphyr::from_multiple(text.trim_start_matches('\u{feff}'))
        .map_err(|error| wrong(format!("the kubeconfig `{shown}` is not valid{}", place(&error))))?;
    let mut merged = Kubeconfig::default();
    for document in documents {
        merged = merge(merged, document, path)?;
    }
    resolve_paths(&mut merged, path.parent().unwrap_or(Path::new("")));
    Ok(Some(merged))
}

fn merge(earlier: Kubeconfig, later: Kubeconfig, path: &Path) -> Result<Kubeconfig, ApiError> {
    earlier.merge(later).map_err(|error| wrong(format!("the kubeconfig `{}` is not valid: {error}", path.display())))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// ` at line 3, column 5`. The parser's own words are left out: they quote values, and the values here are credentials.
fn place(error: &serde_saphyr::Error) -> String {
    error.location().map_or_else(String::new, |at| format!(" at line {}, column {}", at.line(), at.column()))
}

/// Paths count from the directory of their file (client-go: `clientcmd/loader.go` `ResolveLocalPaths`); commands only when they have a slash.
fn resolve_paths(config: &mut Kubeconfig, directory: &Path) {
    let resolve = |path: &mut Option<String>| {
        if let Some(text) = path.as_mut().filter(|text| !text.is_empty()) {
            *text = directory.join(&*text).to_string_lossy().into_owned();
        }
    };
    for cluster in config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        resolve(&mut cluster.certificate_authority);
    }
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        resolve(&mut user.client_certificate);
        resolve(&mut user.client_key);
        resolve(&mut user.token_file);
        if let Some(exec) = user.exec.as_mut().filter(|e| e.command.as_deref().is_some_and(|c| c.contains('/'))) {
            resolve(&mut exec.command);
        }
    }
}
