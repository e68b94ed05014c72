//! `transformers`, `generators` and `validators`: the configurations of kustomize's built-in plugins, applied (kustomize:
//! `internal/plugins/loader`).
//!
//! Whatever is not built in would be a program, and nothing of a repository is executed: it is a finding. Not here: where the
//! configurations come from (`configuration`).

use seatrial_model::{Finding, Node, nearest_of_few};

use crate::build_metadata::step::Step;
use crate::charts::asked;
use crate::charts::context;
use crate::charts::inflate;
use crate::fields::spec::FieldSpec;
use crate::fields::spec::specs_of;
use crate::findings::ids;
use crate::finish::result::append_hash;
use crate::gather::accumulator::Accumulator;
use crate::generate::generated::Generated;
use crate::generate::generators::{Context, run};
use crate::generate::iam_policy;
use crate::kustomization::loosened::fit;
use crate::kustomization::plugins as shapes;
use crate::load::files::Files;
use crate::objects::resource::{NameHash, Resource};
use crate::patch::patches;
use crate::replace::replacements;
use crate::transform::images;
use crate::transform::labels;
use crate::transform::names::{Affix, set_affix};
use crate::transform::namespace::{Mode, Replace, Subjects, set_namespace};
use crate::transform::replicas;
use crate::transform::value_add;

const TRANSFORMERS: [&str; 14] = [
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "SuffixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "ValueAddTransformer",
];
const GENERATORS: [&str; 4] =
    ["ConfigMapGenerator", "IAMPolicyGenerator", "SecretGenerator", "HelmChartInflationGenerator"];

/// Runs a generator and takes its objects in.
pub(crate) fn generate(
    plugin: &Resource,
    dir: &str,
    files: &Files<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let Some(kind) = built_in(plugin, &GENERATORS, "generators", findings) else { return };
    let (config, step) = (plugin.node(), Step::of_plugin(plugin));
    let mut from = |what, members| {
        let generator = named_by_metadata(config, fit(config, members, findings), findings);
        run(what, &generator, &Context { dir, files, options: None, step: step.clone() }, resources, findings);
    };
    match kind {
        "ConfigMapGenerator" => from(Generated::ConfigMap, shapes::CONFIG_MAP_GENERATOR),
        "SecretGenerator" => from(Generated::Secret, shapes::SECRET_GENERATOR),
        "IAMPolicyGenerator" => {
            iam_policy::generate(&fit(config, shapes::IAM_POLICY, findings), step.as_ref(), resources, findings);
        }
        _ => {
            let asked = asked::of_plugin(plugin, findings);
            inflate::inflate(&asked, context::Context { dir, files, step: step.as_ref() }, resources, findings);
        }
    }
}

/// Runs a transformer or a validator.
pub(crate) fn transform(
    plugin: &Resource,
    dir: &str,
    files: &mut Files<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) {
    let Some(kind) = built_in(plugin, &TRANSFORMERS, "transformers", findings) else { return };
    let config = plugin.node();
    match kind {
        "AnnotationsTransformer" => {
            set_pairs("annotations", &fit(config, shapes::ANNOTATIONS, findings), resources, findings);
        }
        "LabelTransformer" => set_pairs("labels", &fit(config, shapes::LABELS, findings), resources, findings),
        "NamespaceTransformer" => namespace(&fit(config, shapes::NAMESPACE, findings), resources, findings),
        "PrefixTransformer" => affixes(&[Affix::Prefix], &fit(config, shapes::PREFIX, findings), resources, findings),
        "SuffixTransformer" => affixes(&[Affix::Suffix], &fit(config, shapes::SUFFIX, findings), resources, findings),
        "PrefixSuffixTransformer" => {
            let config = fit(config, shapes::PREFIX_AND_SUFFIX, findings);
            affixes(&[Affix::Prefix, Affix::Suffix], &config, resources, findings);
        }
        "PatchTransformer" => {
            let entry = fit(config, shapes::PATCH_TRANSFORMER, findings);
            patches::apply_patch(&entry, dir, resources, files, findings);
        }
        "PatchJson6902Transformer" => {
            json_patch(fit(config, shapes::JSON_PATCH, findings), dir, resources, files, findings);
        }
        "PatchStrategicMergeTransformer" => {
            strategic_merges(&fit(config, shapes::STRATEGIC_MERGE, findings), dir, resources, files, findings);
        }
        "ImageTagTransformer" => {
            let config = fit(config, shapes::IMAGE_TAG, findings);
            let image = config.get("imageTag").cloned().unwrap_or_else(|| Node::mapping(Vec::new(), config.span()));
            images::set_images(resources, &[image], &field_specs(&config), findings);
        }
        "ReplicaCountTransformer" => {
            let config = fit(config, shapes::REPLICA_COUNT, findings);
            let replica = config.get("replica").cloned().unwrap_or_else(|| Node::mapping(Vec::new(), config.span()));
            replicas::set_replicas(resources, &replica, &field_specs(&config), findings);
        }
        "HashTransformer" => {
            resources.resources_mut().iter_mut().filter(|r| r.hash == NameHash::On).for_each(append_hash);
        }
        "ValueAddTransformer" => {
            value_add::add_values(&fit(config, shapes::VALUE_ADD, findings), dir, files, resources, findings);
        }
        _ => {
            let config = fit(config, shapes::REPLACEMENTS, findings);
            let entries = config.get("replacements").map(Node::items).unwrap_or_default();
            replacements::replace(entries, dir, resources, files, findings);
        }
    }
}

/// The kind of a built-in plugin; anything else is a finding.
fn built_in<'a>(
    plugin: &'a Resource,
    known: &[&str],
    field: &'static str,
    findings: &mut Vec<Finding>,
) -> Option<&'a str> {
    let (gvk, node) = (&plugin.id().gvk, plugin.node());
    let place = |key: &str| node.get(key).map_or(plugin.span, Node::span);
    if !(gvk.group.is_empty() && &*gvk.version == "builtin") {
        let function = plugin.annotation("config.kubernetes.io/function").is_some();
        let what = if function { "a KRM function" } else { "a plugin that is not built into kustomize" };
        let message = format!("`{}` is {what}: programs from a repository are never executed", gvk.kind);
        let finding = Finding::new(ids::KUSTOMIZE, place("apiVersion"), message).with_field(field);
        findings.push(finding.with_help("kustomize's own plugins have `apiVersion: builtin`"));
        return None;
    }
    if known.contains(&&*gvk.kind) {
        return Some(&*gvk.kind);
    }
    let other = if field == "generators" { &TRANSFORMERS[..] } else { &GENERATORS[..] };
    let message = if other.contains(&&*gvk.kind) {
        format!("`{}` does not belong under `{field}`", gvk.kind)
    } else {
        format!("kustomize has no built-in plugin `{}`", gvk.kind)
    };
    let finding = Finding::new(ids::KUSTOMIZE, place("kind"), message).with_field(field);
    findings.push(match nearest_of_few(&gvk.kind, known.iter().copied()) {
        Some(near) => finding.with_help(format!("did you mean `{near}`?")),
        None => finding,
    });
    None
}

/// A generator's name and namespace, which may stand in its metadata instead.
fn named_by_metadata(config: &Node, mut generator: Node, findings: &mut Vec<Finding>) -> Node {
    // Only a kustomization knows a single `env`.
    generator.remove("env");
    let Some(metadata) = config.get("metadata") else { return generator };
    let metadata = fit(metadata, shapes::METADATA, findings);
    for key in ["name", "namespace"] {
        let is_set = generator.get(key).is_some_and(|n| n.as_str().is_some_and(|t| !t.is_empty()));
        if let Some(value) = metadata.get(key).filter(|_| !is_set) {
            generator.set(key, value.clone());
        }
    }
    generator
}

fn field_specs(config: &Node) -> Vec<FieldSpec> {
    config.get("fieldSpecs").map(specs_of).unwrap_or_default()
}

fn set_pairs(key: &'static str, config: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    if let Some(pairs) = config.get(key) {
        labels::set_pairs(resources, key, pairs, &field_specs(config), findings);
    }
}

fn affixes(affixes: &[Affix], config: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    if config.get("fieldSpecs").is_none() {
        let message = "a prefix or suffix transformer must have `fieldSpecs`, as in `- path: metadata/name`";
        findings.push(Finding::new(ids::KUSTOMIZE, config.span(), message));
        return;
    }
    let specs = field_specs(config);
    for affix in affixes {
        let key = match affix {
            Affix::Prefix => "prefix",
            Affix::Suffix => "suffix",
        };
        if let Some(value) = config.get(key) {
            set_affix(resources, *affix, value, &specs, findings);
        }
    }
}

fn namespace(config: &Node, resources: &mut Accumulator, findings: &mut Vec<Finding>) {
    let subjects = config.get("setRoleBindingSubjects").map(|n| (n, n.as_str().unwrap_or_default()));
    let subjects = match subjects {
        None | Some((_, "" | "defaultOnly")) => Subjects::DefaultOnly,
        Some((_, "allServiceAccounts")) => Subjects::AllServiceAccounts,
        Some((_, "none")) => Subjects::None,
        Some((node, other)) => {
            let message = format!(
                "`setRoleBindingSubjects` must be `defaultOnly`, `allServiceAccounts` or `none`, not `{other}`"
            );
            findings.push(Finding::new(ids::KUSTOMIZE, node.span(), message));
            return;
        }
    };
    let unset = config.get("unsetOnly").and_then(Node::as_bool) == Some(true);
    let mode = Mode { subjects, replace: if unset { Replace::Unset } else { Replace::All } };
    if let Some(value) = config.at(&["metadata", "namespace"]) {
        set_namespace(resources, value, mode, &field_specs(config), findings);
    }
}

fn json_patch(
    mut entry: Node,
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) {
    if let Some(operations) = entry.remove("jsonOp") {
        entry.set("patch", operations.value);
    }
    patches::apply_json_patch(&entry, dir, resources, files, findings);
}

fn strategic_merges(
    config: &Node,
    dir: &str,
    resources: &mut Accumulator,
    files: &mut Files<'_>,
    findings: &mut Vec<Finding>,
) {
    let paths = config.get("paths").map(Node::items).unwrap_or_default();
    let text = config.get("patches").filter(|p| p.as_str().is_some_and(|t| !t.is_empty()));
    if paths.is_empty() && text.is_none() {
        let message = "a PatchStrategicMergeTransformer must have `paths` or `patches`";
        findings.push(Finding::new(ids::KUSTOMIZE, config.span(), message));
        return;
    }
    patches::apply_strategic_merges(paths, dir, resources, files, findings);
    patches::apply_strategic_merges(text.map_or(&[], std::slice::from_ref), dir, resources, files, findings);
}
