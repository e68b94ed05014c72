//! What templates see: `.Values`, `.Release`, `.Chart`, `.Files`, `.Capabilities`, `.Template`, `.Subcharts` (helm: `recAllTpls`).

use std::collections::BTreeMap;
use std::rc::Rc;

use seatrial_gotemplate::{Data, List, Map, MapKind, Value};

use super::instance::{Instance, Requirement, table};
use super::objects;
use super::{Capabilities, Release};
use crate::origins::Origins;

/// The type of `.Values` in Go.
pub(crate) const VALUES: MapKind = MapKind::Named("common.Values");

/// A template file of a release, and what it is executed with.
pub(crate) struct Renderable {
    /// Its name: `shop/charts/web/templates/a.yaml`.
    pub(crate) name: String,
    pub(crate) file: crate::chart::ChartFile,
    pub(crate) data: Map,
    pub(crate) base_path: String,
}

/// What is the same for all charts of a release.
pub(crate) struct Shared {
    pub(crate) release: Value,
    pub(crate) capabilities: Value,
}

impl Shared {
    pub(crate) fn new(release: &Release, capabilities: &Capabilities) -> Shared {
        let entries = [
            ("Name", Value::text(&*release.name)),
            ("Namespace", Value::text(&*release.namespace)),
            ("IsUpgrade", Value::bool(release.is_upgrade)),
            ("IsInstall", Value::bool(!release.is_upgrade)),
            ("Revision", Value::int(release.revision)),
            ("Service", Value::text("Helm")),
        ];
        Shared { release: Value::map(entries.into_iter().collect()), capabilities: objects::capabilities(capabilities) }
    }
}

/// All template files of a chart and of those within it.
pub(crate) fn renderables(
    chart: &Instance<'_>,
    values: &Value,
    shared: &Shared,
    origins: &mut Origins,
) -> BTreeMap<String, Renderable> {
    let mut all = BTreeMap::new();
    collect(chart, (values.clone(), None), (shared, origins), &mut all);
    all
}

fn collect(
    chart: &Instance<'_>,
    (values, parent): (Value, Option<&str>),
    (shared, origins): (&Shared, &mut Origins),
    all: &mut BTreeMap<String, Renderable>,
) -> Map {
    let path = parent.map_or_else(|| chart.name.clone(), |parent| format!("{parent}/charts/{}", chart.name));
    let subcharts = Map::new();
    let entries = [
        ("Chart", metadata(chart, parent.is_none(), origins)),
        ("Files", objects::files(&chart.chart.files)),
        ("Release", shared.release.clone()),
        ("Capabilities", shared.capabilities.clone()),
        ("Values", values.clone()),
        ("Subcharts", Value::map(subcharts.clone())),
    ];
    let entries = entries.into_iter().map(|(key, value)| (Rc::from(key), value));
    let data = Map::of(VALUES, entries.collect());
    for child in &chart.children {
        let inner = values.as_map().and_then(|values| values.get(&child.name));
        // The same map as in the values of the parent, as Go's conversion to a named type leaves it.
        let inner = match inner {
            Some(Value { data: Data::Map(map), marks }) => Value { data: Data::Map(map.with_kind(VALUES)), marks },
            _ => Value::map(Map::of(VALUES, BTreeMap::new())),
        };
        let below = collect(child, (inner, Some(&path)), (shared, origins), all);
        subcharts.insert(&*child.name, Value::map(below.with_kind(MapKind::Any)));
    }
    let is_library = chart.chart.metadata.chart_type() == crate::chart::ChartType::Library;
    for file in &chart.chart.templates {
        let base_name = file.name().rsplit('/').next().unwrap_or_default();
        if is_library && !base_name.starts_with('_') {
            continue;
        }
        let name = format!("{path}/{}", file.name());
        let base_path = format!("{path}/templates");
        all.insert(name.clone(), Renderable { name, file: file.clone(), data: data.clone(), base_path });
    }
    data
}

/// `.Chart`: a struct of Helm as a map of its fields.
fn metadata(chart: &Instance<'_>, is_root: bool, origins: &mut Origins) -> Value {
    let metadata = &chart.chart.metadata;
    let mut place = |field: &str, value: Value| match metadata.node.get(field) {
        Some(node) => value.with_marks(origins.mark(node.origin())),
        None => value,
    };
    let texts = |all: &[String]| Value::list(all.iter().map(|text| Value::text(&**text)).collect());
    let maintainer = |[name, email, url]: &[String; 3]| {
        let fields = [("Name", name), ("Email", email), ("URL", url)];
        Value::map(fields.into_iter().map(|(key, text)| (key, Value::text(&**text))).collect())
    };
    let annotations = match &metadata.annotations {
        None => Map::nil(MapKind::Texts),
        Some(all) => {
            let entries = all.iter().map(|(key, text)| (Rc::from(&**key), Value::text(&**text)));
            Map::of(MapKind::Texts, entries.collect())
        }
    };
    let entries = [
        ("Name", place("name", Value::text(&*chart.name))),
        ("Home", place("home", Value::text(&*metadata.home))),
        ("Sources", texts(&metadata.sources)),
        ("Version", place("version", Value::text(&*metadata.version))),
        ("Description", place("description", Value::text(&*metadata.description))),
        ("Keywords", texts(&metadata.keywords)),
        ("Maintainers", Value::list(metadata.maintainers.iter().map(maintainer).collect())),
        ("Icon", place("icon", Value::text(&*metadata.icon))),
        ("APIVersion", place("apiVersion", Value::text(&*metadata.api_version))),
        ("Condition", Value::text(&*metadata.condition)),
        ("Tags", Value::text(&*metadata.tags)),
        ("AppVersion", place("appVersion", Value::text(&*metadata.app_version))),
        ("Deprecated", Value::bool(metadata.is_deprecated)),
        ("Annotations", place("annotations", Value::map(annotations))),
        ("KubeVersion", place("kubeVersion", Value::text(&*metadata.kube_version))),
        ("Dependencies", Value::list(chart.requirements.iter().flatten().map(dependency).collect())),
        ("Type", Value::text(&*metadata.type_name)),
        ("IsRoot", Value::bool(is_root)),
    ];
    Value::map(entries.into_iter().collect())
}

fn dependency(requirement: &Requirement<'_>) -> Value {
    let dependency = requirement.dependency;
    let import = |(child, parent): &(String, String)| {
        let ends = [("child", child), ("parent", parent)];
        let entries = ends.into_iter().map(|(key, text)| (Rc::from(key), Value::text(&**text)));
        Value::map(Map::of(MapKind::Texts, entries.collect()))
    };
    let tags = dependency.tags.iter().map(|tag| Value::text(&**tag)).collect();
    let entries = [
        ("Name", Value::text(&*requirement.name)),
        ("Version", Value::text(&*dependency.version)),
        ("Repository", Value::text(&*dependency.repository)),
        ("Condition", Value::text(&*dependency.condition)),
        ("Tags", Data::List(List::new(tags)).into()),
        ("Enabled", Value::bool(requirement.is_enabled)),
        ("ImportValues", Value::list(requirement.imports.iter().map(import).collect())),
        ("Alias", Value::text(&*dependency.alias)),
    ];
    Value::map(entries.into_iter().collect())
}

/// The schemas of a chart and of those within it, each with the values that it is about.
pub(crate) fn schemas(chart: &Instance<'_>, values: &Map, parent: Option<&str>, into: &mut Vec<super::SchemaCheck>) {
    let path = parent.map_or_else(|| chart.name.clone(), |parent| format!("{parent}.{}", chart.name));
    if let Some(schema) = &chart.chart.schema {
        into.push(super::SchemaCheck {
            chart: path.clone(),
            schema: schema.clone(),
            values: Value::map(values.clone()),
        });
    }
    for child in &chart.children {
        if let Some(values) = table(values, &child.name) {
            schemas(child, &values, Some(&path), into);
        }
    }
}
