//! Whether a change is routine as a whole: each file of it must be one that raises a version.

use std::collections::HashSet;

use seatrial_model::ReportedDiff;

use crate::context::revision::Commit;
use crate::context::run_context::RunContext;
use crate::judge::Judged;

/// Whether every file that differs between the base and the head commit has a line that made a difference. A workflow, a script, or a manifest
/// that no environment renders is a change of something else; and so may be a working copy, which nobody has committed.
pub(super) fn is_explained(context: &RunContext<'_>, judged: &[Judged]) -> bool {
    let diffs = || judged.iter().filter_map(|judged| judged.report.diff.as_ref());
    if diffs().all(|diff| diff.routine.is_empty()) {
        return true;
    }
    let Some((base, head)) = commits(context) else { return false };
    let repository = context.workspace.repository.as_ref();
    let Some(Ok(files)) = repository.map(|repository| repository.changed_files(&base, &head)) else { return false };
    let explained: HashSet<&str> = diffs().flat_map(lines).collect();
    files.changed.iter().all(|file| explained.contains(file.as_str()))
}

/// The commits of both sides; none where the head is a working copy.
fn commits(context: &RunContext<'_>) -> Option<(String, String)> {
    let Commit::Known(base) = &context.compared.commit else { return None };
    Some((base.clone(), context.head_commit()?))
}

fn lines(diff: &ReportedDiff) -> impl Iterator<Item = &str> {
    let differences = diff.objects.iter().flat_map(|object| &object.differences);
    differences.filter_map(|difference| Some(difference.after.as_ref()?.line.as_ref()?.path.as_str()))
}
