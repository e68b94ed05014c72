//! One function per subcommand: from its arguments to its exit code.

use std::path::Path;
use std::time::{Duration, Instant};

use seatrial_api::Cluster;
use seatrial_deploy::{CancelToken, cleanup};
use seatrial_kustomize::LoadRestriction;
use seatrial_model::{EXIT_BROKEN, EXIT_PASSED, Report, report_schema};
use seatrial_transport::Transport;

use crate::checkouts::Checkouts;
use crate::cli::{CleanupArgs, CommonArgs, RunArgs, SchemaArgs, SchemaOf, ValidateArgs};
use crate::config::config_schema;
use crate::deliver::Sinks;
use crate::judge::{Bench, elapsed_ms, judge};
use crate::live::{LiveContext, preview};
use crate::pipeline::{Extent, Trial, levels};
use crate::plan::{self, Planned};
use crate::progress::{Audience, ProgressLog};
use crate::render::{Renderer, image_overrides};
use crate::revision::{self, Base};
use crate::session::Session;
use crate::signals;
use crate::stop::Stop;
use crate::streams::{self, Written};
use crate::workspace::Workspace;

/// `run`, `deploy`, `test`.
pub(crate) async fn trial(args: &RunArgs, extent: Extent) -> Result<u8, Stop> {
    let session = Session::open(&args.common, args.cluster.pull_request)?;
    let transport = connect_to_network(&session, args.cluster.ca_bundle.as_deref())?;
    let workspace = open(&session, &args.common)?;
    let log = progress_log(&session, &args.common);
    let cancel = signals::listen(&log)?;
    let (workspace, cancel) = (&workspace, &cancel);
    let (session, transport) = (&session, &transport);
    let tried = Trial { session, workspace, transport, args, extent, log: &log, cancel }.run().await;
    log.finish();
    let mut tried = tried?;
    let sinks = Sinks { session, common: &args.common, outputs: &args.report.output };
    if extent == Extent::Run {
        let notices = tokio::select! {
            notices = sinks.post(&tried.report, tried.sinks, transport) => notices,
            () = cancel.past(signals::POST_WITHIN) => vec!["stopped by a signal: the comment and the commit status may be missing".to_owned()],
        };
        tried.report.notices.extend(notices);
    }
    Ok(finish(&sinks, &tried.report))
}

/// `validate`.
pub(crate) fn validate(args: &ValidateArgs) -> Result<u8, Stop> {
    let started = Instant::now();
    let session = Session::open(&args.common, None)?;
    let workspace = open(&session, &args.common)?;
    let images = image_overrides(&args.source.image).map_err(Stop::Usage)?;
    let levels = levels(workspace.config.as_ref());
    let planned = match args.path.as_deref() {
        Some(path) => vec![plan::at_path(&session.directory, &workspace, path)?],
        None => plan::environments(&workspace, &args.common.environment)?,
    };
    let base = revision::base(&session.ci, workspace.repository.as_ref());
    let checkouts = Checkouts::of(&args.source, &session, &workspace)?;
    let (base, against) = revision::open_base(base, &checkouts, &workspace, &session);
    let options = checkouts.options(LoadRestriction::default());
    let (fail_on, head) = (args.findings.fail_on(), Renderer::new(&workspace.tree, &workspace.parsed, options));
    let bench = Bench {
        session: &session,
        head: &head,
        base: against.as_ref(),
        fail_on,
        images: &images,
        levels: &levels,
        keeps_objects: false,
    };
    let judged = judge(planned, bench)?;
    let mut report = Report::new("validate", env!("CARGO_PKG_VERSION"));
    report.revision = revision::judged(&session.ci, &base, workspace.repository.as_ref());
    report.run_url.clone_from(&session.ci.run_url);
    report.fail_on = fail_on;
    report.listing = args.findings.listing();
    if let Base::Missing(missing) = &base {
        report.notices.push(missing.sentence(""));
    }
    for environment in judged {
        report.add_findings(Some(&environment.planned.name), &environment.findings);
        report.add_fixed(&environment.planned.name, &environment.fixed);
        report.environments.push(environment.report);
    }
    report.duration_ms = elapsed_ms(started);
    report.decide();
    Ok(finish(&Sinks { session: &session, common: &args.common, outputs: &args.report.output }, &report))
}

/// `cleanup`.
pub(crate) async fn clean_up(args: &CleanupArgs) -> Result<u8, Stop> {
    let session = Session::open(&args.common, args.cluster.pull_request)?;
    let transport = connect_to_network(&session, args.cluster.ca_bundle.as_deref())?;
    let workspace = open(&session, &args.common)?;
    let log = progress_log(&session, &args.common);
    let cancel = signals::listen(&log)?;
    let live = LiveContext {
        session: &session,
        transport: &transport,
        cluster_flag: args.cluster.cluster.as_deref(),
        log: &log,
        cancel: &cancel,
    };
    let mut exit = EXIT_PASSED;
    let mut found = false;
    for planned in plan::environments(&workspace, &args.common.environment)? {
        let Some(deploy) = planned.config.as_ref().and_then(|c| c.deploy.as_ref()) else { continue };
        let Some(preview) = preview(deploy, &session.placeholders(&planned.name)).map_err(Stop::Usage)? else {
            continue;
        };
        found = true;
        let outcome = clean_up_one(&live, &planned, &preview.namespace, &cancel).await;
        log.line(&format!("{:<6} {:<5} {}", "clean", planned.name, outcome.as_ref().unwrap_or_else(|e| e)));
        if outcome.is_err() {
            exit = EXIT_BROKEN;
        }
    }
    log.finish();
    if !found {
        return Err(Stop::Usage("no environment has `deploy.preview`: there is nothing to clean up".to_owned()));
    }
    Ok(exit)
}

/// Deletes one preview namespace; a sentence either way.
async fn clean_up_one(
    live: &LiveContext<'_>,
    planned: &Planned,
    namespace: &str,
    cancel: &CancelToken,
) -> Result<String, String> {
    let Some(environment) = &planned.config else { return Err("there is no configuration".to_owned()) };
    let Some(target) = live.wanted(environment) else {
        return Ok(format!("{namespace}: the simulated cluster keeps nothing between runs"));
    };
    let session = live.session;
    let cluster = tokio::select! {
        connected = Cluster::connect(&target, &session.env, live.transport, &session.masker) => connected,
        () = cancel.cancelled() => return Err(format!("{namespace}: stopped by a signal while connecting to the cluster")),
    };
    let cluster = cluster.map_err(|e| session.masked(&e.to_string()))?;
    let progress = |p: seatrial_deploy::Progress| live.log.deployment(&planned.name, &p);
    match cleanup(&cluster, namespace, &live.identity(), Duration::from_secs(600), &progress, cancel).await {
        Ok(true) => Ok(format!("{namespace} deleted")),
        Ok(false) => Ok(format!("{namespace} does not exist")),
        Err(error) => Err(session.masked(&format!("{namespace}: {error}"))),
    }
}

/// `schema`.
pub(crate) fn schema(args: &SchemaArgs) -> Result<u8, Stop> {
    let schema = match args.what {
        SchemaOf::Config => config_schema(),
        SchemaOf::Report => report_schema(),
    };
    write_out(Written::Text(&format!("{schema:#}\n")))
}

fn open(session: &Session, common: &CommonArgs) -> Result<Workspace, Stop> {
    Workspace::open(&session.directory, common.config.as_deref(), &session.sources)
}

fn connect_to_network(session: &Session, ca_bundle: Option<&Path>) -> Result<Transport, Stop> {
    let settings = session.network(ca_bundle)?;
    Transport::new(&settings).map_err(|e| Stop::Usage(e.to_string()))
}

fn progress_log(session: &Session, common: &CommonArgs) -> ProgressLog {
    let audience = match (common.quiet, session.has_terminal()) {
        (true, _) => Audience::Nobody,
        (false, true) => Audience::Person,
        (false, false) => Audience::LogFile,
    };
    ProgressLog::new(&session.masker, audience)
}

/// Writes the report and says what could not be written; the exit code is the verdict's, or broken when a file is missing that was asked for.
fn finish(sinks: &Sinks<'_>, report: &Report) -> u8 {
    let failures = sinks.write(report);
    for failure in &failures {
        streams::tell_line(&format!("error: {failure}"));
    }
    if failures.is_empty() { report.verdict.exit_code() } else { EXIT_BROKEN }
}

/// Writes a command's result to standard output.
pub(crate) fn write_out(result: Written<'_>) -> Result<u8, Stop> {
    let cannot = |error| Stop::Broken(format!("cannot write to standard output: {error}"));
    streams::print(result).map(|()| EXIT_PASSED).map_err(cannot)
}
