//! Answers of the API server that are the change's fault → findings with the line to edit.

use std::collections::BTreeMap;

use seatrial_api::{ApiError, Cluster, Conflict};
use seatrial_model::{Cause, Finding};
use seatrial_readiness::told_by_admission;

use crate::apply::recreate;
use crate::blame::field_path::{Field, find, name_span};
use crate::blame::place_of;
use crate::blame::policy::located;
use crate::ids;
use crate::plan::place::Placed;
use crate::work::Stop;

/// What was being done when the server refused.
pub(crate) struct Refusal<'p, 'm> {
    pub(crate) object: &'p Placed<'m>,
    pub(crate) error: ApiError,
    /// What admission said, as a cause.
    pub(crate) cause: Option<Cause>,
}

impl<'p, 'm> Refusal<'p, 'm> {
    /// A refusal as it was answered.
    pub(crate) fn new(object: &'p Placed<'m>, error: ApiError) -> Refusal<'p, 'm> {
        let cause = match &error {
            ApiError::Rejected { message, .. } => Some(told_by_admission(message)),
            _ => None,
        };
        Refusal { object, error, cause }
    }

    /// The same, with the field that the policy looks at which refuses.
    pub(crate) async fn located(self, cluster: &Cluster) -> Refusal<'p, 'm> {
        match self.cause {
            Some(cause) => Refusal { cause: Some(located(cluster, cause).await), ..self },
            None => self,
        }
    }
}

/// Turns refusals into findings, missing permissions once per verb and resource. The first error that is not the change's fault stops the work.
pub(crate) fn findings(refusals: Vec<Refusal<'_, '_>>) -> (Vec<Finding>, Option<Stop>) {
    let mut findings = Vec::new();
    let mut missing: BTreeMap<(String, String, Option<String>), Finding> = BTreeMap::new();
    let mut stop = None;
    for Refusal { object, error, cause } in refusals {
        match error {
            ApiError::FieldConflict(conflicts) => findings.push(field_conflict(object, &conflicts)),
            ApiError::Rejected { message, causes, .. } => {
                findings.push(rejected(object, &message, &causes, cause.as_ref()));
            }
            ApiError::UnknownKind { .. } => findings.push(rejected(object, &error.to_string(), &[], None)),
            ApiError::NotFound(what) => findings.push(not_found(object, &what)),
            ApiError::Forbidden { verb, resource, namespace, user, .. } => {
                let key = (verb.clone(), resource.clone(), namespace.clone());
                match missing.get_mut(&key) {
                    Some(known) => known.related.push(seatrial_model::Label {
                        span: name_span(&object.manifest.node),
                        text: "and this one".to_owned(),
                    }),
                    None => {
                        missing.insert(key, forbidden(object, &verb, &resource, namespace.as_deref(), user.as_deref()));
                    }
                }
            }
            other => stop = stop.or(Some(Stop::Api(other))),
        }
    }
    findings.extend(missing.into_values());
    (findings, stop)
}

fn place(object: &Placed<'_>, path: &str) -> Option<Field> {
    find(&object.manifest.node, path)
}

fn field_conflict(object: &Placed<'_>, conflicts: &[Conflict]) -> Finding {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for conflict in conflicts {
        owners.entry(&conflict.manager).or_default().push(conflict.field.trim_start_matches('.'));
    }
    let each = owners.iter().map(|(manager, fields)| {
        let fields: Vec<String> = fields.iter().map(|f| format!("`{f}`")).collect();
        let are = if fields.len() == 1 { "is" } else { "are" };
        format!("{} {are} owned by the field manager `{manager}`", fields.join(", "))
    });
    let message = format!("in {} {}", object.id, each.collect::<Vec<_>>().join(", and "));
    let mut places = conflicts.iter().filter_map(|c| place(object, &c.field));
    let finding = match places.next() {
        Some(field) => Finding::new(ids::FIELD_CONFLICT, field.span, message).with_field(field.pointer),
        None => Finding::new(ids::FIELD_CONFLICT, name_span(&object.manifest.node), message),
    };
    let finding = places.fold(finding, |finding, field| finding.with_related(field.span, "and this one"));
    let by_hand = owners.keys().any(|manager| manager.starts_with("kubectl") || *manager == "before-first-apply");
    let help = if by_hand {
        "take it over once, by hand: `kubectl apply --server-side --field-manager=seatrial --force-conflicts -f FILE`"
    } else {
        "agree on one owner: remove the field here, or let the other manager give it up"
    };
    finding.with_object(&object.id).with_help(help)
}

fn rejected(object: &Placed<'_>, message: &str, causes: &[(String, String)], told: Option<&Cause>) -> Finding {
    if let Some((field, words)) = immutable(message, causes) {
        return immutable_field(object, &field, &words);
    }
    let unknown = unknown_field(message).map(|field| (field.to_owned(), format!("unknown field `{field}`")));
    let causes: Vec<(String, String)> = if causes.is_empty() { unknown.into_iter().collect() } else { causes.to_vec() };
    let node = &object.manifest.node;
    let said = match causes.as_slice() {
        // `Deployment.apps "web" is invalid: …` repeats which object it is.
        [] => clip(message.split_once(" is invalid: ").map_or(message, |(_, why)| why)),
        [(field, words), ..] if words.contains(field.as_str()) || field.is_empty() => clip(words),
        [(field, words), ..] => format!("`{}`: {}", field.trim_start_matches('.'), clip(words)),
    };
    let text = format!("the API server refuses {}: {said}", object.id);
    let mut places = causes.iter().map(|(field, words)| (place(object, field), words));
    let first = places.next().and_then(|(field, _)| field).map(|field| (field.span, field.pointer));
    // Policies and webhooks name a field in their sentence, if at all.
    let finding = match first.or_else(|| place_of(object.manifest, told?)) {
        Some((span, field)) => Finding::new(ids::APPLY_REJECTED, span, text).with_field(field),
        None => Finding::new(ids::APPLY_REJECTED, name_span(node), text),
    };
    places.fold(finding.with_object(&object.id), |finding, (field, words)| match field {
        Some(field) => finding.with_related(field.span, clip(words)),
        None => finding.with_note(clip(words)),
    })
}

/// The field of an update that an API server never allows (apimachinery: `pkg/api/validation/objectmeta.go`, and the validation of each kind).
fn immutable(message: &str, causes: &[(String, String)]) -> Option<(String, String)> {
    let says_so = |words: &str| {
        let words = words.to_ascii_lowercase();
        words.contains("immutable")
            || words.contains("cannot change roleref")
            || (words.contains("updates to") && words.contains("forbidden"))
            || (words.contains("may not change") && !words.contains("metadata.resourceversion"))
    };
    let named = causes.iter().find(|(_, words)| says_so(words)).cloned();
    named.or_else(|| says_so(message).then(|| (String::new(), message.to_owned())))
}

/// Whether the server refuses an update since a field of the object is immutable; no other refusal is a reason to delete anything.
pub(crate) fn is_immutable(error: &ApiError) -> bool {
    matches!(error, ApiError::Rejected { code: 422, message, causes, .. } if immutable(message, causes).is_some())
}

/// An object that was to be recreated, and does not go.
pub(crate) fn not_cleared(object: &Placed<'_>, because: &str) -> Finding {
    let message = format!("{} was to be recreated, and {because}", object.id);
    Finding::new(ids::APPLY_REJECTED, name_span(&object.manifest.node), message).with_object(&object.id)
}

fn immutable_field(object: &Placed<'_>, field: &str, words: &str) -> Finding {
    let id = &object.id;
    let what = if field.is_empty() { "a field".to_owned() } else { format!("`{field}`") };
    let message = format!("{what} of {id} is immutable, and the object on the cluster has another value");
    let namespace = id.namespace.as_ref().map(|n| format!(" -n {n}")).unwrap_or_default();
    let help = match id.kind.as_str() {
        kind if recreate::NEVER.contains(&kind) => {
            "give the object another name, or leave the field as it is: deleting it would lose its data".to_owned()
        }
        kind => format!(
            "give the object another name, or delete it before the next run: `kubectl delete {} {}{namespace}`; \
             `deploy: {{ recreate: [{kind}] }}`, or the annotation `{}: \"true\"` on the object, does so where Seatrial applied it",
            kind.to_ascii_lowercase(),
            id.name,
            recreate::ANNOTATION
        ),
    };
    let found = place(object, field);
    let span = found.as_ref().map_or_else(|| name_span(&object.manifest.node), |f| f.span);
    let finding = Finding::new(ids::APPLY_REJECTED, span, message).with_object(id).with_help(help);
    // Some say which fields may change.
    let finding = if words.contains("other than") { finding.with_note(clip(words)) } else { finding };
    match found {
        Some(found) => finding.with_field(found.pointer),
        None => finding,
    }
}

/// `strict decoding error: unknown field "spec.replicaz"` → `spec.replicaz`.
fn unknown_field(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("unknown field \"")?;
    rest.split_once('"').map(|(field, _)| field)
}

fn not_found(object: &Placed<'_>, what: &str) -> Finding {
    let namespace_span = object.manifest.node.at(&["metadata", "namespace"]).map(seatrial_model::Node::span);
    let span = namespace_span.unwrap_or_else(|| name_span(&object.manifest.node));
    match &object.id.namespace {
        Some(namespace) if what.contains("namespaces") || what.contains(namespace.as_str()) => {
            missing_namespace(object, namespace)
        }
        _ => Finding::new(
            ids::APPLY_REJECTED,
            span,
            format!("the API server refuses {}: {} not found", object.id, clip(what)),
        )
        .with_object(&object.id),
    }
}

/// The namespace of an object is neither on the cluster nor among the objects.
pub(crate) fn missing_namespace(object: &Placed<'_>, namespace: &str) -> Finding {
    let node = &object.manifest.node;
    let span = node.at(&["metadata", "namespace"]).map_or_else(|| name_span(node), seatrial_model::Node::span);
    Finding::new(ids::APPLY_REJECTED, span, format!("the namespace `{namespace}` of {} does not exist", object.id))
        .with_object(&object.id)
        .with_field("/metadata/namespace")
        .with_help(format!("add a Namespace `{namespace}` to the manifests, or create it once on the cluster"))
}

fn forbidden(object: &Placed<'_>, verb: &str, resource: &str, namespace: Option<&str>, user: Option<&str>) -> Finding {
    let who = user.map(|user| format!("`{user}`")).unwrap_or_else(|| "the credentials".to_owned());
    let place = namespace.map_or_else(|| "in the whole cluster".to_owned(), |n| format!("in namespace `{n}`"));
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
    let needed = ["get", "list", "create", "patch"];
    let verbs = if needed.contains(&verb) { needed.join(", ") } else { verb.to_owned() };
    let help = format!(
        "bind a {kind} with the rule `{{ apiGroups: [\"{group}\"], resources: [{plural}], verbs: [{verbs}] }}` to {who}"
    );
    let message = format!("{who} may not {verb} `{resource}` {place}, which {} needs", object.id);
    Finding::new(ids::FORBIDDEN, name_span(&object.manifest.node), message).with_object(&object.id).with_help(help)
}

/// What the server said as one line, without a full stop, cut to what a report's line holds.
fn clip(text: &str) -> String {
    const LONGEST: usize = 400;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches(['.', ' ']);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Objects on the cluster that somebody else owns, once per owner.
pub(crate) fn owned_by_others(owned: &[(&Placed<'_>, String)]) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, Vec<&Placed<'_>>> = BTreeMap::new();
    for (object, owner) in owned {
        owners.entry(owner).or_default().push(object);
    }
    let one = |(owner, objects): (&str, Vec<&Placed<'_>>)| {
        let (first, more) = objects.split_first()?;
        let also = match more.len() {
            0 => " is".to_owned(),
            1 => " and 1 more object are".to_owned(),
            n => format!(" and {n} more objects are"),
        };
        let message = format!("{}{also} owned by {owner} on the cluster", first.id);
        let finding = Finding::new(ids::OWNED_BY_OTHER, name_span(&first.manifest.node), message)
            .with_object(&first.id)
            .with_help("deploy the pull request into a preview namespace: set `deploy.preview.namespace`");
        Some(more.iter().fold(finding, |f, o| f.with_related(name_span(&o.manifest.node), "also owned by it")))
    };
    owners.into_iter().filter_map(one).collect()
}
