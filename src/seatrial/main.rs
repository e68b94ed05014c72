//! `seatrial`: flags in, exit code out. The only crate that reads flags and environment and knows every room.
#![allow(clippy::disallowed_methods, reason = "the binary is the rim: it reads files, the environment and the clock")]

mod against;
mod checkouts;
mod cli;
mod commands;
mod config;
mod deliver;
mod head_lines;
mod judge;
mod live;
mod manifest_files;
mod manifests;
mod origins;
mod pipeline;
mod plan;
mod print;
mod progress;
mod render;
mod render_each;
mod revision;
mod session;
mod signals;
mod stop;
mod workspace;

use std::io::Write;
use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::ErrorKind;
use seatrial_ci::Host;
use seatrial_model::{EXIT_PASSED, EXIT_USAGE};

use crate::cli::{Cli, Command, CommonArgs};
use crate::pipeline::Extent;
use crate::stop::Stop;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let parsed = cli::definition().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return ExitCode::from(if asked { EXIT_PASSED } else { EXIT_USAGE });
        }
    };
    log_to_stderr(&cli.command);
    match dispatch(&cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(stop) => {
            let _ = std::io::stderr().lock().write_all(stop.message().as_bytes());
            let on_actions = std::env::var_os("GITHUB_ACTIONS").is_some();
            let host = if on_actions { Host::GitHubActions } else { Host::Local };
            let _ = std::io::stdout().lock().write_all(stop.annotations(host).as_bytes());
            ExitCode::from(stop.exit_code())
        }
    }
}

fn dispatch(command: &Command) -> Result<u8, Stop> {
    match command {
        Command::Run(args) => on_runtime(commands::trial(args, Extent::Run)),
        Command::Deploy(args) => on_runtime(commands::trial(args, Extent::Deploy)),
        Command::Test(args) => on_runtime(commands::trial(args, Extent::Test)),
        Command::Cleanup(args) => on_runtime(commands::clean_up(args)),
        Command::Validate(args) => commands::validate(args),
        Command::Render(args) => manifests::render_manifests(args),
        Command::Schema(args) => commands::schema(args),
    }
}

fn on_runtime(work: impl Future<Output = Result<u8, Stop>>) -> Result<u8, Stop> {
    // Whoever builds a TLS client without saying which provider finds this one; an earlier one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Stop::Broken(format!("cannot start: {e}")))?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

fn log_to_stderr(command: &Command) {
    let Some(common) = common(command) else { return };
    let level = match common.verbose {
        0 => return,
        1 => "seatrial=debug",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(level);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}

fn common(command: &Command) -> Option<&CommonArgs> {
    match command {
        Command::Run(args) | Command::Deploy(args) | Command::Test(args) => Some(&args.common),
        Command::Validate(args) => Some(&args.common),
        Command::Render(args) => Some(&args.common),
        Command::Cleanup(args) => Some(&args.common),
        Command::Schema(_) => None,
    }
}
