//! The order of a render: what is switched on, values, templates, documents.

use std::cmp::Ordering;
use std::sync::Arc;

use seatrial_gotemplate::{Budget, MapKind, Text, Value, with_large_stack};
use seatrial_model::{Finding, Level, SourceFile};

use super::instance::Instance;
use super::switching::Switching;
use super::tables::{Coalescing, Mismatch, Warning};
use super::top::{self, Renderable, Shared};
use super::{Crd, Document, RenderedChart, Request, manifests, schemas, span_in, told, unread};
use crate::chart::failure::Failure;
use crate::chart::{Chart, ParsedTemplates, is_in_range, readable};
use crate::cluster::served::served_by;
use crate::cluster::world::{Source, World};
use crate::functions;
use crate::ids;
use crate::major::Major;

/// The file whose text is shown to the user.
const NOTES: &str = "NOTES.txt";

/// Renders a chart for a release. What Helm refuses is a finding, and `failure` has its words.
#[must_use]
pub fn render(chart: &Arc<Chart>, request: &Request<'_>) -> RenderedChart {
    let mut rendered =
        RenderedChart { needed: chart.needed.clone(), helm: request.capabilities.helm, ..RenderedChart::default() };
    if let Err(failure) = render_into(chart, request, &mut rendered) {
        rendered.documents.clear();
        rendered.findings.extend(failure.finding.map(|finding| *finding));
        rendered.failure = Some(failure.message);
    }
    rendered
}

fn render_into(chart: &Arc<Chart>, request: &Request<'_>, rendered: &mut RenderedChart) -> Result<(), Failure> {
    check_installable(chart, rendered.helm)?;
    if chart.metadata.is_deprecated {
        let place = chart.metadata.node.get("deprecated").map_or_else(|| chart.start(), |node| node.span());
        let message = format!("chart `{}` is deprecated", chart.name());
        rendered.findings.push(Finding::new(ids::DEPRECATED_CHART, place, message));
    }
    let mut warnings = Vec::new();
    let values = values_and_instance(chart, request, rendered, &mut warnings);
    for warning in warnings {
        rendered.findings.extend(told(&warning, chart, rendered));
    }
    let (instance, values) = values.map_err(|(message, marks)| {
        let places = rendered.origins.of(&marks);
        let span = places.first().map_or_else(|| chart.start(), |origin| origin.span);
        let finding = Finding::new(ids::CHART_VALUES, span, message.clone()).with_level(Level::Error);
        Failure { message, finding: Some(Box::new(finding)) }
    })?;
    if let (true, Some(values)) = (request.checks_schemas, values.as_map()) {
        schemas::check(&instance, values, request, rendered)?;
    }
    check_kube_version(chart, request)?;
    crds(&instance, None, &mut rendered.crds);
    let helm = rendered.helm;
    let own = if request.sees_own_definitions { served_by_own(&rendered.crds) } else { Vec::new() };
    let shared = match own.is_empty() {
        true => Shared::new(request.release, request.capabilities),
        false => Shared::new(request.release, &request.capabilities.clone().with_api_versions(&own)),
    };
    let all = top::renderables(&instance, &values, &shared, &mut rendered.origins);
    let mut all: Vec<Renderable> = all.into_values().collect();
    all.sort_by(|one, other| by_path_length(&other.name, &one.name));
    let mut paths = Vec::new();
    instance.paths(None, &mut paths);
    let parsed = chart.parsed(helm, &paths, || parse(&all, helm)).map_err(|failure| Failure::clone(&failure))?;
    rendered.sources.clone_from(&parsed.sources);
    let executed = with_large_stack(|| execute(chart, &parsed, &all, (request, rendered)));
    rendered.asked = shared.asked.take();
    let mut texts = executed?;
    let own_notes = format!("{}/templates/{NOTES}", chart.name());
    rendered.notes = texts.iter().find(|(name, _)| *name == own_notes).map(|(_, text)| text.clone());
    texts.retain(|(name, text)| !name.ends_with(NOTES) && !text.trim().is_empty());
    texts.sort_by(|one, other| one.0.cmp(&other.0));
    rendered.documents = manifests::sorted(&texts, chart.sources(), helm)
        .map_err(|unreadable| told::of_output(&unreadable, chart, rendered))?;
    let unknown: Vec<Finding> = rendered.documents.iter().filter_map(|one| unknown_hook(one, rendered)).collect();
    rendered.findings.extend(unknown);
    let unread = unread::findings(&instance, &parsed, request, rendered);
    rendered.findings.extend(unread);
    Ok(())
}

/// Helm passes over a hook of which it does not know an event, and nobody installs it.
fn unknown_hook(document: &Document, rendered: &RenderedChart) -> Option<Finding> {
    document.hook().filter(|hook| !hook.is_known)?;
    let annotation = document.node.at(&["metadata", "annotations", "helm.sh/hook"])?;
    let piece = document.text.piece_at(annotation.span().start as usize)?;
    let value = rendered.origins.of(&piece.marks).into_iter().next().map(|origin| origin.span);
    let span = value.or_else(|| span_in(&rendered.sources, piece.place?))?;
    let text = annotation.scalar_text().unwrap_or_default();
    let message = format!("Helm does not know the hook `{text}`, and never installs this");
    Some(Finding::new(ids::CHART_OUTPUT, span, message).with_level(Level::Warning))
}

fn check_installable(chart: &Chart, helm: Major) -> Result<(), Failure> {
    let place = |field: &str| chart.metadata.node.get(field).map_or_else(|| chart.start(), |node| node.span());
    if chart.metadata.chart_type() == crate::chart::ChartType::Library {
        let message = "library charts are not installable".to_owned();
        let finding = Finding::new(ids::CHART, place("type"), "a library chart cannot be installed");
        return Err(Failure { message, finding: Some(Box::new(finding)) });
    }
    let dependencies = chart.metadata.dependencies.iter().flatten();
    let is_missing = |name: &str| !chart.subcharts.iter().any(|subchart| subchart.name() == name);
    let missing: Vec<&str> = dependencies.map(|dependency| &*dependency.name).filter(|name| is_missing(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("{}: {}", helm.missing_dependencies(), missing.join(", "));
    Err(Failure { message, finding: None })
}

fn check_kube_version(chart: &Chart, request: &Request<'_>) -> Result<(), Failure> {
    let range = &chart.metadata.kube_version;
    if range.is_empty() || is_in_range(range, &request.capabilities.plain_version()) {
        return Ok(());
    }
    let version = &request.capabilities.kube_version;
    let message = format!("chart requires kubeVersion: {range} which is incompatible with Kubernetes {version}");
    let place = chart.metadata.node.get("kubeVersion").map_or_else(|| chart.start(), |node| node.span());
    let said = format!("chart `{}` asks for Kubernetes `{range}`, and this is {version}", chart.name());
    Err(Failure { message, finding: Some(Box::new(Finding::new(ids::KUBE_VERSION, place, said))) })
}

/// The chart with what is switched on, and all values.
fn values_and_instance<'c>(
    chart: &'c Arc<Chart>,
    request: &Request<'_>,
    rendered: &mut RenderedChart,
    warnings: &mut Vec<Warning>,
) -> Result<(Instance<'c>, Value), Mismatch> {
    let helm = rendered.helm;
    let origins = &mut rendered.origins;
    let given = origins.map(request.values);
    let mut instance = Instance::of(chart, helm, origins);
    if let Some(defaults) = request.defaults {
        instance.values = origins.map(defaults);
    }
    // Where values are only tried, nobody is warned.
    let mut tried = Vec::new();
    let mut switching = Switching { origins, warnings: &mut tried, helm };
    switching.enable(&mut instance, &given, "")?;
    switching.import(&mut instance)?;
    warnings.extend(tried.into_iter().filter(|warning| warning.message.contains("ependency")));
    let given = given.with_kind(helm.values());
    let mut coalescing = Coalescing { origins, warnings, helm, keeps_nulls: false, by: Some(request.by) };
    let values = coalescing.all(&instance, &given)?;
    debug_assert!(matches!(values.kind(), MapKind::Named(_)));
    let marks = rendered.origins.mark(request.values.origin());
    let values = Value::map(values).with_marks(marks);
    rendered.values = Some(values.clone());
    Ok((instance, values))
}

/// A warning at the value that it is about.
fn told(warning: &Warning, chart: &Chart, rendered: &RenderedChart) -> Option<Finding> {
    let origins = rendered.origins.of(&warning.marks);
    let span = origins.first().map_or_else(|| chart.start(), |origin| origin.span);
    Some(Finding::new(ids::CHART_VALUES, span, warning.message.clone()))
}

fn crds(chart: &Instance<'_>, parent: Option<&str>, into: &mut Vec<Crd>) {
    let path = chart.path(parent);
    into.extend(chart.chart.definitions().map(|(file, definitions)| Crd {
        source: format!("{path}/{}", file.name()),
        file: file.clone(),
        definitions: definitions.clone(),
    }));
    chart.children.iter().for_each(|child| crds(child, Some(&path), into));
}

/// What the cluster serves with what lies in `crds/`.
fn served_by_own(crds: &[Crd]) -> Vec<String> {
    crds.iter().flat_map(|crd| &crd.definitions.read(&crd.file).manifests).flat_map(served_by).collect()
}

/// Templates nearer to the root come later (helm: `byPathLen`, reversed).
fn by_path_length(one: &str, other: &str) -> Ordering {
    let depth = |name: &str| name.bytes().filter(|byte| *byte == b'/').count();
    depth(one).cmp(&depth(other)).then_with(|| one.cmp(other))
}

fn parse(all: &[Renderable], helm: Major) -> Result<Arc<ParsedTemplates>, Arc<Failure>> {
    let mut templates = functions::templates_of(helm);
    let (mut sources, mut named): (Vec<Arc<SourceFile>>, Vec<Source>) = Default::default();
    for renderable in all {
        let file = renderable.file.text().map_err(|error| {
            let message = format!("`{}` {error}", renderable.name);
            let finding = Finding::new(ids::TEMPLATE, renderable.file.start(), message.clone());
            Arc::new(Failure { message, finding: Some(Box::new(finding)) })
        })?;
        let number = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let parsed = templates.parse(&renderable.name, number, readable(&file));
        parsed.map_err(|error| Arc::new(told::of_parsing(&error, &renderable.name, &file)))?;
        named.push(Source { name: (&*renderable.name).into(), text: readable(&file).into() });
        sources.push(file);
    }
    Ok(Arc::new(ParsedTemplates::new(templates, sources, named)))
}

fn execute(
    chart: &Chart,
    parsed: &ParsedTemplates,
    all: &[Renderable],
    (request, rendered): (&Request<'_>, &mut RenderedChart),
) -> Result<Vec<(String, Text)>, Failure> {
    // Two releases of one name may live in two namespaces, and are not to have the same passwords.
    let release = format!("{}/{}", request.release.namespace, request.release.name);
    let mut world = World::new(&release, request.now, request.seed);
    (world.is_lint, world.helm) = (request.is_lint, rendered.helm);
    world.lookup = request.lookup.map(|all| all.answers(&request.release.namespace, &mut rendered.origins));
    world.sources.clone_from(&parsed.named);
    let mut budget: Budget<'_> = request.budget;
    let mut texts = Vec::new();
    let mut reads = seatrial_gotemplate::Reads::default();
    for renderable in all {
        let is_partial = seatrial_tree::file_name(&renderable.name).starts_with('_');
        if is_partial {
            continue;
        }
        let own = [("Name", &renderable.name), ("BasePath", &renderable.base_path)];
        let own = own.into_iter().map(|(key, text)| (key.into(), Value::text(&**text)));
        let own = seatrial_gotemplate::Map::of(rendered.helm.values(), own.collect());
        renderable.data.insert("Template", Value::map(own));
        let data = Value::map(renderable.data.clone());
        let result = parsed.templates.execute(&renderable.name, data, &mut budget, &mut world);
        let done = result.map_err(|error| told::of_execution(&error, &renderable.name, parsed, (chart, rendered)))?;
        reads.passed.extend(&done.reads.passed);
        reads.used.extend(&done.reads.used);
        texts.push((renderable.name.clone(), without_no_value(done.text)));
    }
    rendered.reads = super::Reads { passed: reads.passed.iter().collect(), used: reads.used.iter().collect() };
    (rendered.changing, rendered.looked_up) = (world.changing, world.looked_up);
    Ok(texts)
}

/// Go prints `<no value>` for a key that is not there; Helm takes it out again, wherever it stands.
fn without_no_value(text: Text) -> Text {
    const NO_VALUE: &str = "<no value>";
    if !text.contains(NO_VALUE) {
        return text;
    }
    let mut from = 0;
    let mut parts = Vec::new();
    for (at, found) in text.match_indices(NO_VALUE) {
        parts.push(text.slice(from..at));
        from = at + found.len();
    }
    parts.push(text.slice(from..text.len()));
    Text::concat(&parts)
}
