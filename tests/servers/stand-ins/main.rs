//! `seatrial-stand-ins`: the tests' stand-ins and pushes from a shell. The library does the work; here are only flags and sentences.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is what a shell test reads")]
#![allow(clippy::disallowed_methods, reason = "a program is the rim: it reads its environment")]

mod azure_repos;
mod github;
mod push;
mod serve;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a command ends with.
type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Stand-ins that speak the real protocols, and pushes to registries. For tests only.
#[derive(Parser)]
#[command(name = "seatrial-stand-ins", version, subcommand_required = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(name = "push-image")]
    Image(push::ImageArguments),
    #[command(name = "push-chart")]
    Chart(push::ChartArguments),
    #[command(name = "push-artifact")]
    Artifact(push::ArtifactArguments),
    Acr(serve::AcrArguments),
    AzureRepos(azure_repos::Arguments),
    Git(serve::GitArguments),
    #[command(name = "github")]
    GitHub(github::Arguments),
    Registry(serve::RegistryArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Image(arguments) => push::image(&arguments).await,
        Command::Chart(arguments) => push::chart(&arguments).await,
        Command::Artifact(arguments) => push::artifact(&arguments).await,
        Command::Acr(arguments) => serve::acr(arguments).await,
        Command::AzureRepos(arguments) => azure_repos::run(&arguments).await,
        Command::Git(arguments) => serve::git(&arguments).await,
        Command::GitHub(arguments) => github::run(&arguments).await,
        Command::Registry(arguments) => serve::registry(&arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("seatrial-stand-ins: {}", sentence(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes.
fn sentence(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", sentence(cause)),
        None => error.to_string(),
    }
}
