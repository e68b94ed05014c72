//! `.Chart`, as templates see it: a struct in Helm 3, a map of its fields in Helm 4.

use std::rc::Rc;

use seatrial_gotemplate::{Data, List, Map, MapKind, Value};

use super::instance::{Instance, Requirement};
use crate::major::Major;
use crate::objects::{Field, Structure};
use crate::values::origins::Origins;

/// `.Chart` of a chart.
pub(crate) fn chart_value(chart: &Instance<'_>, is_root: bool, helm: Major, origins: &mut Origins) -> Value {
    let mut fields = fields(chart, helm, origins);
    fields.push(Field::new("IsRoot", "IsRoot", Value::bool(is_root)).kept());
    structure("struct { chart.Metadata; IsRoot bool }", fields, helm)
}

fn structure(type_name: &'static str, fields: Vec<Field>, helm: Major) -> Value {
    match helm {
        Major::Three => Value::object(Rc::new(Structure { type_name, fields })),
        Major::Four => Value::map(fields.into_iter().map(|field| (field.name, field.value)).collect()),
    }
}

fn fields(chart: &Instance<'_>, helm: Major, origins: &mut Origins) -> Vec<Field> {
    let metadata = &chart.chart.metadata;
    let mut place = |field: &str, value: Value| match metadata.node.get(field) {
        Some(node) => value.with_marks(origins.mark(node.origin())),
        None => value,
    };
    let texts = |all: &[String]| Value::list(all.iter().map(|text| Value::text(&**text)).collect());
    let maintainer = |[name, email, url]: &[String; 3]| {
        let fields = [("Name", "name", name), ("Email", "email", email), ("URL", "url", url)];
        let fields = fields.into_iter().map(|(name, json, text)| Field::new(name, json, Value::text(&**text)));
        structure("*chart.Maintainer", fields.collect(), helm)
    };
    let annotations = match &metadata.annotations {
        None => Map::nil(MapKind::Texts),
        Some(all) => {
            let entries = all.iter().map(|(key, text)| (Rc::from(&**key), Value::text(&**text)));
            Map::of(MapKind::Texts, entries.collect())
        }
    };
    let dependencies = chart.requirements.iter().flatten().map(|requirement| dependency(requirement, helm));
    let fields = [
        ("Name", "name", place("name", Value::text(&*chart.name))),
        ("Home", "home", place("home", Value::text(&*metadata.home))),
        ("Sources", "sources", texts(&metadata.sources)),
        ("Version", "version", place("version", Value::text(&*metadata.version))),
        ("Description", "description", place("description", Value::text(&*metadata.description))),
        ("Keywords", "keywords", texts(&metadata.keywords)),
        ("Maintainers", "maintainers", Value::list(metadata.maintainers.iter().map(maintainer).collect())),
        ("Icon", "icon", place("icon", Value::text(&*metadata.icon))),
        ("APIVersion", "apiVersion", place("apiVersion", Value::text(&*metadata.api_version))),
        ("Condition", "condition", Value::text(&*metadata.condition)),
        ("Tags", "tags", Value::text(&*metadata.tags)),
        ("AppVersion", "appVersion", place("appVersion", Value::text(&*metadata.app_version))),
        ("Deprecated", "deprecated", Value::bool(metadata.is_deprecated)),
        ("Annotations", "annotations", place("annotations", Value::map(annotations))),
        ("KubeVersion", "kubeVersion", place("kubeVersion", Value::text(&*metadata.kube_version))),
        ("Dependencies", "dependencies", Value::list(dependencies.collect())),
        ("Type", "type", Value::text(&*metadata.type_name)),
    ];
    fields.into_iter().map(|(name, json, value)| Field::new(name, json, value)).collect()
}

fn dependency(requirement: &Requirement<'_>, helm: Major) -> Value {
    let dependency = requirement.dependency;
    let import = |(child, parent): &(String, String)| {
        let ends = [("child", child), ("parent", parent)];
        let entries = ends.into_iter().map(|(key, text)| (Rc::from(key), Value::text(&**text)));
        Value::map(Map::of(MapKind::Texts, entries.collect()))
    };
    let tags = dependency.tags.iter().map(|tag| Value::text(&**tag)).collect();
    let fields = vec![
        Field::new("Name", "name", Value::text(&*requirement.name)).kept(),
        Field::new("Version", "version", Value::text(&*dependency.version)),
        Field::new("Repository", "repository", Value::text(&*dependency.repository)).kept(),
        Field::new("Condition", "condition", Value::text(&*dependency.condition)),
        Field::new("Tags", "tags", Data::List(List::new(tags)).into()),
        Field::new("Enabled", "enabled", Value::bool(requirement.is_enabled)),
        Field::new("ImportValues", "import-values", Value::list(requirement.imports.iter().map(import).collect())),
        Field::new("Alias", "alias", Value::text(&*dependency.alias)),
    ];
    structure("*chart.Dependency", fields, helm)
}
