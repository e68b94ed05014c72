//! A kustomization file, checked: which file of a directory it is, what kind, and its fields by name.

use std::sync::Arc;

use seatrial_model::{Finding, Level, Node, SourceFile, Span, nearest_of_few};

use crate::findings::ids;
use crate::kustomization::shape;
use crate::kustomization::top_level::KUSTOMIZATION;

/// What a directory is included as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Kustomization,
    Component,
}

/// A kustomization whose fields have the right types; what was wrong is a finding already.
#[derive(Clone, Debug)]
pub(crate) struct Kustomization {
    /// The directory, from the root of the tree.
    pub(crate) dir: String,
    pub(crate) file: Arc<SourceFile>,
    pub(crate) kind: Kind,
    pub(crate) flaws: Flaws,
    root: Node,
}

/// Fields that bring objects.
const BRINGING: [&str; 8] = [
    "resources",
    "bases",
    "components",
    "generators",
    "configMapGenerator",
    "secretGenerator",
    "helmCharts",
    "helmChartInflationGenerator",
];

/// Fields that may change anything of objects.
const CHANGING: [&str; 6] =
    ["components", "patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "transformers"];

/// Where something of a kustomization could not be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flaws {
    /// That may bring objects.
    pub(crate) bringing: Option<Span>,
    /// That may change any object.
    pub(crate) changing: Option<Span>,
}

impl Flaws {
    /// Those that findings tell of.
    pub(crate) fn told_by(findings: &[Finding]) -> Flaws {
        let mut flaws = Flaws::default();
        for finding in findings.iter().filter(|finding| finding.level == Level::Error) {
            let written = finding.field.as_deref().and_then(|field| field.split(['.', '[']).next()).unwrap_or_default();
            let known = || KUSTOMIZATION.iter().map(|member| member.name);
            let meant = known().find(|name| *name == written).or_else(|| nearest_of_few(written, known()));
            // What is like no field may have been any.
            let is_among = |names: &[&str]| meant.is_none_or(|meant| names.contains(&meant));
            let place = finding.primary.span;
            flaws.bringing = flaws.bringing.or(Some(place).filter(|_| is_among(&BRINGING)));
            flaws.changing = flaws.changing.or(Some(place).filter(|_| is_among(&CHANGING)));
        }
        flaws
    }
}

impl Kustomization {
    /// Checks the document of a kustomization file.
    pub(crate) fn read(
        dir: &str,
        file: Arc<SourceFile>,
        document: &Node,
        findings: &mut Vec<Finding>,
    ) -> Option<Kustomization> {
        if !document.is_mapping() {
            let message = format!("a kustomization is a mapping, not {}", document.describe());
            findings.push(Finding::new(ids::KUSTOMIZE, document.span(), message));
            return None;
        }
        let root = shape::clean(document, KUSTOMIZATION, "", findings);
        let kind = kind_of(&root, findings)?;
        let nothing = document.entries().iter().all(|e| is_type_meta(&e.key.text) || e.value.is_null());
        if nothing {
            findings.push(empty(&file));
        }
        Some(Kustomization { dir: dir.to_owned(), file, kind, flaws: Flaws::default(), root })
    }

    /// One of these parts.
    pub(crate) fn of(dir: &str, file: Arc<SourceFile>, kind: Kind, flaws: Flaws, root: Node) -> Kustomization {
        Kustomization { dir: dir.to_owned(), file, kind, flaws, root }
    }

    /// The same with other fields.
    pub(crate) fn with_root(&self, root: Node) -> Kustomization {
        Kustomization { root, ..self.clone() }
    }

    /// All its fields.
    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// A field.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.root.get(name)
    }

    /// The items of a field that is a list.
    pub(crate) fn items(&self, name: &str) -> &[Node] {
        self.get(name).map(Node::items).unwrap_or_default()
    }

    /// The name of its file.
    pub(crate) fn file_name(&self) -> &str {
        seatrial_tree::file_name(self.file.path())
    }

    /// Where its kind is written.
    pub(crate) fn kind_span(&self) -> Span {
        self.get("kind").map_or(Span::start_of(self.file.id()), Node::span)
    }
}

const EMPTY: &str = "the kustomization is empty";

/// An empty kustomization, which kustomize refuses.
pub(crate) fn empty(file: &SourceFile) -> Finding {
    Finding::new(ids::KUSTOMIZE, Span::start_of(file.id()), EMPTY)
        .with_help("name at least one resource under `resources`")
}

/// Whether it is [`empty`]: Flux builds such a directory.
pub(crate) fn is_about_emptiness(finding: &Finding) -> bool {
    finding.rule == ids::KUSTOMIZE && finding.message == EMPTY
}

fn is_type_meta(key: &str) -> bool {
    key.eq_ignore_ascii_case("apiVersion") || key.eq_ignore_ascii_case("kind")
}

/// The kind; `None` when the file is something else altogether (kustomize: `EnforceFields`).
fn kind_of(root: &Node, findings: &mut Vec<Finding>) -> Option<Kind> {
    let kind = match root.get("kind").map(|k| (k, k.as_str().unwrap_or_default())) {
        None | Some((_, "" | "Kustomization")) => Kind::Kustomization,
        Some((_, "Component")) => Kind::Component,
        Some((node, other)) => {
            let message = format!("`kind` must be `Kustomization` or `Component`, not `{other}`");
            findings.push(Finding::new(ids::KUSTOMIZE, node.span(), message).with_field("kind"));
            return None;
        }
    };
    let wanted = match kind {
        Kind::Kustomization => "kustomize.config.k8s.io/v1beta1",
        Kind::Component => "kustomize.config.k8s.io/v1alpha1",
    };
    let api_version = root.get("apiVersion").filter(|v| !v.as_str().is_some_and(str::is_empty));
    if let Some(wrong) = api_version.filter(|v| v.as_str() != Some(wanted)) {
        let message = format!("`apiVersion` of a {kind:?} must be `{wanted}`");
        findings.push(Finding::new(ids::KUSTOMIZE, wrong.span(), message).with_field("apiVersion"));
        if !wrong.as_str().is_some_and(|v| v.starts_with("kustomize.config.k8s.io/")) {
            return None;
        }
    }
    Some(kind)
}
