//! Every environment of `testdata/` gives the context that stands beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::{CallerSays, CiContext, ForgeTarget, Summary, Trust};

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may read its data")]
fn every_environment_is_understood_as_written_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("testdata");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut cases = 0;
    for entry in std::fs::read_dir(&folder).expect("testdata is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "env") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("an environment");
        let env: BTreeMap<String, String> =
            text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        // Without a file beside it, the event could not be read.
        let event = std::fs::read_to_string(path.with_extension("json")).ok();
        let told = match CiContext::detect(&env, event.as_deref(), &CallerSays::default()) {
            Ok(context) => told(&context),
            Err(sentence) => format!("error: {sentence}\n"),
        };
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        settings.bind(|| insta::assert_snapshot!(name, told));
        cases += 1;
    }
    assert!(cases > 60, "{cases} environments");
}

/// One fact per line; what is not known is left out.
fn told(context: &CiContext) -> String {
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
        let _ =
            writeln!(text, "pull request: {}, {} into {}{draft}", pull.number, pull.source_branch, pull.target_branch);
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
