//! The chart of a HelmRelease: what it says, looked up.

use seatrial_helm::chart::{CHART_FILE, is_chart};
use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, Span};
use seatrial_tree::{EntryKind, Tree, TreePath, confined, join};
use seatrial_yaml::{Dialect, parse};

use super::chart_reference::{ChartPlace, ChartReference};
use super::{Surroundings, defaults, packed};
use crate::objects::flux_object::full_name;
use crate::objects::flux_object::{has_variable, namespace, spec, text};
use crate::objects::ids;
use crate::objects::told::at_its_text;
use crate::sources::includes::{conflict, included};
use crate::sources::located::no_source;
use crate::sources::near::near;
use crate::sources::repositories::{Directory, Place, referred, source_of, version_of};
use crate::sources::view::Repository;

/// What a release or a HelmChart says of its chart.
struct Asked<'a> {
    name: &'a Node,
    version: &'a str,
    version_span: Option<Span>,
    /// `chart.spec` of a release, `spec` of a HelmChart.
    spec: &'a Node,
    source: ObjectId,
    /// Where the source is named.
    source_span: Span,
}

/// The chart of a release, and what is wrong with what it says.
pub(crate) fn of(
    manifest: &Manifest,
    around: &Surroundings<'_>,
    is_complete: bool,
    findings: &mut Vec<Finding>,
) -> Option<ChartReference> {
    let mut finder = Finder { manifest, around, is_complete, findings };
    match (spec(manifest, &["chart"]), spec(manifest, &["chartRef"])) {
        (Some(_), Some(_)) => {
            let key = |field: &str| manifest.node.get("spec")?.entry(field).map(|entry| entry.key.span);
            let span = key("chartRef").unwrap_or(manifest.span);
            let finding = Finding::new(ids::MISSING_CHART, span, "there are both `chart` and `chartRef`");
            let finding = finding.with_help("remove one of the two: the API server refuses the object");
            finder.findings.push(match key("chart") {
                Some(chart) => finding.with_related(chart, "this is the other one"),
                None => finding,
            });
            None
        }
        (None, None) => {
            let span = manifest.node.entry("spec").map_or(manifest.span, |entry| entry.key.span);
            let finding = Finding::new(ids::MISSING_CHART, span, "there is neither `chart` nor `chartRef`");
            finder.findings.push(
                finding.with_help(
                    "name a chart and its source under `chart.spec`, or a source that is one under `chartRef`",
                ),
            );
            None
        }
        (Some(chart), None) => finder.of_template(chart),
        (None, Some(reference)) => finder.of_reference(reference),
    }
    .map(|reference| reference.fetched(around.repositories.own.tree().fetched(), findings))
}

struct Finder<'a> {
    manifest: &'a Manifest,
    around: &'a Surroundings<'a>,
    is_complete: bool,
    findings: &'a mut Vec<Finding>,
}

impl Finder<'_> {
    /// `spec.chart`, of which the controller makes a HelmChart, or an OCIRepository.
    fn of_template(&mut self, chart: &Node) -> Option<ChartReference> {
        let field = |name: &str| chart.at(&["spec", name]).and_then(Node::scalar_text).filter(|text| !text.is_empty());
        if chart.get("kind").and_then(Node::scalar_text) == Some("OCIRepository") {
            let url = chart.at(&["spec", "url"])?;
            let address = url.scalar_text()?.to_owned();
            let version = ["digest", "semver", "tag"].iter().find_map(|name| chart.at(&["spec", "ref", name]));
            let version = version.and_then(Node::scalar_text).unwrap_or_default();
            let place = unknown(&[&address, version]).unwrap_or_else(|| ChartPlace::Elsewhere(address.clone()));
            return Some(reference(last_segment(&address), version, None, url.span(), place));
        }
        let Some(name) = chart.at(&["spec", "chart"]).filter(|name| name.scalar_text().is_some_and(|n| !n.is_empty()))
        else {
            self.lacks(chart, "there is no `chart.spec.chart`: nothing says which chart it is");
            return None;
        };
        let Some(source) = chart.at(&["spec", "sourceRef"]).filter(|source| source.is_mapping()) else {
            self.lacks(chart, "there is no `chart.spec.sourceRef`: nothing says where the chart is from");
            return None;
        };
        let source_span = source.get("name").map_or(source.span(), Node::span);
        let source = referred(source, namespace(self.manifest))?;
        let version_span = chart.at(&["spec", "version"]).map(Node::span);
        let (version, spec) = (field("version").unwrap_or_default(), chart.get("spec")?);
        Some(self.find(&Asked { name, version, version_span, spec, source, source_span }))
    }

    fn lacks(&mut self, chart: &Node, message: &str) {
        let span = chart.entry("spec").map_or(chart.span(), |entry| entry.key.span);
        self.findings.push(Finding::new(ids::MISSING_CHART, span, message));
    }

    /// `spec.chartRef`: a source that is a chart.
    fn of_reference(&mut self, node: &Node) -> Option<ChartReference> {
        let source = referred(node, namespace(self.manifest))?;
        let span = node.get("name").map_or(node.span(), Node::span);
        if let Some(why) = unknown(&[&source.name, source.namespace.as_deref().unwrap_or_default()]) {
            return Some(reference(&source.name.clone(), "", Some(source), span, why));
        }
        let Some(object) = self.around.objects.get(&source) else {
            let place = self.of_unseen(&source, span);
            return Some(reference(&source.name.clone(), "", Some(source), span, place));
        };
        if source.kind == "HelmChart" {
            return self.of_helm_chart(object, span);
        }
        let url = text(object, &["url"]).unwrap_or_default();
        let name = if url.is_empty() { &*source.name } else { last_segment(url) };
        let version = version_of(object);
        let place = unknown(&[url, &version]).unwrap_or_else(|| match self.mapped(&source, span) {
            Some(Ok(root)) => self.in_directory(&root, name, &version, span, &source),
            Some(Err(place)) => place,
            None => ChartPlace::Elsewhere(url.to_owned()),
        });
        let place = match (self.around.repositories.find(&source, Some(object), self.around.bootstrap), place) {
            // What an ArtifactGenerator makes of this repository.
            (Place::Here(root), ChartPlace::Elsewhere(_)) if source.kind == "ExternalArtifact" => {
                self.in_directory(&root, name, &version, span, &source)
            }
            (_, place) => place,
        };
        let version_span = ["digest", "semver", "tag"].iter().find_map(|field| spec(object, &["ref", field]));
        let version_span = version_span.filter(|_| source.kind == "OCIRepository").map(Node::span);
        let found = reference(name, &version, Some(source.clone()), span, place);
        let filter = spec(object, &["ref", "semverFilter"]).and_then(Node::scalar_text).filter(|text| !text.is_empty());
        let not_fetched = filter.map(|_| "`semverFilter` is not evaluated".to_owned());
        Some(ChartReference { version_span, not_fetched, ..found })
    }

    /// A HelmChart, which says the same as `spec.chart.spec`; its source is in its own namespace.
    fn of_helm_chart(&mut self, chart: &Manifest, span: Span) -> Option<ChartReference> {
        let name = spec(chart, &["chart"])?;
        let source = source_of(chart)?;
        let source_span = spec(chart, &["sourceRef", "name"]).map_or(chart.span, Node::span);
        let version = text(chart, &["version"]).unwrap_or_default();
        let version_span = spec(chart, &["version"]).map(Node::span);
        let fields = chart.node.get("spec")?;
        let found = self.find(&Asked { name, version, version_span, spec: fields, source, source_span });
        Some(ChartReference { span, ..found })
    }

    fn find(&mut self, asked: &Asked<'_>) -> ChartReference {
        let name = asked.name.scalar_text().unwrap_or_default();
        let of_source = [&*asked.source.name, asked.source.namespace.as_deref().unwrap_or_default()];
        let place = unknown(&[name, asked.version]).or_else(|| unknown(&of_source)).unwrap_or_else(|| {
            match asked.source.kind.as_str() {
                "HelmRepository" => self.in_repository(asked, name),
                "GitRepository" | "Bucket" | "ExternalArtifact" => self.in_source(asked, name),
                // The schema says which kinds there may be.
                _ => ChartPlace::Missing,
            }
        });
        let is_repository = asked.source.kind == "HelmRepository";
        let root = if is_repository { None } else { self.root_of(&asked.source) };
        let found = reference(name, asked.version, Some(asked.source.clone()), asked.name.span(), place);
        let version_span = asked.version_span.filter(|_| is_repository);
        ChartReference { version_span, defaults: defaults::asked_for(asked.spec, root.as_ref()), ..found }
    }

    /// The root of a source that is here.
    fn root_of(&self, source: &ObjectId) -> Option<TreePath> {
        let object = self.around.objects.get(source);
        match self.around.repositories.find(source, object, self.around.bootstrap) {
            Place::Here(root) => Some(at(root.repository.tree(), root.path)),
            Place::Elsewhere(_) | Place::Nowhere => None,
        }
    }

    fn in_repository(&mut self, asked: &Asked<'_>, name: &str) -> ChartPlace {
        match self.mapped(&asked.source, asked.source_span) {
            Some(Ok(root)) => {
                return self.in_directory(&root, name, asked.version, asked.name.span(), &asked.source);
            }
            Some(Err(place)) => return place,
            None => {}
        }
        let Some(object) = self.around.objects.get(&asked.source) else {
            return self.of_unseen(&asked.source, asked.source_span);
        };
        let url = text(object, &["url"]).unwrap_or_default();
        unknown(&[url]).unwrap_or_else(|| ChartPlace::Elsewhere(in_repository(url, name)))
    }

    /// A path in a source.
    fn in_source(&mut self, asked: &Asked<'_>, path: &str) -> ChartPlace {
        let object = self.around.objects.get(&asked.source);
        let dir = confined(path);
        let around = &self.around;
        let conflict = |object| conflict(object, asked.source_span, around.repositories, around.bootstrap);
        if let Some(conflict) = object.and_then(conflict) {
            self.findings.push(conflict);
            return ChartPlace::Missing;
        }
        let (id, object, dir) = match object.and_then(|object| included(object, &dir)) {
            Some((id, inside)) => (id.clone(), self.around.objects.get(&id), inside),
            None => (asked.source.clone(), object, dir),
        };
        match self.around.repositories.find(&id, object, self.around.bootstrap) {
            Place::Here(root) => self.at_path(asked, path, &root.repository, join(&root.path, &dir).unwrap_or(dir)),
            Place::Elsewhere(_) => {
                let url = object.and_then(|object| text(object, &["url"])).unwrap_or_default();
                ChartPlace::Elsewhere(url.to_owned())
            }
            Place::Nowhere => self.of_unseen(&id, asked.source_span),
        }
    }

    fn at_path(&mut self, asked: &Asked<'_>, written: &str, repository: &Repository, path: String) -> ChartPlace {
        let tree = repository.tree();
        match tree.kind(&path) {
            Ok(EntryKind::File) if path.ends_with(".tgz") => return ChartPlace::Archive(at(tree, path)),
            Ok(EntryKind::Directory) if is_chart(tree, &path) => return ChartPlace::Directory(at(tree, path)),
            _ => {}
        }
        let message = match tree.kind(&path) {
            Ok(EntryKind::Directory) => format!("`{written}` is not a chart: it has no `{CHART_FILE}`"),
            Ok(EntryKind::File) => format!("`{written}` is a file, and neither a chart nor a packed one (`.tgz`)"),
            Err(error) => format!("the chart `{written}` {error}"),
        };
        let finding = at_its_text(ids::MISSING_CHART, asked.name, &message);
        let charts = charts_in(tree, &path);
        let finding = match (near(tree, &path), charts.as_slice()) {
            (Some(near), _) if is_chart(tree, &near) => finding.with_help(format!("did you mean `./{near}`?")),
            (_, [only]) => finding.with_help(format!("did you mean `./{only}`?")),
            (_, [first, ..]) => {
                finding.with_help(format!("there are {} charts in it, `./{first}` among them", charts.len()))
            }
            (_, []) => finding,
        };
        self.findings.push(finding);
        ChartPlace::Missing
    }

    /// A source that was not found: it does not exist, or what is not seen has it.
    fn of_unseen(&mut self, source: &ObjectId, span: Span) -> ChartPlace {
        match self.mapped(source, span) {
            Some(Ok(root)) => return self.in_directory(&root, &source.name.clone(), "", span, source),
            Some(Err(place)) => return place,
            None => {}
        }
        if self.around.may_be_there(source) {
            return ChartPlace::Unknown("its source may be one whose name only the cluster knows".to_owned());
        }
        let finding = no_source(source, span, self.around.objects);
        self.findings.push(if self.is_complete { finding } else { finding.with_level(Level::Note) });
        ChartPlace::Missing
    }

    /// The directory that the configuration names for a source; or the chart's place, where that directory cannot be read.
    fn mapped(&mut self, source: &ObjectId, span: Span) -> Option<Result<Directory, ChartPlace>> {
        let why = match self.around.repositories.mapped(source)? {
            Ok(directory) => return Some(Ok(directory.clone())),
            Err(why) => why,
        };
        let message = format!("{} {} is not fetched ({why}): its charts are not seen", source.kind, full_name(source));
        self.findings.push(Finding::new(ids::NOT_FETCHED, span, message));
        let url = self.around.objects.get(source).and_then(|object| text(object, &["url"]));
        Some(Err(ChartPlace::Elsewhere(url.unwrap_or_default().to_owned())))
    }

    /// A chart in a directory that stands for a repository of charts: a directory, or `NAME-VERSION.tgz`.
    fn in_directory(
        &mut self,
        dir: &Directory,
        name: &str,
        version: &str,
        span: Span,
        source: &ObjectId,
    ) -> ChartPlace {
        let (tree, root) = (dir.repository.tree(), &*dir.path);
        if let Some(dir) = join(root, name).filter(|dir| is_chart(tree, dir)) {
            return ChartPlace::Directory(at(tree, dir));
        }
        if is_chart(tree, root) && (source.kind != "HelmRepository" || chart_name(tree, root).as_deref() == Some(name))
        {
            return ChartPlace::Directory(at(tree, root.to_owned()));
        }
        if let Some(archive) = packed::find(tree, root, name, version) {
            return ChartPlace::Archive(at(tree, archive));
        }
        let what = if version.is_empty() { name.to_owned() } else { format!("{name} {version}") };
        let (kind, source_name) = (&source.kind, full_name(source));
        let message = format!("the chart `{what}` is not in `{}`, which stands for {kind} {source_name}", dir.shown());
        let help = format!("put it there, as the directory `{name}` or packed as `{name}-VERSION.tgz`");
        self.findings.push(Finding::new(ids::NOT_FETCHED, span, message).with_help(help));
        let object = self.around.objects.get(source);
        let url = object.and_then(|object| text(object, &["url"])).unwrap_or_default();
        ChartPlace::Elsewhere(if source.kind == "HelmRepository" { in_repository(url, name) } else { url.to_owned() })
    }
}

/// The address of a chart in a repository of charts.
fn in_repository(url: &str, name: &str) -> String {
    format!("{}/{name}", url.trim_end_matches('/'))
}

fn reference(name: &str, version: &str, source: Option<ObjectId>, span: Span, place: ChartPlace) -> ChartReference {
    let (name, version) = (name.to_owned(), version.to_owned());
    ChartReference { name, version, source, span, place, version_span: None, not_fetched: None, defaults: Vec::new() }
}

/// What is unknown of some texts.
fn unknown(texts: &[&str]) -> Option<ChartPlace> {
    let text = texts.iter().find(|text| has_variable(text))?;
    Some(ChartPlace::Unknown(format!("its chart hangs on a value that only the cluster knows: `{text}`")))
}

fn last_segment(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.rsplit_once('/').map_or(url, |(_, last)| last)
}

fn at(tree: &Tree, path: String) -> TreePath {
    TreePath { tree: tree.clone(), path }
}

fn chart_name(tree: &Tree, dir: &str) -> Option<String> {
    let file = tree.read(&join(dir, CHART_FILE)?).ok()?;
    let parsed = parse(&file, Dialect::Kubectl);
    Some(parsed.documents.first()?.node.get("name")?.scalar_text()?.to_owned())
}

/// The charts right below a directory.
fn charts_in(tree: &Tree, dir: &str) -> Vec<String> {
    let names = tree.list(dir).unwrap_or_default();
    let directories = names.iter().filter(|(_, kind)| *kind == EntryKind::Directory);
    directories.filter_map(|(name, _)| join(dir, name)).filter(|dir| is_chart(tree, dir)).collect()
}
