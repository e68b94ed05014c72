//! Prints the build of a kustomization: `cargo run -p seatrial-kustomize --example build -- ROOT [DIRECTORY] [--any]`; findings go to
//! standard error. `ROOT --each OUT [--any]` builds every directory that standard input names, one a line: `OUT/N.out` and `OUT/N.err` are
//! what the N-th gives, and a line `N EXIT MILLISECONDS` is printed for each.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "an example")]

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use seatrial_kustomize::{Builder, LoadRestriction, Options};
use seatrial_model::{Level, Sources};
use seatrial_tree::Tree;
use seatrial_yaml::emit_all;

/// What a build gives: objects, findings, and how a command ends.
struct Outcome {
    yaml: String,
    findings: String,
    exit: i32,
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let any = arguments.iter().position(|a| a == "--any").map(|at| arguments.remove(at)).is_some();
    let load_restriction = if any { LoadRestriction::None } else { LoadRestriction::RootOnly };
    let options = Options { load_restriction, ..Options::default() };
    let root = arguments.first().expect("the root of the repository");
    match arguments.get(1).map(String::as_str) {
        Some("--each") => each(root, arguments.get(2).expect("a directory for what is built"), options),
        dir => {
            let (builder, sources) = builder(root, options);
            let outcome = run(&builder, &sources, dir.unwrap_or_default());
            eprint!("{}", outcome.findings);
            print!("{}", outcome.yaml);
            std::process::exit(outcome.exit);
        }
    }
}

fn each(root: &str, out: &str, options: Options) {
    let (builder, sources) = builder(root, options);
    for (number, line) in std::io::stdin().lines().enumerate() {
        let dir = line.expect("text");
        let start = Instant::now();
        let built = std::panic::catch_unwind(AssertUnwindSafe(|| run(&builder, &sources, &dir)));
        let took = start.elapsed().as_secs_f64() * 1000.0;
        let outcome = built.unwrap_or(Outcome { yaml: String::new(), findings: "panic\n".to_owned(), exit: 101 });
        std::fs::write(format!("{out}/{number}.out"), outcome.yaml).expect("writable");
        std::fs::write(format!("{out}/{number}.err"), outcome.findings).expect("writable");
        println!("{number} {} {took:.1}", outcome.exit);
    }
}

fn builder(root: &str, options: Options) -> (Builder, Arc<Sources>) {
    let sources = Arc::new(Sources::new());
    let tree = Tree::working_copy(Path::new(root), &sources).expect("a directory");
    (Builder::new(&tree, options, &Arc::default()), sources)
}

fn run(builder: &Builder, sources: &Sources, dir: &str) -> Outcome {
    let rendered = builder.build(dir);
    let mut findings = String::new();
    for finding in &rendered.findings {
        let place = sources.get(finding.primary.span.file);
        let place = place.map(|f| format!("{}:{}", f.path(), f.line_column(finding.primary.span.start).0));
        let (level, rule) = (finding.level.as_str(), finding.rule.as_str());
        let _ = writeln!(findings, "{level}[{rule}]: {}: {}", place.unwrap_or_default(), finding.message);
    }
    let exit = i32::from(rendered.findings.iter().any(|f| f.level == Level::Error));
    Outcome { yaml: emit_all(rendered.manifests.iter().map(|m| &m.node)), findings, exit }
}
