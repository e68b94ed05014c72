//! `command:` a program of the repository on the machine that runs us: `npx playwright test`, `k6 run`, `npm test`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::NO_PLACE;
use crate::files::Standing;
use crate::outcome::ended::Ended;
use crate::outcome::suite::{Imported, verdict};
use crate::process::{Exit, Program, run};
use crate::service::endpoint::Endpoint;
use crate::service::forward::Forward;
use crate::{Context, EnvText, files};

/// `command:`
///
/// The program gets the variables of the machine without those that are called like secrets (`TOKEN`, `SECRET`, `PASSWORD`, `CREDENTIAL`, …) and without
/// `KUBECONFIG`; and `SEATRIAL_URL`, `SEATRIAL_NAMESPACE` and `SEATRIAL_ENVIRONMENT`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Command {
    /// The program and its arguments as a list; a text is given to `sh -c`.
    pub run: Words,
    /// Where it runs, relative to the configuration's directory.
    pub directory: Option<String>,
    /// Further variables; a secret is passed on with `{ env: NAME }`.
    pub env: BTreeMap<String, EnvText>,
    /// A service, `shop` or `namespace/shop`: a port on loopback leads to it, and `SEATRIAL_URL` names that port.
    pub service: Option<String>,
    /// Its port: name or number, with `https:` before it when it speaks TLS; the only one by default.
    pub port: Option<String>,
    /// Pattern of the JUnit files that it writes, relative to where it runs.
    pub junit: Option<String>,
    /// Whether a run without a test case is fine.
    pub allow_no_tests: bool,
    /// Patterns of files to keep beside the report, relative to where it runs.
    pub artifacts: Vec<String>,
}

/// A command line: a list of words, or a text for the shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Words {
    /// For `sh -c`.
    Shell(String),
    /// Program and arguments.
    List(Vec<String>),
}

impl Default for Words {
    fn default() -> Words {
        Words::List(Vec::new())
    }
}

impl Words {
    fn is_empty(&self) -> bool {
        match self {
            Words::Shell(text) => text.trim().is_empty(),
            Words::List(words) => words.first().is_none_or(String::is_empty),
        }
    }

    fn arguments(&self) -> Vec<String> {
        match self {
            Words::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.clone()],
            Words::List(words) => words.clone(),
        }
    }

    /// What people call it: `` `npx playwright test` ``.
    fn shown(&self) -> String {
        let text = match self {
            Words::Shell(text) => {
                text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
            }
            Words::List(words) => words.join(" "),
        };
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("`{}…`", &text[..end]),
            None => format!("`{text}`"),
        }
    }
}

/// What is wrong with it before it is run. Sentences.
pub(crate) fn problems(command: &Command) -> Vec<String> {
    let mut problems = Vec::new();
    if command.run.is_empty() {
        problems.push("`command.run` names no program; write `run: [npx, playwright, test]`".to_owned());
    }
    if let Some(directory) = command.directory.as_deref().filter(|text| files::leads_out(text)) {
        problems.push(format!("`command.directory` is `{directory}`; it must lie below the configuration's directory"));
    }
    if command.port.is_some() && command.service.is_none() {
        problems.push("`command.port` belongs to `service`".to_owned());
    }
    problems.extend(command.service.as_deref().and_then(|service| Endpoint::problem("command.service", service)));
    let patterns = command.junit.iter().map(|text| ("junit", text));
    for (key, text) in patterns.chain(command.artifacts.iter().map(|text| ("artifacts", text))) {
        problems.extend(files::pattern(text).err().map(|sentence| format!("`command.{key}`: {sentence}")));
    }
    problems
}

/// Runs it once.
pub(crate) async fn probe(command: &Command, name: &str, context: &Context, patience: Duration) -> Ended {
    let shared = &context.shared;
    let mut told = shared.told(&context.namespace);
    let forward = match forward(command, context).await {
        Ok(forward) => forward,
        Err(ended) => return ended,
    };
    if let Some(forward) = &forward {
        told.retain(|(name, _)| name != "SEATRIAL_URL");
        told.push(("SEATRIAL_URL".to_owned(), forward.url(is_tls(command.port.as_deref()))));
    }
    let variables = match variables(command, context, told) {
        Ok(variables) => variables,
        Err(sentence) => return Ended::broken(sentence, 0),
    };
    let directory = shared.directory.join(command.directory.as_deref().unwrap_or_default());
    let (arguments, run_of) = (command.run.arguments(), shared.run.clone());
    let program = Program { arguments, directory: directory.clone(), variables, run: run_of };
    let before = standing(command.junit.as_deref(), &directory).await;
    let (exit, tail) = run(&program, patience).await;
    let broken_forward = forward.as_ref().and_then(Forward::trouble);
    let bad = match exit {
        Exit::NotStarted(why) => return Ended::broken(format!("{} was not started: {why}", command.run.shown()), 1),
        Exit::Code(0) => None,
        Exit::Code(code) => Some(format!("{} ended with exit code {code}", command.run.shown())),
        Exit::Signal(signal) => Some(format!("{} was ended by signal {signal}", command.run.shown())),
        Exit::Late => Some(format!("{} was still running after {} s", command.run.shown(), patience.as_secs())),
    };
    let bad = match (bad, broken_forward) {
        (Some(bad), Some(why)) => Some(format!("{bad}; the way to the service broke: {why}")),
        (bad, _) => bad,
    };
    let imported = match &command.junit {
        Some(pattern) => {
            let (directory, pattern) = (directory.clone(), pattern.clone());
            let masker = Arc::clone(context.cluster.masker());
            let reading = tokio::task::spawn_blocking(move || files::cases(&directory, &pattern, &before, &masker));
            reading.await.unwrap_or_else(|error| Imported { problems: vec![error.to_string()], ..Imported::default() })
        }
        None => Imported::default(),
    };
    let mut ended = verdict(bad, imported, command.allow_no_tests);
    if !ended.is_passed() {
        ended.evidence.extend(tail.evidence(&command.run.shown(), context.cluster.masker()));
    }
    keep_artifacts(&command.artifacts, &directory, name, context, &mut ended);
    ended
}

/// The JUnit files of earlier runs.
async fn standing(pattern: Option<&str>, directory: &Path) -> Standing {
    let Some(pattern) = pattern else { return Standing::default() };
    let (directory, pattern) = (directory.to_owned(), pattern.to_owned());
    tokio::task::spawn_blocking(move || Standing::of(&directory, &pattern)).await.unwrap_or_default()
}

fn is_tls(port: Option<&str>) -> bool {
    port.is_some_and(|port| port.starts_with("https:"))
}

async fn forward(command: &Command, context: &Context) -> Result<Option<Forward>, Ended> {
    let Some(service) = &command.service else { return Ok(None) };
    if context.shared.is_simulated {
        return Err(Ended::skipped("the simulated cluster forwards no ports"));
    }
    let port = command.port.as_deref().map(|port| port.strip_prefix("https:").unwrap_or(port));
    let endpoint = Endpoint::of(service, port, context);
    Forward::open(&endpoint, context).await.map(Some).map_err(|trouble| trouble.into_ended(1))
}

/// The variables of the machine without what a program of a pull request need not know, and those of the test.
fn variables(
    command: &Command,
    context: &Context,
    told: Vec<(String, String)>,
) -> Result<Vec<(String, String)>, String> {
    let shared = &context.shared;
    let passed = shared.variables.iter().filter(|(name, _)| !(shared.is_secret)(name) && *name != "KUBECONFIG");
    let mut variables: BTreeMap<String, String> = passed.map(|(name, value)| (name.clone(), value.clone())).collect();
    variables.extend(told);
    for (name, text) in &command.env {
        let value = text.resolve(&shared.variables, context.cluster.masker())?;
        variables.insert(name.clone(), value);
    }
    Ok(variables.into_iter().collect())
}

/// Copies what is to be kept beside the report; what is not there is told as evidence, as it fails nothing.
fn keep_artifacts(patterns: &[String], directory: &Path, name: &str, context: &Context, ended: &mut Ended) {
    if patterns.is_empty() {
        return;
    }
    let Some(beside) = &context.shared.artifacts else { return ended.remark(NO_PLACE) };
    let below = context.shared.artifacts_of(name);
    let (kept, problems) = files::keep(directory, patterns, &beside.join(&below));
    ended.artifacts = kept.iter().map(|path| format!("{below}/{}", path.display())).collect();
    if !problems.is_empty() {
        ended.remark(&problems.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_before_it_runs() {
        let command = Command {
            directory: Some("../x".to_owned()),
            port: Some("http".to_owned()),
            junit: Some("../*.xml".to_owned()),
            ..Command::default()
        };
        let expected = [
            "`command.run` names no program; write `run: [npx, playwright, test]`",
            "`command.directory` is `../x`; it must lie below the configuration's directory",
            "`command.port` belongs to `service`",
            "`command.junit`: `../*.xml` is not a pattern of files below the directory",
        ];
        assert_eq!(problems(&command), expected);
    }

    #[test]
    fn a_text_is_for_the_shell() {
        let words: Words = serde_saphyr::from_str("npm ci && npm test").expect("a text");
        assert_eq!(words.arguments(), ["sh", "-c", "npm ci && npm test"]);
        let words: Words = serde_saphyr::from_str("[k6, run, load.js]").expect("a list");
        assert_eq!((words.arguments().len(), words.shown().as_str()), (3, "`k6 run load.js`"));
    }
}
