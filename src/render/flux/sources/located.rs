//! A directory of a source: where it is found, or what is said instead.

use std::sync::Arc;

use seatrial_model::{Finding, Manifest, Needed, NeededKind, NodeState, ObjectId, Span};

use crate::objects::flux_object::{full_name, spec, text};
use crate::objects::found::Objects;
use crate::objects::ids;
use crate::sources::bootstrapped::of_the_bootstrap;
use crate::sources::built::{Built, Located, Surroundings};
use crate::sources::repositories::{Directory, Place, version_of};

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
        Place::Elsewhere(what) => match fetched_files(id, span, around) {
            Some(Ok(located)) => Ok(located),
            Some(Err(why)) => {
                Err(Box::new(not_fetched(asker, id, span, &format!("{what}: {why}"), consequence, around)))
            }
            None => Err(Box::new(not_fetched(asker, id, span, &what, consequence, around))),
        },
        Place::Nowhere if around.bootstrap.is_none() => Err(Box::new(of_the_bootstrap(id, span))),
        Place::Nowhere => Err(Box::new(Built::nothing(NodeState::Missing).with(no_source(id, span, around.objects)))),
    }
}

/// The files of an artifact that was fetched, or why it was not; `None` where nobody tried.
fn fetched_files(id: &ObjectId, span: Span, around: &Surroundings<'_>) -> Option<Result<Located, String>> {
    let source = around.objects.get(id).filter(|_| id.kind == "OCIRepository")?;
    let is_plain = |path: &[&str]| spec(source, path).is_none();
    if !is_plain(&["layerSelector"]) || !is_plain(&["ref", "semverFilter"]) {
        return Some(Err("`layerSelector` and `semverFilter` are not evaluated".to_owned()));
    }
    let own = &around.repositories.own;
    let url = text(source, &["url"])?;
    let artifact = match own.tree().fetched().get(NeededKind::Source, url, &version_of(source))? {
        Ok(artifact) => artifact,
        Err(not_fetched) => return Some(Err(not_fetched.why.clone())),
    };
    let repository = own.artifact(artifact, &full_name(id), span);
    Some(repository.map(|repository| {
        let directory = Directory { repository, path: String::new() };
        let (view, dir) = directory.archived(Some(source));
        Located { view, dir, artifact: None }
    }))
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
