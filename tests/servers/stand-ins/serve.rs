//! The commands that serve until they are killed: `acr`, `git`, `registry`. Each prints its address when it answers.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use seatrial_test_servers::acr::{AcrFace, Rights, Settings};
use seatrial_test_servers::git::{GitServer, Pushes};
use seatrial_test_servers::registry::Registry;

use crate::Outcome;

/// An Azure Container Registry's face before a plain registry
#[derive(Args)]
pub(crate) struct AcrArguments {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The registry behind it: http://HOST:PORT
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// The registry's name, such as shop.azurecr.io
    #[arg(long, value_name = "NAME")]
    service: String,
    /// A user who may do everything; may be repeated
    #[arg(long = "login", value_name = "USER:PASSWORD", value_parser = parse_login)]
    logins: Vec<(String, String)>,
    /// A user who may only pull; may be repeated
    #[arg(long = "reader", value_name = "USER:PASSWORD", value_parser = parse_login)]
    readers: Vec<(String, String)>,
    /// An Entra token that may do everything; may be repeated
    #[arg(long = "aad-token", value_name = "TOKEN")]
    entra_tokens: Vec<String>,
    /// An Entra token that may only pull; may be repeated
    #[arg(long = "aad-reader-token", value_name = "TOKEN")]
    entra_reader_tokens: Vec<String>,
    /// How long an access token holds
    #[arg(long, value_name = "SECONDS", default_value_t = 4500)]
    token_lifetime: u64,
    /// How long a refresh token holds
    #[arg(long, value_name = "SECONDS", default_value_t = 10800)]
    refresh_lifetime: u64,
}

pub(crate) async fn acr(arguments: AcrArguments) -> Outcome {
    let with_rights = |logins: Vec<(String, String)>, rights| logins.into_iter().map(move |(u, p)| (u, p, rights));
    let tokens = |tokens: Vec<String>, rights| tokens.into_iter().map(move |token| (token, rights));
    let settings = Settings {
        logins: with_rights(arguments.logins, Rights::All)
            .chain(with_rights(arguments.readers, Rights::Pull))
            .collect(),
        entra_tokens: tokens(arguments.entra_tokens, Rights::All)
            .chain(tokens(arguments.entra_reader_tokens, Rights::Pull))
            .collect(),
        access_lifetime: Duration::from_secs(arguments.token_lifetime),
        refresh_lifetime: Duration::from_secs(arguments.refresh_lifetime),
        ..Settings::new(&arguments.service, &arguments.upstream)
    };
    let face = AcrFace::start_at(arguments.listen, settings).await.map_err(cannot_listen(arguments.listen))?;
    serve(&face.url()).await
}

fn parse_login(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((user, password)) if !user.is_empty() => Ok((user.to_owned(), password.to_owned())),
        _ => Err("it is no USER:PASSWORD".to_owned()),
    }
}

/// A Git server over smart HTTP
#[derive(Args)]
pub(crate) struct GitArguments {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The directory of bare repositories
    #[arg(long, value_name = "DIRECTORY")]
    root: PathBuf,
    /// Refuses pushes
    #[arg(long)]
    read_only: bool,
}

pub(crate) async fn git(arguments: &GitArguments) -> Outcome {
    let GitArguments { listen, root, read_only } = arguments;
    if !root.is_dir() {
        return Err(format!("there is no directory {}", root.display()).into());
    }
    let pushes = if *read_only { Pushes::Refused } else { Pushes::Allowed };
    let server = GitServer::start_at(*listen, root, pushes).await.map_err(cannot_listen(*listen))?;
    serve(&server.url()).await
}

/// An OCI registry in memory
#[derive(Args)]
pub(crate) struct RegistryArguments {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How many tags it lists in one answer at most
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    page: usize,
}

pub(crate) async fn registry(arguments: &RegistryArguments) -> Outcome {
    let started = Registry::start_at(arguments.listen, arguments.page).await;
    let registry = started.map_err(cannot_listen(arguments.listen))?;
    serve(&registry.url()).await
}

pub(crate) fn cannot_listen(address: SocketAddr) -> impl Fn(std::io::Error) -> String {
    move |error| format!("cannot listen on {address}: {error}")
}

/// Says where it is, and waits to be killed.
pub(crate) async fn serve(url: &str) -> Outcome {
    println!("{url}");
    std::io::stdout().flush()?;
    std::future::pending().await
}
