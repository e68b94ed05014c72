//! Flux configurations of Azure (`Microsoft.KubernetesConfiguration/fluxConfigurations`) in templates of its Resource Manager, as JSON or
//! compiled from Bicep: what the `microsoft.flux` extension makes of them in the cluster.
//!
//! A configuration `shop` in the namespace `web` with the kustomization `apps` becomes the source `web/shop` and the Kustomization
//! `web/shop-apps`. Parameters have their default values; what the deployment alone knows is unknown. Not here: linked templates, loops.

mod expression;

use seatrial_model::{Entry, Finding, Level, Manifest, Node, ScalarKind, Span, Style, Text};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};

use crate::objects::ids;
use crate::objects::implied::{Implied, entry, source_ref};

use expression::{Scope, is_unknown};

/// Deployments in deployments.
const DEEPEST: usize = 20;

/// What a template says of Flux.
#[derive(Debug, Default)]
pub(crate) struct Azure {
    pub(crate) configurations: Vec<Configuration>,
    pub(crate) findings: Vec<Finding>,
}

/// What the extension makes of one configuration.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) source: Manifest,
    pub(crate) kustomizations: Vec<Manifest>,
}

/// Kinds of sources: the field, the kind, and the field of its address.
const SOURCES: [(&str, &str, &str); 4] = [
    ("gitRepository", "GitRepository", "url"),
    ("ociRepository", "OCIRepository", "url"),
    ("bucket", "Bucket", "endpoint"),
    ("azureBlob", "Bucket", "endpoint"),
];

/// Reads a template.
pub(crate) fn read(tree: &Tree, path: &str) -> Azure {
    let mut azure = Azure::default();
    let file = match tree.read(path) {
        Ok(file) => file,
        Err(error) => {
            let nowhere = Span::start_of(tree.sources().add(path, String::new()).id());
            azure.findings.push(Finding::new(ids::MISSING_FILE, nowhere, format!("`{path}` {error}")));
            return azure;
        }
    };
    let parsed = parse(&file, Dialect::Kustomize);
    azure.findings.extend(parsed.findings);
    let Some(document) = parsed.documents.first() else { return azure };
    let template = &document.node;
    let scope = Scope::of(template, None);
    azure.resources(template, &scope, 0);
    if azure.configurations.is_empty() && azure.findings.is_empty() {
        let message =
            "this template has no Flux configuration (`Microsoft.KubernetesConfiguration/fluxConfigurations`)";
        let finding = Finding::new(ids::AZURE, Span::start_of(file.id()), message);
        azure.findings.push(finding.with_help("linked templates are not followed: name the one that has it"));
    }
    azure
}

impl Azure {
    /// The resources of a template, or of a resource; a list, or by name.
    fn resources(&mut self, parent: &Node, scope: &Scope<'_>, depth: usize) {
        let Some(resources) = parent.get("resources").filter(|_| depth < DEEPEST) else { return };
        for resource in resources.items() {
            self.resource(resource, "flux", scope, depth);
        }
        for named in resources.entries() {
            self.resource(&named.value, &named.key.text, scope, depth);
        }
    }

    fn resource(&mut self, resource: &Node, symbol: &str, scope: &Scope<'_>, depth: usize) {
        let condition = resource.get("condition").map(|condition| scope.resolve(condition));
        if condition.is_some_and(|condition| condition.as_bool() == Some(false)) {
            return;
        }
        let kind = resource.get("type").and_then(Node::scalar_text).unwrap_or_default().to_ascii_lowercase();
        if kind == "microsoft.resources/deployments" {
            self.deployment(resource, scope, depth);
        } else if kind.rsplit('/').next() == Some("fluxconfigurations") {
            self.configuration(resource, symbol, scope);
        }
        self.resources(resource, scope, depth + 1);
    }

    fn deployment(&mut self, deployment: &Node, scope: &Scope<'_>, depth: usize) {
        let Some(template) = deployment.at(&["properties", "template"]) else { return };
        let evaluated = deployment.at(&["properties", "expressionEvaluationOptions", "scope"]);
        let is_inner = evaluated.and_then(Node::scalar_text).is_some_and(|text| text.eq_ignore_ascii_case("inner"));
        if !is_inner {
            return self.resources(template, scope, depth + 1);
        }
        let given = deployment.at(&["properties", "parameters"]).map(|given| scope.resolve(given));
        self.resources(template, &Scope::of(template, given.as_ref()), depth + 1);
    }

    fn configuration(&mut self, resource: &Node, symbol: &str, scope: &Scope<'_>) {
        if let Some(copy) = resource.get("copy") {
            let message = "loops of Azure are not followed: the Flux configurations of this one are not seen";
            self.findings.push(Finding::new(ids::AZURE, copy.span(), message).with_level(Level::Warning));
            return;
        }
        let Some(properties) = resource.get("properties") else { return };
        let name_node = resource.get("name");
        let span = name_node.map_or(resource.span(), Node::span);
        let name = name_node.map(|name| scope.resolve(name)).filter(|name| !is_unknown(name));
        // An extension resource of old is called `cluster/Microsoft.KubernetesConfiguration/name`.
        let name = name.as_ref().and_then(Node::scalar_text).map(|name| name.rsplit('/').next().unwrap_or(name));
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| {
            let message = format!("only the deployment knows this name: `{symbol}` stands for it");
            self.findings.push(Finding::new(ids::AZURE, span, message).with_level(Level::Note));
            symbol
        });
        let namespace = properties.get("namespace").map(|namespace| scope.resolve(namespace));
        let namespace = namespace.as_ref().and_then(Node::scalar_text).unwrap_or("default");
        let said = SOURCES.iter().find_map(|(field, kind, address)| Some((properties.get(field)?, *kind, *address)));
        let Some((said, kind, address)) = said else {
            let message =
                "this Flux configuration has no source: `gitRepository`, `ociRepository`, `bucket` or `azureBlob`";
            self.findings.push(Finding::new(ids::AZURE, properties.span(), message));
            return;
        };
        let said = scope.resolve(said);
        let mut fields = Vec::new();
        let url = said.get("url").filter(|url| !is_unknown(url));
        fields.extend(url.map(|url| entry(address, url.clone())));
        fields.extend(said.get("repositoryRef").filter(|r| !is_unknown(r)).map(|r| entry("ref", r.clone())));
        let source = Implied { group: "source.toolkit.fluxcd.io", version: "v1", kind, namespace, name, span };
        let source = source.with(fields);
        let suspended = properties.get("suspend").map(|suspend| scope.resolve(suspend));
        let said = properties.get("kustomizations");
        let kustomizations = said.map(|all| scope.resolve(all));
        if let (Some(said), Some(known)) = (said, &kustomizations)
            && (is_unknown(known) || known.entries().len() < said.entries().len())
        {
            let message =
                "only the deployment knows all kustomizations of this Flux configuration: the others are not seen";
            self.findings.push(Finding::new(ids::AZURE, said.span(), message).with_level(Level::Warning));
        }
        let of = Parent { source: &source, name, namespace, suspended: suspended.as_ref() };
        let kustomizations = kustomizations.iter().flat_map(Node::entries).map(|own| of.kustomization(own));
        let kustomizations = kustomizations.collect();
        self.configurations.push(Configuration { source, kustomizations });
    }
}

/// The configuration of a Kustomization.
struct Parent<'a> {
    source: &'a Manifest,
    name: &'a str,
    namespace: &'a str,
    suspended: Option<&'a Node>,
}

impl Parent<'_> {
    fn kustomization(&self, own: &Entry) -> Manifest {
        let (span, said) = (own.key.span, &own.value);
        let name = format!("{}-{}", self.name, own.key.text);
        let mut fields = vec![source_ref(&self.source.id, span)];
        if let Some(path) = said.get("path").or_else(|| Some(said).filter(|said| is_unknown(said))) {
            fields.push(entry("path", known_or_variable(path)));
        }
        for field in ["prune", "force", "wait"] {
            let value = said.get(field).filter(|value| value.as_bool().is_some());
            fields.extend(value.map(|value| Entry::new(Text::from_static(field), value.clone())));
        }
        fields.extend(self.suspended.map(|value| entry("suspend", value.clone())));
        let dependencies = said.get("dependsOn").map(Node::items).unwrap_or_default();
        let dependencies: Vec<Node> = dependencies.iter().filter_map(|entry| self.dependency(entry)).collect();
        if !dependencies.is_empty() {
            fields.push(entry("dependsOn", Node::sequence(dependencies, span)));
        }
        fields.extend(said.get("postBuild").map(|post_build| entry("postBuild", variables(post_build))));
        let (group, version, kind) = ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization");
        Implied { group, version, kind, namespace: self.namespace, name: &name, span }.with(fields)
    }

    /// A name, or in older versions an object with one.
    fn dependency(&self, node: &Node) -> Option<Node> {
        let named = node.get("kustomizationName").unwrap_or(node);
        let text = named.scalar_text().filter(|text| !text.is_empty())?;
        let name = Node::string(format!("{}-{text}", self.name), named.origin());
        Some(Node::mapping(vec![entry("name", name)], named.span()))
    }
}

/// What is not known looks like a variable: the walk knows what to say of it.
fn known_or_variable(node: &Node) -> Node {
    if !is_unknown(node) {
        return node.clone();
    }
    Node::string("${an expression of Azure}", node.span())
}

/// `postBuild`. What is not known as a whole is as an object that is not in Git.
fn variables(post_build: &Node) -> Node {
    let span = post_build.span();
    let mut fields = Vec::new();
    let mut from: Vec<Node> = Vec::new();
    let mut expect_more = is_unknown(post_build);
    if let Some(substitute) = post_build.get("substitute") {
        expect_more |= is_unknown(substitute);
        fields.push(entry("substitute", substitute.clone()));
    }
    if let Some(objects) = post_build.get("substituteFrom") {
        expect_more |= is_unknown(objects);
        from.extend(objects.items().iter().filter(|object| !is_unknown(object)).cloned());
    }
    if expect_more {
        let string = |text: &'static str| Node::string(text, span);
        let optional = Node::scalar("true", ScalarKind::Bool, Style::Plain, span);
        let object = vec![
            entry("kind", string("ConfigMap")),
            entry("name", string("<the deployment in Azure>")),
            entry("optional", optional),
        ];
        from.push(Node::mapping(object, span));
    }
    if !from.is_empty() {
        fields.push(entry("substituteFrom", Node::sequence(from, span)));
    }
    Node::mapping(fields, span)
}
