//! Prints the documents of a file as kustomize would: `print FILE`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example reads a file and prints"
)]

use seatrial_model::Sources;
use seatrial_yaml::{Dialect, emit_all, in_kustomize_order, parse};

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let file = Sources::new().add(&path, std::fs::read_to_string(&path)?);
    let parsed = parse(&file, Dialect::Kustomize);
    for finding in &parsed.findings {
        let (line, column) = file.line_column(finding.primary.span.start);
        eprintln!("{path}:{line}:{column}: {}", finding.message);
    }
    let nodes: Vec<_> = parsed.documents.iter().map(|d| in_kustomize_order(&d.node)).collect();
    print!("{}", emit_all(&nodes));
    Ok(())
}
