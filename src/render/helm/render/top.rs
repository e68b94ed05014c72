//! What templates see: `.Values`, `.Release`, `.Chart`, `.Files`, `.Capabilities`, `.Template`, `.Subcharts` (helm: `recAllTpls`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use seatrial_gotemplate::{Data, Map, MapKind, Value};

use super::instance::Instance;
use super::metadata::chart_value;
use super::objects;
use super::{Capabilities, Release};
use crate::major::Major;
use crate::objects::{Asked, Files};
use crate::values::origins::Origins;

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
    pub(crate) helm: Major,
    pub(crate) release: Value,
    pub(crate) capabilities: Value,
    pub(crate) asked: Rc<RefCell<Asked>>,
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
        let (helm, asked) = (capabilities.helm, Rc::default());
        let capabilities = objects::capabilities(capabilities, &asked);
        Shared { helm, release: Value::map(entries.into_iter().collect()), capabilities, asked }
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
    let path = chart.path(parent);
    let subcharts = Map::new();
    let entries = [
        ("Chart", chart_value(chart, parent.is_none(), shared.helm, origins)),
        ("Files", Files::of(chart.chart).value()),
        ("Release", shared.release.clone()),
        ("Capabilities", shared.capabilities.clone()),
        ("Values", values.clone()),
        ("Subcharts", Value::map(subcharts.clone())),
    ];
    let entries = entries.into_iter().map(|(key, value)| (Rc::from(key), value));
    let kind = shared.helm.values();
    let data = Map::of(kind, entries.collect());
    for child in &chart.children {
        let inner = values.as_map().and_then(|values| values.get(&child.name));
        // The same map as in the values of the parent, as Go's conversion to a named type leaves it.
        let inner = match inner {
            Some(Value { data: Data::Map(map), marks }) => Value { data: Data::Map(map.with_kind(kind)), marks },
            _ => Value::map(Map::of(kind, BTreeMap::new())),
        };
        let below = collect(child, (inner, Some(&path)), (shared, origins), all);
        subcharts.insert(&*child.name, Value::map(below.with_kind(MapKind::Any)));
    }
    let is_library = chart.chart.metadata.chart_type() == crate::chart::ChartType::Library;
    for file in &chart.chart.templates {
        let base_name = seatrial_tree::file_name(file.name());
        if is_library && !base_name.starts_with('_') {
            continue;
        }
        let name = format!("{path}/{}", file.name());
        let base_path = format!("{path}/templates");
        all.insert(name.clone(), Renderable { name, file: file.clone(), data: data.clone(), base_path });
    }
    data
}
