//! A chart of its files, wherever they are from (helm: `LoadFiles`).

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use seatrial_model::{BelongsTo, Finding, Level, Node, OnceMap, SourceFile, Sources, Span};
use seatrial_tree::{ReadError, Tree};
use seatrial_yaml::{Dialect, parse};

use super::loading::Loading;
use super::metadata::{Metadata, Wrong, read_dependencies};
use super::{Chart, ChartFile, archive, dependencies, values_file};
use crate::go_yaml::taken::{as_taken, is_refused};
use crate::go_yaml::{Refusal, SAID, first_document};
use crate::ids;

/// Archives within each other. Helm has no limit.
const MOST_ARCHIVES: usize = 16;

/// Where a chart stands.
pub(crate) struct Around<'a> {
    /// Its directory, where it lies in one.
    pub(crate) place: Option<(&'a Tree, &'a str)>,
    /// Whether no other chart asks for it.
    pub(crate) is_root: bool,
    /// The directories and archives that are being loaded.
    pub(crate) loading: &'a mut Loading,
}

/// The chart in an archive.
pub(crate) fn unpack(
    bytes: &[u8],
    belongs_to: &BelongsTo,
    sources: &Arc<Sources>,
    span: Span,
    findings: &mut Vec<Finding>,
) -> Option<Chart> {
    let around = Around { place: None, is_root: true, loading: &mut Loading::new() };
    unpack_in(bytes, belongs_to, sources, span, (around, findings))
}

pub(crate) fn unpack_in(
    bytes: &[u8],
    belongs_to: &BelongsTo,
    sources: &Arc<Sources>,
    span: Span,
    (around, findings): (Around<'_>, &mut Vec<Finding>),
) -> Option<Chart> {
    let files = match archive::files(bytes, &mut around.loading.bytes_left) {
        Ok(files) => files,
        Err(why) => {
            findings.push(Finding::new(ids::CHART, span, format!("the chart cannot be unpacked: {why}")));
            return None;
        }
    };
    let one = |(name, bytes): (String, Vec<u8>)| ChartFile::of_archive(name, without_mark(&bytes), sources, belongs_to);
    let files: Vec<ChartFile> = files.into_iter().map(one).collect();
    if !files.iter().any(|file| file.name() == "Chart.yaml") {
        findings.push(Finding::new(ids::CHART, span, "there is no `Chart.yaml` in the archive"));
        return None;
    }
    chart(&files, around, findings)
}

fn without_mark(bytes: &[u8]) -> Arc<[u8]> {
    bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(bytes).into()
}

/// What is read of a chart before it is whole.
struct Parts {
    values: Node,
    first_values: Option<Node>,
    schema: Option<ChartFile>,
    templates: Vec<ChartFile>,
    files: Vec<ChartFile>,
    /// Files of each entry of `charts/`, named from there.
    charts: BTreeMap<String, Vec<ChartFile>>,
    lock: Option<Arc<SourceFile>>,
}

/// The chart that some files are; `None` where Helm would not load it.
pub(crate) fn chart(files: &[ChartFile], around: Around<'_>, findings: &mut Vec<Finding>) -> Option<Chart> {
    let chart_file = files.iter().find(|file| file.name() == "Chart.yaml")?.clone();
    let mut metadata = metadata_of(&chart_file, findings)?;
    let parts = parts(files, &chart_file, &mut metadata, findings)?;
    if let Err((span, why)) = metadata.validate() {
        findings.push(Finding::new(ids::CHART, span, why));
        return None;
    }
    let mut chart = Chart {
        metadata,
        values: parts.values,
        schema: parts.schema,
        templates: parts.templates,
        files: parts.files,
        subcharts: Vec::new(),
        chart_file,
        needed: Vec::new(),
        parsed: [OnceMap::default(), OnceMap::default()],
        first_values: parts.first_values,
        definitions: OnceLock::new(),
        compiled: OnceLock::new(),
    };
    let Around { place, is_root, loading } = around;
    for (name, files) in parts.charts {
        if let Some(subchart) = subchart(&chart, &name, &files, (loading, findings))? {
            chart.subcharts.push(Arc::new(subchart));
        }
    }
    dependencies::complete(&mut chart, Around { place, is_root, loading }, findings);
    if let Some(lock) = parts.lock.filter(|_| is_root) {
        dependencies::check_lock(&chart, &lock, findings);
    }
    Some(chart)
}

/// One document of a file; `None` where it is not YAML.
fn document(file: &ChartFile, findings: &mut Vec<Finding>) -> Option<Node> {
    let text = match file.text() {
        Ok(text) => text,
        Err(error) => {
            unreadable(file, &error, findings);
            return None;
        }
    };
    let mut parsed = parse(&text, Dialect::Kubectl);
    if let Some(first) = parsed.findings.iter().any(is_refused).then(|| first_document(text.text())).flatten() {
        let is_behind = |finding: &&mut Finding| finding.primary.span.start as usize >= first.len();
        parsed.findings.iter_mut().filter(is_behind).for_each(|finding| finding.level = Level::Warning);
    }
    let is_broken = parsed.findings.iter().any(is_refused);
    let refusal = LazyCell::new(|| Refusal::of_first_document(&text));
    findings.extend(parsed.findings.into_iter().map(|finding| {
        if !is_refused(&finding) {
            return as_taken(finding);
        }
        let said = format!("cannot load {}: {}", file.name(), refusal.said(&finding));
        finding.with_evidence(SAID, said)
    }));
    if is_broken {
        return None;
    }
    let empty = || Node::mapping(Vec::new(), Span::start_of(text.id()));
    let node = parsed.documents.into_iter().next().map_or_else(empty, |document| document.node);
    if node.is_mapping() || node.is_null() {
        return Some(if node.is_null() { empty() } else { node });
    }
    let message = format!("`{}` is {}, not a mapping", file.name(), node.describe());
    findings.push(Finding::new(ids::CHART, node.span(), message));
    None
}

fn unreadable(file: &ChartFile, error: &ReadError, findings: &mut Vec<Finding>) {
    findings.push(Finding::new(ids::CHART, file.start(), format!("`{}` {error}", file.name())));
}

fn metadata_of(file: &ChartFile, findings: &mut Vec<Finding>) -> Option<Metadata> {
    let node = document(file, findings)?;
    told(Metadata::read(&node), "Chart.yaml", findings)
}

fn told<T>(read: Result<T, Wrong>, name: &str, findings: &mut Vec<Finding>) -> Option<T> {
    read.map_err(|(span, why)| findings.push(Finding::new(ids::CHART, span, format!("in `{name}`, {why}")))).ok()
}

/// Which file is what.
fn parts(
    files: &[ChartFile],
    chart_file: &ChartFile,
    metadata: &mut Metadata,
    findings: &mut Vec<Finding>,
) -> Option<Parts> {
    let mut parts = Parts {
        values: Node::mapping(Vec::new(), chart_file.start()),
        first_values: None,
        schema: None,
        templates: Vec::new(),
        files: Vec::new(),
        charts: BTreeMap::new(),
        lock: None,
    };
    let is_first = metadata.api_version == "v1";
    for file in files {
        let name = file.name();
        match name {
            "Chart.yaml" => {}
            "Chart.lock" => parts.lock = file.text().ok(),
            "values.yaml" => match file.text() {
                Ok(text) => (parts.values, parts.first_values) = values_file::read(&text, findings)?,
                Err(error) => {
                    unreadable(file, &error, findings);
                    return None;
                }
            },
            "values.schema.json" => parts.schema = Some(file.clone()),
            "requirements.yaml" => {
                let node = document(file, findings)?;
                if let Some(all) = told(read_dependencies(&node), name, findings)? {
                    metadata.dependencies = Some(all);
                }
                parts.files.extend(is_first.then(|| file.clone()));
            }
            "requirements.lock" => {
                parts.lock = file.text().ok();
                parts.files.extend(is_first.then(|| file.clone()));
            }
            _ if name.starts_with("templates/") => parts.templates.push(file.clone()),
            _ => match name.strip_prefix("charts/").filter(|_| !name.ends_with(".prov")) {
                Some(inner) => {
                    let entry = inner.split('/').next().unwrap_or(inner).to_owned();
                    parts.charts.entry(entry).or_default().push(file.renamed(inner));
                }
                None => parts.files.push(file.clone()),
            },
        }
    }
    Some(parts)
}

/// What an entry of `charts/` is: nothing, a chart, or (the outer `None`) what makes the whole chart one that cannot be loaded.
#[allow(clippy::option_option, reason = "there may be no chart, and there may be no way on")]
fn subchart(
    parent: &Chart,
    name: &str,
    files: &[ChartFile],
    (loading, findings): (&mut Loading, &mut Vec<Finding>),
) -> Option<Option<Chart>> {
    if name.starts_with(['_', '.']) {
        return Some(None);
    }
    if name.ends_with(".tgz") {
        let file = files.iter().find(|file| file.name() == name)?;
        return unpack_subchart(parent, file, (loading, findings)).map(Some);
    }
    let inner = |file: &ChartFile| file.name().split_once('/').map(|(_, rest)| file.renamed(rest));
    let files: Vec<ChartFile> = files.iter().filter_map(inner).collect();
    let first = files.first();
    if !files.iter().any(|file| file.name() == "Chart.yaml") {
        let span = first.map_or(parent.start(), ChartFile::start);
        let message = format!("`charts/{name}` of chart `{}` is not a chart: it has no `Chart.yaml`", parent.name());
        findings.push(Finding::new(ids::CHART, span, message));
        return None;
    }
    chart(&files, Around { place: None, is_root: false, loading }, findings).map(Some)
}

/// A packed chart in `charts/`; its files belong to the archive, which the dependency asks for.
pub(crate) fn unpack_subchart(
    parent: &Chart,
    file: &ChartFile,
    (loading, findings): (&mut Loading, &mut Vec<Finding>),
) -> Option<Chart> {
    if loading.len() > MOST_ARCHIVES {
        let message = format!("`{}` lies in too many archives", file.name());
        findings.push(Finding::new(ids::CHART, parent.start(), message));
        return None;
    }
    let dependencies = parent.metadata.dependencies.iter().flatten();
    let asking = dependencies
        .into_iter()
        .find(|dependency| file.name().strip_prefix(&*dependency.name).is_some_and(|rest| rest.starts_with('-')));
    let span = asking.map_or_else(|| parent.start(), |dependency| dependency.span);
    let bytes = match file.bytes() {
        Ok(bytes) => bytes,
        Err(error) => {
            unreadable(file, &error, findings);
            return None;
        }
    };
    let belongs_to = BelongsTo::Checkout { name: file.name().into(), asked: span };
    loading.push(file.name().to_owned());
    let around = Around { place: None, is_root: false, loading };
    let chart = unpack_in(&bytes, &belongs_to, parent.sources(), span, (around, findings));
    loading.pop();
    chart
}
