//! Whether the rules say of an object what a real API server says (`create` with `dryRun=All` and `fieldValidation=Strict`): the objects of
//! `tests/live/objects.yaml`, each changed in one place at random: a typo in a key, another type, a deletion, an odd value.
//!
//! Needs `SEATRIAL_TEST_KUBECONFIG`, the kubeconfig of the test bed (`tests/testbed/up --only api` is enough); without it nothing is compared.
//! `SEATRIAL_VERDICTS=SEED:NUMBER` compares others than the usual ones.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "this test asks a cluster and prints what differs")]

#[path = "live/mutation.rs"]
mod mutation;
#[path = "live/proxy.rs"]
mod proxy;
#[path = "support/seed.rs"]
mod seed;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mutation::{Mutation, mutations};
use proxy::Proxy;
use seatrial_kubernetes::Minor;
use seatrial_model::{Level, Manifest, Sources};
use seatrial_rules::{Context, check};
use seatrial_yaml::{Dialect, parse};
use serde_json::{Value, json};

/// The usual comparison.
const USUAL: (u64, usize) = (11, 1000);

/// How many of a hundred verdicts must be the server's.
const RIGHT: usize = 97;

/// Requests at a time.
const AT_ONCE: usize = 4;

/// Asked for in a namespace of its own, which needs the account that pods run as.
const NAMESPACE: &str = "verdicts";

/// The error that we find; `None` for an object that is taken.
fn ours(object: &Value) -> Option<String> {
    let sources = Sources::new();
    let parsed = parse(&sources.add("object.json", object.to_string()), Dialect::Kubectl);
    let node = parsed.documents.into_iter().next().expect("a document").node;
    let Some(manifest) = Manifest::from_node(node) else { return Some("not an object".to_owned()) };
    let found = check(&[manifest], &Context::new("verdicts", Minor::DEFAULT, &sources)).findings;
    found.into_iter().find(|finding| finding.level == Level::Error).map(|finding| finding.message)
}

fn objects() -> Vec<Value> {
    let text = include_str!("live/objects.yaml");
    let parsed = parse(&Sources::new().add("objects.yaml", text.to_owned()), Dialect::Kubectl);
    assert_eq!(parsed.findings, []);
    parsed.documents.iter().map(|document| document.node.to_json()).collect()
}

#[test]
fn the_objects_are_taken_as_they_are() {
    for object in objects() {
        assert_eq!(ours(&object), None, "{object}");
    }
}

#[test]
fn a_changed_object_gets_the_verdict_of_the_api_server() {
    let Some(proxy) = Proxy::start() else {
        eprintln!("VERDICTS ARE NOT COMPARED: SEATRIAL_TEST_KUBECONFIG is not set; see tests/testbed/README.md");
        return;
    };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    proxy.post("/api/v1/namespaces", &namespace);
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
    proxy.post(&format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts"), &account);
    for object in objects() {
        assert_eq!(proxy.refuses(&object, NAMESPACE), None, "{object}");
    }
    let chosen = std::env::var("SEATRIAL_VERDICTS").ok().and_then(|text| {
        let (seed, number) = text.split_once(':')?;
        Some((seed.parse().ok()?, number.parse().ok()?))
    });
    let (seed, number) = chosen.unwrap_or(USUAL);
    let all = mutations(&objects(), seed, number);
    let (next, differing) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((index, mutation)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, all.get(i)?)))
                {
                    if let Some(difference) = compare(&proxy, mutation) {
                        differing.lock().expect("no thread panicked").push((index, difference));
                    }
                }
            });
        }
    });
    let mut differing = differing.into_inner().expect("no thread panicked");
    differing.sort();
    let (alarms, misses): (Vec<_>, Vec<_>) = differing.iter().partition(|(_, text)| text.starts_with("false alarm"));
    differing.iter().for_each(|(_, text)| eprintln!("{text}"));
    let right = all.len() - differing.len();
    eprintln!("{right} of {} verdicts agree; {} false alarms, {} misses", all.len(), alarms.len(), misses.len());
    assert!(alarms.is_empty(), "there are false alarms");
    assert!(right * 100 >= RIGHT * all.len(), "too few verdicts are right");
}

/// How the verdicts differ; `None` where they do not.
fn compare(proxy: &Proxy, mutation: &Mutation) -> Option<String> {
    let (ours, theirs) = (ours(&mutation.object), proxy.refuses(&mutation.object, NAMESPACE));
    match (ours, theirs) {
        (Some(_), Some(_)) | (None, None) => None,
        (Some(ours), None) => Some(format!("false alarm: {}: {ours}", mutation.what)),
        (None, Some(theirs)) => Some(format!("miss: {}: {theirs}", mutation.what)),
    }
}
