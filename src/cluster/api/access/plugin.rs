//! Exec credential plugins (client-go: `plugin/pkg/client/auth/exec/exec.go`), run by us: never interactive, with a deadline, killed after it,
//! and neither their environment nor their arguments in any message.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use kube::config::{ExecAuthCluster, ExecConfig, ExecInteractiveMode};
use seatrial_model::Masker;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;

use crate::access::credential::{Credential, Identity, bearer};
use crate::process_group::{check_possible, command_called, is_program};
use crate::{ApiError, Environment, ProcessGroup};

/// Longer than a cold `az` or `aws` takes, shorter than a person's patience.
const DEADLINE: Duration = Duration::from_secs(30);

/// More than any ExecCredential or complaint needs; the rest is read and dropped.
const MOST_OUTPUT: u64 = 1 << 20;

/// After its end the pipes are read no longer than this.
const LAST_WORDS: Duration = Duration::from_millis(500);

const VERSIONS: [&str; 2] = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

/// A plugin, ready to run.
pub(crate) struct Plugin {
    command: String,
    arguments: Vec<String>,
    environment: Environment,
    /// `PATH` of our own environment: the kubeconfig's variables are the plugin's, and do not say where it is looked for.
    path: String,
    /// What of `environment` and `arguments` stands in the kubeconfig: never to be shown.
    private: Vec<String>,
    api_version: String,
    install_hint: Option<String>,
    user: String,
    deadline: Duration,
}

impl Plugin {
    /// Checks what the kubeconfig says of the plugin. Secrets among its variables and arguments are entered into `masker`.
    pub(crate) fn new(
        exec: &ExecConfig,
        cluster: Option<ExecAuthCluster>,
        user: &str,
        environment: &Environment,
        masker: &Masker,
    ) -> Result<Plugin, ApiError> {
        let Some(command) = exec.command.clone().filter(|command| !command.is_empty()) else {
            return Err(ApiError::Configuration(format!("the credential plugin of user `{user}` has no `command`")));
        };
        let refuse =
            |why: String| Err(ApiError::Configuration(format!("the credential plugin `{}` {why}", base(&command))));
        let api_version = exec.api_version.clone().unwrap_or_default();
        if !VERSIONS.contains(&api_version.as_str()) {
            let [first, second] = VERSIONS;
            return refuse(format!("has the apiVersion `{api_version}`: `{first}` and `{second}` are supported"));
        }
        if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
            return refuse(
                "needs input from a person (`interactiveMode: Always`), which is not possible here".to_owned(),
            );
        }
        let variables = variables(exec.env.as_deref().unwrap_or_default());
        let arguments = exec.args.clone().unwrap_or_default();
        for secret in secrets(&variables, &arguments) {
            masker.add(secret);
        }
        let private = variables.iter().map(|(_, value)| value.clone()).chain(arguments.iter().cloned()).collect();
        let path = environment.get("PATH").cloned().unwrap_or_default();
        let mut environment = environment.clone();
        environment.extend(variables);
        let mut spec = json!({ "interactive": false });
        if exec.provide_cluster_info {
            spec["cluster"] = serde_json::to_value(cluster).unwrap_or_default();
        }
        let info = json!({ "kind": "ExecCredential", "apiVersion": api_version, "spec": spec });
        environment.insert("KUBERNETES_EXEC_INFO".to_owned(), info.to_string());
        let install_hint = exec.install_hint.clone().filter(|hint| !hint.trim().is_empty());
        let user = user.to_owned();
        let deadline = DEADLINE;
        Ok(Plugin { command, arguments, environment, path, private, api_version, install_hint, user, deadline })
    }

    /// Runs it once.
    pub(crate) async fn run(&self, masker: &Masker) -> Result<Credential, ApiError> {
        check_possible().map_err(|error| self.not_started(&error))?;
        let program = match find(&self.command, &self.path) {
            Found::At(program) => program,
            Found::InWorkingDirectory => return Err(self.error(IN_WORKING_DIRECTORY)),
            Found::Nowhere => return Err(self.not_started(&std::io::ErrorKind::NotFound.into())),
        };
        let mut command = command_called(&self.command, &program);
        command.args(&self.arguments).env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = ProcessGroup::start(&mut command);
        let (mut child, mut group) = started.map_err(|error| self.not_started(&error))?;
        let outcome = tokio::time::timeout(self.deadline, finish(&mut child)).await;
        let Ok(outcome) = outcome else {
            let seconds = self.deadline.as_secs();
            return Err(
                self.error(&format!("did not finish within {seconds} s and was killed (is it waiting for a login?)"))
            );
        };
        // It has ended by itself: its number may soon be another's.
        group.forget();
        let (status, stdout, stderr) = outcome.map_err(|error| self.error(&format!("cannot be run: {error}")))?;
        if !status.success() {
            let how = match status.code() {
                Some(code) => format!("failed with exit code {code}"),
                None => "was killed".to_owned(),
            };
            return Err(self.error(&format!("{how}{}", self.complaint(&stderr, masker))));
        }
        self.credential(&stdout, masker)
    }

    fn credential(&self, stdout: &[u8], masker: &Masker) -> Result<Credential, ApiError> {
        let Ok(answer) = serde_json::from_slice::<Answer>(stdout) else {
            return Err(self.error("did not print an ExecCredential in JSON"));
        };
        if answer.kind != "ExecCredential" || answer.api_version != self.api_version {
            return Err(self.error(&format!("did not print an ExecCredential of `{}`", self.api_version)));
        }
        let Some(status) = answer.status else { return Err(self.error("printed an ExecCredential without a status")) };
        let token = status.token.filter(|token| !token.trim().is_empty());
        if let Some(token) = &token {
            masker.add(token);
        }
        let filled = |text: Option<String>| text.filter(|t| !t.is_empty());
        let identity = match (filled(status.client_certificate_data), filled(status.client_key_data)) {
            (Some(chain), Some(key)) => Some(Identity::read(chain.as_bytes(), key.as_bytes(), &self.user, masker)?),
            (None, None) => None,
            _ => {
                return Err(
                    self.error("returned a client certificate without its key, or a key without its certificate")
                );
            }
        };
        if token.is_none() && identity.is_none() {
            return Err(self.error("returned neither a token nor a client certificate"));
        }
        let expires = filled(status.expiration_timestamp).and_then(|text| text.parse::<Timestamp>().ok());
        Ok(Credential { authorization: token.as_deref().map(bearer), identity, expires })
    }

    fn not_started(&self, error: &std::io::Error) -> ApiError {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "is not installed: it was not found in PATH".to_owned(),
            std::io::ErrorKind::PermissionDenied => "cannot be run: permission denied".to_owned(),
            _ => format!("cannot be run: {error}"),
        };
        let hint = self.install_hint.as_ref().map(|hint| one_line(hint, 300));
        let hint = hint.map_or_else(String::new, |hint| format!("; the kubeconfig says: {hint}"));
        self.error(&format!("{why}{hint}"))
    }

    fn error(&self, what: &str) -> ApiError {
        ApiError::Configuration(format!("the credential plugin `{}` {what}", base(&self.command)))
    }

    /// The first line that it wrote to standard error, without anything that the kubeconfig gave it.
    fn complaint(&self, stderr: &[u8], masker: &Masker) -> String {
        let text = String::from_utf8_lossy(stderr);
        let Some(line) = text.lines().map(str::trim).find(|line| !line.is_empty()) else { return String::new() };
        let own = Masker::new();
        self.private.iter().for_each(|value| own.add(value));
        let masked = own.mask(line);
        format!(": {}", one_line(&masker.mask(&masked), 300))
    }
}

/// The files that a plugin is made of as far as the kubeconfig names them: its program, and those among its arguments.
#[allow(clippy::disallowed_methods, reason = "the rim: a plugin is files")]
pub(crate) fn files(exec: &ExecConfig, environment: &Environment) -> Vec<PathBuf> {
    let path = environment.get("PATH").map(String::as_str).unwrap_or_default();
    let program = match find(exec.command.as_deref().unwrap_or_default(), path) {
        Found::At(program) => Some(program),
        Found::InWorkingDirectory | Found::Nowhere => None,
    };
    // `--config=token.json` names a file, too.
    let value = |argument: &String| PathBuf::from(argument.rsplit('=').next().unwrap_or(argument));
    let named = exec.args.iter().flatten().map(value).filter(|path| path.is_file());
    program.into_iter().chain(named).collect()
}

const IN_WORKING_DIRECTORY: &str = "is not run: an empty or relative entry of PATH leads to it in a directory of the repository; remove that entry from PATH, or give the plugin's absolute path in the kubeconfig";

/// Where a program is.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    At(PathBuf),
    /// An empty or relative part of `PATH` leads to it: it may come with the repository that is checked.
    InWorkingDirectory,
    Nowhere,
}

/// Looks for a program as Go's `exec.LookPath` does, which client-go uses: one with a slash is where it says; the first one of `PATH` counts,
/// and is refused when that part of `PATH` is not absolute (`exec.ErrDot`).
#[allow(clippy::disallowed_methods, reason = "the rim: programs are files")]
fn find(command: &str, path: &str) -> Found {
    if command.contains('/') {
        return Found::At(PathBuf::from(command));
    }
    let is_here = |candidate: &PathBuf| std::fs::metadata(candidate).is_ok_and(|file| is_program(&file));
    // Without PATH there is no part of it; splitting would give an empty one.
    let parts = std::env::split_paths(path).filter(|_| !path.is_empty());
    match parts.map(|part| part.join(command)).find(is_here) {
        Some(program) if program.is_absolute() => Found::At(program),
        Some(_) => Found::InWorkingDirectory,
        None => Found::Nowhere,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    api_version: String,
    status: Option<AnswerStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerStatus {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<String>,
}

/// Its status and what it printed. What it leaves running may hold the pipes open: then its own end counts.
async fn finish(child: &mut Child) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let pipes = (child.stdout.take(), child.stderr.take());
    let status = {
        let reading = async { tokio::join!(read_some(pipes.0, &mut out), read_some(pipes.1, &mut err)) };
        tokio::pin!(reading);
        tokio::select! {
            status = child.wait() => {
                let _ = tokio::time::timeout(LAST_WORDS, reading).await;
                status
            }
            _ = &mut reading => child.wait().await,
        }
    };
    Ok((status?, out, err))
}

async fn read_some(pipe: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut pipe) = pipe else { return };
    // What cannot be read is as good as not printed: the JSON then fails to parse.
    let _ = (&mut pipe).take(MOST_OUTPUT).read_to_end(kept).await;
    let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
}

/// `env` of the kubeconfig: a list of `name` and `value`.
fn variables(entries: &[HashMap<String, String>]) -> Vec<(String, String)> {
    let pair = |entry: &HashMap<String, String>| Some((entry.get("name")?.clone(), entry.get("value")?.clone()));
    entries.iter().filter_map(pair).collect()
}

/// Values whose variable or flag is called like a secret.
fn secrets<'a>(variables: &'a [(String, String)], arguments: &'a [String]) -> Vec<&'a str> {
    let tells = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["secret", "password", "token", "key", "credential"].iter().any(|word| name.contains(word))
    };
    let mut found: Vec<&str> = variables.iter().filter(|(n, _)| tells(n)).map(|(_, value)| value.as_str()).collect();
    for (index, argument) in arguments.iter().enumerate().filter(|(_, a)| a.starts_with('-')) {
        match argument.split_once('=') {
            Some((flag, value)) if tells(flag) => found.push(value),
            None if tells(argument) => found.extend(arguments.get(index + 1).map(String::as_str)),
            _ => {}
        }
    }
    found
}

/// The program's name without its directory.
fn base(command: &str) -> &str {
    command.rsplit('/').next().unwrap_or(command)
}

fn one_line(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    #[allow(clippy::disallowed_methods, reason = "what the plugin started is looked up in /proc")]
    async fn at_the_deadline_it_dies_with_all_that_it_started() {
        let directory = tempfile::tempdir().expect("a directory");
        let note = directory.path().join("child");
        let exec = ExecConfig {
            api_version: Some(VERSIONS[0].to_owned()),
            command: Some("sh".to_owned()),
            args: Some(vec!["-c".to_owned(), format!("sleep 600 & echo $! > '{}'; wait", note.display())]),
            ..ExecConfig::default()
        };
        let environment = Environment::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        let mut plugin = Plugin::new(&exec, None, "u", &environment, &Masker::new()).expect("a good plugin");
        plugin.deadline = Duration::from_secs(2);
        let error = plugin.run(&Masker::new()).await.err().expect("too late").to_string();
        assert!(error.starts_with("the credential plugin `sh` did not finish within 2 s and was killed"), "{error}");
        let child = std::fs::read_to_string(note).expect("it started one");
        let gone = async {
            loop {
                let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
                if state.is_empty() || state.contains(") Z ") {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), gone).await.expect("its child is dead");
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "programs are files")]
    fn a_program_is_looked_for_as_go_does_and_never_by_a_relative_part_of_path() {
        let directory = tempfile::tempdir().expect("a directory");
        let make = |name: &str, mode: u32| {
            let path = directory.path().join(name);
            std::fs::write(&path, "").expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("its mode");
            path
        };
        let (login, _text) = (make("login", 0o755), make("text", 0o644));
        let here = directory.path().display().to_string();
        // Cargo runs a test in its crate's directory.
        let relative = from_here(&here);
        let table = [
            ("an absolute part", format!("/nowhere:{here}"), Found::At(login.clone())),
            ("no PATH", String::new(), Found::Nowhere),
            ("not there", "/nowhere".to_owned(), Found::Nowhere),
            ("a relative part", relative.clone(), Found::InWorkingDirectory),
            ("a relative part before the right one", format!("{relative}:{here}"), Found::InWorkingDirectory),
            ("a relative part behind the right one", format!("{here}:{relative}:"), Found::At(login.clone())),
            ("empty parts without it", format!("::.:{here}:"), Found::At(login)),
        ];
        for (claim, path, expected) in table {
            assert_eq!(find("login", &path), expected, "{claim}");
        }
        assert_eq!(find("text", &here), Found::Nowhere, "it cannot be run");
        assert_eq!(find("bin/login", ""), Found::At(PathBuf::from("bin/login")), "it says where it is");
    }

    /// A way to an absolute path from the working directory.
    #[allow(clippy::disallowed_methods, reason = "a test asks where it runs")]
    fn from_here(to: &str) -> String {
        let up = std::env::current_dir().expect("there is one").components().count() - 1;
        format!("{}{}", "../".repeat(up), to.trim_start_matches('/'))
    }

    #[test]
    fn values_of_flags_and_variables_called_like_secrets_are_secrets() {
        let variables =
            [("AAD_CLIENT_SECRET", "one"), ("AAD_TENANT", "two")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let arguments =
            ["get-token", "--client-secret", "three", "--password=four", "--server-id", "five"].map(str::to_owned);
        assert_eq!(secrets(&variables, &arguments), ["one", "three", "four"]);
    }
}
