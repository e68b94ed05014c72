//! Two pull requests that are tried out at the same time: on a shared environment one after another, in previews side by side.

use std::collections::BTreeMap;
use std::process::Child;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::Value;

use crate::bed::Bed;
use crate::case::root;
use crate::files::files;
use crate::history::{Event, History};
use crate::program::Repo;

/// Longer than two runs take on a busy machine.
const MOST: Duration = Duration::from_secs(150);

const SHARED: &str = "live-pair";
const NUMBERS: [u64; 2] = [7, 8];

/// One pull request, and its run.
struct Tried {
    number: u64,
    repo: Repo,
    child: Child,
}

/// A shared environment is held by one of them; the other one says by whom, and comes after it.
pub(crate) fn shares(bed: &Bed) -> Result<(), Failed> {
    let namespaces = [SHARED.to_owned()];
    bed.delete_namespaces(&namespaces);
    // What holds the Lease is there before them.
    bed.ask(&["create", "namespace", SHARED]);
    let ended = run_both(bed, "{ timeout: 100s }")?;
    let waited: Vec<&(u64, String, Value)> =
        ended.iter().filter(|(_, said, _)| said.contains("waiting for `acme/shop run 100.1 job trial")).collect();
    let [(last, said, _)] = waited.as_slice() else { return Err(format!("who waited? {ended:?}").into()) };
    if !said.contains(&format!("which holds the Lease `{SHARED}/seatrial-dev`")) {
        return Err(format!("it does not say what it waits for: {said}").into());
    }
    for (number, said, report) in &ended {
        let state = report.pointer("/environments/0/holds/state").and_then(Value::as_str);
        if state != Some("pull-request") {
            return Err(format!("pull request {number} left {state:?}: {said}").into());
        }
    }
    let ask = |kind: &str, name: &str, path: &str| {
        let path = format!("-o=jsonpath={path}");
        bed.ask(&["get", kind, name, "-n", SHARED, &path]).trim().to_owned()
    };
    let seen = [
        ask("configmap", "settings", "{.data.greeting}"),
        ask("configmap", "seatrial-inventory-dev", r"{.metadata.annotations.seatrial\.dev/pull-request}"),
        ask("lease", "seatrial-dev", "{.spec.holderIdentity}"),
    ];
    if seen != [format!("from {last}"), last.to_string(), String::new()] {
        return Err(format!("the state is not that of {last}, who came last: {seen:?}").into());
    }
    bed.let_namespaces_go(&namespaces);
    Ok(())
}

/// Each has its own preview, and none waits for the other.
pub(crate) fn has_previews(bed: &Bed) -> Result<(), Failed> {
    let namespaces = NUMBERS.map(|number| format!("live-pair-{number}"));
    bed.delete_namespaces(&namespaces);
    let ended = run_both(bed, "{ timeout: 100s, preview: { namespace: 'live-pair-{number}' } }")?;
    for ((number, said, _), namespace) in ended.iter().zip(&namespaces) {
        if said.contains("waiting for `") {
            return Err(format!("pull request {number} waited: {said}").into());
        }
        let greeting = bed.ask(&["get", "configmap", "settings", "-n", namespace, "-o", "jsonpath={.data.greeting}"]);
        if greeting != format!("from {number}") {
            return Err(format!("`{greeting}` in the preview of {number}").into());
        }
    }
    bed.let_namespaces_go(&namespaces);
    Ok(())
}

/// Runs both at once to their ends, which must be good; number, output and report of each.
fn run_both(bed: &Bed, deploy: &str) -> Result<Vec<(u64, String, Value)>, Failed> {
    let mut tried: Vec<Tried> = NUMBERS.iter().map(|number| start(bed, *number, deploy)).collect();
    let begun = Instant::now();
    while tried.iter_mut().any(|one| matches!(one.child.try_wait(), Ok(None))) {
        if begun.elapsed() > MOST {
            tried.iter_mut().for_each(|one| drop(one.child.kill()));
            return Err(format!("they have not ended: {}", tried.iter().map(said).collect::<String>()).into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let ended = tried.iter_mut().map(|one| {
        let status = one.child.wait()?;
        if status.code() != Some(0) {
            return Err(Failed::from(format!("pull request {}: {status} {}", one.number, said(one))));
        }
        let report = serde_json::from_str(&one.repo.read("json"))?;
        Ok((one.number, said(one), report))
    });
    ended.collect()
}

fn said(tried: &Tried) -> String {
    format!("{}{}", tried.repo.read("stderr"), tried.repo.read("stdout"))
}

fn start(bed: &Bed, number: u64, deploy: &str) -> Tried {
    let folder = root().join("tests/live/pair");
    let filled = |name: &str, greeting: &str| -> BTreeMap<String, Vec<u8>> {
        let fill = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("text");
            text.replace("DEPLOY", deploy).replace("GREETING", greeting).into_bytes()
        };
        files(&folder.join(name)).into_iter().map(|(path, bytes)| (path, fill(bytes))).collect()
    };
    let repo = Repo::with(filled("repo", "hello"));
    let head = filled("repo", &format!("from {number}"));
    let history = History::make(&repo.path(), repo.beside("event.json"), number, &head);
    let child = repo.start(&["run".to_owned()], &history.at(Event::Open), &bed.kubeconfig);
    Tried { number, repo, child }
}
