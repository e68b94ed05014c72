//! Jobs: pods until enough have succeeded or too many have failed (kubernetes: `pkg/controller/job`). CronJobs are stored; none is started.

use serde_json::{Value, json};

use super::conditions::{self, Condition};
use super::due::Due;
use super::events::{self, Event, Kind};
use super::ownership::{self, is_active, is_deleted, is_ready};
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::removal;
use crate::world::store::Key;

/// The first pause before a failed pod is replaced, where a real one takes 10 s.
const BACK_OFF: i64 = 60;

/// Brings every Job a step nearer to its end.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys("jobs.batch") {
        let Some(job) = world.store.get(&key).map(|job| Value::clone(job)) else { continue };
        if is_deleted(&job) {
            continue;
        }
        if is_finished(&job) {
            expire(world, &key, &job, now, due);
        } else {
            reconcile_one(world, &key, &job, now, due);
        }
    }
}

fn is_finished(job: &Value) -> bool {
    let is_true = |kind: &str| conditions::find(job, kind).is_some_and(|c| json::text(c, "/status") == "True");
    is_true("Complete") || is_true("Failed")
}

/// `ttlSecondsAfterFinished`.
fn expire(world: &mut World, key: &Key, job: &Value, now: Moment, due: &mut Due) {
    let Some(seconds) = json::integer(job, "/spec/ttlSecondsAfterFinished") else { return };
    let finished = json::items(job, "/status/conditions")
        .iter()
        .filter_map(|c| Moment::parse(json::text(c, "/lastTransitionTime")));
    let expires = finished.max().unwrap_or(now).after(seconds.saturating_mul(1000));
    if expires <= now {
        removal::mark_deleted(world, key, None, now);
    } else {
        due.at(expires);
    }
}

/// What counts of a Job's pods.
struct Counts {
    active: i64,
    ready: i64,
    succeeded: i64,
    failed: i64,
    restarts: i64,
}

impl Counts {
    fn of(pods: &[(Key, Value)]) -> Counts {
        let count = |wanted: &dyn Fn(&Value) -> bool| {
            i64::try_from(pods.iter().filter(|(_, pod)| wanted(pod)).count()).unwrap_or(i64::MAX)
        };
        let restarts = pods.iter().flat_map(|(_, pod)| json::items(pod, "/status/containerStatuses"));
        Counts {
            active: count(&is_active),
            ready: count(&|pod| is_active(pod) && is_ready(pod)),
            succeeded: count(&|pod| json::text(pod, "/status/phase") == "Succeeded"),
            failed: count(&|pod| json::text(pod, "/status/phase") == "Failed"),
            restarts: restarts.filter_map(|status| json::integer(status, "/restartCount")).sum(),
        }
    }
}

fn reconcile_one(world: &mut World, key: &Key, job: &Value, now: Moment, due: &mut Due) {
    if job.pointer("/spec/suspend") == Some(&Value::Bool(true)) {
        world.update(key, Author::CONTROLLER_STATUS, now, |job| {
            let condition =
                Condition { kind: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" };
            conditions::set(job, &condition, Some("lastProbeTime"), now);
        });
        return;
    }
    let pods = ownership::controlled(world, "pods", job);
    let counts = Counts::of(&pods);
    let number = |field: &str| json::integer(job, &format!("/spec/{field}"));
    let wanted = number("completions").unwrap_or(1);
    let limit = number("backoffLimit").unwrap_or(6);
    let start = Moment::parse(json::text(job, "/status/startTime")).unwrap_or(now);
    let deadline = number("activeDeadlineSeconds").map(|seconds| start.after(seconds.saturating_mul(1000)));
    let end = if counts.succeeded >= wanted {
        Some(("Complete", "CompletionsReached", "Reached expected number of succeeded pods"))
    } else if counts.failed > limit || counts.restarts > limit {
        Some(("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"))
    } else if deadline.is_some_and(|deadline| deadline <= now) {
        Some(("Failed", "DeadlineExceeded", "Job was active longer than specified deadline"))
    } else {
        None
    };
    if let Some(deadline) = deadline {
        due.at(deadline.max(now.after(1)));
    }
    if end.is_none() {
        let parallel = number("parallelism").unwrap_or(1).min(wanted - counts.succeeded);
        create_pods(world, job, &pods, parallel - counts.active, counts.failed, now, due);
    }
    finish(world, key, job, end, now);
}

/// Makes pods that are missing; after a failure not at once.
fn create_pods(
    world: &mut World,
    job: &Value,
    pods: &[(Key, Value)],
    missing: i64,
    failed: i64,
    now: Moment,
    due: &mut Due,
) {
    let last_end = pods.iter().filter(|(_, pod)| json::text(pod, "/status/phase") == "Failed");
    let last_made = last_end.filter_map(|(_, pod)| Moment::parse(json::text(pod, "/metadata/creationTimestamp"))).max();
    let pause = BACK_OFF.saturating_mul(1 << failed.clamp(0, 5));
    let next = last_made.map(|moment| moment.after(pause));
    if missing > 0 && next.is_some_and(|next| next > now) {
        next.into_iter().for_each(|next| due.at(next));
        return;
    }
    let template = job.pointer("/spec/template").cloned().unwrap_or_default();
    for _ in 0..missing.min(100) {
        let name = format!("{}-{}", json::text(job, "/metadata/name"), world.new_suffix());
        let (kind, reason, message) = match ownership::create_pod(world, job, &template, &name, &[], now) {
            Ok(()) => (Kind::Normal, "SuccessfulCreate", format!("Created pod: {name}")),
            Err(why) => {
                due.at(now.after(500));
                (Kind::Warning, "FailedCreate", format!("Error creating: {why}"))
            }
        };
        tell(world, job, kind, reason, &message, now);
        if kind == Kind::Warning {
            return;
        }
    }
}

fn tell(world: &mut World, job: &Value, kind: Kind, reason: &str, message: &str, now: Moment) {
    events::record(world, job, &Event { kind, reason, message, component: "job-controller", field: "" }, now);
}

fn finish(world: &mut World, key: &Key, job: &Value, end: Option<(&str, &str, &str)>, now: Moment) {
    if let Some((kind, reason, message)) = end {
        let pods = ownership::controlled(world, "pods", job);
        for (pod, _) in pods.iter().filter(|(_, pod)| is_active(pod)) {
            removal::mark_deleted(world, pod, None, now);
        }
        let told = if kind == "Complete" {
            (Kind::Normal, "Completed", "Job completed")
        } else {
            (Kind::Warning, reason, message)
        };
        tell(world, job, told.0, told.1, told.2, now);
    }
    let pods = ownership::controlled(world, "pods", job);
    let terminating = pods.iter().filter(|(_, pod)| is_deleted(pod)).count();
    let counts = Counts::of(&pods);
    world.update(key, Author::CONTROLLER_STATUS, now, |job| {
        if conditions::find(job, "Suspended").is_some_and(|c| json::text(c, "/status") == "True") {
            let (reason, message) = ("JobResumed", "Job resumed");
            let condition = Condition { kind: "Suspended", status: "False", reason, message };
            conditions::set(job, &condition, Some("lastProbeTime"), now);
        }
        json::set(job, "/status/terminating", terminating);
        json::set_default(job, "/status/startTime", now.text());
        for (field, count) in [("active", counts.active), ("succeeded", counts.succeeded), ("failed", counts.failed)] {
            json::set_count(job, &format!("/status/{field}"), usize::try_from(count).unwrap_or(0));
        }
        json::set(job, "/status/ready", counts.ready);
        json::set(job, "/status/uncountedTerminatedPods", json!({}));
        let Some((kind, reason, message)) = end else { return };
        let target = if kind == "Complete" { "SuccessCriteriaMet" } else { "FailureTarget" };
        for kind in [target, kind] {
            conditions::set(job, &Condition { kind, status: "True", reason, message }, Some("lastProbeTime"), now);
        }
        if kind == "Complete" {
            json::set(job, "/status/completionTime", now.text());
        }
    });
}
