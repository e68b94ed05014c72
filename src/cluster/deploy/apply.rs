//! Looking at what lives, dry-running a whole stage, applying what has drifted.

pub(crate) mod drift;
pub(crate) mod finding;
pub(crate) mod look;
pub(crate) mod recreate;
mod warning;

use std::sync::Arc;

use futures::{StreamExt, stream};
use seatrial_api::ApiError;
use seatrial_model::{Action, Change, Level};
use seatrial_readiness::told_by_admission;
use serde_json::Value;

use crate::apply::drift::has_drifted;
use crate::apply::finding::{Refusal, findings, is_immutable, not_cleared, owned_by_others};
use crate::apply::warning::Novelty;
use crate::blame::policy::located;
use crate::inventory::known::{Applied, Known};
use crate::plan::AT_ONCE;
use crate::plan::ownership::foreign_owner;
use crate::plan::place::Placed;
use crate::work::{Stop, Work};
use crate::{Deployed, Progress};

/// Whether the next step may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// All is well so far.
    GoOn,
    /// The change is at fault: findings say for what.
    Halt,
}

/// What is to be done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing: applying it would change nothing.
    Kept,
    /// It is applied.
    Applied,
    /// It is deleted and applied again.
    Recreated,
}

/// Looks at every object on the cluster. What somebody else owns is refused before anything is touched.
pub(crate) async fn look<'p, 'm>(
    work: &Work<'_>,
    objects: &'p [Placed<'m>],
    done: &mut Deployed,
) -> Result<Option<Vec<Known<'p, 'm>>>, Stop> {
    let (mut known, mut refusals) = (Vec::new(), Vec::new());
    for (placed, answer) in look::live(work, objects).await? {
        match answer {
            Ok(live) => known.push(Known { placed, is_new: live.is_none(), live: live.map(Arc::new), may_go: false }),
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
        // What an object would become is not kept: there may be thousands.
        let tried = move |result| tried(known.live.as_deref(), result);
        async move { (known, work.cluster.dry_run(&known.placed.object).await.map(tried)) }
    };
    let answers: Vec<_> = work.until(stream::iter(stage.iter().map(ask)).buffered(AT_ONCE).collect()).await?;
    let (mut results, mut refusals) = (Vec::new(), Vec::new());
    for (known, answer) in answers {
        match answer {
            Ok((wanted, warnings)) => {
                warn(work, (known, wanted), &warnings, done).await?;
                results.push((known, wanted));
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

/// What a dry run says is to be done, and what the server warns of.
fn tried(live: Option<&Value>, result: seatrial_api::Applied) -> (Wanted, Vec<String>) {
    let is_kept = live.is_some_and(|live| !has_drifted(live, &result.object));
    (if is_kept { Wanted::Kept } else { Wanted::Applied }, result.warnings)
}

/// Takes in what the server warns of. The first stage may be dry-run twice: the second time its objects are on the cluster.
async fn warn(
    work: &Work<'_>,
    (known, wanted): (&Known<'_, '_>, Wanted),
    warnings: &[String],
    done: &mut Deployed,
) -> Result<(), Stop> {
    let novelty = if wanted == Wanted::Kept { Novelty::Unchanged } else { Novelty::Changed };
    let mut causes = Vec::with_capacity(warnings.len());
    for text in warnings {
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
            work.insist(false);
            done.findings.push(not_cleared(placed, &because));
            return Ok(Next::Halt);
        }
        work.enter(format!("applying {}", placed.id));
        let mut change = |action| done.changes.push(Change { object: placed.id.clone(), action, because: None });
        if let Some(live) = known.live.as_ref().filter(|_| wanted == Wanted::Kept) {
            change(Action::Unchanged);
            applied.push(Applied { placed, live: Arc::clone(live), action: Action::Unchanged });
            continue;
        }
        let answer = work.apply(&placed.object).await;
        work.insist(false);
        match answer? {
            Ok(result) => {
                let action = match wanted {
                    Wanted::Recreated => Action::Recreated,
                    Wanted::Applied | Wanted::Kept if result.created => Action::Created,
                    Wanted::Applied | Wanted::Kept => Action::Configured,
                };
                change(action);
                applied.push(Applied { placed, live: Arc::new(result.object), action });
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
