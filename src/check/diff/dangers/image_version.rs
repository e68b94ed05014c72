//! `image-version`: an image that goes back to an older version, or on to another major one.

mod tag;

use seatrial_model::{Finding, Level, RuleId, RuleInfo, Setting};

use super::image::{Folded, ImageChange, changes};
use super::{Danger, Transition};
use tag::{Step, step};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "image-version",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "an image goes back to an older version, or on to another major one",
    page: "An older version may not read what the newer one has written, and a database that was migrated does not go back. A new major version says that it breaks something: read its notes on the upgrade. Tags are compared where both are versions of the same form (`1.4.2` and `1.5.0`, `16-alpine` and `17-alpine`) and of the same repository; a year is not a major version.",
});

/// The danger.
pub(super) struct ImageVersion;

impl Danger for ImageVersion {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        let mut folded = Folded::default();
        for change in changes(transition) {
            if let Some(what) = said(&change) {
                let message = format!("{what} in {}", change.of());
                folded.add(what, change.finding(ID, message));
            }
        }
        folded.tell(findings);
    }
}

fn said(change: &ImageChange<'_>) -> Option<String> {
    let (before, after) = (change.before, change.after);
    if before.repository != after.repository {
        return None;
    }
    let (from, to, repository) = (before.tag?, after.tag?, after.repository);
    match step(from, to)? {
        Step::Back => Some(format!("`{repository}` goes back from `{from}` to `{to}`")),
        Step::Major => Some(format!("`{repository}` goes from `{from}` to `{to}`, another major version,")),
    }
}
