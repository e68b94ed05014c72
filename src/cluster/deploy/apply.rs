//! Looking at what lives, dry-running a whole stage, applying what has drifted.

use futures::{StreamExt, stream};
use seatrial_api::ApiError;
use seatrial_model::{Action, Change, Level};
use seatrial_readiness::told_by_admission;
use serde_json::Value;

use crate::drift::has_drifted;
use crate::finding::{Refusal, findings, is_immutable, not_cleared, owned_by_others};
use crate::ownership::foreign_owner;
use crate::place::Placed;
use crate::plan::AT_ONCE;
use crate::policy::located;
use crate::warning::{self, Novelty};
use crate::work::{Stop, Work};
use crate::{Deployed, Progress, recreate};

/// Whether the next step may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// All is well so far.
    GoOn,
    /// The change is at fault: findings say for what.
    Halt,
}

/// An object and what lives of it.
pub(crate) struct Known<'p, 'm> {
    pub(crate) placed: &'p Placed<'m>,
    /// As it was before anything was applied; `None` where nothing was.
    pub(crate) live: Option<Value>,
    /// Whether it was not there before this run.
    pub(crate) is_new: bool,
    /// Whether it may be deleted and applied again.
    pub(crate) may_go: bool,
}

/// An object that was applied, or needed not be.
pub(crate) struct Applied<'p, 'm> {
    pub(crate) placed: &'p Placed<'m>,
    /// As the server has it.
    pub(crate) live: Value,
    /// What was done to it.
    pub(crate) action: Action,
}

/// What is to be done with an object.
pub(crate) enum Wanted {
    /// It is applied, and becomes this.
    Applied(Value),
    /// It is deleted and applied again.
    Recreated,
}

/// Looks at every object on the cluster. What somebody else owns is refused before anything is touched.
pub(crate) async fn look<'p, 'm>(
    work: &Work<'_>,
    objects: &'p [Placed<'m>],
    done: &mut Deployed,
) -> Result<Option<Vec<Known<'p, 'm>>>, Stop> {
    work.enter("reading what is on the cluster");
    let ask = |placed: &'p Placed<'m>| async move {
        let api_version = placed.api_version();
        (placed, work.cluster.get(&api_version, &placed.id).await)
    };
    let answers: Vec<_> = work.until(stream::iter(objects).map(ask).buffered(AT_ONCE).collect()).await?;
    let (mut known, mut refusals) = (Vec::new(), Vec::new());
    for (placed, answer) in answers {
        match answer {
            Ok(live) => known.push(Known { placed, is_new: live.is_none(), live, may_go: false }),
            // Its definition is among the objects and comes first.
            Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => {
                known.push(Known { placed, live: None, is_new: true, may_go: false });
            }
            Err(error) => refusals.push(Refusal::new(placed, error)),
        }
    }
    let owned: Vec<(&Placed<'_>, String)> =
        known.iter().filter_map(|k| Some((k.placed, foreign_owner(k.live.as_ref()?)?))).collect();
    let mut found = owned_by_others(&owned);
    let (refused, stop) = findings(refusals);
    found.extend(refused);
    let halt = found.iter().any(|f| f.level == Level::Error);
    done.findings.extend(found);
    match stop {
        Some(stop) => Err(stop),
        None => Ok((!halt).then_some(known)),
    }
}

/// Dry-runs a whole stage: what each object would become. Nothing of the stage may be applied when one is refused.
pub(crate) async fn dry_run<'k, 'p, 'm>(
    work: &Work<'_>,
    stage: &[&'k Known<'p, 'm>],
    done: &mut Deployed,
) -> Result<Option<Vec<(&'k Known<'p, 'm>, Wanted)>>, Stop> {
    work.enter("dry-running the objects on the server");
    let ask = |known: &&'k Known<'p, 'm>| {
        let known: &'k Known<'p, 'm> = known;
        async move { (known, work.cluster.dry_run(&known.placed.object).await) }
    };
    let answers: Vec<_> = work.until(stream::iter(stage.iter().map(ask)).buffered(AT_ONCE).collect()).await?;
    let (mut results, mut refusals) = (Vec::new(), Vec::new());
    for (known, answer) in answers {
        match answer {
            Ok(result) => {
                if !result.warnings.is_empty() {
                    warn(work, known, &result, done).await?;
                }
                results.push((known, Wanted::Applied(result.object)));
            }
            // It would be taken, had there been none before.
            Err(error) if known.may_go && is_immutable(&error) => match recreate::try_out(work, known.placed).await? {
                Ok(()) => results.push((known, Wanted::Recreated)),
                Err(error) => refusals.push(Refusal::new(known.placed, error).located(work.cluster).await),
            },
            Err(error) => refusals.push(Refusal::new(known.placed, error).located(work.cluster).await),
        }
    }
    let (found, stop) = findings(refusals);
    let halt = !found.is_empty();
    done.findings.extend(found);
    match stop {
        Some(stop) => Err(stop),
        None => Ok((!halt).then_some(results)),
    }
}

/// Takes in what the server warns of. The first stage may be dry-run twice: the second time its objects are on the cluster.
async fn warn(
    work: &Work<'_>,
    known: &Known<'_, '_>,
    result: &seatrial_api::Applied,
    done: &mut Deployed,
) -> Result<(), Stop> {
    let is_unchanged = known.live.as_ref().is_some_and(|live| !has_drifted(live, &result.object));
    let novelty = if is_unchanged { Novelty::Unchanged } else { Novelty::Changed };
    let mut causes = Vec::with_capacity(result.warnings.len());
    for text in &result.warnings {
        causes.push(work.until(located(work.cluster, told_by_admission(text))).await?);
    }
    for finding in warning::findings(known.placed, &causes, novelty) {
        if !done.findings.iter().any(|f| f.object == finding.object && f.message == finding.message) {
            done.findings.push(finding);
        }
    }
    Ok(())
}

/// Applies what has drifted, one after another in order; what was done stands in `done` whatever happens.
pub(crate) async fn apply<'p, 'm>(
    work: &Work<'_>,
    stage: Vec<(&Known<'p, 'm>, Wanted)>,
    done: &mut Deployed,
    applied: &mut Vec<Applied<'p, 'm>>,
) -> Result<Next, Stop> {
    for (known, wanted) in stage {
        let placed = known.placed;
        if let (Wanted::Recreated, Some(live)) = (&wanted, &known.live)
            && let Some(because) = recreate::clear(work, placed, live).await?
        {
            done.findings.push(not_cleared(placed, &because));
            return Ok(Next::Halt);
        }
        work.enter(format!("applying {}", placed.id));
        let mut change = |action| done.changes.push(Change { object: placed.id.clone(), action, because: None });
        let is_equal = |live: &&Value| matches!(&wanted, Wanted::Applied(dry_run) if !has_drifted(live, dry_run));
        if let Some(live) = known.live.as_ref().filter(is_equal) {
            change(Action::Unchanged);
            applied.push(Applied { placed, live: live.clone(), action: Action::Unchanged });
            continue;
        }
        match work.apply(&placed.object).await? {
            Ok(result) => {
                let action = match wanted {
                    Wanted::Recreated => Action::Recreated,
                    Wanted::Applied(_) if result.created => Action::Created,
                    Wanted::Applied(_) => Action::Configured,
                };
                change(action);
                applied.push(Applied { placed, live: result.object, action });
            }
            Err(error) => {
                let (found, stop) = findings(vec![Refusal::new(placed, error).located(work.cluster).await]);
                done.findings.extend(found);
                return stop.map_or(Ok(Next::Halt), Err);
            }
        }
    }
    Ok(Next::GoOn)
}

/// Says what was applied, as a line of progress.
pub(crate) fn report(work: &Work<'_>, done: &Deployed) {
    if !done.changes.is_empty() {
        (work.report)(Progress::Applied { summary: Change::summary(&done.changes) });
    }
}
