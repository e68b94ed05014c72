//! Remote bases that a Kustomization's directory includes and that are not here: the controller fetches them, and what they hold is not seen.

use seatrial_kustomize::REMOTE_BASE;
use seatrial_model::{Finding, Level, Manifest, Needed};

use crate::objects::ids;

/// Nothing is wrong with them: what is not fetched is needed.
pub(crate) fn are_needed(kustomization: &Manifest, findings: &mut [Finding], needed: &mut [Needed]) {
    are_not_fetched(findings);
    for finding in findings.iter_mut().filter(|finding| finding.rule == ids::NOT_FETCHED) {
        finding.object.get_or_insert_with(|| kustomization.id.clone());
    }
    needed.iter_mut().for_each(|needed| needed.asked_by = Some(kustomization.id.clone()));
}

/// The same where no Kustomization asks for them.
pub(crate) fn are_not_fetched(findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.rule == REMOTE_BASE) {
        finding.rule = ids::NOT_FETCHED;
        finding.level = Level::Note;
    }
}
