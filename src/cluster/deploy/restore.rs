//! Putting a shared target back: the base is applied again as far as it can be, and what was created for the pull request and the base lacks
//! is deleted. One object that cannot be put back keeps no other from it: all of them are named. What `recreate` allows is recreated here, too:
//! else a change that was allowed to recreate an object could never be undone.

pub(crate) mod restored;

use std::sync::Arc;

use futures::{StreamExt, stream};
use seatrial_api::{ApiError, Cluster};
use seatrial_model::{Action, Change, Level, Manifest, ObjectId};
use tokio::sync::watch;

use crate::apply::drift::has_drifted;
use crate::apply::finding::{Refusal, findings, is_immutable};
use crate::apply::look::live;
use crate::apply::recreate;
use crate::hold::held::Held;
use crate::hold::lease::{Acquired, Lost, acquire};
use crate::inventory::claims;
use crate::inventory::known::{Applied, Known};
use crate::inventory::prune::{Pruned, prune};
use crate::inventory::{self, Inventory, Record, config_map_id, key_of, own_name};
use crate::plan::order::{Stage, key};
use crate::plan::ownership::foreign_owner;
use crate::plan::place::{Placed, Placement};
use crate::plan::seed::{self, Seeded};
use crate::plan::{AT_ONCE, Plan, make};
use crate::restore::restored::{Left, Restored};
use crate::wait::wait;
use crate::work::{Report, Stop, Work};
use crate::{CancelToken, DeployOptions, Deployed};

/// What a target is put back to.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// The objects of the commit that has authority.
    pub manifests: &'a [Manifest],
    /// Whether these are all of them: else nothing is known to be lacking.
    pub is_complete: bool,
    /// Makes them anew, where charts make values at random.
    pub seeded: Option<Seeded<'a>>,
    /// The commit.
    pub commit: &'a str,
}

/// Puts a target back. It is held: by the deployment that failed, or from now on. It is released in the end.
pub async fn restore(
    cluster: &Cluster,
    base: Base<'_>,
    options: &DeployOptions,
    held: Option<Held>,
    progress: Report<'_>,
    cancel: &CancelToken,
) -> Restored {
    let (lose, lost) = match &held {
        Some(held) => (held.lose(), held.lost()),
        None => watch::channel(None),
    };
    let work = Work::new(cluster, options.timeout, progress, cancel, lost);
    let mut done = Restored::default();
    let mut all: Vec<Held> = held.into_iter().collect();
    if let Err(stop) = put_back(&work, base, options, (&mut all, lose), &mut done).await {
        done.broken = Some(work.sentence(&stop));
    }
    for held in all {
        done.notices.extend(held.release().await);
    }
    done
}

/// The inventories: where it says what the pull request has created, and where the base's lies. One, unless the pull request moves the target.
struct Books {
    from: (ObjectId, Record),
    to: (ObjectId, Record),
    /// The pull request.
    own: String,
}

async fn put_back(
    work: &Work<'_>,
    base: Base<'_>,
    options: &DeployOptions,
    (held, lose): (&mut Vec<Held>, Lost),
    done: &mut Restored,
) -> Result<(), Stop> {
    let Plan { placement, target } = make(work, base.manifests, options).await?;
    let from = held.first().map_or_else(|| target.clone(), |held| held.target().to_owned());
    if held.iter().all(|held| held.target() != target) {
        held.push(hold(work, &target, options, lose).await?);
    }
    let own =
        key_of(&options.run).ok_or_else(|| Stop::Refused("it is not known which pull request this is".to_owned()))?;
    let book = async |target: &str| -> Result<(ObjectId, Record), Stop> {
        let id = config_map_id(target, &options.environment);
        let record = inventory::read(work, &id).await?;
        Ok((id, record.unwrap_or_default()))
    };
    let mut books = Books { from: book(&from).await?, to: book(&target).await?, own };
    if books.from.1.applied_for.as_ref() != Some(&books.own) {
        done.not_applied = Some(whose(&books.from.1));
        return clear_away(work, (base, &placement.objects), &mut books, done).await;
    }
    let Some(seeded) = base.seeded else {
        return bring_back(work, placement, &mut books, (base, &options.recreate), done).await;
    };
    let seed = seed::of_namespace(work, &target, &seeded).await?;
    work.enter("rendering the base with the seed of the target");
    let manifests: Arc<[Manifest]> = (seeded.render)(&seed).map_err(Stop::NoSeed)?;
    let Plan { placement, .. } = make(work, &manifests, options).await?;
    bring_back(work, placement, &mut books, (base, &options.recreate), done).await
}

async fn hold(work: &Work<'_>, target: &str, options: &DeployOptions, lose: Lost) -> Result<Held, Stop> {
    let name = own_name("seatrial", &options.environment);
    match acquire(work, target, &name, &options.run.holder, lose.clone()).await? {
        Acquired::Held(lease) => Ok(Held::new(lease, target, lose)),
        Acquired::NoNamespace => Err(Stop::Refused(format!("the namespace `{target}` does not exist"))),
    }
}

/// Whose state a target holds, as a clause.
fn whose(record: &Record) -> String {
    match (&record.applied_for, &record.commit) {
        (Some(key), _) => {
            let number = key.rsplit_once('#').map_or(key.as_str(), |(_, number)| number);
            format!("what was deployed last is the state of pull request {number}")
        }
        (None, Some(commit)) => {
            format!("what was deployed last is {}", commit.chars().take(7).collect::<String>())
        }
        (None, None) => "nothing was deployed for this pull request".to_owned(),
    }
}

/// Applies the base, deletes what it lacks, and waits until it is ready.
async fn bring_back(
    work: &Work<'_>,
    placement: Placement<'_>,
    books: &mut Books,
    (base, recreate): (Base<'_>, &[String]),
    done: &mut Restored,
) -> Result<(), Stop> {
    for finding in placement.findings.iter().filter(|finding| finding.level == Level::Error) {
        let object = finding.object.clone().unwrap_or_else(|| ObjectId::new("", "", None, ""));
        done.left.push(Left { object, sentence: finding.message.clone() });
    }
    let objects = placement.objects;
    done.unreached = objects.iter().map(|object| object.id.clone()).collect();
    // Before anything is applied, so that nothing is forgotten when we are killed.
    let (id, record) = &mut books.to;
    let owned = record.entries.clone();
    record.take_over(&Inventory::of(&objects));
    inventory::write(work, id, record).await?;
    let mut known = look(work, &objects, done).await?;
    recreate::mark_owned(&mut known, recreate, &owned);
    let mut changed: Vec<Applied<'_, '_>> = Vec::new();
    for stage in Stage::all(objects.iter().map(|object| object.stage)) {
        let of_stage: Vec<&Known<'_, '_>> = known.iter().filter(|known| known.placed.stage == stage).collect();
        let from = changed.len();
        apply(work, &of_stage, &mut changed, done).await?;
        if stage != Stage::Rest {
            ready(work, (changed.get(from..).unwrap_or_default(), &objects), done).await?;
        }
    }
    clear_away(work, (base, &objects), books, done).await?;
    let (id, record) = &mut books.to;
    if done.left.is_empty() {
        (record.applied_for, record.commit) = (None, Some(base.commit.to_owned()));
        inventory::write(work, id, record).await?;
    }
    let rest: Vec<Applied<'_, '_>> = changed.into_iter().filter(|a| a.placed.stage == Stage::Rest).collect();
    ready(work, (&rest, &objects), done).await
}

/// The live state of each object; what somebody else owns is left to them.
async fn look<'p, 'm>(
    work: &Work<'_>,
    objects: &'p [Placed<'m>],
    done: &mut Restored,
) -> Result<Vec<Known<'p, 'm>>, Stop> {
    let mut known = Vec::new();
    for (placed, answer) in live(work, objects).await? {
        match answer {
            Ok(live) => match live.as_ref().and_then(foreign_owner) {
                Some(owner) => done.leave(&placed.id, format!("{} is owned by {owner}", placed.id)),
                None => {
                    known.push(Known { placed, is_new: live.is_none(), live: live.map(Arc::new), may_go: false });
                }
            },
            Err(ApiError::UnknownKind { .. } | ApiError::NotFound(_)) => {
                known.push(Known { placed, live: None, is_new: true, may_go: false });
            }
            Err(error) => refuse(Refusal::new(placed, error), done)?,
        }
    }
    Ok(known)
}

/// Applies what differs from the base, one after another in order.
async fn apply<'p, 'm>(
    work: &Work<'_>,
    stage: &[&Known<'p, 'm>],
    changed: &mut Vec<Applied<'p, 'm>>,
    done: &mut Restored,
) -> Result<(), Stop> {
    work.enter("dry-running the base on the server");
    let ask = |known: &&Known<'p, 'm>| {
        let placed = known.placed;
        async move { work.cluster.dry_run(&placed.object).await }
    };
    let answers: Vec<_> = work.until(stream::iter(stage.iter().map(ask)).buffered(AT_ONCE).collect()).await?;
    for (known, answer) in stage.iter().zip(answers) {
        let placed = known.placed;
        let is_recreated = match answer {
            Ok(result) if known.live.as_ref().is_some_and(|live| !has_drifted(live, &result.object)) => {
                done.reach(&placed.id);
                continue;
            }
            Ok(_) => false,
            Err(error) if known.may_go && is_immutable(&error) => {
                if !is_cleared(work, known, done).await? {
                    continue;
                }
                true
            }
            Err(error) => {
                refuse(Refusal::new(placed, error), done)?;
                continue;
            }
        };
        work.enter(format!("putting back {}", placed.id));
        let answer = work.apply(&placed.object).await;
        work.insist(false);
        match answer? {
            Ok(result) => {
                let action = match (is_recreated, result.created) {
                    (true, _) => Action::Recreated,
                    (false, true) => Action::Created,
                    (false, false) => Action::Configured,
                };
                done.change(&placed.id, action);
                if let Some(live) = &known.live {
                    done.notices.extend(claims::of_scaled(work, &placed.id, live, &result.object).await?);
                }
                changed.push(Applied { placed, live: Arc::new(result.object), action });
            }
            Err(error) => refuse(Refusal::new(placed, error), done)?,
        }
    }
    Ok(())
}

/// Deletes what is to be applied again, once the server would take it; what stays is named.
async fn is_cleared(work: &Work<'_>, known: &Known<'_, '_>, done: &mut Restored) -> Result<bool, Stop> {
    let placed = known.placed;
    if let Err(error) = recreate::try_out(work, placed).await? {
        refuse(Refusal::new(placed, error), done)?;
        return Ok(false);
    }
    let Some(live) = &known.live else { return Ok(true) };
    match recreate::clear(work, placed, live).await? {
        None => Ok(true),
        Some(because) => {
            work.insist(false);
            done.leave(&placed.id, format!("{} {because}", placed.id));
            Ok(false)
        }
    }
}

/// Deletes what was created for the pull request and is not among the base's objects.
async fn clear_away(
    work: &Work<'_>,
    (base, objects): (Base<'_>, &[Placed<'_>]),
    books: &mut Books,
    done: &mut Restored,
) -> Result<(), Stop> {
    let created = books.from.1.created.get(&books.own).cloned().unwrap_or_default();
    let is_of_base = |id: &ObjectId| objects.iter().any(|placed| placed.id == *id);
    let mut wanted: Vec<(&ObjectId, String)> = created.objects().filter(|(id, _)| !is_of_base(id)).collect();
    // What others hang on goes last.
    wanted.sort_by(|(a, _), (b, _)| key(b).cmp(&key(a)));
    done.unreached.extend(wanted.iter().map(|(id, _)| (*id).clone()));
    let namespace = books.from.0.namespace.as_deref();
    let own = [books.from.0.clone(), ObjectId::new("", "Secret", namespace, seed::NAME)];
    let others: Vec<ObjectId> = created.objects().map(|(id, _)| id.clone()).chain(own).collect();
    let mut gone = Vec::new();
    for (id, api_version) in &wanted {
        if !base.is_complete {
            done.leave(id, format!("{id} may be of the base, of which not everything could be rendered"));
            continue;
        }
        let claims = claims::of_deleted(work, id, api_version).await?;
        match prune(work, (id, api_version), &others).await? {
            Pruned::Deleted => {
                done.change(id, Action::Deleted);
                done.notices.extend(claims);
                gone.push((*id).clone());
            }
            Pruned::Gone => {
                done.reach(id);
                gone.push((*id).clone());
            }
            Pruned::Left(because) => done.leave(id, format!("{id} {because}")),
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    books.forget(&gone);
    for (id, record) in books.written() {
        // It may have gone with its namespace.
        match inventory::write(work, id, record).await {
            Err(Stop::Api(ApiError::NotFound(_))) => {}
            other => other?,
        }
    }
    Ok(())
}

impl Books {
    fn forget(&mut self, gone: &[ObjectId]) {
        self.from.1.forget(gone, &self.own);
        self.to.1.forget(gone, &self.own);
    }

    /// Those that are there.
    fn written(&self) -> Vec<(&ObjectId, &Record)> {
        let (from, to) = ((&self.from.0, &self.from.1), (&self.to.0, &self.to.1));
        let all = if from.0 == to.0 { vec![to] } else { vec![from, to] };
        all.into_iter().filter(|(_, record)| **record != Record::default()).collect()
    }
}

/// Waits for what was put back; what is not ready is named.
async fn ready(
    work: &Work<'_>,
    (changed, all): (&[Applied<'_, '_>], &[Placed<'_>]),
    done: &mut Restored,
) -> Result<(), Stop> {
    let mut waited = Deployed::default();
    wait(work, (changed, all), &mut waited).await?;
    done.unready.extend(waited.findings.into_iter().map(|finding| finding.message));
    Ok(())
}

fn refuse(refusal: Refusal<'_, '_>, done: &mut Restored) -> Result<(), Stop> {
    let id = refusal.object.id.clone();
    let (found, stop) = findings(vec![refusal]);
    match (stop, found.into_iter().next()) {
        (Some(stop), _) => Err(stop),
        (None, found) => {
            let sentence = found.map_or_else(|| format!("{id} is refused"), |finding| finding.message);
            done.leave(&id, sentence);
            Ok(())
        }
    }
}

impl Restored {
    fn reach(&mut self, id: &ObjectId) {
        self.unreached.retain(|known| known != id);
    }

    fn change(&mut self, id: &ObjectId, action: Action) {
        self.reach(id);
        self.changes.push(Change { object: id.clone(), action, because: None });
    }

    fn leave(&mut self, id: &ObjectId, sentence: String) {
        self.reach(id);
        self.left.push(Left { object: id.clone(), sentence });
    }
}
