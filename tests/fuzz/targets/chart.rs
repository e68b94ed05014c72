//! A whole chart in memory, loaded and rendered: files, each behind a byte 1 and a line with its name, the first one the given values. No panic;
//! places lie in their files; what fails says why and prints nothing.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use seatrial_gotemplate::Budget;
use seatrial_helm::chart::Chart;
use seatrial_helm::render::{Capabilities, Printing, Release, RenderedChart, Request, render, text_of};
use seatrial_helm::{Major, Values};
use seatrial_model::{Finding, Level, SetBy, Sources, Span};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};

const CHART: (&str, &str) = ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");

fuzz_target!(|text: &str| {
    let (given, rest) = text.split_once('\u{1}').unwrap_or((text, ""));
    let files = rest.split('\u{1}').filter_map(|file| file.split_once('\n')).take(16);
    let mut files: Vec<(String, &str)> = files.map(|(name, text)| (format!("chart/{name}"), text)).collect();
    if !files.iter().any(|(name, _)| name == CHART.0) {
        files.push((CHART.0.to_owned(), CHART.1));
    }
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().map(|(name, text)| (name.as_str(), *text)), &sources);
    let (chart, findings) = Chart::load(&tree, "chart");
    assert_inside(&sources, &findings);
    let Some(chart) = chart.map(Arc::new) else {
        assert!(findings.iter().any(|finding| finding.level == Level::Error), "not loaded, and nobody says why");
        return;
    };
    let given = sources.add("given.yaml", given.to_owned());
    let given = parse(&given, Dialect::Kubectl).documents.into_iter().next().map(|document| document.node);
    let values = given.map_or_else(|| Values::none(chart.start()), |node| Values::of(&node)).into_node();
    let release = Release { name: "shop".to_owned(), namespace: "default".to_owned(), is_upgrade: false, revision: 1 };
    let (by, capabilities) = (SetBy::Values("values"), Capabilities::of_helm(Major::Four));
    let mut request = Request::new(&release, &values, &by, &capabilities);
    request.budget = Budget { steps: 100_000, bytes: 4 << 20, ..Budget::default() };
    let rendered = render(&chart, &request);
    check(&sources, &rendered);
});

fn check(sources: &Sources, rendered: &RenderedChart) {
    assert_inside(sources, &rendered.findings);
    if rendered.failure.is_some() {
        assert!(rendered.documents.is_empty(), "what fails prints nothing");
        let is_told = rendered.findings.iter().any(|finding| finding.level == Level::Error);
        assert!(is_told || !rendered.needed.is_empty(), "{:?}", rendered.failure);
        return;
    }
    for document in &rendered.documents {
        let (text, pieces) = (document.text.as_str(), document.text.pieces());
        assert!(pieces.is_sorted_by_key(|piece| piece.end), "{pieces:?}");
        assert!(pieces.last().is_none_or(|last| last.end == text.len()), "{pieces:?} of {text:?}");
        for span in pieces.iter().filter_map(|piece| rendered.span(piece.place?)) {
            assert_place(sources, span);
        }
    }
    let _ = text_of(rendered, &Printing { include_crds: true, ..Printing::default() });
}

fn assert_inside(sources: &Sources, findings: &[Finding]) {
    for finding in findings {
        assert_place(sources, finding.primary.span);
        finding.related.iter().for_each(|related| assert_place(sources, related.span));
    }
}

fn assert_place(sources: &Sources, span: Span) {
    let file = sources.get(span.file).expect("a file of the table");
    assert!(file.text().get(span.start as usize..span.end as usize).is_some(), "{span:?} in {}", file.path());
}
