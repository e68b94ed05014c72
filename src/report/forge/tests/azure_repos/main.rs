//! The forge against a stateful fake of Azure Repos, which holds every request against Microsoft's description.
//!
//! | What Azure DevOps can answer or be | Where |
//! |---|---|
//! | 203, 302, 200 with a page: signing in; 301; 400, 401, 404, 409, 410, 413, 429, 5xx, silence, nobody there, another server | `refusals` |
//! | 403: TF401027, TF400813, conditional access, a page; VS800075 | `forbidden` |
//! | 403 and 429 as a rate limit, short, long, without a word; scopes and permissions of tokens | `refusals` |
//! | truncated bodies | `refusals`, `races` |
//! | lists without end, hostile keys, texts and names | `hostile` |
//! | foreign authors with our marker, 300 threads, completed and abandoned pull requests, older servers | `thread` |
//! | a fork that was deleted | `forbidden` |
//! | lost answers, races, vanished threads | `races`, `inline` |

mod forbidden;
mod hostile;
mod inline;
mod races;
mod refusals;
mod rights;
mod status;
mod thread;

use std::ops::Deref;
use std::time::Duration;

use seatrial_forge::{AzureRepos, Comment, Delivery, Patience};
use seatrial_model::Secret;
use seatrial_test_servers::azure_repos::{FakeAzureRepos, PROJECT, PullRequest, REPOSITORY, TOKEN};
use seatrial_transport::{Settings, Transport};

const HEAD: &str = "a3f1c9e0d2b4a6c8e0f1a2b3c4d5e6f708192a3b";
const NEXT_HEAD: &str = "b4f1c9e0d2b4a6c8e0f1a2b3c4d5e6f708192a3c";
const PULL: &str = "/pullRequests/*";
const ITERATIONS: &str = "/pullRequests/*/iterations";
const THREADS: &str = "/pullRequests/*/threads";
const THREAD: &str = "/pullRequests/*/threads/*";
const COMMENT: &str = "/pullRequests/*/threads/*/comments/*";
const STATUSES: &str = "/pullRequests/*/statuses";
const CONNECTION: &str = "/connectionData";

/// A fake that was asked for nothing but what the description has, as is seen when it goes.
struct Described(FakeAzureRepos);

impl Deref for Described {
    type Target = FakeAzureRepos;

    fn deref(&self) -> &FakeAzureRepos {
        &self.0
    }
}

impl Drop for Described {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.0.violations(), Vec::<String>::new());
        }
    }
}

/// A fake with the active pull request 7 at [`HEAD`].
async fn fake() -> Described {
    let fake = FakeAzureRepos::start().await;
    fake.add_pull_request(PullRequest::active(7, HEAD));
    Described(fake)
}

fn transport() -> Transport {
    Transport::new(&Settings::default()).expect("is a client")
}

fn client(collection: &str, token: &str) -> AzureRepos {
    let azure = AzureRepos::new(&transport(), collection, PROJECT, REPOSITORY, &Secret::new(token));
    let patience = Patience { attempt: Duration::from_secs(10), whole: Duration::from_secs(20) };
    azure.expect("is a repository").with_patience(patience)
}

fn forge(fake: &FakeAzureRepos) -> AzureRepos {
    client(&fake.url(), TOKEN)
}

/// For what is never answered.
fn impatient(fake: &FakeAzureRepos) -> AzureRepos {
    forge(fake).with_patience(Patience { attempt: Duration::from_millis(300), whole: Duration::from_secs(4) })
}

/// The report of a run on [`HEAD`], which failed.
fn report(run: u64, body: &str) -> Comment {
    Comment {
        key: "default".to_owned(),
        head: HEAD.to_owned(),
        run: (run, 1),
        body: body.to_owned(),
        failing: true,
        digest: String::new(),
    }
}

/// The report of a run on [`HEAD`] where all is well.
fn green(run: u64, body: &str) -> Comment {
    Comment { failing: false, ..report(run, body) }
}

fn marker(head: &str, run: u64) -> String {
    format!("<!-- seatrial key=default sha={head} run={run} attempt=1 v=1 -->")
}

/// Adds a thread of an earlier run of ours on a head, and gives its id.
fn add_ours(fake: &FakeAzureRepos, head: &str, run: u64, text: &str) -> u64 {
    add_of(fake, seatrial_test_servers::azure_repos::BUILD_SERVICE, head, run, text)
}

/// The same, of somebody.
fn add_of(fake: &FakeAzureRepos, author: &str, head: &str, run: u64, text: &str) -> u64 {
    let properties = serde_json::json!({ "seatrial.key": "default" });
    fake.change(7, |pull| pull.add_thread(author, &format!("{}\n{text}", marker(head, run)), &properties))
}

/// Text behind the marker, and status, of each thread that is not deleted.
fn threads(fake: &FakeAzureRepos) -> Vec<(String, String)> {
    let each = fake.threads(7).into_iter().map(|thread| {
        let content = thread.comments.first().map(|comment| comment.content.clone()).unwrap_or_default();
        let text = content.split_once("-->\n").map_or(content.as_str(), |(_, text)| text).to_owned();
        (text, thread.status.unwrap_or_default())
    });
    each.collect()
}

/// The texts alone.
fn texts(fake: &FakeAzureRepos) -> Vec<String> {
    threads(fake).into_iter().map(|(text, _)| text).collect()
}

/// The requests that write, in their order.
fn writes(fake: &FakeAzureRepos) -> Vec<String> {
    fake.request_lines().into_iter().filter(|line| !line.starts_with("GET")).collect()
}

/// How many requests of a method were sent.
fn sent(fake: &FakeAzureRepos, method: &str) -> usize {
    fake.requests().iter().filter(|request| request.method == method).count()
}

/// The sentence of a refusal.
fn refusal(delivery: Delivery) -> String {
    match delivery {
        Delivery::Refused(sentence) => sentence,
        other => panic!("is not a refusal: {other:?}"),
    }
}
