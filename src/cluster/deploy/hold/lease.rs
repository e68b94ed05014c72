//! One target is held by one run at a time: a Lease with holder and expiry, renewed while the work goes on, released at its end.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use seatrial_api::{ApiError, Cluster};
use seatrial_model::ObjectId;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::Progress;
use crate::hold::cleanup::what_keeps;
use crate::hold::preview::namespace_id;
use crate::work::cancel::HeldLeases;
use crate::work::{Stop, Work};

const API_VERSION: &str = "coordination.k8s.io/v1";
/// A run that dies holds the target this long.
const DURATION: Duration = Duration::from_secs(30);
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// A renewal that is not answered so soon is asked for again.
const RENEW_WITHIN: Duration = Duration::from_secs(5);
const RETRY_EVERY: Duration = Duration::from_secs(2);
/// Without a renewal for so long the Lease counts as lost: a write that is under way has ended then before another run may take over.
const LOST_AFTER: Duration = Duration::from_secs(25);
/// A run that was told to stop has little time left.
const RELEASE_WITHIN: Duration = Duration::from_millis(1500);
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How far apart the clocks of two runners may be before a Lease is believed to have expired by its own time stamps. One that ended since
/// is looked at for its duration instead, which compares no clocks.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Told why a Lease was lost, when it is.
pub(crate) type Lost = watch::Sender<Option<String>>;

/// A Lease that is held; renewed in the background until it is released or dropped.
pub(crate) struct Lease {
    kept: Kept,
    renewal: JoinHandle<()>,
}

/// What holding a Lease needs.
#[derive(Clone)]
struct Kept {
    cluster: Cluster,
    id: ObjectId,
    holder: String,
    /// The Lease as the server had it last; locked while it is being written.
    live: Arc<Mutex<Value>>,
    held: HeldLeases,
}

/// How asking for a Lease ended.
pub(crate) enum Acquired {
    /// Held.
    Held(Lease),
    /// The namespace that it would lie in does not exist.
    NoNamespace,
}

/// Acquires the Lease; waits for another holder until the deadline. `lost` is told when it is lost while it is held.
pub(crate) async fn acquire(
    work: &Work<'_>,
    namespace: &str,
    name: &str,
    holder: &str,
    lost: Lost,
) -> Result<Acquired, Stop> {
    let id = ObjectId::new("coordination.k8s.io", "Lease", Some(namespace), name);
    let mut watched: Option<(Value, Instant)> = None;
    let mut told = String::new();
    loop {
        work.enter(format!("taking the Lease `{namespace}/{name}`"));
        let live = match work.until(work.cluster.get(API_VERSION, &id)).await? {
            Err(ApiError::Forbidden { verb, user, .. }) => {
                return Err(Stop::Refused(not_allowed(&verb, namespace, user.as_deref())));
            }
            other => other?,
        };
        let taken = match live {
            None => work.create(&fresh(&id, holder)).await,
            Some(mut live) => {
                let spec = live.get("spec").cloned().unwrap_or_default();
                if watched.as_ref().is_none_or(|(seen, _)| *seen != spec) {
                    watched = Some((spec.clone(), Instant::now()));
                }
                let unchanged = watched.as_ref().map_or(Duration::ZERO, |(_, since)| since.elapsed());
                if let Some(other) = held_by_other(&spec, holder, unchanged, seatrial_api::now()) {
                    let sentence = format!("waiting for `{other}`, which holds the Lease `{namespace}/{name}`");
                    if told != sentence {
                        (work.report)(Progress::Note(sentence.clone()));
                        told = sentence;
                    }
                    work.enter(told.clone());
                    work.pause(ASK_EVERY).await?;
                    continue;
                }
                take_over(&mut live, holder);
                work.replace(&live).await
            }
        };
        if let Err(Stop::Unanswered(_)) = &taken {
            // It may have been given to us all the same.
            let _ = tokio::time::timeout(RELEASE_WITHIN, free(work.cluster, &id, holder, None)).await;
        }
        match taken? {
            Ok(live) => {
                let (cluster, holder) = (work.cluster.clone(), holder.to_owned());
                let (live, held) = (Arc::new(Mutex::new(live)), work.held_leases().clone());
                let kept = Kept { cluster, id, holder, live, held };
                return Ok(Acquired::Held(Lease::hold(kept, RENEW_EVERY, lost)));
            }
            // Another run was faster.
            Err(ApiError::Rejected { code: 409, .. }) => {}
            Err(ApiError::NotFound(_)) => return Ok(Acquired::NoNamespace),
            Err(ApiError::Forbidden { verb, user, .. }) => {
                return Err(Stop::Refused(not_allowed(&verb, namespace, user.as_deref())));
            }
            Err(ApiError::Rejected { message, .. }) if message.contains("is being terminated") => {
                let live = work.until(work.cluster.get("v1", &namespace_id(namespace))).await?.ok().flatten();
                let why = what_keeps(live.as_ref());
                return Err(Stop::Refused(format!("the namespace `{namespace}` is being deleted{why}")));
            }
            Err(error) => return Err(Stop::Api(error)),
        }
    }
}

fn not_allowed(verb: &str, namespace: &str, user: Option<&str>) -> String {
    let who = user.map(|user| format!(" to `{user}`")).unwrap_or_default();
    format!(
        "not allowed to {verb} the Lease that keeps two runs apart: grant get, create and update on \
         leases.coordination.k8s.io in namespace `{namespace}`{who}"
    )
}

impl Lease {
    fn hold(kept: Kept, every: Duration, lost: Lost) -> Lease {
        kept.held.hold(&kept.name(), Instant::now() + DURATION);
        let renewal = tokio::spawn(renew(kept.clone(), every, lost));
        Lease { kept, renewal }
    }

    /// Gives the target free; a sentence when that did not succeed in time. It then is free when the Lease expires.
    pub(crate) async fn release(self) -> Option<String> {
        // A renewal that is half-way meets a newer version of the Lease, or makes one that is read again.
        self.renewal.abort();
        let giving = async {
            let live = self.kept.live.lock().await.clone();
            free(&self.kept.cluster, &self.kept.id, &self.kept.holder, Some(live)).await
        };
        match tokio::time::timeout(RELEASE_WITHIN, giving).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(self.kept.not_released(&error.to_string())),
            Err(_) => Some(self.kept.not_released("the API server did not answer in time")),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
        self.kept.held.forget(&self.kept.name());
    }
}

impl Kept {
    fn name(&self) -> String {
        format!("{}/{}", self.id.namespace.as_deref().unwrap_or_default(), self.id.name)
    }

    fn not_released(&self, why: &str) -> String {
        let seconds = DURATION.as_secs();
        format!("the Lease `{}` was not released; it expires within {seconds} s: {why}", self.name())
    }

    /// Renews it once.
    async fn renew(&self) -> Renewal {
        let mut live = self.live.lock().await;
        let mut next = live.clone();
        set(&mut next, "renewTime", json!(micro_time(seatrial_api::now())));
        match self.cluster.replace(&next).await {
            Ok(newer) => {
                *live = newer;
                return Renewal::Done;
            }
            Err(ApiError::Rejected { code: 409, .. } | ApiError::NotFound(_)) => {}
            Err(_) => return Renewal::Failed,
        }
        match self.cluster.get(API_VERSION, &self.id).await {
            Ok(Some(newer)) if holder_of(&newer) == self.holder => {
                *live = newer;
                Renewal::Failed
            }
            Ok(Some(newer)) => Renewal::Lost(format!("because `{}` took over its Lease", holder_of(&newer))),
            Ok(None) => Renewal::Lost("because its Lease was deleted".to_owned()),
            Err(_) => Renewal::Failed,
        }
    }
}

/// How a renewal ended.
enum Renewal {
    Done,
    /// It may succeed the next time.
    Failed,
    /// A clause that says why.
    Lost(String),
}

/// Renews until it is lost. A renewal that hangs is given up while there is time for another one.
async fn renew(kept: Kept, every: Duration, lost: Lost) {
    let mut renewed = Instant::now();
    let mut pause = every;
    loop {
        tokio::time::sleep(pause).await;
        let asked = Instant::now();
        let until = (asked + RENEW_WITHIN).min(renewed + LOST_AFTER);
        let renewal = tokio::time::timeout_at(until, kept.renew()).await.unwrap_or(Renewal::Failed);
        let why = match renewal {
            Renewal::Done => {
                (renewed, pause) = (asked, every);
                kept.held.hold(&kept.name(), asked + DURATION);
                continue;
            }
            Renewal::Failed if renewed.elapsed() < LOST_AFTER => {
                pause = RETRY_EVERY.min(every);
                continue;
            }
            Renewal::Failed => "because its Lease could not be renewed".to_owned(),
            Renewal::Lost(why) => why,
        };
        kept.held.forget(&kept.name());
        lost.send_replace(Some(why));
        return;
    }
}

/// Gives a Lease free that `holder` holds; `known` is the version to begin with. One that somebody else holds stays as it is.
async fn free(cluster: &Cluster, id: &ObjectId, holder: &str, known: Option<Value>) -> Result<(), ApiError> {
    let mut known = known;
    for _ in 0..3 {
        let live = match known.take() {
            Some(live) => live,
            None => match cluster.get(API_VERSION, id).await? {
                Some(live) if holder_of(&live) == holder => live,
                _ => return Ok(()),
            },
        };
        let mut free = live;
        set(&mut free, "holderIdentity", json!(""));
        set(&mut free, "leaseDurationSeconds", json!(1));
        match cluster.replace(&free).await {
            // It was renewed, or taken over, since it was read.
            Err(ApiError::Rejected { code: 409, .. }) => {}
            Err(ApiError::NotFound(_)) | Ok(_) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Who holds it against us: nobody when it is free, ours, or expired. Expired is what has not changed for its duration while we looked on
/// (no clock is compared then), or what its own time stamps say was over long ago.
fn held_by_other(spec: &Value, holder: &str, unchanged: Duration, now: Timestamp) -> Option<String> {
    let other = holder_in(spec);
    if other.is_empty() || other == holder {
        return None;
    }
    let seconds = spec.get("leaseDurationSeconds").and_then(Value::as_u64).unwrap_or(DURATION.as_secs()).min(3600);
    if unchanged >= Duration::from_secs(seconds) {
        return None;
    }
    let renewed = spec.get("renewTime").and_then(Value::as_str).and_then(|t| t.parse::<Timestamp>().ok());
    let lasts = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(3600)) + SKEW;
    let over = renewed.is_some_and(|renewed| now.duration_since(renewed) > lasts);
    (!over).then(|| other.to_owned())
}

fn holder_in(spec: &Value) -> &str {
    spec.get("holderIdentity").and_then(Value::as_str).unwrap_or_default()
}

fn holder_of(lease: &Value) -> &str {
    lease.get("spec").map(holder_in).unwrap_or_default()
}

fn fresh(id: &ObjectId, holder: &str) -> Value {
    let mut lease = json!({
        "apiVersion": API_VERSION,
        "kind": "Lease",
        "metadata": {
            "name": id.name,
            "namespace": id.namespace,
            "labels": { "app.kubernetes.io/managed-by": "seatrial" },
        },
        "spec": { "leaseTransitions": -1 },
    });
    take_over(&mut lease, holder);
    lease
}

fn take_over(lease: &mut Value, holder: &str) {
    let now = micro_time(seatrial_api::now());
    let transitions = lease.pointer("/spec/leaseTransitions").and_then(Value::as_i64).unwrap_or(0);
    set(lease, "holderIdentity", json!(holder));
    set(lease, "leaseDurationSeconds", json!(DURATION.as_secs()));
    set(lease, "acquireTime", json!(now));
    set(lease, "renewTime", json!(now));
    set(lease, "leaseTransitions", json!(transitions.saturating_add(1)));
}

/// Sets a field of the `spec`; what is not a Lease stays as it is, and the server will say so.
fn set(lease: &mut Value, key: &str, value: Value) {
    let Some(lease) = lease.as_object_mut() else { return };
    let spec = lease.entry("spec").or_insert_with(|| json!({}));
    if let Some(spec) = spec.as_object_mut() {
        spec.insert(key.to_owned(), value);
    }
}

/// Kubernetes' `MicroTime`: six digits of a second, always.
fn micro_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_respected_until_it_expires() {
        let now: Timestamp = "2026-01-01T10:00:00Z".parse().expect("a time");
        let spec = |holder: &str, renewed: &str| json!({"holderIdentity": holder, "leaseDurationSeconds": 30, "renewTime": renewed});
        let fresh = "2026-01-01T09:59:55.000000Z";
        let table = [
            ("another run holds it", spec("other", fresh), 0, Some("other")),
            ("nobody holds it", spec("", fresh), 0, None),
            ("we hold it", spec("us", fresh), 0, None),
            ("it did not change for its duration", spec("other", fresh), 30, None),
            ("our clock is ten minutes ahead", spec("other", "2026-01-01T09:50:00Z"), 0, Some("other")),
            ("our clock is ten minutes behind", spec("other", "2026-01-01T10:10:00Z"), 0, Some("other")),
            ("ahead, and it did not change for its duration", spec("other", "2026-01-01T09:50:00Z"), 30, None),
            ("behind, and it did not change for its duration", spec("other", "2026-01-01T10:10:00Z"), 30, None),
            ("its clock is a year ahead", spec("other", "2027-01-01T10:00:00Z"), 29, Some("other")),
            ("it ended long ago", spec("other", "2026-01-01T09:44:00Z"), 0, None),
            ("its times cannot be read", spec("other", "yesterday"), 0, Some("other")),
            ("it says nothing at all", Value::Null, 0, None),
        ];
        for (claim, spec, unchanged, expected) in table {
            let held = held_by_other(&spec, "us", Duration::from_secs(unchanged), now);
            assert_eq!(held.as_deref(), expected, "{claim}");
        }
    }

    #[tokio::test]
    async fn a_held_lease_is_renewed_until_another_run_takes_it() {
        let simulated = seatrial_simulated::SimulatedCluster::start(Default::default()).await.expect("a port is free");
        let transport = seatrial_transport::Transport::new(&Default::default()).expect("a client");
        let target = seatrial_api::ClusterTarget::Url(simulated.url().to_owned());
        let cluster = Cluster::connect(&target, &Default::default(), &transport, &Default::default()).await;
        let cluster = cluster.expect("the simulated cluster answers");
        let id = ObjectId::new("coordination.k8s.io", "Lease", Some("default"), "seatrial-dev");
        let first = cluster.create(&fresh(&id, "us")).await.expect("created");
        let (lose, mut lost) = watch::channel(None);
        let (live, held) = (Arc::new(Mutex::new(first.clone())), HeldLeases::default());
        let kept = Kept { cluster: cluster.clone(), id: id.clone(), holder: "us".to_owned(), live, held };
        let lease = Lease::hold(kept, Duration::from_millis(20), lose);
        let live = async || cluster.get(API_VERSION, &id).await.expect("answers").expect("is there");
        let mut renewed = live().await;
        while renewed["spec"]["renewTime"] == first["spec"]["renewTime"] {
            tokio::time::sleep(Duration::from_millis(20)).await;
            renewed = live().await;
        }
        // Whoever takes it may meet a renewal half-way: the version guards it.
        loop {
            let mut taken = live().await;
            take_over(&mut taken, "them");
            if cluster.replace(&taken).await.is_ok() {
                break;
            }
        }
        let why = lost.wait_for(Option::is_some).await.expect("told").clone();
        assert_eq!(why.as_deref(), Some("because `them` took over its Lease"));
        assert_eq!(lease.release().await, None);
        assert_eq!(live().await["spec"]["holderIdentity"], "them");
    }

    #[test]
    fn writes_times_as_kubernetes_reads_them() {
        let time = Timestamp::new(1_767_261_600, 5_000).expect("a time");
        assert_eq!(micro_time(time), "2026-01-01T10:00:00.000005Z");
    }
}
