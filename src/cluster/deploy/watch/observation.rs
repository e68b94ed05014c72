//! Looking at several objects at once: with the events of their namespaces, and with what proves that one is not ready.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{StreamExt, stream};
use seatrial_api::ApiError;
use seatrial_model::{Finding, ObjectId};
use seatrial_readiness::State;
use serde_json::Value;
use tokio::time::Instant;

use crate::plan::AT_ONCE;
use crate::plan::place::Placed;
use crate::watch::gather::{Seen, events, events_in, gather_in, has_events};
use crate::watch::mirror::Mirror;
use crate::watch::waiting::{Waiting, judge};
use crate::watch::{evidence, unready};
use crate::work::Work;

/// Events of a namespace are many: they are listed at most this often.
const EVENTS_EVERY: Duration = Duration::from_secs(2);
/// So many looks in a row may fail for reasons of the infrastructure before the wait gives up.
pub(crate) const FORGIVEN_FAILURES: u32 = 20;
/// Collecting evidence may take this long.
pub(crate) const EVIDENCE_TIME: Duration = Duration::from_secs(10);

/// Events per namespace, and when they were listed.
#[derive(Default)]
pub(crate) struct Events {
    of: BTreeMap<String, Vec<Value>>,
    listed: Option<Instant>,
}

impl Events {
    /// Lists those of the objects' namespaces, when that was a while ago.
    pub(crate) async fn read<'i>(
        &mut self,
        mirror: &Mirror<'_>,
        objects: impl Iterator<Item = &'i ObjectId>,
    ) -> Result<(), ApiError> {
        if self.listed.is_some_and(|listed| listed.elapsed() < EVENTS_EVERY) {
            return Ok(());
        }
        let mut namespaces: Vec<&str> =
            objects.filter(|id| has_events(id)).filter_map(|id| id.namespace.as_deref()).collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        for namespace in namespaces {
            self.of.insert(namespace.to_owned(), events_in(mirror, namespace).await?.0);
        }
        self.listed = Some(Instant::now());
        Ok(())
    }

    /// Those of an object's namespace.
    pub(crate) fn of(&self, id: &ObjectId) -> &[Value] {
        id.namespace.as_ref().and_then(|namespace| self.of.get(namespace)).map_or(&[], Vec::as_slice)
    }
}

/// Looks at objects once, each with its pods in the states that are wanted; and whether the server is still there.
pub(crate) async fn look(
    mirror: &Mirror<'_>,
    known: &mut Events,
    objects: &[(&Placed<'_>, &[State])],
) -> Result<Vec<Result<Seen, ApiError>>, ApiError> {
    if let Some((placed, _)) = objects.first() {
        mirror.confirm(&placed.api_version(), &placed.id).await?;
    }
    known.read(mirror, objects.iter().map(|(placed, _)| &placed.id)).await?;
    let known = &*known;
    let ask = async |(placed, wanted): (&Placed<'_>, &[State])| {
        gather_in(mirror, &placed.api_version(), &placed.id, known.of(&placed.id), wanted).await
    };
    Ok(stream::iter(objects.iter().copied().map(ask)).buffered(AT_ONCE).collect().await)
}

/// What is there now, asked of the server itself.
pub(crate) async fn fresh(work: &Work<'_>, waiting: &Waiting<'_, '_>) -> Result<Seen, ApiError> {
    let placed = waiting.placed;
    let (of_namespace, unread) = match &placed.id.namespace {
        Some(namespace) => events(work.cluster, namespace).await?,
        None => Default::default(),
    };
    let wanted = waiting.looked_into();
    let mut seen =
        gather_in(&Mirror::asking(work.cluster), &placed.api_version(), &placed.id, &of_namespace, wanted).await?;
    seen.unread.extend(unread);
    Ok(seen)
}

/// Each with its finding and what proves it.
pub(crate) async fn prove<'p, 'm>(
    work: &Work<'_>,
    unready: Vec<Waiting<'p, 'm>>,
    after: Option<&str>,
) -> Vec<(Waiting<'p, 'm>, Finding)> {
    let until = work.evidence_by(EVIDENCE_TIME);
    let prove = |waiting| proven(work, waiting, after, until);
    stream::iter(unready.into_iter().map(prove)).buffered(AT_ONCE).collect().await
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
