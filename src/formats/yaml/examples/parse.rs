//! Parses a file, or 10 MB of Deployments when none is named, and says what it held. For `/usr/bin/time -v`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example reads a file and the clock, and prints"
)]

use seatrial_model::Sources;
use seatrial_yaml::{Dialect, parse};

#[path = "../bench/deployments.rs"]
mod deployments;

fn main() -> std::io::Result<()> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => deployments::deployments(10_000_000),
    };
    let file = Sources::new().add("input.yaml", text);
    let start = std::time::Instant::now();
    let parsed = parse(&file, Dialect::Kustomize);
    let milliseconds = start.elapsed().as_millis();
    let (documents, findings) = (parsed.documents.len(), parsed.findings.len());
    println!("{} bytes, {documents} documents, {findings} findings, {milliseconds} ms", file.text().len());
    Ok(())
}
