//! What is to be applied: manifests, with scopes asked from the cluster, → placed objects.

mod normalise;
pub(crate) mod order;
pub(crate) mod ownership;
pub(crate) mod place;
mod reference;
pub(crate) mod seed;

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use seatrial_api::{ApiError, Cluster};
use seatrial_kubernetes::Scope;
use seatrial_model::{Finding, Manifest, Node, Skipped};

use crate::blame::field_path::name_span;
use crate::ids;
use crate::plan::place::{Destination, Placement};
use crate::work::{Stop, Work};
use crate::{DeployOptions, Unserved};

/// Requests under way at once.
pub(crate) const AT_ONCE: usize = 8;

/// A plan: what to apply, and the namespace that stands for the target (its Lease and inventory lie there).
pub(crate) struct Plan<'a> {
    pub(crate) placement: Placement<'a>,
    pub(crate) target: String,
}

/// Makes the plan. Kinds that the cluster does not serve and no CRD of the set defines are findings, or left out.
pub(crate) async fn make<'a>(
    work: &Work<'_>,
    manifests: &'a [Manifest],
    options: &DeployOptions,
) -> Result<Plan<'a>, Stop> {
    work.enter("asking the cluster for its kinds");
    // The definitions of a set are cluster-scoped, and no part of its preview.
    let is_alone = options.unserved == Unserved::Skipped && options.preview.is_some();
    let definitions: &[Manifest] = if is_alone { &[] } else { manifests };
    let scopes = work.until(scopes(work.cluster, manifests, definitions)).await??;
    let default = work.cluster.default_namespace();
    let known: Vec<(&Manifest, Scope)> =
        manifests.iter().filter_map(|m| Some((m, scopes.get(&kind_of(m)).copied().flatten()?))).collect();
    let (to, target) = match &options.preview {
        Some(preview) => (Destination::Preview(&preview.namespace, default), preview.namespace.clone()),
        None => (Destination::Own(default), place::main_namespace(&known, default).to_owned()),
    };
    let mut placement = place::place(&known, to);
    let unknown = manifests.iter().filter(|m| !matches!(scopes.get(&kind_of(m)), Some(Some(_))));
    match options.unserved {
        Unserved::Refused => placement.findings.extend(unknown.map(|m| not_served(m, options))),
        Unserved::Skipped => placement.skipped.extend(unknown.map(|m| Skipped {
            object: m.id.clone(),
            because: format!("the simulated cluster does not serve `{}`", m.api_version()),
        })),
    }
    Ok(Plan { placement, target })
}

fn kind_of(manifest: &Manifest) -> (String, String) {
    (manifest.api_version(), manifest.id.kind.clone())
}

type Scopes = BTreeMap<(String, String), Option<Scope>>;

async fn scopes(cluster: &Cluster, manifests: &[Manifest], definitions: &[Manifest]) -> Result<Scopes, ApiError> {
    let mut wanted: Vec<(String, String)> = manifests.iter().map(kind_of).collect();
    wanted.sort();
    wanted.dedup();
    let ask = |(api_version, kind): (String, String)| async move {
        let scope = cluster.scope(&api_version, &kind).await;
        ((api_version, kind), scope)
    };
    let answers: Vec<_> = stream::iter(wanted).map(ask).buffered(AT_ONCE).collect().await;
    let mut scopes = Scopes::new();
    for (kind, answer) in answers {
        let scope = match answer {
            Ok(scope) => Some(scope),
            Err(ApiError::UnknownKind { .. }) => defined_here(definitions, &kind),
            Err(error) => return Err(error),
        };
        scopes.insert(kind, scope);
    }
    Ok(scopes)
}

/// The scope that a CRD of the same set gives a kind.
fn defined_here(manifests: &[Manifest], (api_version, kind): &(String, String)) -> Option<Scope> {
    let (group, _) = api_version.split_once('/')?;
    let crds = manifests.iter().filter(|m| m.id.kind == "CustomResourceDefinition").map(|m| &m.node);
    let defines = |crd: &&Node| {
        let text = |path: &[&str]| crd.at(path).and_then(Node::as_str);
        text(&["spec", "group"]) == Some(group) && text(&["spec", "names", "kind"]) == Some(kind)
    };
    let scope = crds.into_iter().find(defines)?.at(&["spec", "scope"])?.as_str()?;
    Some(if scope == "Cluster" { Scope::Cluster } else { Scope::Namespaced })
}

fn not_served(manifest: &Manifest, options: &DeployOptions) -> Finding {
    let span = manifest.node.get("apiVersion").map_or_else(|| name_span(&manifest.node), Node::span);
    let kind = format!("{} {}", manifest.api_version(), manifest.id.kind);
    let help = match options.preview {
        Some(_) => {
            "install its CustomResourceDefinition on the cluster first: a preview namespace cannot bring its own"
        }
        None => "install its CustomResourceDefinition on the cluster first, or add it to these manifests",
    };
    Finding::new(ids::APPLY_REJECTED, span, format!("the cluster does not serve `{kind}`"))
        .with_object(&manifest.id)
        .with_field("/apiVersion")
        .with_help(help)
}
