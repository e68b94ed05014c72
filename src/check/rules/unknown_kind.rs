//! `unknown-kind`: objects whose kind has no schema here. A kind that no cluster of this minor can know is an error; one that a
//! custom resource definition may bring is a note, once per kind, and counted as not checked.

use seatrial_kubernetes::Minor;
use seatrial_kubernetes::flux::group_kinds;
use seatrial_model::{Finding, Level, Manifest, NotChecked, QuickMap, RuleId, group_of, ids};

use crate::served::{Served, kind_of, minors_that_serve, place};
use crate::{Checked, Context, Objects, Rule, fixes, not_checked, served_by_flux};

/// The rule.
pub(crate) struct UnknownKind;

impl Rule for UnknownKind {
    fn id(&self) -> RuleId {
        ids::UNKNOWN_KIND
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let (mut foreign, mut served) = (Vec::new(), QuickMap::default());
        for manifest in objects.readable().iter().copied() {
            if let Some(finding) = served_by_flux::refused(manifest, objects, context) {
                checked.findings.push(finding);
                continue;
            }
            match served.entry(kind_of(manifest)).or_insert_with(|| Served::of(manifest, context)) {
                Served::Known(_) => {}
                Served::Foreign => foreign.push(manifest),
                Served::Elsewhere(meant) => checked.findings.push(elsewhere(manifest, meant, context)),
                Served::NoSuchKind(meant) => checked.findings.push(no_such_kind(manifest, meant.clone(), context)),
            }
        }
        for (first, not_checked) in not_checked(foreign.into_iter(), "no schema") {
            let finding = unvalidated(first, &not_checked);
            let is_strict = context.options.strict_schemas;
            checked.findings.push(if is_strict { finding.with_level(Level::Error) } else { finding });
            checked.not_checked.push(not_checked);
        }
    }
}

fn elsewhere(manifest: &Manifest, api_version: &str, context: &Context<'_>) -> Finding {
    let minor = context.minor;
    let (written, object) = (manifest.api_version(), &manifest.id);
    let group = group_of(api_version);
    let server = match group_kinds(group) {
        [] => format!("Kubernetes {minor}"),
        _ => "Flux".to_owned(),
    };
    let message = if written.is_empty() {
        format!("{object} has no `apiVersion`; {server} serves it as `{api_version}`")
    } else {
        format!("`apiVersion: {written}` of {object} is not served by {server}; use `{api_version}`")
    };
    let finding = refused(manifest, "apiVersion", message, context);
    if finding.level == Level::Note {
        return finding;
    }
    fixes::with_version(finding, manifest, api_version, context)
}

fn no_such_kind(manifest: &Manifest, meant: Option<(String, String)>, context: &Context<'_>) -> Finding {
    let minor = context.minor;
    let written = manifest.api_version();
    let kind = &manifest.id.kind;
    let subject = if written.is_empty() {
        format!("{} has no `apiVersion`, and Kubernetes {minor} has no kind `{kind}`", manifest.id)
    } else {
        format!("Kubernetes {minor} has no kind `{kind}` in `{written}`")
    };
    let message = match meant {
        Some((kind, api_version)) if api_version == written => format!("{subject}; did you mean `{kind}`?"),
        Some((kind, api_version)) => format!("{subject}; did you mean `{kind}` in `{api_version}`?"),
        None => subject,
    };
    refused(manifest, "kind", message, context)
}

/// What the API server answers with "no matches for kind".
fn refused(manifest: &Manifest, field: &str, message: String, context: &Context<'_>) -> Finding {
    let finding = Finding::new(ids::UNKNOWN_KIND, place(manifest, field), message)
        .with_level(Level::Error)
        .with_object(&manifest.id)
        .with_field(format!("/{field}"));
    match minors_that_serve(manifest).as_slice() {
        [] => finding,
        [first, ..] if *first > context.minor => {
            let finding = finding.with_note(format!("Kubernetes {first} is the first that serves it"));
            // The cluster may be newer than what is assumed of it.
            if context.is_assumed { of_a_newer_one(finding, *first) } else { finding }
        }
        [.., last] => finding.with_note(format!("Kubernetes {last} is the last that serves it")),
    }
}

fn of_a_newer_one(finding: Finding, first: Minor) -> Finding {
    let help = format!("where the cluster is newer, say so: `kubernetes: \"{first}\"`, or `--kubernetes {first}`");
    finding.with_level(Level::Note).with_help(help)
}

fn unvalidated(first: &Manifest, not_checked: &NotChecked) -> Finding {
    let were = if not_checked.count == 1 { "object was" } else { "objects were" };
    let message =
        format!("no schema is known for `{}`, so {} {were} not validated", not_checked.kind, not_checked.count);
    Finding::new(ids::UNKNOWN_KIND, place(first, "kind"), message).with_object(&first.id).with_field("/kind")
}
