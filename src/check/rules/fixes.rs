//! What would mend a finding, where that has one right answer: an edit of the line that says it.

use seatrial_kubernetes::{Schema, flux, schema};
use seatrial_model::{Entry, FileId, Finding, Fix, Manifest, Node, Origin, SetBy, Span, group_and_version};
use seatrial_schema::{Problem, Violation, edits, validate};

use crate::served::stability;
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
    let is_patched = mapping.get(name).is_none_or(|value| is_composed(value, &[violation.span.file]));
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

/// Writes the version that is served, where the object is the same in it: in its file, and in the patches that find it by the version. Where
/// something else brings a part of it, which may ask for the version as well, it stays.
pub(crate) fn of_version(manifest: &Manifest, meant: &str, context: &Context<'_>) -> Option<Fix> {
    let (written, kind) = (manifest.api_version(), manifest.id.kind.as_str());
    let is_flux = !flux::group_kinds(&manifest.id.group).is_empty();
    let is_same = match is_flux {
        // Which versions a Flux serves that is not known, nobody can say; and for one that it does not serve yet, Flux may be too old.
        true => context.flux.is_some() && SAME_IN_FLUX.contains(&kind) && is_later(meant, &manifest.version),
        false => SAME_IN.iter().any(|(old, kinds, new)| *old == written && kinds.contains(&kind) && *new == meant),
    };
    if !is_same || manifest.release.is_some() || selects_otherwise(manifest) {
        return None;
    }
    // A patch that finds its object by the version names it, too.
    let places: Vec<(Span, Option<SetBy>)> = manifest.node.get("apiVersion").into_iter().flat_map(links).collect();
    let files: Vec<FileId> = places.iter().map(|(span, _)| span.file).collect();
    let is_other = |(_, by): &(Span, Option<SetBy>)| by.as_ref().is_some_and(|by| *by != SetBy::Patch);
    if places.iter().any(is_other) || is_composed(&manifest.node, &files) {
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
    let each = places.iter().map(|(span, _)| Fix::of_word(context.sources, *span, &written, meant));
    each.collect::<Option<Vec<Fix>>>()?
        .into_iter()
        .reduce(|fix, other| Fix { edits: [fix.edits, other.edits].concat(), ..fix })
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

/// Whether a part of a value was written elsewhere than in these files, by something that found what it belongs to. What fields of kustomizations,
/// the command line and variables set asks for nothing.
fn is_composed(node: &Node, files: &[FileId]) -> bool {
    let is_foreign = |(span, by): (Span, Option<SetBy>)| match by {
        None | Some(SetBy::Patch) => !files.contains(&span.file),
        Some(by) => !matches!(by, SetBy::Field(_) | SetBy::CommandLine | SetBy::Variable(_)),
    };
    let values = node.entries().iter().map(|entry| &entry.value);
    links(node).any(is_foreign) || values.chain(node.items()).any(|child| is_composed(child, files))
}

/// Where a value was set, the last place first, and by whom.
fn links(node: &Node) -> impl Iterator<Item = (Span, Option<SetBy>)> {
    let before = |origin: &Origin| origin.over.as_ref().and_then(|over| over.before.clone());
    let chain = std::iter::successors(Some(node.origin()), before);
    chain.map(|origin| (origin.span, origin.over.map(|over| over.by.clone())))
}
