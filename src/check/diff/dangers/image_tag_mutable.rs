//! `image-tag-mutable`: an image that was fixed and now is whatever its tag happens to name.

use seatrial_model::{Finding, Level, RuleId, RuleInfo, Setting};

use super::image::{Folded, Image, changes};
use super::{Danger, Transition};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "image-tag-mutable",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "an image that was fixed has a tag that moves",
    page: "The same manifest means another image tomorrow: what was tested is not what runs after the next restart, two nodes may run two versions, and going back to this commit does not go back to its image. Name a version, or pin the image by its digest (`web:1.4@sha256:…`).",
});

/// Tags that are moved to the newest image.
const MOVING: [&str; 8] = ["latest", "main", "master", "dev", "develop", "edge", "nightly", "stable"];

/// The danger.
pub(super) struct ImageTagMutable;

impl Danger for ImageTagMutable {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        let mut folded = Folded::default();
        for change in changes(transition).filter(|change| is_fixed(change.before) && !is_fixed(change.after)) {
            let (before, after) = (change.before, change.after);
            let what = match after.tag {
                Some(tag) => format!("the tag `{tag}` of the image `{}` moves", after.text),
                None => format!("the image `{}` has no tag, which is `latest`", after.text),
            };
            let message = format!("{what}: {} had `{}`", change.of(), before.text);
            folded.add(what, change.finding(ID, message));
        }
        folded.tell(findings);
    }
}

fn is_fixed(image: Image<'_>) -> bool {
    image.has_digest || image.tag.is_some_and(|tag| !MOVING.contains(&tag))
}
