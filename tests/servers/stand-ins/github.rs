//! `github`: the GitHub fake from a shell.

use std::net::SocketAddr;

use clap::Args;
use seatrial_test_servers::Clock;
use seatrial_test_servers::github::{
    Access, Account, Answer, Behaviour, FakeGitHub, Fault, Limits, Permission, Pull, Token,
};

use crate::Outcome;
use crate::serve::{cannot_listen, serve};

/// GitHub's API with a memory, which GET /_remembered tells
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// An open pull request and its head commit; may be repeated
    #[arg(long = "pull", value_name = "OWNER/NAME#NUMBER@HEAD", value_parser = parse_pull)]
    pulls: Vec<(String, Pull)>,
    /// A token and its owner's login; may be repeated. The token of github-actions[bot] is there already
    #[arg(long = "token", value_name = "TOKEN=LOGIN", value_parser = parse_token)]
    tokens: Vec<(String, String)>,
    /// A permission that every token has only so far: issues, pull_requests, statuses, contents or checks = none or read
    #[arg(long = "permission", value_name = "NAME=ACCESS", value_parser = parse_permission)]
    permissions: Vec<(Permission, Access)>,
    /// A request that is refused, such as 'POST /repos/*/*/statuses/*'; may be repeated
    #[arg(long = "forbid", value_name = "METHOD PATH", value_parser = parse_request)]
    forbidden: Vec<(String, String)>,
    /// Requests in an hour
    #[arg(long, value_name = "N", default_value_t = Limits::default().hourly)]
    hourly: u64,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let started = FakeGitHub::start_at(arguments.listen, Clock::system()).await;
    let github = started.map_err(cannot_listen(arguments.listen))?;
    github.limit(Limits { hourly: arguments.hourly, ..Limits::default() });
    let ours = (seatrial_test_servers::github::TOKEN.to_owned(), "github-actions[bot]".to_owned());
    for (text, login) in std::iter::once(&ours).chain(&arguments.tokens) {
        let limited = |token: Token, (permission, access): &(Permission, Access)| token.with(*permission, *access);
        github.grant(text, arguments.permissions.iter().fold(Token::of(Account::named(login)), limited));
    }
    for (repository, pull) in &arguments.pulls {
        github.add_pull(repository, pull.clone());
    }
    for (method, path) in &arguments.forbidden {
        github.arm(Fault::new(method, path, Behaviour::Answer(Answer::forbidden())));
    }
    serve(&github.url()).await
}

fn parse_pull(text: &str) -> Result<(String, Pull), String> {
    let wrong = || "it is no OWNER/NAME#NUMBER@HEAD".to_owned();
    let (repository, rest) = text.split_once('#').filter(|(name, _)| name.contains('/')).ok_or_else(wrong)?;
    let (number, head) = rest.split_once('@').ok_or_else(wrong)?;
    Ok((repository.to_owned(), Pull::open(number.parse().map_err(|_| wrong())?, head)))
}

fn parse_token(text: &str) -> Result<(String, String), String> {
    let (token, login) = text.split_once('=').ok_or("it is no TOKEN=LOGIN")?;
    Ok((token.to_owned(), login.to_owned()))
}

fn parse_permission(text: &str) -> Result<(Permission, Access), String> {
    let (name, access) = text.split_once('=').ok_or("it is no NAME=ACCESS")?;
    let permission = match name {
        "issues" => Permission::Issues,
        "pull_requests" => Permission::PullRequests,
        "statuses" => Permission::Statuses,
        "contents" => Permission::Contents,
        "checks" => Permission::Checks,
        _ => return Err(format!("there is no permission `{name}`")),
    };
    match access {
        "none" => Ok((permission, Access::None)),
        "read" => Ok((permission, Access::Read)),
        "write" => Ok((permission, Access::Write)),
        _ => Err(format!("there is no access `{access}`")),
    }
}

fn parse_request(text: &str) -> Result<(String, String), String> {
    let (method, path) = text.split_once(' ').ok_or("it is no METHOD PATH")?;
    Ok((method.to_owned(), path.to_owned()))
}
