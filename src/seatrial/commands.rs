//! One function per subcommand: from its arguments to its exit code.

pub(crate) mod cleanup;
pub(crate) mod collect;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain;
mod fix;
pub(crate) mod image_policy;
pub(crate) mod init;
pub(crate) mod render;
pub(crate) mod report_from;

use std::mem::ManuallyDrop;
use std::path::Path;
use std::time::Instant;

use seatrial_ci::Host;
use seatrial_model::{EXIT_BROKEN, EXIT_PASSED, Report};
use seatrial_transport::Transport;

use crate::cli::{self, CommonArgs, FindingArgs, FixMode, ManArgs, RunArgs, SchemaArgs, SchemaOf, ValidateArgs};
use crate::config::config_schema;
use crate::context::authority::{AuthorityFlags, Purpose};
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::deliver::Sinks;
use crate::deliver::post::Begun;
use crate::judge::plan::PlanFlags;
use crate::judge::preparation::{Preparation, Selection};
use crate::judge::{Keep, elapsed_ms};
use crate::pipeline::earlier::{Earlier, EarlierFiles};
use crate::pipeline::{Extent, Trial};
use crate::process::progress::{Audience, ProgressLog};
use crate::process::signals;
use crate::process::stop::Stop;
use crate::process::streams::{self, Written};

use fix::Fixer;

/// `run`, `deploy`, `test`.
pub(crate) async fn trial(args: &RunArgs, extent: Extent, earlier: EarlierFiles<'_>) -> Result<u8, Stop> {
    let session = Session::open(&args.common, Some(&args.change))?;
    let transport = connect_to_network(&session, args.cluster.ca_bundle.as_deref())?;
    let (trust_head, cluster) = (args.cluster.trust_head, args.cluster.cluster.as_deref());
    let flags = AuthorityFlags { trust_head, cluster, purpose: Purpose::Judge };
    let mut context = RunContext::open(&session, &args.common, flags, args.base.choice())?;
    // A simulated cluster takes no credentials.
    if cluster != Some("simulated") {
        context.ask_whose_it_is(&transport, args.common.offline).await;
    }
    let log = progress_log(&session, &args.common).with_events(args.events.as_deref()).map_err(Stop::Usage)?;
    let cancel = signals::listen(&log)?;
    let sinks = Sinks { session: &session, common: &args.common, outputs: &args.report.output };
    let read = context.read_config().and_then(|()| Earlier::read(earlier, &args.common));
    let pending = if extent == Extent::Run { sinks.begin(&context, &transport) } else { None };
    let tried = match read {
        Ok(earlier) => {
            let (context, transport, earlier) = (&context, &transport, &earlier);
            Trial { context, transport, args, extent, earlier, log: &log, cancel: &cancel }.run().await
        }
        Err(stop) => Err(stop),
    };
    log.finish();
    let (mut report, stop) = told(tried, &context, extent.command(), args.findings)?;
    report.patch = Fixer { session: &session, workspace: &context.workspace }.patch(&report);
    let mut failures = sinks.write_files(&report);
    if extent == Extent::Run {
        let posting = async {
            // The last status is the last one to be set.
            let begun = match pending {
                Some(pending) => pending.await.unwrap_or(Begun::Open),
                None => Begun::Open,
            };
            sinks.post(&report, &context, &transport, begun).await
        };
        let posted = tokio::select! {
            notices = posting => notices,
            () = cancel.past(signals::POST_WITHIN) => {
                vec!["stopped by a signal: the comment and the commit status may be missing".to_owned()]
            }
        };
        if !posted.is_empty() {
            report.notices.extend(posted);
            // What was written before says nothing of what was not posted.
            failures = sinks.write_files(&report);
        }
    }
    Ok(finish(&sinks, &report, failures, stop.as_ref()))
}

/// `validate`.
pub(crate) fn validate(args: &ValidateArgs) -> Result<u8, Stop> {
    let started = Instant::now();
    // The process ends with the command: nobody needs the memory of what was made for it, and to give it back takes time.
    let session = ManuallyDrop::new(Session::open(&args.common, Some(&args.change))?);
    let context = RunContext::open(&session, &args.common, AuthorityFlags::default(), args.base.choice())?;
    let mut context = ManuallyDrop::new(context);
    let judged = context.read_config().and_then(|()| judged(args, &context));
    let (mut report, stop) = told(judged, &context, "validate", args.findings)?;
    report.duration_ms = elapsed_ms(started);
    let sinks = Sinks { session: &session, common: &args.common, outputs: &args.report.output };
    let fixer = Fixer { session: &session, workspace: &context.workspace };
    if args.fix != Some(FixMode::Apply) && fixer.accepts(&args.paths).is_ok() {
        report.patch = fixer.patch(&report);
    }
    let mut failures = match args.fix {
        Some(FixMode::Apply) => fixer.apply(&mut report),
        Some(FixMode::Patch) | None => Vec::new(),
    };
    failures.extend(sinks.write_files(&report));
    if args.fix == Some(FixMode::Patch) && stop.is_none() {
        fixer.print_patch(&report)?;
        return Ok(ended(&report, &failures, None));
    }
    Ok(finish(&sinks, &report, failures, stop.as_ref()))
}

fn judged(args: &ValidateArgs, context: &RunContext<'_>) -> Result<Report, Stop> {
    if args.path.path_kind.is_some() && args.paths.is_empty() {
        return Err(Stop::Usage("--as says how a PATH is read, and none is named".to_owned()));
    }
    let wanted = match args.paths.as_slice() {
        [] => Selection::Environments(&args.common.environment),
        paths => Selection::Given(paths),
    };
    if args.fix.is_some() {
        Fixer { session: context.session, workspace: &context.workspace }.accepts(&args.paths)?;
    }
    let flags = PlanFlags {
        load_restriction: args.load.load_restriction(),
        minor: args.kubernetes,
        path_kind: args.path.path_kind,
    };
    let mut report = context.report("validate", args.findings);
    let (workspace, source) = (&context.workspace, &args.source);
    let prepared = Preparation::new(workspace, context.session, source, wanted, flags)?;
    let mut prepared = ManuallyDrop::new(prepared.with_options(args.findings));
    for environment in prepared.judge(context, Keep::Findings, "", &|| false, &mut report)? {
        environment.into_report(&mut report);
    }
    report.decide();
    Ok(report)
}

/// The report of a command, also of one that ended before anything was judged: in a CI nobody reads standard error.
fn told(
    judged: Result<Report, Stop>,
    context: &RunContext<'_>,
    command: &str,
    findings: FindingArgs,
) -> Result<(Report, Option<Stop>), Stop> {
    let (mut report, stop) = match judged {
        Err(stop) if context.session.ci.host == Host::Local => return Err(stop),
        Ok(report) => (report, None),
        Err(stop) => (context.stopped(&stop, command, findings), Some(stop)),
    };
    report.mask(&context.session.masker);
    Ok((report, stop))
}

/// `schema`.
pub(crate) fn schema(args: &SchemaArgs) -> Result<u8, Stop> {
    let schema = match args.what {
        SchemaOf::Config => config_schema(),
        SchemaOf::Report => seatrial_published::schema(),
    };
    write_out(Written::Text(&format!("{schema:#}\n")))
}

/// `man`.
pub(crate) fn man(args: &ManArgs) -> Result<u8, Stop> {
    let page = cli::man(&args.command).map_err(Stop::Usage)?;
    write_out(Written::Text(&page))
}

pub(crate) fn connect_to_network(session: &Session, ca_bundle: Option<&Path>) -> Result<Transport, Stop> {
    let settings = session.network(ca_bundle)?;
    Transport::new(&settings).map_err(|e| Stop::Usage(e.to_string()))
}

pub(crate) fn progress_log(session: &Session, common: &CommonArgs) -> ProgressLog {
    let audience = match (common.quiet, session.has_terminal()) {
        (true, _) => Audience::Nobody,
        (false, true) => Audience::Person,
        (false, false) => Audience::LogFile,
    };
    ProgressLog::new(&session.masker, audience)
}

/// Writes the rest of the report and says what could not be written. The exit code is that of a run that stopped before it judged anything,
/// else broken when a file is missing that was asked for, else the verdict's.
fn finish(sinks: &Sinks<'_>, report: &Report, mut failures: Vec<String>, stop: Option<&Stop>) -> u8 {
    failures.extend(sinks.write_streams(report));
    ended(report, &failures, stop)
}

/// Says what could not be written; the exit code.
fn ended(report: &Report, failures: &[String], stop: Option<&Stop>) -> u8 {
    for failure in failures {
        streams::tell_line(&format!("error: {failure}"));
    }
    match stop {
        Some(stop) => stop.exit_code(),
        None if failures.is_empty() => report.verdict.exit_code(),
        None => EXIT_BROKEN,
    }
}

/// Writes a command's result to standard output.
pub(crate) fn write_out(result: Written<'_>) -> Result<u8, Stop> {
    let cannot = |error| Stop::Broken(format!("cannot write to standard output: {error}"));
    streams::print(result).map(|()| EXIT_PASSED).map_err(cannot)
}
