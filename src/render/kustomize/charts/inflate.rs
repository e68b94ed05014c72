//! One chart of a kustomization → the objects that `helm template` prints of it (kustomize: `HelmChartInflationGenerator`).
//!
//! Not here: which charts there are (`asked`), their values (`values`), what Helm makes of them (`render/helm`).

use std::sync::Arc;

use seatrial_helm::chart::{Chart, Loaded};
use seatrial_helm::ids::UNREAD_VALUE;
use seatrial_helm::render::{Capabilities, Printing, Release, Request, named_by, render};
use seatrial_helm::{Chance, read_printed};
use seatrial_model::{Finding, Needed, NeededKind, Node, SetBy};
use seatrial_tree::{Artifact, EntryKind, ReadError, join};
use seatrial_yaml::Dialect;

use crate::charts::asked::Asked;
use crate::charts::context::{Context, HELM, home, wrong};
use crate::charts::values;
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::twice::say_once_what_comes_twice;
use crate::gather::unfinished::has_errors_since;
use crate::load::documents::resources_of;
use crate::load::not_here::without_credentials;

/// What Helm calls a release that nobody has named.
const UNNAMED: &str = "release-name";

/// Renders a chart and takes its objects in.
pub(crate) fn inflate(asked: &Asked, context: Context<'_>, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    let before = findings.len();
    match chart_of(asked, context, resources, findings) {
        Some(chart) => render_into(asked, &chart, context, resources, findings),
        None => resources.note_unread(asked.place),
    }
    if has_errors_since(findings, before) {
        resources.note_unread(asked.place);
    }
}

/// The chart; what it lacks is told, or needed.
fn chart_of(
    asked: &Asked,
    context: Context<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) -> Option<Arc<Chart>> {
    let shown = asked.text("name").map_or("a chart".to_owned(), |name| format!("the chart `{name}`"));
    if let Some(help) = context.files.options.charts.refusal() {
        let message = format!("{shown} is not rendered: must specify --enable-helm");
        let finding = wrong(asked, "name", message).with_help(help);
        findings.push(finding.with_note(
            "its objects are missing from the result, and whatever would change them finds nothing; everything else is rendered",
        ));
        return None;
    }
    let Some(name) = asked.text("name") else {
        findings.push(wrong(asked, "name", "chart name cannot be empty"));
        return None;
    };
    let files = context.files;
    let path = home(asked, context, findings).and_then(|home| join(&home, name))?;
    match files.tree.kind(&path) {
        Ok(EntryKind::Directory) => {}
        Err(error @ ReadError::OutsideRoot) => {
            findings.push(Finding::new(ids::LOAD_RESTRICTION, asked.place, format!("{shown} {error}")));
            return None;
        }
        Ok(EntryKind::File) | Err(_) => {
            let known = remote(asked)
                .and_then(|(url, version)| files.tree.fetched().get(NeededKind::Chart, &url, &version).cloned());
            if let Some(Ok(artifact)) = known {
                return fetched(asked, name, &artifact, context, findings);
            }
            is_missing(asked, &shown, &path, context, resources, findings);
            return None;
        }
    }
    let load = || {
        let nothing = |error: ReadError| {
            let finding = Finding::new(ids::MISSING_FILE, asked.place, format!("{shown} {error}"));
            Loaded { chart: None, findings: vec![finding] }
        };
        Arc::new(Loaded::at(files.tree, &path, name, || asked.place).unwrap_or_else(nothing))
    };
    let loaded = files.cache.charts.get(&path, load);
    findings.extend(loaded.told_by(HELM));
    loaded.chart.clone()
}

/// The address of a chart in a repository, and its version.
fn remote(asked: &Asked) -> Option<(String, String)> {
    let (repo, name) = (asked.text("repo")?, asked.text("name")?);
    let repo = repo.split_once("://").map_or_else(|| repo.to_owned(), without_credentials);
    Some((format!("{}/{name}", repo.trim_end_matches('/')), asked.text("version").unwrap_or_default().to_owned()))
}

/// A chart that was fetched.
fn fetched(
    asked: &Asked,
    name: &str,
    artifact: &Artifact,
    context: Context<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Arc<Chart>> {
    let sources = context.files.tree.sources();
    let load = || Arc::new(Loaded::fetched(artifact, name, asked.place, sources, ids::MISSING_FILE));
    // No path holds a digest.
    let loaded = context.files.cache.charts.get(&format!("{name}:{}", artifact.digest), load);
    findings.extend(loaded.told_by(HELM));
    loaded.chart.clone()
}

/// A chart that is not here: kustomize fetches it, where it knows from where.
fn is_missing(
    asked: &Asked,
    shown: &str,
    path: &str,
    context: Context<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let Some((url, version)) = remote(asked) else {
        let message = format!("no repo specified for pull, no chart found at `{path}`");
        findings.push(wrong(asked, "name", message));
        return;
    };
    let version_shown = if version.is_empty() { String::new() } else { format!(" {version}") };
    let finding = Finding::new(ids::REMOTE_CHART, asked.place, format!("{shown}{version_shown} was not fetched"))
        .with_level(context.files.options.charts.level_of_missing())
        .with_field(asked.field)
        .with_note("nothing of it is in the result; everything else is")
        .with_help(format!("`helm pull --untar` puts it where kustomize looks for it first: `{path}`"));
    findings.push(match context.files.tree.fetched().get(NeededKind::Chart, &url, &version) {
        Some(Err(not_fetched)) => finding.with_note(not_fetched.why.clone()),
        _ => finding,
    });
    resources.needed.push(Needed { kind: NeededKind::Chart, url, version, asked_by: None, span: asked.place });
}

fn render_into(
    asked: &Asked,
    chart: &Arc<Chart>,
    context: Context<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let values = values::of(asked, context, findings);
    let chance = context.files.options.chance;
    let release = release(asked, chance, findings);
    let capabilities = capabilities(asked, context, findings);
    let (Some(values), Some(release), Some(capabilities)) = (values, release, capabilities) else { return };
    let values = values.into_node();
    let by = SetBy::Values(if asked.fields.get("valuesInline").is_some() { "valuesInline" } else { "valuesFile" });
    let request = Request::new(&release, &values, &by, &capabilities);
    let rendered = render(chart, &Request { seed: chance.seed, now: chance.now, ..request });
    resources.needed.extend(rendered.needed.iter().cloned());
    let printing = Printing {
        include_crds: asked.is_set("includeCRDs"),
        skip_tests: asked.is_set("skipTests"),
        no_hooks: asked.is_set("skipHooks"),
        show_only: Vec::new(),
    };
    let (documents, wrong) = read_printed(&rendered, chart, &printing, Dialect::Kustomize);
    // Its own values are given to the chart, too, and nobody has written those here.
    let own = chart.values.span().file;
    let is_of_chart = |finding: &Finding| finding.rule == UNREAD_VALUE && finding.primary.span.file == own;
    findings.extend(wrong.into_iter().filter(|finding| !is_of_chart(finding)));
    if rendered.failure.is_some() {
        return;
    }
    let scopes = context.files.schemas.scopes();
    let made = resources_of(&documents, findings);
    let before = findings.len();
    for mut resource in made {
        if !resources.budget.grow(resource.written, asked.place) {
            return;
        }
        resource.is_from_chart = true;
        if let Some(step) = context.step {
            step.mark_generated(&mut resource);
        }
        resources.append(resource.scoped(scopes.clone()), findings);
    }
    say_once_what_comes_twice(findings, before, asked.place);
}

fn release(asked: &Asked, chance: Chance, findings: &mut Vec<Finding>) -> Option<Release> {
    let named = match (asked.text("releaseName"), asked.text("nameTemplate")) {
        (Some(_), Some(_)) => {
            findings.push(wrong(asked, "nameTemplate", "cannot set --name-template and also specify a name"));
            return None;
        }
        (Some(name), None) => name.to_owned(),
        (None, None) => UNNAMED.to_owned(),
        (None, Some(template)) => match named_by(template, chance) {
            Ok(named) => {
                findings.extend(named.changing.map(|function| {
                    let message = format!("`{function}` gives another name with each render");
                    Finding::new(seatrial_helm::ids::CHANGING_VALUE, asked.span("nameTemplate"), message)
                }));
                named.name
            }
            Err(error) => {
                findings.push(wrong(asked, "nameTemplate", error));
                return None;
            }
        },
    };
    let namespace = asked.text("namespace").map(str::to_owned).or_else(|| asked.namespace.clone());
    let namespace = namespace.unwrap_or_else(|| "default".to_owned());
    Some(Release { name: named, namespace, is_upgrade: false, revision: 1 })
}

/// What Helm says of a cluster that it does not see, and what is said beside it.
fn capabilities(asked: &Asked, context: Context<'_>, findings: &mut Vec<Finding>) -> Option<Capabilities> {
    let (charts, mut capabilities) = (&context.files.options.charts, Capabilities::of_helm(HELM));
    if let Some(version) = asked.text("kubeVersion").or(charts.kube_version()) {
        let Some(changed) = capabilities.with_version(version) else {
            findings.push(wrong(asked, "kubeVersion", format!("invalid kube version '{version}'")));
            return None;
        };
        capabilities = changed;
    }
    let own = asked.fields.get("apiVersions").map(Node::items);
    let own = own.map(|items| items.iter().filter_map(Node::as_str).map(str::to_owned).collect::<Vec<_>>());
    Some(capabilities.with_api_versions(own.as_deref().unwrap_or(charts.api_versions())))
}
