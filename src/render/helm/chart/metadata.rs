//! What `Chart.yaml` says, read as Helm reads it into its structs.

use seatrial_golang::float_format;
use seatrial_golang::semver::Version;
use seatrial_golang::unicode::is_print;
use seatrial_model::{Node, ScalarKind, Span};

/// Which kind of chart it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartType {
    /// One that can be installed.
    Application,
    /// One that only gives templates to others.
    Library,
}

/// What a chart says of itself.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// The version of what it installs.
    pub app_version: String,
    /// One sentence.
    pub description: String,
    /// The page of the project.
    pub home: String,
    /// The address of its icon.
    pub icon: String,
    /// The range of versions of Kubernetes; empty for any.
    pub kube_version: String,
    /// `type` as it is written.
    pub type_name: String,
    /// `condition`, which nobody looks at.
    pub condition: String,
    /// `tags`, which nobody looks at.
    pub tags: String,
    /// Addresses of its source.
    pub sources: Vec<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Name, address of mail and of a page of each maintainer.
    pub maintainers: Vec<[String; 3]>,
    /// Whether nobody maintains it any more.
    pub is_deprecated: bool,
    /// Its annotations; `None` where there are none.
    pub annotations: Option<Vec<(String, String)>>,
    /// What it depends on; `None` where the list is not there or null.
    pub dependencies: Option<Vec<Dependency>>,
    /// The whole file, with its places.
    pub node: Node,
}

/// A chart that another one depends on.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// A version, or a range of versions.
    pub version: String,
    /// Where it can be had.
    pub repository: String,
    /// Paths of values that switch it on and off, with commas between them.
    pub condition: String,
    /// Names under `tags` that switch it on and off.
    pub tags: Vec<String>,
    /// The name that it has in this chart; empty for its own.
    pub alias: String,
    /// What of its values become values of this chart.
    pub imports: Vec<Node>,
    /// Where it is named.
    pub span: Span,
    /// The place of its version.
    pub version_span: Span,
}

impl Dependency {
    /// The name that it has in this chart.
    #[must_use]
    pub fn name_here(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }
}

/// What is wrong with a `Chart.yaml`: where, and Helm's words.
pub(crate) type Wrong = (Span, String);

impl Metadata {
    /// Whether it only gives templates to others.
    #[must_use]
    pub fn chart_type(&self) -> ChartType {
        if self.type_name.eq_ignore_ascii_case("library") { ChartType::Library } else { ChartType::Application }
    }

    /// Reads a `Chart.yaml`.
    pub(crate) fn read(node: &Node) -> Result<Metadata, Wrong> {
        let fields = Fields(node);
        let api_version = fields.text("apiVersion")?;
        Ok(Metadata {
            name: clean(&fields.text("name")?),
            version: fields.text("version")?,
            api_version: if api_version.is_empty() { "v1".to_owned() } else { api_version },
            app_version: clean(&fields.text("appVersion")?),
            description: clean(&fields.text("description")?),
            home: clean(&fields.text("home")?),
            icon: clean(&fields.text("icon")?),
            kube_version: clean(&fields.text("kubeVersion")?),
            type_name: fields.text("type")?,
            condition: clean(&fields.text("condition")?),
            tags: clean(&fields.text("tags")?),
            sources: fields.texts("sources")?,
            keywords: fields.texts("keywords")?,
            maintainers: fields.maintainers()?,
            is_deprecated: fields.bool("deprecated")?,
            annotations: fields.annotations()?,
            dependencies: read_dependencies(node)?,
            node: node.clone(),
        })
    }

    /// What Helm refuses in it, in Helm's words.
    pub(crate) fn validate(&self) -> Result<(), Wrong> {
        let wrong = |field: &str, message: String| {
            let place = self.node.get(field).unwrap_or(&self.node);
            Err((place.span(), format!("validation: {message}")))
        };
        let quoted = seatrial_golang::quote::quote;
        if self.name.is_empty() {
            return wrong("name", "chart.metadata.name is required".to_owned());
        }
        if self.name == "." || self.name == ".." {
            return wrong("name", format!("chart.metadata.name {} is not allowed", quoted(&self.name)));
        }
        if self.name.contains('/') {
            return wrong("name", format!("chart.metadata.name {} is invalid", quoted(&self.name)));
        }
        if self.version.is_empty() {
            return wrong("version", "chart.metadata.version is required".to_owned());
        }
        if Version::parse(&self.version).is_err() {
            return wrong("version", format!("chart.metadata.version {} is invalid", quoted(&self.version)));
        }
        if !matches!(&*self.type_name, "" | "application" | "library") {
            return wrong("type", "chart.metadata.type must be application or library".to_owned());
        }
        self.validate_dependencies()
    }

    fn validate_dependencies(&self) -> Result<(), Wrong> {
        let all = self.dependencies.as_deref().unwrap_or_default();
        for (index, dependency) in all.iter().enumerate() {
            let wrong = |message: String| Err((dependency.span, format!("validation: {message}")));
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if !dependency.alias.chars().all(is_allowed) {
                let name = seatrial_golang::quote::quote(&dependency.name);
                return wrong(format!("dependency {name} has disallowed characters in the alias"));
            }
            let name = dependency.name_here();
            if all.iter().take(index).any(|other| other.name_here() == name) {
                let name = seatrial_golang::quote::quote(name);
                return wrong(format!("more than one dependency with name or alias {name}"));
            }
        }
        Ok(())
    }
}

/// The dependencies of `Chart.yaml` or `requirements.yaml`.
pub(crate) fn read_dependencies(node: &Node) -> Result<Option<Vec<Dependency>>, Wrong> {
    let Some(list) = Fields(node).list("dependencies")? else { return Ok(None) };
    let read = |item: &Node| -> Result<Dependency, Wrong> {
        if !item.is_mapping() {
            let message = "validation: dependencies must not contain empty or null nodes".to_owned();
            return Err((item.span(), message));
        }
        let fields = Fields(item);
        Ok(Dependency {
            name: clean(&fields.text("name")?),
            version: clean(&fields.text("version")?),
            repository: clean(&fields.text("repository")?),
            condition: clean(&fields.text("condition")?),
            tags: fields.texts("tags")?,
            alias: fields.text("alias")?,
            imports: fields.list("import-values")?.unwrap_or_default().to_vec(),
            span: item.get("name").map_or(item.span(), Node::span),
            version_span: item.get("version").map_or(item.span(), Node::span),
        })
    };
    list.iter().map(read).collect::<Result<Vec<_>, _>>().map(Some)
}

/// The fields of a mapping, as `encoding/json` finds them.
struct Fields<'a>(&'a Node);

impl<'a> Fields<'a> {
    /// Upper and lower case are the same where no name fits exactly.
    fn get(&self, name: &str) -> Option<&'a Node> {
        let alike = || self.0.entries().iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name));
        self.0.get(name).or_else(|| alike().map(|entry| &entry.value)).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<String, Wrong> {
        self.get(name).map_or(Ok(String::new()), |node| string_of(node, name))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Wrong> {
        let list = self.list(name)?.unwrap_or_default();
        list.iter().map(|item| string_of(item, name).map(|text| clean(&text))).collect()
    }

    fn list(&self, name: &str) -> Result<Option<&'a [Node]>, Wrong> {
        match self.get(name) {
            None => Ok(None),
            Some(node) if node.is_sequence() => Ok(Some(node.items())),
            Some(node) => Err(mismatch(node, name, "a list")),
        }
    }

    fn bool(&self, name: &str) -> Result<bool, Wrong> {
        let Some(node) = self.get(name) else { return Ok(false) };
        node.as_bool().ok_or_else(|| mismatch(node, name, "a boolean"))
    }

    fn annotations(&self) -> Result<Option<Vec<(String, String)>>, Wrong> {
        let Some(node) = self.get("annotations") else { return Ok(None) };
        if !node.is_mapping() {
            return Err(mismatch(node, "annotations", "a mapping"));
        }
        let pair = |entry: &seatrial_model::Entry| {
            let value = if entry.value.is_null() { String::new() } else { string_of(&entry.value, "annotations")? };
            Ok((entry.key.text.to_string(), value))
        };
        node.entries().iter().map(pair).collect::<Result<_, _>>().map(Some)
    }

    fn maintainers(&self) -> Result<Vec<[String; 3]>, Wrong> {
        let read = |item: &Node| {
            if !item.is_mapping() {
                let message = "validation: maintainers must not contain empty or null nodes".to_owned();
                return Err((item.span(), message));
            }
            let fields = Fields(item);
            Ok([clean(&fields.text("name")?), clean(&fields.text("email")?), clean(&fields.text("url")?)])
        };
        self.list("maintainers")?.unwrap_or_default().iter().map(read).collect()
    }
}

fn mismatch(node: &Node, name: &str, wanted: &str) -> Wrong {
    (node.span(), format!("`{name}` is {}, not {wanted}", node.describe()))
}

/// A scalar where a string is wanted (sigs.k8s.io/yaml: numbers and booleans become strings, `1.0` becomes `1`).
fn string_of(node: &Node, name: &str) -> Result<String, Wrong> {
    let Some(text) = node.scalar_text() else { return Err(mismatch(node, name, "a string")) };
    let json = || node.to_json();
    Ok(match node.kind() {
        ScalarKind::Integer => json().to_string(),
        ScalarKind::Float => {
            json().as_f64().map_or_else(|| text.to_owned(), |value| float_format::format(value, 'g', None))
        }
        ScalarKind::Bool => json().to_string(),
        ScalarKind::Null => String::new(),
        ScalarKind::Timestamp | ScalarKind::String => text.to_owned(),
    })
}

/// Without what cannot be printed (helm: `sanitizeString`).
fn clean(text: &str) -> String {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return text.to_owned();
    }
    let shown = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    shown.filter(|c| *c == ' ' || is_print(*c)).collect()
}
