//! `report --from FILE`: a job with credentials delivers what a job without them found, as of a fork's pull request. Every string of the
//! file is data, and the file, the event and the pull request must agree on the commit.
//!
//! Nothing is rendered, checked or deployed here, and no status is set: what a fork's job says of itself decides nothing.

use seatrial_ci::{EarlierRun, ForgeTarget};
use seatrial_forge::{Comment, Delivery, Forge, KeyParts};
use seatrial_model::{EXIT_BROKEN, PullRequest, Report, Verdict};
use seatrial_reporters::markdown;

use crate::cli::DeliverArgs;
use crate::commands::{connect_to_network, write_out};
use crate::context::forge::open_forge;
use crate::context::session::Session;
use crate::pipeline::earlier::read;
use crate::process::stop::Stop;
use crate::process::streams::{self, Written};

/// `report`.
pub(crate) async fn deliver(args: &DeliverArgs) -> Result<u8, Stop> {
    let session = Session::open(&args.common, None)?;
    let run = earlier_run(&session)?;
    let mut report = read(&args.from).map_err(|why| Stop::Usage(format!("`{}` {why}", args.from.display())))?;
    let number = agreed(&report, &run.head).map_err(|why| Stop::Usage(format!("`{}` {why}", args.from.display())))?;
    let target = session.ci.forge.as_ref();
    let target = target.ok_or_else(|| Stop::Usage("the CI does not say which repository this is".to_owned()))?;
    if args.common.offline {
        return Err(Stop::Usage("`report` writes to the forge, which --offline forbids".to_owned()));
    }
    let forge = open(&session, args)?;
    own(&mut report, number, target, run);
    report.mask(&session.masker);
    let (ci, budget) = (&session.ci, forge.comment_budget());
    let comment = Comment {
        key: KeyParts { pipeline: ci.pipeline.as_deref(), job: ci.job.as_deref(), ..KeyParts::default() }.key(),
        head: run.head.clone(),
        run: ci.run.unwrap_or_default(),
        body: markdown(&report, budget),
        failing: report.verdict != Verdict::Passed,
        digest: report.digest(),
    };
    match forge.upsert_comment(number, &comment).await {
        Delivery::Created(url) | Delivery::Updated(url) | Delivery::Unchanged(url) => {
            tell(&format!("delivered: {url}"))
        }
        Delivery::Stale(because) | Delivery::Overtaken(because) => tell(&format!("not delivered: {because}")),
        Delivery::Refused(sentence) => {
            streams::tell_line(&format!("error: {}", session.masked(&sentence)));
            Ok(EXIT_BROKEN)
        }
    }
}

fn tell(sentence: &str) -> Result<u8, Stop> {
    write_out(Written::Text(&format!("{sentence}\n")))
}

fn earlier_run(session: &Session) -> Result<&EarlierRun, Stop> {
    session.ci.earlier_run.as_ref().ok_or_else(|| {
        Stop::Usage(
            "`report --from` delivers what another run found, and this run was not started by one: use it in a \
             workflow that `workflow_run` starts"
                .to_owned(),
        )
    })
}

fn open(session: &Session, args: &DeliverArgs) -> Result<Forge, Stop> {
    let transport = connect_to_network(session, args.ca_bundle.as_deref())?;
    open_forge(session, &transport).map_err(|why| Stop::Usage(why.to_string()))
}

/// The pull request, where the report is about the commit that the event names; else a predicate.
fn agreed(report: &Report, head: &str) -> Result<u64, String> {
    match &report.revision.head {
        Some(own) if own == head => {}
        Some(own) => return Err(format!("is about commit {own}, and the run that started this one is about {head}")),
        None => return Err("does not say which commit it is about".to_owned()),
    }
    let pull_request = report.revision.pull_request.as_ref();
    pull_request.map(|pull_request| pull_request.number).ok_or_else(|| "is not about a pull request".to_owned())
}

/// Replaces what leads somewhere by what this run knows itself, and says whose words the rest is.
fn own(report: &mut Report, number: u64, target: &ForgeTarget, run: &EarlierRun) {
    report.revision.pull_request =
        Some(PullRequest { number, repository: target.name(), file_url: Some(target.file_url(&run.head)) });
    report.run_url.clone_from(&run.url);
    for environment in &mut report.environments {
        if let Some(live) = &mut environment.target {
            live.url = None;
        }
    }
    report.decide();
    report.notices.insert(0, "reported by a run without credentials: what it says was not verified".to_owned());
}
