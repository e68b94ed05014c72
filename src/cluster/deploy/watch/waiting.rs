//! One object that is waited for: what was seen of it last, what that means, and for how long it has been held up.

use std::time::Duration;

use seatrial_api::ApiError;
use seatrial_model::Action;
use seatrial_readiness::{Around, Cause, Live, Patience, Remedy, State, Status, has_pods, past_crash, status};
use serde_json::Value;
use tokio::time::Instant;

use crate::inventory::known::Applied;
use crate::plan::place::Placed;
use crate::watch::gather::Seen;
use crate::watch::missing::{self, Answer};
use crate::work::Work;

/// How long a container that has crashed must run again before it is believed.
const CALM: Duration = Duration::from_secs(10);

/// One object that is waited for.
pub(crate) struct Waiting<'p, 'm> {
    pub(crate) placed: &'p Placed<'m>,
    pub(crate) status: Status,
    pub(crate) seen: Seen,
    /// When something was last said of it.
    pub(crate) told: Option<Instant>,
    /// It was ready before, and is looked at once more.
    pub(crate) is_settling: bool,
    /// The last crash that was seen while it settled, and when it was seen first.
    crashed: Option<(Cause, Instant)>,
    patience: Patience,
    begun: Instant,
}

impl<'p, 'm> Waiting<'p, 'm> {
    pub(crate) fn new(applied: &Applied<'p, 'm>) -> Waiting<'p, 'm> {
        let status = status(Live::alone(&applied.live));
        Waiting { is_settling: false, ..Waiting::seen(applied.placed, status, Seen::default()) }
    }

    pub(crate) fn settling(applied: &Applied<'p, 'm>) -> Waiting<'p, 'm> {
        Waiting { is_settling: true, ..Waiting::new(applied) }
    }

    /// One that was looked at already.
    pub(crate) fn seen(placed: &'p Placed<'m>, status: Status, seen: Seen) -> Waiting<'p, 'm> {
        Waiting {
            placed,
            status,
            seen,
            told: None,
            is_settling: true,
            crashed: None,
            patience: Patience::default(),
            begun: Instant::now(),
        }
    }

    /// In which states its pods are looked at: while it settles always, as a crash shows only there once the container runs again.
    pub(crate) fn looked_into(&self) -> &'static [State] {
        if self.is_settling {
            &[State::InProgress, State::Failed, State::Current]
        } else {
            &[State::InProgress, State::Failed]
        }
    }

    /// What was seen now. A settling object that has crashed counts as ready only when it has been calm.
    pub(crate) fn judged(&mut self, seen: &Seen) -> Status {
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

    /// Fails what waiting will not mend. `around` says what is known beside it; what is missing is asked for before it is believed.
    pub(crate) async fn lose_patience(
        &mut self,
        work: &Work<'_>,
        around: Around,
        all: &[Placed<'_>],
    ) -> Result<(), ApiError> {
        let now = self.begun.elapsed();
        let mut around = around;
        if let Some(Remedy::Arrival(missing)) = &self.status.remedy {
            let others = all.iter().filter(|other| other.id != self.placed.id);
            around.has_producer = missing::has_producer(missing, others);
        }
        if self.status.state != State::InProgress || !self.patience.is_over(&self.status, now, around) {
            return Ok(());
        }
        if let Some(Remedy::Arrival(missing)) = &self.status.remedy {
            match missing::ask(work.cluster, missing, self.placed.id.namespace.as_deref()).await? {
                Answer::Missing => {}
                Answer::There => {
                    self.patience.renew(now);
                    return Ok(());
                }
                Answer::Unknown => {
                    around.has_producer = true;
                    if !self.patience.is_over(&self.status, now, around) {
                        return Ok(());
                    }
                }
            }
        }
        if self.status.remedy == Some(Remedy::Room) && somebody_leaves(work, self.placed).await? {
            self.patience.renew(now);
            return Ok(());
        }
        let failed = self.status.clone().given_up();
        self.status = failed;
        self.told = None;
        Ok(())
    }
}

/// Whether other pods of the namespace are on their way out: those of a workload that is ready already hold their room until they are gone.
async fn somebody_leaves(work: &Work<'_>, placed: &Placed<'_>) -> Result<bool, ApiError> {
    let pods = match work.cluster.list("v1", "Pod", placed.id.namespace.as_deref(), None).await {
        Err(ApiError::Forbidden { .. }) => return Ok(false),
        other => other?,
    };
    Ok(pods.iter().any(|pod| pod.pointer("/metadata/deletionTimestamp").is_some()))
}

/// It runs again, but who knows for how long.
fn crashed(now: &Status, crash: Cause) -> Status {
    let message = format!("{}, but {}", now.message, crash.describe());
    Status::new(State::InProgress, message, Some(crash))
}

/// What is seen of an object, as a status.
pub(crate) fn judge(placed: &Placed<'_>, seen: &Seen) -> Status {
    match &seen.object {
        Some(object) => status(seen.live(object)),
        // `ttlSecondsAfterFinished` removes a Job only after it has ended (fluxcd/pkg: `runtime/statusreaders/job.go`).
        None if placed.id.kind == "Job" => Status::new(State::Current, "completed and removed", None),
        None => Status::new(State::Failed, "it was deleted by somebody else during the wait", None),
    }
}

/// A container without a readiness probe counts as ready the moment it starts, and may crash the moment after: a changed workload
/// that has one is looked at once more.
pub(crate) fn may_crash_unnoticed(applied: &Applied<'_, '_>) -> bool {
    let id = &applied.placed.id;
    if applied.action == Action::Unchanged || id.kind == "Job" || !has_pods(&id.group, &id.kind) {
        return false;
    }
    let containers = applied.live.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    containers.into_iter().flatten().any(|c| c.get("readinessProbe").is_none())
}
