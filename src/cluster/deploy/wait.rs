//! Waiting until what was applied is ready: progress on every change of state, a sign of life, and an early end when something failed.

use std::time::Duration;

use seatrial_api::ApiError;
use seatrial_readiness::{Around, State, makes_room};
use tokio::time::Instant;

use crate::apply::Next;
use crate::inventory::known::Applied;
use crate::plan::place::Placed;
use crate::watch::mirror::Mirror;
use crate::watch::observation::{EVIDENCE_TIME, Events, FORGIVEN_FAILURES, fresh, look, prove};
use crate::watch::waiting::{Waiting, judge, may_crash_unnoticed};
use crate::work::{Stop, Work};
use crate::{Deployed, Progress};

/// The first looks follow each other quickly, as most objects are ready within a second or two; and so does one on what a watch tells.
const QUICK_LOOKS: u32 = 8;
const QUICKLY: Duration = Duration::from_millis(250);
const POLL_EVERY: Duration = Duration::from_secs(1);
/// How long a workload without readiness probes must stay as desired. A kubelet tells of a crash up to two seconds late.
const SETTLE: Duration = Duration::from_secs(3);
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Waits for all objects; `all` are those of the whole deployment. A failed one ends the wait at once; what is not ready at the deadline
/// is a finding, too.
pub(crate) async fn wait(
    work: &Work<'_>,
    (applied, all): (&[Applied<'_, '_>], &[Placed<'_>]),
    done: &mut Deployed,
) -> Result<Next, Stop> {
    let mut pending: Vec<Waiting<'_, '_>> =
        applied.iter().map(Waiting::new).filter(|w| w.status.state != State::Current).collect();
    let mut unsettled: Vec<&Applied<'_, '_>> = applied.iter().filter(|a| may_crash_unnoticed(a)).collect();
    // Nothing is begun for what is ready already.
    let mirror = Mirror::watching(work.cluster);
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
        match work.until(round(work, &mirror, (&mut pending, all), &mut events)).await {
            Ok(Ok(())) => {
                failures = 0;
                answered = mirror.answered().unwrap_or_else(Instant::now);
            }
            Ok(Err(error)) if error.may_pass() && failures < FORGIVEN_FAILURES => failures += 1,
            Ok(Err(error)) => return Err(Stop::Api(error)),
            Err(stop) => return end(work, heard(stop, answered, work), pending, done).await,
        }
        doubt(work, &mut pending).await;
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
        if let Err(stop) = work.until(mirror.pause(pause)).await {
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

/// ``waiting for `Deployment/web` and 2 more``.
fn waiting_for(pending: &[Waiting<'_, '_>]) -> String {
    let Some((first, more)) = pending.split_first() else { return "waiting".to_owned() };
    match more.len() {
        0 => format!("waiting for `{}`", first.placed.id.kind_and_name()),
        n => format!("waiting for `{}` and {n} more", first.placed.id.kind_and_name()),
    }
}

/// Looks at every pending object once.
async fn round(
    work: &Work<'_>,
    mirror: &Mirror<'_>,
    (pending, all): (&mut [Waiting<'_, '_>], &[Placed<'_>]),
    known: &mut Events,
) -> Result<(), ApiError> {
    let objects: Vec<(&Placed<'_>, &[State])> = pending.iter().map(|w| (w.placed, w.looked_into())).collect();
    let answers = look(mirror, known, &objects).await?;
    for (waiting, answer) in pending.iter_mut().zip(answers) {
        let seen = answer?;
        let now = waiting.judged(&seen);
        if now != waiting.status {
            waiting.status = now;
            waiting.told = None;
        }
        waiting.seen = seen;
    }
    // What one workload leaves is room for the others.
    let makes_room =
        pending.iter().any(|w| w.seen.object.as_ref().is_some_and(|object| makes_room(w.seen.live(object))));
    for waiting in pending {
        waiting.lose_patience(work, Around { makes_room, has_producer: false }, all).await?;
    }
    Ok(())
}

/// A watch may be late: what it would fail is asked for once more, and is not failed when it is ready.
async fn doubt(work: &Work<'_>, pending: &mut [Waiting<'_, '_>]) {
    let until = work.evidence_by(EVIDENCE_TIME);
    for waiting in pending.iter_mut().filter(|waiting| waiting.status.state == State::Failed) {
        if let Some(Ok(seen)) = work.at_most(until, fresh(work, waiting)).await {
            let now = judge(waiting.placed, &seen);
            if now.state == State::Current {
                (waiting.status, waiting.seen, waiting.told) = (now, seen, None);
            }
        }
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
        let object = waiting.placed.id.clone();
        let message = waiting.status.message.clone();
        (work.report)(match waiting.status.state {
            State::Current => Progress::Ready { object },
            State::Failed => Progress::Failed { object, message },
            State::InProgress | State::Terminating => Progress::Waiting { object, message },
        });
    }
}

/// Findings with their evidence, which is collected for several at once: after the deadline there is little time.
async fn report(work: &Work<'_>, unready: Vec<Waiting<'_, '_>>, after: Option<&str>, done: &mut Deployed) {
    for (waiting, finding) in prove(work, unready, after).await {
        if after.is_some() {
            let message = finding.message.clone();
            (work.report)(Progress::Failed { object: waiting.placed.id.clone(), message });
        }
        for sentence in &waiting.seen.unread {
            if !done.notices.contains(sentence) {
                done.notices.push(sentence.clone());
            }
        }
        done.findings.push(finding);
    }
}
