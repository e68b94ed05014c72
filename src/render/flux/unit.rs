//! One Kustomization, built as kustomize-controller builds it: path, additions, variables, common metadata.

use std::sync::Arc;

use seatrial_model::{
    Finding, Level, Manifest, Needed, NeededKind, Node, NodeState, ObjectId, Owner, SetBy, Span, tell_once,
};
use seatrial_tree::{EntryKind, Tree, confined, join};

use crate::artifacts::Artifacts;
use crate::bootstrapped::{here, made_by_a_bootstrap, of_the_bootstrap};
use crate::flux_object::{RECONCILE, has_variable, is_true, namespace, spec, text};
use crate::includes::{conflict, included};
use crate::kustomization::{additions, set_common_metadata};
use crate::objects::Objects;
use crate::sources::{Bootstrap, Place, Repositories, referred, version_of};
use crate::substitute_from::variables;
use crate::substituted::Filling;
use crate::substitution::Strictness;
use crate::view::View;
use crate::{ids, inherited, remote_bases};

/// What a unit is built with.
pub(crate) struct Surroundings<'a> {
    pub(crate) repositories: &'a Repositories,
    pub(crate) bootstrap: Option<&'a Bootstrap>,
    pub(crate) objects: &'a Objects,
    pub(crate) artifacts: &'a Artifacts,
    pub(crate) supplied: &'a [(String, Node)],
    pub(crate) strictness: Strictness,
    /// Level of a variable without a value.
    pub(crate) unset: Level,
}

/// What came of a Kustomization.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) state: NodeState,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) needed: Vec<Needed>,
    /// The directory that was built.
    pub(crate) directory: Option<String>,
}

impl Built {
    /// Nothing was built; the state says why.
    pub(crate) fn nothing(state: NodeState) -> Built {
        Built { state, manifests: Vec::new(), findings: Vec::new(), needed: Vec::new(), directory: None }
    }

    /// The same, with what is to be said about it.
    pub(crate) fn with(self, finding: Finding) -> Built {
        Built { findings: vec![finding], ..self }
    }
}

/// A directory of a source.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) view: Arc<View>,
    pub(crate) dir: String,
    /// The artifact that was composed for it.
    pub(crate) artifact: Option<ObjectId>,
}

impl Located {
    /// What tells it from the others.
    pub(crate) fn name(&self) -> String {
        match &self.artifact {
            Some(id) => format!("{}:{}", full_name(id), self.dir),
            None => match self.view.tree.belongs_to().name() {
                Some(name) => format!("{name}:{}", self.dir),
                None => self.dir.clone(),
            },
        }
    }
}

/// The directory of a Kustomization, or what is said instead.
pub(crate) fn locate(kustomization: &Manifest, around: &Surroundings<'_>) -> Result<Located, Box<Built>> {
    let Some(reference) = spec(kustomization, &["sourceRef"]) else {
        // Its schema says that it is required.
        return Err(Box::new(Built::nothing(NodeState::Missing)));
    };
    let Some(id) = referred(reference, namespace(kustomization)) else {
        return Err(Box::new(Built::nothing(NodeState::Missing)));
    };
    let name_span = reference.get("name").map_or(reference.span(), Node::span);
    if has_variable(&id.name) || id.namespace.as_deref().is_some_and(has_variable) {
        let why = format!("its source `{}` hangs on a value that only the cluster knows", id.name);
        return Err(Box::new(Built::nothing(NodeState::Unknown(why))));
    }
    let source = around.objects.get(&id);
    let dir = directory(kustomization)?;
    let conflict = |source| conflict(source, name_span, around.repositories, around.bootstrap);
    if let Some(conflict) = source.and_then(conflict) {
        return Err(Box::new(Built::nothing(NodeState::Missing).with(conflict.with_object(&kustomization.id))));
    }
    let (id, dir) = match source.and_then(|source| included(source, &dir)) {
        Some((included, inside)) => (included, inside),
        None => (id, dir),
    };
    if source.is_none() && made_by_a_bootstrap(&id, around) {
        return here(&id, dir, name_span, around);
    }
    let consequence = "what this Kustomization applies is not seen";
    let root = files_of(kustomization, &id, name_span, around, consequence)?;
    let dir = join(&root.dir, &dir).unwrap_or(dir);
    in_view(kustomization, Located { dir, ..root }, around.objects)
}

/// The files of a source that an object refers to at `span`, or what is said instead.
pub(crate) fn files_of(
    asker: &Manifest,
    id: &ObjectId,
    span: Span,
    around: &Surroundings<'_>,
    consequence: &str,
) -> Result<Located, Box<Built>> {
    let source = around.objects.get(id);
    match around.repositories.find(id, source, around.bootstrap) {
        Place::Here(directory) => {
            let (view, dir) = directory.archived(source);
            Ok(Located { view, dir, artifact: None })
        }
        Place::Elsewhere(_) | Place::Nowhere if around.artifacts.get(id).is_some() => match around.artifacts.get(id) {
            Some(Ok(view)) => Ok(Located { view: Arc::clone(view), dir: String::new(), artifact: Some(id.clone()) }),
            Some(Err(state)) => Err(Box::new(Built::nothing(state.clone()))),
            None => Err(Box::new(Built::nothing(NodeState::Missing))),
        },
        Place::Nowhere if id.kind == "ExternalArtifact" && around.artifacts.has_more => {
            let why = format!("the names of all artifacts are not known, and `{}` may be one", full_name(id));
            Err(Box::new(Built::nothing(NodeState::Unknown(why))))
        }
        Place::Elsewhere(what) => Err(Box::new(not_fetched(asker, id, span, &what, consequence, around))),
        Place::Nowhere if around.bootstrap.is_none() => Err(Box::new(of_the_bootstrap(id, span))),
        Place::Nowhere => Err(Box::new(Built::nothing(NodeState::Missing).with(no_source(id, span, around.objects)))),
    }
}

/// `spec.path`, from the root of the source, which the controller does not leave.
fn directory(kustomization: &Manifest) -> Result<String, Box<Built>> {
    let written = text(kustomization, &["path"]).unwrap_or_default();
    if has_variable(written) {
        let why = format!("its path `{written}` hangs on a value that only the cluster knows");
        return Err(Box::new(Built::nothing(NodeState::Unknown(why))));
    }
    Ok(confined(written))
}

fn in_view(kustomization: &Manifest, located: Located, objects: &Objects) -> Result<Located, Box<Built>> {
    let what = match located.view.tree.kind(&located.dir) {
        Ok(EntryKind::Directory) => return Ok(located),
        Ok(EntryKind::File) => "is a file, and a Kustomization builds directories".to_owned(),
        Err(error) => error.to_string(),
    };
    let written = text(kustomization, &["path"]).unwrap_or_default();
    let leads_out = join("", written.trim_start_matches('/')).is_none();
    let what = if leads_out { format!("stays in its source, where `./{}` {what}", confined(written)) } else { what };
    let path = spec(kustomization, &["path"]);
    let mut finding = match path {
        Some(path) => at_its_text(ids::MISSING_PATH, path, &format!("`{written}` {what}")),
        None => Finding::new(ids::MISSING_PATH, kustomization.span, format!("the root of the source {what}")),
    };
    if let Some(near) = near(&located.view.tree, &located.dir) {
        finding = finding.with_help(format!("did you mean `./{near}`?"));
    }
    if let Some(artifact) = located.artifact.and_then(|id| objects.get(&id)) {
        finding = finding.with_related(artifact.span, "the artifact is composed here");
    }
    Err(Box::new(Built::nothing(NodeState::Missing).with(finding.with_object(&kustomization.id))))
}

/// A finding about a text in which variables were filled in: the text's own place first, then those of the variables.
pub(crate) fn at_its_text(rule: seatrial_model::RuleId, node: &Node, message: &str) -> Finding {
    let mut origin = node.origin();
    let mut variables: Vec<(String, Span)> = Vec::new();
    while let Some(over) = origin.over.clone() {
        let SetBy::Variable(name) = &over.by else { break };
        variables.push((name.to_string(), origin.span));
        for also in &over.beside {
            if let SetBy::Variable(name) = &also.by {
                variables.push((name.to_string(), also.origin.span));
            }
        }
        let Some(before) = over.before.clone() else { break };
        origin = before;
    }
    let finding = Finding::new(rule, origin.span, message);
    variables.dedup();
    variables
        .into_iter()
        .fold(finding, |finding, (name, span)| finding.with_related(span, format!("the value of `{name}` is set here")))
}

/// The directory beside it whose name is nearly the same.
pub(crate) fn near(tree: &Tree, dir: &str) -> Option<String> {
    let (mut above, mut rest) = (String::new(), dir);
    while !rest.is_empty() {
        let (first, behind) = rest.split_once('/').unwrap_or((rest, ""));
        let next = join(&above, first)?;
        if tree.kind(&next) == Ok(EntryKind::Directory) {
            (above, rest) = (next, behind);
            continue;
        }
        let names = tree.list(&above).ok()?;
        let directories = names.iter().filter(|(_, kind)| *kind == EntryKind::Directory).map(|(name, _)| name.as_str());
        let near = seatrial_kustomize::nearest_name(first, directories)?;
        let whole = join(&join(&above, near)?, behind)?;
        return (tree.kind(&whole) == Ok(EntryKind::Directory)).then_some(whole);
    }
    None
}

fn not_fetched(
    asker: &Manifest,
    id: &ObjectId,
    span: Span,
    what: &str,
    consequence: &str,
    around: &Surroundings<'_>,
) -> Built {
    let source = around.objects.get(id);
    let name = format!("{} {}", id.kind, full_name(id));
    let message = format!("{name} is not fetched ({what}): {consequence}");
    let help = format!("check it out and name it under `repositories` of the environment: `{{ {}: PATH }}`", id.name);
    let finding = Finding::new(ids::NOT_FETCHED, span, message).with_object(&asker.id);
    let finding = if around.repositories.is_mapped(id) { finding } else { finding.with_help(help) };
    let finding = match source {
        Some(source) => finding.with_related(source.span, "the source"),
        None => finding,
    };
    let needed = Needed {
        kind: NeededKind::Source,
        url: source.and_then(|source| text(source, &["url"])).unwrap_or_default().to_owned(),
        version: source.map(version_of).unwrap_or_default(),
        asked_by: Some(asker.id.clone()),
        span,
    };
    Built {
        needed: vec![needed],
        ..Built::nothing(NodeState::NotFetched(format!("{name} is not fetched"))).with(finding)
    }
}

/// That there is no such source, and which one was perhaps meant.
pub(crate) fn no_source(id: &ObjectId, span: Span, objects: &Objects) -> Finding {
    let mut finding = Finding::new(ids::MISSING_SOURCE, span, format!("there is no {} `{}`", id.kind, full_name(id)));
    let alike = objects.named(&id.name).find(|other| other.id.group == id.group);
    if let Some(alike) = alike {
        let text = match (&alike.id.namespace, alike.id.kind == id.kind) {
            (_, false) => "this one is of another kind",
            (Some(_), true) => "this one has another namespace",
            (None, true) => "this one has no namespace, and nobody sets one",
        };
        finding = finding.with_related(alike.span, text);
        return finding;
    }
    objects.advise(finding, &id.kind, &id.name)
}

/// `flux-system/platform`.
pub(crate) fn full_name(id: &ObjectId) -> String {
    match &id.namespace {
        Some(namespace) if !namespace.is_empty() => format!("{namespace}/{}", id.name),
        _ => id.name.clone(),
    }
}

/// Builds a Kustomization in its directory.
pub(crate) fn build(kustomization: &Manifest, located: &Located, around: &Surroundings<'_>) -> Built {
    let Located { view, dir, .. } = located;
    let additions = additions(kustomization, &view.tree, dir);
    let rendered = view.builder.build_with(dir, &additions);
    let (mut manifests, mut findings, mut needed) = (rendered.manifests, rendered.findings, rendered.needed);
    remote_bases::are_needed(kustomization, &mut findings, &mut needed);
    inherited::leave_out_what_is_for_others(&additions, &mut findings);
    fill_in(kustomization, &mut manifests, around, &mut findings);
    let has_common_metadata = spec(kustomization, &["commonMetadata"]).is_some();
    for manifest in &mut manifests {
        if has_common_metadata {
            set_common_metadata(kustomization, manifest);
        }
        manifest.owner = Some(Owner(kustomization.id.clone()));
    }
    Built { state: NodeState::Rendered, manifests, findings, needed, directory: Some(located.name()) }
}

fn fill_in(
    kustomization: &Manifest,
    manifests: &mut [Manifest],
    around: &Surroundings<'_>,
    findings: &mut Vec<Finding>,
) {
    if spec(kustomization, &["postBuild"]).is_none() {
        return;
    }
    let variables = variables(kustomization, around.objects, around.supplied, findings);
    let always = text(kustomization, &["postBuild", "substituteStrategy"]) == Some("Always");
    if variables.is_empty() && !always {
        return;
    }
    let wrong: Vec<Finding> = variables
        .invalid_names()
        .map(|(name, span)| {
            let message = format!("`{name}` is not a name of a variable: letters, digits and `_` are allowed");
            Finding::new(ids::SUBSTITUTION, span, message).with_object(&kustomization.id)
        })
        .collect();
    if !wrong.is_empty() {
        findings.extend(wrong);
        return;
    }
    let mut filling = Filling {
        variables: &variables,
        strictness: around.strictness,
        sources: around.repositories.own.tree().sources(),
        refuses_unset: around.unset == Level::Error,
        findings: Vec::new(),
        unknown: Vec::new(),
    };
    for manifest in manifests.iter_mut() {
        let before = filling.findings.len();
        if let Some(node) = filling.object(&manifest.node) {
            refill(manifest, node);
        }
        for finding in filling.findings.iter_mut().skip(before) {
            finding.object = Some(manifest.id.clone());
        }
    }
    for finding in &mut filling.findings {
        if finding.rule == ids::UNSET_VARIABLE {
            finding.level = around.unset;
        }
    }
    tell_once(&mut filling.findings);
    findings.append(&mut filling.findings);
}

/// The object that a manifest is now.
fn refill(manifest: &mut Manifest, node: Node) {
    match Manifest::from_node(node.clone()) {
        Some(new) => {
            manifest.id = new.id;
            manifest.version = new.version;
            manifest.node = new.node;
        }
        None => manifest.node = node,
    }
}

/// Whether an object of Flux does not reconcile: of flux-operator, an annotation says it.
pub(crate) fn is_suspended(object: &Manifest) -> bool {
    let annotation = || object.node.at(&["metadata", "annotations", RECONCILE]);
    let by_annotation = || annotation().and_then(Node::scalar_text) == Some("disabled");
    is_true(object, &["suspend"]) || (object.id.group == "fluxcd.controlplane.io" && by_annotation())
}
