//! The source that `flux bootstrap` and flux-operator make and that Git does not have.

use seatrial_model::{Finding, Level, NodeState, ObjectId, Span};
use seatrial_tree::EntryKind;

use crate::objects::flux_object::full_name;
use crate::objects::ids;
use crate::sources::built::{Built, Located, Surroundings};

/// Whether a source is the one that they make, while the root is read from another one.
pub(crate) fn made_by_a_bootstrap(id: &ObjectId, around: &Surroundings<'_>) -> bool {
    let is_named_so = id.name == "flux-system" && id.namespace.as_deref() == Some("flux-system");
    let is_another = around.bootstrap.is_some_and(|bootstrap| bootstrap.source != *id);
    id.kind == "GitRepository" && is_named_so && is_another && !around.repositories.is_mapped(id)
}

/// A directory of it: it is this repository where that has the directory.
pub(crate) fn here(id: &ObjectId, dir: String, span: Span, around: &Surroundings<'_>) -> Result<Located, Box<Built>> {
    let own = &around.repositories.own;
    match own.tree().kind(&dir) {
        Ok(EntryKind::Directory) => Ok(Located { view: own.archived("", None), dir, artifact: None }),
        _ => Err(Box::new(of_the_bootstrap(id, span))),
    }
}

/// That a source is perhaps made by a bootstrap that is not in Git.
pub(crate) fn of_the_bootstrap(id: &ObjectId, span: Span) -> Built {
    let message = format!("there is no {} `{}` in Git", id.kind, full_name(id));
    let finding = Finding::new(ids::MISSING_SOURCE, span, message).with_level(Level::Note);
    let help = format!("where the bootstrap makes it, name it under `repositories`: `{{ {}: PATH }}`", id.name);
    let why = format!("{} {} is not in Git", id.kind, full_name(id));
    Built::nothing(NodeState::NotFetched(why)).with(finding.with_help(help))
}
