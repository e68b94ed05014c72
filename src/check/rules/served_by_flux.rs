//! Whether Flux serves the kind of an object in the version that is written, by the minor of Flux where it is known.

use seatrial_kubernetes::flux::{Life, Release, group_kinds, life};
use seatrial_kubernetes::{KindInfo, flux};
use seatrial_model::{Finding, Level, Manifest, Node, ObjectId, ids};
use seatrial_schema::nearest;

use crate::served::place;
use crate::served::{preferred, stability};
use crate::{Context, Objects, fixes};

/// The group of flux-operator, whose versions are not those of Flux.
const OPERATOR: &str = "fluxcd.controlplane.io";

/// Whether an object is of a group of Flux.
pub(crate) fn is_flux(id: &ObjectId) -> bool {
    !group_kinds(&id.group).is_empty()
}

/// What the API server answers with "no matches for kind": a kind or a version that Flux does not have, or not any more.
pub(crate) fn refused(manifest: &Manifest, objects: &Objects<'_>, context: &Context<'_>) -> Option<Finding> {
    let id = &manifest.id;
    let kinds = group_kinds(&id.group);
    if kinds.is_empty() {
        return None;
    }
    if flux::schema(None, &id.group, &manifest.version, &id.kind).is_none() {
        let of_kind = kinds.iter().any(|k| k.kind == id.kind);
        let finding = if of_kind { no_such_version(manifest, context) } else { no_such_kind(manifest, context) };
        return Some(finding).filter(|_| !is_defined_here(manifest, objects));
    }
    let (release, life) = (context.flux?, life(&id.group, &manifest.version, &id.kind)?);
    let is_served = life.since <= release && life.last.is_none_or(|last| release <= last);
    let is_refused = !is_served && release >= Release::OLDEST && !is_defined_here(manifest, objects);
    is_refused.then(|| not_served(manifest, (release, life), context))
}

/// A version that is served, but not for long: where it is deprecated, where the Flux is known; else where any Flux that is known lacks it.
pub(crate) fn deprecated(
    manifest: &Manifest,
    objects: &Objects<'_>,
    context: &Context<'_>,
) -> Option<(String, String)> {
    let id = &manifest.id;
    let life = life(&id.group, &manifest.version, &id.kind).filter(|_| is_flux(id))?;
    let removed = life.last.map(Release::next);
    match context.flux {
        None => {
            let note = removed.filter(|_| !is_defined_here(manifest, objects))?;
            Some((instead(manifest, None, "is deprecated"), format!("Flux {note} does not serve it any more")))
        }
        Some(release) => {
            let since = life.deprecated.filter(|since| *since <= release)?;
            let is_served = life.last.is_none_or(|last| release <= last);
            let note = removed.map_or("a later version removes it".to_owned(), |removed| {
                format!("Flux {removed} does not serve it any more")
            });
            is_served.then(|| (instead(manifest, Some(release), &format!("is deprecated since Flux {since}")), note))
        }
    }
}

/// `apiVersion: …` of an object, what is wrong with it, and what to write.
fn instead(manifest: &Manifest, release: Option<Release>, wrong: &str) -> String {
    let use_this = best(manifest, release).map(|api_version| format!("; use `{api_version}`")).unwrap_or_default();
    format!("`apiVersion: {}` of {} {wrong}{use_this}", manifest.api_version(), manifest.id)
}

/// The version that people should write for a kind.
pub(crate) fn best(manifest: &Manifest, release: Option<Release>) -> Option<String> {
    let id = &manifest.id;
    let is_served = |kind: &&KindInfo| {
        let life = life(&id.group, &kind.version, &id.kind);
        life.is_none_or(|life| match release {
            Some(release) => life.since <= release && life.last.is_none_or(|last| release <= last),
            None => life.last.is_none(),
        })
    };
    let versions = group_kinds(&id.group).iter().filter(|k| k.kind == id.kind).filter(is_served);
    preferred(versions).map(KindInfo::api_version)
}

fn not_served(manifest: &Manifest, (release, life): (Release, Life), context: &Context<'_>) -> Finding {
    let finding =
        error(manifest, "apiVersion", instead(manifest, Some(release), &format!("is not served by Flux {release}")));
    let finding = match life.last {
        Some(last) if last < release => finding.with_note(format!("Flux {last} is the last that serves it")),
        _ => finding.with_note(format!("Flux {} is the first that serves it", life.since)),
    };
    with_help(finding, manifest, context)
}

fn no_such_version(manifest: &Manifest, context: &Context<'_>) -> Finding {
    let id = &manifest.id;
    let versions: Vec<&KindInfo> = group_kinds(&id.group).iter().filter(|k| k.kind == id.kind).collect();
    let newest = versions.iter().map(|kind| stability(&kind.version)).max();
    // What comes after all that is known may come with a Flux that is not.
    let may_come = !is_covered(id, context) && newest.is_none_or(|newest| stability(&manifest.version) > newest);
    let listed: Vec<String> = versions.iter().map(|kind| format!("`{}`", kind.version)).collect();
    let finding = error(manifest, "apiVersion", instead(manifest, context.flux, "is not a version that Flux has"));
    let finding = finding.with_note(format!("{} has been there as {}", id.kind, listed.join(", ")));
    let finding = with_help(finding, manifest, context);
    if may_come { finding.with_level(Level::Warning) } else { finding }
}

fn no_such_kind(manifest: &Manifest, context: &Context<'_>) -> Finding {
    let id = &manifest.id;
    let meant = nearest(&id.kind, group_kinds(&id.group).iter().map(|k| &*k.kind)).or_else(|| {
        nearest(&id.kind, flux::kinds().iter().map(|k| &*k.kind))
            .or_else(|| flux::kinds().iter().map(|k| &*k.kind).find(|kind| *kind == id.kind))
    });
    let subject = format!("Flux has no kind `{}` in `{}`", id.kind, manifest.api_version());
    let Some(meant) = meant else {
        let finding = error(manifest, "kind", subject);
        return if is_covered(id, context) { finding } else { finding.with_level(Level::Warning) };
    };
    let here = group_kinds(&id.group).iter().filter(|k| k.kind == meant);
    let best = preferred(here).or_else(|| preferred(flux::kinds().iter().filter(|k| k.kind == meant)));
    let api_version = best.map(KindInfo::api_version).filter(|api_version| *api_version != manifest.api_version());
    let place = api_version.map(|api_version| format!(" in `{api_version}`")).unwrap_or_default();
    error(manifest, "kind", format!("{subject}; did you mean `{meant}`{place}?"))
}

/// Whether all that the Flux of the environment knows of a kind is known here. Which flux-operator there is, nobody says.
pub(crate) fn is_covered(id: &ObjectId, context: &Context<'_>) -> bool {
    id.group != OPERATOR && context.flux.is_some_and(|release| release <= Release::NEWEST)
}

fn with_help(finding: Finding, manifest: &Manifest, context: &Context<'_>) -> Finding {
    match best(manifest, context.flux) {
        Some(best) => fixes::with_version(finding, manifest, &best, context),
        None => finding,
    }
}

fn error(manifest: &Manifest, field: &str, message: String) -> Finding {
    Finding::new(ids::UNKNOWN_KIND, place(manifest, field), message)
        .with_level(Level::Error)
        .with_object(&manifest.id)
        .with_field(format!("/{field}"))
}

/// Whether the environment itself brings a definition that serves this version. A definition is called by the plural of its kind.
fn is_defined_here(manifest: &Manifest, objects: &Objects<'_>) -> bool {
    let id = &manifest.id;
    let known = group_kinds(&id.group).iter().find(|kind| kind.kind == id.kind).map(|kind| kind.plural.clone());
    let plural = known.unwrap_or_else(|| format!("{}s", id.kind.to_lowercase()));
    let name = format!("{plural}.{}", id.group);
    let definition = objects.find("apiextensions.k8s.io", "CustomResourceDefinition", None, &name);
    let versions = definition.and_then(|definition| definition.node.at(&["spec", "versions"]));
    versions.map(Node::items).unwrap_or_default().iter().any(|version| {
        version.get("name").and_then(Node::scalar_text) == Some(&*manifest.version)
            && version.get("served").and_then(Node::as_bool) == Some(true)
    })
}
