//! `schema`: values that an API server with strict validation would refuse.

use seatrial_kubernetes::flux::Release;
use seatrial_model::{
    Finding, Level, Manifest, Node, ObjectId, QuickMap, QuickSet, RuleId, RuleInfo, ScalarKind, SetBy, Setting,
};
use seatrial_schema::{Problem, Violation, validate, validate_before_substitution};

use crate::served::{Served, kind_of};
use crate::{Checked, Context, Objects, Rule, fixes, provenance, served_by_flux};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "schema",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a value does not fit the Kubernetes schema",
    page: "The API server refuses unknown fields under strict validation, wrong types and missing required fields.",
});

/// The rule.
pub(crate) struct Schema;

/// Lists whose items the API server itself tells apart by key, whoever writes them. In other lists (`env`, `ports` of a
/// container) only server-side apply refuses an item that is there twice (structured-merge-diff: `duplicate entries for key`).
const TOLD_APART: &[&str] = &[
    "containers",
    "initContainers",
    "ephemeralContainers",
    "volumes",
    "volumeMounts",
    "volumeDevices",
    "topologySpreadConstraints",
    "resourceClaims",
    "webhooks",
];

/// Findings about one object; beyond it there is one cause that is not in the fields, and the rest is counted.
const MOST_TOLD: usize = 100;

impl Rule for Schema {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let mut schemas = QuickMap::default();
        for manifest in objects.readable() {
            let schema = schemas.entry(kind_of(manifest)).or_insert_with(|| match Served::of(manifest, context) {
                Served::Known(schema) => Some(schema),
                _ => None,
            });
            let Some(schema) = schema else { continue };
            let violations = match context.substitutes {
                true => validate_before_substitution(schema, &manifest.node),
                false => validate(schema, &manifest.node),
            };
            let violations = without_misplaced(violations);
            checked.slips.extend(violations.iter().filter(|(v, _)| is_slip(v)).map(|(v, _)| v.span));
            let (told, rest) = violations.split_at(violations.len().min(MOST_TOLD));
            checked.findings.extend(told.iter().map(|(v, place)| {
                let fix = fixes::of_key(v, &violations, schema, manifest, context);
                let finding = finding(v, manifest, context).with_fix(fix);
                match place {
                    Some(place) => finding.with_help(place.as_str()),
                    None => finding,
                }
            }));
            checked.findings.extend(rest.first().map(|(next, _)| and_more(next, rest.len(), manifest)));
        }
    }
}

/// A field that is unknown where it is and missing elsewhere in the object is one mistake: the unknown one stays, with where it belongs.
fn without_misplaced(violations: Vec<Violation>) -> Vec<(Violation, Option<String>)> {
    let unknown: QuickSet<String> = violations.iter().filter_map(unknown_name).map(str::to_owned).collect();
    let mut homes = QuickMap::default();
    let mut kept = Vec::with_capacity(violations.len());
    for violation in violations {
        match &violation.problem {
            Problem::MissingField { name } if unknown.contains(name) => {
                let home = format!("`{name}` belongs in `{}`: check the indentation", violation.path);
                if homes.insert(name.clone(), home).is_some() {
                    kept.push((violation, None));
                }
            }
            _ => kept.push((violation, None)),
        }
    }
    for (violation, place) in &mut kept {
        *place = unknown_name(violation).and_then(|name| homes.get(name).cloned());
    }
    kept
}

/// Whether it is a key that is nearly another one.
fn is_slip(violation: &Violation) -> bool {
    matches!(&violation.problem, Problem::UnknownField { suggestion: Some(_), .. })
}

fn unknown_name(violation: &Violation) -> Option<&str> {
    match &violation.problem {
        Problem::UnknownField { name, .. } => Some(name),
        _ => None,
    }
}

fn and_more(next: &Violation, count: usize, manifest: &Manifest) -> Finding {
    let values = if count == 1 { "value that does" } else { "values that do" };
    let message = format!("{} has {count} more {values} not fit the schema", manifest.id);
    Finding::new(ID, next.span, message).with_object(&manifest.id).with_field(&*next.pointer)
}

fn finding(violation: &Violation, manifest: &Manifest, context: &Context<'_>) -> Finding {
    let (object, path) = (&manifest.id, &violation.path);
    let value = provenance::value_at(manifest, &violation.pointer);
    let new = |message: String| {
        let finding = Finding::new(ID, violation.span, message);
        finding.with_object(object).with_field(&*violation.pointer)
    };
    match &violation.problem {
        Problem::UnknownField { suggestion, .. } => {
            let meant = suggestion.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            let finding = new(format!("{object} has no field `{path}`{meant}"));
            let finding = match value.filter(|value| is_patched(value)) {
                // The key stays where it was written first.
                Some(value) => finding.with_related(value.span(), "a patch sets it, too"),
                None => provenance::tell(finding, value, manifest),
            };
            match served_by_flux::is_flux(object) {
                true => unknown_to_flux(finding, object, suggestion.is_some(), context),
                false => {
                    let minor = context.minor;
                    finding.with_note(format!("Kubernetes {minor} rejects unknown fields when validation is strict"))
                }
            }
        }
        Problem::LaterField { since, .. } => later(new(format!("{object} has no field `{path}` yet")), *since, context),
        Problem::LaterValue { value, since } => {
            later(new(format!("`{path}` of {object} cannot be `{value}` yet")), *since, context)
        }
        Problem::WrongType { expected, found } => {
            let mut finding = new(format!("`{path}` of {object} must be {expected}, not {found}"));
            let way_out = value.and_then(|value| way_out(expected, value));
            finding.help = way_out.map(str::to_owned);
            if way_out == Some(UNQUOTE)
                && let Some(quotes) = value.and_then(|value| provenance::quotes_kept(value, context.sources))
            {
                finding.help = Some("remove the quotes from the value that is replaced".to_owned());
                return finding.with_related(quotes, "kustomize keeps these quotes");
            }
            provenance::tell(finding, value, manifest)
        }
        Problem::MissingField { name } => {
            let field = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let finding = new(format!("{object} lacks the required field `{field}`"));
            let finding = finding.with_field(format!("{}/{name}", violation.pointer));
            if context.patches && served_by_flux::is_flux(object) {
                return finding
                    .with_level(Level::Note)
                    .with_note("the Kustomization that reconciles it may add it by a patch");
            }
            finding
        }
        Problem::DuplicateItem { keys, first } => {
            let list = path.rsplit_once('[').map_or(&**path, |(list, _)| list);
            let finding = new(format!("`{list}` of {object} has two items with `{keys}`"));
            let finding = finding.with_related(*first, "the first one");
            if is_told_apart(list, keys) {
                return finding;
            }
            finding.with_note("server-side apply, with which Flux and Seatrial deploy, refuses such a list")
        }
        Problem::Invalid(predicate) => {
            let mut finding = new(format!("`{path}` of {object} {predicate}"));
            if object.kind == "Secret" && path.starts_with("data") {
                finding.help = Some("put plain text under `stringData`".to_owned());
            }
            provenance::tell(finding, value, manifest)
        }
    }
}

/// A field that is not among those of the newest Flux that is known. A newer one may have it, unless it is evident what was meant.
fn unknown_to_flux(finding: Finding, object: &ObjectId, is_slip: bool, context: &Context<'_>) -> Finding {
    let finding = finding.with_note("server-side apply, with which Flux and Seatrial deploy, refuses unknown fields");
    if is_slip || served_by_flux::is_covered(object, context) {
        return finding;
    }
    finding
        .with_level(Level::Warning)
        .with_note("a version that is newer than those whose schemas are known may have it")
}

/// What the Flux of the environment does not have yet. It is known there, or nothing would be said.
fn later(finding: Finding, since: Release, context: &Context<'_>) -> Finding {
    let here = context.flux.map(|release| format!(", and the environment has {release}")).unwrap_or_default();
    finding.with_note(format!("Flux {since} is the first that has it{here}"))
}

/// Whether a patch set a value over another one.
fn is_patched(value: &Node) -> bool {
    value.origin().over.is_some_and(|over| over.by == SetBy::Patch && over.before.is_some())
}

/// What to do about a text that is a number or a boolean.
const UNQUOTE: &str = "remove the quotes";

/// What to do about a number or a boolean that Flux fills in.
const QUOTE_INSIDE: &str =
    "put quotes into the value, as in `'\"8080\"'`: those around a text are lost when Flux fills it in";

/// What to do about a scalar of the wrong type.
fn way_out(expected: &str, value: &Node) -> Option<&'static str> {
    let text = value.scalar_text()?;
    let is_filled_in = value.origin().over.is_some_and(|over| matches!(over.by, SetBy::Variable(_)));
    match (expected, value.kind()) {
        ("a string", ScalarKind::Bool | ScalarKind::Integer | ScalarKind::Float) if is_filled_in => Some(QUOTE_INSIDE),
        ("a string", ScalarKind::Bool | ScalarKind::Integer | ScalarKind::Float) => Some("put the value in quotes"),
        ("an integer", ScalarKind::String) if text.parse::<i64>().is_ok() => Some(UNQUOTE),
        ("a number", ScalarKind::String) if text.parse::<f64>().is_ok() => Some(UNQUOTE),
        ("a boolean", ScalarKind::String) if matches!(text, "true" | "false") => Some(UNQUOTE),
        ("a boolean", ScalarKind::String) if matches!(text, "yes" | "no" | "on" | "off") => {
            Some("write `true` or `false`")
        }
        _ => None,
    }
}

/// Ports of a Service are told apart, ports of a container are not.
fn is_told_apart(list: &str, keys: &str) -> bool {
    let name = list.rsplit_once('.').map_or(list, |(_, name)| name);
    TOLD_APART.contains(&name) || (name == "ports" && keys.starts_with("port:"))
}
