//! Prints what `helm template` prints, for a look side by side: `template NAME CHART [-f FILE]… [--set LINE]… [--include-crds]`.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a tool for developers")]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::render::{Capabilities, Printing, Release, Request, render, text_of};
use seatrial_helm::{Major, Typing, Values};
use seatrial_model::{BelongsTo, Origin, SetBy, Sources, Span};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (name, place) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let sources = Arc::new(Sources::new());
    let command_line = sources.add("<command line>", String::new());
    let origin = Origin::from(Span::start_of(command_line.id()));
    let mut values = Values::none(origin.span).shared();
    let mut printing = Printing::default();
    let by = SetBy::Values("values");
    while let Some(flag) = arguments.next() {
        match flag.as_str() {
            "--include-crds" => printing.include_crds = true,
            "-f" => {
                let path = arguments.next().unwrap_or_default();
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let file = sources.add(&path, text);
                for document in parse(&file, Dialect::Kubectl).documents {
                    values = values.merged(&Values::of(&document.node).shared(), &by);
                }
            }
            "--set" => {
                let line = arguments.next().unwrap_or_default();
                if let Err(error) = values.set(&line, Typing::Typed, &origin, &SetBy::CommandLine) {
                    eprintln!("Error: {error}");
                }
            }
            "-s" => printing.show_only.extend(arguments.next()),
            other => eprintln!("unknown: {other}"),
        }
    }
    let parent = Path::new(&place).parent().unwrap_or(Path::new("."));
    let dir = Path::new(&place).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Ok(tree) = Tree::working_copy(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }, &sources)
    else {
        return ExitCode::from(2);
    };
    let (chart, findings) = if dir.ends_with(".tgz") {
        let bytes = std::fs::read(&place).unwrap_or_default();
        Chart::unpack(&bytes, &BelongsTo::Repository, &sources, origin.span)
    } else {
        Chart::load(&tree, dir)
    };
    let Some(chart) = chart.map(Arc::new) else {
        for finding in &findings {
            let said = finding.evidence.first().map_or(&finding.message, |evidence| &evidence.text);
            eprintln!("Error: {said}");
        }
        return ExitCode::FAILURE;
    };
    let release = Release { name, namespace: "default".to_owned(), is_upgrade: false, revision: 1 };
    let values = values.into_node();
    let capabilities = Capabilities::of_helm(Major::Four);
    let request = Request::new(&release, &values, &by, &capabilities);
    let started = std::time::Instant::now();
    let rendered = render(&chart, &request);
    if std::env::var_os("TIMES").is_some() {
        eprintln!("{:?}", started.elapsed());
    }
    for finding in findings.iter().chain(&rendered.findings) {
        let place = sources
            .get(finding.primary.span.file)
            .map(|file| format!("{}:{}", file.path(), file.line_column(finding.primary.span.start).0));
        eprintln!("{}: {}: {}", place.unwrap_or_default(), finding.rule.as_str(), finding.message);
    }
    if let Some(failure) = rendered.failure {
        eprintln!("Error: {failure}");
        return ExitCode::FAILURE;
    }
    match text_of(&rendered, &printing) {
        Ok(text) => print!("{text}"),
        Err(error) => {
            eprintln!("Error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
