//! The preview namespace: made, recognised, waited for.
//!
//! **Whose it is** stands on the namespace: the annotation `seatrial.dev/repository` and the label `seatrial.dev/pull-request`. A run uses or
//! deletes only what belongs to the same repository *and* the same pull request, see [`belongs_to`].

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use seatrial_api::{ApiError, Cluster};
use seatrial_model::ObjectId;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::work::{Stop, Work};
use crate::{CancelToken, Preview, Progress, RunIdentity};

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const PREVIEW: &str = "seatrial.dev/preview";
pub(crate) const REPOSITORY: &str = "seatrial.dev/repository";
pub(crate) const PULL_REQUEST: &str = "seatrial.dev/pull-request";
pub(crate) const COMMIT: &str = "seatrial.dev/commit";
const EXPIRES: &str = "seatrial.dev/expires";

/// Identity of a namespace.
pub(crate) fn namespace_id(name: &str) -> ObjectId {
    ObjectId::new("", "Namespace", None, name)
}

/// Makes the namespace, or takes over the one of this pull request. Any other one is refused.
pub(crate) async fn ensure(work: &Work<'_>, preview: &Preview, run: &RunIdentity) -> Result<(), Stop> {
    let name = &preview.namespace;
    let making = format!("creating the preview namespace `{name}`");
    let mut told = false;
    loop {
        work.enter(making.as_str());
        let asked = work.until(work.cluster.get("v1", &namespace_id(name))).await?;
        match asked.map_err(|error| refused(error, name))? {
            Some(live) if is_terminating(&live) => {
                if !told {
                    told = true;
                    (work.report)(Progress::Note(format!(
                        "waiting for the namespace `{name}`, which is being deleted"
                    )));
                }
                work.enter(format!("waiting for the namespace `{name}` to be deleted"));
                work.pause(Duration::from_secs(1)).await?;
            }
            Some(live) => {
                may_use(&live, run).map_err(Stop::Refused)?;
                return keep(work, preview, &as_named(&live, run)).await;
            }
            // An apply would take over what another run has made since.
            None => match work.create(&claim(preview, run)).await? {
                Ok(_) => return keep(work, preview, run).await,
                // The next look tells whose it is.
                Err(ApiError::Rejected { code: 409, .. }) => work.pause(Duration::from_millis(200)).await?,
                Err(error) => return Err(refused(error, name)),
            },
        }
    }
}

/// Writes what this run has to say of the namespace.
async fn keep(work: &Work<'_>, preview: &Preview, run: &RunIdentity) -> Result<(), Stop> {
    let desired = desired(preview, run, seatrial_api::now());
    work.apply(&desired).await?.map_err(|error| refused(error, &preview.namespace))?;
    Ok(())
}

/// The run with its repository as the namespace spells it: what was created is not applied in other case.
fn as_named(namespace: &Value, run: &RunIdentity) -> RunIdentity {
    let named = namespace.get("metadata").and_then(|m| m.get("annotations")?.get(REPOSITORY)?.as_str());
    RunIdentity { repository: named.map(str::to_owned).or_else(|| run.repository.clone()), ..run.clone() }
}

/// Whether what is in a preview namespace may be read: it belongs to the repository and the pull request of `run`, or it is not there.
///
/// # Errors
/// A sentence: whose it is, or why that is not known.
pub async fn may_read_preview(
    cluster: &Cluster,
    namespace: &str,
    run: &RunIdentity,
    timeout: Duration,
    cancel: &CancelToken,
) -> Result<(), String> {
    let (_kept, lost) = watch::channel(None);
    let work = Work::new(cluster, timeout, &|_| {}, cancel, lost);
    work.enter(format!("looking for the preview namespace `{namespace}`"));
    let id = namespace_id(namespace);
    let asked = match work.until(work.cluster.get("v1", &id)).await {
        Ok(asked) => asked.map_err(|error| refused(error, namespace)),
        Err(stop) => Err(stop),
    };
    match asked {
        Ok(Some(live)) => may_use(&live, run),
        Ok(None) => Ok(()),
        Err(stop) => Err(work.sentence(&stop)),
    }
}

fn refused(error: ApiError, name: &str) -> Stop {
    match error {
        ApiError::Forbidden { verb, .. } => Stop::Refused(format!(
            "not allowed to {verb} the preview namespace `{name}`: grant get, create, patch and delete on namespaces in a ClusterRole"
        )),
        other => Stop::Api(other),
    }
}

/// Whether it is on its way out.
pub(crate) fn is_terminating(namespace: &Value) -> bool {
    namespace.pointer("/metadata/deletionTimestamp").is_some_and(|t| !t.is_null())
        || namespace.pointer("/status/phase").and_then(Value::as_str) == Some("Terminating")
}

/// Why a namespace is not this run's; displayed as a clause that follows its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// Seatrial did not make it as a preview.
    NotOurs,
    /// It names this repository.
    OfRepository(String),
    /// It names this repository, and this run's is unknown.
    OfSomeRepository(String),
    /// It names this pull request.
    OfPullRequest(String),
    /// It names this pull request, and this run's is unknown.
    OfSomePullRequest(String),
    /// It names no pull request, and this run has one.
    OfNoPullRequest,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Foreign::NotOurs => f.write_str("was not created by Seatrial"),
            Foreign::OfRepository(named) => write!(f, "belongs to the repository `{named}`"),
            Foreign::OfSomeRepository(named) => {
                write!(f, "belongs to the repository `{named}`, and it is not known whether this is the same one")
            }
            Foreign::OfPullRequest(number) => write!(f, "belongs to the pull request {number}"),
            Foreign::OfSomePullRequest(number) => {
                write!(f, "belongs to the pull request {number}, and it is not known which one this is")
            }
            Foreign::OfNoPullRequest => f.write_str("belongs to no pull request"),
        }
    }
}

impl Foreign {
    /// The flag that says what is not known, as a clause behind a colon; empty when nothing is missing.
    pub(crate) fn flag(&self) -> &'static str {
        match self {
            Foreign::OfSomeRepository(_) => ": say which repository this is with `--repository OWNER/NAME`",
            Foreign::OfSomePullRequest(_) => ": say which pull request this is with `--pull-request NUMBER`",
            _ => "",
        }
    }
}

/// Whether a namespace is a preview of the repository and the pull request of `run`.
///
/// - Names of repositories compare without regard to case, as on GitHub and Azure Repos.
/// - The pull requests must be the same, or there is none on either side: a preview of a branch is not a pull request's.
/// - A preview that names no repository was made outside CI or by an older version, or by hand: the pull request alone decides.
/// - A run that does not know its repository or its pull request (outside CI, without `--repository` or `--pull-request`) does not touch a
///   preview that names one.
pub(crate) fn belongs_to(namespace: &Value, run: &RunIdentity) -> Result<(), Foreign> {
    let metadata = |list: &str, key: &str| namespace.get("metadata")?.get(list)?.get(key)?.as_str().map(str::to_owned);
    let label = |key: &str| metadata("labels", key);
    if label(MANAGED_BY).as_deref() != Some("seatrial") || label(PREVIEW).as_deref() != Some("true") {
        return Err(Foreign::NotOurs);
    }
    match (metadata("annotations", REPOSITORY), run.repository.as_deref()) {
        (Some(named), None) => return Err(Foreign::OfSomeRepository(named)),
        (Some(named), Some(ours)) if !named.eq_ignore_ascii_case(ours) => return Err(Foreign::OfRepository(named)),
        _ => {}
    }
    match (label(PULL_REQUEST), run.pull_request) {
        (Some(named), None) => Err(Foreign::OfSomePullRequest(named)),
        (Some(named), Some(ours)) if named != ours.to_string() => Err(Foreign::OfPullRequest(named)),
        (None, Some(_)) => Err(Foreign::OfNoPullRequest),
        _ => Ok(()),
    }
}

/// Whether this run may use an existing namespace; else a sentence.
fn may_use(namespace: &Value, run: &RunIdentity) -> Result<(), String> {
    let name = namespace.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    belongs_to(namespace, run).map_err(|foreign| match &foreign {
        Foreign::NotOurs => {
            format!("the namespace `{name}` exists and {foreign}: choose another `preview.namespace`")
        }
        Foreign::OfSomeRepository(_) | Foreign::OfSomePullRequest(_) => {
            format!("the preview namespace `{name}` {foreign}{}", foreign.flag())
        }
        Foreign::OfRepository(_) => {
            format!("the preview namespace `{name}` {foreign}: choose another `preview.namespace`")
        }
        Foreign::OfPullRequest(_) | Foreign::OfNoPullRequest => {
            format!("the preview namespace `{name}` {foreign}: put `{{number}}` into `preview.namespace`, or clean it up first")
        }
    })
}

/// The namespace as it is made: whose it is, and nothing that another push will write differently.
fn claim(preview: &Preview, run: &RunIdentity) -> Value {
    let mut labels = json!({ MANAGED_BY: "seatrial", PREVIEW: "true" });
    let mut annotations = json!({});
    if let Some(repository) = &run.repository {
        labels[REPOSITORY] = label_value(repository).into();
        annotations[REPOSITORY] = repository.as_str().into();
    }
    if let Some(number) = run.pull_request {
        labels[PULL_REQUEST] = number.to_string().into();
    }
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": preview.namespace, "labels": labels, "annotations": annotations },
    })
}

/// The namespace as it is kept.
fn desired(preview: &Preview, run: &RunIdentity, now: Timestamp) -> Value {
    let expires = SignedDuration::try_from(preview.ttl).ok().and_then(|ttl| now.checked_add(ttl).ok()).unwrap_or(now);
    // Whole seconds, as Kubernetes writes its times.
    let expires = Timestamp::from_second(expires.as_second()).unwrap_or(expires);
    let mut namespace = claim(preview, run);
    let annotations = &mut namespace["metadata"]["annotations"];
    annotations[EXPIRES] = expires.to_string().into();
    if let Some(commit) = &run.commit {
        annotations[COMMIT] = commit.as_str().into();
    }
    namespace
}

/// A text as a label's value: `owner/name` → `owner_name`, at most 63 characters, letters and digits at both ends.
fn label_value(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let value: String = text.chars().map(allowed).take(63).collect();
    value.trim_matches(['.', '_', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunIdentity {
        RunIdentity {
            holder: "run-1".to_owned(),
            repository: Some("acme/shop".to_owned()),
            pull_request: Some(12),
            commit: Some("abc1234".to_owned()),
        }
    }

    #[test]
    fn says_whose_it_is_and_when_it_may_go() {
        let preview = Preview { namespace: "shop-pr-12".to_owned(), ttl: Duration::from_secs(72 * 3600) };
        let now: Timestamp = "2026-01-01T10:00:00.123456Z".parse().expect("a time");
        assert_eq!(
            desired(&preview, &run(), now)["metadata"],
            json!({
                "name": "shop-pr-12",
                "labels": {
                    "app.kubernetes.io/managed-by": "seatrial",
                    "seatrial.dev/preview": "true",
                    "seatrial.dev/repository": "acme_shop",
                    "seatrial.dev/pull-request": "12",
                },
                "annotations": {
                    "seatrial.dev/repository": "acme/shop",
                    "seatrial.dev/commit": "abc1234",
                    "seatrial.dev/expires": "2026-01-04T10:00:00Z",
                },
            })
        );
    }

    /// A preview with its annotation and its label, as JSON has them; `null` for none.
    fn preview(repository: Value, pull_request: Value) -> Value {
        let mut metadata = json!({"name": "n", "labels": {MANAGED_BY: "seatrial", PREVIEW: "true"}, "annotations": {}});
        if !repository.is_null() {
            metadata["annotations"][REPOSITORY] = repository;
        }
        if !pull_request.is_null() {
            metadata["labels"][PULL_REQUEST] = pull_request;
        }
        json!({ "metadata": metadata })
    }

    #[test]
    fn a_preview_belongs_to_a_repository_and_a_pull_request() {
        let run = |repository: Option<&str>, pull_request| RunIdentity {
            repository: repository.map(str::to_owned),
            pull_request,
            ..RunIdentity::default()
        };
        let ci = || run(Some("acme/shop"), Some(12));
        let of = |repository: &str, number: &str| preview(repository.into(), number.into());
        let (named, number) = (|n: &str| n.to_owned(), || "12".to_owned());
        let table = [
            ("the same", of("acme/shop", "12"), ci(), Ok(())),
            ("in other case", of("Acme/Shop", "12"), ci(), Ok(())),
            ("another repository", of("acme/other", "12"), ci(), Err(Foreign::OfRepository(named("acme/other")))),
            ("a longer name", of("acme/shop2", "12"), ci(), Err(Foreign::OfRepository(named("acme/shop2")))),
            ("another pull request", of("acme/shop", "8"), ci(), Err(Foreign::OfPullRequest(named("8")))),
            ("a number that is none", of("acme/shop", "012"), ci(), Err(Foreign::OfPullRequest(named("012")))),
            ("a branch's", preview("acme/shop".into(), Value::Null), ci(), Err(Foreign::OfNoPullRequest)),
            ("no repository", preview(Value::Null, "12".into()), ci(), Ok(())),
            (
                "no repository, another number",
                preview(Value::Null, "8".into()),
                ci(),
                Err(Foreign::OfPullRequest(named("8"))),
            ),
            ("nothing at all", preview(Value::Null, Value::Null), ci(), Err(Foreign::OfNoPullRequest)),
            ("nothing on either side", preview(Value::Null, Value::Null), run(None, None), Ok(())),
            ("a branch's own", preview("acme/shop".into(), Value::Null), run(Some("acme/shop"), None), Ok(())),
            (
                "our repository unknown",
                of("acme/shop", "12"),
                run(None, Some(12)),
                Err(Foreign::OfSomeRepository(named("acme/shop"))),
            ),
            (
                "our number unknown",
                of("acme/shop", "12"),
                run(Some("acme/shop"), None),
                Err(Foreign::OfSomePullRequest(number())),
            ),
            ("outside CI, and made there", preview(Value::Null, "12".into()), run(None, Some(12)), Ok(())),
            ("not a preview", json!({"metadata": {"name": "kube-system"}}), ci(), Err(Foreign::NotOurs)),
            ("labels that are no mapping", json!({"metadata": {"labels": "x"}}), ci(), Err(Foreign::NotOurs)),
        ];
        for (claim, namespace, run, expected) in table {
            assert_eq!(belongs_to(&namespace, &run), expected, "{claim}");
        }
    }

    #[test]
    fn what_is_refused_has_a_way_out() {
        let sentence = |repository: &str, number: &str, run: &RunIdentity| {
            may_use(&preview(repository.into(), number.into()), run).expect_err("refused")
        };
        assert_eq!(
            sentence("acme/other", "12", &run()),
            "the preview namespace `n` belongs to the repository `acme/other`: choose another `preview.namespace`"
        );
        assert_eq!(
            sentence("acme/shop", "8", &run()),
            "the preview namespace `n` belongs to the pull request 8: put `{number}` into `preview.namespace`, or clean it up first"
        );
        assert_eq!(
            sentence("acme/shop", "12", &RunIdentity::default()),
            "the preview namespace `n` belongs to the repository `acme/shop`, and it is not known whether this is the same one: \
             say which repository this is with `--repository OWNER/NAME`"
        );
    }
}
