//! How long validation takes: `cargo bench -p seatrial-schema`.

use divan::Bencher;
use seatrial_kubernetes::{Minor, schema};
use seatrial_model::{Node, Sources};
use seatrial_yaml::{Dialect, parse};

const DEPLOYMENT: &str = include_str!("deployment.yaml");

fn main() {
    divan::main();
}

fn deployment() -> Node {
    let file = Sources::new().add("deployment.yaml", DEPLOYMENT.to_owned());
    parse(&file, Dialect::Kubectl).documents.into_iter().next().expect("one document").node
}

/// Ten thousand Deployments of about 1.3 kB against the schema of 1.35, on one thread.
#[divan::bench]
fn ten_thousand_deployments(bencher: Bencher) {
    let node = deployment();
    bencher.bench(|| {
        (0..10_000)
            .map(|_| {
                let schema = schema(Minor::DEFAULT, "apps", "v1", "Deployment").expect("built-in");
                seatrial_schema::validate(&schema, divan::black_box(&node)).len()
            })
            .sum::<usize>()
    });
}

/// The first look-up of a schema in a process: unpacks the index and the packages that a Deployment refers to. One sample for
/// each minor, since what is unpacked stays.
#[divan::bench(sample_count = 1, sample_size = 1, args = [33, 34, 36, 37])]
fn first_look(bencher: Bencher, minor: u8) {
    let node = deployment();
    bencher.bench(|| {
        let minor = Minor::parse(&format!("1.{minor}")).expect("known");
        let schema = schema(minor, "apps", "v1", "Deployment").expect("built-in");
        seatrial_schema::validate(&schema, &node).len()
    });
}
