//! What moves by itself: small controllers, the kubelet, the garbage collector. Each looks at the whole world and brings it one step nearer
//! to what is desired; a pass is repeated whenever something changed or is due.

mod claim;
mod conditions;
mod daemon_set;
mod definition;
mod deployment;
mod due;
mod events;
mod garbage;
mod job;
mod kubelet;
mod namespace;
mod ownership;
mod pod_status;
mod replica_set;
mod replica_sets;
mod revisions;
mod service;
mod stateful_set;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use definition::serve_definitions;
use due::Due;
pub(crate) use service::ready_endpoints;

use crate::clock::Moment;
use crate::world::World;
use crate::world::shared::Shared;

/// Changes that come close together are looked at once.
const BREATH: Duration = Duration::from_millis(3);

/// One pass over the world.
pub(crate) fn reconcile(world: &mut World, now: Moment) -> Due {
    let mut due = Due::default();
    namespace::reconcile(world, now, &mut due);
    serve_definitions(world, now);
    claim::reconcile(world, now);
    deployment::reconcile(world, now, &mut due);
    replica_set::reconcile(world, now, &mut due);
    stateful_set::reconcile(world, now, &mut due);
    daemon_set::reconcile(world, now);
    job::reconcile(world, now, &mut due);
    kubelet::reconcile(world, now, &mut due);
    service::reconcile(world, now, &mut due);
    garbage::reconcile(world, now);
    due
}

/// Runs passes for ever.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut announced = shared.lock().store.subscribe();
    loop {
        announced.mark_unchanged();
        let now = Moment::now();
        let began = Instant::now();
        let due = reconcile(&mut shared.lock(), now);
        let took = began.elapsed();
        let wait = due.moment().map(|moment| Duration::from_millis(u64::try_from(moment.since(now)).unwrap_or(0)));
        match wait {
            Some(wait) => {
                let _ = tokio::time::timeout(wait, announced.changed()).await;
            }
            None => {
                if announced.changed().await.is_err() {
                    return;
                }
            }
        }
        // A large world takes long to look at: requests get the lock for at least as long.
        tokio::time::sleep(BREATH.max(took)).await;
    }
}
