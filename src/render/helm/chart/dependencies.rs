//! What a chart depends on: what is missing, what another directory has, and whether the lock fits.

use std::sync::Arc;

use seatrial_golang::semver::{Constraints, Version};
use seatrial_model::{BelongsTo, Finding, Level, Needed, NeededKind, Node, SourceFile, Sources, Span};
use seatrial_tree::{Artifact, join};
use seatrial_yaml::{Dialect, parse};

use super::assemble::{Around, unpack_in};
use super::loaded::bytes_of;
use super::loading::Loading;
use super::{Chart, Dependency, directory};
use crate::ids;

/// Adds the charts that `file://` names, and says which are missing.
pub(crate) fn complete(chart: &mut Chart, Around { place, is_root, loading }: Around<'_>, findings: &mut Vec<Finding>) {
    let dependencies = chart.metadata.dependencies.clone().unwrap_or_default();
    for dependency in &dependencies {
        if chart.subcharts.iter().any(|subchart| subchart.name() == dependency.name) {
            continue;
        }
        let local = dependency.repository.strip_prefix("file://");
        if let (Some(path), Some((tree, dir))) = (local, place) {
            match join(dir, path).filter(|path| tree.exists(path)) {
                Some(path) => {
                    let real = tree.real_path(&path).unwrap_or(path);
                    if loading.contains(&real) {
                        let message =
                            format!("chart `{}` depends on itself through `{}`", chart.name(), dependency.name);
                        findings.push(Finding::new(ids::CHART_DEPENDENCY, dependency.span, message));
                        continue;
                    }
                    if let Some(subchart) = directory::load(tree, &real, loading, findings) {
                        match another(dependency, &subchart, &real) {
                            Some(finding) => findings.push(finding),
                            None => chart.subcharts.push(Arc::new(subchart)),
                        }
                    }
                }
                None => {
                    let message = format!("`{path}` does not exist: dependency `{}` is missing", dependency.name);
                    findings.push(Finding::new(ids::CHART_DEPENDENCY, dependency.span, message));
                }
            }
            continue;
        }
        let (name, url) = (&dependency.name, dependency.repository.trim_end_matches('/'));
        let url = if url.is_empty() { name.clone() } else { format!("{url}/{name}") };
        let known =
            place.and_then(|(tree, _)| Some((tree, tree.fetched().get(NeededKind::Chart, &url, &dependency.version)?)));
        if let Some((tree, Ok(artifact))) = known {
            let fetched = fetched(dependency, artifact, tree.sources(), loading, findings);
            chart.subcharts.extend(fetched.map(Arc::new));
            continue;
        }
        chart.needed.push(Needed {
            kind: NeededKind::Chart,
            url,
            version: dependency.version.clone(),
            asked_by: None,
            span: dependency.span,
        });
        let message = format!("found in Chart.yaml, but missing in charts/ directory: {name}");
        let finding = Finding::new(ids::CHART_DEPENDENCY, dependency.span, message);
        let finding = match known {
            Some((_, Err(not_fetched))) => finding.with_note(format!("it was not fetched: {}", not_fetched.why)),
            _ => finding.with_help("`helm dependency build` fetches it"),
        };
        // Helm looks at those of the chart itself; a chart within it may be without.
        findings.push(if is_root { finding } else { finding.with_level(Level::Note) });
    }
}

/// A chart that was fetched.
fn fetched(
    dependency: &Dependency,
    artifact: &Artifact,
    sources: &Arc<Sources>,
    loading: &mut Loading,
    findings: &mut Vec<Finding>,
) -> Option<Chart> {
    let read = bytes_of(artifact, &dependency.name, dependency.span, ids::CHART_DEPENDENCY);
    let bytes = read.map_err(|finding| findings.push(*finding)).ok()?;
    let of = BelongsTo::Chart { name: dependency.name.as_str().into(), asked: dependency.span };
    let around = Around { place: None, is_root: false, loading };
    unpack_in(&bytes, &of, sources, dependency.span, (around, findings))
}

/// That the chart in a directory is not the one that is asked for: `helm dependency build` refuses it.
fn another(dependency: &Dependency, found: &Chart, path: &str) -> Option<Finding> {
    let (name, version) = (found.name(), &found.metadata.version);
    let (span, message) = if name != dependency.name {
        (dependency.span, format!("`{path}` is the chart `{name}`, not `{}`", dependency.name))
    } else if !fits(dependency, version) {
        (dependency.version_span, format!("`{path}` has version {version}, which is not in `{}`", dependency.version))
    } else {
        return None;
    };
    let finding = Finding::new(ids::CHART_DEPENDENCY, span, message);
    Some(finding.with_related(found.start(), "this is the chart"))
}

/// Whether a version is in a range; what is neither a version nor a range is not (helm: `IsCompatibleRange`).
pub(crate) fn is_in_range(range: &str, version: &str) -> bool {
    let (Ok(version), Ok(range)) = (Version::parse(version), Constraints::parse(range)) else { return false };
    range.has(&version)
}

/// Each dependency must be in the lock, in a version that fits.
pub(crate) fn check_lock(chart: &Chart, lock: &Arc<SourceFile>, findings: &mut Vec<Finding>) {
    let parsed = parse(lock, Dialect::Kubectl);
    let Some(document) = parsed.documents.first() else { return };
    let locked = document.node.get("dependencies").map(Node::items).unwrap_or_default();
    let dependencies = chart.metadata.dependencies.as_deref().unwrap_or_default();
    let field = |node: &Node, name: &str| node.get(name).and_then(Node::scalar_text).unwrap_or_default().to_owned();
    let update = "run `helm dependency update`";
    for (index, dependency) in dependencies.iter().enumerate() {
        // A chart may be there several times, under other names.
        let nth = dependencies.iter().take(index).filter(|before| before.name == dependency.name).count();
        let Some(entry) = locked.iter().filter(|entry| field(entry, "name") == dependency.name).nth(nth) else {
            let message = format!("`{}` is not in the lock", dependency.name);
            let finding = Finding::new(ids::CHART_LOCK, dependency.span, message);
            findings.push(finding.with_related(Span::start_of(lock.id()), "this is the lock").with_help(update));
            continue;
        };
        let version = field(entry, "version");
        if !fits(dependency, &version) {
            let message =
                format!("the lock has `{}` {version}, which is not in `{}`", dependency.name, dependency.version);
            let finding = Finding::new(ids::CHART_LOCK, dependency.span, message);
            findings.push(finding.with_related(entry.span(), "it is locked here").with_help(update));
        }
    }
}

/// What cannot be read as a range is not judged.
fn fits(dependency: &Dependency, version: &str) -> bool {
    let is_range = Constraints::parse(&dependency.version).is_ok() && Version::parse(version).is_ok();
    !is_range || is_in_range(&dependency.version, version)
}
