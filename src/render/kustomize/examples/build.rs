//! Prints the build of a kustomization: `cargo run -p seatrial-kustomize --example build -- ROOT [DIRECTORY]`; findings go to standard error.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example")]

use std::path::Path;
use std::sync::Arc;

use seatrial_kustomize::{LoadRestriction, Options, build};
use seatrial_model::{Level, Sources};
use seatrial_tree::Tree;
use seatrial_yaml::emit_all;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().expect("the root of the repository");
    let dir = arguments.next().unwrap_or_default();
    let load_restriction =
        if arguments.next().as_deref() == Some("--any") { LoadRestriction::None } else { LoadRestriction::RootOnly };
    let sources = Arc::new(Sources::new());
    let tree = Tree::working_copy(Path::new(&root), &sources).expect("a directory");
    let rendered = build(&tree, &dir, Options { load_restriction, ..Options::default() });
    for finding in &rendered.findings {
        let place = sources.get(finding.primary.span.file);
        let place = place.map(|f| format!("{}:{}", f.path(), f.line_column(finding.primary.span.start).0));
        let level = finding.level.as_str();
        eprintln!("{level}[{}]: {}: {}", finding.rule.as_str(), place.unwrap_or_default(), finding.message);
    }
    print!("{}", emit_all(rendered.manifests.iter().map(|m| &m.node)));
    std::process::exit(i32::from(rendered.findings.iter().any(|f| f.level == Level::Error)));
}
