//! `azure-repos`: the fake of Azure Repos from a shell.

use std::net::SocketAddr;

use clap::Args;
use seatrial_test_servers::Clock;
use seatrial_test_servers::azure_repos::{
    Answer, BUILD_SERVICE, Behaviour, FakeAzureRepos, Fault, Limits, PullRequest, Token,
};

use crate::Outcome;
use crate::serve::{cannot_listen, serve};

/// Azure Repos' API with a memory, which GET /_remembered tells; its repository is `shop` in the project `Web Shop`
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// An active pull request and its head commit; may be repeated
    #[arg(long = "pull", value_name = "NUMBER@HEAD", value_parser = parse_pull)]
    pulls: Vec<PullRequest>,
    /// A token and its identity's id; may be repeated. The build service's token is there already
    #[arg(long = "token", value_name = "TOKEN=ID", value_parser = parse_token)]
    tokens: Vec<(String, String)>,
    /// A request that is refused for want of a permission, such as 'POST /pullRequests/*/statuses'; may be repeated
    #[arg(long = "forbid", value_name = "METHOD PATH", value_parser = parse_request)]
    forbidden: Vec<(String, String)>,
    /// The newest version of the API that it knows
    #[arg(long, value_name = "VERSION", default_value = "7.2")]
    version: String,
    /// Requests in five minutes
    #[arg(long, value_name = "N", default_value_t = Limits::default().requests)]
    requests: usize,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let started = FakeAzureRepos::start_at(arguments.listen, Clock::system()).await;
    let azure = started.map_err(cannot_listen(arguments.listen))?;
    azure.limit(Limits { requests: arguments.requests });
    azure.at_version(&arguments.version);
    for (text, identity) in &arguments.tokens {
        azure.grant(text, Token::of(identity));
    }
    for pull in &arguments.pulls {
        azure.add_pull_request(pull.clone());
    }
    for (method, path) in &arguments.forbidden {
        let refusal = Answer::needs_permission(BUILD_SERVICE, "PullRequestContribute");
        azure.arm(Fault::new(method, path, Behaviour::Answer(refusal)));
    }
    serve(&azure.url()).await
}

fn parse_pull(text: &str) -> Result<PullRequest, String> {
    let (number, head) = text.split_once('@').ok_or("it is not a NUMBER@HEAD")?;
    Ok(PullRequest::active(number.parse().map_err(|_| "it is not a NUMBER@HEAD")?, head))
}

fn parse_token(text: &str) -> Result<(String, String), String> {
    let (token, identity) = text.split_once('=').ok_or("it is not a TOKEN=ID")?;
    Ok((token.to_owned(), identity.to_owned()))
}

fn parse_request(text: &str) -> Result<(String, String), String> {
    let (method, path) = text.split_once(' ').ok_or("it is not a METHOD PATH")?;
    Ok((method.to_owned(), path.to_owned()))
}
