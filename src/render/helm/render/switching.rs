//! Charts within charts that values switch on and off, and values that they hand up.

use std::sync::Arc;

use seatrial_gotemplate::{Data, Map, Value};
use seatrial_model::Node;

use super::tables::{Coalescing, Mismatch, Warning};
use crate::chart::is_in_range;
use crate::major::Major;
use crate::render::instance::{Instance, Requirement, has_switch, nested, path_value, table};
use crate::values::origins::{Origins, copy_of};

/// What Helm needs while it looks for what is switched on.
pub(crate) struct Switching<'a> {
    pub(crate) helm: Major,
    pub(crate) origins: &'a mut Origins,
    pub(crate) warnings: &'a mut Vec<Warning>,
}

impl Switching<'_> {
    /// Takes out what the values switch off, and gives the rest its names (helm: `processDependencyEnabled`).
    pub(crate) fn enable(&mut self, chart: &mut Instance<'_>, given: &Map, path: &str) -> Result<(), Mismatch> {
        let Some(mut requirements) = chart.requirements.take() else { return Ok(()) };
        let is_switched = chart.is_switched() || requirements.iter().any(has_switch);
        rename(chart, &mut requirements);
        // Only switches look at the values.
        let values = if is_switched { self.coalesced(chart, given, false)? } else { Map::new() };
        by_tags(&mut requirements, &values);
        self.by_conditions(&mut requirements, &values, path);
        let off: Vec<String> = requirements.iter().filter(|r| !r.is_enabled).map(|r| r.name.clone()).collect();
        chart.children.retain(|child| !off.contains(&child.name));
        requirements.retain(|requirement| !off.contains(&requirement.name));
        for index in 0..chart.children.len() {
            let (before, rest) = chart.children.split_at_mut(index);
            let Some(child) = rest.first_mut() else { break };
            if self.helm == Major::Three {
                renamed_before(child, before);
            }
            let path = format!("{path}{}.", child.name);
            self.enable(child, &values, &path)?;
            if self.helm == Major::Three {
                lose_track(child, before);
            }
        }
        chart.requirements = (!requirements.is_empty()).then_some(requirements);
        Ok(())
    }

    fn coalesced(&mut self, chart: &Instance<'_>, given: &Map, keeps_nulls: bool) -> Result<Map, Mismatch> {
        let (origins, warnings) = (&mut *self.origins, &mut *self.warnings);
        Coalescing { origins, warnings, helm: self.helm, keeps_nulls, by: None }.all(chart, given)
    }

    /// The first condition with a boolean decides.
    fn by_conditions(&mut self, requirements: &mut [Requirement<'_>], values: &Map, path: &str) {
        for requirement in requirements {
            for condition in requirement.dependency.condition.trim().split(',').filter(|c| !c.is_empty()) {
                match path_value(values, &format!("{path}{condition}")) {
                    Some(Value { data: Data::Bool(is_enabled), .. }) => {
                        requirement.is_enabled = is_enabled;
                        break;
                    }
                    Some(other) => {
                        let name = &requirement.name;
                        let message = format!("condition `{condition}` of dependency `{name}` is not a boolean");
                        self.warnings.push(Warning { message, marks: other.marks });
                    }
                    None => {}
                }
            }
        }
    }

    /// Values of the charts within become values of the chart (helm: `processDependencyImportValues`).
    pub(crate) fn import(&mut self, chart: &mut Instance<'_>) -> Result<(), Mismatch> {
        for child in &mut chart.children {
            self.import(child)?;
        }
        let Some(mut requirements) = chart.requirements.take() else { return Ok(()) };
        let values = self.coalesced(chart, &Map::new(), true)?;
        let imported = Map::new();
        for requirement in &mut requirements {
            for import in &requirement.dependency.imports {
                let Some((child, parent)) = ends(import) else { continue };
                requirement.imports.push((child.clone(), parent.clone()));
                let Some(table) = table(&values, &format!("{}.{child}", requirement.name)) else {
                    let message = format!("dependency `{}` has no mapping `{child}` to import", requirement.name);
                    let marks = self.origins.mark(import.origin());
                    self.warnings.push(Warning { message, marks });
                    continue;
                };
                let table = nested(&parent, table);
                self.merge(&imported, &table);
            }
        }
        let values = copy_of(&values);
        self.merge(&values, &imported);
        chart.values = values;
        chart.requirements = Some(requirements);
        Ok(())
    }

    fn merge(&mut self, over: &Map, under: &Map) {
        let (origins, warnings) = (&mut *self.origins, &mut *self.warnings);
        Coalescing { origins, warnings, helm: self.helm, keeps_nulls: true, by: None }.tables(over, under, "");
    }
}

/// Helm 3 copies a chart for each of its aliases, and the copies share their dependencies: what the first copy renamed has its new name in the
/// others, too, and is not found there any more.
fn renamed_before(chart: &mut Instance<'_>, before: &[Instance<'_>]) {
    if !before.iter().any(|other| Arc::ptr_eq(other.chart, chart.chart)) {
        return;
    }
    for requirement in chart.requirements.iter_mut().flatten().filter(|r| !r.dependency.alias.is_empty()) {
        requirement.name.clone_from(&requirement.dependency.alias);
    }
}

/// In Helm 3, the copies share the charts that they do not depend on. Each of them knows one parent: the last copy, or the chart that was
/// copied where that depends on nothing.
fn lose_track(chart: &mut Instance<'_>, before: &mut [Instance<'_>]) {
    if chart.chart.metadata.dependencies.is_none() {
        if chart.name != chart.chart.name() {
            chart.children.iter_mut().for_each(|child| child.under = Some(chart.chart.name().to_owned()));
        }
        return;
    }
    for other in before.iter_mut().filter(|other| Arc::ptr_eq(other.chart, chart.chart)) {
        for child in other.children.iter_mut().filter(|child| child.is_unasked) {
            if chart.children.iter().any(|own| own.is_unasked && Arc::ptr_eq(own.chart, child.chart)) {
                child.under = Some(chart.name.clone());
            }
        }
    }
}

/// Each dependency gets a chart of its own, under its alias; charts that nobody names stay.
fn rename<'c>(chart: &mut Instance<'c>, requirements: &mut [Requirement<'c>]) {
    let fits = |requirement: &Requirement<'_>, child: &Instance<'_>| {
        child.name == requirement.name && is_in_range(&requirement.dependency.version, &child.chart.metadata.version)
    };
    let there = std::mem::take(&mut chart.children);
    let unnamed = there.iter().filter(|child| !requirements.iter().any(|requirement| fits(requirement, child)));
    let mut children: Vec<Instance<'c>> = unnamed.map(|child| Instance { is_unasked: true, ..child.clone() }).collect();
    let mut taken = vec![false; there.len()];
    for requirement in requirements.iter_mut() {
        let mut known = there.iter().zip(&mut taken);
        if let Some((child, is_taken)) = known.find(|(child, _)| fits(requirement, child)) {
            let mut child = if std::mem::replace(is_taken, true) { child.apart() } else { child.clone() };
            if !requirement.dependency.alias.is_empty() {
                child.name.clone_from(&requirement.dependency.alias);
            }
            children.push(child);
        }
        if !requirement.dependency.alias.is_empty() {
            requirement.name.clone_from(&requirement.dependency.alias);
        }
        requirement.is_enabled = true;
    }
    chart.children = children;
}

/// A dependency is off when one of its tags is false and none is true.
fn by_tags(requirements: &mut [Requirement<'_>], values: &Map) {
    let Some(Value { data: Data::Map(tags), .. }) = values.get("tags") else { return };
    for requirement in requirements {
        let set: Vec<bool> = requirement.dependency.tags.iter().filter_map(|tag| tags.get(tag)?.as_bool()).collect();
        requirement.is_enabled = set.contains(&true) || !set.contains(&false);
    }
}

/// The path in the values of the child, and the one in those of the parent.
pub(crate) fn ends(import: &Node) -> Option<(String, String)> {
    let text = |name: &str| {
        let value = import.get(name).and_then(Node::scalar_text);
        value.unwrap_or("<nil>").to_owned()
    };
    if import.is_mapping() {
        return Some((text("child"), text("parent")));
    }
    import.as_str().map(|name| (format!("exports.{name}"), ".".to_owned()))
}
