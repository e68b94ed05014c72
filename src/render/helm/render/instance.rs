//! A chart as one release has it: under the name that its parent gives it, with the charts within it that are switched on
//! (helm: `pkg/chart/v2/util/dependencies.go`).

use std::sync::Arc;

use seatrial_gotemplate::{Data, Map, Value};

use crate::chart::Chart;
use crate::major::Major;
use crate::values::origins::{Origins, copy_of};

/// A chart in a release.
#[derive(Clone)]
pub(crate) struct Instance<'c> {
    pub(crate) chart: &'c Arc<Chart>,
    /// Its name, or its alias.
    pub(crate) name: String,
    /// What it depends on, of what is switched on; `None` where it depends on nothing.
    pub(crate) requirements: Option<Vec<Requirement<'c>>>,
    pub(crate) children: Vec<Instance<'c>>,
    pub(crate) values: Map,
    /// Whether its parent has it without depending on it.
    pub(crate) is_unasked: bool,
    /// The name of its parent in its path, where Helm 3 loses track of it.
    pub(crate) under: Option<String>,
}

/// A dependency in a release.
#[derive(Clone)]
pub(crate) struct Requirement<'c> {
    pub(crate) dependency: &'c crate::chart::Dependency,
    /// Its name, or its alias.
    pub(crate) name: String,
    pub(crate) is_enabled: bool,
    /// What was imported: the path in its values and the one in those of the parent.
    pub(crate) imports: Vec<(String, String)>,
}

impl<'c> Instance<'c> {
    /// A chart with all that is in it.
    pub(crate) fn of(chart: &'c Arc<Chart>, helm: Major, origins: &mut Origins) -> Instance<'c> {
        let requirement = |dependency: &'c crate::chart::Dependency| Requirement {
            dependency,
            name: dependency.name.clone(),
            is_enabled: false,
            imports: Vec::new(),
        };
        let requirements = chart.metadata.dependencies.as_ref();
        Instance {
            chart,
            name: chart.name().to_owned(),
            requirements: requirements.map(|all| all.iter().map(requirement).collect()),
            children: chart.subcharts.iter().map(|subchart| Instance::of(subchart, helm, origins)).collect(),
            values: origins.map(chart.values_of(helm)),
            is_unasked: false,
            under: None,
        }
    }

    /// The same once more, with values of its own: those of an instance end up in the values of the release as they are.
    pub(crate) fn apart(&self) -> Instance<'c> {
        let children = self.children.iter().map(Instance::apart).collect();
        Instance { values: copy_of(&self.values), children, ..self.clone() }
    }

    /// Its path: `shop/charts/web`; `parent` is that of its parent.
    pub(crate) fn path(&self, parent: Option<&str>) -> String {
        let Some(parent) = parent else { return self.name.clone() };
        match (&self.under, parent.rsplit_once('/')) {
            (Some(under), Some((above, _))) => format!("{above}/{under}/charts/{}", self.name),
            _ => format!("{parent}/charts/{}", self.name),
        }
    }

    /// Its path and those of the charts within it.
    pub(crate) fn paths(&self, parent: Option<&str>, into: &mut Vec<String>) {
        let path = self.path(parent);
        into.push(path.clone());
        self.children.iter().for_each(|child| child.paths(Some(&path), into));
    }

    /// Whether values decide which of the charts within it there are.
    pub(crate) fn is_switched(&self) -> bool {
        let has_switch = |requirement: &Requirement<'_>| {
            !requirement.dependency.condition.trim().is_empty() || !requirement.dependency.tags.is_empty()
        };
        self.requirements.iter().flatten().any(has_switch) || self.children.iter().any(Instance::is_switched)
    }
}

pub(crate) fn has_switch(requirement: &Requirement<'_>) -> bool {
    !requirement.dependency.condition.trim().is_empty() || !requirement.dependency.tags.is_empty()
}

/// A map under a path of names.
pub(crate) fn nested(path: &str, map: Map) -> Map {
    if path == "." {
        return map;
    }
    path.rsplit('.').fold(map, |inner, name| [(name, Value::map(inner))].into_iter().collect())
}

/// A map at a path.
pub(crate) fn table(values: &Map, path: &str) -> Option<Map> {
    let mut table = values.clone();
    for name in path.split('.') {
        let Some(Value { data: Data::Map(inner), .. }) = table.get(name) else { return None };
        table = inner;
    }
    Some(table)
}

/// What is at a path and not a map.
pub(crate) fn path_value(values: &Map, path: &str) -> Option<Value> {
    let (parent, name) = path.rsplit_once('.').map_or((None, path), |(parent, name)| (Some(parent), name));
    let table = parent.map_or_else(|| Some(values.clone()), |parent| table(values, parent))?;
    table.get(name).filter(|value| !matches!(value.data, Data::Map(_)))
}
