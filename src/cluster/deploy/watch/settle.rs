//! Ready and staying so: what this run changed is watched for as long as its own probes take to end a container that hangs, for a while in
//! any case, and while the tests run. The Lease is held meanwhile: what another run applied in between would be judged, and tested, as this one's.

use std::fmt;
use std::time::Duration;

use seatrial_api::{ApiError, Cluster};
use seatrial_model::{Action, Finding, Manifest, ObjectId, Subject};
use seatrial_readiness::{Cause, State, Status, Steadiness, has_pods, liveness_takes};
use serde_json::Value;
use tokio::time::Instant;

use crate::hold::held::Held;
use crate::inventory::known::Applied;
use crate::plan::order::Stage;
use crate::plan::place::Placed;
use crate::watch::gather::Seen;
use crate::watch::mirror::Mirror;
use crate::watch::observation::{Events, FORGIVEN_FAILURES, look, prove};
use crate::watch::waiting::{Waiting, judge};
use crate::work::{Report, Stop, Work, in_words};
use crate::{CancelToken, DeployOptions, Hold, Progress};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What has no liveness probe, or a quick one: a program that gives up on a database does so after its own time-outs, and a kubelet looks
/// every ten seconds how much a pod has written.
const AT_LEAST: Duration = Duration::from_secs(20);
/// A kubelet tells of a kill a moment late.
const LATE: Duration = Duration::from_secs(2);
/// What comes and goes so often within that time is not ready.
const FALLS: usize = 3;
const FALLS_WITHIN: Duration = Duration::from_secs(30);
/// How long a container that was ready may be not ready at the end: a test may just have asked too much of it.
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);
/// The watch has no deadline of its own: the tests have theirs.
const NO_DEADLINE: Duration = Duration::from_secs(24 * 3600);

/// A deployment that is ready, and whose workloads have to stay so. Drop it only by watching it: it holds the target's Lease.
#[must_use]
pub struct Settling {
    cluster: Cluster,
    objects: Vec<Settled>,
    held: Held,
    hold: Hold,
    /// The longest window.
    most: Duration,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Watched {
    /// What did not stay ready.
    pub findings: Vec<Finding>,
    /// Sentences for the report's notices.
    pub notices: Vec<String>,
    /// Why nobody knows whether it stayed ready; a sentence.
    pub broken: Option<String>,
    /// The target, where it stays held.
    pub held: Option<Held>,
}

impl Watched {
    /// A clause for the table: what did not stay ready; `None` where all did.
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        let mut failed = self.findings.iter().filter_map(|finding| finding.object.as_ref());
        let first = failed.next()?;
        let more = match failed.count() {
            0 => String::new(),
            more => format!(", {more} more"),
        };
        Some(format!("`{}` {}{more}", first.kind_and_name(), how(first)))
    }
}

/// An autoscaler was not ready before.
fn how(id: &ObjectId) -> &'static str {
    if is_autoscaler(id) { "is not ready" } else { "did not stay ready" }
}

/// One workload that this run changed and that was ready.
pub(crate) struct Settled {
    manifest: Manifest,
    id: ObjectId,
    /// The pods' specification that it was ready with.
    pods: Option<Value>,
    /// How long its liveness probes take to end a container that hangs.
    needs: Duration,
}

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects = self.objects.iter().map(|object| object.id.to_string());
        f.debug_struct("Settling").field("objects", &objects.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Settled {
    /// Those of what was applied that have to stay ready: what has pods and was changed, and autoscalers, which are looked at by their
    /// controller only after a while. A Job ends.
    pub(crate) fn of(applied: &[Applied<'_, '_>]) -> Vec<Settled> {
        let is_watched = |applied: &&Applied<'_, '_>| {
            let id = &applied.placed.id;
            let runs = (has_pods(&id.group, &id.kind) && id.kind != "Job") || is_autoscaler(id);
            let is_idle = applied.live.pointer("/spec/replicas").and_then(Value::as_i64) == Some(0);
            applied.action != Action::Unchanged && !is_idle && (runs || (id.group.is_empty() && id.kind == "Pod"))
        };
        let settled = |applied: &Applied<'_, '_>| Settled {
            manifest: applied.placed.manifest.clone(),
            id: applied.placed.id.clone(),
            pods: pod_spec(&applied.live).cloned(),
            needs: liveness_takes(&applied.live).unwrap_or_default(),
        };
        applied.iter().filter(is_watched).map(settled).collect()
    }

    fn placed(&self) -> Placed<'_> {
        Placed { manifest: &self.manifest, id: self.id.clone(), object: Value::Null, stage: Stage::Rest }
    }

    fn window(&self, most: Duration) -> Duration {
        (self.needs + LATE).max(AT_LEAST).min(most)
    }

    /// Whether its liveness probes are what it is watched for so long for.
    fn is_probed(&self) -> bool {
        self.needs + LATE > AT_LEAST
    }
}

fn is_autoscaler(id: &ObjectId) -> bool {
    id.group == "autoscaling" && id.kind == "HorizontalPodAutoscaler"
}

fn pod_spec(object: &Value) -> Option<&Value> {
    object.pointer("/spec/template/spec")
}

impl Settling {
    pub(crate) fn new(work: &Work<'_>, objects: Vec<Settled>, held: Held, options: &DeployOptions) -> Settling {
        let (cluster, hold, most) = (work.cluster.clone(), options.hold, options.settle);
        Settling { cluster, objects, held, hold, most }
    }

    /// Watches until the window is over and `tests` has ended, and gives the target free, unless it is to stay held.
    pub async fn watch(self, report: Report<'_>, cancel: &CancelToken, tests: impl Future<Output = ()>) -> Watched {
        let Settling { cluster, objects, held, hold, most } = self;
        let mut watched = Watched::default();
        let work = Work::new(&cluster, NO_DEADLINE, report, cancel, held.lost());
        let ended = observe(&work, (&objects, most), tests, &mut watched).await;
        match ended {
            // Whoever told to stop says so.
            Ok(()) | Err(Stop::Cancelled) => {}
            Err(stop) => watched.broken = Some(work.sentence(&stop)),
        }
        match hold {
            Hold::Beyond => watched.held = Some(held),
            Hold::ToTheEnd => watched.notices.extend(held.release().await),
        }
        watched
    }
}

/// What is known of one workload while it is watched.
struct Look<'s> {
    settled: &'s Settled,
    placed: Placed<'s>,
    steadiness: Steadiness,
    status: Status,
    seen: Seen,
    /// Since when a container that was ready is not.
    fallen: Option<Instant>,
    /// A crash that was seen in the round before: the event that tells why may come a moment after it.
    shaken: Option<Cause>,
    /// When one fell while no test asked anything of it.
    falls: Vec<Instant>,
}

impl<'s> Look<'s> {
    fn new(settled: &'s Settled) -> Look<'s> {
        let status = Status::new(State::Current, "ready", None);
        let (steadiness, seen, falls) = Default::default();
        Look { settled, placed: settled.placed(), steadiness, status, seen, fallen: None, shaken: None, falls }
    }

    /// Takes in what is seen now. The pods of another specification are not those that this run brought.
    fn take(&mut self, seen: Seen) -> Result<(), Stop> {
        let live = seen.object.as_ref();
        if live.is_some_and(|live| pod_spec(live) != self.settled.pods.as_ref()) {
            return Err(Stop::Refused(format!(
                "`{}` was changed by somebody else{} while it was watched, so nobody knows whether it would have stayed ready",
                self.settled.id.kind_and_name(),
                live.and_then(last_manager).map(|name| format!(" (`{name}`)")).unwrap_or_default()
            )));
        }
        self.status = judge(&self.placed, &seen);
        let Some(object) = &seen.object else {
            self.seen = seen;
            return Ok(());
        };
        // A pod is its own only pod.
        let own = std::slice::from_ref(object);
        let mut live = seen.live(object);
        if self.settled.id.kind == "Pod" {
            live.pods = own;
        }
        let shaken = self.steadiness.look(live);
        self.fallen =
            if self.steadiness.has_fallen(live) { self.fallen.or_else(|| Some(Instant::now())) } else { None };
        let before = self.shaken.take();
        match (shaken, before) {
            (Some(cause), None) if cause.subject == Some(Subject::Container) => self.shaken = Some(cause),
            (Some(cause), _) | (None, Some(cause)) => self.status = failed(cause),
            (None, None) => {}
        }
        self.seen = seen;
        Ok(())
    }

    /// Gives up what comes and goes by itself. A test may just have asked too much of it.
    fn count_falls(&mut self, are_tested: bool, was_up: bool) {
        if self.fallen.is_none() || !was_up || !are_tested {
            return;
        }
        self.falls.push(Instant::now());
        let recent = self.falls.iter().filter(|fall| fall.elapsed() <= FALLS_WITHIN).count();
        if recent >= FALLS {
            self.status = self.status.clone().given_up();
        }
    }

    /// Gives up what is not as desired at the end though it has no pods: an autoscaler that does not find what it should scale.
    fn end(&mut self) {
        let is_held_up = self.status.state == State::InProgress && self.status.remedy.is_some();
        if is_autoscaler(&self.settled.id) && is_held_up {
            self.status = self.status.clone().given_up();
        }
    }

    fn has_failed(&self) -> bool {
        self.status.state == State::Failed
    }
}

fn failed(cause: Cause) -> Status {
    Status::new(State::InProgress, "", Some(cause)).given_up()
}

/// Who wrote the object's specification last.
fn last_manager(object: &Value) -> Option<&str> {
    let entries = object.pointer("/metadata/managedFields")?.as_array()?;
    let of_spec = entries.iter().filter(|entry| entry.pointer("/fieldsV1/f:spec/f:template").is_some());
    of_spec.max_by_key(|entry| entry.get("time").and_then(Value::as_str))?.get("manager")?.as_str()
}

/// Looks until all is over; a finding ends the looking, not the holding.
async fn observe(
    work: &Work<'_>,
    (objects, most): (&[Settled], Duration),
    tests: impl Future<Output = ()>,
    watched: &mut Watched,
) -> Result<(), Stop> {
    let mut tests = Box::pin(tests);
    let begun = Instant::now();
    let end = begun + objects.iter().map(|object| object.window(most)).max().unwrap_or_default();
    let mut looks: Vec<Look<'_>> = objects.iter().map(Look::new).collect();
    tell(work, objects, most);
    let (mirror, mut events) = (Mirror::watching(work.cluster), Events::default());
    let (mut are_tested, mut failures) = (false, 0);
    loop {
        let is_last = are_tested && Instant::now() >= end;
        work.enter(watching(objects));
        // What a watch tells may be late: nobody is said to have stayed ready by that alone.
        let asking = is_last.then(|| Mirror::asking(work.cluster));
        match work.until(round(asking.as_ref().unwrap_or(&mirror), &mut looks, &mut events)).await? {
            Ok(()) => failures = 0,
            // While the tests run there is time to come back.
            Err(error) if error.may_pass() && (!is_last || failures < FORGIVEN_FAILURES) => {
                failures += 1;
                are_tested = pass(work, are_tested, &mut tests).await?;
                continue;
            }
            Err(error) => return Err(Stop::Api(error)),
        }
        for look in &mut looks {
            let (seen, was_up) = (std::mem::take(&mut look.seen), look.fallen.is_none());
            look.take(seen)?;
            look.count_falls(are_tested, was_up);
            if is_last {
                look.end();
            }
        }
        if looks.iter().any(Look::has_failed) {
            blame(work, looks.into_iter().filter(Look::has_failed), watched).await;
            return if are_tested { Ok(()) } else { work.until(tests).await };
        }
        let fallen = |look: &Look<'_>| look.fallen.is_some_and(|since| since.elapsed() >= RECOVERS_WITHIN);
        if is_last && looks.iter().all(|look| look.fallen.is_none() && look.shaken.is_none()) {
            watched.notices.extend(objects.iter().filter_map(|object| cut_short(object, begun.elapsed(), most)));
            return Ok(());
        }
        if is_last && looks.iter().any(fallen) {
            looks.retain(fallen);
            for look in &mut looks {
                look.status = look.status.clone().given_up();
            }
            blame(work, looks.into_iter(), watched).await;
            return Ok(());
        }
        are_tested = pass(work, are_tested, &mut tests).await?;
    }
}

/// Passes the time to the next look, or to the end of the tests; whether they have ended.
async fn pass(work: &Work<'_>, are_tested: bool, tests: &mut (impl Future<Output = ()> + Unpin)) -> Result<bool, Stop> {
    if are_tested {
        work.pause(LOOK_EVERY).await?;
        return Ok(true);
    }
    let next = async {
        tokio::select! {
            () = tests => true,
            () = tokio::time::sleep(LOOK_EVERY) => false,
        }
    };
    work.until(next).await
}

/// Looks at every workload once.
async fn round(mirror: &Mirror<'_>, looks: &mut [Look<'_>], known: &mut Events) -> Result<(), ApiError> {
    let states: &[State] = &[State::InProgress, State::Failed, State::Current];
    let objects: Vec<(&Placed<'_>, &[State])> = looks.iter().map(|look| (&look.placed, states)).collect();
    let answers = look(mirror, known, &objects).await?;
    let answers = answers.into_iter().collect::<Result<Vec<Seen>, ApiError>>()?;
    for (look, seen) in looks.iter_mut().zip(answers) {
        look.seen = seen;
    }
    Ok(())
}

/// Findings of what did not stay ready, with their evidence.
async fn blame<'s>(work: &Work<'_>, looks: impl Iterator<Item = Look<'s>>, watched: &mut Watched) {
    let looks: Vec<Look<'_>> = looks.collect();
    let waiting =
        looks.iter().map(|look| Waiting::seen(&look.placed, look.status.clone(), look.seen.clone())).collect();
    for (waiting, finding) in prove(work, waiting, None).await {
        (work.report)(Progress::Failed { object: waiting.placed.id.clone(), message: waiting.status.message.clone() });
        let message = finding.message.replacen(" is not ready, ", &format!(" {}, ", how(&waiting.placed.id)), 1);
        watched.findings.push(Finding { message, ..finding });
    }
}

fn tell(work: &Work<'_>, objects: &[Settled], most: Duration) {
    // Of several the first.
    let longest = objects.iter().rev().max_by_key(|object| object.window(most));
    let Some(longest) = longest.filter(|object| !object.window(most).is_zero()) else { return };
    let (name, time) = (longest.id.kind_and_name(), in_words(longest.window(most)));
    let why =
        if longest.is_probed() { ", because its liveness probe is slow to end a container that hangs" } else { "" };
    (work.report)(Progress::Note(format!("watching for {time} whether `{name}` stays ready{why}")));
}

/// A clause for where the watch was stopped.
fn watching(objects: &[Settled]) -> String {
    match objects {
        [] => "the tests ran".to_owned(),
        [one] => format!("watching whether `{}` stays ready", one.id.kind_and_name()),
        [one, more @ ..] => format!("watching whether `{}` and {} more stay ready", one.id.kind_and_name(), more.len()),
    }
}

/// A sentence where a probe would have needed longer.
fn cut_short(object: &Settled, watched: Duration, most: Duration) -> Option<String> {
    if most.is_zero() {
        return None;
    }
    let name = object.id.kind_and_name();
    let (watched, needs) = (Duration::from_secs(watched.as_secs()), object.needs);
    (watched < needs).then(|| {
        format!(
            "`{name}` was watched for {} after it was ready; its liveness probe takes {} to end a container that hangs",
            in_words(watched),
            in_words(needs)
        )
    })
}
