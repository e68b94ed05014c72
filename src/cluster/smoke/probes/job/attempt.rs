//! What a test of a Job does: it makes the Job, waits for its end, reads what it left and deletes it.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use seatrial_api::ApiError;
use seatrial_model::{ObjectId, group_of};
use seatrial_readiness::State;
use serde_json::Value;

use crate::context::NO_PLACE;
use crate::files::collected::{Collected, FileKind, Sorted, sort};
use crate::outcome::ended::Ended;
use crate::outcome::patience::{Patience, seconds};
use crate::outcome::suite::{Imported, verdict};
use crate::outcome::trouble::Trouble;
use crate::probes::job::object::{COLLECTOR, Given, RUN, object};
use crate::service::evidence;
use crate::service::live::{look, why};
use crate::{Context, Job, files, slug};

/// How many Jobs this process has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// More of a log is not read for the files in it.
const MOST_OF_A_LOG: usize = 32 << 20;

/// So many of the last lines of a log that is longer are.
const LAST_LINES: u32 = 50_000;

/// What is said of a log that has the end of a file without its beginning.
const BEGINS_INSIDE: &str =
    "the log begins in the middle of a file that the test printed: Kubernetes keeps only the last megabytes of a log";

/// The pods of so many shards that failed tell why.
const MOST_TELLING: usize = 3;

/// What a signal leaves is deleted within this time.
const CLEANING_UP: Duration = Duration::from_secs(3);

/// Makes the Job, waits for its end, reads what it left and deletes it.
pub(crate) async fn probe(job: &Job, name: &str, context: &Context, patience: Duration) -> Ended {
    if context.shared.is_simulated && job.brings_files() {
        return Ended::skipped("no program runs in the simulated cluster, so there are no files to bring out");
    }
    let object = match made(job, name, context, patience) {
        Ok(object) => object,
        Err(sentence) => return Ended::failed(sentence, 0),
    };
    let created = match context.cluster.create(&object).await {
        Ok(created) => created,
        Err(error) => return refused(&error),
    };
    let id = id_of(&created);
    let run = Run { job, name, context, id: &id };
    let ended = run.to_its_end(patience).await;
    let uid = created.pointer("/metadata/uid").and_then(Value::as_str);
    // What cannot be deleted now is deleted by Kubernetes in an hour.
    let _ = context.cluster.delete("batch/v1", &id, uid).await;
    ended
}

fn made(job: &Job, name: &str, context: &Context, patience: Duration) -> Result<Value, String> {
    let shared = &context.shared;
    let manifest = match (&job.manifest, &context.job) {
        (None, _) => None,
        (Some(_), Some(read)) => Some(read.clone()?),
        (Some(path), None) => return Err(format!("`job.manifest`: `{path}` was not read")),
    };
    // A test that is run again has another Job: the first one's pods may still be there.
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let unique = format!("{}-{}-{number}", slug::slug(name), shared.run);
    let variables = shared.told(&context.namespace);
    let given = Given {
        name: &unique,
        namespace: &context.namespace,
        run: &shared.run,
        deadline: patience.as_secs().max(1),
        variables: &variables,
        collector: shared.collector.as_deref(),
    };
    object(job, manifest, given)
}

fn id_of(object: &Value) -> ObjectId {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    ObjectId::new("batch", "Job", text("/metadata/namespace"), text("/metadata/name").unwrap_or_default())
}

/// The API server does not take the Job: the test is wrong, or the credentials do not suffice.
fn refused(error: &ApiError) -> Ended {
    match error {
        ApiError::Rejected { .. } | ApiError::NotFound(_) => Ended::failed(format!("the Job was refused: {error}"), 1),
        other => Ended::broken(format!("the Job was not made: {other}"), 1),
    }
}

/// What a pod has left in its logs.
#[derive(Default)]
struct Left {
    files: Vec<Collected>,
    /// What was not brought out, or came broken.
    problems: Vec<String>,
    /// What a reader should know.
    remarks: Vec<String>,
    /// Why a log could not be read that may be read a moment later.
    unread: Option<String>,
}

impl Left {
    fn add(&mut self, sorted: Sorted) {
        self.files.extend(sorted.files);
        self.problems.extend(sorted.problems);
        self.problems.extend(sorted.begins_inside.then(|| BEGINS_INSIDE.to_owned()));
    }
}

/// A Job that runs.
struct Run<'a> {
    job: &'a Job,
    name: &'a str,
    context: &'a Context,
    id: &'a ObjectId,
}

impl Run<'_> {
    async fn to_its_end(&self, limit: Duration) -> Ended {
        let mut patience = Patience::begin(limit);
        let bad = loop {
            let time = patience.attempt();
            let looking = look(&self.context.cluster, "batch/v1", self.id);
            let seen = tokio::time::timeout(time, looking)
                .await
                .unwrap_or(Err(ApiError::TimedOut { seconds: time.as_secs().max(1) }));
            let late = match seen {
                Ok(Some((_, status))) if status.state == State::Current => break None,
                Ok(Some((_, status))) if status.state == State::Failed => {
                    break Some(format!("the Job failed: {}", why(&status)));
                }
                Ok(Some((_, status))) => status.message,
                Ok(None) => break Some("the Job was deleted by somebody else while it ran".to_owned()),
                Err(error) => match Trouble::of(&error, "the API server", time) {
                    Trouble::NotYet(sentence) | Trouble::Troubled(sentence) => sentence,
                    lasting => return lasting.into_ended(1),
                },
            };
            if !patience.pause().await {
                break Some(format!("the Job was still running after {}: {late}", seconds(limit)));
            }
        };
        self.results(bad).await
    }

    /// Reads the logs and the files of its pods.
    async fn results(&self, bad: Option<String>) -> Ended {
        let cluster = &self.context.cluster;
        let selector = format!("{RUN}={}", self.context.shared.run);
        let listed = cluster.list("v1", "Pod", self.id.namespace.as_deref(), Some(&selector)).await;
        let mut unread = listed.as_ref().err().filter(|error| error.may_pass()).map(ToString::to_string);
        let pods = listed.unwrap_or_default();
        let mut pods: Vec<&Value> = pods.iter().filter(|pod| is_of(pod, &self.id.name)).collect();
        pods.sort_by_key(|pod| pod.pointer("/metadata/name").and_then(Value::as_str));
        let (mut imported, mut artifacts, mut remarks) = (Imported::default(), Vec::new(), Vec::new());
        for pod in &pods {
            let left = self.left_by(pod).await;
            imported.problems.extend(left.problems);
            remarks.extend(left.remarks);
            unread = unread.or(left.unread);
            for file in left.files {
                match file.kind {
                    FileKind::Junit => imported.add(&file.path, &file.bytes, cluster.masker()),
                    FileKind::Artifact => artifacts.push((pod_name(pod).to_owned(), file)),
                }
            }
        }
        if let Some(pattern) =
            self.job.junit.as_ref().filter(|_| imported.cases.count() == 0 && imported.problems.is_empty())
        {
            imported.empty = Some(format!("no file in its pods matches `{pattern}`"));
        }
        let lost = lost_shards(&pods, self.job.shards);
        let mut ended = verdict(bad, imported, self.job.allow_no_tests);
        if let Some(why) = unread.filter(|_| ended.is_passed()) {
            // Cases that failed may be among what is not known.
            ended = Ended::broken(format!("the Job completed, but the output of its pods could not be read: {why}"), 1);
        }
        remarks.extend(lost);
        remarks.iter().for_each(|remark| ended.remark(remark));
        if !ended.is_passed() {
            for pod in pods
                .iter()
                .filter(|pod| pod.pointer("/status/phase").and_then(Value::as_str) != Some("Succeeded"))
                .take(MOST_TELLING)
            {
                ended.evidence.extend(evidence::of_pod(cluster, pod).await);
            }
        }
        self.keep(artifacts, &mut ended);
        ended
    }

    /// What is in the logs of a pod's containers.
    async fn left_by(&self, pod: &Value) -> Left {
        let mut left = Left::default();
        let (namespace, name) = (self.id.namespace.as_deref().unwrap_or_default(), pod_name(pod));
        for status in evidence::statuses(pod) {
            let container = status.get("name").and_then(Value::as_str).unwrap_or_default();
            match self.context.cluster.whole_log(namespace, name, container, MOST_OF_A_LOG).await {
                Ok(log) if log.len() >= MOST_OF_A_LOG => self.left_in_ends((name, container), &log, &mut left).await,
                Ok(log) => left.add(sort(&log)),
                Err(error) if container == COLLECTOR => {
                    left.problems.push(format!("the files of pod {name} cannot be read: {error}"));
                }
                Err(error) if error.may_pass() => left.unread = Some(error.to_string()),
                Err(_) => {}
            }
        }
        left
    }

    /// What is in the first and the last megabytes of a log that is longer than is read.
    async fn left_in_ends(&self, (pod, container): (&str, &str), begin: &str, left: &mut Left) {
        let namespace = self.id.namespace.as_deref().unwrap_or_default();
        let of = (namespace, pod, container);
        let mut end = match self.context.cluster.end_of_log(of, LAST_LINES, MOST_OF_A_LOG).await {
            Ok(end) => sort(&end),
            Err(error) => {
                left.unread = Some(error.to_string());
                Sorted::default()
            }
        };
        let begin = sort(begin);
        end.files.retain(|file| !begin.files.contains(file));
        // Whatever was cut off in the one may be whole in the other, but nobody knows.
        left.add(begin);
        left.add(end);
        let most = MOST_OF_A_LOG >> 20;
        left.remarks.push(format!(
            "the log of pod {pod}, container {container}, is longer than {most} MiB: only its beginning and its end were searched for files"
        ));
    }

    /// Writes artifacts beside the report.
    fn keep(&self, artifacts: Vec<(String, Collected)>, ended: &mut Ended) {
        let shared = &self.context.shared;
        if self.job.artifacts.is_empty() {
            return;
        }
        let Some(beside) = &shared.artifacts else { return ended.remark(NO_PLACE) };
        if artifacts.is_empty() {
            ended.remark("no artifact matches in its pods");
        }
        let (below, several) = (shared.artifacts_of(self.name), self.job.shards.is_some());
        for (pod, file) in artifacts {
            let inner: String = Path::new(&file.path)
                .components()
                .filter_map(|part| match part {
                    Component::Normal(name) => Some(name.to_string_lossy()),
                    _ => None,
                })
                .collect::<Vec<_>>()
                .join("/");
            let of_pod = if several { format!("{pod}/") } else { String::new() };
            let path = format!("{below}/{of_pod}{inner}");
            match files::write(&beside.join(&path), &file.bytes) {
                Ok(()) => ended.artifacts.push(path),
                Err(sentence) => ended.remark(&format!("`{inner}` was not kept: {sentence}")),
            }
        }
    }
}

fn is_of(pod: &Value, job: &str) -> bool {
    let owners = pod.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().any(|owner| owner.get("name").and_then(Value::as_str) == Some(job))
}

fn pod_name(pod: &Value) -> &str {
    pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

/// Shards that were begun again because the cluster took their pod, as a sentence.
fn lost_shards(pods: &[&Value], shards: Option<u32>) -> Option<String> {
    shards?;
    let index = |pod: &&Value| {
        let labels = pod.pointer("/metadata/labels")?;
        labels.get("batch.kubernetes.io/job-completion-index")?.as_str().map(str::to_owned)
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    pods.iter().filter_map(index).for_each(|index| *counts.entry(index).or_default() += 1);
    let again: Vec<String> = counts.into_iter().filter(|(_, pods)| *pods > 1).map(|(index, _)| index).collect();
    let shards = if again.len() == 1 { "shard" } else { "shards" };
    (!again.is_empty()).then(|| format!("{shards} {} lost a pod and began again", again.join(", ")))
}

/// Deletes what a run that was stopped has left.
pub(crate) async fn clean_up(mut namespaces: Vec<&Context>) {
    namespaces.retain(|context| context.shared.cancel.is_cancelled());
    namespaces.sort_by_key(|context| &context.namespace);
    namespaces.dedup_by_key(|context| &context.namespace);
    let deleting = async {
        for context in namespaces {
            let selector = format!("{RUN}={}", context.shared.run);
            for (api_version, kind) in [("batch/v1", "Job"), ("v1", "Pod")] {
                let left = context.cluster.list(api_version, kind, Some(&context.namespace), Some(&selector)).await;
                for object in left.unwrap_or_default() {
                    let group = group_of(api_version);
                    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
                    let id = ObjectId::new(group, kind, Some(&context.namespace), name);
                    let _ = context.cluster.delete(api_version, &id, None).await;
                }
            }
        }
    };
    let _ = tokio::time::timeout(CLEANING_UP, deleting).await;
}
