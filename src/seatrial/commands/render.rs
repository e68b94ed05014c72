//! `render`: manifests on standard output or in files, findings on standard error; nothing is written when it fails.

pub(crate) mod chart;
pub(crate) mod each;
pub(crate) mod files;
pub(crate) mod graph_tree;
pub(crate) mod origins;
pub(crate) mod print;
pub(crate) mod release_part;

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use seatrial_ci::{Host, holds_commands};
use seatrial_model::{EXIT_FAILED, EXIT_PASSED, Finding, Manifest, Node, Rendered, Report, ReportedFinding, ids};
use seatrial_reporters::{Detail, TerminalOptions, terminal};
use seatrial_yaml::{emit, into_kustomize_order};

use crate::cli::{ManifestFormat, RenderArgs, Wanted};
use crate::commands::render::chart::{is_chart, render_chart};
use crate::commands::render::each::RenderEach;
use crate::commands::render::files::{text, text_for_a_log, write_file, write_files};
use crate::commands::render::graph_tree::tree;
use crate::commands::render::print::documents;
use crate::commands::write_out;
use crate::context::session::Session;
use crate::context::workspace::{Workspace, normal};
use crate::judge::plan::{self, PlanFlags, Planned};
use crate::judge::preparation::{Preparation, Selection};
use crate::judge::renderer::{matches_nothing, unmatched};
use crate::judge::resolved::Resolved;
use crate::process::stop::Stop;
use crate::process::streams::{self, Stream, Written};
use crate::supply::wanted;

/// The command.
pub(crate) fn render_manifests(args: &RenderArgs) -> Result<u8, Stop> {
    let load_restriction = args.kustomize.load_restriction().map_err(Stop::Usage)?;
    let flags = PlanFlags { load_restriction, minor: None, path_kind: args.path.path_kind };
    // The process ends with the command: nobody needs the memory of what was made for it, and to give it back takes time.
    let session = ManuallyDrop::new(Session::open(&args.common, None)?);
    let paths = paths_of(args, &session);
    match paths.as_slice() {
        [path] if is_chart(&session.directory.join(path), flags.path_kind) => {
            return render_chart(args, &session, path);
        }
        paths => {
            if flags.path_kind.is_some() {
                let named = paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
                let what = if named.is_empty() { "no path" } else { &named };
                return Err(Stop::Usage(format!("--as helm takes the path of one chart, and not {what}")));
            }
            if let Some(flag) = args.helm.given() {
                return Err(Stop::Usage(format!("{flag} says something about a chart, and none is named")));
            }
        }
    }
    let (prepared, outcome) = match paths.as_slice() {
        [] => (of_environments(args, &session, flags)?, None),
        [path] => at_path(args, &session, path, flags)?,
        several => (at_paths(args, &session, several, flags)?, None),
    };
    let prepared = ManuallyDrop::new(prepared);
    let images = &prepared.images;
    let (rendered, changed) = match (prepared.planned.as_slice(), outcome, &args.output) {
        (_, Some(outcome), _) => outcome,
        ([one], None, _) => prepared.until_all_is_here(
            |renderer| renderer.render(one.subject(), images),
            |(rendered, _)| wanted(&rendered.needed),
        ),
        (planned, None, Some(directory)) => {
            let each = RenderEach { prepared: &prepared, images, args, session: &session };
            return each.write_into(directory, planned);
        }
        (planned, None, None) => return Err(Stop::Usage(which(planned, &paths))),
    };
    let mut rendered = ManuallyDrop::new(rendered);
    // What an image matches may be in what could not be rendered.
    if let Some(image) = unmatched(images, &[changed.as_slice()]).filter(|_| !rendered.has_errors()) {
        return Err(Stop::Usage(matches_nothing(image, &session)));
    }
    session.masker.add_manifests(&rendered.manifests, &session.sources);
    session.masker.learn(&session.sources);
    tell(&[(None, &rendered)], &session);
    // The tree shows what is missing.
    if let Some(graph) = rendered.graph.as_ref().filter(|_| args.format == ManifestFormat::Tree) {
        let written = write_tree(&tree(graph), args, &session)?;
        return Ok(if rendered.has_errors() { EXIT_FAILED } else { written });
    }
    if rendered.has_errors() {
        return Ok(EXIT_FAILED);
    }
    as_applied(&mut rendered.manifests);
    if let Some(wanted) = args.object.iter().find(|wanted| !rendered.manifests.iter().any(|m| wanted.is(m))) {
        return Err(Stop::Usage(session.masked(&not_rendered(wanted, &rendered.manifests))));
    }
    keep_wanted(&mut rendered.manifests, &args.object);
    match &args.output {
        Some(directory) if directory.is_dir() => write_files(directory, &rendered.manifests, args, &session),
        Some(file) => match Stream::behind(file) {
            Some(stream) => write(stream, &rendered.manifests, args, &session),
            None => write_file(file, &text(&rendered.manifests, args, &session)),
        },
        None => write(Stream::Output, &rendered.manifests, args, &session),
    }
}

/// Writes the graph of an environment.
fn write_tree(tree: &str, args: &RenderArgs, session: &Session) -> Result<u8, Stop> {
    let tree = session.masked(tree);
    match &args.output {
        Some(file) if Stream::behind(file).is_none() => write_file(file, &tree),
        _ => write_out(Written::Text(&tree)),
    }
}

/// The text of objects as their controller applies them. Each is done with before the next one: there may be many.
pub(crate) fn text_as_applied(mut manifests: Vec<Manifest>, args: &RenderArgs, session: &Session) -> String {
    if args.with_origins || args.format != ManifestFormat::Yaml {
        as_applied(&mut manifests);
        return text(&manifests, args, session);
    }
    documents(manifests.into_iter().map(|mut manifest| {
        as_applied(std::slice::from_mut(&mut manifest));
        emit(&manifest.node)
    }))
}

/// Objects as their controller applies them: with the labels by which it knows them.
pub(crate) fn as_applied(manifests: &mut [Manifest]) {
    for manifest in manifests.iter_mut().filter(|manifest| manifest.owner.is_some()) {
        seatrial_flux::mark_as_applied(manifest);
        let node = std::mem::replace(&mut manifest.node, Node::null(manifest.span));
        manifest.node = into_kustomize_order(node);
    }
}

/// Writes manifests to a stream. In a CI it may be the log, and cannot be told from a pipe to a program: what a host would obey is written so
/// that a program reads the same values. A file gets what kustomize prints, byte for byte.
fn write(stream: Stream, manifests: &[Manifest], args: &RenderArgs, session: &Session) -> Result<u8, Stop> {
    let may_be_a_log = session.ci.host != Host::Local && !stream.is_a_file();
    let exact = text(manifests, args, session);
    let is_obeyed = may_be_a_log && args.format == ManifestFormat::Yaml && holds_commands(&exact);
    let text = if is_obeyed { text_for_a_log(manifests, args, session) } else { exact };
    let cannot = |error| Stop::Broken(format!("cannot write to {}: {error}", stream.name()));
    stream.write(written(&text, args.format)).map(|()| EXIT_PASSED).map_err(cannot)
}

/// What manifests are on standard output: YAML goes into a cluster as it is.
fn written(text: &str, format: ManifestFormat) -> Written<'_> {
    match format {
        ManifestFormat::Yaml => Written::Manifests(text),
        ManifestFormat::Json => Written::Json(text),
        ManifestFormat::Tree => Written::Text(text),
    }
}

/// The paths to render: those that are named, or, as kustomize does, the current directory where a kustomization lies in it.
fn paths_of(args: &RenderArgs, session: &Session) -> Vec<PathBuf> {
    let has = |name: &&str| session.directory.join(name).is_file();
    let is_asked_for = args.common.environment.is_empty() && args.common.config.is_none();
    if args.paths.is_empty() && is_asked_for && seatrial_tree::KUSTOMIZATION_FILES.iter().any(has) {
        return vec![PathBuf::from(".")];
    }
    args.paths.clone()
}

/// The environments of the configuration, or what is discovered.
fn of_environments(args: &RenderArgs, session: &Session, flags: PlanFlags) -> Result<Preparation, Stop> {
    let mut workspace = Workspace::open(&session.directory, args.common.config.as_deref(), &session.sources)?;
    workspace.read_config()?;
    let wanted = Selection::Environments(&args.common.environment);
    let prepared = Preparation::new(&workspace, session, &args.source, wanted, flags)?;
    prepared.with_others(&workspace, session)
}

fn at_paths(args: &RenderArgs, session: &Session, paths: &[PathBuf], flags: PlanFlags) -> Result<Preparation, Stop> {
    let workspace = around(&session.directory, &session.directory, session)?;
    let prepared = Preparation::new(&workspace, session, &args.source, Selection::Paths(paths), flags)?;
    Ok(prepared.with_charts(args.kustomize.charts()))
}

/// The repository around a directory; a configuration in it is asked for checkouts alone, and need not be right.
fn around(directory: &Path, root: &Path, session: &Session) -> Result<Workspace, Stop> {
    let mut workspace = Workspace::around(directory, root, &session.sources)?;
    let _ = workspace.read_config();
    Ok(workspace)
}

/// Why several cannot go to standard output: nobody could tell them apart there.
fn which(planned: &[Planned], paths: &[PathBuf]) -> String {
    let way_out = "--output DIR writes a file for each";
    if !paths.is_empty() {
        return format!("{} paths cannot be told apart on standard output; {way_out}", paths.len());
    }
    let names: Vec<String> = planned.iter().take(20).map(|p| format!("`{}`", p.name)).collect();
    let more = if planned.len() > 20 { format!(" and {} more", planned.len() - 20) } else { String::new() };
    format!("which environment? --environment takes one of {}{more}; {way_out}", names.join(", "))
}

/// A rendering, and how many containers each `--image` changed.
type Outcome = (Rendered, Vec<usize>);

/// What lies at a path, with or without a repository around it, and what came of rendering it where that had to be tried. Without a
/// repository nothing says how far up bases may lie, and kustomize sets no limit.
fn at_path(
    args: &RenderArgs,
    session: &Session,
    path: &Path,
    flags: PlanFlags,
) -> Result<(Preparation, Option<Outcome>), Stop> {
    let lexical = normal(&session.directory.join(path));
    let prepare = |workspace: &Workspace, path: PathBuf| -> Result<Preparation, Stop> {
        let prepared = Preparation::new(workspace, session, &args.source, Selection::Paths(&[path]), flags)?;
        Ok(prepared.with_charts(args.kustomize.charts()))
    };
    let in_repository = around(directory_of(&lexical), directory_of(&lexical), session);
    if let Ok(workspace) = in_repository
        && workspace.repository.is_some()
    {
        return prepare(&workspace, path.to_owned()).map(|prepared| (prepared, None));
    }
    let real = lexical.canonicalize().map_err(|error| plan::cannot_open(path, &error.to_string()))?;
    let here = session.directory.canonicalize().unwrap_or_else(|_| session.directory.clone());
    if lexical.starts_with(&session.directory) && !real.starts_with(&here) {
        return Err(plan::leads_out(path, &here));
    }
    let directory = directory_of(&real);
    let root = if real.starts_with(&session.directory) { session.directory.as_path() } else { directory };
    let prepared = prepare(&around(directory, root, session)?, real.clone())?;
    let outcome = rendered(&prepared);
    let leads_out = |outcome: &Outcome| outcome.0.findings.iter().any(|f| f.rule == ids::LOAD_RESTRICTION);
    let Some(top) = real.ancestors().last().filter(|_| leads_out(&outcome)) else {
        return Ok((prepared, Some(outcome)));
    };
    let whole = prepare(&around(top, top, session)?, real.clone())?;
    let wider = rendered(&whole);
    Ok(if leads_out(&wider) { (prepared, Some(outcome)) } else { (whole, Some(wider)) })
}

/// The directory that a path is, or that the file there lies in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

fn rendered(prepared: &Preparation) -> Outcome {
    let each = prepared.planned.iter().map(|planned| prepared.renderer.render(planned.subject(), &prepared.images));
    each.last().unwrap_or_default()
}

/// As many findings are resolved by one thread, at least: to start others takes as long as a small chart.
const AT_LEAST: usize = 64;

fn each_resolved<'a>(findings: &'a [Finding], resolved: &Resolved<'a>) -> Vec<ReportedFinding> {
    if findings.len() <= AT_LEAST {
        return findings.iter().map(|finding| resolved.get(finding)).collect();
    }
    findings.par_iter().with_min_len(AT_LEAST).map(|finding| resolved.get(finding)).collect()
}

/// Findings on standard error, those of several environments with their names.
pub(crate) fn tell(rendered: &[(Option<&str>, &Rendered)], session: &Session) {
    let mut report = Report::new("render", env!("CARGO_PKG_VERSION"));
    let resolved = Resolved::new(session);
    for (environment, rendered) in rendered {
        report.add_findings(*environment, &each_resolved(&rendered.findings, &resolved));
    }
    if report.findings.is_empty() {
        return;
    }
    report.decide();
    let text = terminal(&report, TerminalOptions { color: session.color, width: 80, detail: Detail::Findings });
    streams::tell(Written::Painted(&text));
}

/// Leaves only the objects that are asked for.
pub(crate) fn keep_wanted(manifests: &mut Vec<Manifest>, wanted: &[Wanted]) {
    if !wanted.is_empty() {
        manifests.retain(|manifest| wanted.iter().any(|wanted| wanted.is(manifest)));
    }
}

/// That an object is not among those that are rendered, and which are.
fn not_rendered(wanted: &Wanted, manifests: &[Manifest]) -> String {
    let alike = manifests.iter().filter(|m| m.id.kind.eq_ignore_ascii_case(&wanted.kind));
    let alike: Vec<String> = alike.take(10).map(|m| format!("`{}`", m.id)).collect();
    let hint = if alike.is_empty() { String::new() } else { format!("; there are {}", alike.join(", ")) };
    format!("no {wanted} is rendered{hint}")
}
