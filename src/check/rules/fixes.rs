//! What would mend a finding, where that has one right answer: an edit of the line that says it.

use seatrial_kubernetes::{Schema, flux, schema};
use seatrial_model::{Entry, FileId, Finding, Fix, Manifest, Node, Origin, SetBy, group_and_version};
use seatrial_schema::{Problem, Violation, edits, validate};

use crate::served::{place, stability};
use crate::{Context, provenance};

/// Edits between a name that is written and one that can only have been meant.
const SLIP: usize = 2;

/// Kinds that are the same in a version that is served as in the one that is not: group and version, kinds, and what is written instead.
const SAME_IN: &[(&str, &[&str], &str)] = &[
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], "autoscaling/v2"),
    ("batch/v1beta1", &["CronJob"], "batch/v1"),
    ("coordination.k8s.io/v1beta1", &["Lease"], "coordination.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", &["IngressClass"], "networking.k8s.io/v1"),
    ("node.k8s.io/v1beta1", &["RuntimeClass"], "node.k8s.io/v1"),
    ("policy/v1beta1", &["PodDisruptionBudget"], "policy/v1"),
    (
        "rbac.authorization.k8s.io/v1beta1",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        "rbac.authorization.k8s.io/v1",
    ),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"], "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", &["CSIDriver", "CSINode", "StorageClass"], "storage.k8s.io/v1"),
];

/// Kinds of Flux whose later versions took fields away and changed none.
const SAME_IN_FLUX: &[&str] = &[
    "Alert",
    "Bucket",
    "GitRepository",
    "HelmChart",
    "HelmRelease",
    "HelmRepository",
    "ImagePolicy",
    "ImageRepository",
    "Kustomization",
    "OCIRepository",
    "Provider",
    "Receiver",
];

/// Writes the key that was meant: the one name that is near, where it is not written in the same file already.
pub(crate) fn of_key(
    violation: &Violation,
    all: &[(Violation, Option<String>)],
    schema: &Schema,
    manifest: &Manifest,
    context: &Context<'_>,
) -> Option<Fix> {
    let (name, meant) = meant(violation)?;
    let (parent, _) = violation.pointer.rsplit_once('/')?;
    let mapping = provenance::value_at(manifest, parent)?;
    let is_here = |entry: &&Entry| entry.key.span.file == violation.span.file;
    let is_written = mapping.entries().iter().filter(is_here).any(|entry| entry.key.text == *meant);
    // A patch that sets it as well has the same slip.
    let is_patched = mapping.get(name).is_none_or(|value| is_composed(value, violation.span.file));
    if manifest.release.is_some() || is_written || is_patched {
        return None;
    }
    if !is_only_near(name, meant, &schema_at(schema, parent)?) {
        return None;
    }
    let is_rival = |other: &Violation| {
        let is_beside = other.pointer.rsplit_once('/').is_some_and(|(above, _)| above == parent);
        is_beside && self::meant(other).is_some_and(|(other, to)| to == meant && other != name)
    };
    if all.iter().any(|(other, _)| is_rival(other)) {
        return None;
    }
    Fix::of_word(context.sources, violation.span, name, meant)
}

/// The name that is unknown, and the one that was meant.
fn meant(violation: &Violation) -> Option<(&str, &str)> {
    match &violation.problem {
        Problem::UnknownField { name, suggestion: Some(meant) } => Some((name, meant)),
        _ => None,
    }
}

/// Whether a name is so near that no other one can have been meant.
fn is_only_near(name: &str, meant: &str, schema: &Schema) -> bool {
    let distance = edits(name, meant);
    let names = schema.property_names();
    let near = names.iter().filter(|other| edits(name, other) <= distance);
    distance <= SLIP && near.count() == 1
}

/// The schema of what a JSON pointer leads to.
fn schema_at(schema: &Schema, pointer: &str) -> Option<Schema> {
    pointer.split('/').skip(1).try_fold(schema.clone(), |schema, segment| {
        let name = segment.replace("~1", "/").replace("~0", "~");
        schema.items().or_else(|| schema.property(&name)).or_else(|| schema.additional())
    })
}

/// A finding about a version that is not served, with the way out.
pub(crate) fn with_version(finding: Finding, manifest: &Manifest, meant: &str, context: &Context<'_>) -> Finding {
    let fix = of_version(manifest, meant, context);
    let fields = if fix.is_some() { ": its fields are the same" } else { " and adapt the fields to it" };
    finding.with_help(format!("write `apiVersion: {meant}`{fields}")).with_fix(fix)
}

/// Writes the version that is served, where the object is the same in it, and where nobody else names the one that is written: a patch
/// finds its object by it.
pub(crate) fn of_version(manifest: &Manifest, meant: &str, context: &Context<'_>) -> Option<Fix> {
    let (written, kind) = (manifest.api_version(), manifest.id.kind.as_str());
    let is_flux = !flux::group_kinds(&manifest.id.group).is_empty();
    let is_same = match is_flux {
        // Which versions a Flux serves that is not known, nobody can say; and for one that it does not serve yet, Flux may be too old.
        true => context.flux.is_some() && SAME_IN_FLUX.contains(&kind) && is_later(meant, &manifest.version),
        false => SAME_IN.iter().any(|(old, kinds, new)| *old == written && kinds.contains(&kind) && *new == meant),
    };
    let file = place(manifest, "apiVersion").file;
    if !is_same || manifest.release.is_some() || selects_otherwise(manifest) || is_composed(&manifest.node, file) {
        return None;
    }
    let (group, version) = group_and_version(meant);
    let schema = match is_flux {
        true => flux::schema(context.flux, group, version, kind),
        false => schema(context.minor, group, version, kind),
    };
    // What the other version does not take is to be adapted by hand.
    if !validate(&schema?, &manifest.node).is_empty() {
        return None;
    }
    Fix::of_word(context.sources, place(manifest, "apiVersion"), &written, meant)
}

fn is_later(api_version: &str, version: &str) -> bool {
    stability(group_and_version(api_version).1) > stability(version)
}

/// Whether a selector that selects nothing selects everything in the other version.
fn selects_otherwise(manifest: &Manifest) -> bool {
    let selects = |name| {
        manifest
            .node
            .at(&["spec", "selector", name])
            .is_some_and(|terms| !terms.entries().is_empty() || !terms.items().is_empty())
    };
    manifest.id.kind == "PodDisruptionBudget" && !selects("matchLabels") && !selects("matchExpressions")
}

/// Whether a part of a value was written elsewhere than in this file, by something that found what it belongs to.
fn is_composed(node: &Node, file: FileId) -> bool {
    let is_foreign = match node.origin().over {
        Some(over) if over.by != SetBy::Patch || over.before.is_some() => !is_of_fields(&over.by, over.before.as_ref()),
        _ => node.span().file != file,
    };
    let values = node.entries().iter().map(|entry| &entry.value);
    is_foreign || values.chain(node.items()).any(|child| is_composed(child, file))
}

/// Whether fields of kustomizations alone set a value: they do not ask for a version.
fn is_of_fields(by: &SetBy, before: Option<&Origin>) -> bool {
    let is_field = matches!(by, SetBy::Field(_) | SetBy::CommandLine | SetBy::Variable(_));
    let earlier = before.and_then(|before| before.over.as_ref());
    is_field && earlier.is_none_or(|over| is_of_fields(&over.by, over.before.as_ref()))
}
