//! Rate limits of the GitHub fake, and answers that cost nothing.

use std::time::Duration;

use reqwest::{Client, Response};
use seatrial_test_servers::Clock;
use seatrial_test_servers::github::{Account, FakeGitHub, Limits, Pull, TOKEN};
use seatrial_transport::{Settings, Transport};
use serde_json::{Value, json};

const NOW: u64 = 1_795_000_000;

struct Bed {
    github: FakeGitHub,
    clock: Clock,
    client: Client,
}

async fn bed(limits: Limits) -> Bed {
    let clock = Clock::stopped_at(NOW);
    let github = FakeGitHub::start_with(clock.clone()).await;
    github.limit(limits);
    github.add_pull("example/shop", Pull::open(7, "cafe"));
    let client = Transport::new(&Settings::default()).expect("is a client").client().clone();
    Bed { github, clock, client }
}

impl Bed {
    fn url(&self, path: &str) -> String {
        format!("{}/repos/example/shop{path}", self.github.url())
    }

    async fn get(&self, token: &str) -> Response {
        self.client.get(self.url("/pulls/7")).bearer_auth(token).send().await.expect("is answered")
    }

    async fn comment(&self) -> Response {
        let request = self.client.post(self.url("/issues/7/comments")).bearer_auth(TOKEN);
        request.json(&json!({ "body": "x" })).send().await.expect("is answered")
    }
}

fn number(response: &Response, header: &str) -> u64 {
    let value = response.headers().get(header).unwrap_or_else(|| panic!("there is no {header}"));
    value.to_str().expect("is text").parse().expect("is a number")
}

#[tokio::test]
async fn every_answer_says_what_is_left_until_the_hour_is_over() {
    let bed = bed(Limits { hourly: 2, ..Limits::default() }).await;
    bed.github.add_token("ghp_other", Account::named("octocat"));
    for left in [1, 0] {
        let response = bed.get(TOKEN).await;
        assert_eq!((response.status().as_u16(), number(&response, "x-ratelimit-remaining")), (200, left));
        assert_eq!(number(&response, "x-ratelimit-used"), 2 - left);
        assert_eq!(number(&response, "x-ratelimit-reset"), NOW + 3600);
    }
    let refused = bed.get(TOKEN).await;
    assert_eq!((refused.status().as_u16(), number(&refused, "x-ratelimit-remaining")), (403, 0));
    let body: Value = refused.json().await.expect("is JSON");
    assert_eq!(body["message"], "API rate limit exceeded for installation ID 1.");

    assert_eq!(bed.get("ghp_other").await.status(), 200, "another token has its own");
    let asked = bed.client.get(format!("{}/rate_limit", bed.github.url())).bearer_auth(TOKEN).send().await;
    let asked: Value = asked.expect("is answered").json().await.expect("is JSON");
    assert_eq!((&asked["rate"]["remaining"], &asked["rate"]["reset"]), (&json!(0), &json!(NOW + 3600)));
    bed.clock.advance(Duration::from_secs(3600));
    assert_eq!(number(&bed.get(TOKEN).await, "x-ratelimit-remaining"), 1);
}

#[tokio::test]
async fn too_many_writes_in_a_minute_have_to_wait() {
    let bed = bed(Limits { writes_a_minute: 2, status: 429, ..Limits::default() }).await;
    assert_eq!(bed.comment().await.status(), 201);
    bed.clock.advance(Duration::from_secs(10));
    assert_eq!(bed.comment().await.status(), 201);
    let refused = bed.comment().await;
    assert_eq!((refused.status().as_u16(), number(&refused, "retry-after")), (429, 50));
    assert!(number(&refused, "x-ratelimit-remaining") > 0, "the primary limit is far");
    assert_eq!(bed.get(TOKEN).await.status(), 200, "reading goes on");
    bed.clock.advance(Duration::from_secs(50));
    assert_eq!(bed.comment().await.status(), 201);
    assert_eq!(bed.github.comments("example/shop", 7).len(), 3);
}

#[tokio::test]
async fn what_the_client_has_already_is_304_and_not_counted() {
    let bed = bed(Limits::default()).await;
    let first = bed.get(TOKEN).await;
    let (tag, left) = (first.headers()["etag"].clone(), number(&first, "x-ratelimit-remaining"));
    let again = || bed.client.get(bed.url("/pulls/7")).bearer_auth(TOKEN).header("if-none-match", tag.clone()).send();
    let same = again().await.expect("is answered");
    assert_eq!((same.status().as_u16(), number(&same, "x-ratelimit-remaining")), (304, left));
    bed.github.change_pull("example/shop", 7, |pull| "beef".clone_into(&mut pull.head));
    let changed = again().await.expect("is answered");
    assert_eq!((changed.status().as_u16(), number(&changed, "x-ratelimit-remaining")), (200, left - 1));
    assert_eq!(changed.json::<Value>().await.expect("is JSON")["head"]["sha"], "beef");
}
