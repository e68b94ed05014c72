//! Every environment of `testdata/` gives the context that stands beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::{CallerSays, CiContext, Ended, ForgeTarget, Summary, Trust};

/// Name, environment and event of each.
#[expect(clippy::disallowed_methods, reason = "a test may read its data")]
pub(crate) fn fixtures() -> Vec<(String, BTreeMap<String, String>, Option<String>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder()).expect("testdata is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "env") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("an environment");
        let env = text.lines().filter_map(|line| line.split_once('='));
        let env = env.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        // Without a file beside it, the event could not be read.
        let event = std::fs::read_to_string(path.with_extension("json")).ok();
        all.push((path.file_stem().expect("a name").to_string_lossy().into_owned(), env, event));
    }
    assert!(all.len() > 60, "{} environments", all.len());
    all
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

#[test]
fn every_environment_is_understood_as_written_beside_it() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, env, event) in fixtures() {
        let told = match CiContext::detect(&env, event.as_deref(), &CallerSays::default()) {
            Ok(context) => told(&context),
            Err(sentence) => format!("error: {sentence}\n"),
        };
        settings.bind(|| insta::assert_snapshot!(name, told));
    }
}

/// What pipelines make of a variable: gone, empty, left as an expression, endless.
fn spoilt() -> [Option<String>; 4] {
    [None, Some(String::new()), Some("$(Some.Variable)".to_owned()), Some("x".repeat(1 << 14))]
}

/// The environment with each two of its variables spoilt, in all ways.
pub(crate) fn spoilt_twice(env: &BTreeMap<String, String>, kept: &str) -> Vec<BTreeMap<String, String>> {
    let names: Vec<&String> = env.keys().filter(|name| *name != kept).collect();
    let mut all = Vec::new();
    for (index, first) in names.iter().enumerate() {
        for second in names.get(index..).unwrap_or_default() {
            for value in spoilt() {
                let mut env = env.clone();
                for name in [*first, *second] {
                    match &value {
                        Some(value) => env.insert(name.clone(), value.clone()),
                        None => env.remove(name),
                    };
                }
                all.push(env);
            }
        }
    }
    all
}

#[test]
fn whatever_else_is_missing_a_fork_is_never_trusted() {
    let says = [
        ("azure-", "SYSTEM_PULLREQUEST_ISFORK"),
        ("jenkins-pull_request", "CHANGE_FORK"),
        ("jenkins-ghprb", "ghprbAuthorRepoGitUrl"),
    ];
    let mut cases = 0;
    for (name, env, event) in fixtures() {
        let Some((_, kept)) = says.into_iter().find(|(host, kept)| {
            env.get(*kept).is_some_and(|value| value != "False") && name.starts_with(host) && name.ends_with("-fork")
        }) else {
            continue;
        };
        for env in spoilt_twice(&env, kept) {
            let context = CiContext::detect(&env, event.as_deref(), &CallerSays::default()).expect("one host");
            assert_ne!(context.trust, Trust::Trusted, "{name}: {:?}", env.keys());
            cases += 1;
        }
    }
    assert!(cases > 1000, "{cases} cases");
}

#[test]
fn whatever_is_missing_a_pull_request_never_becomes_the_checkouts_own_word() {
    let mut cases = 0;
    for (name, env, event) in fixtures() {
        let is_of_a_pull_request =
            ["azure-pull", "azure-github", "jenkins-pull", "jenkins-ghprb"].iter().any(|host| name.starts_with(host));
        // Of one there is nothing left but its name.
        if !is_of_a_pull_request || name.ends_with("-without-variables") {
            continue;
        }
        for env in spoilt_twice(&env, "") {
            let context = CiContext::detect(&env, event.as_deref(), &CallerSays::default()).expect("one host");
            let decides = context.trust == Trust::Trusted && context.pull_request.is_none();
            assert!(!decides, "{name}: {:?}", env.keys());
            let because = match &context.trust {
                Trust::Trusted => 0,
                Trust::WhenTold { because, .. } | Trust::Untrusted(because) => because.len(),
            };
            assert!(because + context.notices.concat().len() < 1000, "{name}: {:?}", context.notices);
            cases += 1;
        }
    }
    assert!(cases > 10_000, "{cases} cases");
}

/// One fact per line; what is not known is left out.
pub(crate) fn told(context: &CiContext) -> String {
    let mut text = format!("host: {:?}\n", context.host);
    let trust = match &context.trust {
        Trust::Trusted => "trusted".to_owned(),
        Trust::WhenTold { because, names_pull_request } => {
            let pull_request = if *names_pull_request { " of a pull request" } else { "" };
            format!("deployed{pull_request} only when told so, {because}")
        }
        Trust::Untrusted(because) => format!("not trusted, {because}"),
    };
    let _ = writeln!(text, "trust: {trust}");
    if let Some(pull) = &context.pull_request {
        let draft = if pull.draft { ", a draft" } else { "" };
        let ended = match pull.ended {
            Some(Ended::Merged) => ", merged",
            Some(Ended::Unmerged) => ", closed without a merge",
            None => "",
        };
        let _ = writeln!(
            text,
            "pull request: {}, {} into {}{draft}{ended}",
            pull.number, pull.source_branch, pull.target_branch
        );
        let commits =
            [("head", &pull.head), ("head as", &pull.head_reference), ("base", &pull.base), ("merge", &pull.merge)];
        for (name, commit) in commits {
            if let Some(commit) = commit {
                let _ = writeln!(text, "{name}: {commit}");
            }
        }
    }
    let forge = context.forge.as_ref();
    let [repository, api, server] =
        [forge.map(ForgeTarget::name), forge.map(|forge| forge.api.clone()), forge.map(|forge| forge.server.clone())];
    let (appended, uploaded) = match &context.summary {
        Some(Summary::Appended(file)) => (Some(file.clone()), None),
        Some(Summary::Uploaded(directory)) => (None, Some(directory.clone())),
        None => (None, None),
    };
    let facts = [
        ("no forge", &context.unknown_forge),
        ("repository", &repository),
        ("checkout", &context.checkout),
        ("run url", &context.run_url),
        ("api", &api),
        ("server", &server),
        ("pipeline", &context.pipeline),
        ("job", &context.job),
        ("summary file", &appended),
        ("summary in", &uploaded),
        ("output file", &context.output_file),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            let _ = writeln!(text, "{name}: {value}");
        }
    }
    if let Some((run, attempt)) = context.run {
        let _ = writeln!(text, "run: {run}, attempt {attempt}");
    }
    for notice in &context.notices {
        let _ = writeln!(text, "notice: {notice}");
    }
    text
}
