//! Credentials for registries, as `docker login`, `helm registry login` and CI tasks leave them: `auths`, `credHelpers` and `credsStore` of
//! `config.json`.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_model::Masker;
use seatrial_registry::host_of;
use serde::Deserialize;

/// A user and what proves it. An identity token has no user.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// What lies in `config.json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    auths: HashMap<String, Auth>,
    cred_helpers: HashMap<String, String>,
    creds_store: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
}

/// What a helper prints.
#[derive(Deserialize)]
struct Helped {
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// The files in which credentials of registries lie.
pub(crate) struct DockerConfig {
    all: Vec<Written>,
    path: Option<String>,
}

/// They hold secrets: only how many there are is shown.
impl fmt::Debug for DockerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DockerConfig").field("files", &self.all.len()).finish_non_exhaustive()
    }
}

impl DockerConfig {
    /// Those of `DOCKER_CONFIG`, else of the home directory, and Helm's.
    pub(crate) fn read(env: &BTreeMap<String, String>) -> DockerConfig {
        let home = || env.get("HOME").map(PathBuf::from);
        let docker = env.get("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(home()?.join(".docker")));
        let helm = env.get("HELM_REGISTRY_CONFIG").map(PathBuf::from);
        let helm = helm.or_else(|| Some(home()?.join(".config/helm/registry/config.json")));
        let files = docker.map(|folder| folder.join("config.json")).into_iter().chain(helm);
        let read = |file: PathBuf| serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok();
        DockerConfig { all: files.filter_map(read).collect(), path: env.get("PATH").cloned() }
    }

    /// The credential for a host, if there is one.
    pub(crate) fn of(&self, host: &str, masker: &Masker) -> Option<Credential> {
        let found = self.all.iter().find_map(|file| {
            let name =
                |known: &String| host_of(known) == host || (host == "docker.io" && host_of(known) == "index.docker.io");
            let helper = file.cred_helpers.iter().find(|(known, _)| name(known));
            if let Some((known, helper)) = helper {
                return self.ask(helper, known);
            }
            let (known, auth) = file.auths.iter().find(|(known, _)| name(known))?;
            let own = credential(auth);
            let has_store = own.is_none() && !file.creds_store.is_empty();
            own.or_else(|| has_store.then(|| self.ask(&file.creds_store, known)).flatten())
        })?;
        masker.add(&found.password);
        Some(found)
    }

    /// Asks a helper (docker-credential-helpers: `get` with the server on standard input).
    fn ask(&self, helper: &str, server: &str) -> Option<Credential> {
        let program = self.program(&format!("docker-credential-{helper}"))?;
        let mut child = Command::new(program)
            .arg("get")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(server.as_bytes()).ok()?;
        let output = child.wait_with_output().ok().filter(|output| output.status.success())?;
        let helped: Helped = serde_json::from_slice(&output.stdout).ok()?;
        let username = if helped.username == "<token>" { String::new() } else { helped.username };
        Some(Credential { username, password: helped.secret })
    }

    /// A helper is looked for in `PATH` alone, and has no path in its name.
    fn program(&self, name: &str) -> Option<PathBuf> {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let folders = std::env::split_paths(self.path.as_deref().filter(|_| is_plain)?).collect::<Vec<_>>();
        folders
            .into_iter()
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|path| path.is_file())
    }
}

fn credential(auth: &Auth) -> Option<Credential> {
    if !auth.identitytoken.is_empty() {
        return Some(Credential { username: String::new(), password: auth.identitytoken.clone() });
    }
    if !auth.username.is_empty() && !auth.password.is_empty() {
        return Some(Credential { username: auth.username.clone(), password: auth.password.clone() });
    }
    let decoded = String::from_utf8(STANDARD.decode(auth.auth.trim()).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    Some(Credential { username: username.to_owned(), password: password.trim_end_matches('\0').to_owned() })
}
