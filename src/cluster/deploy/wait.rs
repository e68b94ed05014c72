//! Waiting until what was applied is ready: progress on every change of state, a sign of life, and an early end when something failed.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt, stream};
use seatrial_api::ApiError;
use seatrial_model::{Action, Finding};
use seatrial_readiness::{Cause, Live, State, Status, has_pods, past_crash, status};
use serde_json::Value;
use tokio::time::Instant;

use crate::apply::{Applied, Next};
use crate::gather::{Seen, events, gather_in, has_events};
use crate::place::Placed;
use crate::plan::AT_ONCE;
use crate::work::{Stop, Work};
use crate::{Deployed, Progress, evidence, unready};

/// The first looks follow each other quickly: most objects are ready within a second or two.
const QUICK_LOOKS: u32 = 8;
const QUICKLY: Duration = Duration::from_millis(250);
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Events of a namespace are many: they are listed at most this often.
const EVENTS_EVERY: Duration = Duration::from_secs(2);
/// How long a workload without readiness probes must stay as desired. A kubelet tells of a crash up to two seconds late.
const SETTLE: Duration = Duration::from_secs(3);
/// How long a container that has crashed must run again before it is believed.
const CALM: Duration = Duration::from_secs(10);
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// So many looks in a row may fail for reasons of the infrastructure before the wait gives up.
const FORGIVEN_FAILURES: u32 = 20;
/// Collecting evidence may take this long.
const EVIDENCE_TIME: Duration = Duration::from_secs(10);

/// One object that is waited for.
struct Waiting<'p, 'm> {
    placed: &'p Placed<'m>,
    status: Status,
    seen: Seen,
    /// When something was last said of it.
    told: Option<Instant>,
    /// It was ready before, and is looked at once more.
    is_settling: bool,
    /// The last crash that was seen while it settled, and when it was seen first.
    crashed: Option<(Cause, Instant)>,
}

/// Waits for all objects. A failed one ends the wait at once; what is not ready at the deadline is a finding, too.
pub(crate) async fn wait(work: &Work<'_>, applied: &[Applied<'_, '_>], done: &mut Deployed) -> Result<Next, Stop> {
    let mut pending: Vec<Waiting<'_, '_>> =
        applied.iter().map(Waiting::new).filter(|w| w.status.state != State::Current).collect();
    let mut unsettled: Vec<&Applied<'_, '_>> = applied.iter().filter(|a| may_crash_unnoticed(a)).collect();
    let mut events = Events::default();
    let mut failures = 0;
    let mut answered = Instant::now();
    for look in 0_u32.. {
        if pending.is_empty() {
            if unsettled.is_empty() {
                return Ok(Next::GoOn);
            }
            pending = unsettled.drain(..).map(Waiting::settling).collect();
            work.enter(waiting_for(&pending));
            match work.pause(SETTLE).await {
                // They were ready in time.
                Err(Stop::Deadline) => return Ok(Next::GoOn),
                other => other?,
            }
        }
        work.enter(waiting_for(&pending));
        match work.until(round(work, &mut pending, &mut events)).await {
            Ok(Ok(())) => {
                failures = 0;
                answered = Instant::now();
            }
            Ok(Err(error)) if is_passing(&error) && failures < FORGIVEN_FAILURES => failures += 1,
            Ok(Err(error)) => return Err(Stop::Api(error)),
            Err(stop) => return end(work, heard(stop, answered, work), pending, done).await,
        }
        tell(work, &mut pending);
        pending.retain(|w| w.status.state != State::Current);
        if pending.iter().any(|w| w.status.state == State::Failed) {
            let failed = pending.into_iter().filter(|w| w.status.state == State::Failed).collect();
            report(work, failed, None, done).await;
            return Ok(Next::Halt);
        }
        if pending.is_empty() {
            continue;
        }
        let pause = if look < QUICK_LOOKS { QUICKLY } else { POLL_EVERY };
        if let Err(stop) = work.pause(pause).await {
            return end(work, heard(stop, answered, work), pending, done).await;
        }
    }
    Ok(Next::GoOn)
}

/// A deadline that passes while the API server is silent says nothing about the change.
fn heard(stop: Stop, answered: Instant, work: &Work<'_>) -> Stop {
    let silence = answered.elapsed();
    if !matches!(stop, Stop::Deadline) || silence < work.silence() {
        return stop;
    }
    let (after, phase) = (work.timeout(), work.phase());
    Stop::Refused(format!(
        "the deadline of {after} passed while {phase}, and the API server has not answered for {} s",
        silence.as_secs()
    ))
}

/// At the deadline everything that is not ready is the change's fault; any other reason to stop is not.
async fn end(work: &Work<'_>, stop: Stop, pending: Vec<Waiting<'_, '_>>, done: &mut Deployed) -> Result<Next, Stop> {
    let Stop::Deadline = stop else { return Err(stop) };
    report(work, pending, Some(&work.timeout()), done).await;
    Ok(Next::Halt)
}

impl<'p, 'm> Waiting<'p, 'm> {
    fn new(applied: &Applied<'p, 'm>) -> Waiting<'p, 'm> {
        let status = status(Live { object: &applied.live, pods: &[], events: &[] });
        Waiting { placed: applied.placed, status, seen: Seen::default(), told: None, is_settling: false, crashed: None }
    }

    fn settling(applied: &Applied<'p, 'm>) -> Waiting<'p, 'm> {
        Waiting { is_settling: true, ..Waiting::new(applied) }
    }

    /// In which states its pods are looked at: while it settles always, as a crash shows only there once the container runs again.
    fn looked_into(&self) -> &'static [State] {
        if self.is_settling {
            &[State::InProgress, State::Failed, State::Current]
        } else {
            &[State::InProgress, State::Failed]
        }
    }

    /// What was seen now. A settling object that has crashed counts as ready only when it has been calm.
    fn judged(&mut self, seen: &Seen) -> Status {
        let now = judge(self.placed, seen);
        let (true, State::Current, Some(object)) = (self.is_settling, now.state, &seen.object) else { return now };
        let Some(crash) = past_crash(seen.live(object)) else { return now };
        let since = match &self.crashed {
            Some((known, since)) if *known == crash => *since,
            _ => Instant::now(),
        };
        self.crashed = Some((crash.clone(), since));
        if since.elapsed() < CALM { crashed(&now, crash) } else { now }
    }
}

/// It runs again, but who knows for how long.
fn crashed(now: &Status, crash: Cause) -> Status {
    let message = format!("{}, but {}", now.message, crash.describe());
    Status { state: State::InProgress, message, cause: Some(crash) }
}

/// A container without a readiness probe counts as ready the moment it starts, and may crash the moment after: a changed workload
/// that has one is looked at once more.
fn may_crash_unnoticed(applied: &Applied<'_, '_>) -> bool {
    let id = &applied.placed.id;
    if applied.action == Action::Unchanged || id.kind == "Job" || !has_pods(&id.group, &id.kind) {
        return false;
    }
    let containers = applied.live.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    containers.into_iter().flatten().any(|c| c.get("readinessProbe").is_none())
}

/// ``waiting for `Deployment/web` and 2 more``.
fn waiting_for(pending: &[Waiting<'_, '_>]) -> String {
    let Some((first, more)) = pending.split_first() else { return "waiting".to_owned() };
    match more.len() {
        0 => format!("waiting for `{}`", first.placed.id.kind_and_name()),
        n => format!("waiting for `{}` and {n} more", first.placed.id.kind_and_name()),
    }
}

/// Whether asking again may help.
fn is_passing(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Server { .. }
            | ApiError::Closed(_)
            | ApiError::TimedOut { .. }
            | ApiError::TooManyRequests
            | ApiError::Unreachable { .. }
    )
}

/// Events per namespace, and when they were listed.
#[derive(Default)]
struct Events {
    of: BTreeMap<String, Vec<Value>>,
    listed: Option<Instant>,
}

/// Looks at every pending object once.
async fn round(work: &Work<'_>, pending: &mut [Waiting<'_, '_>], known: &mut Events) -> Result<(), ApiError> {
    if known.listed.is_none_or(|listed| listed.elapsed() >= EVENTS_EVERY) {
        let mut namespaces: Vec<&str> = pending
            .iter()
            .filter(|w| has_events(&w.placed.id))
            .filter_map(|w| w.placed.id.namespace.as_deref())
            .collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        for namespace in namespaces {
            known.of.insert(namespace.to_owned(), events(work.cluster, namespace).await?.0);
        }
        known.listed = Some(Instant::now());
    }
    let known = &*known;
    let objects: Vec<(&Placed<'_>, &[State])> = pending.iter().map(|w| (w.placed, w.looked_into())).collect();
    let ask = async |(placed, wanted): (&Placed<'_>, &[State])| {
        let of_namespace = placed.id.namespace.as_ref().and_then(|n| known.of.get(n)).map_or(&[][..], Vec::as_slice);
        gather_in(work.cluster, &placed.api_version(), &placed.id, of_namespace, wanted).await
    };
    let answers: Vec<Result<Seen, ApiError>> =
        stream::iter(objects.into_iter().map(ask)).buffered(AT_ONCE).collect().await;
    for (waiting, answer) in pending.iter_mut().zip(answers) {
        let seen = answer?;
        let now = waiting.judged(&seen);
        if now != waiting.status {
            waiting.status = now;
            waiting.told = None;
        }
        waiting.seen = seen;
    }
    Ok(())
}

fn judge(placed: &Placed<'_>, seen: &Seen) -> Status {
    let gone = |state, message: &str| Status { state, message: message.to_owned(), cause: None };
    match &seen.object {
        Some(object) => status(seen.live(object)),
        // `ttlSecondsAfterFinished` removes a Job only after it has ended (fluxcd/pkg: `runtime/statusreaders/job.go`).
        None if placed.id.kind == "Job" => gone(State::Current, "completed and removed"),
        None => gone(State::Failed, "it was deleted by somebody else during the wait"),
    }
}

/// Says what has changed, and gives a sign of life for what has not changed for long.
fn tell(work: &Work<'_>, pending: &mut [Waiting<'_, '_>]) {
    for waiting in pending {
        let still_ready = waiting.is_settling && waiting.status.state == State::Current;
        if still_ready || waiting.told.is_some_and(|told| told.elapsed() < SIGN_OF_LIFE) {
            continue;
        }
        waiting.told = Some(Instant::now());
        let object = waiting.placed.id.kind_and_name();
        let message = waiting.status.message.clone();
        (work.report)(match waiting.status.state {
            State::Current => Progress::Ready { object },
            State::Failed => Progress::Failed { object, message },
            State::InProgress | State::Terminating => Progress::Waiting { object, message },
        });
    }
}

async fn fresh(work: &Work<'_>, waiting: &Waiting<'_, '_>) -> Result<Seen, ApiError> {
    let placed = waiting.placed;
    let (of_namespace, unread) = match &placed.id.namespace {
        Some(namespace) => events(work.cluster, namespace).await?,
        None => Default::default(),
    };
    let wanted = waiting.looked_into();
    let mut seen = gather_in(work.cluster, &placed.api_version(), &placed.id, &of_namespace, wanted).await?;
    seen.unread.extend(unread);
    Ok(seen)
}

/// Findings with their evidence, which is collected for several at once: after the deadline there is little time.
async fn report(work: &Work<'_>, unready: Vec<Waiting<'_, '_>>, after: Option<&str>, done: &mut Deployed) {
    let until = work.evidence_by(EVIDENCE_TIME);
    let prove = |waiting| proven(work, waiting, after, until);
    let all: Vec<(Waiting<'_, '_>, Finding)> =
        stream::iter(unready.into_iter().map(prove)).buffered(AT_ONCE).collect().await;
    for (waiting, finding) in all {
        if after.is_some() {
            let message = finding.message.clone();
            (work.report)(Progress::Failed { object: waiting.placed.id.kind_and_name(), message });
        }
        for sentence in &waiting.seen.unread {
            if !done.notices.contains(sentence) {
                done.notices.push(sentence.clone());
            }
        }
        done.findings.push(finding);
    }
}

/// One finding with what proves it, as far as that is there in time.
async fn proven<'p, 'm>(
    work: &Work<'_>,
    mut waiting: Waiting<'p, 'm>,
    after: Option<&str>,
    until: Instant,
) -> (Waiting<'p, 'm>, Finding) {
    // Events that tell why may be younger than the last listing.
    if let Some(Ok(seen)) = work.at_most(until, fresh(work, &waiting)).await {
        let now = judge(waiting.placed, &seen);
        if now.state == waiting.status.state && now.cause.is_some() {
            waiting.status = now;
        }
        waiting.seen = seen;
    }
    let proof = evidence::take(work.cluster, &waiting.seen, waiting.status.cause.as_ref());
    let proof = work.at_most(until, proof).await.unwrap_or_default();
    waiting.status = proof.correct(&waiting.status);
    let finding = proof.add_to(unready::finding(waiting.placed, &waiting.status, after));
    (waiting, finding)
}
