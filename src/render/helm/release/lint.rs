//! What `helm lint` says of a chart beside what its templates print. An error is only what Helm refuses, and loading the chart tells that.

use seatrial_golang::semver::Version;
use seatrial_model::{Finding, Level, Node, Span};
use seatrial_yaml::{Dialect, parse};

use crate::chart::{Chart, ChartFile, ChartType};
use crate::ids;

/// What `Chart.yaml` may say. Case does not count.
const FIELDS: [&str; 17] = [
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

/// What may lie in `templates/`.
const EXTENSIONS: [&str; 4] = [".yaml", ".yml", ".tpl", ".txt"];

/// What is to be said of a chart itself, as it lies there.
#[must_use]
pub fn lint(chart: &Chart) -> Vec<Finding> {
    let mut lint = Lint { chart, findings: Vec::new() };
    lint.fields();
    lint.versions();
    lint.people_and_addresses();
    lint.of_second_version();
    lint.dependencies();
    lint.templates();
    lint.crds();
    lint.findings
}

struct Lint<'a> {
    chart: &'a Chart,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn field(&self, name: &str) -> Option<&Node> {
        self.chart.metadata.node.get(name)
    }

    fn warn(&mut self, place: Span, message: String) {
        self.findings.push(Finding::new(ids::CHART_METADATA, place, message));
    }

    fn fields(&mut self) {
        for entry in self.chart.metadata.node.entries() {
            let name = &*entry.key.text;
            if FIELDS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                continue;
            }
            self.warn(entry.key.span, format!("`Chart.yaml` has no field `{name}`"));
        }
        if self.field("icon").and_then(Node::scalar_text).is_none_or(str::is_empty) {
            let place = self.field("name").map_or(self.chart.start(), Node::span);
            self.findings.push(Finding::new(ids::CHART_ICON, place, "the chart has no `icon`"));
        }
    }

    fn versions(&mut self) {
        let api = self.field("apiVersion").map(|node| (node.span(), node.scalar_text().unwrap_or_default().to_owned()));
        match api {
            None => {
                self.warn(self.chart.start(), "`Chart.yaml` has no `apiVersion`: Helm takes it for `v1`".to_owned());
            }
            Some((_, api)) if matches!(&*api, "v1" | "v2") => {}
            Some((place, api)) => self.warn(place, format!("the `apiVersion` of a chart is `v1` or `v2`, not `{api}`")),
        }
        let version =
            self.field("version").map(|node| (node.span(), node.scalar_text().unwrap_or_default().to_owned()));
        if let Some((place, version)) = version.filter(|(_, version)| Version::parse_strictly(version).is_err()) {
            self.warn(place, format!("the version `{version}` is not a semantic version such as `1.2.0`"));
        }
    }

    fn people_and_addresses(&mut self) {
        let mut wrong: Vec<(Span, String)> = Vec::new();
        let items = |name: &str| self.field(name).map(Node::items).unwrap_or_default();
        for maintainer in items("maintainers") {
            let text = |name: &str| maintainer.get(name).and_then(Node::scalar_text).unwrap_or_default();
            let place = |name: &str| maintainer.get(name).map_or_else(|| maintainer.span(), Node::span);
            if text("name").is_empty() {
                wrong.push((maintainer.span(), "a maintainer has no name".to_owned()));
            } else if !text("email").is_empty() && !is_email(text("email")) {
                wrong.push((place("email"), format!("`{}` is not an address of mail", text("email"))));
            } else if text("url").contains(char::is_whitespace) {
                wrong.push((place("url"), format!("`{}` is not an address", text("url"))));
            }
        }
        let icon = self.field("icon").filter(|icon| icon.scalar_text().is_some_and(|text| !text.is_empty()));
        for address in items("sources").iter().chain(icon) {
            let text = address.scalar_text().unwrap_or_default();
            if !is_address(text) {
                wrong.push((address.span(), format!("`{text}` is not an address with a scheme, such as `https:`")));
            }
        }
        wrong.into_iter().for_each(|(place, message)| self.warn(place, message));
    }

    /// `type` and `dependencies` are of the second version of charts.
    fn of_second_version(&mut self) {
        if self.chart.metadata.api_version == "v2" {
            return;
        }
        for name in ["type", "dependencies"] {
            if let Some(place) = self.field(name).map(Node::span) {
                self.warn(place, format!("`{name}` belongs to charts of `apiVersion: v2`"));
            }
        }
    }

    /// A chart in `charts/` that is not named is installed all the same.
    fn dependencies(&mut self) {
        let named = |name: &str| self.chart.metadata.dependencies.iter().flatten().any(|one| one.name == name);
        let unnamed: Vec<Finding> = self
            .chart
            .subcharts
            .iter()
            .filter(|subchart| !named(subchart.name()))
            .map(|subchart| {
                let message =
                    format!("`charts/` has `{}`, which the dependencies of the chart do not name", subchart.name());
                Finding::new(ids::CHART_DEPENDENCY, self.chart.start(), message).with_level(Level::Warning)
            })
            .collect();
        self.findings.extend(unnamed);
    }

    fn templates(&mut self) {
        let is_library = self.chart.metadata.chart_type() == ChartType::Library;
        let has_others =
            !self.chart.subcharts.is_empty() || self.chart.metadata.dependencies.iter().flatten().count() > 0;
        if self.chart.templates.is_empty() && !has_others && !is_library {
            let message = "the chart has no templates: it installs nothing";
            self.findings.push(Finding::new(ids::CHART_FILES, self.chart.start(), message));
        }
        for file in &self.chart.templates {
            let name = seatrial_tree::file_name(file.name());
            if !EXTENSIONS.iter().any(|extension| name.ends_with(extension)) {
                let message =
                    format!("`{}` is rendered as a template: one ends in {}", file.name(), EXTENSIONS.join(", "));
                self.findings.push(Finding::new(ids::CHART_FILES, file.start(), message));
            }
        }
    }

    /// What lies in `crds/` is installed first, and never changed afterwards.
    fn crds(&mut self) {
        let wrong: Vec<Finding> = self.chart.crds().filter_map(other_than_crd).collect();
        self.findings.extend(wrong);
    }
}

/// The first object of a file in `crds/` that does not belong there.
fn other_than_crd(file: &ChartFile) -> Option<Finding> {
    let parsed = parse(&file.text().ok()?, Dialect::Kubectl);
    let nodes = parsed.documents.iter().map(|document| &document.node).filter(|node| node.is_mapping());
    let kind = |node: &Node| node.get("kind").and_then(Node::scalar_text).unwrap_or_default().to_owned();
    let other = nodes.into_iter().find(|node| kind(node) != "CustomResourceDefinition")?;
    let message = match kind(other) {
        kind if kind.is_empty() => "`crds/` has something that is not a CustomResourceDefinition".to_owned(),
        kind => format!("`crds/` has a {kind}: what lies there is installed once, and never changed or deleted"),
    };
    let place = other.get("kind").map_or_else(|| other.span(), Node::span);
    Some(Finding::new(ids::CHART_FILES, place, message))
}

fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    !text.contains(char::is_whitespace) && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

fn is_address(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
}
