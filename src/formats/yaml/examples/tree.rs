//! Shows what a file was read as, with spans and comments: `tree FILE [kubectl]`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example reads a file and prints")]

use seatrial_model::{Node, SourceFile, Sources, Value};
use seatrial_yaml::{Dialect, parse};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let dialect = if arguments.next().is_some() { Dialect::Kubectl } else { Dialect::Kustomize };
    let file = Sources::new().add(&path, std::fs::read_to_string(&path)?);
    let parsed = parse(&file, dialect);
    for document in &parsed.documents {
        println!("document {}..{}", document.span.start, document.span.end);
        show(&document.node, &file, "", 1);
    }
    for finding in &parsed.findings {
        let (line, column) = file.line_column(finding.primary.span.start);
        println!("{}:{line}:{column} {} help: {:?}", finding.rule.as_str(), finding.message, finding.help);
    }
    Ok(())
}

fn show(node: &Node, file: &SourceFile, key: &str, depth: usize) {
    let written = file.text().get(node.span().start as usize..node.span().end as usize).unwrap_or("?");
    let text = node.scalar_text().unwrap_or_default();
    println!(
        "{:indent$}{key} {:?} {:?} {text:?} written {written:?} {:?} {:?}",
        "",
        node.kind(),
        node.style(),
        node.tag(),
        node.comments(),
        indent = depth * 2
    );
    match node.value() {
        Value::Sequence(items) => items.iter().for_each(|item| show(item, file, "-", depth + 1)),
        Value::Mapping(entries) => entries.iter().for_each(|e| show(&e.value, file, &e.key.text, depth + 1)),
        Value::Scalar(_) => {}
    }
}
