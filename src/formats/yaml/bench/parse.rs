//! How long 10 MB of Deployments take: `cargo bench -p seatrial-yaml`.
#![allow(missing_docs, reason = "a bench has no interface")]

use divan::counter::BytesCount;
use seatrial_model::Sources;
use seatrial_yaml::{Dialect, emit_all, parse};

#[path = "deployments.rs"]
mod deployments;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn parse_10_mb(bencher: divan::Bencher<'_, '_>) {
    let file = Sources::new().add("deployments.yaml", deployments::deployments(10_000_000));
    bencher.counter(BytesCount::of_str(file.text())).bench(|| parse(&file, Dialect::Kustomize));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn emit_10_mb(bencher: divan::Bencher<'_, '_>) {
    let file = Sources::new().add("deployments.yaml", deployments::deployments(10_000_000));
    let parsed = parse(&file, Dialect::Kustomize);
    bencher.counter(BytesCount::of_str(file.text())).bench(|| emit_all(parsed.documents.iter().map(|d| &d.node)));
}
