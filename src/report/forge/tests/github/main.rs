//! The forge against a stateful fake of GitHub.
//!
//! | What GitHub can answer or be | Where |
//! |---|---|
//! | 401, 404, 410, 422 too long, 429, 5xx, silence, nobody there, another server | `refusals` |
//! | 403: permission, SAML, IP allow list, locked, archived, blocked, suspended, a page; secondary limits and abuse | `forbidden` |
//! | 403 and 429 as a rate limit, short, long, without a word | `refusals` |
//! | 409, 418, 422 in other frames, 451; a page or half an answer instead of JSON, read and written | `forbidden` |
//! | answers and pages without end, redirects | `floods` |
//! | foreign authors with our marker, 300 comments, closed pull requests | `comment` |
//! | a fork that was deleted | `forbidden` |
//! | comments on lines: others' markers, answers, lines that are not in the diff | `review` |
//! | lost answers, races, vanished comments | `races`, `interleavings` |

mod check_run;
mod comment;
mod deployments;
mod floods;
mod forbidden;
mod interleavings;
mod races;
mod refusals;
mod review;
mod rights;
mod status;

use std::time::Duration;

use seatrial_forge::{Comment, Delivery, GitHub, Patience};
use seatrial_model::Secret;
use seatrial_test_servers::github::{FakeGitHub, Pull, TOKEN};
use seatrial_transport::{Settings, Transport};

const REPOSITORY: &str = "example/shop";
const HEAD: &str = "a3f1c9e0d2b4a6c8e0f1a2b3c4d5e6f708192a3b";
const NEXT_HEAD: &str = "b4f1c9e0d2b4a6c8e0f1a2b3c4d5e6f708192a3c";
const COMMENTS: &str = "/repos/*/*/issues/*/comments";
const COMMENT: &str = "/repos/*/*/issues/comments/*";
const PULL: &str = "/repos/*/*/pulls/*";

/// A fake with the open pull request 7 at [`HEAD`].
async fn fake() -> FakeGitHub {
    let fake = FakeGitHub::start().await;
    fake.add_pull(REPOSITORY, Pull::open(7, HEAD));
    fake
}

fn client(api_url: &str, token: &str) -> GitHub {
    let transport = Transport::new(&Settings::default()).expect("is a client");
    let github = GitHub::new(&transport, api_url, REPOSITORY, &Secret::new(token)).expect("is a repository");
    github.with_patience(Patience { attempt: Duration::from_secs(10), whole: Duration::from_secs(20) })
}

fn forge(fake: &FakeGitHub) -> GitHub {
    client(&fake.url(), TOKEN)
}

/// For what is never answered.
fn impatient(fake: &FakeGitHub) -> GitHub {
    forge(fake).with_patience(Patience { attempt: Duration::from_millis(300), whole: Duration::from_secs(4) })
}

/// The report of a run on [`HEAD`].
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

fn marker(head: &str, run: u64) -> String {
    format!("<!-- seatrial key=default sha={head} run={run} attempt=1 v=1 -->")
}

/// Author, text behind the marker and edits of each comment.
fn comments(fake: &FakeGitHub) -> Vec<(String, String, usize)> {
    let each = fake.comments(REPOSITORY, 7).into_iter().map(|comment| {
        let text = comment.body.split_once("-->\n").map_or(comment.body.as_str(), |(_, text)| text).to_owned();
        (comment.author.login, text, comment.edits)
    });
    each.collect()
}

/// Our comments' texts.
fn ours(fake: &FakeGitHub) -> Vec<String> {
    comments(fake).into_iter().filter(|(author, ..)| author == "github-actions[bot]").map(|(_, text, _)| text).collect()
}

/// How many requests of a method were sent; all of them fit GitHub's description.
fn sent(fake: &FakeGitHub, method: &str) -> usize {
    assert_eq!(fake.violations(), Vec::<String>::new());
    fake.requests().iter().filter(|request| request.method == method && request.path != "/graphql").count()
}

fn writes(fake: &FakeGitHub) -> usize {
    sent(fake, "POST") + sent(fake, "PATCH") + sent(fake, "DELETE")
}

/// The sentence of a refusal.
fn refusal(delivery: Delivery) -> String {
    match delivery {
        Delivery::Refused(sentence) => sentence,
        other => panic!("is not a refusal: {other:?}"),
    }
}
