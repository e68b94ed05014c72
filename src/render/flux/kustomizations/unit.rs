//! One Kustomization, built as kustomize-controller builds it: path, additions, variables, common metadata.

use seatrial_model::{Finding, Level, Manifest, Node, NodeState, Owner, tell_once};
use seatrial_tree::{EntryKind, confined, join};

use crate::kustomizations::fields::{additions, set_common_metadata};
use crate::kustomizations::{inherited, remote_bases};
use crate::objects::flux_object::{has_variable, namespace, spec, text};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::objects::told::at_its_text;
use crate::sources::bootstrapped::{here, made_by_a_bootstrap};
use crate::sources::built::{Built, Located, Surroundings};
use crate::sources::includes::{conflict, included};
use crate::sources::located::files_of;
use crate::sources::near::near;
use crate::sources::repositories::referred;
use crate::variables::substitute_from::variables;
use crate::variables::substituted::Filling;

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

/// `spec.path`, from the root of the source, which the controller does not leave.
pub(crate) fn directory(kustomization: &Manifest) -> Result<String, Box<Built>> {
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
