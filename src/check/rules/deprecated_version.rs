//! `deprecated-version`: objects of Flux in a version that a coming Flux does not serve any more.

use seatrial_model::{Finding, Level, RuleId, RuleInfo, Setting};

use crate::served::place;
use crate::{Checked, Context, Objects, Rule, fixes, served_by_flux};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "deprecated-version",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "a version of a kind is deprecated",
    page: "Once Flux is upgraded to a version that does not serve it any more, the object cannot be applied, and no other object that is applied with it. `flux migrate` rewrites the files. Which Flux an environment has is said by `flux.version` or `flux.extension` of the configuration, or by what installs it.",
});

/// The rule.
pub(crate) struct DeprecatedVersion;

impl Rule for DeprecatedVersion {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        for manifest in objects.readable().iter().copied() {
            let Some((message, note)) = served_by_flux::deprecated(manifest, objects, context) else { continue };
            let meant = served_by_flux::best(manifest, context.flux);
            let fix = meant.and_then(|meant| fixes::of_version(manifest, &meant, context));
            let finding = Finding::new(ID, place(manifest, "apiVersion"), message).with_fix(fix);
            checked.findings.push(finding.with_object(&manifest.id).with_field("/apiVersion").with_note(note));
        }
    }
}
