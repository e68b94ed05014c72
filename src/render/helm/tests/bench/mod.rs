//! A chart in memory, values that are given to it, and what is found.
#![allow(unreachable_pub, dead_code, reason = "several tests share this")]

use std::sync::Arc;

use seatrial_helm::Major;
use seatrial_helm::chart::Chart;
use seatrial_helm::render::{Capabilities, Release, RenderedChart, Request, render};
use seatrial_model::{Finding, Node, SetBy, SourceFile, Sources, Span};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};

pub const CHART: (&str, &str) = ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");

pub struct Bench {
    pub sources: Arc<Sources>,
    given: Arc<SourceFile>,
}

impl Bench {
    pub fn new(given: &str) -> Bench {
        let sources = Arc::new(Sources::new());
        let given = sources.add("given.yaml", given.to_owned());
        Bench { sources, given }
    }

    pub fn load(&self, files: &[(&str, &str)]) -> (Option<Arc<Chart>>, Vec<Finding>) {
        let tree = Tree::memory(files.iter().copied(), &self.sources);
        let (chart, findings) = Chart::load(&tree, "chart");
        (chart.map(Arc::new), findings)
    }

    pub fn render(&self, chart: &Arc<Chart>) -> RenderedChart {
        self.render_by(Major::Four, chart)
    }

    pub fn render_by(&self, helm: Major, chart: &Arc<Chart>) -> RenderedChart {
        let parsed = parse(&self.given, Dialect::Kubectl);
        let values = parsed.documents.first().map(|document| document.node.clone());
        let values = values.unwrap_or_else(|| Node::mapping(Vec::new(), Span::start_of(self.given.id())));
        let release =
            Release { name: "shop".to_owned(), namespace: "default".to_owned(), is_upgrade: false, revision: 1 };
        render(chart, &Request::new(&release, &values, &SetBy::Values("values"), &Capabilities::of_helm(helm)))
    }

    pub fn place(&self, span: Span) -> String {
        let file = self.sources.get(span.file).expect("a file");
        format!("{}:{}", file.path(), file.line_column(span.start).0)
    }

    /// Rule and place of each finding.
    pub fn shown(&self, findings: &[Finding]) -> Vec<String> {
        let one = |f: &Finding| format!("{} {} {}", f.level.as_str(), f.rule.as_str(), self.place(f.primary.span));
        findings.iter().map(one).collect()
    }
}
