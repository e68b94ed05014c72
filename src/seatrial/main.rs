//! `seatrial`: flags in, exit code out. The only crate that reads flags and environment and knows every room.
#![allow(clippy::disallowed_methods, reason = "the binary is the rim: it reads files, the environment and the clock")]

mod catalog;
mod cli;
mod commands;
mod config;
mod context;
mod deliver;
mod judge;
mod pipeline;
mod process;
mod supply;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::ErrorKind;
use seatrial_ci::Host;
use seatrial_model::{EXIT_PASSED, EXIT_USAGE, shown_on_one_line};

use crate::cli::variables;
use crate::cli::variables::FromVariables;
use crate::cli::{Ci, Cli, Command, CommonArgs, ImageCommand};
use crate::commands::{cleanup, collect, diff, doctor, image_policy, init, render, report_from};
use crate::pipeline::Extent;
use crate::pipeline::earlier::EarlierFiles;
use crate::process::stop::Stop;
use crate::process::streams::Written;
use crate::process::{secrets, streams};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    streams::tell_of_panics();
    let mut cli = match parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(explain(error)),
    };
    log_to_stderr(&mut cli.command);
    match dispatch(&cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(stop) => {
            streams::tell(Written::Text(&stop.message()));
            let chosen = common(&mut cli.command).and_then(|common| common.ci).map(Ci::host);
            let host = Host::detect(&secrets::environment(), chosen).unwrap_or(Host::Local);
            let _ = streams::print(Written::Commands(&stop.annotations(host)));
            ExitCode::from(stop.exit_code())
        }
    }
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut definition = cli::definition().styles(streams::usage_styles());
    let arguments: Vec<OsString> = arguments.collect();
    let matches = definition.try_get_matches_from_mut(&arguments);
    let parsed = matches.and_then(|matches| {
        let mut cli = Cli::from_arg_matches(&matches)?;
        if let Some(common) = common(&mut cli.command) {
            common.from_variables = FromVariables::of(&matches, &definition);
        }
        Ok(cli)
    });
    parsed.map_err(|error| variables::blame(error, &definition, arguments))
}

/// Writes help or what is wrong with the command line; gives back the exit code.
fn explain(error: clap::Error) -> u8 {
    let code = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => EXIT_PASSED,
        _ => EXIT_USAGE,
    };
    // clap quotes arguments as they are, line ends included: it is asked again about arguments in which everything can be seen.
    let shown = std::env::args_os().map(|argument| shown_on_one_line(&argument.to_string_lossy()).into_owned().into());
    let error = parse(shown).err().unwrap_or(error);
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        streams::tell(Written::Painted(&text));
    } else {
        let _ = streams::print(Written::Painted(&text));
    }
    code
}

fn dispatch(command: &Command) -> Result<u8, Stop> {
    match command {
        Command::Run(args) => {
            let earlier = EarlierFiles { baseline: args.earlier.baseline.as_deref(), failed_from: None };
            on_runtime(commands::trial(&args.trial, Extent::Run, earlier))
        }
        Command::Deploy(args) => on_runtime(commands::trial(args, Extent::Deploy, EarlierFiles::default())),
        Command::Test(args) => {
            let (baseline, failed_from) = (args.earlier.baseline.as_deref(), args.failed_from.as_deref());
            on_runtime(commands::trial(&args.trial, Extent::Test, EarlierFiles { baseline, failed_from }))
        }
        Command::Cleanup(args) => on_runtime(cleanup::clean_up(args)),
        Command::Init(args) => init::init(args),
        Command::Doctor(args) => on_runtime(doctor::doctor(args)),
        Command::Validate(args) => commands::validate(args),
        Command::Render(args) => render::render_manifests(args),
        Command::Diff(args) => diff::diff(args),
        Command::Image(args) => match &args.command {
            ImageCommand::Policy(args) => image_policy::simulate(args),
        },
        Command::Report(args) => on_runtime(report_from::deliver(args)),
        Command::Explain(args) => commands::explain::explain(args),
        Command::Schema(args) => commands::schema(args),
        Command::Completions(args) => commands::write_out(Written::Text(&cli::completions(args.shell))),
        Command::Man(args) => commands::man(args),
        Command::Collect(args) => on_runtime(collect::collect(args)),
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

fn log_to_stderr(command: &mut Command) {
    let Some(common) = common(command) else { return };
    let level = match common.verbose {
        0 => return,
        1 => "seatrial=debug",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(level);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| streams::Events).with_ansi(false).init();
}

fn common(command: &mut Command) -> Option<&mut CommonArgs> {
    match command {
        Command::Run(args) => Some(&mut args.trial.common),
        Command::Test(args) => Some(&mut args.trial.common),
        Command::Deploy(args) => Some(&mut args.common),
        Command::Validate(args) => Some(&mut args.common),
        Command::Render(args) => Some(&mut args.common),
        Command::Diff(args) => Some(&mut args.common),
        Command::Cleanup(args) => Some(&mut args.common),
        Command::Doctor(args) => Some(&mut args.common),
        Command::Report(args) => Some(&mut args.common),
        Command::Init(_)
        | Command::Image(_)
        | Command::Explain(_)
        | Command::Schema(_)
        | Command::Completions(_)
        | Command::Man(_)
        | Command::Collect(_) => None,
    }
}
