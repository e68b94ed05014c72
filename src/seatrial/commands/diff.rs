//! `diff`: what changes between two commits, or between two sets of manifests.

mod sides;

use std::path::Path;
use std::time::Instant;

use seatrial_diff::{Between, Diff, dangers, show, unified};
use seatrial_kubernetes::Minor;
use seatrial_model::{EnvironmentReport, Level, Report, ReportedDiff, ReportedFinding, Stage, Verdict};
use seatrial_reporters::{Detail, TerminalOptions, diff_markdown, diff_stat, diff_terminal, html, terminal};
use seatrial_tree::{Repository, Tree};

use crate::cli::{BaseChoice, DiffArgs, DiffFormat, FindingArgs};
use crate::commands::render::tell;
use crate::commands::write_out;
use crate::context::authority::AuthorityFlags;
use crate::context::compared::Compared;
use crate::context::revision::Commit;
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::judge::plan::PlanFlags;
use crate::judge::preparation::{Preparation, Selection};
use crate::judge::{Judged, Keep, elapsed_ms};
use crate::process::stop::Stop;
use crate::process::streams::{self, Written};
use sides::{Side, Sides, rendered};

/// The exit code of two sides that differ, where it is asked for: that of `git diff` and `kubectl diff`.
const DIFFERENT: u8 = 1;

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Bytes of a comment that Markdown is made for.
const COMMENT: usize = 60_000;

/// `diff`.
pub(crate) fn diff(args: &DiffArgs) -> Result<u8, Stop> {
    let started = Instant::now();
    let session = Session::open(&args.common, None)?;
    let outcome = match Sides::of(args, &session)? {
        Sides::Commits { base, head } => between_commits(args, &session, base.as_deref(), head.as_deref())?,
        Sides::Paths { base, head } => between_paths(args, &session, &base, &head)?,
    };
    let Outcome { mut report, unified } = outcome;
    report.duration_ms = elapsed_ms(started);
    report.mask(&session.masker);
    let options = TerminalOptions { color: session.color, width: WIDTH, detail: Detail::Everything };
    let text = match args.format {
        DiffFormat::Terminal if args.stat => diff_stat(&report, options),
        DiffFormat::Terminal => diff_terminal(&report, options),
        DiffFormat::Unified => unified,
        DiffFormat::Markdown => diff_markdown(&report, COMMENT),
        DiffFormat::Html => html(&report),
        DiffFormat::Json => seatrial_published::json(&report),
    };
    write_out(if args.format == DiffFormat::Terminal { Written::Painted(&text) } else { Written::Text(&text) })?;
    let diffs = || report.environments.iter().filter_map(|environment| environment.diff.as_ref());
    if diffs().any(|diff| diff.not_compared.is_some()) {
        return Ok(Verdict::Broken.exit_code());
    }
    let differs = diffs().any(|diff| !diff.is_empty());
    Ok(if differs && args.exit_code { DIFFERENT } else { 0 })
}

/// What is printed.
struct Outcome {
    report: Report,
    unified: String,
}

/// Two commits, or a commit and the working copy: every environment.
fn between_commits(
    args: &DiffArgs,
    session: &Session,
    base: Option<&str>,
    head: Option<&str>,
) -> Result<Outcome, Stop> {
    let choice = base.map_or(BaseChoice::Found, BaseChoice::Revision);
    let mut context = RunContext::open(session, &args.common, AuthorityFlags::default(), choice)?;
    let repository = context.workspace.repository.as_ref().ok_or_else(|| {
        Stop::Usage("this is not a git repository: name two files or directories, or run it in one".to_owned())
    })?;
    if let Some(base) = base {
        known(repository, base)?;
    }
    if base.is_none() && context.compared.commit == Commit::None {
        // As `git diff`: what is not committed yet.
        let commit = repository.resolve("HEAD").map_err(|_| {
            Stop::Usage("nothing is committed yet: there is nothing to compare the working copy with".to_owned())
        })?;
        context.compared = Compared { commit: Commit::Known(commit), found: Some("the last commit".to_owned()) };
    }
    if let Some(head) = head {
        let commit = known(repository, head)?;
        let tree = Tree::commit(&context.workspace.root, &commit, &session.sources);
        context.workspace.look_at(commit, tree.map_err(|error| Stop::Usage(error.to_string()))?);
    }
    context.read_config()?;
    if let Commit::Missing(missing) = &context.compared.commit {
        return Err(Stop::Broken(format!("there is nothing to compare with: {}", missing.clause())));
    }
    let flags = PlanFlags { load_restriction: args.load.load_restriction(), minor: args.kubernetes, path_kind: None };
    let wanted = Selection::Environments(&args.common.environment);
    let mut report = context.report("diff", FindingArgs::default());
    report.revision.head = context.workspace.commit.clone().or(report.revision.head);
    let mut prepared = Preparation::new(&context.workspace, session, &args.source, wanted, flags)?;
    let judged = prepared.judge(&context, Keep::Differences, "", &|| false, &mut report)?;
    let documents = judged.iter().filter(|_| args.format == DiffFormat::Unified);
    let text = documents.map(|judged| in_unified(judged, session)).collect();
    for environment in judged {
        environment.into_report(&mut report);
    }
    let errors = report.findings.iter().filter(|f| f.level == Level::Error && f.stage == Some(Stage::Render));
    let untold = Report { findings: errors.cloned().collect(), ..Report::new("diff", env!("CARGO_PKG_VERSION")) };
    let options = TerminalOptions { color: session.color, width: WIDTH, detail: Detail::Findings };
    streams::tell(Written::Painted(&terminal(&untold, options)));
    let altered = report.alterations.iter().map(|alteration| format!("warning: {}", alteration.sentence()));
    for sentence in altered {
        streams::tell_line(&session.masked(&sentence));
    }
    for notice in &report.notices {
        streams::tell_line(&session.masked(&format!("notice: {notice}")));
    }
    report.decide();
    Ok(Outcome { report, unified: text })
}

/// The commit of a name.
fn known(repository: &Repository, name: &str) -> Result<String, Stop> {
    repository.resolve(name).map_err(|error| {
        Stop::Usage(format!(
            "`{name}` is neither a path nor a commit: {error}; name one that exists, or fetch it first"
        ))
    })
}

/// The documents of an environment that differ, below its name.
fn in_unified(judged: &Judged, session: &Session) -> String {
    let Some(diff) = judged.diff.as_ref().filter(|diff| !diff.objects.is_empty()) else { return String::new() };
    format!("# {}\n{}", judged.planned.name, unified(diff, &session.sources, &session.masker))
}

/// Two sets of manifests.
fn between_paths(args: &DiffArgs, session: &Session, base: &Path, head: &Path) -> Result<Outcome, Stop> {
    let (before, after) = (rendered(args, session, base)?, rendered(args, session, head)?);
    for Side { rendered, .. } in [&before, &after] {
        session.masker.add_manifests(&rendered.manifests, &session.sources);
        tell(&[(None, rendered)], session);
    }
    let minor = args.kubernetes.unwrap_or(Minor::DEFAULT);
    let is_both_built = before.is_built && after.is_built;
    let between = if is_both_built { Between::Environments } else { Between::States };
    let context = seatrial_diff::Context { minor, flux: None, between };
    let diff: Diff = seatrial_diff::compare_renderings(&before.rendered, &after.rendered, context);
    let dangers = dangers(&diff, &before.rendered, &after.rendered, context);
    let shown: ReportedDiff = show(&diff, &session.sources, &session.masker);
    let mut report = Report::new("diff", env!("CARGO_PKG_VERSION"));
    report.environments.push(EnvironmentReport {
        name: format!("{} → {}", base.display(), head.display()),
        source: head.display().to_string(),
        kubernetes: minor.to_string(),
        objects: after.rendered.manifests.len(),
        changed: Some(!shown.is_empty()),
        diff: Some(shown),
        ..EnvironmentReport::default()
    });
    let resolved = |finding| ReportedFinding::resolve(finding, &session.sources, &session.masker).dangerous(true);
    let dangers = dangers.iter().filter(|finding| finding.level > Level::Note).map(resolved);
    let name = report.environments.iter().map(|environment| environment.name.clone()).next();
    report.add_findings(name.as_deref(), &dangers.collect::<Vec<_>>());
    report.decide();
    Ok(Outcome { report, unified: unified(&diff, &session.sources, &session.masker) })
}
