//! One deployment from beginning to end; reads top to bottom like the story it tells.

use std::collections::HashSet;
use std::sync::Arc;

use seatrial_api::Cluster;
use seatrial_model::{Action, Change, Finding, Level, Manifest, ObjectId};
use tokio::sync::watch;

use crate::apply::finding::missing_namespace;
use crate::apply::recreate;
use crate::apply::{Next, apply, dry_run, look, report};
use crate::hold::held::Held;
use crate::hold::lease::{Acquired, acquire};
use crate::hold::preview;
use crate::ids;
use crate::inventory::known::{Applied, Known};
use crate::inventory::{Book, config_map_id, own_name, remember};
use crate::plan::order::Stage;
use crate::plan::place::Placed;
use crate::plan::seed::{self, Seeded};
use crate::plan::{Plan, make};
use crate::services::endpoints;
use crate::wait::wait;
use crate::watch::settle::{Settled, Settling};
use crate::work::{Report, Stop, Work};
use crate::{CancelToken, DeployOptions, Deployed, Hold};

/// Deploys the objects of one environment and waits until they are ready. Holds the target's Lease while it works.
pub async fn deploy(
    cluster: &Cluster,
    manifests: &[Manifest],
    options: &DeployOptions,
    progress: Report<'_>,
    cancel: &CancelToken,
) -> Deployed {
    deploy_made((cluster, manifests, options), None, progress, cancel).await
}

/// Deploys objects that are made anew with the seed of the target, once its Lease is held; the namespaces and kinds are those of `manifests`.
pub async fn deploy_seeded(
    cluster: &Cluster,
    (manifests, seeded): (&[Manifest], Seeded<'_>),
    options: &DeployOptions,
    progress: Report<'_>,
    cancel: &CancelToken,
) -> Deployed {
    deploy_made((cluster, manifests, options), Some(seeded), progress, cancel).await
}

async fn deploy_made(
    (cluster, manifests, options): (&Cluster, &[Manifest], &DeployOptions),
    seeded: Option<Seeded<'_>>,
    progress: Report<'_>,
    cancel: &CancelToken,
) -> Deployed {
    let (lose, lost) = watch::channel(None);
    let work = Work::new(cluster, options.timeout, progress, cancel, lost);
    let mut done = Deployed::default();
    let ended = run(&work, (manifests, seeded), options, lose, &mut done).await;
    if let Err(Stop::NoSeed(why)) = ended {
        done.refused = Some(why);
    } else if let Err(stop) = ended {
        done.is_touched = matches!(stop, Stop::Unanswered(_));
        done.broken = Some(with_what_was_done(&work.sentence(&stop), &stop, &done));
    }
    done.is_touched |= done.changes.iter().any(|change| !matches!(change.action, Action::Unchanged | Action::Skipped));
    done.summary = summary(&done);
    done
}

async fn run(
    work: &Work<'_>,
    (manifests, seeded): (&[Manifest], Option<Seeded<'_>>),
    options: &DeployOptions,
    lose: watch::Sender<Option<String>>,
    done: &mut Deployed,
) -> Result<(), Stop> {
    let Plan { placement, target } = make(work, manifests, options).await?;
    done.skipped = placement.skipped;
    done.findings = placement.findings;
    done.notices = placement.notices;
    let objects = placement.objects;
    done.findings.extend(seed::claimed(&objects));
    if has_errors(&done.findings) {
        return Ok(());
    }
    if objects.is_empty() {
        done.notices.push(format!("nothing to deploy to `{}`: no object is left to apply", options.environment));
        return Ok(());
    }
    let lease_name = match &options.preview {
        Some(preview) => {
            preview::ensure(work, preview, &options.run).await?;
            "seatrial".to_owned()
        }
        None => own_name("seatrial", &options.environment),
    };
    let hold = || acquire(work, &target, &lease_name, &options.run.holder, lose.clone());
    let lease = match hold().await? {
        Acquired::Held(lease) => lease,
        Acquired::NoNamespace => {
            if make_namespace(work, &objects, &target, done).await? == Next::Halt {
                return Ok(());
            }
            match hold().await? {
                Acquired::Held(lease) => lease,
                Acquired::NoNamespace => return Err(Stop::Refused(format!("the namespace `{target}` does not exist"))),
            }
        }
    };
    let held = Held::new(lease, &target, lose.clone());
    let id = config_map_id(&target, &options.environment);
    let book = Book { id, run: &options.run, recreate: &options.recreate };
    let result = match seeded {
        None => bring_all(work, &objects, &book, done).await,
        Some(seeded) => bring_seeded(work, (&target, seeded), options, &book, done).await,
    };
    match (result, options.hold) {
        (Ok(Some(objects)), _) => {
            done.settling = Some(Settling::new(work, objects, held, options));
            Ok(())
        }
        (other, Hold::Beyond) => {
            done.held = Some(held);
            other.map(|_| ())
        }
        (other, Hold::ToTheEnd) => {
            done.notices.extend(held.release().await);
            other.map(|_| ())
        }
    }
}

/// On the very first deployment the namespace that would hold the Lease is itself among the objects: its stage comes first then.
async fn make_namespace(
    work: &Work<'_>,
    objects: &[Placed<'_>],
    target: &str,
    done: &mut Deployed,
) -> Result<Next, Stop> {
    if !objects.iter().any(|o| o.stage == Stage::Definitions && o.id.kind == "Namespace" && o.id.name == target) {
        let inside = objects.iter().find(|o| o.id.namespace.as_deref() == Some(target));
        let Some(inside) = inside else {
            return Err(Stop::Refused(format!(
                "the namespace `{target}` does not exist: name an existing one in the kubeconfig's context"
            )));
        };
        done.findings.push(missing_namespace(inside, target));
        return Ok(Next::Halt);
    }
    // All objects are looked at, so that what somebody else owns is refused before anything is touched.
    let Some(known) = look(work, objects, done).await? else { return Ok(Next::Halt) };
    let mut applied = Vec::new();
    let next = bring(work, (&known, objects), Stage::Definitions, None, done, &mut applied).await?;
    // They are applied and counted again, as unchanged, once the Lease is held; what was done here is what counts.
    Ok(next)
}

/// The same with objects that are made of the target's seed.
async fn bring_seeded(
    work: &Work<'_>,
    (target, seeded): (&str, Seeded<'_>),
    options: &DeployOptions,
    book: &Book<'_>,
    done: &mut Deployed,
) -> Result<Option<Vec<Settled>>, Stop> {
    let seed = seed::of_namespace(work, target, &seeded).await?;
    work.enter("rendering with the seed of the target");
    let manifests = (seeded.render)(&seed).map_err(Stop::NoSeed)?;
    let Plan { placement, .. } = make(work, &manifests, options).await?;
    (done.skipped, done.findings, done.notices) = (placement.skipped, placement.findings, placement.notices);
    done.findings.extend(seed::claimed(&placement.objects));
    if has_errors(&done.findings) {
        return Ok(None);
    }
    done.notices.push(seed::notice(target));
    done.seeded = Some(Arc::clone(&manifests));
    bring_all(work, &placement.objects, book, done).await
}

/// Everything until all is ready; what has to stay so. None when something failed.
async fn bring_all(
    work: &Work<'_>,
    objects: &[Placed<'_>],
    book: &Book<'_>,
    done: &mut Deployed,
) -> Result<Option<Vec<Settled>>, Stop> {
    let Some(mut known) = look(work, objects, done).await? else { return Ok(None) };
    let mut before = std::mem::take(&mut done.changes);
    recreate::mark(work, &mut known, book).await?;
    for known in &mut known {
        let is_created = |change: &Change| change.object == known.placed.id && change.action == Action::Created;
        known.is_new |= before.iter().any(is_created);
    }
    let (mut applied, mut is_waited_for) = (Vec::new(), false);
    for stage in Stage::all(objects.iter().map(|object| object.stage)) {
        // What a hook behind a release does may need all of it.
        if matches!(stage, Stage::Behind(_)) && !is_waited_for {
            is_waited_for = true;
            if wait(work, (rest_of(&applied), objects), done).await? == Next::Halt {
                report(work, done);
                return Ok(None);
            }
        }
        let next = bring(work, (&known, objects), stage, Some(book), done, &mut applied).await;
        keep_first_actions(done, std::mem::take(&mut before));
        if next? == Next::Halt {
            report(work, done);
            return Ok(None);
        }
    }
    report(work, done);
    // The other stages were waited for when their turn was.
    if !is_waited_for && wait(work, (rest_of(&applied), objects), done).await? == Next::Halt {
        return Ok(None);
    }
    let (rest, earlier): (Vec<_>, Vec<_>) = applied.into_iter().partition(|a| a.placed.stage == Stage::Rest);
    endpoints::check(work, &rest, done).await?;
    Ok(Some(Settled::of(&rest).into_iter().chain(Settled::of(&earlier)).collect()))
}

/// What of the applied objects is neither a definition nor a hook: they lie side by side, as the stages come one after another.
fn rest_of<'a, 'p, 'm>(applied: &'a [Applied<'p, 'm>]) -> &'a [Applied<'p, 'm>] {
    let is_rest = |applied: &Applied<'_, '_>| applied.placed.stage == Stage::Rest;
    let from = applied.iter().position(is_rest).unwrap_or(applied.len());
    let behind = applied.iter().rposition(is_rest).map_or(from, |last| last + 1);
    applied.get(from..behind).unwrap_or_default()
}

/// What the first deployment's own stage did is told as it was done, not as unchanged or not at all.
fn keep_first_actions(done: &mut Deployed, before: Vec<Change>) {
    if before.is_empty() {
        return;
    }
    let mut later = std::mem::take(&mut done.changes);
    let first: HashSet<&ObjectId> = before.iter().map(|change| &change.object).collect();
    later.retain(|change| !first.contains(&change.object));
    done.changes = before;
    done.changes.append(&mut later);
}

/// One stage: dry-run it as a whole, note its objects in the inventory, apply it, and wait for it when others depend on it.
async fn bring<'p, 'm>(
    work: &Work<'_>,
    (known, objects): (&[Known<'p, 'm>], &[Placed<'_>]),
    stage: Stage,
    book: Option<&Book<'_>>,
    done: &mut Deployed,
    applied: &mut Vec<Applied<'p, 'm>>,
) -> Result<Next, Stop> {
    let of_stage: Vec<&Known<'_, '_>> = known.iter().filter(|k| k.placed.stage == stage).collect();
    let is_first = applied.is_empty();
    let Some(results) = dry_run(work, &of_stage, done).await? else { return Ok(Next::Halt) };
    // Before anything is applied, so that nothing is forgotten when we are killed.
    if let Some(book) = book.filter(|_| (is_first && !of_stage.is_empty()) || stage == Stage::Rest) {
        done.vanished = remember(work, known, book).await?;
    }
    let from = applied.len();
    if apply(work, results, done, applied).await? == Next::Halt {
        return Ok(Next::Halt);
    }
    match stage {
        Stage::Rest => Ok(Next::GoOn),
        _ => {
            let new = applied.get(from..).unwrap_or_default();
            wait(work, (new, objects), done).await
        }
    }
}

fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.level == Level::Error)
}

/// A reader of a broken run wants to know what is on the cluster now.
fn with_what_was_done(sentence: &str, stop: &Stop, done: &Deployed) -> String {
    let counted = Change::summary(&done.changes);
    match stop {
        _ if !counted.is_empty() => format!("{sentence}; so far {counted}"),
        Stop::Unanswered(_) => format!("{sentence}; nothing was applied before"),
        _ => format!("{sentence}; nothing was applied"),
    }
}

/// A clause for the table: what failed.
fn summary(done: &Deployed) -> String {
    let errors: Vec<&Finding> = done.findings.iter().filter(|f| f.level == Level::Error).collect();
    let Some(first) = errors.first() else { return String::new() };
    let state = match first.rule {
        ids::NOT_READY | ids::IMAGE_PULL => "not ready",
        ids::APPLY_REJECTED => "refused",
        ids::FIELD_CONFLICT => "has fields of another manager",
        ids::FORBIDDEN => "not allowed",
        ids::OWNED_BY_OTHER => "owned by others",
        ids::RESERVED_NAME => "has a name of Seatrial's own",
        ids::PREVIEW_COLLISION => "collides with another object",
        _ => "failed",
    };
    let named = |object: &ObjectId| format!("`{}`", object.kind_and_name());
    let name = first.object.as_ref().map_or_else(|| "an object".to_owned(), named);
    match errors.len() - 1 {
        0 => format!("{name} {state}"),
        more => format!("{name} {state}, {more} more"),
    }
}
