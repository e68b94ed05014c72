//! A GitHub fake with one pull request, and a client for it.

use reqwest::Client;
use seatrial_test_servers::github::{FakeGitHub, Pull};
use seatrial_transport::{Settings, Transport};

pub(crate) const REPOSITORY: &str = "example/shop";

/// With pull request 7, whose head is `cafe`.
pub(crate) async fn fake() -> FakeGitHub {
    let github = FakeGitHub::start().await;
    github.add_pull(REPOSITORY, Pull::open(7, "cafe"));
    github
}

pub(crate) fn client() -> Client {
    Transport::new(&Settings::default()).expect("is a client").client().clone()
}
